"""Conflicts and open questions as pages show them: records and fields by name, each side in words, texts compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for

from server.base.i18n import _
from server.base.worddiff import IN, OUT, SAME, Piece, differences
from server.base.worddiff import words as cut_words
from server.db.session import UnitSession, read_session
from server.services import conflicts as service
from server.services.conflicts import Conflict, Side
from server.services.folder import Folder
from server.services.issues import Question, questions
from server.sync import heads
from server.web.questions import is_long, is_words
from server.web.records import address_of, field_words, table_words, value_words

#: letters of a long text that a list shows where nothing is compared
_EXCERPT = 240
#: letters that tell a button from another
_GIST = 60
#: words and blanks of what is the same that a list shows on either side of a change
_AROUND = 9


@dataclass(frozen=True)
class Choice:
    """One side of a dispute: its value in words, who set it, and whether it is the one on screen.

    `claimed` is the ISO time by its author's clock, `doubt` that it cannot be right, `arrived` the ISO time it was
    imported here (None: set on this laptop). `pieces` is a long text against what it was before; `changes` what an
    edit gave the record that another side deleted, as (field, value) in words; `typed` says that the words are a
    person's own and may run in another direction than the page; `deletes` that this side deletes the record.
    """

    words: str
    who: str
    shown: bool
    mine: bool = False
    claimed: str = ""
    doubt: bool = False
    arrived: str | None = None
    pieces: tuple[Piece, ...] = ()
    changes: tuple[tuple[str, str], ...] = ()
    typed: bool = True
    deletes: bool = False

    @property
    def excerpt(self) -> str:
        """As much of it as a list shows."""
        return self.words if len(self.words) <= _EXCERPT else f"{self.words[:_EXCERPT].rstrip()} …"


    @property
    def gist(self) -> str:
        """What tells its button from the others': the value, or what a long text changed."""
        changed = [piece.text.strip() for kind in (IN, OUT) for piece in self.pieces if piece.kind == kind]
        words = changed[0] if changed else self.words
        return words if len(words) <= _GIST else f"{words[:_GIST].rstrip()} …"


@dataclass(frozen=True)
class Dispute:
    """A conflict in words. `ours`: this office may choose; `url`: the record's own page, if it has one.

    `before` is what it was before all of them, in words; `long` says that its texts have a page to be compared on;
    `heads` are the changesets displayed, the sides first and in their order.
    """

    id: str
    record: str
    title: str
    field: str
    choices: tuple[Choice, ...]
    ours: bool
    url: str | None
    key: tuple[str, str] = ("", "")
    before: str | None = None
    long: bool = False
    heads: str = ""


@dataclass(frozen=True)
class Asked:
    """An open question with the page on which it is mended, if there is one."""

    question: Question
    url: str | None


def disputes(folder: Folder) -> list[Dispute]:
    """All conflicts that wait for a person, in words of the current language; those of one record together."""
    found = service.conflicts(folder)
    with read_session(folder.engine) as session:
        return [told(session, conflict) for conflict in found]


def dispute(folder: Folder, conflict: Conflict) -> Dispute:
    """One conflict, its texts compared with what they were before."""
    with read_session(folder.engine) as session:
        return told(session, conflict, compared=True)


def asked(folder: Folder) -> list[Asked]:
    """All open questions that are no choice between values."""
    with read_session(folder.engine) as session:
        found = questions(session, folder.identity.office, folder.identity.hq)
        return [Asked(one, address_of(session, one.table, one.row) if one.ours else None) for one in found]


def open_at(session: UnitSession, table: str, row: str) -> list[str]:
    """Ids of the conflicts of one record."""
    return [issue.id for issue in heads.issues_of(session.connection(), table, row, service.KINDS)]


def keep_of(conflict: Conflict, displayed: Sequence[str], place: int) -> str:
    """The changeset of the side at a place, as the page displayed the sides; empty when there is none."""
    shown = displayed or [side.changeset for side in conflict.sides]
    return shown[place] if 0 <= place < len(shown) else ""


def told(session: UnitSession, conflict: Conflict, *, compared: bool = False) -> Dispute:
    """A conflict in words."""
    sides = [side.changeset for side in conflict.sides]
    before = conflict.before
    return Dispute(
        conflict.id,
        table_words(conflict.table),
        conflict.title,
        _("Kept or deleted?") if conflict.kind == "delete" else field_words(conflict.field),
        tuple(_choice(session, conflict, side, compared) for side in conflict.sides),
        conflict.ours,
        address_of(session, conflict.table, conflict.row),
        (conflict.table, conflict.row),
        _words(session, conflict, before) if before else None,
        conflict.kind == "value" and is_long([side.value for side in conflict.sides]),
        " ".join([*sides, *(head for head in conflict.heads if head not in sides)]),
    )


def _choice(session: UnitSession, conflict: Conflict, side: Side, compared: bool) -> Choice:
    changes: tuple[tuple[str, str], ...] = ()
    if conflict.kind == "delete":
        words = _("Delete the record") if side.deletes else _("Keep the record, as changed")
        if not side.deletes:
            changes = tuple((field_words(name), value_words(session, conflict.table, name, value, conflict.row))
                            for name, value in side.wrote.items() if name != "office")  # fmt: skip
    else:
        words = _words(session, conflict, side)
    who = ", ".join(part for part in (side.person, side.office) if part)
    long = conflict.kind == "value" and is_long([one.value for one in conflict.sides])
    pieces = _pieces(conflict, side) if long else ()
    return Choice(
        words, who, side.shown, side.mine, side.claimed, side.doubt, side.arrived,
        pieces if compared else shortened(pieces), changes, is_words(conflict.table, conflict.field),
        side.deletes,
    )  # fmt: skip


def _words(session: UnitSession, conflict: Conflict, side: Side) -> str:
    return value_words(session, conflict.table, conflict.field, side.value, conflict.row)


def shortened(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """The pieces with no more of what is the same than shows where a change stands."""
    found = []
    for place, piece in enumerate(pieces):
        words = cut_words(piece.text)
        if piece.kind == SAME and len(words) > 2 * _AROUND + 1:
            head = "".join(words[:_AROUND]) if place else ""
            tail = "".join(words[-_AROUND:]) if place + 1 < len(pieces) else ""
            piece = Piece(SAME, f"{head} … {tail}" if head or tail else "".join(words[: 4 * _AROUND]) + " …")  # noqa: PLW2901
        found.append(piece)
    return tuple(found)


def _pieces(conflict: Conflict, side: Side) -> tuple[Piece, ...]:
    """A text against what it was before; where that is not known, against the side that is shown."""
    base = conflict.before if conflict.before is not None else next((s for s in conflict.sides if s.shown), side)
    if not isinstance(side.value, str) or not isinstance(base.value, str | None):
        return (Piece(SAME, str(side.value or "")),)
    return tuple(differences(base.value or "", side.value))


def page_of(conflict_id: str) -> str:
    """The page on which a conflict is looked at and settled."""
    return url_for("conflicts.show", id=conflict_id)
