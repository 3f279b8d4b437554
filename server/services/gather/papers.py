"""Boards, evidence, knowledge products and agreements of a report."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import sqlalchemy as sa

from server.db.base import Synced
from server.domain.boards.models import Board, Decision, Meeting, MeetingAttendance
from server.domain.documents.models import Agreement, Document, KnowledgeProduct
from server.domain.framework.models import ReportingPeriod
from server.domain.reporting.figures import days_of, falls_into
from server.reports import model
from server.services.gather.shelf import Shelf, chronological
from server.sync import files

_FINISHED = ("final", "published", "signed")


class EvidenceList:
    """Numbers documents in the order in which the report first refers to them, from 1."""

    def __init__(self, shelf: Shelf, *, tells_awaited: bool = False) -> None:
        """`tells_awaited`: say of files that they have not arrived. Not in a report that others draw again from its
        data to compare the pages: what has arrived differs from laptop to laptop."""
        self._shelf = shelf
        self._tells_awaited = tells_awaited
        self._numbers: dict[str, int] = {}

    def number(self, ids: Iterable[str | None]) -> tuple[int, ...]:
        """Numbers of documents."""
        return tuple(self._numbers.setdefault(id, len(self._numbers) + 1) for id in ids if id)

    def listed(self) -> tuple[model.Evidence, ...]:
        """All that were numbered, in order; one that has not arrived keeps its number and has no title."""
        rows = {row.id: row for row in self._shelf.rows_of(Document, Document.id, self._numbers)}
        absent = files.absent(self._shelf.session.connection()) if self._tells_awaited else ()
        return tuple(_evidence(self._shelf, number, rows.get(id), absent) for id, number in self._numbers.items())


def _evidence(shelf: Shelf, number: int, row: Document | None, absent: Collection[str]) -> model.Evidence:
    if row is None:
        return model.Evidence(number, "", "", None, "", "", "", "")
    return model.Evidence(number, row.title or row.file_name or "", row.kind or "", row.dated, row.file_name or "",
                          row.sha256 or "", row.note or "", shelf.country_name(row),
                          (row.copy_sha256 or row.sha256) in absent)


def papers_of(shelf: Shelf, period: ReportingPeriod, office: str | None, evidence: EvidenceList) -> model.Papers:
    """Boards, papers and evidence of the period: of one office, or of all when `office` is None.

    Call it last: the evidence list holds what was referred to until then, and what these papers refer to.
    """
    products = tuple(_products(shelf, period, office, evidence))
    agreements = tuple(_agreements(shelf, period, office, evidence))
    return model.Papers(
        meetings=meetings_in(shelf, period, office), decisions=decisions_in(shelf, period, office),
        evidence=evidence.listed(), products=products, agreements=agreements,
        acronyms=())


def of_office(table: type[Synced], office: str | None) -> tuple[sa.ColumnElement[bool], ...]:
    """The condition that a record is of one office; none for all."""
    return () if office is None else (table.office == office,)


def meetings_in(shelf: Shelf, period: ReportingPeriod, office: str | None) -> tuple[model.Meeting, ...]:
    """Meetings of the period: global boards first, then by country, each by date."""
    return told_meetings(shelf, meeting_rows(shelf, period, office))


def meeting_rows(shelf: Shelf, period: ReportingPeriod, office: str | None) -> list[Meeting]:
    """The records of the period's meetings, in the order of `meetings_in`."""
    boards = {board.id: board for board in shelf.rows(Board)}
    order = {id: place for place, id in enumerate(shelf.countries)}

    def key(row: Meeting) -> tuple[object, ...]:
        board = boards.get(row.board_id or "")
        country = board.country_id if board else None
        return order.get(country or "", -1), chronological(row.date_from), row.id

    rows = shelf.rows(Meeting, *of_office(Meeting, office))
    return sorted((r for r in rows if falls_into(r.date_from, r.date_to, period.starts, period.ends)), key=key)


def told_meetings(shelf: Shelf, rows: Sequence[Meeting]) -> tuple[model.Meeting, ...]:
    """Meetings with their boards and who came."""
    boards = {board.id: board for board in shelf.rows(Board)}
    came: dict[str, list[tuple[str, int | None, int | None, int | None]]] = {}
    for one in shelf.rows_of(MeetingAttendance, MeetingAttendance.meeting_id, (r.id for r in rows)):
        came.setdefault(one.meeting_id or "", []).append((one.institution or "", one.women, one.men, one.participants))
    return tuple(_meeting(shelf, row, boards.get(row.board_id or ""), came) for row in rows)


def _meeting(shelf: Shelf, row: Meeting, board: Board | None,
             came: dict[str, list[tuple[str, int | None, int | None, int | None]]]) -> model.Meeting:
    people = model.People(row.women, row.men, row.participants, tuple(sorted(came.get(row.id, ()))))
    country = shelf.countries.get((board.country_id if board else None) or "")
    return model.Meeting(
        board=(board.name if board else "") or "", board_kind=(board.kind if board else "") or "",
        country=country.name if country else "", title=row.title or "", date_from=row.date_from, date_to=row.date_to,
        place=row.place or "", agenda=row.agenda or "", minutes=row.minutes or "", people=people)


def decisions_in(shelf: Shelf, period: ReportingPeriod, office: str | None) -> tuple[model.Decision, ...]:
    """Decisions of the period's meetings, and older ones still open or closed in the period; open ones first."""
    boards = {board.id: board for board in shelf.rows(Board)}
    meetings = {m.id: m for m in shelf.rows(Meeting)}
    bounds = days_of(period.starts, None), days_of(period.ends, None)
    found: list[tuple[tuple[bool, tuple[bool, str], tuple[bool, str], str], model.Decision]] = []
    for row in shelf.rows(Decision, *of_office(Decision, office)):
        meeting = meetings.get(row.meeting_id or "")
        held = days_of(meeting.date_from, meeting.date_to) if meeting else None
        if held and bounds[1] and held[0] > bounds[1][1]:
            continue
        earlier = held is not None and bounds[0] is not None and held[1] < bounds[0][0]
        closed_now = falls_into(row.closed, None, period.starts, period.ends)
        if earlier and row.status == "closed" and not closed_now:
            continue
        key = (row.status == "closed", chronological(row.due), chronological(meeting.date_from if meeting else None),
               row.id)
        found.append((key, _told_decision(row, meeting, boards)))
    return tuple(decision for _key, decision in sorted(found, key=lambda pair: pair[0]))


def told_decision(shelf: Shelf, row: Decision) -> model.Decision:
    """A decision with the board and the day of its meeting."""
    meetings = {m.id: m for m in shelf.rows(Meeting, Meeting.id == (row.meeting_id or ""))}
    boards = {board.id: board for board in shelf.rows(Board)}
    return _told_decision(row, meetings.get(row.meeting_id or ""), boards)


def _told_decision(row: Decision, meeting: Meeting | None, boards: Mapping[str, Board]) -> model.Decision:
    board = boards.get((meeting.board_id if meeting else None) or "")
    return model.Decision(
        board=(board.name if board else "") or "", dated=meeting.date_from if meeting else None,
        text=row.text or "", action=row.action or "", owner=row.owner or "", due=row.due,
        status=row.status or "", closed=row.closed, note=row.note or "")


def _of_period(dated: str | None, stage: str | None, period: ReportingPeriod) -> bool:
    """Of the period, or begun before it and not finished; undated ones are told until they are finished."""
    days, ends = days_of(dated, None), days_of(period.ends, None)
    if days is None:
        return stage not in _FINISHED
    if falls_into(dated, None, period.starts, period.ends):
        return True
    return stage not in _FINISHED and (ends is None or days[0] <= ends[1])


def _products(shelf: Shelf, period: ReportingPeriod, office: str | None,
              evidence: EvidenceList) -> Iterable[model.Product]:
    rows = shelf.rows(KnowledgeProduct, *of_office(KnowledgeProduct, office))
    for row in sorted(rows, key=lambda r: (shelf.place(r), chronological(r.dated), r.title or "", r.id)):
        if _of_period(row.dated, row.stage, period):
            evidence.number((row.document_id,))
            yield model.Product(
                title=row.title or "", kind=row.kind or "", stage=row.stage or "",
                languages=tuple((row.languages or "").replace(",", " ").split()), copies=row.copies, dated=row.dated,
                note=row.note or "", country=shelf.country_name(row), output=shelf.output_number(row.output_id))


def _agreements(shelf: Shelf, period: ReportingPeriod, office: str | None,
                evidence: EvidenceList) -> Iterable[model.Agreement]:
    rows = shelf.rows(Agreement, *of_office(Agreement, office))
    for row in sorted(rows, key=lambda r: (shelf.place(r), chronological(r.signed or r.drafted), r.title or "", r.id)):
        if _of_period(row.signed or row.drafted, row.stage, period):
            evidence.number((row.document_id,))
            yield model.Agreement(
                title=row.title or "", kind=row.kind or "", parties=row.parties or "", stage=row.stage or "",
                drafted=row.drafted, signed=row.signed, note=row.note or "", country=shelf.country_name(row))
