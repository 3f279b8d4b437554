"""Who this replica believes, as it is filed here: the programme's root, invitations, and devices met. Never travels."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Sequence
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.db.base import Base
from server.domain.records import visible
from server.sync import keys
from server.sync.models import Device
from server.sync.trust import Invitation, KnownDevice, Verdict


class Anchor(Base):
    """The programme's root certificate; at most one row."""

    __tablename__ = "trust_anchor"

    #: always 1
    n: Mapped[int] = mapped_column(primary_key=True)
    #: DER
    root: Mapped[bytes] = mapped_column(sa.LargeBinary)


class InvitationRow(Base):
    """An invitation: at headquarters one it handed out, at an office the one it was set up with."""

    __tablename__ = "trust_invitation"

    #: UUIDv7
    id: Mapped[str] = mapped_column(primary_key=True)
    #: id of the office invited
    office: Mapped[str]
    #: 32 random bytes
    secret: Mapped[bytes] = mapped_column(sa.LargeBinary)
    #: fingerprint of the key that used it, hex
    used_by: Mapped[str | None]


class MetDevice(Base):
    """A device that proved an invitation, or that signed a set-up, before headquarters' own list told of it."""

    __tablename__ = "trust_device"

    #: fingerprint of its public key, hex
    key: Mapped[str] = mapped_column(primary_key=True)
    #: DER
    certificate: Mapped[bytes] = mapped_column(sa.LargeBinary)
    #: ISO time it was met
    at: Mapped[str]


def keep_root(session: Session, root: bytes) -> None:
    """Believe this root from now on."""
    session.merge(Anchor(n=1, root=root))


def root(session: Session) -> bytes | None:
    """The programme's root certificate, DER; None before set-up."""
    found = session.get(Anchor, 1)
    return found.root if found else None


def keep_invitation(session: Session, invitation: Invitation) -> None:
    """File an invitation."""
    session.merge(
        InvitationRow(id=invitation.id, office=invitation.office, secret=invitation.secret, used_by=invitation.used_by)
    )


def invitations(session: Session) -> Sequence[Invitation]:
    """All invitations filed here."""
    rows = session.scalars(sa.select(InvitationRow).order_by(InvitationRow.id))
    return [Invitation(r.id, r.secret, r.office, r.used_by) for r in rows]


def keep_device(session: Session, certificate: bytes, at: str, invitation: Invitation | None = None) -> None:
    """File a device that was met, and note that it used its invitation."""
    key = keys.key_fingerprint(certificate)
    session.merge(MetDevice(key=key, certificate=certificate, at=at))
    if invitation is not None:
        keep_invitation(session, replace(invitation, used_by=key))


def devices(session: Session) -> list[KnownDevice]:
    """Devices believed here: headquarters' list first, whose word on revocation counts, then those only met."""
    found = [device for row in session.scalars(visible(Device)) if (device := _listed(row))]
    filed = {device.key for device in found}
    for row in session.scalars(sa.select(MetDevice).order_by(MetDevice.key)):
        if row.key not in filed:
            found.append(KnownDevice.of(row.certificate))
    return found


def listed(session: Session) -> list[bytes]:
    """Certificates of the devices on headquarters' list, DER."""
    return [b64decode(row.certificate or "") for row in session.scalars(visible(Device)) if _listed(row)]


def believed(session: Session) -> list[bytes]:
    """Certificates of all devices believed here, DER: those on the list that were not taken off it, and those met."""
    on_list = [row for row in session.scalars(visible(Device)) if _listed(row)]
    off = {row.id for row in on_list if row.revoked}
    met = [row.certificate for row in session.scalars(sa.select(MetDevice).order_by(MetDevice.key))]
    found = [b64decode(row.certificate or "") for row in on_list] + met
    return [certificate for certificate in found if keys.holder_of(certificate).device not in off]


def taken_off(session: Session) -> list[bytes]:
    """Certificates of the devices that headquarters took off its list, DER."""
    on_list = [row for row in session.scalars(visible(Device)) if _listed(row)]
    return [b64decode(row.certificate or "") for row in on_list if row.revoked]


def headquarters(session: Session) -> set[str]:
    """Ids of the offices whose laptops the programme's root names as headquarters'; no record can claim that."""
    vouching = root(session)
    met = [row.certificate for row in session.scalars(sa.select(MetDevice))]
    return {
        holder.office
        for certificate in (*listed(session), *met)
        if (holder := keys.holder_of(certificate)).role == "hq"
        and vouching is not None and keys.issued_by(certificate, vouching)
    }  # fmt: skip


def unlisted(session: Session) -> list[bytes]:
    """Certificates of devices that were met but stand on no list of headquarters yet, DER."""
    on_list = {keys.key_fingerprint(certificate) for certificate in listed(session)}
    rows = session.scalars(sa.select(MetDevice).order_by(MetDevice.key))
    return [row.certificate for row in rows if row.key not in on_list]


def knows(session: Session, verdict: Verdict) -> bool:
    """Whether the signer's key is filed here already."""
    return any(device.key == verdict.key for device in devices(session))


def _listed(row: Device) -> KnownDevice | None:
    try:
        certificate = b64decode(row.certificate or "")
        known = KnownDevice.of(certificate, revoked=bool(row.revoked))
        return replace(known, until=keys.valid_until(certificate))
    except ValueError:
        return None
