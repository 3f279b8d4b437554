"""Setting up: a folder becomes headquarters from a file, or an office from headquarters' set-up PDF."""

from __future__ import annotations

import hashlib
import tempfile
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from server.base import example
from server.base.clock import Clock
from server.base.errors import Refused
from server.base.i18n import _
from server.base.ids import new_id
from server.base.paths import DataDir
from server.db import migrate
from server.db.session import Author, UnitSession, open_engine, read_session, write_session
from server.db.settings import PERSON, write_setting
from server.domain.people.queries import OfficeFacts, office
from server.domain.records import Work, save
from server.reports.carrier import open_sealed, read_bounded
from server.reports.sheets import Letter
from server.services import pouch, sealing, vouching
from server.services.folder import Folder, is_set_up, own_office, prepare
from server.services.load import LoadFile, enter, read_file
from server.services.sheets.entry import Entry
from server.sync import acquaintance, capture, inbox, keys, replica, sealkey, tips, trust, witness
from server.sync.apply import apply_changesets
from server.sync.clocks import believable
from server.sync.manifest import Manifest, Setup
from server.sync.models import Device
from server.sync.payload import Payload, read_payload

#: the setting that holds who types


def set_up_hq(data: DataDir, file: Path, person: str | None, clock: Clock) -> Folder:
    """Make `data` headquarters of the programme in `file`. Errors: Refused, RulesBroken; the folder is as before."""
    content = read_file(file)
    programme, hq = _founders(content, file.name)
    title = str(programme.values.get("title") or "")
    code, name = str(hq.values.get("code") or ""), str(hq.values.get("name") or "")
    writer = Author(person or content.person or "", hq.id, hq=True)
    with _new_folder(data) as engine:
        root_key, root = keys.create_root(programme.id, title, clock())
        device, key = new_id(), keys.device_key()
        holder = keys.Holder("hq", programme.id, hq.id, code, device, name)
        certificate = keys.issue(root_key, root, key.public_key(), holder, clock())
        keys.store(data.root_key, root_key, [root])
        keys.store(data.key, key, [certificate, root])
        with write_session(engine, writer) as session:
            session.info["clock"] = clock
            replica.initialise(
                session.connection(), programme=programme.id, office=hq.id, device=device, hq=True, clock=clock
            )
            capture.install(session.connection())
            acquaintance.keep_root(session, root)
            write_setting(session, PERSON, writer.person)
            work = Work(session, writer, clock)
            enter(work, content)
            list_device(work, certificate)
        return _ready(data, engine, clock)


def _founders(content: LoadFile, name: str) -> tuple[Entry, Entry]:
    """The entries of the programme and of headquarters."""
    programmes = [e for e in content.entries if e.table == "programme"]
    headquarters = [e for e in content.entries if e.table == "office" and e.values.get("kind") == "hq"]
    if len(programmes) != 1 or len(headquarters) != 1:
        raise Refused(_("%(file)s must hold one programme and one office of the kind “hq”.", file=name), "setup_file")
    return programmes[0], headquarters[0]


def list_device(work: Work, certificate: bytes) -> str:
    """Put a device on headquarters' list, which travels to all. Returns the record's id."""
    holder = keys.holder_of(certificate)
    return save(
        work,
        Device,
        {
            "office_id": holder.office,
            "name": holder.title,
            "certificate": b64encode(certificate).decode(),
            "fingerprint": keys.fingerprint(certificate),
            "enrolled": work.today().isoformat(),
        },
        id=holder.device,
    )


@dataclass(frozen=True)
class Invited:
    """A set-up PDF that was written: for which office, where."""

    office: OfficeFacts
    file: Path


def invite(folder: Folder, office_code: str, target: Path) -> Invited:
    """Headquarters: write the set-up PDF of an office, with a one-time invitation. Errors: Refused, NotFound."""
    if not folder.identity.hq:
        raise Refused(_("Only headquarters sets up offices: ask it for the set-up PDF."), "not_hq")
    with read_session(folder.engine) as session:
        receiver = office(session, office_code)
        root = acquaintance.root(session)
    if receiver is None or receiver.hq:
        raise Refused(_("There is no country office “%(code)s”: check its code.", code=office_code), "no_office")
    assert root is not None
    invitation = trust.create_invitation(new_id(), receiver.id)
    with write_session(folder.engine, folder.author()) as session:
        acquaintance.keep_invitation(session, invitation)
    order = pouch.Order(
        "setup",
        receiver,
        None,
        None,
        sealing.set_up_scopes(folder, scopes_for(folder, receiver)),
        languages=("en",),
        setup=Setup(root, invitation.id, invitation.secret, receiver.id),
    )
    print_of_root = keys.short_fingerprint(root)
    letter = Letter(
        _("Set-up of %(office)s", office=receiver.name),
        folder.programme_title,
        folder.office.name,
        receiver.name,
        [
            (_("Office"), receiver.name),
            (_("Programme"), folder.programme_title),
            (_("Programme's key"), print_of_root),
        ],
        _(
            "This file makes a copy of Valise the programme log of %(office)s. It carries the programme's framework "
            "and an invitation that works once: give it to nobody but that office.",
            office=receiver.name,
        )
        + sealing.set_up_remark(folder),
        [
            _("Install Valise on the office's laptop and start it."),
            _("Choose “Join a programme” and drop this file in."),
            _("Compare the programme's key on the screen with the one on this page."),
        ],
    )
    pouch.pack(folder, order, pouch.letter(letter), target)
    return Invited(receiver, target)


def scopes_for(folder: Folder, receiver: OfficeFacts) -> set[str]:
    """What a country office may have: the framework, headquarters' own records and its own."""
    return {pouch.FRAMEWORK, f"office:{folder.identity.office}", f"office:{receiver.id}"}


def set_up_office(
    data: DataDir, file: Path, person: str | None, clock: Clock, *, in_example: bool = False
) -> Folder:
    """Make `data` the office that a set-up PDF names. Errors: Refused; the folder is as before.

    `in_example` says that `data` is a room of the example: no other folder becomes one of its offices.
    """
    opened = open_sealed(read_bounded(file))
    payload = read_payload(sealing.payload_of(data, opened))
    manifest = payload.manifest
    if manifest.setup is None or manifest.kind != "setup":
        raise Refused(
            _("%(file)s is a dispatch but no set-up: ask headquarters for the set-up PDF.", file=file.name),
            "not_a_setup",
        )
    if manifest.programme == example.PROGRAMME and not in_example:
        raise Refused(
            _(
                "%(file)s was made in the example and sets up nothing outside of it: ask headquarters for the"
                " set-up PDF of your programme.",
                file=file.name,
            ),
            "of_the_example",
        )
    verdict = trust.judge_set_up(
        opened.certificate, [*opened.chain, manifest.setup.root], root=None, at=believable(clock()),
        programme_id=manifest.programme,
    )  # fmt: skip
    if verdict.root != manifest.setup.root:
        raise Refused(_("This set-up file contradicts itself: ask headquarters for a new one."), "unknown_root")
    with _new_folder(data) as engine:
        device, key = new_id(), keys.device_key()
        with write_session(engine, Author(person or "", manifest.setup.office, hq=False)) as session:
            session.info["clock"] = clock
            replica.initialise(
                session.connection(),
                programme=manifest.programme,
                office=manifest.setup.office,
                device=device,
                hq=False,
                clock=clock,
            )
            capture.install(session.connection())
            _take_in(session, payload, manifest.setup, opened.certificate, clock)
            write_setting(session, PERSON, person or "")
            here = own_office(session, replica.require_identity(session.connection()))
            digest = hashlib.sha256(read_bounded(file)).hexdigest()
            inbox.receive(session.connection(), digest, file.name, clock)
            inbox.settle(session.connection(), digest, inbox.IMPORTED, manifest=manifest, clock=clock)
            holder = keys.Holder("office", manifest.programme, here.id, here.code, device, here.name)
            keys.store(data.key, key, [keys.self_signed(key, holder, clock())])  # before the folder counts as set up
        return _ready(data, engine, clock)


def _take_in(session: UnitSession, payload: Payload, given: Setup, certificate: bytes, clock: Clock) -> None:
    """The framework, whom to believe, and what headquarters holds."""
    manifest: Manifest = payload.manifest
    connection = session.connection()
    acquaintance.keep_root(session, given.root)
    acquaintance.keep_invitation(session, trust.Invitation(given.invitation, given.secret, given.office))
    acquaintance.keep_device(session, certificate, clock().isoformat())
    # headquarters hands on what it keeps apart, too: it has to stay apart here
    applied = apply_changesets(connection, payload.raws, allowed=vouching.authority(session))
    if applied.missing:
        raise Refused(_("This set-up file is not whole: ask headquarters for a new one."), "setup_incomplete")
    vouching.keep_signatures(session, manifest, certificate)
    replica.note_incarnation(connection, manifest.from_incarnation, manifest.from_device, manifest.from_office, clock)
    tips.acknowledge(
        connection,
        manifest.from_incarnation,
        manifest.serial,
        manifest.tips,
        office=manifest.from_office,
        device=manifest.from_device,
        durable=manifest.durable,
        clock=clock,
    )


@dataclass(frozen=True)
class Beginning:
    """What a file would make of a folder: which office of which programme. `key` is the programme's, as it is told on
    the telephone; empty at headquarters, which makes a new one."""

    office: str
    programme: str
    key: str


def look_at_set_up(data: DataDir, file: Path, clock: Clock, *, hq: bool) -> Beginning:
    """Try a set-up in a folder that is taken away again. Errors: those of the set-up itself; nothing is changed."""
    if is_set_up(data):
        raise _set_up_already(data)
    data.create()
    with tempfile.TemporaryDirectory(dir=data.root, prefix=".trial-") as room:
        become = set_up_hq if hq else set_up_office
        with become(DataDir(Path(room)), file, None, clock) as folder, read_session(folder.engine) as session:
            root = None if hq else acquaintance.root(session)
            key = keys.short_fingerprint(root) if root else ""
            return Beginning(folder.office.name, folder.programme_title, key)


@contextmanager
def _new_folder(data: DataDir) -> Iterator[sa.Engine]:
    """An engine on a fresh database in `data`; when the block fails, what it made is taken away again."""
    if is_set_up(data):
        raise _set_up_already(data)
    _clear(data)  # what a set-up that was cut off left behind
    data.create()
    engine = open_engine(data.database)
    try:
        migrate.upgrade(engine)
        yield engine
    except BaseException:
        engine.dispose()
        _clear(data)
        raise


def _set_up_already(data: DataDir) -> Refused:
    sentence = _("%(folder)s holds a programme already: choose another folder.", folder=data.root)
    return Refused(sentence, "set_up_already")


def _clear(data: DataDir) -> None:
    """Take away what a set-up makes; the database last, so that a folder without one holds nothing of it."""
    beside = sorted(data.root.glob(data.database.name + "-*"))
    for path in (data.key, data.root_key, data.seal_key, data.witness, *beside, data.database):
        path.unlink(missing_ok=True)


def _ready(data: DataDir, engine: sa.Engine, clock: Clock) -> Folder:
    sealkey.ensure(data.seal_key)
    with engine.connect() as connection:
        witness.write(data.witness, data.database, connection)
    return Folder(data, engine, prepare(data, engine, clock), clock)
