"""Makes the signature container of a dispatch by pyHanko: PAdES-B-B, ECDSA on P-256 with SHA-256."""

from __future__ import annotations

import hashlib
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar

from asn1crypto import cms as asn1_cms
from asn1crypto import tsp
from asn1crypto import x509 as asn1_x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from pyhanko.sign.general import simple_cms_attribute
from pyhanko.sign.signers.pdf_cms import Signer
from pyhanko_certvalidator.registry import SimpleCertificateStore

from server.reports.carrier.cms import canonical_signature

T = TypeVar("T")
#: The longest DER of an ECDSA signature on P-256.
_LONGEST_SIGNATURE = bytes(72)


class _DeviceSigner(Signer):
    """Signs by a key held in memory, in the one writing of a signature that the reader accepts."""

    def __init__(
        self,
        key: ec.EllipticCurvePrivateKey,
        certificate: asn1_x509.Certificate,
        chain: Sequence[asn1_x509.Certificate],
    ) -> None:
        registry = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        registry.register_multiple(chain)
        super().__init__(signing_cert=certificate, cert_registry=registry)
        self._key = key

    async def unsigned_attrs(self, *_asked: object, **_named: object) -> None:
        """There are none: no time stamp is fetched. pyHanko would ask for an event loop, which worker threads lack."""

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        """The signature of `data`, in DER."""
        if dry_run:
            return _LONGEST_SIGNATURE
        if digest_algorithm != "sha256":
            raise ValueError("only SHA-256 is signed")
        return canonical_signature(sign(self._key, data))


def sign(key: ec.EllipticCurvePrivateKey, data: bytes) -> bytes:
    """ECDSA with SHA-256; the same bytes for the same input (RFC 6979) where the library can."""
    try:
        return key.sign(data, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
    except UnsupportedAlgorithm:
        return key.sign(data, ec.ECDSA(hashes.SHA256()))


def container(
    digest: bytes, *, key: ec.EllipticCurvePrivateKey, certificate: bytes, chain: Sequence[bytes], dry_run: bool = False
) -> bytes:
    """The CMS SignedData over the SHA-256 `digest` of the file, DER. `dry_run` gives one of the greatest length."""
    own = asn1_x509.Certificate.load(certificate)
    others = [asn1_x509.Certificate.load(one) for one in sorted(set(chain) - {certificate})]
    hashed = [tsp.ESSCertIDv2({"cert_hash": hashlib.sha256(one.dump()).digest()}) for one in (own, *others)]
    attributes = asn1_cms.CMSAttributes(
        [
            _attribute("content_type", "data"),
            _attribute("message_digest", digest),
            _attribute("signing_certificate_v2", tsp.SigningCertificateV2({"certs": hashed})),
        ]
    )
    signer = _DeviceSigner(key, own, others)
    made = _finished(signer.async_sign_prescribed_attributes("sha256", attributes, dry_run=dry_run))
    return bytes(made.dump())


def _finished(steps: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that waits for nothing: the key is in memory, so that no event loop is needed."""
    try:
        steps.send(None)
    except StopIteration as end:
        result: T = end.value
        return result
    steps.close()
    raise RuntimeError("signing with a key in memory waited for something")


def _attribute(kind: str, value: object) -> asn1_cms.CMSAttribute:
    return simple_cms_attribute(kind, value)  # type: ignore[no-untyped-call]
