"""Search across everything finds words of every script and kind, however they were written, and marks them."""

from __future__ import annotations

import pytest

from server.db.session import read_session, write_session
from server.domain.boards.commands import record_decision, record_meeting
from server.domain.records import Work
from server.services.folder import Folder
from server.services.search import SEARCHED, asked_words, marked, search
from tests.services.world import Desk, log


@pytest.fixture
def office(desk: Desk) -> Folder:
    """The office in Kyrgyzstan."""
    return desk.open("kg")


def found(folder: Folder, words: str) -> dict[str, list[str]]:
    """Kind -> what its records are called."""
    with read_session(folder.engine) as session:
        return {group.table: ["".join(piece.text for piece in hit.title) for hit in group.hits]
                for group in search(session, words)}


@pytest.mark.parametrize(("written", "asked"), [
    ("Étude sur la migration", "etude"), ("Training in Chişinău", "CHISINAU"), ("اجتماع المجلس الوطني", "مجلس"),
    ("دراسة عن الهجرة", "هجرة"), ("إعلان", "اعلان"), ("Семинар в Оше", "СЕМИНАР"), ("অভিবাসন কর্মশালা", "কর্মশালা"),
    ("Făgăraș", "fagaras"), ("Ёлка", "елка"),
])  # fmt: skip
def test_accents_letter_forms_articles_and_case_make_no_difference(office: Folder, written: str, asked: str) -> None:
    log(office, written)
    assert found(office, asked)["activity"] == [written]


def test_all_words_must_be_there_wherever_in_the_record(office: Folder) -> None:
    log(office, "Zebra round table", place="Osh", narrative="With quokkas.")
    log(office, "Zebra visit", place="Naryn")
    assert found(office, "zebra osh quokka") == {"activity": ["Zebra round table"]}
    assert found(office, "zebra osh quokka nothing") == {}
    assert found(office, "  ") == {}


def test_every_kind_of_record_is_looked_at(desk: Desk) -> None:
    hq = desk.open("hq")
    kinds = {table for words in ("board", "the", "migration", "national", "work") for table in found(hq, words)}
    assert {"activity", "planned_activity", "milestone", "board", "decision", "challenge", "report_section",
            "document"} <= kinds <= set(SEARCHED)  # fmt: skip


def test_the_words_are_marked_in_the_title_and_round_the_place_in_the_text(office: Folder) -> None:
    log(office, "Zebra <b>table</b>", narrative=" ".join(["filler"] * 40) + " the Quokkás came " + "end " * 40)
    with read_session(office.engine) as session:
        (group,) = search(session, "zebra quokkas")
    (hit,) = group.hits
    assert [piece.text for piece in hit.title if piece.marked] == ["Zebra"]
    assert [piece.text for piece in hit.excerpt if piece.marked] == ["Quokkás"]
    said = "".join(piece.text for piece in hit.excerpt)
    assert said.startswith("… filler")
    assert said.endswith("end …")


def test_deleted_records_are_not_found_and_many_are_cut(office: Folder) -> None:
    for number in range(12):
        log(office, f"Wombat {number}")
    with read_session(office.engine) as session:
        (group,) = search(session, "wombat")
    assert (len(group.hits), group.more) == (8, True)


@pytest.mark.parametrize("words", ["%", "_", '"', "' OR 1=1", "NEAR(", "*", "\0", "\u202e", "a" * 5_000, "- -", "ا ل"])
def test_anything_may_be_asked(office: Folder, words: str) -> None:
    with read_session(office.engine) as session:
        search(session, words)


def test_marks_do_not_change_the_text() -> None:
    text = "Étude  sur\nla migration"
    assert "".join(piece.text for piece in marked(text, asked_words("etude LA"))) == text


def test_a_decision_is_found_by_its_words_and_called_by_them(office: Folder) -> None:
    with read_session(office.engine) as session:
        from server.domain.boards.models import Board
        from server.domain.records import visible

        board = next(iter(session.scalars(visible(Board)))).id
    author = office.author()
    with write_session(office.engine, author) as session:
        work = Work(session, author, office.clock)
        meeting = record_meeting(work, {"board_id": board, "title": "Extraordinary", "date_from": "2015-01"})
        record_decision(work, {"meeting_id": meeting, "text": "Adopt the axolotl plan"})
    assert found(office, "axolotl")["decision"] == ["Adopt the axolotl plan"]
