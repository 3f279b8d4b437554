"""Judges who signed: pure functions from a certificate and what is known here to a verdict, or one plain refusal.

The carrier has proved that the file is as its signer sealed it. Here it is decided whether that signer counts.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from server.base import example
from server.base.errors import Refused
from server.base.i18n import _
from server.sync import keys
from server.sync.keys import Holder

#: Bytes of an invitation's secret and of its proof.
SECRET_BYTES = 32
_PURPOSE = b"valise first contact 1"


@dataclass(frozen=True)
class KnownDevice:
    """A device whose key is filed here.

    office, device: ids. key: fingerprint of its public key (`keys.key_fingerprint`). revoked: headquarters took
    its right to sign away. until: the end of the certificate on headquarters' list, which may be newer than the one
    it shows.
    """

    office: str
    device: str
    key: str
    revoked: bool = False
    until: datetime | None = None

    @classmethod
    def of(cls, certificate: bytes, *, revoked: bool = False) -> KnownDevice:
        """The device that a certificate is for. Raises ValueError for a certificate of another program."""
        holder = keys.holder_of(certificate)
        return cls(holder.office, holder.device, keys.key_fingerprint(certificate), revoked)


@dataclass(frozen=True)
class Invitation:
    """The right to be believed once, which headquarters puts into an office's set-up.

    secret: 32 random bytes. office: id of the office invited. used_by: fingerprint of the key that used it, or none.
    """

    id: str
    secret: bytes = field(repr=False)
    office: str
    used_by: str | None = None


@dataclass(frozen=True)
class Verdict:
    """A signer who counts.

    standing: "known" (its key is filed here), "issued" (the programme's root vouches for it), "invited" (its first
    dispatch, with proof of an invitation: file its certificate) or "set_up" (headquarters, on the word of the set-up
    itself: show `short_fingerprint(root)` to the person). key: fingerprint of its public key. root: that of the
    programme's root certificate the verdict rests on, DER, if it rests on one.
    """

    holder: Holder
    standing: str
    key: str
    fingerprint: str
    root: bytes | None = None


def create_invitation(invitation_id: str, office: str) -> Invitation:
    """A new invitation of an office."""
    return Invitation(invitation_id, secrets.token_bytes(SECRET_BYTES), office)


def proof(secret: bytes, certificate: bytes, *, office: str, programme: str, invitation_id: str) -> bytes:
    """HMAC-SHA256 by the secret over purpose, certificate fingerprint, office, programme and invitation, 32 bytes.

    Each part is preceded by its length in 4 bytes, so that no two lists of parts give the same bytes.
    """
    parts = (
        _PURPOSE,
        bytes.fromhex(keys.fingerprint(certificate)),
        office.encode(),
        programme.encode(),
        invitation_id.encode(),
    )
    return hmac.new(secret, b"".join(len(part).to_bytes(4) + part for part in parts), hashlib.sha256).digest()


def judge(
    certificate: bytes,
    *,
    root: bytes | None,
    devices: Sequence[KnownDevice],
    programme_id: str,
    at: datetime,
    office: str | None = None,
    device: str | None = None,
    from_hq: bool = False,
) -> Verdict:
    """Whether the signer of a dispatch counts here. Pure: no database, no clock but `at`.

    root: the programme's root certificate, DER, if this installation has one. devices: what is filed here. office,
    device: ids that the manifest gives for its sender; the certificate must say the same. from_hq: the dispatch is of
    a kind that only headquarters may send.
    Raises Refused: unknown_signer, other_programme, expired_signer, revoked_signer, signer_mismatch, not_hq.
    """
    holder, key = _read(certificate, programme_id)
    filed = next((one for one in devices if one.key == key), None)
    _check_revoked(holder, key, devices)
    issued = root is not None and keys.issued_by(certificate, root)
    if filed is None and not issued:
        raise _unknown(holder)
    if filed is not None and (filed.office, filed.device) != (holder.office, holder.device):
        raise _mismatch(holder)
    _check_expired(certificate, holder, at, filed)
    _check_sender(holder, office, device)
    if holder.role == "hq" and not issued:
        # Only the root makes somebody headquarters; a filed self-signed certificate cannot claim it.
        raise _unknown(holder)
    if from_hq and holder.role != "hq":
        raise Refused(
            _(
                "This file changes what only headquarters may change, but %(signer)s signed it."
                " Ask headquarters for its own file.",
                signer=_name(holder),
            ),
            "not_hq",
        )
    return _verdict(certificate, holder, key, "known" if filed else "issued", root if issued else None)


def accept_first_contact(
    certificate: bytes,
    shown: bytes,
    invitation_id: str,
    *,
    invitations: Sequence[Invitation],
    devices: Sequence[KnownDevice],
    programme_id: str,
    at: datetime,
    office: str | None = None,
    device: str | None = None,
) -> Verdict:
    """Whether an unknown device may be filed because it proves that it was invited; `shown` is its proof.

    The same device may show the same invitation again, since its first dispatch may come twice. The caller notes
    `verdict.key` as the invitation's `used_by` in the same transaction as the import.
    Raises Refused: other_programme, expired_signer, revoked_signer, signer_mismatch, unknown_invitation, wrong_proof,
    invitation_used.
    """
    holder, key = _read(certificate, programme_id)
    _check_revoked(holder, key, devices)
    _check_expired(certificate, holder, at)
    _check_sender(holder, office, device)
    invitation = next((one for one in invitations if one.id == invitation_id), None)
    if invitation is None:
        raise Refused(
            _(
                "%(signer)s was set up with an invitation that is not known here."
                " Send it a new set-up file, and ask it to send again.",
                signer=_name(holder),
            ),
            "unknown_invitation",
        )
    expected = proof(
        invitation.secret, certificate, office=holder.office, programme=programme_id, invitation_id=invitation.id
    )
    if not hmac.compare_digest(expected, shown):
        raise Refused(
            _(
                "This file claims to come from %(signer)s but cannot prove that it was invited."
                " Call the office; if the file is theirs, send a new set-up file.",
                signer=_name(holder),
            ),
            "wrong_proof",
        )
    taken = any(one.device == holder.device and one.key != key for one in devices)
    if taken or holder.role != "office" or holder.office != invitation.office:
        raise _mismatch(holder)
    if invitation.used_by not in {None, key}:
        raise Refused(
            _(
                "The invitation of %(signer)s was used by another laptop already."
                " Call the office; if this is its second laptop, send a new set-up file for it.",
                signer=_name(holder),
            ),
            "invitation_used",
        )
    return _verdict(certificate, holder, key, "invited", None)


def judge_set_up(
    certificate: bytes, chain: Sequence[bytes], *, root: bytes | None, at: datetime, programme_id: str | None = None
) -> Verdict:
    """Whether a set-up may be believed: it carries a root, and that root vouches for the headquarters that signed.

    root: the root this installation already has, or none before its first set-up; then the root in `chain` is believed,
    and `verdict.root` is to be kept from then on. programme_id: the programme that the manifest names.
    Raises Refused: unknown_root, unknown_signer, other_programme, expired_signer, not_hq.
    """
    holder, key = _read(certificate, programme_id)
    found = next((one for one in chain if keys.issued_by(certificate, one)), None)
    if root is not None and not keys.issued_by(certificate, root):
        raise Refused(
            _(
                "This set-up file comes from another headquarters than the one this installation belongs to."
                " Ask your headquarters for a set-up file, or use a new data folder for the other programme."
            ),
            "unknown_root",
        )
    if root is None and (found is None or keys.holder_of(found).programme != holder.programme):
        raise Refused(
            _("This set-up file does not say which headquarters stands behind it. Ask headquarters for a new one."),
            "unknown_root",
        )
    if holder.role != "hq":
        raise Refused(
            _("This set-up file was not signed by headquarters. Ask headquarters for a set-up file."), "not_hq"
        )
    _check_expired(certificate, holder, at)
    return _verdict(certificate, holder, key, "issued" if root is not None else "set_up", root or found)


def _read(certificate: bytes, programme_id: str | None) -> tuple[Holder, str]:
    """Whom the certificate is for and its key's fingerprint. Raises Refused: unknown_signer or other_programme."""
    try:
        holder, key = keys.holder_of(certificate), keys.key_fingerprint(certificate)
    except ValueError as error:
        raise Refused(
            _("Whoever signed this file did not do so with Valise. Ask the sender to send it from Valise."),
            "unknown_signer",
        ) from error
    if programme_id is not None and holder.programme != programme_id:
        if holder.programme == example.PROGRAMME:
            raise Refused(
                _(
                    "This file of %(signer)s was made in the example, so it is not imported into your programme."
                    " Look at it in the example itself.",
                    signer=_name(holder),
                ),
                "of_the_example",
            )
        if programme_id == example.PROGRAMME:
            raise Refused(
                _(
                    "This file of %(signer)s belongs to a real programme, and this is the example."
                    " Leave the example, then open the file in your own folder.",
                    signer=_name(holder),
                ),
                "in_the_example",
            )
        raise Refused(
            _(
                "This file of %(signer)s belongs to another programme. Open it in the Valise of that programme.",
                signer=_name(holder),
            ),
            "other_programme",
        )
    if holder.role == "root":
        raise _unknown(holder)
    return holder, key


def _check_revoked(holder: Holder, key: str, devices: Sequence[KnownDevice]) -> None:
    if any(one.revoked and (one.key == key or one.device == holder.device) for one in devices):
        raise Refused(
            _(
                "Headquarters took this laptop of %(signer)s off the list, so what it signs is not imported."
                " If that was a mistake, headquarters can put it back on the list, or invite the office again.",
                signer=_name(holder),
            ),
            "revoked_signer",
        )


def _check_expired(certificate: bytes, holder: Holder, at: datetime, filed: KnownDevice | None = None) -> None:
    """A renewed certificate counts for its key, also before the laptop has it."""
    until = keys.valid_until(certificate)
    if filed is not None and filed.until is not None:
        until = max(until, filed.until)
    if at > until:
        raise Refused(
            _(
                "The certificate of %(signer)s has expired. Check the date of this computer; if it is right,"
                " headquarters must renew the certificate or send the office a new set-up file.",
                signer=_name(holder),
            ),
            "expired_signer",
        )


def _check_sender(holder: Holder, office: str | None, device: str | None) -> None:
    if office not in {None, holder.office} or device not in {None, holder.device}:
        raise _mismatch(holder)


def _unknown(holder: Holder) -> Refused:
    return Refused(
        _(
            "This file is signed by a key that is not known here, in the name of %(signer)s. If you expect it, ask them"
            " to send it from the laptop that was set up, or have headquarters send a new set-up file.",
            signer=_name(holder),
        ),
        "unknown_signer",
    )


def _mismatch(holder: Holder) -> Refused:
    return Refused(
        _(
            "This file says it comes from one office, but %(signer)s signed it, or another laptop did."
            " Do not use it; call the office.",
            signer=_name(holder),
        ),
        "signer_mismatch",
    )


def _name(holder: Holder) -> str:
    return holder.title or holder.code or holder.office


def _verdict(certificate: bytes, holder: Holder, key: str, standing: str, root: bytes | None) -> Verdict:
    return Verdict(holder, standing, key, keys.fingerprint(certificate), root)
