"""What came and what went, as people read it: the state of each file, what it waits for, what to do, and all of it as
a table that can be handed to an auditor."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from server.base.i18n import _
from server.db.session import UnitSession
from server.domain.people.queries import office
from server.domain.reporting.queries import ReviewFacts, reports
from server.services import arrivals
from server.services.folder import Folder
from server.services.losses import can_be
from server.services.received import awaited
from server.sync import inbox, replica
from server.sync.inbox import Arrival, Departure

#: how far a dispatch is that was made here, in this order
STAGES = ("made", "sent", "acknowledged", "accepted", "returned")
#: what a cell must not begin with, because a spreadsheet would calculate it (OWASP, CSV injection)
_ACTIVE = ("=", "+", "-", "@", "\t", "\r")
_COLUMNS = (
    "when", "what", "state", "file", "sha256", "bytes", "office", "kind", "number", "part", "parts", "changes",
    "records", "signed_by", "reason", "message", "came_again", "came_again_at", "taken_at", "acknowledged_at",
)  # fmt: skip


@dataclass(frozen=True)
class Came:
    """A file that came. `sentence` says what it waits for or why it was refused; the rest, which buttons it has."""

    arrival: Arrival
    sentence: str
    readable: bool
    undoable: bool
    triable: bool
    droppable: bool
    missing: bool


def came(session: UnitSession, folder: Folder, found: Sequence[Arrival]) -> list[Came]:
    """Files that came, in the order given."""
    return [_came(session, folder, one) for one in found]


def _came(session: UnitSession, folder: Folder, one: Arrival) -> Came:
    kept = arrivals.bytes_of(folder.data, one.sha256) is not None
    waits = one.state == inbox.PARKED
    return Came(
        one,
        waiting_for(session, one) if waits else _why(one),
        kept and one.state != inbox.REFUSED,
        can_be(folder, one),
        kept and one.state in arrivals.TRIABLE and not waits,
        one.state in arrivals.DROPPABLE,
        waits and one.reason == "missing",
    )


def waiting_for(session: UnitSession, one: Arrival) -> str:
    """What a parked file waits for, and whom to ask; when it was tried and refused, why."""
    if one.note and one.reason != "missing":
        return one.note
    sender = office(session, one.office or "")
    sentence, _absent = awaited(
        session, one.file_name or "–", sender.name if sender else one.signer or "–", dispatch=one.dispatch or "",
        number=one.number or 0, part=one.part or 1, parts=one.parts or 1, incarnation=one.incarnation or "",
    )  # fmt: skip
    return sentence


def _why(one: Arrival) -> str:
    if one.state == inbox.RECEIVED:
        return _("Its import was cut off. Try it again, or take it off the list.")
    return one.note or "" if one.state in (inbox.REFUSED, inbox.UNDONE, inbox.DROPPED) else ""


def stages(session: UnitSession, found: Sequence[Departure]) -> dict[int, str]:
    """How far each dispatch is, by the number of its row: one of STAGES. A set-up is never acknowledged as such."""
    everything = [one for one in inbox.departures(session.connection()) if one.kind == "report"]
    return {one.n: _stage(session, one, everything) for one in found}


def _stage(session: UnitSession, one: Departure, everything: Sequence[Departure]) -> str:
    if one.state != inbox.ACKNOWLEDGED:
        return "sent" if one.handed else "made"
    if one.kind != "report" or not one.period:
        return "acknowledged"
    mine = [each for each in _reviews(session, one.period) if each.dated >= one.at[:10]]
    later = [each.at[:10] for each in everything if each.period == one.period and each.number > one.number]
    mine = [each for each in mine if not later or each.dated <= min(later)]
    verdicts = [each.verdict for each in mine if each.verdict in ("accepted", "returned")]
    return verdicts[-1] if verdicts else "acknowledged"


def _reviews(session: UnitSession, period: str) -> Iterator[ReviewFacts]:
    """What headquarters said of this office's reports on a period, the earliest first."""
    ours = replica.require_identity(session.connection()).office
    for report in reports(session, office=ours, kind="progress", period_id=period):
        yield from sorted((r for r in report.reviews if r.section_id is None), key=lambda review: review.dated)


def audit(session: UnitSession) -> dict[str, Any]:
    """Everything that came, went and happened, for JSON: names, hashes, times, states and reasons."""
    connection = session.connection()
    sent = inbox.departures(connection)
    far = stages(session, sent)
    return {
        "inbox": [_came_row(session, one) for one in inbox.arrivals(connection)],
        "outbox": [_went_row(session, one, far[one.n]) for one in reversed(sent)],
        "trail": [{"when": at, "what": what, "details": info}
                  for at, what, info in reversed(inbox.audit_trail(connection, most=1_000_000))],
    }  # fmt: skip


def lines(found: dict[str, Any]) -> Iterator[str]:
    """`audit` for a terminal: one line for each file, the earliest first; states are the words of the JSON."""
    ways = [("<", row) for row in found["inbox"]] + [(">", row) for row in found["outbox"]]
    for way, row in sorted(ways, key=lambda each: str(each[1]["when"])):
        told = [str(row["when"])[:19], way, row["state"], row["office"] or "–", row["file"] or "–", row["sha256"][:12]]
        yield "  ".join([*told, *([row["message"]] if row.get("message") else [])])


def as_csv(found: dict[str, Any]) -> bytes:
    """`audit` as one table in order of time, UTF-8 with the mark that spreadsheets look for."""
    rows = [{"what": "came", **row} for row in found["inbox"]] + [{"what": "went", **row} for row in found["outbox"]]
    for note in found["trail"]:
        told = json.dumps(note["details"], ensure_ascii=False, sort_keys=True)
        rows.append({"when": note["when"], "what": note["what"], "message": told})
    out = io.StringIO()
    writer = csv.DictWriter(out, _COLUMNS, lineterminator="\r\n", extrasaction="ignore")
    writer.writeheader()
    for row in sorted(rows, key=lambda row: str(row["when"])):
        writer.writerow({name: _cell(row.get(name)) for name in _COLUMNS})
    return out.getvalue().encode("utf-8-sig")


def _cell(value: object) -> str:
    """A value that a spreadsheet shows and never calculates."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_ACTIVE) else text


def _came_row(session: UnitSession, one: Arrival) -> dict[str, Any]:
    sender = office(session, one.office or "")
    waits = one.state == inbox.PARKED
    return {
        "when": one.at, "state": one.state, "since": one.changed, "file": one.file_name, "sha256": one.sha256,
        "bytes": one.size, "office": sender.code if sender else None, "kind": one.kind, "number": one.number,
        "part": one.part, "parts": one.parts, "changes": one.changes,
        "records": one.records, "signed_by": one.signer, "reason": one.reason,
        "message": waiting_for(session, one) if waits else one.note, "came_again": one.again,
        "came_again_at": one.again_at, "dispatch": one.dispatch, "backup": one.snapshot,
    }  # fmt: skip


def _went_row(session: UnitSession, one: Departure, stage: str) -> dict[str, Any]:
    to = office(session, one.to_office)
    return {
        "when": one.at, "state": stage, "file": one.file_name, "sha256": one.sha256, "bytes": one.size,
        "office": to.code if to else None, "kind": one.kind, "number": one.number, "part": one.part,
        "parts": one.parts, "changes": one.changes, "taken_at": one.handed, "acknowledged_at": one.acknowledged,
        "dispatch": one.dispatch,
    }  # fmt: skip
