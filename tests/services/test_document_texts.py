"""What the documents of the example say on paper, in all languages: whole, in order, in one language, as it was."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

import pypdfium2
import pytest

from server.base.i18n import LANGUAGES, catalog, direction
from server.services.folder import open_folder
from tests.conftest import RequireTool
from tests.services.document_texts import CLOCK, KEPT, KINDS, Document, bare, draw, golden_file, golden_text, pages
from tests.services.world import EXAMPLE_FILES, Example, copy_folder

DOCUMENTS = [(kind, language) for kind in KINDS for language in LANGUAGES]
_PLACEHOLDER = re.compile(r"%\\?\(\w+\\?\)s")
_ARABIC = re.compile("[\u0621-\u063a\u0641-\u064a\u064b-\u0652]+(?: [\u0621-\u063a\u0641-\u064a\u064b-\u0652]+)*")
_MARKS = "\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652"
_LATIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9,.]*[A-Za-z0-9]")


@pytest.fixture(scope="module")
def drawn(example: Example, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[tuple[str, str], Document]]:
    """Every document, drawn once."""
    folder = open_folder(copy_folder(example.root / "hq", tmp_path_factory.mktemp("texts") / "hq"), CLOCK)
    yield {key: draw(folder, *key) for key in DOCUMENTS}
    folder.close()


def missing(told: list[str], found: list[str]) -> list[str]:
    """Texts that stand neither on a page nor over the end of one, letter by letter and in order."""
    whole = "".join(found)
    return [text for text in told if bare(text) not in whole and not _over_the_end(bare(text), found)]


def _over_the_end(text: str, found: list[str]) -> bool:
    return any(text[:n] in before and text[n:] in behind
               for before, behind in pairwise(found) for n in range(1, len(text)))


@pytest.mark.slow
@pytest.mark.poppler
@pytest.mark.parametrize(("kind", "language"), DOCUMENTS)
def test_every_text_is_found_as_it_was_written(
    drawn: dict[tuple[str, str], Document], kind: str, language: str, require_tool: RequireTool
) -> None:
    document = drawn[kind, language]
    told, found = document.told(), pages(document, language, require_tool("pdftotext"))
    assert len(told) > 30
    if direction(language) == "ltr":
        assert missing(told, found) == []
        return
    # Readers put lines of two directions and of columns in an order of their own, and have weaknesses: they put a mark
    # at a word's end behind the sign that follows, and pdfium turns "E10" round. Words and headings are whole.
    arabic = {word for text in told for phrase in _phrases(text) for word in phrase.split()}
    arabic |= {phrase for entry in document.story.entries for phrase in _phrases(entry.title)}
    latin = {phrase for text in told for phrase in _LATIN.findall(text)}
    assert min(len(arabic), len(latin)) > 40
    with pypdfium2.PdfDocument(document.pdf) as opened:
        chrome = bare("".join(page.get_textpage().get_text_range() for page in opened))
    poppler = bare("".join(pages(document, language, require_tool("pdftotext"), drawn=False)))
    assert sorted(phrase for phrase in arabic if bare(phrase) not in chrome) == []
    assert sorted(phrase for phrase in latin if bare(phrase) not in poppler) == []


def _phrases(text: str) -> Iterator[str]:
    """Arabic words in a row; without the marks on their last letter where a sign follows it."""
    for found in _ARABIC.finditer(text):
        yield found[0].rstrip(_MARKS) if text[found.end() : found.end() + 1].strip() else found[0]


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "language"), [key for key in DOCUMENTS if key[1] != "en"])
def test_nothing_is_said_in_english_that_has_a_translation(
    drawn: dict[tuple[str, str], Document], kind: str, language: str
) -> None:
    said = set(drawn[kind, language].told()) - recorded()
    assert sorted(text for text in said if english(language).fullmatch(text.strip())) == []


@cache
def recorded() -> frozenset[str]:
    """What the example's people wrote: it stays in the language it was written in."""
    found: set[str] = set()

    def walk(value: object) -> None:
        if isinstance(value, str):
            found.update(line.strip() for line in value.split("\n"))
        elif isinstance(value, dict | list):
            for one in value.values() if isinstance(value, dict) else value:
                walk(one)

    for path in EXAMPLE_FILES.glob("*.json"):
        walk(json.loads(path.read_text("utf-8")))
    return frozenset(found)


@cache
def english(language: str) -> re.Pattern[str]:
    """Any English sentence of the programme that the language has other words for."""
    messages: dict[object, str] = catalog(language)._catalog  # type: ignore[attr-defined]
    sources = {key[0] if isinstance(key, tuple) else str(key): text for key, text in messages.items() if key}
    texts = set(messages.values())  # the French for “Share” is “Part”, which is an English word, too
    patterns = []
    for source, text in sources.items():
        words = len(re.findall("[A-Za-z]{2,}", _PLACEHOLDER.sub("", source)))
        if text and text != source and source not in texts and words >= (3 if _PLACEHOLDER.search(source) else 1):
            patterns.append(_PLACEHOLDER.sub(".{1,80}", re.escape(source)))
    return re.compile("|".join(patterns))


@pytest.mark.slow
@pytest.mark.poppler
@pytest.mark.parametrize(("kind", "language"), [key for key in DOCUMENTS if key[0] in KEPT])
def test_the_pages_say_what_they_said(
    drawn: dict[tuple[str, str], Document], kind: str, language: str, require_tool: RequireTool
) -> None:
    """Wanted changes are kept by `python -m tests.services.document_texts`."""
    kept = golden_file(kind, language).read_text("utf-8").splitlines()
    assert golden_text(drawn[kind, language], require_tool("pdftotext")).splitlines() == kept
