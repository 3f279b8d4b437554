"""Search across everything: records of every kind whose texts hold all words asked for, with the words marked.

Activities, of which there may be very many, are found by their index; of the other kinds, which are few, every text is
looked at. Words are compared without case, accents, Arabic letter forms and articles, in every script.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from server.base.text import clean, fold, one_line
from server.db.base import synced_models
from server.db.session import UnitSession
from server.domain.activities.queries import Filter, activities
from server.domain.records import visible
from server.services.names import title_of

#: table -> the fields whose words are looked at, the first being what the record is called; in the order of the menu
SEARCHED: Mapping[str, tuple[str, ...]] = {
    "activity": ("title", "title_local", "narrative", "narrative_local", "place", "partners"),
    "planned_activity": ("title", "title_local", "responsible", "note"),
    "milestone": ("note",),
    "board": ("name", "mandate"),
    "board_member": ("institution",),
    "meeting": ("title", "place", "agenda", "minutes"),
    "decision": ("text", "action", "owner", "note"),
    "document": ("title", "file_name", "note"),
    "knowledge_product": ("title", "note"),
    "agreement": ("title", "parties", "note"),
    "challenge": ("title", "cause", "effect", "response", "text_local", "owner"),
    "lesson": ("title", "text"),
    "report_section": ("text", "text_local"),
}
#: records of a kind that one page shows, words asked for, words round a match
MOST, _MOST_WORDS, _AROUND = 8, 8, 12
#: tables whose record is called by what it belongs to
_BY_OTHERS = frozenset({"milestone", "decision", "report_section"})
_PIECE = re.compile(r"\s+|[^\s]+")


@dataclass(frozen=True)
class Piece:
    """A stretch of text, and whether it is one of the words asked for."""

    text: str
    marked: bool


@dataclass(frozen=True)
class Hit:
    """A record that was found: what it is called, and where in its texts the words stand, if not in its name."""

    table: str
    id: str
    title: tuple[Piece, ...]
    excerpt: tuple[Piece, ...]


@dataclass(frozen=True)
class Group:
    """What was found of one kind; `more` says that there is more than is shown."""

    table: str
    hits: tuple[Hit, ...]
    more: bool


def asked_words(words: str) -> list[str]:
    """The words asked for, folded; empty when there is nothing to look for."""
    return list(dict.fromkeys(fold(one_line(words.replace("\0", " "))).split()))[:_MOST_WORDS]


def search(session: UnitSession, words: str) -> list[Group]:
    """What holds all of the words, by kind; kinds of which nothing was found are left out."""
    asked = asked_words(words)
    found = [_group(session, table, words, asked) for table in SEARCHED] if asked else []
    return [group for group in found if group.hits]


def _group(session: UnitSession, table: str, words: str, asked: list[str]) -> Group:
    rows = _activities(session, words) if table == "activity" else list(_looked_at(session, table, asked))
    return Group(table, tuple(_hit(session, table, row, asked) for row in rows[:MOST]), len(rows) > MOST)


def _activities(session: UnitSession, words: str) -> list[Any]:
    return list(activities(session, Filter(words=one_line(words))).items)


def _looked_at(session: UnitSession, table: str, asked: list[str]) -> Iterator[Any]:
    """Records whose texts hold the words, the newest first."""
    model = synced_models()[table]
    text: Any = sa.func.coalesce(getattr(model, SEARCHED[table][0]), "")
    for name in SEARCHED[table][1:]:
        text = text + " " + sa.func.coalesce(getattr(model, name), "")
    query = visible(model).where(*(sa.func.fold(text).contains(word, autoescape=True) for word in asked))
    yield from session.scalars(query.order_by(model.id.desc()).limit(MOST + 1))


def _hit(session: UnitSession, table: str, row: Any, asked: list[str]) -> Hit:
    texts = [clean(str(getattr(row, name) or "")) for name in SEARCHED[table]]
    by_others = table in _BY_OTHERS or not texts[0]
    title = one_line(title_of(session, table, row.id) if by_others else texts[0])
    rest = texts if by_others else texts[1:]
    telling = next((text for text in rest if _first(text, asked) is not None), "")
    return Hit(table, row.id, marked(title, asked), excerpt(telling, asked) if telling else ())


def marked(text: str, asked: list[str]) -> tuple[Piece, ...]:
    """The text in pieces, words that hold one of those asked for marked; neighbours of one kind are one piece."""
    found: list[Piece] = []
    for part in _PIECE.findall(text):
        hit = any(word in fold(part) for word in asked)
        if found and found[-1].marked == hit:
            found[-1] = Piece(found[-1].text + part, hit)
        else:
            found.append(Piece(part, hit))
    return tuple(found)


def _first(text: str, asked: list[str]) -> int | None:
    """The place among its words of the first one asked for."""
    return next((n for n, part in enumerate(text.split()) if any(word in fold(part) for word in asked)), None)


def excerpt(text: str, asked: list[str]) -> tuple[Piece, ...]:
    """The words of a text round the first one asked for, marked; its beginning where none is in it."""
    parts, first = text.split(), _first(text, asked) or 0
    start = max(first - _AROUND, 0)
    end = start + 2 * _AROUND + 6
    said = " ".join(parts[start:end])
    return marked(f"{'… ' if start else ''}{said}{' …' if end < len(parts) else ''}", asked)
