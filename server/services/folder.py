"""An opened data folder: its database at the newest revision, its identity checked, its changes captured."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import TracebackType

import sqlalchemy as sa

from server.base.clock import Clock
from server.base.errors import Refused
from server.base.i18n import _
from server.base.paths import DataDir
from server.db import backup, drafts, migrate
from server.db.session import Author, UnitSession, open_engine, read_session, write_session
from server.db.settings import PERSON, read_setting
from server.domain.activities import search
from server.domain.framework.queries import programme
from server.domain.people.queries import OfficeFacts, office
from server.services import kinds
from server.sync import acquaintance, capture, rebuild, replica, witness
from server.sync.replica import Identity

#: every table and rule is declared before a folder is opened
DECLARED = (*kinds.AREAS, acquaintance, drafts)
capture.attach(UnitSession)
#: activities that go into the index of words before a folder is there; any more wait, and are found all the same
_INDEXED_AT_OPENING = 1_000


@dataclass(frozen=True)
class Folder:
    """A data folder that is set up: close it, or use it in a `with`.

    `resumed` are sentences on files that were finished or went in when it was opened.
    """

    data: DataDir
    engine: sa.Engine
    identity: Identity
    clock: Clock
    resumed: tuple[str, ...] = ()

    @property
    def office(self) -> OfficeFacts:
        """The office this folder belongs to."""
        with read_session(self.engine) as session:
            return own_office(session, self.identity)

    @property
    def programme_title(self) -> str:
        """The programme's title."""
        with read_session(self.engine) as session:
            found = programme(session)
            return found.title if found else ""

    def author(self, person: str | None = None) -> Author:
        """Who writes: `person`, or whoever the settings say types here, for this folder's office."""
        if person is None:
            with read_session(self.engine) as session:
                person = read_setting(session, PERSON)
        return Author(person or "", self.identity.office, self.identity.hq)

    def close(self) -> None:
        """Let go of the database, and remember outside of it how far it went."""
        with self.engine.connect() as connection:
            witness.write(self.data.witness, self.data.database, connection)
        self.engine.dispose()

    def __enter__(self) -> Folder:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()


def own_office(session: UnitSession, identity: Identity) -> OfficeFacts:
    """The office of an identity; before its record has arrived, one that has only its id."""
    return office(session, identity.office) or OfficeFacts(identity.office, "", "", identity.hq, None, None, None, None)


def is_set_up(data: DataDir) -> bool:
    """Whether the folder holds a programme."""
    backup.finish_restore(data)
    if not data.database.is_file():
        return False
    engine = open_engine(data.database)
    try:
        with engine.connect() as connection:
            return migrate.revision(connection) is not None and replica.identity(connection) is not None
    finally:
        engine.dispose()


def open_folder(data: DataDir, clock: Clock) -> Folder:
    """Open a folder that was set up. Errors: Refused (not_set_up, newer, replica_not_set_up, backup)."""
    backup.finish_restore(data)
    if not data.database.is_file():
        raise Refused(
            _("%(folder)s is not set up yet: run “valise setup hq” or “valise setup office” first.", folder=data.root),
            "not_set_up",
        )
    engine = open_engine(data.database)
    try:
        return resumed(Folder(data, engine, prepare(data, engine, clock), clock))
    except BaseException:
        engine.dispose()
        raise


def resumed(folder: Folder) -> Folder:
    """The folder after what a run that died left in its inbox was finished, and what waited was tried again."""
    from server.services.receive import resume  # noqa: PLC0415  (receiving opens folders itself)

    return replace(folder, resumed=tuple(result.sentence for result in resume(folder)))


def prepare(data: DataDir, engine: sa.Engine, clock: Clock) -> Identity:
    """What every opening does: upgrade after a backup, check who we are, keep what was written past us."""
    migrate.upgrade(engine, before=lambda: backup.snapshot(data, "upgrade", clock()))
    with engine.connect() as connection:
        identity = replica.require_identity(connection)
    repairer = Author("", identity.office, identity.hq)
    with write_session(engine, repairer) as session:
        connection = session.connection()
        capture.install(connection)
        search.install(connection)
        witness.check(data.witness, data.database, connection, clock)
        capture.repair(session)  # before records are made anew, which would overwrite what another program wrote
        rebuild.materialise_unknown(connection)  # nothing to do, unless the tables were just upgraded
    search.catch_up(engine, _INDEXED_AT_OPENING)
    with engine.connect() as connection:
        identity = replica.require_identity(connection)
        witness.write(data.witness, data.database, connection)
    return identity
