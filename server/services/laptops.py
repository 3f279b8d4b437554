"""The programme's laptops as headquarters sees them: enrolled, met, off the list, and how long they are believed.

Taking a laptop off the list keeps apart what it wrote after a cut; everything is kept, and it can be put back on.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from server.base.clock import Clock
from server.base.errors import NotFound, Refused, RuleBroken, RulesBroken, ValiseError
from server.base.i18n import _, day_text, n_
from server.base.ids import is_short_for
from server.db.session import UnitSession, read_session, write_session
from server.domain.people.queries import OfficeFacts, offices
from server.domain.records import Work, may_write, save, visible
from server.services.folder import Folder
from server.services.send import enrol
from server.sync import acquaintance, cuts, inbox, keys, replica
from server.sync.clocks import believable
from server.sync.inbox import Arrival
from server.sync.judgement import cut_text
from server.sync.models import AdoptedChange, Device

#: a certificate that ends within so many days is told
ENDING = 180


@dataclass(frozen=True)
class Laptop:
    """One laptop of an office.

    `label` is its office's code with its place among that office's laptops, `key` the short fingerprint of its key.
    `state` is trusted, met (it joined, and goes on the list with the next circular), ending or expired (its
    certificate), off or replaced. `until` is the day its certificate ends; `last` its latest dispatch that was imported
    here, None for this laptop itself (`here`). `apart` counts its changes that are kept apart.
    """

    id: str
    office: OfficeFacts
    label: str
    key: str
    enrolled: str | None
    until: datetime
    state: str
    last: Arrival | None
    here: bool = False
    revoked: str | None = None
    why: str = ""
    replaced_by: str = ""
    apart: int = 0

    @property
    def off(self) -> bool:
        """Whether headquarters took it off the list."""
        return self.state in ("off", "replaced")

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "id": self.id, "label": self.label, "office": self.office.code, "key": self.key, "state": self.state,
            "enrolled": self.enrolled, "valid_until": self.until.isoformat(),
            "last_dispatch": {"number": self.last.number, "when": self.last.at} if self.last else None,
            "here": self.here, "off_since": self.revoked, "why": self.why or None,
            "replaced_by": self.replaced_by or None, "kept_apart": self.apart,
        }  # fmt: skip


@dataclass(frozen=True)
class Point:
    """Where a cut can be made: before this dispatch. `apart` changes that are here would be kept apart."""

    arrival: Arrival
    apart: int

    @property
    def words(self) -> str:
        """For a list to choose from."""
        day = day_text(datetime.fromisoformat(self.arrival.at).date())
        return n_(
            "Only what came before dispatch %(dispatch)s of %(day)s: %(num)s change is kept apart",
            "Only what came before dispatch %(dispatch)s of %(day)s: %(num)s changes are kept apart",
            self.apart, dispatch=self.arrival.number, day=day,
        )  # fmt: skip


def laptops(session: UnitSession, clock: Clock, office_id: str | None = None) -> list[Laptop]:
    """The laptops of one office, or of all: headquarters first, then by code; of an office in the order they joined."""
    connection = session.connection()
    listed = {keys.holder_of(certificate).device: certificate for certificate in acquaintance.listed(session)}
    met = {keys.holder_of(certificate).device: certificate for certificate in acquaintance.unlisted(session)}
    rows = {row.id: row for row in session.scalars(visible(Device)) if row.id in listed}
    last, apart = _last(session), _apart(session)
    own = replica.identity(connection)
    found = []
    for one in offices(session):
        of_office = [row for row in rows.values() if row.office_id == one.id]
        of_office.sort(key=lambda row: (row.enrolled or "", row.id))
        joined = [id for id in sorted(met) if id not in rows and keys.holder_of(met[id]).office == one.id]
        for place, id in enumerate([*(row.id for row in of_office), *joined], 1):
            if office_id not in (None, one.id):
                continue
            row, certificate = rows.get(id), listed.get(id) or met[id]
            found.append(Laptop(
                id, one, f"{one.label}-{place}", keys.short_fingerprint(certificate), row.enrolled if row else None,
                keys.valid_until(certificate), _state(row, certificate, clock), last.get(id),
                own is not None and own.device == id, row.revoked if row else None, (row.note or "") if row else "",
                row.replaced_by_id or "" if row else "", apart.get(id, 0),
            ))  # fmt: skip
    names = {one.id: one.label for one in found}
    return [_named(one, names) for one in found]


def _named(one: Laptop, names: dict[str, str]) -> Laptop:
    return Laptop(**{**vars(one), "replaced_by": names.get(one.replaced_by, one.replaced_by)})


def _state(row: Device | None, certificate: bytes, clock: Clock) -> str:
    left = keys.valid_until(certificate) - believable(clock())
    if row is not None and row.revoked:
        return "replaced" if row.replaced_by_id else "off"
    if left < timedelta(0):
        return "expired"
    if left < timedelta(days=ENDING):
        return "ending"
    return "trusted" if row is not None else "met"


def _last(session: UnitSession) -> dict[str, Arrival]:
    """The latest dispatch imported of each device."""
    of = cuts.devices_of(session.connection())
    came = inbox.arrivals(session.connection(), (inbox.IMPORTED,))
    return {of[one.incarnation]: one for one in came if one.incarnation in of and one.kind != "setup"}


def _apart(session: UnitSession) -> dict[str, int]:
    found: dict[str, int] = {}
    for _n, change in cuts.kept_apart(session.connection()):
        found[change.device] = found.get(change.device, 0) + 1
    return found


def laptop(session: UnitSession, clock: Clock, name: str) -> Laptop:
    """The laptop with that id or label, or whose key begins so. Errors: NotFound when there is none, or are several."""
    wanted = name.replace(" ", "").casefold()
    every = laptops(session, clock)
    found = [one for one in every if wanted in (one.id, one.label.casefold())]
    found = found or [one for one in every if wanted and one.key.replace(" ", "").casefold().startswith(wanted)]
    if len(found) != 1:
        raise NotFound(_("There is no laptop “%(name)s”: choose one from the list of laptops.", name=name))
    return found[0]


def points(session: UnitSession, device: str) -> list[Point]:
    """Where a cut can be made, the latest first: the laptop's own dispatches that brought something."""
    connection = session.connection()
    of = cuts.devices_of(connection)
    came = [one for one in inbox.arrivals(connection, (inbox.IMPORTED,))
            if one.first is not None and of.get(one.incarnation or "") == device]  # fmt: skip
    found = (Point(one, cuts.cut(connection, device, one.first).apart) for one in reversed(came))
    return [one for one in found if one.apart]


def point(session: UnitSession, device: str, name: str) -> Point:
    """The laptop's dispatch with that number, or six characters or more of its hash. Errors: NotFound."""
    of_device = points(session, device)
    found = [one for one in of_device if str(one.arrival.number) == name]
    found = found or [one for one in of_device if is_short_for(name, one.arrival.sha256)]
    if not found:
        raise NotFound(_("No dispatch “%(name)s” of this laptop brought anything: give the number of one.", name=name))
    return found[-1]  # of several parts, or numbers used twice, the earliest


def take_off(
    work: Work, device: str, *, why: str | None, since: Arrival | None = None, replaced_by: str | None = None
) -> str:
    """Take a laptop off the list. What it wrote counts as far as it is here, or as it came before the dispatch `since`.

    Errors: RulesBroken, Refused (this_laptop, off_already), NotFound.
    """
    connection, row = work.session.connection(), _row(work, device)
    may_write(work, Device, device)
    if replica.require_identity(connection).device == device:
        raise Refused(_("This is the laptop you sit at: take it off the list from another one."), "this_laptop")
    if row.revoked:
        raise Refused(_("This laptop is off the list already."), "off_already")
    errors: list[ValiseError] = []
    if not (why or "").strip():
        errors.append(RuleBroken(_("Say why: others will ask."), "why"))
    other = work.get("device", replaced_by)
    if replaced_by and (other is None or other["office_id"] != row.office_id or replaced_by == device):
        errors.append(RuleBroken(_("Choose another laptop of the same office."), "replaced_by"))
    if errors:
        raise RulesBroken(errors)
    ends = cuts.cut(connection, device, since.first if since else None)
    for stream, changeset in ends.beside:
        adopt_one(work, stream, changeset, _("It was here before the laptop was taken off the list."))
    values = {"revoked": work.today().isoformat(), "note": why, "replaced_by_id": replaced_by,
              "revoked_cut": cut_text(ends.ends)}  # fmt: skip
    return save(work, Device, values, id=device)


def put_back(work: Work, device: str) -> str:
    """Put a laptop back on the list: all that it wrote counts again. Errors: Refused, NotFound."""
    if not _row(work, device).revoked:
        raise Refused(_("This laptop is on the list."), "on_list")
    return save(work, Device, dict.fromkeys(("revoked", "revoked_cut", "note", "replaced_by_id")), id=device)


def adopt_one(work: Work, stream: str, changeset: str, note: str | None) -> str:
    """Let one change count, whatever was or will be said of its laptop. The same change again is the same record."""
    query = work.session.query(AdoptedChange).filter_by(changeset=changeset).order_by(AdoptedChange.id)
    before: AdoptedChange | None = query.first()
    values = {"changeset": changeset, "stream": stream, "note": note}
    return save(work, AdoptedChange, values, id=before.id if before else None)


def renew(folder: Folder, work: Work, device: str) -> datetime:
    """Headquarters certifies the laptop's key anew; the next circular brings it. Returns when it ends.

    Errors: Refused (no_root_key, off_already), NotFound.
    """
    row = _row(work, device)
    may_write(work, Device, device)
    if row.revoked:
        raise Refused(_("This laptop is off the list: put it back on first."), "off_already")
    old = next(one for one in acquaintance.listed(work.session) if keys.holder_of(one).device == device)
    root = acquaintance.root(work.session)
    if root is None or not folder.data.root_key.is_file():
        raise Refused(_("The programme's key is not on this laptop: renew where headquarters was set up."),
                      "no_root_key")  # fmt: skip
    ring = keys.load(folder.data.root_key)
    issued = keys.issue(ring.key, root, keys.public_key_of(old), keys.holder_of(old), believable(work.clock()))
    values = {"certificate": b64encode(issued).decode(), "fingerprint": keys.fingerprint(issued)}
    save(work, Device, values, id=device)
    return keys.valid_until(issued)


def enrolled(folder: Folder, *devices: str | None) -> None:
    """Laptops that joined are put on the list first, so that something can be said of them."""
    with read_session(folder.engine) as session:
        known = all(session.get(Device, device) is not None for device in devices if device)
    if not known:
        enrol(folder)


def _row(work: Work, device: str) -> Device:
    row = work.session.get(Device, device)
    if row is None or row.deleted:
        raise NotFound(_("There is no such laptop: choose one from the list."))
    return row


def revoke(
    folder: Folder, name: str, why: str, *, since: str | None = None, replaced_by: str | None = None
) -> tuple[Laptop, int]:
    """`take_off` for the command line, by names. Returns the laptop and how many changes are kept apart now."""
    with read_session(folder.engine) as session:
        found = laptop(session, folder.clock, name)
        at = point(session, found.id, since).arrival if since else None
        other = laptop(session, folder.clock, replaced_by).id if replaced_by else None
    enrolled(folder, found.id, other)
    with write_session(folder.engine, folder.author()) as session:
        session.info["clock"] = folder.clock
        take_off(Work(session, folder.author(), folder.clock), found.id, why=why, since=at, replaced_by=other)
    return again(folder, found.id)


def again(folder: Folder, device: str) -> tuple[Laptop, int]:
    """A laptop as it is now, and how many of its changes are kept apart."""
    with read_session(folder.engine) as session:
        found = laptop(session, folder.clock, device)
    return found, found.apart


def ends_soon(found: Sequence[Laptop]) -> list[Laptop]:
    """Those whose certificate ends soon or has ended."""
    return [one for one in found if one.state in ("ending", "expired")]


def until_text(one: Laptop) -> str:
    """The day a certificate ends, in words."""
    return day_text(one.until.astimezone(UTC).date())
