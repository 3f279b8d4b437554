"""What undoing an import would take with it: what came or was made upon it since, and who was told that it is here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from server.base.errors import Refused
from server.base.i18n import _, n_
from server.db import migrate
from server.db.session import UnitSession
from server.db.turnback import beside, is_whole
from server.services.folder import Folder
from server.services.names import table_words, title_of
from server.sync import inbox, sql
from server.sync.canonical import Changeset, decode
from server.sync.inbox import Arrival, Departure
from server.sync.scope import depends_on

#: titles of records that a sentence names
_NAMED = 5


@dataclass(frozen=True)
class Plan:
    """What undoing an import would take with it.

    `brought` counts its own changes; `saves` those made here upon it, in the records `titles`; `imports` came later and
    build on it; `told` are dispatches that said since that it is here, or carried it on.
    """

    arrival: Arrival
    brought: int
    saves: int = 0
    titles: tuple[str, ...] = ()
    imports: tuple[Arrival, ...] = ()
    told: tuple[Departure, ...] = ()

    @property
    def clean(self) -> bool:
        """Whether nothing was built upon it."""
        return not (self.saves or self.imports or self.told)

    def lines(self) -> list[str]:
        """What would be lost, in sentences; none when nothing would."""
        found = []
        if self.saves:
            named = ", ".join(self.titles[:_NAMED])
            more = len(self.titles) - _NAMED
            if more > 0:
                named += " " + n_("and %(num)s more", "and %(num)s more", more)
            found.append(n_("%(num)s change that was saved here upon it would be lost: %(records)s.",
                            "%(num)s changes that were saved here upon it would be lost: %(records)s.",
                            self.saves, records=named))  # fmt: skip
        for one in self.imports:
            found.append(_("%(file)s (dispatch %(number)s of %(office)s) builds on it and would be undone with it; it "
                           "can be imported again afterwards.",
                           file=one.file_name or "–", number=one.number or 0, office=one.signer or "–"))  # fmt: skip
        for sent in self.told:
            found.append(_("%(file)s was sent since and says that it is here: its receiver may build on it, and will "
                           "be asked to send it again.", file=sent.file_name or "–"))  # fmt: skip
        return found

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "file": self.arrival.file_name,
            "sha256": self.arrival.sha256,
            "changes": self.brought,
            "clean": self.clean,
            "saves": self.saves,
            "records": list(self.titles),
            "imports": [one.file_name for one in self.imports],
            "sent": [one.file_name for one in self.told],
        }


@dataclass(frozen=True)
class Since:
    """What is here and not in the copy, in order of arrival: `goes` with the import, `stays` without it."""

    goes: tuple[tuple[int, Changeset], ...]
    stays: tuple[tuple[int, Changeset], ...]
    later: tuple[Arrival, ...]


def can_be(folder: Folder, one: Arrival) -> bool:
    """Whether the copy made before an import is still there."""
    return one.state == inbox.IMPORTED and bool(one.snapshot) and (folder.data.backups / str(one.snapshot)).is_file()


def copy_of(folder: Folder, one: Arrival) -> Path:
    """A copy to go back to: the one made before the import, or an older one when that holds what was undone since.

    Errors: Refused (not_imported, no_copy).
    """
    if one.state != inbox.IMPORTED:
        raise Refused(_("This file is not imported: there is nothing to undo."), "not_imported")
    if not can_be(folder, one):
        raise _no_copy()
    its_own = folder.data.backups / str(one.snapshot)
    others = (path for path in folder.data.backups.glob("*.db") if path.name < its_own.name)
    for path in (its_own, *sorted(others, reverse=True)):
        with suppress(sa.exc.DatabaseError), beside(folder.engine, path) as connection:
            if _fits(connection, one) and is_whole(connection):
                return path
    raise _no_copy()


def _no_copy() -> Refused:
    return Refused(
        _("The copy made before this import is not here any more, so that it cannot be undone. Correct the records, or "
          "ask the office to send a correction."), "no_copy")  # fmt: skip


def _fits(connection: sa.Connection, one: Arrival) -> bool:
    """Whether the copy is one of this laptop's, written by the same Valise, with nothing that is not here now and
    nothing of that import."""
    if sql.rows(connection, "SELECT version_num FROM before.alembic_version") != [(migrate.newest(),)]:
        return False
    who = "SELECT programme, office, device FROM %s.sync_replica"
    other = (
        "SELECT 1 FROM before.sync_changeset AS b LEFT JOIN main.sync_changeset AS m ON m.id=b.id"
        " WHERE m.id IS NULL OR m.n BETWEEN ? AND ? LIMIT 1"
    )
    same = sql.rows(connection, who % "before") == sql.rows(connection, who % "main")
    return same and not sql.rows(connection, other, (one.first or 0, one.last or -1))


def since(connection: sa.Connection, one: Arrival) -> Since:
    """Everything that came or was made after the copy, divided into what goes and what stays."""
    query = (
        "SELECT m.n, m.raw FROM main.sync_changeset AS m WHERE NOT EXISTS"
        " (SELECT 1 FROM before.sync_changeset AS b WHERE b.id=m.id) ORDER BY m.n"
    )
    goes: list[tuple[int, Changeset]] = []
    stays: list[tuple[int, Changeset]] = []
    gone: set[bytes] = set()
    rows: set[str] = set()  # records that go altogether
    for n, raw in sql.rows(connection, query):
        change = decode(bytes(raw))
        its_own = one.first is not None and one.last is not None and one.first <= n <= one.last
        if its_own or not gone.isdisjoint(depends_on(change)) or _names(change, rows):
            gone.add(change.id)
            rows.update(op.row for op in change.ops if not op.seen and not any(op.preds.values()))
            goes.append((n, change))
        else:
            stays.append((n, change))
    imported = "SELECT sha256 FROM before.sync_inbox WHERE state=?"
    before = {sha256 for (sha256,) in sql.rows(connection, imported, (inbox.IMPORTED,))}
    now = inbox.arrivals(connection, (inbox.IMPORTED,))
    later = [late for late in now if late.sha256 not in before | {one.sha256}]
    return Since(tuple(goes), tuple(stays), tuple(later))


def _names(change: Changeset, rows: set[str]) -> bool:
    """Whether a change refers to one of these records: a review of a report is nothing without the report."""
    texts = (value for op in change.ops for value in op.values.values() if isinstance(value, str))
    return bool(rows) and any(not rows.isdisjoint(text.split()) for text in texts)


def planned(connection: sa.Connection, one: Arrival, since: Since) -> Plan:
    """What of `since` would go with the import, in words for people. `connection` sees the copy."""
    numbers = [n for n, _change in since.goes]
    with_it = tuple(late for late in since.later if any(among(late, n) for n in numbers))
    saves = [change for n, change in since.goes if not any(among(by, n) for by in (one, *since.later))]
    session = UnitSession(connection, join_transaction_mode="rollback_only")
    touched = dict.fromkeys((op.table, op.row) for change in saves for op in change.ops)
    titles = tuple(
        dict.fromkeys(f"{table_words(table)} “{title_of(session, table, row)}”" for table, row in touched)
    )  # fmt: skip
    session.close()
    brought = sum(1 for n in numbers if among(one, n))
    return Plan(one, brought, len(saves), titles, with_it, tuple(_told(connection, since)))


def among(one: Arrival, n: int) -> bool:
    """Whether an import brought the changeset with that arrival number."""
    return one.first is not None and one.last is not None and one.first <= n <= one.last


def _told(connection: sa.Connection, since: Since) -> Iterator[Departure]:
    """Dispatches made since whose receiver was told of a change that goes; one for all parts of each."""
    first: dict[str, int] = {}
    for _n, change in since.goes:
        first[change.stream] = min(change.seq, first.get(change.stream, change.seq))
    before = {n for (n,) in sql.rows(connection, "SELECT n FROM before.sync_outbox")}
    for sent in reversed(inbox.departures(connection)):
        ends = {key: max(seq for seq, _i in of) for key, of in sent.tips.items() if of}
        if sent.n not in before and sent.part == 1 and any(ends.get(key, 0) >= seq for key, seq in first.items()):
            yield sent
