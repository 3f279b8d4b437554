"""Files of documents on their way: which pieces go into which part, who asked for what, and pieces that rejoin.

A file is its content: it is named by the SHA-256 of its bytes, never by a path. docs/decisions/0010 has the policy.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeGuard

import sqlalchemy as sa

from server.base.paths import sync_folder, write_atomically
from server.sync import sql
from server.sync.manifest import FileEntry
from server.sync.payload import FilePart

#: bytes of a piece of a file that does not fit whole into any part
PIECE = 1 << 20
#: pieces are not cut smaller than this for a tiny mailbox, and there are no more parts than this
SMALLEST_PIECE, MOST_PARTS = 4096, 500
#: a part carries no more pieces than this; its reader takes twice as many
MOST_PIECES = 5_000
#: a manifest names at most so many files as referred to, and as many as asked for; the newest first
MOST_NAMED = 5_000
#: what a piece costs beside its bytes: its entry in the manifest, the blocks of the stored stream, those of a seal
_ENTRY, _PER_BYTES = 64, 1 << 10
_HASH = re.compile(r"[0-9a-f]{64}")
_PIECE_NAME = re.compile(r"([0-9a-f]{64})\.(\d{1,16})\.(\d{1,16})\.(\d{1,16})")
_BLOCK = 1 << 20
#: files that documents name: hash -> (bytes as the record says them, whether it is here)
State = Mapping[str, tuple[int | None, bool]]


class NoRoom(ValueError):
    """Not even a small piece of a file fits into a part, or there would be too many parts."""


@dataclass(frozen=True)
class File:
    """A file that may travel; `size` in bytes."""

    sha256: str
    size: int


def is_hash(text: object) -> TypeGuard[str]:
    """Whether that is a SHA-256 as Valise writes it. A record may hold anything; nothing else ever becomes a path."""
    return isinstance(text, str) and _HASH.fullmatch(text) is not None


def fit(files: Sequence[File], rooms: Sequence[int]) -> list[list[FileEntry]]:
    """What goes into parts with `rooms` bytes left, of files in the order of their urgency: whole ones only, each
    into the first part that has room for it. What fits nowhere waits, and a smaller one behind it may go."""
    left = list(rooms)
    parts: list[list[FileEntry]] = [[] for _room in rooms]
    for file in files:
        _put(FileEntry(file.sha256, file.size, 0, file.size), parts, left)
    return parts


def spread(files: Sequence[File], rooms: Sequence[int], further: int) -> list[list[FileEntry]]:
    """All files, in parts with `rooms` bytes left and as many more as it takes, each with `further` bytes.

    A file that fits whole into a part is not cut. Raises NoRoom.
    """
    left = list(rooms)
    parts: list[list[FileEntry]] = [[] for _room in rooms]
    piece = PIECE
    while _cost(piece) > further and piece >= SMALLEST_PIECE:
        piece >>= 1
    for file in files:
        if _put(FileEntry(file.sha256, file.size, 0, file.size), parts, left):
            continue
        if piece < SMALLEST_PIECE:
            raise NoRoom
        whole = _cost(file.size) <= further
        step = file.size if whole else piece
        for offset in range(0, file.size, step):
            entry = FileEntry(file.sha256, file.size, offset, min(step, file.size - offset))
            if not _put(entry, parts, left):
                parts.append([])
                left.append(further)
                if len(parts) > MOST_PARTS:
                    raise NoRoom
                _put(entry, parts, left)
    return parts


def _put(entry: FileEntry, parts: list[list[FileEntry]], left: list[int]) -> bool:
    """Into the first part that has room for it."""
    for place, room in enumerate(left):
        if _cost(entry.length) <= room and len(parts[place]) < MOST_PIECES:
            parts[place].append(entry)
            left[place] -= _cost(entry.length)
            return True
    return False


def _cost(length: int) -> int:
    return length + length // _PER_BYTES + _ENTRY


def whole_ones(entries: Iterable[FileEntry]) -> set[str]:
    """Hashes of the files of which every byte is among the pieces."""
    pieces: dict[tuple[str, int], list[tuple[int, int]]] = {}
    for one in entries:
        pieces.setdefault((one.sha256, one.size), []).append((one.offset, one.length))
    return {sha256 for (sha256, size), spans in pieces.items() if _reach(spans) >= size}


def _reach(spans: Iterable[tuple[int, int]]) -> int:
    """How many bytes from the start are covered without a gap."""
    reach = 0
    for offset, length in sorted(spans):
        if offset > reach:
            break
        reach = max(reach, offset + length)
    return reach


# Pieces that came wait in a room of their own, each a file named by what it is a piece of.


def keep_piece(room: Path, part: FilePart) -> None:
    """Put a piece beside the others of its file. Errors: OSError."""
    target = room / f"{part.sha256}.{part.size}.{part.offset}.{len(part.data)}"
    write_atomically(target, part.data)


def join(room: Path, sha256: str, size: int, target: Path) -> bool | None:
    """Put the pieces of a file together at `target`, whose name is its hash, and forget them.

    True when it is whole now; None while pieces are missing; False when they are not that file: they are forgotten
    too, so that it can be asked for again. Errors: OSError; the pieces stay then.
    """
    pieces = sorted((offset, length, path) for path, offset, length in _pieces(room, sha256, size))
    if _reach((offset, length) for offset, length, _path in pieces) < size:
        return None
    temporary = target.with_name(f".{target.name}.joining")
    found = hashlib.sha256()
    try:
        with temporary.open("wb") as out:
            reach = 0
            for offset, length, path in pieces:
                if offset + length > reach:
                    data = path.read_bytes()[reach - offset :]
                    found.update(data)
                    out.write(data)
                    reach = offset + length
            out.flush()
            os.fsync(out.fileno())
        good = found.hexdigest() == sha256 and reach == size
        if good:
            temporary.replace(target)
            sync_folder(target.parent)  # before the pieces go
    finally:
        temporary.unlink(missing_ok=True)
    forget_pieces(room, sha256)
    return good


def forget_pieces(room: Path, sha256: str) -> None:
    """Drop what came of a file."""
    for path in room.glob(f"{sha256}.*") if is_hash(sha256) else ():
        path.unlink(missing_ok=True)


def waiting_pieces(room: Path) -> Mapping[str, int]:
    """Files of which some pieces are here: hash -> bytes that are."""
    found: dict[str, int] = {}
    for path in room.iterdir() if room.is_dir() else ():
        if match := _PIECE_NAME.fullmatch(path.name):
            found[match[1]] = found.get(match[1], 0) + int(match[4])
    return found


def _pieces(room: Path, sha256: str, size: int) -> Iterable[tuple[Path, int, int]]:
    for path in room.glob(f"{sha256}.{size}.*"):
        if match := _PIECE_NAME.fullmatch(path.name):
            yield path, int(match[3]), int(match[4])


def hash_of(path: Path) -> str:
    """SHA-256 of a file, hex, read in blocks. Errors: OSError."""
    found = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            found.update(block)
    return found.hexdigest()


# What is noted of files: what others asked for, what went to whom, what is here.


def note_asked(connection: sa.Connection, incarnation: str, wants: Sequence[str]) -> None:
    """Remember what a peer asks for in its newest dispatch; what it asked for before counts no more."""
    sql.run(connection, "DELETE FROM sync_blob_asked WHERE incarnation=?", (incarnation,))
    insert = "INSERT INTO sync_blob_asked(incarnation,sha256) VALUES(?,?)"
    sql.many(connection, insert, [(incarnation, sha256) for sha256 in dict.fromkeys(wants)])


def asked_by(connection: sa.Connection, incarnations: Iterable[str]) -> set[str]:
    """What any of those peers asked for in its newest dispatch."""
    query = "SELECT sha256 FROM sync_blob_asked WHERE incarnation IN (%s)"
    return {row[0] for row in sql.rows_in(connection, query, incarnations)}


def note_sent(connection: sa.Connection, office: str, files: Iterable[str]) -> None:
    """Remember what went whole to an office."""
    statement = sql.upsert("sync_blob_sent", ("office", "sha256"), ())
    sql.many(connection, statement, [(office, sha256) for sha256 in sorted(files)])


def sent_to(connection: sa.Connection, office: str) -> set[str]:
    """What went whole to an office in some dispatch."""
    return {row[0] for row in sql.rows(connection, "SELECT sha256 FROM sync_blob_sent WHERE office=?", (office,))}


def note_state(connection: sa.Connection, state: State, broken: Iterable[str] = ()) -> None:
    """Bring the notes of files in line with `state`. `broken` are files whose pieces came damaged."""
    gone, fresh = _behind(connection, state, broken)
    sql.many(connection, "DELETE FROM sync_blob WHERE sha256=?", [(one,) for one in gone])
    statement = sql.upsert("sync_blob", ("sha256",), ("size", "have", "damaged"))
    sql.many(connection, statement, [(one, *values) for one, values in fresh.items()])


def is_noted(connection: sa.Connection, state: State) -> bool:
    """Whether the notes of files are in line with `state`."""
    return not any(_behind(connection, state, ()))


def _behind(
    connection: sa.Connection, state: State, broken: Iterable[str]
) -> tuple[set[str], dict[str, tuple[int | None, int, int]]]:
    """Notes to take away, and notes to write: hash -> (bytes, here, damaged)."""
    rows = sql.rows(connection, "SELECT sha256, size, have, damaged FROM sync_blob")
    noted = {row[0]: (row[1], row[2], row[3]) for row in rows}
    bad = {one for one, (_size, _have, damaged) in noted.items() if damaged} | set(broken)
    fresh = {one: (size, int(here), int(one in bad and not here)) for one, (size, here) in state.items()}
    return noted.keys() - fresh.keys(), {one: values for one, values in fresh.items() if noted.get(one) != values}


def note_here(connection: sa.Connection, sha256: str, size: int) -> None:
    """A file was filed here."""
    sql.run(connection, sql.upsert("sync_blob", ("sha256",), ("size", "have", "damaged")), (sha256, size, 1, 0))


def absent(connection: sa.Connection) -> dict[str, bool]:
    """Files that documents name and that are not here: hash -> whether their pieces came damaged."""
    rows = sql.rows(connection, "SELECT sha256, damaged FROM sync_blob WHERE have=0")
    return {sha256: bool(damaged) for sha256, damaged in rows}
