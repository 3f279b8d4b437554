"""A sealed payload: the format age, version 1, with its keys."""

import base64
import hmac
from collections.abc import Iterable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import x25519
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tests.reader.faults import BROKEN, CHUNK, Damaged, Waits, need

BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def key_bytes(text: str) -> bytes:
    """The 32 bytes of a key of age, `age1…` or `AGE-SECRET-KEY-1…`: Bech32 (BIP 173)."""
    prefix, _, letters = text.lower().rpartition("1")
    values, check = [BECH32.index(letter) for letter in letters], 1
    for value in [*(ord(c) >> 5 for c in prefix), 0, *(ord(c) & 31 for c in prefix), *values]:
        top, check = check >> 25, (check & 0x1FFFFFF) << 5 ^ value
        for bit, step in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= step if top >> bit & 1 else 0
    need(check == 1 and len(values) == 58 and prefix in {"age", "age-secret-key-"}, "key")
    return (sum(value << 5 * place for place, value in enumerate(reversed(values[:-6]))) >> 4).to_bytes(32, "big")


def identities(text: str) -> list[bytes]:
    """The private keys of an identity file."""
    return [key_bytes(line.strip()) for line in text.splitlines() if line.strip() and not line.startswith("#")]


def _b64(text: bytes) -> bytes:
    data = base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    need(base64.b64encode(data).rstrip(b"=") == text, "envelope_damaged")
    return data


def stanzas(sealed: bytes) -> tuple[list[tuple[list[bytes], bytes]], int]:
    """The stanzas of an envelope, each its words and its body, and where the line with the MAC begins."""
    end = sealed.find(b"\n--- ", 8, 8 + CHUNK) + 1
    need(sealed.startswith(b"VALISE\0E") and end, "envelope_damaged")
    first, *lines = sealed[8:end].split(b"\n")[:-1]
    if first != b"age-encryption.org/v1":
        raise Waits("a later envelope")
    found: list[tuple[list[bytes], bytes]] = []
    while lines:
        words, body = lines.pop(0).split(b" "), [lines.pop(0)]
        while len(body[-1]) == 64:
            body.append(lines.pop(0))
        need(words[0] == b"->" and len(body[-1]) < 64 and len(found) <= 200, "envelope_damaged")
        found.append((words[1:], _b64(b"".join(body))))
    return found, end


def unseal(sealed: bytes, keys: Iterable[bytes]) -> bytes:
    """Open a sealed payload with one of these private keys."""

    def derive(secret: bytes, salt: bytes, info: bytes) -> bytes:
        return HKDF(SHA256(), 32, salt, info).derive(secret)

    try:
        found, end = stanzas(sealed)
        mac, data, file_key = _b64(sealed[end + 4 : end + 47]), sealed[end + 48 :], b""
        need(sealed[end + 47 : end + 48] == b"\n" and len(data) >= 32, "envelope_damaged")
        for private in map(x25519.X25519PrivateKey.from_private_bytes, keys):
            for share, body in [(_b64(words[1]), body) for words, body in found if words[0] == b"X25519"]:
                secret = private.exchange(x25519.X25519PublicKey.from_public_bytes(share))
                salt = share + private.public_key().public_bytes_raw()
                try:
                    wrap = ChaCha20Poly1305(derive(secret, salt, b"age-encryption.org/v1/X25519"))
                    file_key = file_key or wrap.decrypt(bytes(12), body, None)
                except InvalidTag:
                    continue
        need(file_key, "sealed")
        need(hmac.digest(derive(file_key, b"", b"header"), sealed[8 : end + 3], "sha256") == mac, "envelope_damaged")
        stream, starts = ChaCha20Poly1305(derive(file_key, data[:16], b"payload")), range(16, len(data), CHUNK + 16)
        nonces = [number.to_bytes(11, "big") + bytes([at == starts[-1]]) for number, at in enumerate(starts)]
        chunks = [stream.decrypt(n, data[at : at + CHUNK + 16], None) for n, at in zip(nonces, starts, strict=True)]
        need(chunks[-1] or len(chunks) == 1, "envelope_damaged")
    except (*BROKEN, InvalidTag) as error:
        raise Damaged("envelope_damaged") from error
    return b"".join(chunks)
