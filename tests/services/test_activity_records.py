"""The record of an activity: every field, who came, what shows it, and its photos or a frame where one is missing."""

from __future__ import annotations

import io
from pathlib import Path

import docx
import pikepdf
import pytest
from PIL import Image

from server.base.errors import NotFound
from server.db.session import write_session
from server.domain.activities.commands import record_attendance
from server.domain.documents.queries import documents
from server.domain.records import Work
from server.services import filing
from server.services.documents import Request, report_file
from server.services.folder import Folder
from tests.conftest import RequireTool
from tests.pdf_reading import bookmarks_of, flat, text_of
from tests.services.world import Desk, log


def photo(colour: str) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (1600, 1200), colour).save(target, "JPEG")
    return target.getvalue()


def shown_with_photos(office: Folder) -> str:
    """An activity with attendance, a paper and two photos, of which the second is not here."""
    id = log(office, "A fair in Osh", in_report=1, date_from="2014-06", women=12, men=8, participants=20, place="Osh",
             narrative="It was **well** visited.", partners="The chamber of commerce")
    with write_session(office.engine, office.author()) as session:
        session.info["clock"] = office.clock
        work = Work(session, office.author(), office.clock)
        record_attendance(work, {"activity_id": id, "institution": "Ministry of Labour", "women": 3, "men": 2})
        filing.file_evidence(work, office.data, id, "List of participants", "")
        filing.file_evidence(work, office.data, id, "The stand", "", [filing.Upload("a.jpg", lambda: photo("teal"))])
        upload = filing.Upload("b.jpg", lambda: photo("red"))
        gone = filing.file_evidence(work, office.data, id, "The hall", "", [upload])
        lost = documents(session, gone.made)[0]
    for sha256 in (lost.sha256, lost.copy_sha256):
        (office.data.blobs / str(sha256)).unlink()
    return id


def record(office: Folder, form: str, id: str | None, language: str = "en") -> bytes:
    return report_file(office, "activity", form, Request("y1", language, None, None, id))[0]


def test_one_activity_tells_everything_and_shows_its_photos(desk: Desk, require_tool: RequireTool) -> None:
    office = desk.open("kg")
    pdf = record(office, ".pdf", shown_with_photos(office))
    told = flat(text_of(pdf, require_tool("pdftotext")))
    for said in ("A fair in Osh", "June 2014", "Osh", "The chamber of commerce", "It was well visited.", "Women 12",
                 "Men 8", "All participants 20", "Ministry of Labour", "List of participants", "E2 · The stand",
                 "This photo has not arrived here yet.", "E3 · The hall"):
        assert said in told, said
    with pikepdf.open(io.BytesIO(pdf)) as document:
        pictures = [image for page in document.pages for image in page.images.values()]
        assert len(pictures) == 1
        assert max(int(pictures[0].Width), int(pictures[0].Height)) <= 1000, "a copy scaled for paper"
    assert len(pdf) < 100_000


def test_in_word_too(desk: Desk, tmp_path: Path) -> None:
    office = desk.open("kg")
    file = docx.Document(io.BytesIO(record(office, ".docx", shown_with_photos(office))))
    assert len(file.inline_shapes) == 1
    assert file.inline_shapes[0]._inline.docPr.get("descr") == "E2 · The stand"
    assert any("This photo has not arrived here yet." in cell.text
               for table in file.tables for row in table.rows for cell in row.cells)


def test_a_period_has_a_page_for_each_activity_in_the_report_or_not(desk: Desk) -> None:
    office = desk.open("kg")
    log(office, "A visit that nobody reports", in_report=0, date_from="2014-06")
    titles = [title for _level, title, _page in bookmarks_of(record(office, ".pdf", None))]
    assert "A visit that nobody reports" in titles
    assert len([title for title in titles if title == "Evidence"]) == 5


def test_an_activity_that_is_not_here_is_refused(desk: Desk) -> None:
    with pytest.raises(NotFound):
        record(desk.open("kg"), ".pdf", "no such id")
