"""What became of a file that came, and what a file is: in words for people and as a dictionary for JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from server.base.i18n import _, n_
from server.db.session import UnitSession
from server.domain.people.queries import office
from server.sync import inbox
from server.sync.apply import Applied
from server.sync.inbox import Arrival
from server.sync.manifest import Manifest
from server.sync.trust import Verdict


@dataclass(frozen=True)
class Received:
    """What became of one file. `state` is imported, already, waiting, refused or stopped; `code` says why."""

    file: str
    state: str
    sentence: str
    code: str = ""
    office: str = ""
    number: int = 0
    changes: int = 0
    tables: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    conflicts: int = 0
    quarantined: int = 0
    left_out: int = 0
    parts_missing: tuple[int, ...] = ()
    #: hash of the file, hex; empty when it could not be read
    sha256: str = ""
    #: whether the pages say what the data says: same, different, other_version, not_compared; empty: nobody looked
    pages: str = ""

    @property
    def accepted(self) -> bool:
        """Whether nothing more is to be done with the file."""
        return self.state not in ("refused", "stopped")

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "file": self.file,
            "state": self.state,
            "message": self.sentence,
            "code": self.code or None,
            "office": self.office or None,
            "number": self.number or None,
            "changes": self.changes,
            "records": {table: dict(counts) for table, counts in sorted(self.tables.items())},
            "conflicts": self.conflicts,
            "quarantined": self.quarantined,
            "left_out": self.left_out,
            "parts_missing": list(self.parts_missing),
            "pages": self.pages or None,
        }


@dataclass(frozen=True)
class Judged:
    """A verified dispatch whose signer counts. `payload` is out of its envelope, if it had one."""

    sha256: str
    data: bytes
    payload: bytes
    certificate: bytes
    manifest: Manifest
    verdict: Verdict


@dataclass(frozen=True)
class Inspection:
    """What a file is and would do. `refusal` is the sentence why it would be refused, if it would.

    `sealed_for` are the names of the offices that a sealed one is for; its manifest is then known to these only.
    """

    file: str
    signer: str = ""
    fingerprint: str = ""
    manifest: Manifest | None = None
    outcome: Received | None = None
    refusal: str = ""
    code: str = ""
    sealed_for: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        m = self.manifest
        about = (
            {}
            if m is None
            else {
                "kind": m.kind,
                "office": m.from_office,
                "device": m.from_device,
                "number": m.number,
                "part": m.part,
                "parts": m.parts,
                "programme": m.programme,
                "person": m.person,
                "period": m.period,
                "app": m.app,
                "schema": m.schema,
                "languages": list(m.languages),
                "counts": dict(m.counts),
            }
        )
        return {
            "file": self.file,
            "signer": self.signer or None,
            "fingerprint": self.fingerprint or None,
            **({"sealed_for": list(self.sealed_for)} if self.sealed_for else {}),
            "dispatch": about or None,
            "would": self.outcome.as_dict() if self.outcome else None,
            "refused": self.refusal or None,
            "code": self.code or None,
        }

    def lines(self) -> list[str]:
        """For people, one fact a line."""
        found = [self.file]
        if self.signer:
            found.append(_("Signed by %(signer)s, key %(print)s.", signer=self.signer, print=self.fingerprint))
        if self.sealed_for:
            found.append(_("Sealed for %(offices)s.", offices=", ".join(self.sealed_for)))
        if self.manifest:
            found.append(
                _(
                    "Dispatch %(number)s, part %(part)s of %(parts)s, written by Valise %(app)s.",
                    number=self.manifest.number,
                    part=self.manifest.part,
                    parts=self.manifest.parts,
                    app=self.manifest.app,
                )
            )
        if self.outcome:
            found.append(self.outcome.sentence)
        return found


class Stopped(Exception):
    """A person stopped an import before it was done; raised by a Watch."""


#: of the work on a file, what reading it takes; the rest is taking it in
_READING = 0.3


@dataclass(frozen=True)
class Step:
    """How far receiving is: the file at hand, its place from 0 of how many, and how many of its changes are read and
    are in."""

    file: str
    place: int
    files: int
    done: int
    total: int
    read: int = 0

    @property
    def share(self) -> float:
        """How far the file at hand is, from 0 to 1."""
        return (_READING * self.read + (1 - _READING) * self.done) / self.total if self.total else 0.0


#: told of every step; may raise Stopped
Watch = Callable[[Step], None]


@dataclass(frozen=True)
class Progress:
    """Tells `watch` of one file: its name, its place from 0 of how many. Without a watch it tells nobody."""

    watch: Watch | None = None
    file: str = ""
    place: int = 0
    files: int = 1

    def begun(self) -> None:
        """The file is at hand."""
        self._tell(0, 0, 0)

    def reading(self, read: int, total: int) -> None:
        """So many of its changes are read."""
        self._tell(read, 0, total)

    def taking_in(self, done: int, total: int) -> None:
        """So many of its new changes are in; nothing is for good before the end."""
        self._tell(total, done, total)

    def _tell(self, read: int, done: int, total: int) -> None:
        if self.watch is not None:
            self.watch(Step(self.file, self.place, self.files, done, total, read))


def stopped(name: str) -> Received:
    """Of a file whose import was stopped, or not begun any more."""
    return Received(name, "stopped", _("%(file)s: not imported, because you stopped.", file=name), "stopped")


def already(session: UnitSession, name: str, known: Arrival) -> Received:
    """Of a file that was imported before."""
    sender = office(session, known.office or "")
    return Received(
        name,
        "already",
        _(
            "%(file)s: dispatch %(number)s of %(office)s was imported before; nothing to do.",
            file=name,
            number=known.number,
            office=known.signer or (sender.name if sender else "–"),
        ),
        office=sender.code if sender else "",
        number=known.number or 0,
    )


def told(session: UnitSession, name: str, judged: Judged, applied: Applied, *, done: bool) -> Received:
    """The outcome in words and numbers."""
    m, holder = judged.manifest, judged.verdict.holder
    if applied.missing:
        return _waiting(session, name, judged)
    counts = {
        table: {"created": c.created, "changed": c.changed, "deleted": c.deleted} for table, c in applied.tables.items()
    }
    conflicts = sum(issue.kind in ("value", "delete") for issue in applied.issues)
    if not applied.new:
        sentence = _(
            "%(file)s: everything in dispatch %(number)s of %(office)s is here already.",
            file=name,
            number=m.number,
            office=holder.title,
        )
        sentence += _left_out(applied.left_out)
        state = "imported" if done else "already"
        return Received(name, state, sentence, office=holder.code, number=m.number, left_out=applied.left_out)
    records = sum(sum(c.values()) for c in counts.values())
    what = n_("%(num)s record", "%(num)s records", records)
    sentence = (
        _(
            "%(file)s: imported dispatch %(number)s of %(office)s, %(records)s.",
            file=name,
            number=m.number,
            office=holder.title,
            records=what,
        )
        if done
        else _(
            "%(file)s: dispatch %(number)s of %(office)s would change %(records)s.",
            file=name,
            number=m.number,
            office=holder.title,
            records=what,
        )
    )
    if conflicts:
        sentence += " " + n_("%(num)s conflict waits for a person.", "%(num)s conflicts wait for a person.", conflicts)
    if applied.quarantined:
        sentence += " " + n_(
            "%(num)s change was kept apart because its author may not make it.",
            "%(num)s changes were kept apart because their author may not make them.",
            len(applied.quarantined),
        )
    sentence += _left_out(applied.left_out)
    return Received(
        name,
        "imported" if done else "would",
        sentence,
        "",
        holder.code,
        m.number,
        len(applied.new),
        counts,
        conflicts,
        len(applied.quarantined),
        applied.left_out,
    )


def _left_out(count: int) -> str:
    """Said of what was handed on without proof; nothing when there was none."""
    if not count:
        return ""
    return " " + n_(
        "%(num)s change of another office was left out, because that office did not sign it.",
        "%(num)s changes of other offices were left out, because those offices did not sign them.",
        count,
    )


def _waiting(session: UnitSession, name: str, judged: Judged) -> Received:
    """Of a file that waits."""
    m, holder = judged.manifest, judged.verdict.holder
    sentence, absent = awaited(
        session, name, holder.title, dispatch=m.dispatch, number=m.number, part=m.part, parts=m.parts,
        incarnation=m.from_incarnation,
    )  # fmt: skip
    return Received(name, "waiting", sentence, "missing", holder.code, m.number, parts_missing=absent)


def awaited(
    session: UnitSession,
    name: str,
    office: str,
    *,
    dispatch: str,
    number: int,
    part: int,
    parts: int,
    incarnation: str,
) -> tuple[str, tuple[int, ...]]:
    """What a dispatch waits for: other parts of it, an earlier one whose number is known, or any earlier one.

    The sentence, and the numbers of the parts that never came.
    """
    absent = tuple(one for one in absent_parts(session, dispatch, parts) if one != part)
    gaps = tuple(n for n in inbox.missing_numbers(session.connection()).get(incarnation, ()) if n < number)
    if absent:
        sentence = n_(
            "%(file)s: waits for part %(parts)s of dispatch %(dispatch)s of %(office)s; ask that office to send it "
            "again.",
            "%(file)s: waits for parts %(parts)s of dispatch %(dispatch)s of %(office)s; ask that office to send them "
            "again.",
            len(absent),
            file=name,
            parts=_listed(absent),
            dispatch=number,
            office=office,
        )
    elif gaps:
        sentence = n_(
            "%(file)s: waits for dispatch %(missing)s of %(office)s; ask that office to send it again.",
            "%(file)s: waits for dispatches %(missing)s of %(office)s; ask that office to send them again.",
            len(gaps),
            file=name,
            missing=_listed(gaps),
            office=office,
        )
    else:
        sentence = _(
            "%(file)s: waits for an earlier dispatch of %(office)s; ask that office to send everything again.",
            file=name,
            office=office,
        )
    return sentence, absent


def absent_parts(session: UnitSession, dispatch: str, parts: int) -> tuple[int, ...]:
    """Numbers of the parts of a dispatch that never came."""
    if parts == 1:
        return ()
    here = (inbox.IMPORTED, inbox.PARKED, inbox.RECEIVED)
    came = {one.part for one in inbox.arrivals(session.connection(), here) if one.dispatch == dispatch}
    return tuple(number for number in range(1, parts + 1) if number not in came)


def still_missing(parts: Sequence[int]) -> str:
    """What is to be said of a dispatch of which parts never came."""
    listed = _listed(parts)
    return n_("Part %(parts)s is still missing.", "Parts %(parts)s are still missing.", len(parts), parts=listed)


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers))
