"""The key that dispatches are sealed for: X25519 (RFC 7748), in the written forms of age (c2sp.org/age).

Public `age1…`, private `AGE-SECRET-KEY-1…`: Bech32 (BIP 173) without its limit of length. The file of a private key is
an identity file of age, so that its owner can open a dispatch without Valise: docs/dispatch-format.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from server.base.errors import Refused
from server.base.i18n import _
from server.base.paths import write_atomically

_PUBLIC, _PRIVATE = "age", "age-secret-key-"
_LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_KEY = 32
#: a key file is one line and remarks
_LARGEST = 4096


@dataclass(frozen=True)
class SealKey:
    """A private key, 32 bytes."""

    secret: bytes

    @property
    def public(self) -> str:
        """The public half as it travels: `age1…`."""
        return _written(_PUBLIC, X25519PrivateKey.from_private_bytes(self.secret).public_key().public_bytes_raw())

    @property
    def text(self) -> str:
        """The private key as age writes it."""
        return _written(_PRIVATE, self.secret).upper()


def new_key() -> SealKey:
    """A new private key."""
    return SealKey(X25519PrivateKey.generate().private_bytes_raw())


def of_text(text: str) -> SealKey:
    """The private key written as `AGE-SECRET-KEY-1…`. Raises ValueError."""
    if text != text.upper():
        raise ValueError("not a private key")
    return SealKey(_read(_PRIVATE, text.lower()))


def public_bytes(text: str) -> bytes:
    """The 32 bytes of a public key. Raises ValueError for anything but `age1…` with a sound checksum."""
    data = _read(_PUBLIC, text)
    X25519PublicKey.from_public_bytes(data)
    return data


def is_public(text: object) -> bool:
    """Whether a text is a public key."""
    try:
        return isinstance(text, str) and len(public_bytes(text)) == _KEY
    except ValueError:
        return False


def ensure(path: Path) -> SealKey:
    """The key of this installation; one is made where there is none. Raises Refused (`broken_seal_key`)."""
    if not path.exists():
        store(path, new_key())
    return load(path)


def store(path: Path, key: SealKey) -> None:
    """Write a key as an identity file of age, all or nothing, readable by the owner of the file only (0600)."""
    write_atomically(path, f"# public key: {key.public}\n{key.text}\n".encode("ascii"), 0o600)


def load(path: Path) -> SealKey:
    """Read what `store` wrote. Raises Refused (`broken_seal_key`) when it cannot be read as a key."""
    try:
        with path.open("rb") as stream:
            lines = stream.read(_LARGEST).decode("ascii").split()
        (text,) = [line for line in lines if line.startswith(_PRIVATE.upper())]
        return of_text(text)
    except (OSError, ValueError) as error:
        raise Refused(
            _("The key for sealed dispatches cannot be read. Restore a backup, or take %(file)s out of the folder: a "
              "new key is made then, and what was sealed for the old one has to be sent again.", file=path.name),
            "broken_seal_key",
        ) from error  # fmt: skip


def _written(kind: str, data: bytes) -> str:
    """Bech32 of 32 bytes."""
    fives = _regroup(data, 8, 5, pad=True)
    check = _polymod([*_expanded(kind), *fives, 0, 0, 0, 0, 0, 0]) ^ 1
    fives += [check >> 5 * (5 - place) & 31 for place in range(6)]
    return kind + "1" + "".join(_LETTERS[five] for five in fives)


def _read(kind: str, text: str) -> bytes:
    """The reverse of `_written`; lower case only. Raises ValueError."""
    if not text.startswith(kind + "1") or not text.isascii():
        raise ValueError("not a key of this kind")
    fives = [_LETTERS.index(letter) for letter in text[len(kind) + 1 :]]
    if _polymod([*_expanded(kind), *fives]) != 1:
        raise ValueError("checksum")
    data = bytes(_regroup(fives[:-6], 5, 8, pad=False))
    if len(data) != _KEY or _written(kind, data) != text:
        raise ValueError("another length or writing")
    return data


def _expanded(kind: str) -> list[int]:
    return [*(ord(letter) >> 5 for letter in kind), 0, *(ord(letter) & 31 for letter in kind)]


def _polymod(values: Iterable[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for place, generator in enumerate(_GENERATOR):
            check ^= generator if top >> place & 1 else 0
    return check


def _regroup(values: Iterable[int], wide: int, narrow: int, *, pad: bool) -> list[int]:
    """Numbers of `wide` bits as numbers of `narrow` bits; bits left over are zeros (`pad`) or dropped."""
    held = bits = 0
    found = []
    for value in values:
        held = held << wide | value
        bits += wide
        while bits >= narrow:
            bits -= narrow
            found.append(held >> bits & (1 << narrow) - 1)
    if pad and bits:
        found.append(held << narrow - bits & (1 << narrow) - 1)
    return found
