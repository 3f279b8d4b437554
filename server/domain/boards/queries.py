"""Queries: boards, who sits on them, their meetings and what they decided, as frozen dataclasses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from server.base.errors import NotFound
from server.base.i18n import _
from server.base.period import span_text
from server.domain.boards import models
from server.domain.boards.rules import KINDS, ROLES, together, unrecorded
from server.domain.checks import readable
from server.domain.lists import Listed, entered, has_words, listed, page_of
from server.domain.records import visible

#: sort keys of the lists of boards, meetings and decisions; the first of each is taken when none is asked for
BOARD_SORTS = ("kind", "name", "adopted")
MEETING_SORTS = ("newest", "oldest", "title")
DECISION_SORTS = ("due", "newest", "oldest")


@dataclass(frozen=True)
class BoardFacts:
    """A board; `tor_dated` as stored."""

    id: str
    office: str
    name: str
    kind: str
    country_id: str | None
    tor_stage: str
    tor_dated: str
    mandate: str
    deleted: bool


@dataclass(frozen=True)
class BoardRow:
    """A board in a list: members and meetings counted, the date of the last meeting as stored, decisions still open."""

    board: BoardFacts
    members: int
    meetings: int
    last: str
    open: int


@dataclass(frozen=True)
class MemberFacts:
    """A seat on a board."""

    id: str
    office: str
    board_id: str
    institution: str
    role: str


class Headcount:
    """Women, men and all together, each None when it was not counted."""

    women: int | None
    men: int | None
    participants: int | None

    @property
    def total(self) -> int | None:
        """All who came: as counted, else women and men together."""
        return together(self.women, self.men, self.participants)

    @property
    def other(self) -> int | None:
        """Those whose sex was not recorded; None when nobody is left."""
        return unrecorded(self.women, self.men, self.participants)


@dataclass(frozen=True)
class MeetingFacts(Headcount):
    """A meeting; dates as stored, people None when they were not counted."""

    id: str
    office: str
    board_id: str
    title: str
    date_from: str
    date_to: str
    place: str
    agenda: str
    minutes: str
    women: int | None
    men: int | None
    participants: int | None
    deleted: bool

    @property
    def when(self) -> str:
        """The date or span in words."""
        return span_text(self.date_from, self.date_to)


@dataclass(frozen=True)
class CameFacts(Headcount):
    """Who came to a meeting from one institution; None when not counted."""

    id: str
    office: str
    institution: str
    women: int | None
    men: int | None
    participants: int | None


@dataclass(frozen=True)
class DecisionFacts:
    """A decision with the meeting that took it; dates in words. `due_on` and `closed_on` are the dates as stored."""

    id: str
    office: str
    board: str
    meeting_when: str
    text: str
    action: str
    owner: str
    due: str
    status: str
    closed: str
    note: str
    board_id: str = ""
    meeting_id: str = ""
    due_on: str = ""
    closed_on: str = ""
    deleted: bool = False

    @property
    def open(self) -> bool:
        """Whether something is still to be done; a state that a newer Valise knows counts as open."""
        return self.status != "closed"

    def overdue(self, today: date) -> bool:
        """Whether it is open and the last day it can be due on is over."""
        due = readable(self.due_on)
        return self.open and due is not None and due.last() < today


@dataclass(frozen=True)
class BoardFilter:
    """What the list of boards shows; None means all."""

    words: str = ""
    kind: str | None = None
    office: str | None = None
    sort: str = BOARD_SORTS[0]
    page: int = 1


@dataclass(frozen=True)
class MeetingFilter:
    """What the list of meetings shows; None means all."""

    words: str = ""
    board_id: str | None = None
    office: str | None = None
    sort: str = MEETING_SORTS[0]
    page: int = 1


@dataclass(frozen=True)
class DecisionFilter:
    """What the list of decisions shows; None means all. `overdue` shows open ones only whose day is over."""

    words: str = ""
    status: str | None = "open"
    overdue: bool = False
    board_id: str | None = None
    meeting_id: str | None = None
    office: str | None = None
    sort: str = DECISION_SORTS[0]
    page: int = 1


def boards(session: Session, wanted: BoardFilter) -> Listed[BoardRow]:
    """One page of boards with what a list tells of them."""
    table = models.Board
    query = visible(table).where(*has_words(wanted.words, table.name, table.mandate))
    for column, value in ((table.kind, wanted.kind), (table.office, wanted.office)):
        if value:
            query = query.where(column == value)
    places = sa.case({kind: place for place, kind in enumerate(KINDS)}, value=table.kind, else_=len(KINDS))
    order: Mapping[str, Sequence[Any]] = {"name": (table.name,), "adopted": (table.tor_dated.desc(), table.name)}
    found = listed(session, query.order_by(*order.get(wanted.sort, (places, table.name)), table.id), wanted.page,
                   board_facts)
    return Listed(tuple(_rows(session, found.items)), found.page, found.more)


def names(session: Session, office: str | None = None) -> dict[str, str]:
    """Id of every board, or of those of an office -> its name, by name."""
    query = visible(models.Board)
    if office:
        query = query.where(models.Board.office == office)
    return {row.id: row.name or "" for row in session.scalars(query.order_by(models.Board.name, models.Board.id))}


def board(session: Session, id: str) -> BoardFacts:
    """The board with that id, deleted or not. Errors: NotFound."""
    row = session.get(models.Board, id)
    if row is None:
        raise NotFound(_("This board is not here: it may not have arrived yet."))
    return board_facts(row)


def members(session: Session, board_id: str) -> list[MemberFacts]:
    """The seats of a board: who leads it first."""
    rows = session.scalars(visible(models.BoardMember).where(models.BoardMember.board_id == board_id))
    found = [MemberFacts(m.id, m.office or "", board_id, m.institution or "", m.role or "") for m in rows]
    place = {role: number for number, role in enumerate(ROLES)}
    return sorted(found, key=lambda m: (place.get(m.role, len(ROLES)), m.institution.casefold(), m.id))


def meetings(session: Session, wanted: MeetingFilter) -> Listed[MeetingFacts]:
    """One page of meetings."""
    table = models.Meeting
    query = visible(table).where(*has_words(wanted.words, table.title, table.place, table.agenda, table.minutes))
    for column, value in ((table.board_id, wanted.board_id), (table.office, wanted.office)):
        if value:
            query = query.where(column == value)
    if wanted.sort == "title":
        return listed(session, query.order_by(table.title, table.id), wanted.page, meeting_facts)
    rows = sorted(session.scalars(query), key=lambda row: (_first(row.date_from), entered(row.id)))
    found = [meeting_facts(row) for row in rows]
    return page_of(found if wanted.sort == "oldest" else found[::-1], wanted.page)


def meeting(session: Session, id: str) -> MeetingFacts:
    """The meeting with that id, deleted or not. Errors: NotFound."""
    row = session.get(models.Meeting, id)
    if row is None:
        raise NotFound(_("This meeting is not here: it may not have arrived yet."))
    return meeting_facts(row)


def came(session: Session, meeting_id: str) -> list[CameFacts]:
    """Who came to a meeting, by institution in the order in which they were entered."""
    table = models.MeetingAttendance
    rows = sorted(session.scalars(visible(table).where(table.meeting_id == meeting_id)), key=lambda r: entered(r.id))
    return [CameFacts(r.id, r.office or "", r.institution or "", r.women, r.men, r.participants) for r in rows]


def decisions(session: Session, *, office: str | None = None, status: str | None = None) -> list[DecisionFacts]:
    """Decisions by what is due; open ones first."""
    found = _decisions(session, DecisionFilter(office=office, status=status))
    return sorted(found, key=lambda d: (not d.open, d.due_on or "9", d.id))


def decided(session: Session, wanted: DecisionFilter, today: date) -> Listed[DecisionFacts]:
    """One page of decisions: with the order "due" overdue ones first, then open ones by their day, then closed ones."""
    found = [one for one in _decisions(session, wanted) if not wanted.overdue or one.overdue(today)]
    if wanted.sort == "due":
        found.sort(key=lambda d: (not d.open, not d.due_on, _last(d.due_on), entered(d.id)))
    else:
        held = {row.id: _first(row.date_from) for row in session.scalars(visible(models.Meeting))}
        found.sort(key=lambda d: (held.get(d.meeting_id, ""), entered(d.id)), reverse=wanted.sort == "newest")
    return page_of(found, wanted.page)


def decision(session: Session, id: str) -> DecisionFacts:
    """The decision with that id, deleted or not. Errors: NotFound."""
    row = session.get(models.Decision, id)
    if row is None:
        raise NotFound(_("This decision is not here: it may not have arrived yet."))
    return next(iter(_told(session, [row])))


def board_facts(row: models.Board) -> BoardFacts:
    """A row as the rest of the house sees it."""
    return BoardFacts(row.id, row.office or "", row.name or "", row.kind or "", row.country_id, row.tor_stage or "none",
                      row.tor_dated or "", row.mandate or "", bool(row.deleted))


def meeting_facts(row: models.Meeting) -> MeetingFacts:
    """A row as the rest of the house sees it."""
    return MeetingFacts(row.id, row.office or "", row.board_id or "", row.title or "", row.date_from or "",
                        row.date_to or "", row.place or "", row.agenda or "", row.minutes or "", row.women, row.men,
                        row.participants, bool(row.deleted))


def _rows(session: Session, found: Sequence[BoardFacts]) -> Iterable[BoardRow]:
    ids = [one.id for one in found]
    member, meeting, decision = models.BoardMember, models.Meeting, models.Decision
    seats: dict[str | None, int] = {}
    for board_id in session.scalars(visible(member).with_only_columns(member.board_id).where(member.board_id.in_(ids))):
        seats[board_id] = seats.get(board_id, 0) + 1
    held: dict[str | None, list[models.Meeting]] = {}
    for row in session.scalars(visible(meeting).where(meeting.board_id.in_(ids))):
        held.setdefault(row.board_id, []).append(row)
    where = {row.id: row.board_id for rows in held.values() for row in rows}
    left: dict[str | None, int] = {}
    for one in session.scalars(visible(decision).where(_is("open"))):
        if one.meeting_id in where:
            left[where[one.meeting_id]] = left.get(where[one.meeting_id], 0) + 1
    for one_board in found:
        rows = held.get(one_board.id, [])
        last = max(rows, key=lambda m: (_first(m.date_from), m.id)).date_from if rows else None
        yield BoardRow(one_board, seats.get(one_board.id, 0), len(rows), last or "", left.get(one_board.id, 0))


def _is(status: str) -> sa.ColumnElement[bool]:
    """A decision without a state is open."""
    stored = sa.func.coalesce(models.Decision.status, "open")
    return stored != "closed" if status == "open" else stored == status


def _decisions(session: Session, wanted: DecisionFilter) -> list[DecisionFacts]:
    table = models.Decision
    query = visible(table).where(*has_words(wanted.words, table.text, table.action, table.owner, table.note))
    for column, value in ((table.office, wanted.office), (table.meeting_id, wanted.meeting_id)):
        if value:
            query = query.where(column == value)
    if wanted.status:
        query = query.where(_is(wanted.status))
    found = _told(session, session.scalars(query))
    return [one for one in found if not wanted.board_id or one.board_id == wanted.board_id]


def _told(session: Session, rows: Iterable[models.Decision]) -> list[DecisionFacts]:
    boards = names(session)
    meetings = {m.id: m for m in session.scalars(visible(models.Meeting))}
    found = []
    for row in rows:
        held = meetings.get(row.meeting_id or "")
        board_id = (held.board_id if held else None) or ""
        found.append(DecisionFacts(
            row.id, row.office or "", boards.get(board_id, ""),
            span_text(held.date_from, held.date_to) if held else "", row.text or "", row.action or "", row.owner or "",
            span_text(row.due), row.status or "open", span_text(row.closed), row.note or "", board_id,
            row.meeting_id or "", row.due or "", row.closed or "", bool(row.deleted)))  # fmt: skip
    return found


def _first(stored: str | None) -> str:
    """The first day a stored date can mean, as text that sorts; what cannot be read comes before all."""
    known = readable(stored)
    return known.first().isoformat() if known else ""


def _last(stored: str | None) -> str:
    """The last day a stored date can mean, as text that sorts."""
    known = readable(stored)
    return known.last().isoformat() if known else ""
