"""Workbooks from anywhere: a hostile or broken one gets one sentence, costs little, and changes nothing."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.base.errors import Refused, RulesBroken, ValiseError
from server.services.folder import Folder
from server.services.load import LoadFile, read_file
from server.services.sheets import reading
from server.services.sheets.reading import read_book
from server.services.sheets.tracker import applied, guess
from tests.services.workbooks import columns, edit, look, own_table, take, template
from tests.services.world import Desk, dump, shown

_WHOLE = own_table([["Date", "Title"], ["2014", "Launch"]])


@pytest.fixture
def office(desk: Desk) -> Folder:
    """The office in Kyrgyzstan."""
    return desk.open("kg")


def _changed(change: Callable[[str, bytes], bytes | None], more: dict[str, bytes] | None = None) -> bytes:
    """A workbook whose parts are changed, left out (None) or added."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(_WHOLE)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for name in source.namelist():
            content = change(name, source.read(name))
            if content is not None:
                out.writestr(name, content)
        for name, content in (more or {}).items():
            out.writestr(name, content)
    return target.getvalue()


_BOMB = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
_FILE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


def _before_root(head: bytes) -> Callable[[str, bytes], bytes]:
    return lambda name, content: (head + content.partition(b"?>")[2] if content.startswith(b"<?xml") else head + content
                                  ) if name == "xl/worksheets/sheet1.xml" else content  # fmt: skip


_EBCDIC = b'<?xml version="1.0" encoding="cp037"?><a/>'
_HOSTILE: dict[str, bytes] = {
    "empty": b"",
    "not a zip": b"id;name\n1;2\n",
    "a zip of something else": _changed(lambda name, content: None, {"a.txt": b"x"}),
    "cut off": _WHOLE[:-30],
    "entities that multiply": _changed(_before_root(_BOMB)),
    "an entity that names a file": _changed(_before_root(_FILE)),
    "entities in another encoding": _changed(
        lambda name, content: (_BOMB.decode() + "<a/>").encode("utf-16") if name.endswith("sheet1.xml") else content),
    "an encoding in which they could hide": _changed(
        lambda name, content: _EBCDIC if name.endswith("sheet1.xml") else content),
    "a part that unpacks to a hundred megabytes": _changed(
        lambda name, content: b" " * (100 << 20) if name == "xl/sharedStrings.xml" else content),
    "thousands of parts": _changed(lambda name, content: content, {f"x/{n}.xml": b"<a/>" for n in range(1_500)}),
    "no sheet": _changed(lambda name, content: None if "worksheets" in name else content),
    "a row beyond all rows": _changed(lambda name, content: content.replace(b'r="2"', b'r="99999999999"')),
    "a shared string that is not there": _changed(
        lambda name, content: content.replace(b"<v>1</v>", b"<v>999999</v>") if "sheet1" in name else content),
    "half a sheet": _changed(lambda name, content: content[:200] if "sheet1" in name else content),
}  # fmt: skip


@pytest.mark.parametrize("name", _HOSTILE)
def test_a_hostile_file_gets_one_sentence_and_costs_little(office: Folder, tmp_path: Path, name: str) -> None:
    path = tmp_path / "hostile.xlsx"
    path.write_bytes(_HOSTILE[name])
    before = dump(office)
    tracemalloc.start()
    try:
        with pytest.raises((Refused, RulesBroken)) as told:
            take(office, path)
        assert tracemalloc.get_traced_memory()[1] < 130 << 20
    finally:
        tracemalloc.stop()
    assert "hostile.xlsx" in told.value.message
    assert "Traceback" not in told.value.message
    assert dump(office) == before


def test_too_many_rows_and_bytes_are_refused_and_columns_far_out_are_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST_ROWS", 20)
    monkeypatch.setattr(reading, "MOST_COLUMNS", 5)
    path = tmp_path / "long.xlsx"
    path.write_bytes(own_table([["x"] * 9] * 22))
    assert len(read_book(path)[0].rows) == 22
    assert {len(row) for _number, row in read_book(path)[0].rows} == {5}
    path.write_bytes(own_table([["x"]] * 23))
    with pytest.raises(Refused, match="more than 20 rows: split it"):
        read_book(path)
    monkeypatch.setattr(reading, "LARGEST", 100)
    with pytest.raises(Refused, match="too large to load"):
        read_book(path)


def test_control_characters_and_turns_of_direction_do_not_come_in(office: Folder, tmp_path: Path) -> None:
    path = template(office, "activities", tmp_path / "a.xlsx")
    edit(path, {3: {"date_from": "2014", "title": "Pay \u202eevil\u202c\u2066 \u200bnow", "output_id": "1"}})
    (done,) = take(office, path).done
    title = shown(office, "activity", done.entry.id)["title"]
    assert not set(title) & set("\u202e\u202c\u2066\u2069")
    assert title.startswith("Pay evil")


_CELLS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.dates(), st.datetimes(), st.times(),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=30),
    st.sampled_from(["=1+1", "#REF!", "2014-05-14", "1.2.2014", "Q2 2014", "May 2014", "Yes", "1", "Output 1", "-",
                     "9e99", "١٢", "٢٠١٤", "{}", "[]", "0190c9a0-0000-7000-8000-000000000000", '{"title":["x"]}']),
)  # fmt: skip


def _refused(attempt: Callable[[], object]) -> str | None:
    """The sentence that an attempt was refused with; None when it was not."""
    try:
        attempt()
    except ValiseError as refused:
        return refused.message
    return None


def _put(sheet: Any, row: int, column: int, value: Any) -> None:
    try:
        sheet.cell(row, column).value = value
    except (ValueError, openpyxl.utils.exceptions.IllegalCharacterError):
        sheet.cell(row, column).value = "?"


@given(st.data())
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_stands_in_the_cells_of_a_template_is_loaded_whole_or_told(
    office: Folder, tmp_path: Path, data: st.DataObject
) -> None:
    path = template(office, data.draw(st.sampled_from(["activities", "workplan", "boards", "expenditures"])),
                    tmp_path / "any.xlsx")
    book = openpyxl.load_workbook(path)
    for sheet in book.worksheets[:-1]:
        for row in range(3, 3 + data.draw(st.integers(1, 3))):
            for column in [1, 2, *columns(sheet).values()]:
                if data.draw(st.integers(0, 2)) == 0:
                    _put(sheet, row, column, data.draw(_CELLS))
    book.save(path)
    before = dump(office)
    told = _refused(lambda: take(office, path))
    assert told is None or (told and dump(office) == before)


@given(st.lists(st.lists(_CELLS, max_size=6), max_size=8))
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_stands_in_an_own_table_is_read_or_told(
    office: Folder, tmp_path: Path, rows: list[list[Any]]
) -> None:
    book = openpyxl.Workbook()
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row, 1):
            _put(book.active, number, column, value)
    path = tmp_path / "own.xlsx"
    book.save(path)
    before = dump(office)
    (sheet,) = read_book(path)
    layout = guess(sheet, "activity")
    file = LoadFile(None, None, (), (applied(path.name, sheet, layout),))
    assert all(error.message for error in look(office, path, file).errors)
    assert dump(office) == before, "a look changes nothing"


@given(st.binary(max_size=400), st.integers(0, len(_WHOLE) - 1))
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_bytes_are_a_workbook_or_told(tmp_path: Path, noise: bytes, at: int) -> None:
    path = tmp_path / "noise.xlsx"
    path.write_bytes(_WHOLE[:at] + noise + _WHOLE[at + len(noise):])
    told = _refused(lambda: read_file(path))
    assert told is None or "noise.xlsx" in told
