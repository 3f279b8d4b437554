"""Workbooks go out, are edited and come back: by id, by the rules of the forms, all or nothing, nothing overwritten
unseen, and every fault by its cell."""

from __future__ import annotations

import html
import re
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from server.base.errors import RulesBroken
from server.base.i18n import LANGUAGES, use_language
from server.db.session import read_session
from server.domain.activities.queries import Filter, activity_ids
from server.domain.finance.models import BudgetLine, Expenditure
from server.services.conflicts import conflicts
from server.services.folder import Folder
from server.services.sheets.areas import AREAS, KEYS
from server.services.sheets.reading import read_book
from tests.services.workbooks import columns, edit, export, look, take, template
from tests.services.world import Desk, dump, log, shown


@pytest.fixture
def office(desk: Desk) -> Folder:
    """The office in Kyrgyzstan."""
    return desk.open("kg")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a workbook lies."""
    return tmp_path / "book.xlsx"


def _own(folder: Folder) -> list[str]:
    with read_session(folder.engine) as session:
        return activity_ids(session, Filter(office=folder.office.id), 100)


# out and back


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_list_that_was_exported_in_any_language_comes_back_as_it_is(desk: Desk, path: Path, language: str) -> None:
    hq = desk.open("hq")
    with read_session(hq.engine) as session:
        ids = activity_ids(session, Filter(), 1_000)
    assert len(ids) > 30
    export(hq, "activity", ids, path, language)
    before = dump(hq)
    found = look(hq, path)
    assert found.errors == ()
    assert {one.state for one in found.done} == {"same"}
    assert take(hq, path).total == 0
    assert dump(hq) == before


def test_an_edited_cell_changes_that_field_of_that_record_and_nothing_else(office: Folder, path: Path) -> None:
    ids = _own(office)
    export(office, "activity", ids, path)
    before = [shown(office, "activity", id) for id in ids]
    edit(path, {3: {"place": "Osh", "women": 12}, 4: {"narrative": None}})
    assert take(office, path).counts == {"activity": 2}
    after = [shown(office, "activity", id) for id in ids]
    assert after[0] == {**before[0], "place": "Osh", "women": 12}
    assert after[1] == {**before[1], "narrative": None}
    assert after[2:] == before[2:]


def test_a_cell_left_alone_does_not_undo_what_was_changed_meanwhile(office: Folder, path: Path) -> None:
    id = log(office, "Round table")
    export(office, "activity", [id], path)
    log(office, "Round table in Osh", id=id)
    edit(path, {3: {"place": "Osh"}})
    found = look(office, path)
    assert [one.entry.clash for one in found.done] == [()]
    take(office, path)
    after = shown(office, "activity", id)
    assert (after["title"], after["place"]) == ("Round table in Osh", "Osh")
    assert conflicts(office) == []


def test_a_value_changed_on_both_sides_is_told_and_becomes_a_conflict(office: Folder, path: Path) -> None:
    id = log(office, "Round table", place="Bishkek")
    export(office, "activity", [id], path)
    log(office, "Round table", id=id, place="Naryn")
    edit(path, {3: {"place": "Osh"}})
    assert [one.entry.clash for one in look(office, path).done] == [("place",)]
    take(office, path)
    (conflict,) = conflicts(office)
    assert {side.value for side in conflict.sides} == {"Naryn", "Osh"}


def test_a_value_that_was_empty_when_exported_and_set_meanwhile_is_not_overwritten_unseen(
    office: Folder, path: Path
) -> None:
    id = log(office, "Round table")
    export(office, "activity", [id], path)
    log(office, "Round table", id=id, place="Naryn")
    edit(path, {3: {"place": "Osh"}})
    assert [one.entry.clash for one in look(office, path).done] == [("place",)]
    take(office, path)
    (conflict,) = conflicts(office)
    assert {side.value for side in conflict.sides} == {"Naryn", "Osh"}


def test_a_deleted_record_a_foreign_one_and_a_copied_row_are_each_told(desk: Desk, office: Folder, path: Path) -> None:
    from server.db.session import write_session
    from server.domain.activities.models import Activity
    from server.domain.records import Work, delete

    gone, copied = log(office, "Gone"), log(office, "Copied")
    export(office, "activity", [gone, copied], path)
    with write_session(office.engine, office.author()) as session:
        delete(Work(session, office.author(), office.clock), Activity, gone)
    book = openpyxl.load_workbook(path)
    sheet = book.active
    sheet.cell(3, columns(sheet)["title"]).value = "Still here?"
    for column in range(1, sheet.max_column + 1):
        sheet.cell(5, column).value = sheet.cell(4, column).value
        sheet.cell(6, column).value = sheet.cell(4, column).value
    sheet.cell(6, 1).value = "0190c9a0-0000-7000-8000-000000000000"
    book.save(path)
    told = [error.message for error in look(office, path).errors]
    assert [sentence.partition(": ")[2][:30] for sentence in told] == [
        "Activities 3: This record was ", "Activities 6: The record of th", "Activities 5: This row carries",
    ]  # fmt: skip


# templates


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("language", ["en", "ar"])
def test_an_empty_template_changes_nothing_and_offers_lists_and_notes(
    office: Folder, path: Path, key: str, language: str
) -> None:
    template(office, key, path, language)
    found = look(office, path)
    assert found.errors == ()
    assert {one.state for one in found.done} <= {"same"}
    book = openpyxl.load_workbook(path)
    area = next(one for one in AREAS if one.key == key)
    assert len(book.worksheets) == len(area.sheets) + 1
    for sheet in book.worksheets[: len(area.sheets)]:
        assert sheet.sheet_view.rightToLeft == (language == "ar")
        assert sheet.freeze_panes == "C3"
        assert sheet.row_dimensions[1].hidden
        assert sheet.column_dimensions["A"].hidden
        assert sheet.data_validations.count >= 1
        assert all(one.formula1 for one in sheet.data_validations.dataValidation)
        assert any(cell.comment for cell in sheet[2])
        assert all(sheet.column_dimensions[cell.column_letter].width > 8 for cell in sheet[2][2:])


def test_rows_of_a_template_are_logged_as_the_form_would(office: Folder, path: Path) -> None:
    template(office, "activities", path)
    edit(path, {
        3: {"date_from": date(2014, 5, 14), "title": "Round table", "output_id": "1", "women": 3.0, "in_report": "Oui"},
        4: {"date_from": "Q2 2014", "title": "Study", "output_id": "Output 2", "lead_agency_id": "undp"},
        5: {"date_from": "14 мая 2014", "title": "Семинар", "output_id": "1"},
        6: {"date_from": 2015, "title": "Global paper", "output_id": "5"},
    })  # fmt: skip
    done = take(office, path)
    assert done.counts == {"activity": 4}
    rows = [shown(office, "activity", one.entry.id) for one in done.done]
    assert [row["date_from"] for row in rows] == ["2014-05-14", "2014-Q2", "2014-05-14", "2015"]
    assert [row["country_id"] for row in rows] == [office.office.country_id] * 3 + [None]
    assert (rows[0]["women"], rows[0]["in_report"]) == (3, 1)


def test_the_same_workbook_is_not_loaded_twice_and_undoes_nothing(office: Folder, path: Path) -> None:
    template(office, "activities", path)
    edit(path, {3: {"date_from": "2014", "title": "Round table", "output_id": "1"}})
    (done,) = take(office, path).done
    log(office, "Round table with the ministry", id=done.entry.id)
    assert [one.state for one in take(office, path).done] == ["same"]
    assert shown(office, "activity", done.entry.id)["title"] == "Round table with the ministry"


def test_decisions_name_meetings_of_the_same_workbook(office: Folder, path: Path) -> None:
    template(office, "boards", path)
    book = openpyxl.load_workbook(path)
    meetings, decisions = book.worksheets[:2]
    board = book.worksheets[-1].cell(1, 2).value
    for field, value in {"board_id": board, "title": "Third meeting", "date_from": "2015-01-20"}.items():
        meetings.cell(3, columns(meetings)[field]).value = value
    for field, value in {"meeting_id": "Third meeting", "text": "Approve the plan", "status": "Open"}.items():
        decisions.cell(3, columns(decisions)[field]).value = value
    book.save(path)
    done = take(office, path)
    assert done.counts == {"meeting": 1, "decision": 1}
    ids = {one.entry.table: one.entry.id for one in done.done}
    assert shown(office, "decision", ids["decision"])["meeting_id"] == ids["meeting"]


def test_a_meeting_that_is_wrong_is_told_once_and_not_again_by_its_decisions(office: Folder, path: Path) -> None:
    template(office, "boards", path)
    edit(path, {3: {"title": "Third meeting", "date_from": "2015-01-32", "board_id": "No such board"}})
    edit(path, {3: {"meeting_id": "Third meeting", "text": "Approve"}}, sheet=1)
    told = [error.message for error in look(office, path).errors]
    assert [re.search(r": (\w+ \w+): ", one)[1] for one in told] == ["Meetings C3", "Meetings E3"]


def test_money_is_exact_and_in_the_programmes_currency(desk: Desk, path: Path) -> None:
    office = desk.open("kg")
    for key, model in (("budget", BudgetLine), ("expenditures", Expenditure)):
        template(office, key, path)
        edit(path, {3: {"output_id": "1", "period_id": "Y1", "amount": "1.234,56"},
                    4: {"output_id": "1", "period_id": "Y1", "amount": 0.1, "currency": "EUR"}})
        done = take(office, path)
        with read_session(office.engine) as session:
            found = [session.get_one(model, one.entry.id) for one in done.done]
            assert [(one.amount, one.currency) for one in found] == [
                (Decimal("1234.56"), "USD"), (Decimal("0.10"), "EUR")]  # fmt: skip


def test_milestones_are_the_steps_themselves_whoever_lists_them(desk: Desk, path: Path) -> None:
    office = desk.open("kg")
    template(office, "milestones", path)
    edit(path, {3: {"status": "In progress"}})
    done = take(office, path)
    assert done.counts == {"milestone": 1}
    assert len([one for one in done.done if one.state == "same"]) == 8


# faults


def test_all_faults_are_told_at_once_by_sheet_and_cell_and_nothing_is_loaded(office: Folder, path: Path) -> None:
    template(office, "activities", path)
    before = dump(office)
    edit(path, {
        3: {"date_from": "32.1.2014", "title": "Training", "output_id": "9"},
        4: {"output_id": "1", "women": "many"},
        5: {"date_from": "2014", "title": "Right", "output_id": "1"},
        6: {"date_from": "2014", "title": "#REF!", "output_id": "1", "in_report": "perhaps"},
    })  # fmt: skip
    with pytest.raises(RulesBroken) as broken:
        take(office, path)
    where = columns(openpyxl.load_workbook(path).active)
    women, flag = (openpyxl.utils.get_column_letter(where[name]) for name in ("women", "in_report"))
    assert [error.message.split(": ", 1)[1] for error in broken.value.errors] == [
        "Activities C3: 2014-01-32 is not in the calendar: check the day and the month.",
        "Activities F3: “9” is not on the list: choose one from it.",
        f"Activities {women}4: Enter a whole number, such as 25.",
        "Activities E6: Excel could not work this cell out: enter its value.",
        f"Activities {flag}6: “perhaps” is not a choice: use one of Yes, No.",
        "Activities E4: Enter a title that says what happened.",
        "Activities C4: Enter when it happened; the year alone is enough.",
    ]
    assert dump(office) == before
    edit(path, {3: {"date_from": "31.1.2015", "output_id": "1"}, 6: {"title": "Talk", "in_report": "No"},
                4: {"women": None, "title": "Visit", "date_from": 2014}})  # fmt: skip
    assert take(office, path).counts == {"activity": 4}


def test_another_offices_records_can_be_read_and_not_changed(desk: Desk, path: Path) -> None:
    hq = desk.open("hq")
    with read_session(hq.engine) as session:
        id = activity_ids(session, Filter(country_id=desk.open("kg").office.country_id), 1)[0]
    export(hq, "activity", [id], path)
    assert look(hq, path).errors == ()
    edit(path, {3: {"place": "New York"}})
    (error,) = look(hq, path).errors
    assert "belongs to another office" in error.message


# what cells hold


_FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x","y")', "\t=1", "\r=1")


@pytest.mark.parametrize("text", _FORMULAS)
def test_words_never_run_as_a_formula(office: Folder, path: Path, text: str) -> None:
    id = log(office, "x" + text)  # a form strips leading blanks; what arrives from elsewhere may hold them
    with office.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE activity SET title = ? WHERE id = ?", (text, id))
    export(office, "activity", [id], path)
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        styles = archive.read("xl/styles.xml").decode()
    assert "<f>" not in sheet
    assert "<f " not in sheet
    cell = re.search(r'<c r="E3" s="(\d+)" t="(?:inlineStr|s)">(.*?)</c>', sheet, re.DOTALL)
    assert cell, "the cell is a string"
    formats = re.search(r"<cellXfs.*?</cellXfs>", styles, re.DOTALL)[0]
    assert 'quotePrefix="1"' in re.findall(r"<xf [^>]*>", formats)[int(cell[1])]
    assert text.strip() in html.unescape(cell[2])
    assert {one.state for one in look(office, path).done} == {"same"}


def test_cells_are_typed(office: Folder, path: Path) -> None:
    id = log(office, "Counted", women=1200, date_from="2014-05-14")
    sheet = openpyxl.load_workbook(export(office, "activity", [id], path)).active
    where = columns(sheet)
    assert sheet.cell(3, where["women"]).value == 1200
    assert sheet.cell(3, where["date_from"]).value.date() == date(2014, 5, 14)
    assert sheet.cell(3, where["date_from"]).number_format == "yyyy-mm-dd"


def test_a_list_is_the_same_file_every_time(office: Folder, tmp_path: Path) -> None:
    from server.services.sheets.writing import Reader, exported

    ids, when = _own(office), office.clock()
    with read_session(office.engine) as session, use_language("en"):
        one, other = (exported(session, {"activity": ids}, "A", Reader(office.office, when)) for _ in range(2))
    assert one == other
    (tmp_path / "a.xlsx").write_bytes(one)
    assert [sheet.title for sheet in read_book(tmp_path / "a.xlsx")] == ["Activities", "Valise lists"]
