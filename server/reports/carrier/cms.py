"""Checks the signature container of a dispatch: everything in it must be what it can only be.

The container (CMS SignedData, RFC 5652) of a PAdES-B-B signature (ETSI EN 319 142-1) is fully determined by four
things: the digest of the file, the certificates, and the signature. So the reader takes these out, builds the
container again and compares: no byte of it can differ unnoticed, signed or not.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from server.reports.carrier import der

#: Order of the curve P-256 (FIPS 186-5; SEC 2 §2.4.2).
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
#: A certificate larger than this is none of ours, and so are more of them.
MAX_CERTIFICATE = 8 << 10
MAX_CERTIFICATES = 4

_DATA = der.object_id("1.2.840.113549.1.7.1")
_SIGNED_DATA = der.object_id("1.2.840.113549.1.7.2")
_CONTENT_TYPE = der.object_id("1.2.840.113549.1.9.3")
_MESSAGE_DIGEST = der.object_id("1.2.840.113549.1.9.4")
_SIGNING_CERTIFICATE = der.object_id("1.2.840.113549.1.9.16.2.47")
_SHA256 = der.object_id("2.16.840.1.101.3.4.2.1")
#: RFC 5754 §2: the parameters of SHA-256 are absent or NULL, and readers accept both.
_DIGEST_WRITINGS = (der.write(der.SEQUENCE, _SHA256, der.write(der.NULL)), der.write(der.SEQUENCE, _SHA256))
_ECDSA_SHA256 = der.write(der.SEQUENCE, der.object_id("1.2.840.10045.4.3.2"))
_ONE = der.write(der.INTEGER, b"\x01")


class UnknownForm(ValueError):
    """The container is not of the form that this version writes."""


class WrongSignature(ValueError):
    """The container has the right form, and does not fit the file."""


@dataclass(frozen=True)
class Container:
    """What a container holds: the signer's certificate, the other ones in the order of the container, the signature."""

    certificate: bytes
    others: tuple[bytes, ...]
    signature: bytes


def verify(encoded: bytes, digest: bytes) -> Container:
    """Check that `encoded` signs the SHA-256 `digest` by the certificate it carries. Says nothing about trust.

    Raises UnknownForm or WrongSignature.
    """
    try:
        found = _take_apart(encoded)
        certificate = x509.load_der_x509_certificate(found.certificate)
        key = certificate.public_key()
        names = _issuer_and_serial(found.certificate)
    except (der.DerError, ValueError, x509.InvalidVersion) as error:
        raise UnknownForm("not a signature container of this form") from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise UnknownForm("not a P-256 key")
    attributes = signed_attributes(digest, found.certificate, found.others)
    if encoded not in (_put_together(found, names, attributes, writing) for writing in _DIGEST_WRITINGS):
        raise WrongSignature("the container differs from what it can only be")
    if not _is_canonical(found.signature):
        raise WrongSignature("the signature is not in its canonical form")
    try:
        key.verify(found.signature, der.write(der.SET, attributes), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature as error:
        raise WrongSignature("the signature does not fit") from error
    return found


def signed_attributes(digest: bytes, certificate: bytes, others: tuple[bytes, ...]) -> bytes:
    """Content of the SET of signed attributes, in DER's order: type, digest, and the hash of every certificate.

    RFC 5035 §3: the first hash names the signer's certificate, the following ones bind the rest of the chain.
    """
    hashed = [
        der.write(der.SEQUENCE, der.write(der.OCTETS, hashlib.sha256(one).digest())) for one in (certificate, *others)
    ]
    identified = der.write(der.SEQUENCE, der.write(der.SEQUENCE, *hashed))
    attributes = (
        der.write(der.SEQUENCE, _CONTENT_TYPE, der.write(der.SET, _DATA)),
        der.write(der.SEQUENCE, _MESSAGE_DIGEST, der.write(der.SET, der.write(der.OCTETS, digest))),
        der.write(der.SEQUENCE, _SIGNING_CERTIFICATE, der.write(der.SET, identified)),
    )
    return b"".join(sorted(attributes))


def canonical_signature(signature: bytes) -> bytes:
    """The one accepted writing of an ECDSA signature: of s and n - s the smaller, which is as valid."""
    r, s = decode_dss_signature(signature)
    return encode_dss_signature(r, min(s, ORDER - s))


def _is_canonical(signature: bytes) -> bool:
    try:
        return canonical_signature(signature) == signature
    except ValueError:
        return False


def _child(item: der.Item, index: int, tag: int) -> der.Item:
    children = item.children()
    if index >= len(children) or children[index].tag != tag:
        raise der.DerError("another structure")
    return children[index]


def _take_apart(encoded: bytes) -> Container:
    whole = der.read(encoded, tag=der.SEQUENCE)
    if whole.end != len(encoded):
        raise der.DerError("something behind it")
    signed = _child(_child(whole, 1, der.CONTEXT_0), 0, der.SEQUENCE)
    certificates = [one.encoded for one in _child(signed, 3, der.CONTEXT_0).children()]
    if not 1 <= len(certificates) <= MAX_CERTIFICATES or max(map(len, certificates)) > MAX_CERTIFICATE:
        raise der.DerError("certificates")
    signer = _child(_child(signed, 4, der.SET), 0, der.SEQUENCE)
    named = _child(signer, 1, der.SEQUENCE).content
    mine = [one for one in certificates if _issuer_and_serial(one) == named]
    if len(mine) != 1:
        raise der.DerError("the signer's certificate is not in it once")
    certificates.remove(mine[0])
    return Container(mine[0], tuple(certificates), _child(signer, 5, der.OCTETS).content)


def _issuer_and_serial(certificate: bytes) -> bytes:
    """Issuer and serial number of a version 3 certificate (RFC 5280 §4.1), as SignerInfo repeats them."""
    whole = der.read(certificate, tag=der.SEQUENCE)
    if whole.end != len(certificate):
        raise der.DerError("something behind the certificate")
    body = _child(whole, 0, der.SEQUENCE)
    _child(body, 0, der.CONTEXT_0)
    return _child(body, 3, der.SEQUENCE).encoded + _child(body, 1, der.INTEGER).encoded


def _put_together(found: Container, names: bytes, attributes: bytes, sha256: bytes) -> bytes:
    signer = der.write(
        der.SEQUENCE,
        _ONE,
        der.write(der.SEQUENCE, names),
        sha256,
        der.write(der.CONTEXT_0, attributes),
        _ECDSA_SHA256,
        der.write(der.OCTETS, found.signature),
    )
    signed = der.write(
        der.SEQUENCE,
        _ONE,
        der.write(der.SET, sha256),
        der.write(der.SEQUENCE, _DATA),
        der.write(der.CONTEXT_0, *sorted((found.certificate, *found.others))),
        der.write(der.SET, signer),
    )
    return der.write(der.SEQUENCE, _SIGNED_DATA, der.write(der.CONTEXT_0, signed))


def length(padded: bytes) -> int:
    """How many of the bytes are the container; what follows is padding. Raises UnknownForm."""
    try:
        return der.read(padded, tag=der.SEQUENCE).end
    except der.DerError as error:
        raise UnknownForm("no signature container") from error
