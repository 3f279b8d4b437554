"""Whether a file that came counts here: who signed it, whether that key is known, and whom the file is for."""

from __future__ import annotations

import hashlib
from pathlib import Path

from server.base.errors import Refused
from server.base.i18n import _
from server.db.session import UnitSession, read_session
from server.domain.people.queries import office
from server.reports.carrier import Opened, open_sealed, read_bounded
from server.services import sealing
from server.services.folder import Folder
from server.services.received import Judged
from server.sync import acquaintance, keys, trust
from server.sync.clocks import believable
from server.sync.manifest import Manifest
from server.sync.payload import read_manifest

__all__ = ["Judged", "judge", "judge_file", "title_of"]


def judge_file(folder: Folder, path: Path) -> Judged:
    """Verify a file and its signer, reading no more than its manifest. Errors: Refused; nothing is changed."""
    data = read_bounded(path)
    return judge(folder, data, sealing.unsealed(folder, open_sealed(data)))


def judge(folder: Folder, data: bytes, opened: Opened) -> Judged:
    """Judge the signer of a file that was opened and unsealed already. Errors: Refused; nothing is changed."""
    manifest = read_manifest(opened.payload)
    identity = folder.identity
    with read_session(folder.engine) as session:
        root, devices = acquaintance.root(session), acquaintance.devices(session)
        known = any(d.key == _key_of(opened.certificate) for d in devices)
        if manifest.enrolment and not known and identity.hq:
            verdict = trust.accept_first_contact(
                opened.certificate,
                manifest.enrolment.proof,
                manifest.enrolment.invitation,
                invitations=acquaintance.invitations(session),
                devices=devices,
                programme_id=identity.programme,
                at=believable(folder.clock()),
                office=manifest.from_office,
                device=manifest.from_device,
            )
        else:
            verdict = trust.judge(
                opened.certificate,
                root=root,
                devices=devices,
                programme_id=identity.programme,
                at=believable(folder.clock()),
                office=manifest.from_office,
                device=manifest.from_device,
                from_hq=manifest.kind in ("setup", "circular"),
            )
        _for_us(session, folder, manifest)
    return Judged(hashlib.sha256(data).hexdigest(), data, opened.payload, opened.certificate, manifest, verdict)


def _key_of(certificate: bytes) -> str:
    try:
        return keys.key_fingerprint(certificate)
    except ValueError:
        return ""


def _for_us(session: UnitSession, folder: Folder, manifest: Manifest) -> None:
    """An office takes in what is for it and what its own laptops made.

    Headquarters, and who may read along, take in whatever comes.
    """
    receiver, here = manifest.to_office, folder.identity.office
    reads = folder.identity.hq or sealing.reads_along(session, here)
    if not reads and here not in (receiver, manifest.from_office):
        found = office(session, receiver or "")
        raise Refused(
            _(
                "This file is for %(office)s: give it to that office.",
                office=found.name if found else _("another office"),
            ),
            "other_office",
        )


def believed(folder: Folder, certificate: bytes) -> bool:
    """Whether a signer counts here whose dispatch cannot be read: by its certificate alone."""
    try:
        holder = keys.holder_of(certificate)
        with read_session(folder.engine) as session:
            trust.judge(
                certificate,
                root=acquaintance.root(session),
                devices=acquaintance.devices(session),
                programme_id=folder.identity.programme,
                at=believable(folder.clock()),
                from_hq=holder.role == "hq",
            )
    except (ValueError, Refused):
        return False
    return True


def title_of(certificate: bytes) -> str:
    """The signer's title as the certificate says it, whether or not anybody believes it."""
    try:
        return keys.holder_of(certificate).title
    except ValueError:
        return ""
