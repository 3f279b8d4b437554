"""What headquarters says of laptops in the tests of that, and how it stands with them."""

from __future__ import annotations

from datetime import UTC, datetime

from server.db.session import read_session, write_session
from server.domain.records import Work
from server.services import apart, laptops
from server.services.folder import Folder
from server.services.laptops import Laptop
from server.services.receive import receive
from server.services.send import send
from server.services.standing import standing
from server.sync import doctor
from tests.services.world import Desk


def save(folder: Folder, command):
    """One save at a folder."""
    with write_session(folder.engine, folder.author()) as session:
        session.info["clock"] = folder.clock
        return command(Work(session, folder.author(), folder.clock))


def listed(folder: Folder) -> dict[str, Laptop]:
    with read_session(folder.engine) as session:
        return {one.id: one for one in laptops.laptops(session, folder.clock)}


def of(hq: Folder, laptop: Folder) -> Laptop:
    return listed(hq)[laptop.identity.device]


def waiting(folder: Folder) -> list[apart.Apart]:
    with read_session(folder.engine) as session:
        return apart.apart(session)


def told(folder: Folder) -> list[str]:
    with read_session(folder.engine) as session:
        return standing(session, folder.clock)


def circular(hq: Folder, office: Folder, desk: Desk, name: str = "circular.pdf") -> None:
    (result,) = receive(office, [send(hq, desk.file(name), receiver=office.office.code).files[0]])
    assert result.state == "imported", result.sentence


def sound(*folders: Folder) -> None:
    for folder in folders:
        with folder.engine.connect() as connection:
            assert doctor.examine(connection) == ()


def named(session, folder: Folder, name: str) -> str:
    return laptops.laptop(session, folder.clock, name).id


def points_of(session, laptop: Folder):
    return laptops.points(session, laptop.identity.device)


def revoke(hq: Folder, laptop: Folder, why: str, **more: str | None) -> tuple[Laptop, int]:
    return laptops.revoke(hq, laptop.identity.device, why, **more)


def back(hq: Folder, laptop: Folder) -> str:
    return save(hq, lambda work: laptops.put_back(work, laptop.identity.device))


def renew(hq: Folder, work: Work, laptop: Folder) -> datetime:
    until = laptops.renew(hq, work, laptop.identity.device)
    assert until.tzinfo == UTC
    return until
