"""The doctor: is the database whole, do the records follow from the changes, are the keys and filed files there?"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from server.base.clock import Clock
from server.base.errors import Refused
from server.base.i18n import _, n_
from server.base.paths import DataDir
from server.db.session import read_session
from server.db.trouble import told
from server.services.conflicts import conflicts
from server.services.files import missing_titles
from server.services.folder import Folder, open_folder
from server.services.issues import questions
from server.services.laptops import ends_soon, laptops, until_text
from server.services.standing import standing
from server.sync import keys
from server.sync.doctor import examine as examine_changes

#: so many documents whose file is missing are named
_LISTED = 20


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: `good`, or what to do in its sentence. `about` says which question is open."""

    good: bool
    sentence: str
    about: Mapping[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """For JSON; an open question adds its id, kind, table, row and field."""
        return {"good": self.good, "message": self.sentence, **self.about}


def examine(data: DataDir, clock: Clock) -> list[Finding]:
    """Look at everything in a folder; changes nothing but what opening it changes. Errors: Refused when not set up."""
    found: list[Finding] = []
    try:
        with open_folder(data, clock) as folder:
            for look in (_database, _changes, _questions, _keys, _laptops, _files):
                found += look(folder)
    except sa.exc.DatabaseError as error:
        found.append(Finding(False, told(error).message))
    return found


def _database(folder: Folder) -> Iterator[Finding]:
    with folder.engine.connect() as connection:
        verdict = connection.exec_driver_sql("PRAGMA integrity_check").scalar()
    if verdict == "ok":
        yield Finding(True, _("The database is whole."))
    else:
        yield Finding(False, _("The database is damaged (%(why)s): restore the newest backup.", why=verdict))


def _changes(folder: Folder) -> Iterator[Finding]:
    with folder.engine.connect() as connection:
        found = examine_changes(connection)
    if not found:
        yield Finding(True, _("All records follow from the changes, and the changes from each other."))
    for one in found:
        yield Finding(False, one.message)


def _questions(folder: Folder) -> Iterator[Finding]:
    """What waits for a person is no damage: both values, both records and every reference are kept."""
    for conflict in conflicts(folder):
        about = {"id": conflict.id, "kind": conflict.kind}
        about |= {"table": conflict.table, "row": conflict.row, "field": conflict.field}
        yield Finding(True, _("A person has to choose: %(conflict)s", conflict=conflict.sentence), about)
    with read_session(folder.engine) as session:
        for one in questions(session, folder.identity.office, folder.identity.hq):
            about = {"id": one.id, "kind": one.kind, "table": one.table, "row": one.row, "field": one.field}
            yield Finding(True, f"{one.sentence} {one.advice}", about)


def _keys(folder: Folder) -> Iterator[Finding]:
    try:
        ring = keys.load(folder.data.key)
    except Refused as refused:
        yield Finding(False, refused.message)
        return
    yield Finding(
        True, _("The key of this installation is there: %(print)s.", print=keys.short_fingerprint(ring.certificates[0]))
    )


def _laptops(folder: Folder) -> Iterator[Finding]:
    """What this laptop must know of itself; at headquarters also of others whose certificates end."""
    with read_session(folder.engine) as session:
        yield from (Finding(True, sentence) for sentence in standing(session, folder.clock))
        found = laptops(session, folder.clock) if folder.identity.hq else []
    for one in ends_soon(found):
        yield Finding(True, _("The certificate of %(laptop)s ends on %(day)s: renew it under Offices, Laptops.",
                              laptop=one.label, day=until_text(one)))  # fmt: skip


def _files(folder: Folder) -> Iterator[Finding]:
    """Filed files and sent dispatches are named by the hash of their content."""
    wrong = 0
    for room in (folder.data.blobs, folder.data.outbox, folder.data.inbox):
        for path in sorted(room.rglob("*")) if room.is_dir() else []:
            if path.is_file() and len(path.stem) == 64:
                with path.open("rb") as stream:
                    if hashlib.file_digest(stream, "sha256").hexdigest() != path.stem:
                        wrong += 1
                        yield Finding(False, _("The file %(file)s is damaged: take it from a backup.", file=path.name))
    if not wrong:
        yield Finding(True, _("All filed files and dispatches are whole."))
    awaited = missing_titles(folder)
    if awaited:
        listed = ", ".join(awaited[:_LISTED]) + (" …" if len(awaited) > _LISTED else "")
        sentence = n_(
            "The file of %(num)s document is not here and is asked for in the next dispatch: %(titles)s.",
            "The files of %(num)s documents are not here and are asked for in the next dispatch: %(titles)s.",
            len(awaited),
            titles=listed,
        )
        yield Finding(True, sentence)
