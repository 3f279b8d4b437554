"""A payload sealed for the laptops that may read it: eight bytes of magic, then a file of the age format, version 1.

c2sp.org/age specifies the format; docs/dispatch-format.md says what Valise puts into it, docs/decisions/0011 why. Per
recipient the file key is wrapped by ephemeral X25519, HKDF-SHA256 and ChaCha20-Poly1305; a stanza of type `valise`
tells in the clear for whom the payload is; a MAC under the file key covers the whole header, stanzas included.
"""

from __future__ import annotations

import hmac
import re
import secrets
from base64 import b64decode, b64encode
from binascii import Error as NoBase64
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from server.base.errors import Refused
from server.base.i18n import _
from server.sync import canonical
from server.sync.sealkey import SealKey, public_bytes

#: What a sealed payload begins with; a Valise that cannot open it takes it for a later layout and says so.
MAGIC = b"VALISE\x00E"
#: The most that is looked at before anything is known: bytes of the header, recipients in it.
MOST_HEADER, MOST_RECIPIENTS = 64 << 10, 200
_VERSION = b"age-encryption.org/v1"
_CHUNK, _TAG, _NONCE, _FILE_KEY, _COLUMNS = 64 << 10, 16, 16, 16, 64
_LATER = re.compile(rb"age-encryption\.org/v[0-9]{1,9}\n")
_LABEL = "valise"
_BASE64 = re.compile(rb"[A-Za-z0-9+/]*")
#: a line that ends the header: the word, and a MAC of 32 bytes
_FOOT = re.compile(rb"--- ([A-Za-z0-9+/]{43})")

#: n random bytes
Random = Callable[[int], bytes]


@dataclass(frozen=True)
class Label:
    """What anybody may read of a sealed dispatch, in the clear.

    `readers` are (office id, name for people) of the offices it is sealed for. `sender` is (office id, device id).
    """

    programme: str
    sender: tuple[str, str]
    readers: Sequence[tuple[str, str]]
    dispatch: str = ""
    kind: str = ""

    @property
    def offices(self) -> frozenset[str]:
        """Ids of the offices it is sealed for."""
        return frozenset(office for office, _name in self.readers)

    @property
    def names(self) -> list[str]:
        """Their names, in the order given."""
        return [name for _office, name in self.readers]


@dataclass(frozen=True)
class _Stanza:
    kind: str
    arguments: Sequence[str]
    body: bytes


@dataclass(frozen=True)
class _Header:
    """`signed` are the bytes that the MAC covers; the encrypted body begins at `end`."""

    stanzas: Sequence[_Stanza]
    signed: bytes
    mac: bytes
    end: int


def is_closed(data: bytes) -> bool:
    """Whether a payload is sealed."""
    return data[: len(MAGIC)] == MAGIC


def close(payload: bytes, recipients: Sequence[str], label: Label, random: Random = secrets.token_bytes) -> bytes:
    """`payload` sealed for the public keys `recipients` (`age1…`). The same bytes for the same `random`.

    Raises ValueError for no recipient at all, too many, or something that is no key.
    """
    keys = [public_bytes(text) for text in dict.fromkeys(recipients)]
    if not 1 <= len(keys) <= MOST_RECIPIENTS:
        raise ValueError("recipients")
    file_key = random(_FILE_KEY)
    lines = [_VERSION, *_stanza(_LABEL, [], _label_out(label))]
    for key in keys:
        lines += _wrapped(file_key, key, random)
    signed = b"\n".join([*lines, b"---"])
    header = signed + b" " + _base64(_mac(file_key, signed)) + b"\n"
    if len(header) > MOST_HEADER:
        raise ValueError("header")
    nonce = random(_NONCE)
    return b"".join([MAGIC, header, nonce, *_encrypted(_derived(file_key, nonce, b"payload"), payload)])


def label_of(data: bytes) -> Label:
    """For whom a payload is sealed. Nothing but the signature on the PDF vouches for it. Raises Refused."""
    for stanza in _header(data).stanzas:
        if stanza.kind == _LABEL:
            return _label_in(stanza.body)
    raise _damaged()


def open_envelope(data: bytes, *keys: SealKey) -> bytes:
    """The payload in it, by whichever of `keys` it is sealed for.

    Raises Refused: `sealed` when it is sealed for none of them, `envelope_newer`, `envelope_damaged`.
    """
    header = _header(data)
    file_key = _file_key(header, keys)
    if not hmac.compare_digest(_mac(file_key, header.signed), header.mac):
        raise _damaged()
    nonce, body = data[header.end : header.end + _NONCE], memoryview(data)[header.end + _NONCE :]
    if len(nonce) != _NONCE:
        raise _damaged()
    try:
        return b"".join(_decrypted(_derived(file_key, nonce, b"payload"), body))
    except InvalidTag as failure:
        raise _damaged() from failure


def _file_key(header: _Header, keys: Sequence[SealKey]) -> bytes:
    for key in keys:
        own = X25519PrivateKey.from_private_bytes(key.secret)
        public = own.public_key().public_bytes_raw()
        for stanza in header.stanzas:
            if stanza.kind == "X25519":
                file_key = _unwrapped(stanza, own, public)
                if file_key is not None:
                    return file_key
    raise Refused(_("This dispatch is sealed for somebody else: open it on the laptop that it is for."), "sealed")


def _wrapped(file_key: bytes, recipient: bytes, random: Random) -> list[bytes]:
    """The stanza that gives the file key to one recipient."""
    ephemeral = X25519PrivateKey.from_private_bytes(random(32))
    share = ephemeral.public_key().public_bytes_raw()
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(recipient))
    key = _derived(shared, share + recipient, _VERSION + b"/X25519")
    body = ChaCha20Poly1305(key).encrypt(bytes(12), file_key, None)
    return _stanza("X25519", [_base64(share).decode()], body)


def _unwrapped(stanza: _Stanza, own: X25519PrivateKey, public: bytes) -> bytes | None:
    """The file key, or None when the stanza is for another key."""
    if len(stanza.arguments) != 1 or len(stanza.body) != _FILE_KEY + _TAG:
        raise _damaged()
    share = _from_base64(stanza.arguments[0].encode())
    if len(share) != 32:
        raise _damaged()
    try:
        shared = own.exchange(X25519PublicKey.from_public_bytes(share))
        key = _derived(shared, share + public, _VERSION + b"/X25519")
        return ChaCha20Poly1305(key).decrypt(bytes(12), stanza.body, None)
    except (InvalidTag, ValueError):  # for somebody else, or a share that makes every key zero
        return None


def _encrypted(key: bytes, payload: bytes) -> Iterator[bytes]:
    """The payload in chunks of 64 KiB, each under its number; the last one is marked, so that no end goes missing."""
    cipher = ChaCha20Poly1305(key)
    count = max(1, -(-len(payload) // _CHUNK))
    for number in range(count):
        chunk = payload[number * _CHUNK : (number + 1) * _CHUNK]
        yield cipher.encrypt(_counter(number, last=number == count - 1), chunk, None)


def _decrypted(key: bytes, body: memoryview) -> Iterator[bytes]:
    cipher = ChaCha20Poly1305(key)
    count = max(1, -(-len(body) // (_CHUNK + _TAG)))
    for number in range(count):
        chunk = body[number * (_CHUNK + _TAG) : (number + 1) * (_CHUNK + _TAG)]
        plain = cipher.decrypt(_counter(number, last=number == count - 1), bytes(chunk), None)
        if not plain and number:
            raise InvalidTag  # an empty last chunk would be a second writing of the same payload
        yield plain


def _counter(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _derived(secret: bytes, salt: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt, purpose).derive(secret)


def _mac(file_key: bytes, signed: bytes) -> bytes:
    return hmac.digest(_derived(file_key, b"", b"header"), signed, "sha256")


def _stanza(kind: str, arguments: Sequence[str], body: bytes) -> list[bytes]:
    """Its lines: the last one is shorter than 64 characters, empty where it must."""
    text = _base64(body)
    return [
        " ".join(["->", kind, *arguments]).encode("ascii"),
        *(text[at : at + _COLUMNS] for at in range(0, len(text) + 1, _COLUMNS)),
    ]


def _header(data: bytes) -> _Header:
    """The stanzas of a header, in bounds. Raises Refused."""
    if not is_closed(data):
        raise _damaged()
    start = len(MAGIC)
    foot = data.find(b"\n---", start, start + MOST_HEADER)
    end = data.find(b"\n", foot + 1, start + MOST_HEADER) if foot >= 0 else -1
    if not data.startswith(_VERSION + b"\n", start):
        if _LATER.match(data, start):
            sentence = _("This was sealed by a newer Valise. Update Valise, then open it again.")
            raise Refused(sentence, "envelope_newer")
        raise _damaged()
    mac = _FOOT.fullmatch(data[foot + 1 : end]) if end >= 0 else None
    if mac is None:
        raise _damaged()
    lines = data[start + len(_VERSION) + 1 : foot].split(b"\n")
    return _Header(tuple(_stanzas(lines)), data[start : foot + 4], _from_base64(mac[1]), end + 1)


def _stanzas(lines: Sequence[bytes]) -> Iterator[_Stanza]:
    at = count = 0
    while at < len(lines):
        words = lines[at].decode("latin-1").split(" ")
        if words[0] != "->" or len(words) < 2 or not all(_is_word(word) for word in words[1:]):
            raise _damaged()
        body = b""
        while True:
            at += 1
            if at == len(lines) or len(lines[at]) > _COLUMNS:
                raise _damaged()
            body += lines[at]
            if len(lines[at]) < _COLUMNS:
                break
        at += 1
        count += 1
        if count > MOST_RECIPIENTS + 1:
            raise _damaged()
        yield _Stanza(words[1], words[2:], _from_base64(body))


def _is_word(word: str) -> bool:
    return bool(word) and all("!" <= letter <= "~" for letter in word)


def _base64(data: bytes) -> bytes:
    return b64encode(data).rstrip(b"=")


def _from_base64(text: bytes) -> bytes:
    """Without padding, in the one writing that comes back. Raises Refused."""
    try:
        data = b64decode(text + b"=" * (-len(text) % 4), validate=True) if _BASE64.fullmatch(text) else None
    except NoBase64 as failure:
        raise _damaged() from failure
    if data is None or _base64(data) != text:
        raise _damaged()
    return data


def _label_out(label: Label) -> bytes:
    return canonical.dump({
        "programme": label.programme,
        "from": list(label.sender),
        "for": [list(reader) for reader in label.readers],
        "id": bytes.fromhex(label.dispatch),
        "kind": label.kind,
    })


def _label_in(data: bytes) -> Label:
    try:
        wire: Any = canonical.load(data, 4)
        office, device = wire["from"][:2]
        readers = [(reader[0], reader[1]) for reader in wire["for"]]
        label = Label(wire["programme"], (office, device), readers, wire["id"].hex(), wire["kind"])
    except Exception as failure:  # hostile bytes: anything may be of any type
        raise _damaged() from failure
    texts = (label.programme, label.kind, office, device, *(text for reader in readers for text in reader))
    if not all(isinstance(text, str) for text in texts):
        raise _damaged()
    return label


def _damaged() -> Refused:
    sentence = _("The seal of this dispatch is damaged. Ask the sender to send it again.")
    return Refused(sentence, "envelope_damaged")
