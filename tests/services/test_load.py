"""A file is loaded by the rules of the forms: all of it, or nothing and every reason why."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from server.base.errors import Refused, RulesBroken
from server.base.ids import named_id, new_id
from server.db.base import synced_models
from server.db.session import Author, read_session
from server.domain.activities.models import Activity
from server.domain.finance.models import Expenditure
from server.domain.framework.models import Country, Programme
from server.domain.people.models import Office
from server.services.load import Loaded, load, read_file, record_id
from tests.conftest import CreateDatabase
from tests.example_data import CLOCK

_HQ, _KG = record_id("office", "hq"), record_id("office", "kg")
_FRAMEWORK: dict[str, list[dict[str, Any]]] = {
    "reporting_period": [{"id": "y1", "code": "Y1", "starts": "2014-02-01", "ends": "2015-01-31"}],
    "output": [{"id": "output-1", "number": 1, "title": "Engagement", "level": "country"}],
    "country": [{"id": "kg", "code": "KG", "name": "Kyrgyzstan"}],
    "programme": [{"id": "p", "title": "Programme", "starts": "2014", "ends": "2018", "currency": "USD"}],
}
_LAUNCH = {"id": "kg-launch", "title": "Launched", "date_from": "2014-04", "output_id": "output-1", "country_id": "kg"}

#: loads records, or the rows of sheets, or the bytes of a file, as the office in Kyrgyzstan or as headquarters
LoadInto = Callable[..., Loaded]


@pytest.fixture
def engine(create_database: CreateDatabase, tmp_path: Path) -> sa.Engine:
    """A database with a small framework."""
    engine = create_database()
    path = tmp_path / "framework.json"
    path.write_text(json.dumps({"valise": 1, "records": _FRAMEWORK}))
    load(engine, path, Author("", _HQ, True), "HQ", CLOCK)
    return engine


@pytest.fixture
def create_file(tmp_path: Path) -> Callable[..., Path]:
    """Writes a data file: records as JSON, or sheets as a workbook."""

    def create(records: Any = None, *, sheets: dict[str, list[list[Any]]] | None = None, name: str = "log",
               **more: Any) -> Path:
        if sheets is None:
            path = tmp_path / f"{name}.json"
            path.write_text(json.dumps({"valise": 1, "records": records, **more}, ensure_ascii=False), encoding="utf-8")
            return path
        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, rows in sheets.items():
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append(row)
        path = tmp_path / f"{name}.xlsx"
        book.save(path)
        return path

    return create


@pytest.fixture
def load_into(engine: sa.Engine, create_file: Callable[..., Path]) -> LoadInto:
    """Writes a file and loads it."""

    def into(records: Any = None, *, hq: bool = False, **more: Any) -> Loaded:
        author = Author("HQ" if hq else "Officer", _HQ if hq else _KG, hq)
        return load(engine, create_file(records, **more), author, "HQ" if hq else "KG", CLOCK)

    return into


@pytest.fixture
def session(engine: sa.Engine) -> Iterator[Session]:
    """A session that reads what was loaded."""
    with read_session(engine) as session:
        yield session


def everything(engine: sa.Engine) -> dict[str, list[Any]]:
    """Every row of every table that travels."""
    with engine.connect() as connection:
        return {table: [tuple(row) for row in connection.execute(sa.select(model.__table__).order_by(model.id))]
                for table, model in synced_models().items()}


def told(load_into: LoadInto, *arguments: Any, **more: Any) -> list[str]:
    """The sentences a load was refused with."""
    with pytest.raises(RulesBroken) as broken:
        load_into(*arguments, **more)
    return [error.message for error in broken.value.errors]


# JSON


def test_records_of_a_file_belong_to_the_office_that_loads_it(load_into: LoadInto, session: Session) -> None:
    done = load_into({"activity": [_LAUNCH], "person": [{"id": "officer", "name": "Officer"}]}, office="KG")
    assert (done.counts, done.total) == ({"activity": 1, "person": 1}, 2)
    found = session.get_one(Activity, record_id("activity", "kg-launch"))
    assert (found.office, found.deleted, found.title) == (_KG, 0, "Launched")
    assert (found.output_id, found.country_id) == (record_id("output", "output-1"), record_id("country", "kg"))


def test_short_names_and_uuids_name_records_side_by_side(load_into: LoadInto, session: Session) -> None:
    id = new_id()
    load_into({"document": [{"id": id, "title": "Photo"}, {"id": "note", "title": "Note"}],
               "activity": [{**_LAUNCH, "output_id": record_id("output", "output-1"), "evidence_ids": ["note", id]}]})
    found = session.get_one(Activity, record_id("activity", "kg-launch"))
    assert found.evidence_ids == f"{record_id('document', 'note')} {id}"
    assert found.output_id == record_id("output", "output-1")


def test_a_uuid_is_itself_and_a_short_name_the_same_record_of_its_table_every_time() -> None:
    id = new_id()
    assert record_id("activity", id) == record_id("activity", f" {id.upper()} ") == id
    assert record_id("activity", "launch") == record_id("activity", " launch ") == named_id("activity", "launch")
    assert record_id("activity", "launch") != record_id("board", "launch")


def test_records_may_stand_in_any_order(load_into: LoadInto) -> None:
    assert load_into({
        "attendance": [{"id": "a", "activity_id": "kg-launch", "institution": "Ministry"}],
        "activity": [{**_LAUNCH, "planned_id": "line"}],
        "planned_activity": [{"id": "line", "title": "Launch", "output_id": "output-1", "period_id": "y1"}],
    }).total == 3


def test_loading_twice_gives_the_same(load_into: LoadInto, engine: sa.Engine) -> None:
    records = {"activity": [_LAUNCH], "expenditure": [
        {"id": "e", "period_id": "y1", "amount": "10.5", "currency": "USD"}]}
    load_into(records)
    before = everything(engine)
    load_into(records)
    assert everything(engine) == before


def test_a_second_file_changes_only_the_fields_it_gives(load_into: LoadInto, session: Session) -> None:
    load_into({"activity": [{**_LAUNCH, "place": "Bishkek"}]})
    load_into({"activity": [{"id": "kg-launch", "title": "Programme launched"}]})
    found = session.get_one(Activity, record_id("activity", "kg-launch"))
    assert (found.title, found.place, found.date_from) == ("Programme launched", "Bishkek", "2014-04")


def test_all_errors_of_a_file_are_told_together_where_they_stand_and_nothing_is_loaded(
        load_into: LoadInto, engine: sa.Engine) -> None:
    before = everything(engine)
    sentences = told(load_into, {
        "activity": [_LAUNCH, {"id": "two", "date_from": "2014-13"}, {**_LAUNCH, "id": "three", "women": "some"}],
        "person": [{"id": "p", "name": ""}],
        "country": [{"id": "tn", "code": "TN", "name": "Tunisia"}],
    })
    assert sentences == [
        "log.json: country 1 (tn): Only headquarters changes the framework: send your proposal to headquarters.",
        "log.json: person 1 (p): Enter a name or a role.",
        "log.json: activity 2 (two): Enter a title that says what happened.",
        "log.json: activity 2 (two): Choose the output the activity serves.",
        "log.json: activity 2 (two): 2014-13 is not in the calendar: check the day and the month.",
        "log.json: activity 3 (three): Enter “women” as a whole number.",
    ]
    assert everything(engine) == before


def test_what_no_table_has_is_told_by_name(load_into: LoadInto, engine: sa.Engine) -> None:
    before = everything(engine)
    assert told(load_into, {"activities": [_LAUNCH], "person": {"id": "p"}}) == [
        "log.json: there is no table “activities”: check its name.",
        "log.json: there is no table “person”: check its name."]
    assert told(load_into, {"person": [{"name": "Officer"}, "officer", {"id": 5}, {"id": " "}]}) == [
        f'log.json: person {place}: give the record an "id".' for place in (1, 2, 3, 4)]
    assert told(load_into, {"person": [{"id": "p", "name": "Officer", "colour": "x", "office": "kg"}]}) == [
        "log.json: person 1 (p): There is no field “colour” in “person”: check its name.",
        "log.json: person 1 (p): There is no field “office” in “person”: check its name."]
    assert everything(engine) == before


def test_a_name_given_twice_in_a_file_does_not_lose_a_record(load_into: LoadInto, engine: sa.Engine) -> None:
    before = everything(engine)
    assert told(load_into, {"person": [{"id": "p", "name": "Officer"}, {"id": "p", "name": "Assistant"}]}) == [
        'log.json: person 2 (p): this "id" stands already at log.json: person 1 (p): give it another one.']
    assert everything(engine) == before


def test_a_reference_to_nothing_is_told_at_its_field(load_into: LoadInto) -> None:
    with pytest.raises(RulesBroken) as broken:
        load_into({"activity": [{**_LAUNCH, "output_id": "output-9", "evidence_ids": ["lost"]}]})
    assert {error.field for error in broken.value.errors} == {"output_id", "evidence_ids"}


def test_a_file_for_another_office_is_refused(load_into: LoadInto, engine: sa.Engine) -> None:
    before = everything(engine)
    with pytest.raises(Refused, match=r"log\.json is written for the office RS, this is KG: load it there") as refused:
        load_into({"activity": [_LAUNCH]}, office="RS")
    assert refused.value.code == "load_other_office"
    assert everything(engine) == before


def test_another_offices_record_is_not_taken_over(load_into: LoadInto, session: Session) -> None:
    load_into({"activity": [_LAUNCH]})
    assert told(load_into, {"activity": [{**_LAUNCH, "title": "Ours"}]}, hq=True) == [
        "log.json: activity 1 (kg-launch): This record belongs to another office: ask it to make the change."]
    assert session.get_one(Activity, record_id("activity", "kg-launch")).title == "Launched"


@pytest.mark.parametrize(("content", "code"), [
    (b'{"valise": 2, "records": {}}', "load_format"), (b'{"records": {}}', "load_format"), (b"[1]", "load_format"),
    (b'{"valise": 1, "records": []}', "load_format"), (b'"valise"', "load_format"),
    (b"{", "load_unreadable"), (b"", "load_unreadable"), (b"\xff\xfe{}", "load_unreadable"),
    (b"[" * 100_000, "load_unreadable"), (b'{"valise": ' + b"1" * 5000 + b"}", "load_unreadable"),
    (b"%PDF-1.7", "load_unreadable"),
])
def test_what_is_no_data_file_is_refused_in_one_sentence(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "log.json"
    path.write_bytes(content)
    with pytest.raises(Refused, match=r"log\.json") as refused:
        read_file(path)
    assert refused.value.code == code
    assert "\n" not in refused.value.message


def test_a_file_that_is_not_there_or_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Refused, match=r"There is no file .*: check its name") as refused:
        read_file(tmp_path / "none.json")
    assert refused.value.code == "load_missing"
    monkeypatch.setattr("server.services.load._LARGEST", 3)
    (tmp_path / "log.json").write_bytes(b"{  }")
    with pytest.raises(Refused, match="too large to load: split it") as refused:
        read_file(tmp_path / "log.json")
    assert refused.value.code == "load_too_large"


def test_a_file_from_an_editor_that_marks_its_encoding_is_read(tmp_path: Path) -> None:
    path = tmp_path / "log.json"
    path.write_text(json.dumps({"valise": 1, "records": {}}), encoding="utf-8-sig")
    assert read_file(path).entries == ()


def test_numbers_in_fields_of_words_are_words_and_fractions_are_not_rounded(
        load_into: LoadInto, session: Session) -> None:
    load_into({"person": [{"id": "p", "name": 5}], "expenditure": [
        {"id": "e", "period_id": "y1", "amount": 10.5, "currency": "USD"}]})
    assert str(session.get_one(Expenditure, record_id("expenditure", "e")).amount) == "10.50"
    assert told(load_into, {"activity": [{**_LAUNCH, "women": 1.5}]}) == [
        "log.json: activity 1 (kg-launch): Enter “women” as a whole number."]


# a workbook


def test_a_workbook_has_a_sheet_per_table_and_a_row_per_record(load_into: LoadInto, session: Session) -> None:
    morning = datetime(2014, 5, 14, 8, 30)  # noqa: DTZ001 - as Excel keeps it
    done = load_into(sheets={
        "activity": [["id", "title", "date_from", "date_to", "output_id", "country_id", "women", "participants", None],
                     ["kg-launch", " Запуск ", morning, date(2014, 5, 16), "output-1", "kg", 3.0, None, "x"],
                     [None] * 9,
                     ["second", "Board met", 2014, None, "output-1", "kg", None, 12, None]],
        "expenditure": [["id", "period_id", "amount", "currency"], [71300, "y1", 12500.5, "USD"]],
    })
    assert done.counts == {"activity": 2, "expenditure": 1}
    first = session.get_one(Activity, record_id("activity", "kg-launch"))
    assert (first.title, first.date_from, first.date_to, first.women) == ("Запуск", "2014-05-14", "2014-05-16", 3)
    second = session.get_one(Activity, record_id("activity", "second"))
    assert (second.date_from, second.participants, second.women) == ("2014", 12, None)
    assert str(session.get_one(Expenditure, record_id("expenditure", "71300")).amount) == "12500.50"


def test_a_number_that_excel_made_of_a_name_names_the_same_record(load_into: LoadInto, session: Session) -> None:
    load_into(sheets={"budget_account": [["id", "code", "title"], [71300, 71300, "Consultants"]]}, hq=True)
    load_into({"expenditure": [
        {"id": "e", "period_id": "y1", "account_id": "71300", "amount": "1.00", "currency": "USD"}]})
    load_into(sheets={"expenditure": [["id", "account_id"], ["e", 71300]]})
    spent = session.get_one(Expenditure, record_id("expenditure", "e"))
    assert spent.account_id == record_id("budget_account", "71300")


def test_several_names_stand_in_one_cell(load_into: LoadInto, session: Session) -> None:
    load_into({"document": [{"id": "note", "title": "Note"}, {"id": "photo", "title": "Photo"}],
               "activity": [_LAUNCH]})
    load_into(sheets={"activity": [["id", "evidence_ids"], ["kg-launch", "photo  note"]]})
    found = session.get_one(Activity, record_id("activity", "kg-launch"))
    assert found.evidence_ids == f"{record_id('document', 'photo')} {record_id('document', 'note')}"


def test_errors_of_a_workbook_are_told_by_sheet_and_row(load_into: LoadInto, engine: sa.Engine) -> None:
    before = everything(engine)
    assert told(load_into, sheets={"Sheet1": [["id"], ["x"]], "person": [["id", "name"], [None, "Officer"]]}) == [
        "log.xlsx: there is no table “Sheet1”: check its name.", 'log.xlsx: person 2: give the record an "id".']
    assert told(load_into, sheets={"activity": [
        ["id", "title", "date_from", "women"], ["a", "Board met", "May", 2.5], ["b", None, 2014, None]]}) == [
        "log.xlsx: activity 2: Enter “women” as a whole number.",
        "log.xlsx: activity 2: Choose the output the activity serves.",
        "log.xlsx: activity 2: Enter a date such as 2014-05-14, 2014-05, 2014-Q2 or 2014.",
        "log.xlsx: activity 3: Enter a title that says what happened.",
        "log.xlsx: activity 3: Choose the output the activity serves.",
    ]
    assert everything(engine) == before


def test_what_is_no_workbook_is_refused(tmp_path: Path, create_file: Callable[..., Path]) -> None:
    whole = create_file(sheets={"person": [["id", "name"], ["p", "Officer"]]}).read_bytes()
    middle = len(whole) // 3
    for content in (b"", b"id;name", whole[:-20], whole[:middle] + b"\xff" * 40 + whole[middle + 40:]):
        path = tmp_path / "broken.xlsx"
        path.write_bytes(content)
        with pytest.raises(Refused, match=r"broken\.xlsx is not an Excel workbook: save it as \.xlsx") as refused:
            read_file(path)
        assert refused.value.code == "load_format"


def test_an_empty_sheet_loads_nothing(load_into: LoadInto) -> None:
    assert load_into(sheets={"person": [], "activity": [["id", "title"]]}).total == 0


def test_headquarters_loads_its_framework_as_its_own(session: Session) -> None:
    assert session.get_one(Programme, record_id("programme", "p")).office == _HQ
    assert session.get_one(Country, record_id("country", "kg")).office == _HQ
    assert session.query(Office).count() == 0
