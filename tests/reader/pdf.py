"""The PDF and its signature, as docs/dispatch-format.md describes them."""

import hashlib
import re
import zlib
from itertools import product
from typing import NamedTuple
from urllib.parse import unquote

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256

from tests.reader.faults import BROKEN, MIB, Damaged, Waits, need

HALF = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551 // 2  # of the order of P-256
CERTIFICATE, HOLE = 8 << 10, 64 << 10
NUMBER = rb"(0|[1-9]\d{0,9})"


class Signed(NamedTuple):
    """What a verified PDF brings: `certificates` are those of the container, in DER, the signer's first."""

    attachment: bytes
    certificates: list[bytes]


def _der(tag: int, *parts: bytes) -> bytes:
    size = sum(map(len, parts))
    long = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return b"".join([bytes([tag]), bytes([size]) if size < 128 else bytes([128 + len(long)]) + long, *parts])


def _inside(whole: bytes) -> list[bytes]:
    """The elements, each whole, of one constructed DER value."""
    found: list[bytes] = []
    at = end = 2 + (whole[1] & 127 if whole[1] & 128 else 0)
    while at < len(whole):
        size, start = whole[at + 1], at + 2
        if size & 128:
            start += size & 127
            size = int.from_bytes(whole[at + 2 : start], "big")
        end = start + size
        found.append(whole[at:end])
        at = end
    need(end == len(whole), "altered")
    return found


def _container(digest: bytes, certificates: list[bytes], signature: bytes, null: bytes) -> tuple[bytes, bytes]:
    """The CMS container that these make (the signer's certificate first), and the attributes that are signed.

    `null` are the parameters of SHA-256: NULL, or nothing.
    """
    oid = {name: _der(6, bytes.fromhex(code)) for name, code in (
        ("signed", "2a864886f70d010702"), ("data", "2a864886f70d010701"), ("sha256", "608648016503040201"),
        ("ecdsa", "2a8648ce3d040302"), ("type", "2a864886f70d010903"), ("digest", "2a864886f70d010904"),
        ("certificates", "2a864886f70d010910022f"))}  # fmt: skip
    hashes = [_der(0x30, _der(4, hashlib.sha256(each).digest())) for each in certificates]
    values = {"type": oid["data"], "digest": _der(4, digest), "certificates": _der(0x30, _der(0x30, *hashes))}
    attributes = sorted(_der(0x30, oid[name], _der(0x31, value)) for name, value in values.items())
    sha256, one = _der(0x30, oid["sha256"], null), _der(2, b"\1")
    _, serial, _, issuer, *_ = _inside(_inside(certificates[0])[0])
    info = [one, _der(0x30, issuer, serial), sha256, _der(0xA0, *attributes), _der(0x30, oid["ecdsa"])]
    parts = [one, _der(0x31, sha256), _der(0x30, oid["data"]), _der(0xA0, *sorted(certificates))]
    whole = _der(0x30, *parts, _der(0x31, _der(0x30, *info, _der(4, signature))))
    return _der(0x30, oid["signed"], _der(0xA0, whole)), _der(0x31, *attributes)


def identity(certificate: bytes) -> list[str]:
    """Role, programme, office, code and device that a certificate (DER) names."""
    names = x509.load_der_x509_certificate(certificate).extensions.get_extension_for_class(x509.SubjectAlternativeName)
    (uri,) = names.value.get_values_for_type(x509.UniformResourceIdentifier)
    need(uri.startswith("valise:") and uri.count("/") == 4, "certificate")
    return [unquote(part) for part in uri.removeprefix("valise:").split("/")]


def verified(certificate: bytes, signature: bytes, data: bytes) -> bool:
    """Whether the key of a certificate (DER) made this signature: ECDSA on P-256, SHA-256."""
    key = x509.load_der_x509_certificate(certificate).public_key()
    try:
        assert isinstance(key, ec.EllipticCurvePublicKey)
        key.verify(signature, data, ec.ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return isinstance(key.curve, ec.SECP256R1)


def issued(certificate: bytes, root: bytes) -> bool:
    """Whether a root of the programme made this certificate."""
    try:
        x509.load_der_x509_certificate(certificate).verify_directly_issued_by(x509.load_der_x509_certificate(root))
        return identity(root)[0] == "root"
    except (ValueError, TypeError, InvalidSignature):
        return False


def open_pdf(pdf: bytes, limit: int = 64 * MIB) -> Signed:
    """Check the signature of a dispatch and take its attachment out."""
    need(len(pdf) <= limit, "too_large")
    need(pdf.startswith(b"%PDF-"), "not_pdf")
    form = rb"<< /ByteRange \[ 0 N N N {2,40}\] /Contents <".replace(b"N", NUMBER)
    here = [match for match in re.finditer(form, pdf) if match.end() - 1 == int(match[1])]
    need(len(here) == 1, "two_signatures" if here else "altered")
    opens, close, behind = map(int, here[0].groups())
    need(opens < close <= opens + HOLE + 2 and pdf[close - 1 : close] == b">" and close + behind == len(pdf), "altered")
    need(re.fullmatch(rb"([0-9a-f]{2})+", pdf[opens + 1 : close - 1]), "altered")
    raw, digest = bytes.fromhex(pdf[opens + 1 : close - 1].decode()), hashlib.sha256(pdf[:opens] + pdf[close:]).digest()
    try:
        size = 4 + int.from_bytes(raw[2:4], "big") if raw[1] == 0x82 else 0
        *_, in_set, infos = _inside(_inside(_inside(raw[:size])[1])[0])
        certificates, signature = _inside(in_set), _inside(_inside(infos)[0])[5][2:]
        need(1 <= len(certificates) <= 4 and max(map(len, certificates)) <= CERTIFICATE, "altered")
        for first, null in product(certificates, (_der(5), b"")):
            ordered = [first, *(each for each in certificates if each != first)]
            container, attributes = _container(digest, ordered, signature, null)
            if container == raw[:size]:
                break
        need(container == raw[:size] and not any(raw[size:]), "altered")
        pair = utils.decode_dss_signature(signature)
        need(pair[1] <= HALF and utils.encode_dss_signature(*pair) == signature, "altered")
        need(verified(first, signature, attributes), "altered")
    except BROKEN as error:
        raise Damaged("altered") from error
    pointer = re.match(rb" /Dispatch \[ N N N {2,40}\]".replace(b"N", NUMBER), pdf[close : close + 99])
    if not pointer:
        raise Damaged("not_a_dispatch")
    version, start, length = map(int, pointer.groups())
    if version != 1:
        raise Waits("a later form of the file")
    end, head = start + length, pdf[max(0, start - 512) : start]
    need(head.endswith(b"stream\n") and b"vnd.valise.dispatch" in head, "stripped")
    need(pdf[end : end + 10] == b"\nendstream", "stripped")
    need(len(re.findall(rb"/ByteRange\s*\[", pdf[:start] + b" " + pdf[end:])) == 1, "two_signatures")
    stream = zlib.decompressobj()
    attachment = stream.decompress(pdf[start:end], limit)
    need(stream.eof and not stream.unused_data, "too_large")
    return Signed(attachment, ordered)
