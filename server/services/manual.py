"""The manual: its topics in the reader's language, and the passages that hold the words looked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from server.base.i18n import language, screen
from server.base.latin import in_latin
from server.base.text import fold, one_line
from server.services.search import Piece, asked_words, excerpt, marked

_MANUAL = Path(__file__).resolve().parents[1] / "help"
#: topics in the order of the menu, named as the pages they belong to
TOPICS = (
    "home", "activities", "workplan", "milestones", "boards", "indicators", "finance", "documents", "challenges",
    "reports", "exchange", "importing", "search", "overview", "offices", "settings", "setup",
)  # fmt: skip
_PICTURE, _LINK = re.compile(r"!\[[^\]]*\]\([^)]*\)"), re.compile(r"\[([^\]]*)\]\([^)]*\)")
_SIGNS = re.compile(r"[*_`]")


@dataclass(frozen=True)
class Passage:
    """What stands below one heading: its topic, the heading's number on the page from 0, the words found in both."""

    topic: str
    place: int
    heading: tuple[Piece, ...]
    excerpt: tuple[Piece, ...]


def text_of(topic: str) -> str:
    """A topic as Markdown in the reader's language, in English where it is not translated; "" when there is none."""
    for code in (language(), "en"):
        path = _MANUAL / code / f"{topic}.md"
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            return in_latin(text) if screen() == "sr-Latn" else text
    return ""


def title_of(topic: str) -> str:
    """What a topic is called: its first heading."""
    return text_of(topic).partition("\n")[0].removeprefix("# ") or topic


def find(words: str) -> list[Passage]:
    """Passages that hold all of the words, those that have them in their heading first."""
    asked = asked_words(words)
    found = [one for topic in TOPICS for one in _found(topic, asked)] if asked else []
    return [one for _n, one in sorted(found, key=lambda pair: pair[0])]


def _found(topic: str, asked: list[str]) -> Iterator[tuple[int, Passage]]:
    title = title_of(topic)
    for place, (heading, text) in enumerate(_passages(text_of(topic))):
        named = heading if place == 0 else f"{title}: {heading}"
        whole = fold(f"{named} {text}")
        if all(word in whole for word in asked):
            missed = sum(word not in fold(heading) for word in asked)
            yield missed, Passage(topic, place, marked(named, asked), excerpt(text, asked))


def _passages(text: str) -> Iterator[tuple[str, str]]:
    """(heading, plain text below it)."""
    for part in re.split(r"^#+ ", text, flags=re.MULTILINE)[1:]:
        heading, _line, below = part.partition("\n")
        lines = re.sub(r"^\s*[-|]+\s|\|", " ", _PICTURE.sub("", below), flags=re.MULTILINE)
        yield one_line(heading), one_line(_SIGNS.sub("", _LINK.sub(r"\1", lines)))
