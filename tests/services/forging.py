"""Dispatches as an adversary, another program or a bad line would leave them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from server.db.session import read_session
from server.domain.people.queries import office
from server.reports.carrier import open_sealed, seal
from server.reports.letter import letter_pages
from server.reports.sheets import Letter, Stamp
from server.services import pouch
from server.services.folder import Folder
from server.sync import keys
from server.sync.manifest import Manifest
from server.sync.payload import read_payload, write_payload
from tests.services.world import NOW

_LETTER = Letter("Letter", "Programme", "Office", "Office", [("From", "somebody")], "Text.", ["Do something."])


def resealed(
    source: Path,
    ring: keys.Keyring,
    change_manifest: Callable[[Manifest], Manifest] = lambda manifest: manifest,
    more: Sequence[bytes] = (),
) -> bytes:
    """The data of a dispatch that builds on nothing, signed (again) with that key, its cover changed, changesets added.
    """
    payload = read_payload(open_sealed(source.read_bytes()).payload)
    assert payload.changes
    return seal(
        letter_pages(_LETTER, Stamp(NOW())).pdf,
        write_payload(change_manifest(payload.manifest), [*payload.changes, *more]),
        key=ring.key,
        certificate=ring.certificates[0],
        chain=ring.certificates[1:],
        title="Letter",
        author="Office",
        subject="Programme",
        language="en",
        when=NOW(),
    )


def ring_of(folder: Folder) -> keys.Keyring:
    """The key that a folder signs with."""
    return keys.load(folder.data.key)


def self_made(folder: Folder) -> keys.Keyring:
    """A new key whose certificate claims to be the folder's own laptop."""
    holder = keys.holder_of(ring_of(folder).certificates[0])
    key = keys.device_key()
    return keys.Keyring(key, (keys.self_signed(key, holder, NOW()),))


def pack_as(folder: Folder, kind: str, target: Path, *, to: str) -> Path:
    """A dispatch of that kind to the office with the code `to`, whoever may send such."""
    with read_session(folder.engine) as session:
        receiver = office(session, to)
    assert receiver is not None
    order = pouch.Order(kind, receiver, None, None, None)
    pouch.pack(folder, order, lambda stamp, _part: letter_pages(_LETTER, stamp), target)
    return target
