"""Reads finished PDFs as a person does: words with their places, bookmarks with their pages."""

from __future__ import annotations

import io
import re
import subprocess
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import pikepdf


class Word(NamedTuple):
    """A word and its box on a page, in points from the upper left corner."""

    left: float
    top: float
    right: float
    bottom: float
    text: str


class Page(NamedTuple):
    """A page with its words."""

    width: float
    height: float
    words: list[Word]


def text_of(pdf: bytes, pdftotext: str, *options: str) -> str:
    """The text in reading order, pages parted by form feeds."""
    run = subprocess.run([pdftotext, "-enc", "UTF-8", *options, "-", "-"], input=pdf, capture_output=True, check=True)
    return run.stdout.decode()


def flat(text: str) -> str:
    """Every run of blanks as one space."""
    return re.sub(r"\s+", " ", text).strip()


def pages_of(pdf: bytes, pdftotext: str, folder: Path) -> list[Page]:
    """Pages with the places of their words."""
    source = folder / "pages.pdf"
    source.write_bytes(pdf)
    run = subprocess.run([pdftotext, "-bbox", str(source), "-"], capture_output=True, check=True)
    read = run.stdout.decode("utf-8", "replace")  # poppler writes some signs of the file's properties in halves
    clean = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "", read)
    root = ElementTree.fromstring(clean)
    space = "{http://www.w3.org/1999/xhtml}"
    return [Page(float(page.attrib["width"]), float(page.attrib["height"]), [
        Word(*(float(word.attrib[k]) for k in ("xMin", "yMin", "xMax", "yMax")), _visible(word.text or ""))
        for word in page.iter(f"{space}word") if _visible(word.text or "")]) for page in root.iter(f"{space}page")]


def _visible(word: str) -> str:
    """Without the marks that only steer the order of letters."""
    return re.sub("[\u200e\u200f\u2066-\u2069]", "", word)


def bookmarks_of(pdf: bytes) -> list[tuple[int, str, int]]:
    """(level, title, page counted from 1) of each bookmark, in order."""
    found: list[tuple[int, str, int]] = []
    with pikepdf.open(io.BytesIO(pdf)) as document:
        numbers = {page.objgen: number for number, page in enumerate(document.pages, 1)}
        names = document.Root.get("/Dests", {})

        def page_of(target: pikepdf.Object) -> int:
            if isinstance(target, (pikepdf.Name, pikepdf.String)):
                target = names[str(target)]
            if isinstance(target, pikepdf.Dictionary):
                target = target.D
            return numbers[target[0].objgen]

        def walk(items: list[pikepdf.OutlineItem], level: int) -> None:
            for item in items:
                found.append((level, str(item.title), page_of(item.destination)))
                walk(list(item.children), level + 1)

        with document.open_outline() as outline:
            walk(list(outline.root), 0)
    return found


def misplaced(pages: list[Page], side: float) -> list[str]:
    """Words outside the margins, and pairs of words that lie over each other; `side` is the margin in points.

    A box may be wider than its ink by an invisible mark: 3 points are let through.
    """
    odd: list[str] = []
    for number, page in enumerate(pages[1:], 2):
        odd += [f"page {number}: {w.text} sticks out" for w in page.words
                if w.left < side - 3 or w.right > page.width - side + 3 or w.bottom > page.height]
        ordered = sorted(page.words)
        for place, one in enumerate(ordered):
            for other in ordered[place + 1:]:
                if other.left > one.right - 1.5:
                    break
                deep = min(one.bottom, other.bottom) - max(one.top, other.top)
                if deep > 0.55 * min(one.bottom - one.top, other.bottom - other.top):
                    odd.append(f"page {number}: {one.text} lies over {other.text}")
    return odd
