"""Layouts: what headquarters arranged once is what every report of that kind looks like, here and at the offices."""

from __future__ import annotations

import pytest

from server.base.errors import Refused
from server.db.session import read_session, write_session
from server.domain.framework.queries import LayoutFacts
from server.domain.framework.queries import layouts as all_layouts
from server.domain.records import Work
from server.services import layouts
from server.services.documents import Request, report_file, report_pdf
from server.services.folder import Folder
from server.services.layouts import Arranged
from server.services.receive import receive
from server.services.redraw import SAME
from server.services.send import send
from tests.pdf_reading import bookmarks_of
from tests.services.test_redraw import compared
from tests.services.world import Desk, log, rows


def make(hq: Folder, title: str, kind: str, usual: int = 0) -> str:
    with write_session(hq.engine, hq.author()) as session:
        session.info["clock"] = hq.clock
        return layouts.make(Work(session, hq.author(), hq.clock), {"title": title, "kind": kind, "usual": usual})


def known(folder: Folder, id: str) -> LayoutFacts:
    with read_session(folder.engine) as session:
        return next(one for one in all_layouts(session) if one.id == id)


def arrange(hq: Folder, id: str, first: list[str], off: tuple[str, ...] = (), **headings: str) -> None:
    """Put sections first, leave others out, and name the first one by language."""
    before = known(hq, id)
    places = {key: place for place, key in enumerate(first, 1)}
    shown = {one.key for one in before.sections if one.shown or one.key in first} - set(off)
    sections = [Arranged(one.key, places.get(one.key, 100 + place), one.key in shown,
                         headings if one.key == first[0] else {}) for place, one in enumerate(before.sections)]
    with write_session(hq.engine, hq.author()) as session:
        session.info["clock"] = hq.clock
        layouts.arrange(Work(session, hq.author(), hq.clock), before, {"title": before.title}, sections)


def headings(pdf: bytes) -> list[str]:
    return [title for level, title, _page in bookmarks_of(pdf) if level == 0]


def test_sections_are_ordered_switched_off_and_renamed_in_one_language(desk: Desk) -> None:
    hq = desk.open("hq")
    usual = headings(report_pdf(hq, "annual", period="y1")[0])
    id = make(hq, "As SDC wants it", "annual")
    arrange(hq, id, ["next", "risks"], ("results", "boards"), en="Way ahead", fr="Perspectives")
    request = Request("y1", "en", None, "as sdc WANTS it")
    told = headings(report_file(hq, "annual", ".pdf", request)[0])
    assert told[:4] == ["1.0 Way ahead", "Annex A. Risk and issue log", "Project Data Table", "2.0 Introduction"]
    assert told[-1] == "Annex G. Acronyms"
    assert not any("Results framework" in one or "Board meetings" in one for one in told)
    french = headings(report_file(hq, "annual", ".pdf", Request("y1", "fr", None, id))[0])
    assert french[0].endswith("Perspectives")
    assert headings(report_pdf(hq, "annual", period="y1")[0]) == usual, "a layout that nobody asked for changes nothing"


def test_word_and_excel_obey_it_too(desk: Desk) -> None:
    import io

    import docx
    import openpyxl

    hq = desk.open("hq")
    arrange(hq, make(hq, "Short", "annual"), ["next"], ("results",), en="Way ahead")
    request = Request("y1", "en", None, "Short")
    word = docx.Document(io.BytesIO(report_file(hq, "annual", ".docx", request)[0]))
    tops = [p.text for p in word.paragraphs if p.style.name == "Heading 1"]
    assert tops[0] == "1.0 Way ahead"
    book = openpyxl.load_workbook(io.BytesIO(report_file(hq, "annual", ".xlsx", request)[0]))
    assert not any("Results framework" in name for name in book.sheetnames)


def test_a_layout_that_is_not_there_is_named_with_those_that_are(desk: Desk) -> None:
    hq = desk.open("hq")
    make(hq, "Short", "annual")
    make(hq, "Other", "progress")
    with pytest.raises(Refused) as error:
        report_file(hq, "annual", ".pdf", Request("y1", "en", None, "Long"))
    assert error.value.code == "no_layout"
    assert "Long" in error.value.message
    assert "“Short”" in error.value.message
    assert "Other" not in error.value.message


def test_an_offices_dispatch_follows_the_usual_layout_and_is_drawn_again_the_same(desk: Desk) -> None:
    hq, office = desk.open("hq"), desk.open("ma")
    arrange(hq, make(hq, "Board first", "progress", usual=1), ["boards"], ("evidence",), en="The board",
            ar="المجلس")
    receive(office, [send(hq, desk.file("circular.pdf"), receiver="MA").files[0]])
    log(office, "Logged under the new layout", in_report=1, position=9, date_from="2014-06")
    path = send(office, desk.file("report.pdf"), period="y1").files[0]
    told = headings(path.read_bytes())
    parts = [title for level, title, _page in bookmarks_of(path.read_bytes()) if level == 1]
    assert "1. The board" in [*told, *parts]
    assert any("المجلس" in title for title in parts)
    assert not any("Evidence" in title for title in parts)
    receive(hq, [path])
    assert compared(hq, path) == SAME
    arrange(hq, known(hq, next(one for one in _ids(hq))).id, ["evidence"], en="Evidence first")
    assert compared(hq, path) == SAME, "what was sent stays what it was, whatever headquarters arranges since"


def _ids(folder: Folder) -> list[str]:
    return [id for (id,) in rows(folder.data, "SELECT id FROM report_layout")]


def test_only_what_changed_is_written_and_one_layout_is_the_usual_one(desk: Desk) -> None:
    hq = desk.open("hq")
    first, second = make(hq, "One", "annual", usual=1), make(hq, "Two", "annual", usual=1)
    assert [known(hq, id).usual for id in (first, second)] == [False, True]
    before = known(hq, first)
    same = [Arranged(one.key, place, one.shown, one.headings) for place, one in enumerate(before.sections, 1)]
    with write_session(hq.engine, hq.author()) as session:
        session.info["clock"] = hq.clock
        work = Work(session, hq.author(), hq.clock)
        layouts.arrange(work, before, {"title": "One"}, same)
        assert work.find("layout_section", layout_id=first) == []
        renamed = [Arranged(one.key, one.position, one.shown, {"en": "Aim"} if one.key == "data" else {})
                   for one in same]
        layouts.arrange(work, before, {"title": "One"}, renamed)
        assert [one["heading"] for one in work.find("layout_section", layout_id=first)] == ["Aim"]


def test_two_people_who_arrange_the_same_section_write_one_record(desk: Desk) -> None:
    hq = desk.open("hq")
    id = make(hq, "One", "annual")
    for heading in ("Aim", "Purpose"):
        before = known(hq, id)
        sections = [Arranged(one.key, place, one.shown, {"en": heading} if one.key == "data" else {})
                    for place, one in enumerate(before.sections, 1)]
        with write_session(hq.engine, hq.author()) as session:
            session.info["clock"] = hq.clock
            layouts.arrange(Work(session, hq.author(), hq.clock), before, {"title": "One"}, sections)
    assert rows(hq.data, "SELECT heading FROM layout_section WHERE key = 'data'") == [("Purpose",)]


def test_a_section_moves_one_place_and_stops_at_the_ends() -> None:
    start = [Arranged(key, place, True, {}) for place, key in enumerate("abc", 1)]

    def order(key: str, step: int) -> str:
        return "".join(one.key for one in layouts.moved(start, key, step))

    assert [order("b", -1), order("b", 1), order("a", -1), order("c", 1), order("?", 1)] == [
        "bac", "acb", "abc", "abc", "abc"]  # fmt: skip
