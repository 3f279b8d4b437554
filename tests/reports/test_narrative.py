"""What people type into texts: links can be pressed and are read aloud, lists are lists, on paper and in Word."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pikepdf
import pytest

from server.reports import carrier
from server.reports.frame import Frame
from server.reports.manuscript import Manuscript, typeset
from server.reports.office.word import as_word
from server.reports.parts.mixed import MixedStory
from server.reports.parts.narrative import write_items, write_text
from server.reports.story import Story
from tests.reports.carrier.test_second_opinions import VALIDATOR
from tests.reports.conftest import MOMENT

TEXT = (
    "The page of the [United Nations Development Programme on migration and development, which has a long name]"
    "(https://www.undp.org/migration?lang=é) says **more**.\n\n1. First\n2. Second with [a link](https://iom.int)\n\n"
    "- one\n- *two*"
)


def manuscript(text: str, language: str = "en") -> Manuscript:
    def tell(story: Story) -> None:
        story.heading(1, "Executive summary")
        write_text(story, text)
        write_items(story, [("Title", text, "")])

    return Manuscript(language, Frame("A report", when=MOMENT), tell)


def kinds(text: str) -> list[tuple[str, str]]:
    """(what was asked of the story, the words) for each block of a text."""
    found: list[tuple[str, str]] = []

    class Heard(Story):
        def paragraph(self, text: Any, style: str = "body") -> None:
            found.append(("paragraph", str(text)))

        def bullets(self, items: Any) -> None:
            found.extend(("bullet", str(item)) for item in items)

        def enumerated(self, items: Any) -> None:
            found.extend((f"number {label}", str(item)) for label, item in items)

    write_text(Heard(), text)
    return found


def test_lists_stand_where_they_were_typed() -> None:
    assert kinds("Before:\n- a\n- b\nafter\n1. c\n2) d") == [
        ("paragraph", "Before:"), ("bullet", "a"), ("bullet", "b"), ("paragraph", "after"), ("number 1.", "c"),
        ("number 2.", "d")]  # fmt: skip


@pytest.mark.parametrize("text", ["3. A sentence that opens with a number.", "12. maja 2014. je bio sastanak",
                                  "1999. was long ago\n2014. is near", "4. and\n9. do not count up"])  # fmt: skip
def test_a_number_that_counts_nothing_is_no_list(text: str) -> None:
    assert [kind for kind, _words in kinds(text)] == ["paragraph"]


@pytest.mark.parametrize("language", ["en", "ar", "bn"])
def test_a_link_leads_out_and_has_its_place_in_what_is_read_aloud(language: str) -> None:
    with pikepdf.open(io.BytesIO(typeset(manuscript(TEXT, language)).pdf)) as document:
        links = [note for page in document.pages for note in page.get("/Annots", [])]
        addresses = {str(note.A.URI) for note in links}
        assert addresses == {"https://www.undp.org/migration?lang=%C3%A9", "https://iom.int"}
        assert all(note.F == 4 and str(note.Contents) and "/StructParent" in note for note in links)
        parents = dict(zip(*[iter(document.Root.StructTreeRoot.ParentTree.Nums)] * 2, strict=True))
        assert {str(parents[note.StructParent].S) for note in links} == {"/Link"}


def test_a_link_that_breaks_over_two_lines_is_pressed_on_both() -> None:
    story = MixedStory(language="en")
    write_text(story, TEXT.split("\n\n", maxsplit=1)[0])
    with pikepdf.open(io.BytesIO(typeset(manuscript(TEXT.split("\n\n", maxsplit=1)[0])).pdf)) as document:
        boxes = [[float(v) for v in note.Rect] for page in document.pages for note in page.Annots]
    assert len({box[1] for box in boxes}) >= 4, "two lines in each of the two texts"
    assert all(box[2] > box[0] and box[3] > box[1] for box in boxes)


def test_the_word_file_has_the_links_too() -> None:
    file = docx.Document(io.BytesIO(as_word(manuscript(TEXT))))
    found = [link.address for paragraph in file.paragraphs for link in paragraph.hyperlinks]
    assert found[:2] == ["https://www.undp.org/migration?lang=é", "https://iom.int"]
    runs = {run.text: (run.bold, run.italic) for paragraph in file.paragraphs for run in paragraph.runs}
    assert runs["more"] == (True, None)
    assert runs["two"] == (None, True)


@pytest.mark.slow
@pytest.mark.parametrize("profile", ["3a", "ua1"])
def test_pages_with_links_and_lists_are_valid(
    require: Callable[..., None], tmp_path: Path, profile: str
) -> None:
    require(VALIDATOR.is_file(), "the PDF/A validator beside the repository")
    for language in ("en", "ar"):
        pages = typeset(manuscript(TEXT, language)).pdf
        (tmp_path / f"{language}.pdf").write_bytes(carrier.archive(
            pages, title="A report", author="HQ", subject="Programme", language=language, when=MOMENT))
    command = [str(VALIDATOR), profile, *map(str, tmp_path.glob("*.pdf"))]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert told.stdout.count("PASS") == 2, told.stdout + told.stderr
