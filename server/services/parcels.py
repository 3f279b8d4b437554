"""Parcels: what of a dispatch goes into which of its files, so that each fits the mail and the laptop's memory.

Changes always go, in as many parts as they take; files go into the room that is left, or into further parts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from server.base.errors import Refused
from server.base.i18n import _
from server.base.paths import DataDir
from server.services import files
from server.sync.files import File, NoRoom, fit, spread, whole_ones
from server.sync.manifest import FileEntry, Manifest

#: bytes of the largest file of a dispatch, whatever the mail takes: sealing and opening hold one several times
LARGEST = 32 << 20
#: bytes by which pages may grow when it is known how many parts there are
_SLACK = 2048


@dataclass(frozen=True)
class Load:
    """What one part carries: changes, and pieces of files."""

    raws: Sequence[bytes] = ()
    files: Sequence[FileEntry] = ()


@dataclass(frozen=True)
class Parcel:
    """A sealed part: its cover, where it lies, the hash of the file (hex) and its bytes."""

    manifest: Manifest
    path: Path
    sha256: str
    size: int


@dataclass(frozen=True)
class Shipment:
    """All parts of a dispatch in order; hashes of the files that went whole, and how many wait for another one."""

    parcels: tuple[Parcel, ...]
    files: frozenset[str]
    waiting: int


#: seals a load as the part (which, of how many) into a file
Seal = Callable[[Load, tuple[int, int]], Parcel]


def ship(
    data: DataDir, raws: Sequence[bytes], offered: Sequence[File], choice: str, seal: Seal, max_size: int | None
) -> Shipment:
    """Seal everything in parts of at most `max_size` bytes. No file is left behind when it fails.

    `offered` are files in the order of their urgency; `choice` says what of them goes: files.ALL, FIT or NONE.
    Errors: Refused (too_large) when even a single change, or a small piece of a file, does not fit.
    """
    bench = _Bench(seal, min(max_size or LARGEST, LARGEST))
    try:
        shipment = _packed(data, bench, raws, [] if choice == files.NONE else list(offered), choice)
    except BaseException:
        bench.clear()
        raise
    bench.clear(but=shipment.parcels)
    return Shipment(shipment.parcels, shipment.files, len(offered) - len(shipment.files))


class _Bench:
    """Where parts are sealed until they fit; what was sealed in vain is taken away."""

    def __init__(self, seal: Seal, limit: int) -> None:
        self.limit = limit
        self._seal = seal
        self._made: list[Parcel] = []

    def seal(self, load: Load, part: tuple[int, int]) -> Parcel:
        self._made.append(self._seal(load, part))
        return self._made[-1]

    def all(self, loads: Sequence[Load]) -> list[Parcel]:
        return [self.seal(load, (place, len(loads))) for place, load in enumerate(loads, 1)]

    def clear(self, but: Iterable[Parcel] = ()) -> None:
        kept = {parcel.path for parcel in but}
        for parcel in self._made:
            if parcel.path not in kept:
                parcel.path.unlink(missing_ok=True)


def _packed(data: DataDir, bench: _Bench, raws: Sequence[bytes], wanted: list[File], choice: str) -> Shipment:
    parcels, pieces = _changes(bench, raws)
    while wanted:
        rooms = [bench.limit - parcel.size - _SLACK for parcel in parcels]
        chosen = _chosen(bench, wanted, rooms, choice)
        entries = [entry for load in chosen for entry in load]
        bad = files.verified(data, entries)
        if bad:
            wanted = [one for one in wanted if one.sha256 not in bad]
            continue
        if not entries:
            break
        loads = [Load(pieces[place] if place < len(pieces) else (), load) for place, load in enumerate(chosen)]
        sealed = bench.all(loads)
        over = max(parcel.size for parcel in sealed) - bench.limit
        if over <= 0:
            return Shipment(tuple(sealed), frozenset(whole_ones(entries)), 0)
        # the reckoning was short: with the least urgent file left out it holds at the latest when none is left
        bench.limit -= over
        if choice == files.FIT:
            wanted = wanted[:-1]
        bench.clear(but=parcels)
    return Shipment(tuple(parcels), frozenset(), 0)


def _chosen(bench: _Bench, wanted: Sequence[File], rooms: Sequence[int], choice: str) -> list[list[FileEntry]]:
    if choice == files.FIT:
        return fit(wanted, rooms)
    further = bench.limit - bench.seal(Load(), (2, 2)).size - _SLACK
    try:
        return spread(wanted, rooms, further)
    except NoRoom:
        raise Refused(
            _("The files do not fit into parts of this size: allow a larger size, or send those that fit."),
            "too_large",
        ) from None


def _changes(bench: _Bench, raws: Sequence[bytes]) -> tuple[list[Parcel], list[Sequence[bytes]]]:
    """The changes alone: one file, or as many as it takes, and what of the changes is in which."""
    limit = bench.limit
    whole = bench.seal(Load(raws), (1, 1))
    if whole.size <= limit:
        return [whole], [raws]
    # the first part has the report's pages, further ones a letter's
    pages = [bench.seal(Load(), (place, 2)).size for place in (1, 2)]
    if max(pages) > limit:
        raise _too_large(max(pages))
    weight = (whole.size - pages[0]) * 1000 // max(sum(map(len, raws)), 1) + 1
    while True:
        pieces = _cut(raws, [(limit - bare) * 1000 for bare in pages], weight)
        parcels = bench.all([Load(piece) for piece in pieces])
        largest, piece = max(((one.size, piece) for one, piece in zip(parcels, pieces, strict=True)), key=_size)
        if largest <= limit:
            return parcels, pieces
        if len(piece) <= 1:
            raise _too_large(largest)
        # small pieces compress less well than the whole did
        weight += max(weight * (largest - limit) // limit, weight // 10 + 1)


def _size(sized: tuple[int, Sequence[bytes]]) -> int:
    return sized[0]


def _too_large(needed: int) -> Refused:
    return Refused(
        _("The dispatch cannot be made smaller than %(needed)s bytes: allow a larger size.", needed=needed), "too_large"
    )


def _cut(raws: Sequence[bytes], room: Sequence[int], weight: int) -> list[Sequence[bytes]]:
    """`raws` in order, in pieces that are expected to fit: `room` is that of the first and of the others, a byte of
    a change takes `weight` of it."""
    pieces: list[list[bytes]] = [[]]
    left = room[0]
    for raw in raws:
        needed = len(raw) * weight
        if needed > left and (pieces[-1] or len(pieces) == 1):
            pieces.append([])
            left = room[1]
        pieces[-1].append(raw)
        left -= needed
    return list(pieces)
