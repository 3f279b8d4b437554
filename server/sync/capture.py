"""How a save becomes a changeset: what the triggers noted is turned into changes just before the commit.

`attach(UnitSession)` once at start; `install(connection)` (triggers) after every upgrade of the tables. The session
says who writes by `session.info["author"]` (person, office, hq), what its form showed by `session.info["seen"]`
({(table, row): {field: [ids]}}), and may bring its own clock as `session.info["clock"]`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session

from server import __version__
from server.base.clock import Clock, system_clock
from server.sync import approvals, clocks, differences, replica, sql, store
from server.sync.canonical import SCHEMA, Changeset, Op, sealed
from server.sync.judgement import COUNTS, FOREIGN, after_save
from server.sync.ledger import Fact, Ledger
from server.sync.project import Outcome, Step, project, put_issues
from server.sync.scope import Quarantined, depends_on, out_of_scope, quarantine_issue
from server.sync.shape import office_scope
from server.sync.triggers import install, muted

__all__ = ["Captured", "Writer", "attach", "capture", "install", "muted", "repair", "resolve"]

#: Most ops in one changeset: a bulk load is cut into several, so that no single one is slow to read.
MOST_OPS = 1000


class Writer(Protocol):
    """Who writes: the `Author` of server.db.session is one."""

    @property
    def person(self) -> str:
        """Name or role."""

    @property
    def office(self) -> str:
        """Id of the office."""


@dataclass(frozen=True)
class Captured:
    """The changesets a save became, and what they did to rows and issues."""

    changesets: tuple[Changeset, ...] = ()
    outcome: Outcome = field(default_factory=Outcome)


@dataclass(frozen=True)
class _Signer:
    person: str
    office: str


def attach(session_class: type[Session]) -> None:
    """Make every commit of sessions of this class write its changesets first."""
    if not event.contains(session_class, "before_commit", _before_commit):
        event.listen(session_class, "before_commit", _before_commit)


def _before_commit(session: Session) -> None:
    if session.in_nested_transaction():
        return
    session.flush()
    info = session.info
    done = capture(
        session.connection(),
        info.get("author"),
        seen=info.get("seen"),
        resolved=info.pop("resolved", None),
        approved=info.pop("approved", None),
        clock=info.get("clock", system_clock),
    )
    info["captured"] = [change.id.hex() for change in done.changesets]
    if done.changesets:
        info["seen"] = {}
        ends = {change.scope: (change.seq, change.id.hex()) for change in done.changesets}
        info["ends"] = (done.changesets[0].incarnation, ends)


def resolve(
    session: Session, table: str, row: str, values: Mapping[str, Any], displayed: Sequence[str] | None = None
) -> None:
    """Settle a conflict: write `values` as chosen, replacing every value there is of these fields.

    Also when the chosen value is the one shown already. `{"deleted": 1}` or `{"deleted": 0}` settles whether the row
    stays. `displayed` are the heads (ids, hex) the chooser saw: one that arrived since stays a head, and is told again.
    Takes effect with the session's commit.
    """
    session.info.setdefault("resolved", {}).setdefault((table, row), {}).update(values)
    if displayed is not None:
        shown = session.info.setdefault("seen", {}).setdefault((table, row), {})
        shown.update({name: list(displayed) for name in values})


def repair(session: Session, clock: Clock = system_clock) -> Captured:
    """Turn changes that another program wrote into an explicit repair changeset, in the caller's transaction.

    For the start of the application: whatever triggers noted without a commit of ours is still there then.
    """
    connection = session.connection()
    if not sql.rows(connection, "SELECT n FROM sync_capture LIMIT 1"):
        return Captured()
    done = capture(connection, None, more={"kind": "repair"}, clock=clock)
    if done.changesets:
        replica.audit(connection, "repair", {"changesets": [c.id.hex() for c in done.changesets]}, clock)
    return done


def capture(
    connection: sa.Connection,
    author: Writer | None,
    *,
    seen: Mapping[tuple[str, str], differences.Shown] | None = None,
    resolved: Mapping[tuple[str, str], Mapping[str, Any]] | None = None,
    approved: Mapping[tuple[str, str, str], Sequence[Any]] | None = None,
    more: Mapping[str, Any] | None = None,
    clock: Clock = system_clock,
) -> Captured:
    """Turn what the triggers noted into changesets, one per scope, in the caller's transaction.

    A save that changes nothing in the end writes none. Before the replica has an identity the notes stay. What another
    program wrote into the records of another house is kept apart and told, as it will be wherever it arrives.
    """
    own = replica.identity(connection)
    if own is None:
        return Captured()
    notes = sql.tolerant_rows(connection, "SELECT tbl,row,field,old FROM sync_capture ORDER BY n")
    if not notes and not resolved:
        return Captured()
    signer = _Signer(author.person, author.office) if author else _Signer("", own.office)
    ledger = Ledger(connection)
    with muted(connection):
        work = differences.Differences(connection, ledger, signer.office, seen or {}, resolved or {})
        found = work.find(notes)
        sql.run(connection, "DELETE FROM sync_capture")
        if not found:
            return Captured()
        when = clocks.claim(connection, clock)
        changes: list[Changeset] = []
        number = store.last_number(connection)
        writer = store.Writer(connection)
        steps = []
        apart: list[Quarantined] = []
        for scope, ops in found.items():
            barred = COUNTS if own.hq or scope == office_scope(own.office) else FOREIGN
            for part in sql.chunks(ops, MOST_OPS):
                number += 1
                judged = approvals.of_ops(connection, approved, part, scope) if approved else {}
                change = _next(connection, own, signer, scope, part, when, {**(more or {}), **judged}, ledger, changes)
                writer.add(number, change, barred)
                fact = Fact(number, change.id, change.depth, change.seq, change.incarnation, change.scope)
                depends = ledger.by_ids(depends_on(change))
                ledger.remember(fact, change)
                ops_in = [op for op in change.ops if not barred and out_of_scope(op, scope, depends) is None]
                apart += [Quarantined(change.id.hex(), op.table, op.row, "author") for op in change.ops if barred]
                steps.append(Step(number, change, ops_in))
                changes.append(change)
        writer.flush()
        outcome = project(connection, ledger, steps, written=True, fields=work.fields)
        if apart:
            work.put_back((one.table, one.row) for one in apart)
            put_issues(connection, map(quarantine_issue, apart))
        after_save(connection, changes)
        return Captured(tuple(changes), outcome)


def _next(
    connection: sa.Connection,
    own: replica.Identity,
    signer: _Signer,
    scope: str,
    ops: Sequence[Op],
    when: clocks.Claim,
    more: Mapping[str, Any],
    ledger: Ledger,
    before: Sequence[Changeset],
) -> Changeset:
    """The next changeset of our stream in `scope`; `before` are those made in this transaction already."""
    prev = next((c.id for c in reversed(before) if c.scope == scope), None) or _tip(connection, own.incarnation, scope)
    named = {i for op in ops for ids in (*op.preds.values(), op.seen) for i in ids}
    facts = ledger.by_ids(named | ({prev} if prev else set()))
    return sealed(Changeset(
        incarnation=own.incarnation, scope=scope, seq=facts[prev].seq + 1 if prev else 1, prev=prev,
        depth=1 + max((fact.depth for fact in facts.values()), default=0), person=signer.person, office=signer.office,
        device=own.device, claimed=when.seconds, ops=ops, doubt=int(not when.plausible), schema=SCHEMA,
        app=__version__, more=more,
    ))  # fmt: skip


def _tip(connection: sa.Connection, incarnation: str, scope: str) -> bytes | None:
    """The end of our stream in `scope`; of several (a fork not rotated yet) the longest, then the greatest id."""
    query = (
        "SELECT t.id FROM sync_tip t JOIN sync_stream s ON s.n = t.stream"
        " WHERE s.incarnation=? AND s.scope=? ORDER BY t.seq DESC, t.id DESC LIMIT 1"
    )
    found = sql.rows(connection, query, (incarnation, scope))
    return bytes(found[0][0]) if found else None
