"""Keys and certificates: what an office, headquarters and the programme sign with, and how they are kept on disk.

Every certificate says whom it is for in one subject alternative name, a URI (docs/dispatch-format.md):
`valise:<role>/<programme>/<office>/<code>/<device>`, each part percent-encoded. The subject repeats it for people:
common name = title, organisational unit = office code, serial number = device, organisation = "Valise".
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, unquote

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from server.base.errors import Refused
from server.base.i18n import _
from server.base.paths import write_atomically

#: What a certificate is for: the programme's root, headquarters' devices, an office's devices.
ROLES = ("root", "hq", "office")
#: Laptops' clocks are wrong in both directions: nothing is "not yet valid".
VALID_FROM = datetime(2000, 1, 1, tzinfo=UTC)
#: A clock that claims a time outside of these years is not believed when a validity is fixed.
_PLAUSIBLE_YEARS = (2025, 2099)
_VALID_YEARS = 30
#: Limits of the parts, so that a certificate stays small.
_LONGEST_PART = 128
_LONGEST_NAME = 64
_KEY_FORM = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
_BLOCK = re.compile(rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\s?", re.DOTALL)


@dataclass(frozen=True)
class Holder:
    """Whom a certificate is for.

    role: one of ROLES. programme, office: ids. code: short code of the office (KG). device: id of the installation.
    title: name that readers of the PDF show; it is not part of the identity. A root has neither office nor device.
    """

    role: str
    programme: str
    office: str = ""
    code: str = ""
    device: str = ""
    title: str = ""

    @property
    def uri(self) -> str:
        """The identity as it stands in the certificate."""
        parts = (self.role, self.programme, self.office, self.code, self.device)
        return "valise:" + "/".join(quote(part, safe="") for part in parts)


@dataclass(frozen=True)
class Keyring:
    """A private key and its certificates in DER, its own first."""

    key: ec.EllipticCurvePrivateKey
    certificates: tuple[bytes, ...]


def device_key() -> ec.EllipticCurvePrivateKey:
    """A new private key on P-256, the curve that common PDF readers verify."""
    return ec.generate_private_key(ec.SECP256R1())


def create_root(programme_id: str, title: str, when: datetime) -> tuple[ec.EllipticCurvePrivateKey, bytes]:
    """A new root of a programme: its key, and its self-signed certificate (DER) valid for 30 years after `when`."""
    key = device_key()
    holder = Holder("root", programme_id, title=title)
    return key, _certificate(key, None, key.public_key(), holder, _valid_until(when))


def self_signed(key: ec.EllipticCurvePrivateKey, holder: Holder, when: datetime) -> bytes:
    """The certificate (DER) of an office's device before headquarters has certified it."""
    return _certificate(key, None, key.public_key(), holder, _valid_until(when))


def issue(
    root_key: ec.EllipticCurvePrivateKey,
    root_certificate: bytes,
    public_key: ec.EllipticCurvePublicKey,
    holder: Holder,
    when: datetime,
    until: datetime | None = None,
) -> bytes:
    """The certificate (DER) by which the programme's root vouches that `public_key` belongs to `holder`.

    Valid until `until`, by default 30 years after `when`. Raises ValueError for a holder of another programme.
    """
    if holder.role == "root" or holder.programme != holder_of(root_certificate).programme:
        raise ValueError("a root certifies the devices of its own programme")
    return _certificate(root_key, root_certificate, public_key, holder, until or _valid_until(when))


def holder_of(certificate: bytes) -> Holder:
    """Whom a certificate is for. Believes no signature. Raises ValueError for another program's certificate."""
    parsed = x509.load_der_x509_certificate(certificate)
    try:
        names = parsed.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound as error:
        raise ValueError("no identity of Valise in it") from error
    uris = [uri for uri in names.get_values_for_type(x509.UniformResourceIdentifier) if uri.startswith("valise:")]
    titles = parsed.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    if len(uris) != 1 or uris[0].count("/") != 4:
        raise ValueError("no single identity of Valise in it")
    role, programme, office, code, device = map(unquote, uris[0].removeprefix("valise:").split("/"))
    holder = Holder(role, programme, office, code, device, _text(titles[0]) if titles else "")
    if holder.role not in ROLES or holder.uri != uris[0]:
        raise ValueError("an identity in another writing")
    return holder


def public_key_of(certificate: bytes) -> ec.EllipticCurvePublicKey:
    """The key of a certificate. Raises ValueError when it is not on P-256."""
    key = x509.load_der_x509_certificate(certificate).public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError("not a P-256 key")
    return key


def issued_by(certificate: bytes, root: bytes) -> bool:
    """Whether `root` is a root of Valise and its key signed `certificate`. Says nothing about time or revocation."""
    try:
        if holder_of(root).role != "root" or holder_of(certificate).role == "root":
            return False
        x509.load_der_x509_certificate(certificate).verify_directly_issued_by(x509.load_der_x509_certificate(root))
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def valid_until(certificate: bytes) -> datetime:
    """The last second at which a certificate counts (UTC)."""
    return x509.load_der_x509_certificate(certificate).not_valid_after_utc


def fingerprint(certificate: bytes) -> str:
    """SHA-256 of a certificate, 64 lower-case hexadecimal digits: names this certificate."""
    return hashlib.sha256(certificate).hexdigest()


def key_fingerprint(certificate: bytes) -> str:
    """SHA-256 of a certificate's public key, 64 hexadecimal digits: names the device whoever certified it."""
    return hashlib.sha256(public_key_of(certificate).public_bytes(*_KEY_FORM)).hexdigest()


def short_fingerprint(certificate: bytes) -> str:
    """Four groups of four digits that two people can compare on the telephone: `1A2B 3C4D 5E6F 7A8B`.

    They name the public key, so that they stay the same when headquarters certifies an office's key.
    """
    digits = key_fingerprint(certificate)[:16].upper()
    return " ".join(digits[at : at + 4] for at in range(0, 16, 4))


def store(path: Path, key: ec.EllipticCurvePrivateKey, certificates: Sequence[bytes] = ()) -> None:
    """Write a key and its certificates as PEM, all or nothing, readable by the owner of the file only (0600)."""
    blocks = [
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    ]
    for certificate in certificates:
        blocks.append(x509.load_der_x509_certificate(certificate).public_bytes(serialization.Encoding.PEM))
    write_atomically(path, b"".join(blocks), 0o600)


def load(path: Path) -> Keyring:
    """Read what `store` wrote. Raises Refused: no_key (not there), or broken_key (not readable as a key)."""
    try:
        text = path.read_bytes()
    except FileNotFoundError as error:
        raise Refused(
            _("The key of this installation is missing. Restore a backup, or ask headquarters for a new set-up file."),
            "no_key",
        ) from error
    except OSError as error:
        raise _broken() from error
    try:
        key = serialization.load_pem_private_key(text, None)
        certificates = tuple(
            x509.load_pem_x509_certificate(block).public_bytes(serialization.Encoding.DER)
            for block in _BLOCK.findall(text)
        )
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _broken() from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise _broken()
    return Keyring(key, certificates)


def _broken() -> Refused:
    return Refused(
        _("The key of this installation cannot be read. Restore a backup, or ask headquarters for a new set-up file."),
        "broken_key",
    )


def _valid_until(when: datetime) -> datetime:
    earliest, latest = _PLAUSIBLE_YEARS
    at = when.astimezone(UTC).replace(microsecond=0)
    if at.year < earliest:
        at = datetime(earliest, 1, 1, tzinfo=UTC)
    if at.year > latest:
        at = datetime(latest, 12, 31, tzinfo=UTC)
    return at.replace(year=at.year + _VALID_YEARS, day=min(at.day, 28))


def _certificate(
    signing_key: ec.EllipticCurvePrivateKey,
    issuer: bytes | None,
    public_key: ec.EllipticCurvePublicKey,
    holder: Holder,
    until: datetime,
) -> bytes:
    """One certificate of RFC 5280; the same bytes for the same input where the library signs deterministically."""
    if not isinstance(public_key.curve, ec.SECP256R1):
        raise ValueError("Valise signs on P-256 only")
    subject = _subject(holder)
    parent = x509.load_der_x509_certificate(issuer) if issuer else None
    told = "\0".join((holder.uri, holder.title, until.isoformat())).encode()
    serial = hashlib.sha256(public_key.public_bytes(*_KEY_FORM) + (issuer or b"") + told).digest()[:19]
    is_root = holder.role == "root"
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(parent.subject if parent else subject)
        .public_key(public_key)
        .serial_number(int.from_bytes(b"\x01" + serial))
        .not_valid_before(VALID_FROM)
        .not_valid_after(until.astimezone(UTC))
        .add_extension(x509.BasicConstraints(ca=is_root, path_length=0 if is_root else None), critical=True)
        .add_extension(_usage(is_root), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.UniformResourceIdentifier(holder.uri)]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signing_key.public_key()), critical=False)
    )
    try:
        made = builder.sign(signing_key, hashes.SHA256(), ecdsa_deterministic=True)
    except UnsupportedAlgorithm:
        made = builder.sign(signing_key, hashes.SHA256())
    return made.public_bytes(serialization.Encoding.DER)


def _usage(is_root: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_root,
        content_commitment=not is_root,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_root,
        crl_sign=is_root,
        encipher_only=False,
        decipher_only=False,
    )


def _subject(holder: Holder) -> x509.Name:
    parts = (holder.programme, holder.office, holder.code, holder.device)
    if holder.role not in ROLES or not holder.programme or max(map(len, parts)) > _LONGEST_PART:
        raise ValueError("a certificate needs a role, a programme and short ids")
    is_root = holder.role == "root"
    if bool(holder.office) == is_root or bool(holder.device) == is_root:
        raise ValueError("devices are certified for an office, roots are not")
    named = (
        (NameOID.COMMON_NAME, holder.title or holder.code or holder.role),
        (NameOID.ORGANIZATION_NAME, "Valise"),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, holder.code),
        (NameOID.SERIAL_NUMBER, holder.device),
    )
    return x509.Name([x509.NameAttribute(oid, _shortened(text)) for oid, text in named if text])


def _shortened(text: str) -> str:
    """At most 64 bytes of UTF-8, the limit of names in certificates (RFC 5280, appendix A)."""
    return text.encode()[:_LONGEST_NAME].decode(errors="ignore")


def _text(attribute: x509.NameAttribute[str | bytes]) -> str:
    return attribute.value if isinstance(attribute.value, str) else ""


def sign(key: ec.EllipticCurvePrivateKey, statement: bytes) -> bytes:
    """The key's signature (DER, ECDSA with SHA-256) over a statement; deterministic where the library can (RFC 6979).

    A statement begins with what it is for and a zero byte, so that no statement can pass for another kind of one.
    """
    try:
        return key.sign(statement, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
    except UnsupportedAlgorithm:
        return key.sign(statement, ec.ECDSA(hashes.SHA256()))


def verifies(certificate: bytes, statement: bytes, signature: bytes) -> bool:
    """Whether the key of `certificate` made `signature` over `statement`."""
    try:
        public_key_of(certificate).verify(signature, statement, ec.ECDSA(hashes.SHA256()))
    except (ValueError, InvalidSignature):
        return False
    return True
