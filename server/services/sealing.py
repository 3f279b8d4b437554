"""Sealed dispatches of a confidential programme: who may open them, their keys, and the one way to a payload.

A dispatch that is sealed for nobody, or openly where it should be sealed, is never made without a person's word.
docs/dispatch-format.md has the form, docs/decisions/0011 the reasons.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from server.base.clock import Clock
from server.base.errors import Refused
from server.base.i18n import _, number_text
from server.base.paths import DataDir
from server.db.session import UnitSession, read_session, write_session
from server.domain.framework.models import Programme
from server.domain.people.queries import OfficeFacts, offices
from server.domain.records import Work, save, visible
from server.reports.carrier import Opened
from server.reports.sheets import Letter, Stamp
from server.services.folder import Folder
from server.sync import envelope, sealkey
from server.sync.manifest import Manifest
from server.sync.models import Device, SealKeyRow
from server.sync.shape import FRAMEWORK


@dataclass(frozen=True)
class Readers:
    """For whom a dispatch is sealed: public keys, the offices they are of, and the laptops whose key nobody knows."""

    keys: tuple[str, ...]
    offices: tuple[OfficeFacts, ...]
    without: tuple[str, ...] = ()

    def sentences(self) -> list[str]:
        """For whoever sends: who can open it, and who cannot."""
        told = [_("Sealed for %(offices)s.", offices=_listed(one.name for one in self.offices))]
        if self.without:
            told.append(
                _(
                    "%(names)s cannot open it: the key is not known here yet. It comes with the next dispatch from "
                    "there.",
                    names=_listed(self.without),
                )
            )
        return told


def is_confidential(session: UnitSession) -> bool:
    """Whether headquarters said that this programme's dispatches are sealed."""
    return any(row.confidential for row in session.scalars(visible(Programme)))


def reads_along(session: UnitSession, office: str) -> bool:
    """Whether headquarters lets that office read what others send."""
    return any(one.id == office and one.reads_confidential for one in offices(session))


def payload_of(data: DataDir, opened: Opened, office: str = "") -> bytes:
    """The payload of a verified file, out of its envelope if it has one. `office` is the id of the one that opens it.

    Errors: Refused: sealed, envelope_damaged, envelope_newer, broken_seal_key.
    """
    if not envelope.is_closed(opened.payload):
        return opened.payload
    keys = [sealkey.load(data.seal_key)] if data.seal_key.is_file() else []
    label = envelope.label_of(opened.payload)
    try:
        return envelope.open_envelope(opened.payload, *keys)
    except Refused as refused:
        if refused.code != "sealed":
            raise
        if office in label.offices:
            sentence = _(
                "This dispatch is sealed for another laptop of this office, or for a key this one had before: open it "
                "there, or send a dispatch from here and then ask for everything again."
            )
        else:
            sentence = _("This dispatch is sealed for %(offices)s: open it there.", offices=_listed(label.names))
        raise Refused(sentence, "sealed") from refused


def unsealed(folder: Folder, opened: Opened) -> Opened:
    """A verified file with its payload out of the envelope. Errors: as `payload_of`."""
    return replace(opened, payload=payload_of(folder.data, opened, folder.identity.office))


def sealed_for(opened: Opened) -> tuple[str, ...]:
    """Names of the offices that a verified file says it is sealed for; none of one that is not sealed."""
    return tuple(envelope.label_of(opened.payload).names) if envelope.is_closed(opened.payload) else ()


def reading_offices(session: UnitSession, kind: str, receiver: OfficeFacts) -> list[OfficeFacts]:
    """The offices that a sealed dispatch is for: its receiver, and those that headquarters lets read along.

    What two laptops of one office exchange stays in that office.
    """
    if kind == "exchange":
        return [receiver]
    return [receiver, *(one for one in offices(session) if one.reads_confidential and one.id != receiver.id)]


def readers(session: UnitSession, folder: Folder, kind: str, receiver: OfficeFacts) -> Readers | None:
    """For whom a dispatch has to be sealed; None when it travels openly: the programme is not confidential, or it is a
    set-up, whose reader has no key yet.

    Errors: Refused (no_seal_key) when no laptop of the receiver has a key that is known here.
    """
    if kind == "setup" or not is_confidential(session):
        return None
    known = _keys_by_device(session)
    own = sealkey.ensure(folder.data.seal_key).public
    found = reading_offices(session, kind, receiver)
    per_office: Mapping[str, list[tuple[str, ...]]] = {
        one.id: [keys for device, (office, keys) in known.items()
                 if office == one.id and device != folder.identity.device]
        for one in found
    }  # fmt: skip
    if not any(per_office[receiver.id]):
        raise _no_key(receiver, kind)
    flat = [key for keys in per_office.values() for group in keys for key in group]
    titles = {row.id: row.name or "" for row in session.scalars(visible(Device))}
    without = [titles.get(device) or device for device, (office, keys) in known.items()
               if office in per_office and not keys and device != folder.identity.device]
    without += [one.name for one in found if not per_office[one.id]]
    served = tuple(one for one in found if any(per_office[one.id]))
    return Readers(tuple(dict.fromkeys([*sorted(flat), own])), served, tuple(sorted(without)))


def seals(folder: Folder, kind: str, receiver: OfficeFacts, *, openly: bool = False) -> tuple[OfficeFacts, ...]:
    """The offices that such a dispatch will be sealed for; none when it will travel openly. Errors: no_seal_key."""
    with read_session(folder.engine) as session:
        found = None if openly else readers(session, folder, kind, receiver)
    return found.offices if found else ()


def closed(payload: bytes, found: Readers | None, manifest: Manifest) -> bytes:
    """The payload as it goes into the file: sealed when it has readers."""
    if found is None:
        return payload
    label = envelope.Label(
        manifest.programme,
        (manifest.from_office, manifest.from_device),
        [(one.id, one.name) for one in found.offices],
        manifest.dispatch,
        manifest.kind,
    )
    return envelope.close(payload, found.keys, label)


def announced(session: UnitSession, folder: Folder) -> str | None:
    """This laptop's public key as its dispatches name it until headquarters' list has it; None from then on."""
    own = _own(folder)
    listed = session.get(Device, folder.identity.device)
    return None if listed is not None and listed.encryption_key == own else own


def note_key(session: UnitSession, manifest: Manifest, clock: Clock) -> None:
    """Keep the key that the newest dispatch of a laptop names, until headquarters' list has it."""
    if manifest.encryption and sealkey.is_public(manifest.encryption):
        session.merge(
            SealKeyRow(
                device=manifest.from_device,
                office=manifest.from_office,
                key=manifest.encryption,
                at=clock().isoformat(),
            )
        )


def list_keys(folder: Folder) -> None:
    """Headquarters puts its own key and those that laptops named onto its list, which travels to all."""
    if not folder.identity.hq:
        return
    own = _own(folder)
    with read_session(folder.engine) as session:
        named = {row.device: row.key for row in session.query(SealKeyRow)}
        named |= {folder.identity.device: own} if own else {}
        late = {row.id: named[row.id] for row in session.scalars(visible(Device))
                if row.id in named and named[row.id] != row.encryption_key}
    if not late:
        return
    with write_session(folder.engine, folder.author()) as session:
        session.info["clock"] = folder.clock
        work = Work(session, folder.author(), folder.clock)
        for device, key in sorted(late.items()):
            save(work, Device, {"encryption_key": key}, id=device)


def set_up_scopes(folder: Folder, scopes: set[str]) -> set[str]:
    """What a set-up carries: of a confidential programme the framework only, because its reader has no key yet."""
    with read_session(folder.engine) as session:
        return {FRAMEWORK} if is_confidential(session) else scopes


def set_up_remark(folder: Folder) -> str:
    """What the page of a set-up adds in a confidential programme; nothing in another."""
    with read_session(folder.engine) as session:
        if not is_confidential(session):
            return ""
    return " " + _(
        "The programme is confidential. This file is not sealed, because the office has no key yet, and carries "
        "nothing but the framework; what offices wrote follows sealed, after the first dispatch from there."
    )


def cover(
    programme: str,
    here: OfficeFacts,
    receiver: OfficeFacts,
    readers: Sequence[OfficeFacts],
    stamp: Stamp,
    part: tuple[int, int],
) -> Letter:
    """The pages of a dispatch that say nothing of what is in it. `readers` are none when its data is not sealed."""
    facts = [(_("From"), here.name), (_("To"), receiver.name), (_("Number"), number_text(stamp.number or 0)),
             (_("Fingerprint"), stamp.fingerprint)]  # fmt: skip
    if part[1] > 1:
        facts.append((_("Part"), _("Part %(part)s of %(parts)s", part=part[0], parts=part[1])))
    if readers:
        names = _listed(one.name for one in readers)
        facts.append((_("Sealed for"), names))
        text = _("What this file carries is sealed for %(offices)s. Nobody else can open it, and these pages say "
                 "nothing of it.", offices=names)  # fmt: skip
    else:
        text = _("These pages say nothing of what this file carries. It is inside, and Valise opens it.")
    steps = [_("Drop this file into Valise, under Send and receive.")]
    if receiver.hq:
        steps.append(_("Print the report from what came in."))
    title = _("Sealed dispatch") if readers else _("Dispatch with a cover only")
    return Letter(title, programme, here.name, receiver.name, facts, text, steps)


def _own(folder: Folder) -> str | None:
    """This laptop's public key; None when the file cannot be read, which only a dispatch that is sealed cares about."""
    try:
        return sealkey.ensure(folder.data.seal_key).public
    except Refused:
        return None


def _keys_by_device(session: UnitSession) -> dict[str, tuple[str, tuple[str, ...]]]:
    """The laptops that are trusted, by id: (their office, the keys known for them)."""
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    off = set()
    for row in session.scalars(visible(Device)):
        if row.revoked:
            off.add(row.id)
        else:
            key = row.encryption_key
            found[row.id] = (row.office_id or "", (key,) if key and sealkey.is_public(key) else ())
    for met in session.query(SealKeyRow):
        if met.device not in off:
            office, keys = found.get(met.device, (met.office, ()))
            found[met.device] = (office, tuple(dict.fromkeys([*keys, met.key])))
    return found


def _no_key(receiver: OfficeFacts, kind: str) -> Refused:
    if kind == "exchange":
        sentence = _(
            "This programme is confidential, and no other laptop of this office is known here that could open the "
            "dispatch: receive headquarters' newest circular on this laptop first."
        )
    elif receiver.hq:
        sentence = _(
            "This programme is confidential, and headquarters' key is not known here yet: receive headquarters' newest "
            "circular first, or choose to send this dispatch openly."
        )
    else:
        sentence = _(
            "This programme is confidential, and no laptop of %(office)s has named its key yet: receive a dispatch of "
            "that office made by an up-to-date Valise first, or choose to send this dispatch openly.",
            office=receiver.name,
        )
    return Refused(sentence, "no_seal_key")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
