"""Who may write in the framework: no office makes itself headquarters, nor at a laptop set up later."""

from __future__ import annotations

from pathlib import Path

import pytest

from server.db.session import read_session
from server.services import vouching
from server.services.folder import Folder
from server.services.load import record_id
from server.services.receive import receive
from server.services.send import send
from server.services.setup import invite, set_up_office
from server.sync import doctor
from tests.services.world import Desk, log, rows, shown

OFFICE = record_id("office", "kg")


def appoint_itself(desk: Desk) -> tuple[Folder, Folder]:
    """An office says by another program that it is headquarters, changes the framework, and reports."""
    office, hq = desk.open("kg"), desk.open("hq")
    with office.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE office SET kind = 'hq' WHERE id = ?", (OFFICE,))
    office = desk.again(office)
    with office.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE output SET title = 'Mine now' WHERE number = 1")
    office = desk.again(office)
    log(office, "Logged beside it")
    (result,) = receive(hq, [send(office, desk.file("usurper.pdf"), period="y1").files[0]])
    assert (result.state, result.quarantined) == ("imported", 2), result.sentence
    return office, hq


def writers(folder: Folder, *offices: str) -> list[str]:
    """Those of the offices (ids) whose word on the framework counts at a folder."""
    from server.sync.canonical import Changeset

    with read_session(folder.engine) as session:
        allowed = vouching.authority(session)
    return [one for one in offices
            if allowed(Changeset("0" * 32, "framework", 1, None, 1, "Somebody", one, "laptop", 0, ()))]


def test_it_is_none_at_headquarters(desk: Desk) -> None:
    _office, hq = appoint_itself(desk)
    assert shown(hq, "office", OFFICE)["kind"] == "country"
    assert writers(hq, OFFICE, hq.office.id) == [hq.office.id]


def test_it_is_none_at_an_office_that_gets_a_circular(desk: Desk) -> None:
    _office, hq = appoint_itself(desk)
    other = desk.open("md")
    (result,) = receive(other, [send(hq, desk.file("circular.pdf"), receiver="MD", full=True).files[0]])
    assert result.state == "imported", result.sentence
    assert shown(other, "office", OFFICE)["kind"] == "country"
    assert writers(other, OFFICE, hq.office.id) == [hq.office.id]


@pytest.mark.parametrize("code", ["MD", "KG"])
def test_it_is_none_at_a_laptop_that_is_set_up_later(desk: Desk, code: str) -> None:
    """The set-up brings what headquarters keeps apart; it stays apart there."""
    _office, hq = appoint_itself(desk)
    later = desk.keep(set_up_office(desk.folder("later"), setup(hq, desk, code), None, desk.clock))
    assert shown(later, "office", OFFICE)["kind"] == "country"
    assert rows(later.data, "SELECT title FROM output WHERE title = 'Mine now'") == []
    assert writers(later, OFFICE, hq.office.id) == [hq.office.id]
    with later.engine.connect() as connection:
        assert doctor.examine(connection) == ()


def test_no_record_makes_headquarters(desk: Desk) -> None:
    """Certificates do, which only the root makes: a slip in the list of offices gives nobody the framework."""
    _office, hq = appoint_itself(desk)
    with hq.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE office SET kind = 'hq' WHERE id = ?", (OFFICE,))
    hq = desk.again(hq)
    other = desk.open("md")
    receive(other, [send(hq, desk.file("circular.pdf"), receiver="MD").files[0]])
    for folder in (hq, other):
        assert shown(folder, "office", OFFICE)["kind"] == "hq"
        assert writers(folder, OFFICE, hq.identity.office) == [hq.identity.office]


def setup(hq: Folder, desk: Desk, code: str) -> Path:
    return invite(hq, code, desk.file("later.pdf")).file
