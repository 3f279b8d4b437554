"""What another program writes into the database while Valise is open is a change like any other, never overwritten."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from server.services.folder import Folder
from server.services.receive import receive
from server.services.send import send
from server.sync import canonical, doctor, heads, tips
from tests.services.world import Desk, Laptops, dump, log, rows, shown


def browse(folder: Folder, statement: str, *values: object) -> None:
    """What a database browser does to the file: Valise has no hand in it."""
    with closing(sqlite3.connect(folder.data.database)) as connection, connection:
        connection.execute(statement, values)


def test_an_import_keeps_what_a_browser_wrote_while_valise_was_open(laptops: Laptops, tmp_path: Path) -> None:
    row = log(laptops.mine, "Launch")
    laptops.settle_everywhere()
    log(laptops.theirs, "By the colleague", id=row)
    parcel = send(laptops.theirs, tmp_path / "parcel.pdf", receiver="replica").files[0]
    browse(laptops.mine, "UPDATE activity SET title = 'By a browser' WHERE id = ?", row)
    (result,) = receive(laptops.mine, [parcel])
    assert result.state == "imported"
    with laptops.mine.engine.connect() as connection:
        (issue,) = [one for one in heads.issues(connection, ("value",)) if one.row == row]
        sides = heads.opponents(connection, issue)
        assert sorted(side.value for side in sides) == ["By a browser", "By the colleague"]
        changes = [canonical.decode(raw) for raw in tips.delta(connection, None)]
        assert [op.values for change in changes for op in change.ops if "By a browser" in op.values.values()] == [
            {"title": "By a browser"}
        ]
        assert doctor.examine(connection) == ()
    laptops.settle_everywhere()
    assert dump(laptops.mine) == dump(laptops.theirs)


def test_an_import_itself_makes_no_change(laptops: Laptops, tmp_path: Path) -> None:
    log(laptops.theirs, "Launch")
    parcel = send(laptops.theirs, tmp_path / "parcel.pdf", receiver="replica").files[0]
    with laptops.mine.engine.connect() as connection:
        before = set(tips.delta(connection, None))
    receive(laptops.mine, [parcel])
    with laptops.mine.engine.connect() as connection, laptops.theirs.engine.connect() as theirs:
        assert set(tips.delta(connection, None)) - before <= set(tips.delta(theirs, None))


def test_what_a_browser_removed_between_two_runs_is_there_as_deleted(laptops: Laptops) -> None:
    row = log(laptops.mine, "Launch")
    browse(laptops.mine, "DELETE FROM activity WHERE id = ?", row)
    again = laptops.desk.again(laptops.mine)
    assert (shown(again, "activity", row)["title"], shown(again, "activity", row)["deleted"]) == ("Launch", 1)


def test_a_browser_does_not_write_into_another_house(desk: Desk, tmp_path: Path) -> None:
    """What an office's browser changes in the framework is kept apart here as it is at headquarters, and told."""
    office, hq = desk.open("kg"), desk.open("hq")
    row, name = rows(office.data, "SELECT id, name FROM agency ORDER BY id")[0]
    browse(office, "UPDATE agency SET name = 'Renamed at the office' WHERE id = ?", row)
    office = desk.again(office)
    (result,) = receive(hq, [send(office, tmp_path / "report.pdf", period="y1").files[0]])
    assert result.state == "imported"
    for folder in (office, hq):
        assert shown(folder, "agency", row)["name"] == name
        with folder.engine.connect() as connection:
            assert [one.row for one in heads.issues(connection, ("quarantine",))] == [row]
            assert doctor.examine(connection) == ()
