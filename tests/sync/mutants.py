"""Mistakes that a replication can make, each put into the product by a patch of a few lines."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any
from unittest.mock import ANY

import pytest
import sqlalchemy as sa

from server.sync import (
    apply,
    canonical,
    capture,
    differences,
    inbox,
    judgement,
    ledger,
    merge,
    project,
    replica,
    sql,
    store,
    tips,
)  # fmt: skip
from tests.sync import replicas

Mutant = Callable[[pytest.MonkeyPatch], None]
#: which history of told.py tells on which mutant
TOLD_BY: dict[str, str] = {}
MUTANTS: list[Mutant] = []


def told_by(history: str) -> Callable[[Mutant], Mutant]:
    """Declares a mutant."""

    def declare(mutant: Mutant) -> Mutant:
        TOLD_BY[mutant.__name__] = history
        MUTANTS.append(mutant)
        return mutant

    return declare


@told_by("same_field")
def last_arrival_wins(patch: pytest.MonkeyPatch) -> None:
    """The value that came last is shown, and the others are forgotten."""
    patch.setattr(merge, "winner", lambda contenders: len(contenders) - 1)


@told_by("clocks")
def the_clock_decides(patch: pytest.MonkeyPatch) -> None:
    """The value with the latest claimed time stands, whoever had seen what."""
    def by_clock(work: Any, row: str, name: str, holders: Sequence[int]) -> tuple[int, Any, None]:
        every = [n for (n,) in sql.rows(work.connection, "SELECT n FROM sync_changeset")]
        wrote = [n for n in every if (op := work.ledger.op(n, work.table, row)) and name in op.values]
        best = max(wrote or holders, key=lambda n: work.ledger.change(n).claimed)
        return best, work.ledger.value(best, work.table, row, name), None

    patch.setattr(project._TableWork, "_field", by_clock)


@told_by("lost_dispatch")
def since_last_sent(patch: pytest.MonkeyPatch) -> None:
    """A delta is what was not sent before, instead of what was not acknowledged."""
    delta, marks = tips.delta, dict[tuple[int, str], int]()

    def high_water(connection: sa.Connection, base: Any, scopes: Any = None) -> list[bytes]:
        own = replica.require_identity(connection).incarnation
        mark = marks.get((id(connection.engine), own), 0)
        marks[id(connection.engine), own] = store.last_number(connection)
        later = {raw for (raw,) in sql.rows(connection, "SELECT raw FROM sync_changeset WHERE n>?", (mark,))}
        return [raw for raw in delta(connection, base, scopes) if base is None or raw in later]

    patch.setattr(tips, "delta", high_water)


@told_by("lost_dispatch")
def sent_is_received(patch: pytest.MonkeyPatch) -> None:
    """What was sent counts as acknowledged."""
    depart = inbox.depart

    def believing(connection: sa.Connection, manifest: Any, **named: Any) -> None:
        depart(connection, manifest, **named)
        serials = {peer.incarnation: peer.serial for peer in tips.peers(connection)}
        if manifest.to_incarnation in serials:
            tips.acknowledge(connection, manifest.to_incarnation, serials[manifest.to_incarnation] + 1, manifest.tips)

    patch.setattr(inbox, "depart", believing)


@told_by("delete_and_edit")
def a_deletion_wins(patch: pytest.MonkeyPatch) -> None:
    """A deletion hides what its author never saw."""
    patch.setattr(merge, "unseen", lambda *_arguments: [])


@told_by("brought_back_twice")
def an_ordinary_save_keeps_what_it_saw(patch: pytest.MonkeyPatch) -> None:
    """A deletion names only the heads of the values, not those that had brought the record back."""
    everything = differences._RowChange._everything_seen

    def less(work: Any, *arguments: Any) -> Sequence[bytes]:
        flags = {work.facts[n].id for n in work._holders("deleted")}
        return [i for i in everything(work, *arguments) if i not in flags]

    patch.setattr(differences._RowChange, "_everything_seen", less)


@told_by("same_field")
def the_later_drops_the_earlier(patch: pytest.MonkeyPatch) -> None:
    """A value leaves the heads because another came later, though nobody named it."""

    def drop(heads: merge.Heads, new: int, bits: int, _preds: object) -> None:
        for number in list(heads):
            heads[number] &= ~bits
            if not heads[number]:
                del heads[number]
        heads[new] = bits

    patch.setattr(merge, "supersede", drop)


@told_by("same_field")
def a_merge_writes(patch: pytest.MonkeyPatch) -> None:
    """An import that finds two values settles them itself, by a change of its own."""
    take_in = apply.apply_changesets

    def settling(connection: sa.Connection, raws: Any, **named: Any) -> apply.Applied:
        applied = take_in(connection, raws, **named)
        for issue in applied.issues:
            if issue.kind == "value":
                (shown,) = sql.rows(connection, f"SELECT {issue.field} FROM {issue.table} WHERE id=?", (issue.row,))
                capture.capture(connection, None, resolved={(issue.table, issue.row): {issue.field: shown[0]}})
        return applied

    patch.setattr(replicas, "apply_changesets", settling)


@told_by("forgotten")
def nobody_gets_back_their_own(patch: pytest.MonkeyPatch) -> None:
    """The receiver's own streams are left out of a dispatch: surely it has those."""
    delta, acknowledged, rotate, to = tips.delta, tips.acknowledged, replica.rotate, [""]
    born: dict[str, str] = {}

    def renamed(connection: sa.Connection, why: str, *clock: Any) -> replica.Identity:
        before = replica.require_identity(connection).incarnation
        after = rotate(connection, why, *clock)
        born[after.incarnation] = born.get(before, before)
        return after

    def asked(connection: sa.Connection, incarnation: str | None) -> tips.Tips | None:
        to[0] = born.get(incarnation or "", incarnation or "")
        return acknowledged(connection, incarnation)

    def without(connection: sa.Connection, base: tips.Tips | None, scopes: Any = None) -> list[bytes]:
        sent = [(raw, canonical.decode(raw).incarnation) for raw in delta(connection, base, scopes)]
        return [raw for raw, author in sent if born.get(author, author) != to[0]]

    patch.setattr(replica, "rotate", renamed)
    patch.setattr(tips, "acknowledged", asked)
    patch.setattr(tips, "delta", without)


@told_by("restored")
def one_change_per_number(patch: pytest.MonkeyPatch) -> None:
    """A change whose stream and number are here already is taken for known."""
    known = apply._known

    def by_number(connection: sa.Connection, changes: Any) -> set[bytes]:
        query = "SELECT s.incarnation, s.scope, c.seq FROM sync_changeset c JOIN sync_stream s ON s.n = c.stream"
        held = set(sql.rows(connection, query))
        return known(connection, changes) | {
            i for i, change in changes.items() if (change.incarnation, change.scope, change.seq) in held
        }

    patch.setattr(apply, "_known", by_number)


@told_by("old_form")
def an_old_form_overwrites(patch: pytest.MonkeyPatch) -> None:
    """A save names what the database shows now, not what its author looked at."""

    def now(work: Any, name: str) -> list[bytes]:
        shown = work._shown(name)
        return [shown.id] if shown else []

    patch.setattr(differences._RowChange, "_replaced", now)


@told_by("the_same_thought")
def equal_values_quarrel(patch: pytest.MonkeyPatch) -> None:
    """Two changes that say the same are told as a conflict."""
    patch.setattr(merge, "same", lambda values: len(values) == 1)


@told_by("look_alikes")
def looks_are_enough(patch: pytest.MonkeyPatch) -> None:
    """Values of different types that compare equal, or look alike, are taken for the same."""
    patch.setattr(merge, "same", lambda values: len({str(1 if value is True else value) for value in values}) == 1)


@told_by("truth_and_one")
def truth_is_one(patch: pytest.MonkeyPatch) -> None:
    """The same for values that Python takes for equal."""
    patch.setattr(merge, "same", lambda values: all(value == values[0] for value in values))


@told_by("gap")
def the_one_before_is_not_asked_for(patch: pytest.MonkeyPatch) -> None:
    """A change is applied though what it follows is missing."""
    patch.setattr(apply, "_missing", lambda _ledger, _new: set())


@told_by("three_values")
def a_choice_replaces_what_is_shown(patch: pytest.MonkeyPatch) -> None:
    """Settling a conflict names one value; the others come back."""
    holders = differences._RowChange._holders

    def shown(work: Any, name: str) -> list[int]:
        facts = [work.facts[n] for n in holders(work, name)]
        return [facts[merge.winner([(fact.depth, fact.id) for fact in facts])].n] if facts else []

    patch.setattr(differences._RowChange, "_holders", shown)


@told_by("deleted_and_back")
def deleted_is_deleted(patch: pytest.MonkeyPatch) -> None:
    """Bringing back counts for nothing."""
    patch.setattr(canonical.Op, "deletes", property(lambda op: "deleted" in op.values))


@told_by("two_houses")
def who_comes_first_owns_it(patch: pytest.MonkeyPatch) -> None:
    """Whether a change counts is judged by what arrived before it."""
    judge, take_in, here = apply.out_of_scope, apply._take_in, [0]
    owners: dict[tuple[int, str, str], str] = {}

    def at(connection: sa.Connection, *arguments: Any) -> apply.Applied:
        here[0] = id(connection.engine)
        return take_in(connection, *arguments)

    def by_arrival(op: canonical.Op, scope: str, depends: Any) -> str | None:
        owner = owners.setdefault((here[0], op.table, op.row), scope)
        return judge(op, scope, depends) or ("owner" if owner != scope else None)

    patch.setattr(apply, "_take_in", at)
    patch.setattr(apply, "out_of_scope", by_arrival)


@told_by("trespass")
def everybody_may(patch: pytest.MonkeyPatch) -> None:
    """Nobody asks whether an author may write there."""
    patch.setattr(apply, "out_of_scope", lambda *_arguments: None)


@told_by("browser_next_door")
def what_is_done_here_counts(patch: pytest.MonkeyPatch) -> None:
    """Only others are asked whether they may write there."""
    patch.setattr(capture, "office_scope", lambda _office: ANY)


@told_by("stolen")
def a_revocation_forgets_the_cut(patch: pytest.MonkeyPatch) -> None:
    """Nothing that a revoked laptop ever wrote counts."""
    patch.setattr(judgement, "_read_cut", lambda _text: {})


@told_by("stolen")
def a_revocation_is_for_what_comes(patch: pytest.MonkeyPatch) -> None:
    """What is here already is not judged again."""
    patch.setattr(judgement, "rejudge", lambda *_arguments: 0)


@told_by("adopted")
def an_adoption_is_ignored_when_it_comes_first(patch: pytest.MonkeyPatch) -> None:
    """Adopting lifts what is kept apart, and is no word on what has not come yet."""
    def deaf(judge: judgement.Judgement, change: canonical.Changeset) -> bool:
        cut = judge._cuts.get(change.device)
        return cut is not None and not judge._within(cut, change)

    class Deaf(judgement.Judgement):
        bars = deaf

    patch.setattr(apply, "Judgement", Deaf)
    patch.setattr(apply, "after_import", lambda *_arguments: 0)


@told_by("stolen")
def a_revoked_laptop_does_not_hear(patch: pytest.MonkeyPatch) -> None:
    """It goes on showing its own later saves as if they counted."""
    patch.setattr(capture, "after_save", lambda *_arguments: 0)


@told_by("unknown_fields")
def unknown_is_dropped(patch: pytest.MonkeyPatch) -> None:
    """Fields that this version does not know are forgotten."""
    mask = ledger.Fields.mask

    def less(fields: Any, table: str, names: Any, known: frozenset[str] | None) -> int:
        return mask(fields, table, [name for name in names if name in (known or ())], known)

    patch.setattr(ledger.Fields, "mask", less)


@told_by("look_alikes")
def written_anew(patch: pytest.MonkeyPatch) -> None:
    """A change is stored as this version would write it, not as it came."""
    add = store.Writer.add

    def anew(writer: Any, n: int, change: canonical.Changeset, barred: bool = False) -> None:
        object.__setattr__(change, "raw", canonical.encode(change))
        add(writer, n, change, barred)

    patch.setattr(store.Writer, "add", anew)


@told_by("old_dispatch_last")
def receipts_are_lowered(patch: pytest.MonkeyPatch) -> None:
    """An old dispatch that comes late takes back what a newer one acknowledged."""

    def any_serial(connection: sa.Connection, incarnation: str, serial: int, held: tips.Tips, **_rest: Any) -> bool:
        put = sql.upsert("sync_acknowledgement", ("incarnation",), ("serial", "tips", "at"))
        sql.run(connection, put, (incarnation, serial, json.dumps(held), ""))
        return True

    patch.setattr(tips, "acknowledge", any_serial)


@told_by("restored")
def nobody_takes_a_new_name(patch: pytest.MonkeyPatch) -> None:
    """A replica that finds its own stream continued elsewhere goes on as if nothing had happened."""
    patch.setattr(apply.replica, "rotate", lambda connection, _why, *_clock: replica.require_identity(connection))


@told_by("same_field")
def imports_are_noted(patch: pytest.MonkeyPatch) -> None:
    """Triggers note what an import writes, and the next save sends it round again."""
    patch.setattr(apply, "muted", lambda _connection: nullcontext())


@told_by("many_rows")
def statements_go_unnoticed(patch: pytest.MonkeyPatch) -> None:
    """Only single records are captured, as a hook on the mapper would."""
    find = differences.Differences.find

    def first(work: Any, notes: Any) -> Any:
        notes = list(notes)
        return find(work, [note for note in notes if note[:2] == notes[0][:2]])

    patch.setattr(differences.Differences, "find", first)


@told_by("cloned")
def forks_are_silent(patch: pytest.MonkeyPatch) -> None:
    """Two ends of one stream raise no incident."""
    patch.setattr(apply.store, "note_forks", lambda *_arguments: [])


@told_by("three_values")
def what_is_settled_is_not_closed(patch: pytest.MonkeyPatch) -> None:
    """An issue stays open after its cause is gone."""
    run = sql.run

    def forgetful(connection: sa.Connection, statement: str, values: Sequence[object] = ()) -> None:
        if not statement.startswith("DELETE FROM sync_issue"):
            run(connection, statement, values)

    patch.setattr(project.sql, "run", forgetful)
