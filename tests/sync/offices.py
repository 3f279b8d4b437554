"""What people of several offices do on their laptops, one method each; the worlds of these tests are made of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from server.db.session import write_session
from server.sync import canonical, heads, replica, sql
from tests.sync import oracle
from tests.sync.laws import HQ, by_office
from tests.sync.older import LATER_FIELD, LATER_TABLE, older_code
from tests.sync.replicas import Node, make_node, moment

Form = dict[str, list[str]]
#: values by field: its name, or its place among the fields of the table, any number counting round
Values = Mapping[Any, Any]


@dataclass
class Seat:
    """One laptop. `stored` is the last arrival number looked at, `parked` what waits for something that is missing."""

    node: Node
    name: str
    old: bool = False
    pending: bool = False
    stored: int = 0
    parked: list[bytes] = field(default_factory=list)
    spoke: list[str] = field(default_factory=list)

    def code(self) -> Any:
        """The version of the code that runs on it."""
        return older_code() if self.old else nullcontext()


def device_of(seat: Seat) -> str:
    """The id of the device it is."""
    with seat.node.engine.connect() as connection:
        return replica.require_identity(connection).device


class Offices:
    """Laptops of two offices and headquarters, and what people do on one of them."""

    def __init__(self) -> None:
        self.seats: list[Seat] = []
        self.mail: list[bytes] = []
        self.backups: dict[str, Seat] = {}
        self.forms: dict[tuple[str, str], Form] = {}
        self.made: set[bytes] = set()
        self.strangers = 0
        self.copied = False
        for name, office in (("hq", HQ), ("a1", "office-a"), ("a2", "office-a"), ("b1", "office-b")):
            self.take_a_seat(make_node(name, office=office, hq=office == HQ), name)

    def close(self) -> None:
        """Let go of all databases."""
        for seat in (*self.seats, *self.backups.values()):
            seat.node.close()

    def take_a_seat(self, node: Node, name: str, old: bool = False) -> Seat:
        """A laptop more."""
        node.allowed = by_office
        seat = Seat(node, name, old, spoke=[node.incarnation])
        self.seats.append(seat)
        return seat

    def seat(self, number: int) -> Seat:
        """The laptop with that number, any number counting round."""
        return self.seats[number % len(self.seats)]

    # who may write what

    def rows(self, seat: Seat) -> list[tuple[str, str]]:
        """(table, row) that its people may write: those of their office; at headquarters those of everybody."""
        office = seat.node.office
        mine = [("activity", f"{office}-1"), ("activity", f"{office}-2"), ("attendance", f"{office}-n")]
        if not seat.old:
            mine.append((LATER_TABLE, f"{office}-l"))
        if seat.node.row("activity", "same").get("office", office) == office:
            mine.append(("activity", "same"))
        if seat.node.hq:
            theirs = (("activity", f"office-{letter}-{n}") for letter in "ab" for n in "12")
            return [*mine, ("agency", "g1"), ("agency", "g2"), *(t for t in theirs if seat.node.row(*t))]
        return mine

    def pick(self, seat: Seat, which: int) -> tuple[str, str]:
        """One of those."""
        rows = self.rows(seat)
        return rows[which % len(rows)]

    def fields(self, seat: Seat, table: str) -> tuple[str, ...]:
        """The fields these histories write."""
        if table == "activity":
            return ("title", "narrative", "women") if seat.old else ("title", "narrative", "women", LATER_FIELD[1])
        return {"attendance": ("institution", "activity_id"), "agency": ("code", "name"), LATER_TABLE: ("text",)}[table]

    def typed(self, seat: Seat, table: str, values: Values) -> dict[str, Any]:
        """The values by the names of their fields; those of fields that the table or the version lacks are left out."""
        names = self.fields(seat, table)
        found = {names[key % len(names)] if isinstance(key, int) else key: value for key, value in values.items()}
        return {name: value for name, value in found.items() if name in (*names, "deleted")}

    # what is done on one laptop

    @contextmanager
    def saving(self, seat: Seat) -> Iterator[None]:
        """Changesets made inside the block are people's."""
        with seat.code():
            yield
            self.made |= {canonical.changeset_id(raw) for raw in self.new(seat)}
            seat.pending = False
            self.in_order(seat)

    def new(self, seat: Seat) -> list[bytes]:
        """What was stored since it was looked at last."""
        with seat.node.engine.connect() as connection:
            found = sql.rows(connection, "SELECT n, raw FROM sync_changeset WHERE n>? ORDER BY n", (seat.stored,))
        seat.stored = max([seat.stored, *(n for n, _raw in found)])
        return [bytes(raw) for _n, raw in found]

    def in_order(self, seat: Seat) -> None:
        """Cheap invariants of one database."""
        with seat.node.engine.connect() as connection:
            if not seat.pending:
                assert not sql.rows(connection, "SELECT tbl, row FROM sync_capture"), "a save leaves no note behind"
            assert not sql.rows(connection, "SELECT n FROM sync_mute"), "triggers are awake again"
            ends = "SELECT id FROM sync_changeset WHERE id NOT IN (SELECT prev FROM sync_changeset WHERE prev NOTNULL)"
            kept = sql.rows(connection, "SELECT id FROM sync_tip ORDER BY id")
            assert kept == sorted(sql.rows(connection, ends)), "tips are the ends of the streams"

    def edit(self, at: int, which: int, values: Values) -> None:
        """An ordinary save: what was typed is what is seen afterwards."""
        seat = self.seat(at)
        table, row = self.pick(seat, which)
        typed = self.typed(seat, table, values)
        if not typed:
            return
        with self.saving(seat):
            seat.node.put(table, row, typed)
            now = seat.node.row(table, row)
        kinds = oracle.tables().columns[table]
        if not self.disputed(seat, row) and not self.silenced(seat):
            assert now == {**now, **{name: oracle.stored(kinds[name], value) for name, value in typed.items()}}

    def disputed(self, seat: Seat, row: str) -> bool:
        """Whether two offices made it without knowing of each other: then one cannot speak for the other."""
        return any(issue[2] == row for issue in seat.node.issues("clash"))

    def silenced(self, seat: Seat) -> bool:
        """Whether it knows that headquarters took it off the list: what it writes is kept apart at once."""
        return bool(seat.node.row("device", device_of(seat)).get("revoked"))

    def open_form(self, at: int, which: int) -> None:
        """Somebody opens a form and goes for a coffee."""
        seat = self.seat(at)
        table, row = self.pick(seat, which)
        with seat.code():
            self.forms[seat.name, row] = seat.node.displayed(table, row)

    def save_form(self, at: int, which: int, values: Values) -> None:
        """The form opened some time ago is saved: what was typed stands, and what came in since is not gone."""
        seat = self.seat(at)
        table, row = self.pick(seat, which)
        seen = self.forms.get((seat.name, row))
        typed = self.typed(seat, table, values)
        if seen is None or not typed or seat.pending or self.silenced(seat):
            return
        with seat.code():
            before = self.standing(seat, table, row)
        with self.saving(seat):
            made = seat.node.put(table, row, typed, seen=seen)
            after = self.standing(seat, table, row)
        for name, standing in before.items():
            kept = standing - set(seen.get(name, ()))
            assert kept <= after[name], "what came in since the form was opened still stands"
            assert after[name] <= standing | set(made), "nothing else was written"

    def save_some_form(self, which: int, values: Values) -> None:
        """One of the forms that are open is saved."""
        name, row = sorted(self.forms)[which % len(self.forms)]
        for at, seat in enumerate(self.seats):
            rows = [row for _table, row in self.rows(seat)]
            if seat.name == name and row in rows:
                self.save_form(at, rows.index(row), values)

    def standing(self, seat: Seat, table: str, row: str) -> dict[str, set[str]]:
        """All heads of a row, per field."""
        with seat.node.engine.connect() as connection:
            return {name: set(ids) for name, ids in heads.every(connection, table, row).items()}

    def delete(self, at: int, which: int, *, from_form: bool = False) -> None:
        """A record is deleted, perhaps from an old form."""
        seat = self.seat(at)
        table, row = self.pick(seat, which)
        seen = self.forms.get((seat.name, row)) if from_form else None
        if seat.node.row(table, row) and not self.silenced(seat):
            with self.saving(seat):
                seat.node.delete(table, row, seen)
                if seen is None and not self.disputed(seat, row):
                    assert seat.node.row(table, row)["deleted"] == 1, "who deletes what they see hides it"

    def undelete(self, at: int, which: int) -> None:
        """And brought back."""
        seat = self.seat(at)
        table, row = self.pick(seat, which)
        if seat.node.row(table, row) and not self.silenced(seat):
            with self.saving(seat):
                seat.node.put(table, row, {"deleted": 0})
                hidden = seat.node.row(table, row)["deleted"]
                assert self.disputed(seat, row) or not hidden, "what is brought back is there"

    def resolve(self, at: int, which: int, values: Values) -> None:
        """Somebody settles what stands against each other."""
        seat = self.seat(at)
        table, row = self.pick(seat, which)
        chosen = self.typed(seat, table, values)
        self.importing(seat)
        if chosen and seat.node.row(table, row) and not self.silenced(seat):
            with self.saving(seat):
                (made,) = seat.node.resolve(table, row, chosen)
                after = self.standing(seat, table, row)
            settled = all(after[name] == {made} for name in chosen)
            assert settled or self.disputed(seat, row), "a choice replaces all there is"

    def bulk(self, at: int, value: Any) -> None:
        """One statement for many rows of the office."""
        seat = self.seat(at)
        with self.saving(seat), write_session(seat.node.engine, seat.node.author) as session:
            session.info["clock"] = seat.node.clock
            statement = "UPDATE activity SET narrative=:v, women=coalesce(women,0)+1 WHERE office=:o"
            session.execute(sa.text(statement), {"v": value, "o": seat.node.office})

    def another_program(self, at: int, which: int, how: int, value: Any) -> None:
        """A database browser changes the file, records of other houses too; Valise has not looked yet."""
        seat = self.seat(at)
        rows = [*self.rows(seat), ("agency", "g1"), ("activity", "office-a-1"), ("activity", "office-b-1")]
        table, row = rows[which % len(rows)]
        office, name = seat.node.office if not row.startswith("office-") else row[:-2], self.fields(seat, table)[0]
        statement, values = [
            (f"UPDATE {table} SET {name}=? WHERE id=?", (value, row)),
            (f"DELETE FROM {table} WHERE id=?", (row,)),
            (f"INSERT OR REPLACE INTO {table}(id,office,{name}) VALUES(?,?,?)", (row, office, value)),
            (f"UPDATE {table} SET deleted=1-coalesce(deleted,0), office='elsewhere' WHERE id=?", (row,)),
            (f"UPDATE {table} SET {name}=1, deleted=NULL WHERE id=?", (row,)),
        ][how % 5]
        with seat.code():
            seat.node.sql(statement, values)
        seat.pending = True

    def repair(self, at: int) -> None:
        """Valise looks: what the other program did is a change like any other."""
        seat = self.seat(at)
        with self.saving(seat):
            seat.node.repair()

    def importing(self, seat: Seat) -> None:
        """What another program wrote is taken in before anything is imported."""
        if seat.pending:
            with self.saving(seat):
                seat.node.repair()

    def clock(self, at: int, seconds: int) -> None:
        """Somebody sets the clock."""
        self.seat(at).node.clock = moment(seconds)

    def rotate(self, at: int) -> None:
        """A doubt: it goes on under a new name."""
        self.rename(self.seat(at))

    def rename(self, seat: Seat) -> None:
        """The same for a laptop."""
        seat.node.rotate()
        seat.spoke.append(seat.node.incarnation)
