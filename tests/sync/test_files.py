"""Which pieces of files go into which part, how pieces rejoin, and what is noted of what others asked for."""

from __future__ import annotations

import hashlib
import random
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from server.sync import files
from server.sync.files import PIECE, File, NoRoom, fit, spread, whole_ones
from server.sync.manifest import FileEntry, Manifest
from server.sync.payload import FilePart, read_manifest, read_payload, write_payload
from tests.sync.replicas import make_node, refusal


def manifest(**said: Any) -> Manifest:
    """A cover that says nothing but what a test is about."""
    return Manifest("0" * 32, "programme", "report", "office-a", "device", "1" * 32, **said)


def name(number: int) -> str:
    """A hash, as good as any."""
    return f"{number:064x}"


def weight(entries: list[FileEntry]) -> int:
    """Bytes of the pieces of a part."""
    return sum(entry.length for entry in entries)


class TestWhatFits:
    def test_files_go_in_the_order_given_each_where_there_is_room(self):
        wanted = [File(name(1), 5_000), File(name(2), 90_000), File(name(3), 4_000)]
        parts = fit(wanted, [6_000, 8_000])
        assert [[entry.sha256 for entry in part] for part in parts] == [[name(1)], [name(3)]]

    def test_nothing_is_cut_and_no_part_is_overfull(self):
        numbers = random.Random(7)
        for _round in range(200):
            wanted = [File(name(n), numbers.randrange(50_000)) for n in range(numbers.randrange(12))]
            rooms = [numbers.randrange(-5_000, 120_000) for _part in range(numbers.randrange(1, 4))]
            parts = fit(wanted, rooms)
            entries = [entry for part in parts for entry in part]
            assert all(entry.offset == 0 and entry.length == entry.size for entry in entries)
            assert len({entry.sha256 for entry in entries}) == len(entries)
            assert all(weight(part) <= max(room, 0) for part, room in zip(parts, rooms, strict=True))


class TestAllOfThem:
    def test_every_byte_of_every_file_goes_once_and_no_part_is_overfull(self):
        numbers = random.Random(8)
        for _round in range(100):
            wanted = [File(name(n), numbers.choice((0, 1, 900, PIECE - 1, PIECE, 3 * PIECE + 5))) for n in range(6)]
            rooms, further = [numbers.randrange(-9, 2 * PIECE)], numbers.randrange(200_000, 3 * PIECE)
            parts = spread(wanted, rooms, further)
            assert weight(parts[0]) <= max(rooms[0], 0)
            assert all(weight(part) <= further for part in parts[1:])
            spans: dict[str, list[tuple[int, int]]] = {}
            for part in parts:
                for entry in part:
                    spans.setdefault(entry.sha256, []).append((entry.offset, entry.length))
            for file in wanted:
                at = 0
                for offset, length in sorted(spans[file.sha256]):
                    assert offset == at
                    at += length
                assert at == file.size
            assert whole_ones(entry for part in parts for entry in part) == {file.sha256 for file in wanted}

    def test_a_part_has_no_more_pieces_than_its_reader_takes(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(files, "MOST_PIECES", 3)
        wanted = [File(name(n), 10) for n in range(8)]
        assert [len(part) for part in spread(wanted, [9_000], 9_000)] == [3, 3, 2]
        assert [len(part) for part in fit(wanted, [9_000])] == [3]

    def test_a_file_is_cut_into_pieces_of_one_megabyte_only_where_it_fits_no_part(self):
        (part, *_more) = parts = spread([File(name(1), 3 * PIECE)], [0], 2 * PIECE)
        assert part == []
        assert {entry.length for one in parts for entry in one} == {PIECE}
        assert {entry.offset % PIECE for one in parts for entry in one} == {0}
        whole = spread([File(name(1), 3 * PIECE)], [0], 4 * PIECE)
        assert whole == [[], [FileEntry(name(1), 3 * PIECE, 0, 3 * PIECE)]]

    def test_a_mailbox_without_room_for_a_piece_is_no_way_to_send(self):
        with pytest.raises(NoRoom):
            spread([File(name(1), 100_000)], [10], 3_000)
        with pytest.raises(NoRoom):
            spread([File(name(1), 100_000_000)], [10], 20_000)

    def test_a_file_of_which_a_piece_is_missing_is_not_whole(self):
        pieces = [FileEntry(name(1), 30, 0, 10), FileEntry(name(1), 30, 20, 10), FileEntry(name(2), 0, 0, 0)]
        assert whole_ones(pieces) == {name(2)}


CONTENT = random.Random(9).randbytes(1000)
HASH = hashlib.sha256(CONTENT).hexdigest()


def piece(start: int, end: int, content: bytes = CONTENT) -> FilePart:
    return FilePart(HASH, 1000, start, content[start:end])


class TestPiecesRejoin:
    def test_in_every_order(self, tmp_path: Path):
        for number, order in enumerate(permutations([piece(0, 300), piece(300, 600), piece(600, 1000)])):
            room, target = tmp_path / f"{number}", tmp_path / f"{number}-{HASH}"
            came = []
            for one in order:
                files.keep_piece(room, one)
                came.append(files.join(room, HASH, 1000, target))
            assert came == [None, None, True]
            assert target.read_bytes() == CONTENT
            assert list(room.iterdir()) == []

    def test_repeated_and_cut_in_two_ways(self, tmp_path: Path):
        for one in (piece(0, 500), piece(0, 500), piece(200, 700), piece(650, 1000), piece(900, 1000)):
            files.keep_piece(tmp_path / "room", one)
        assert files.join(tmp_path / "room", HASH, 1000, tmp_path / HASH)
        assert (tmp_path / HASH).read_bytes() == CONTENT

    def test_one_is_missing(self, tmp_path: Path):
        for one in (piece(0, 500), piece(501, 1000)):
            files.keep_piece(tmp_path, one)
        assert files.join(tmp_path, HASH, 1000, tmp_path / HASH) is None
        assert files.waiting_pieces(tmp_path) == {HASH: 999}

    def test_one_is_wrong(self, tmp_path: Path):
        room = tmp_path / "room"
        files.keep_piece(room, piece(0, 500))
        files.keep_piece(room, piece(500, 1000, bytes(1000)))
        assert files.join(room, HASH, 1000, tmp_path / HASH) is False
        assert not (tmp_path / HASH).exists()
        assert list(room.iterdir()) == []

    def test_pieces_that_lie_about_the_size_do_not_spoil_the_others(self, tmp_path: Path):
        room = tmp_path / "room"
        files.keep_piece(room, FilePart(HASH, 900, 0, bytes(900)))
        assert files.join(room, HASH, 1000, tmp_path / HASH) is None
        files.keep_piece(room, piece(0, 1000))
        assert files.join(room, HASH, 1000, tmp_path / HASH) is True

    @pytest.mark.parametrize("text", ["", "x", HASH.upper(), HASH + "0", "../" + HASH[3:], None, 5])
    def test_nothing_but_a_hash_is_a_hash(self, text: object):
        assert files.is_hash(HASH)
        assert not files.is_hash(text)


class TestOnTheWire:
    def test_a_manifest_names_what_is_carried_referred_to_and_asked_for(self):
        cover = manifest(blobs=((HASH, 1000), (name(7), 0)), wants=(name(8),))
        data = write_payload(cover, [], [piece(0, 300), FilePart.whole(b"other")])
        found = read_manifest(data)
        assert found.blobs == ((HASH, 1000), (name(7), 0))
        assert found.wants == (name(8),)
        assert [(one.sha256, one.size, one.offset, one.length) for one in found.files] == [
            (HASH, 1000, 0, 300), (FilePart.whole(b"other").sha256, 5, 0, 5)]  # fmt: skip
        assert [part.data for part in read_payload(data).files] == [CONTENT[:300], b"other"]

    @pytest.mark.parametrize(
        "wrong",
        [FilePart(HASH, 1000, 0, bytes(1000)), FilePart(HASH, 1000, 900, CONTENT[:200])],
        ids=["another content", "beyond its end"],
    )
    def test_a_file_that_is_not_what_it_says_is_refused(self, wrong: FilePart):
        data = write_payload(manifest(), [], [wrong])
        assert refusal(read_payload, data) == "payload_file"


class TestNotes:
    def test_the_newest_list_of_a_peer_replaces_the_one_before(self):
        with make_node("a").engine.begin() as connection:
            files.note_asked(connection, "a" * 32, [name(1), name(2), name(2)])
            files.note_asked(connection, "b" * 32, [name(3)])
            files.note_asked(connection, "a" * 32, [name(2)])
            assert files.asked_by(connection, ["a" * 32]) == {name(2)}
            assert files.asked_by(connection, ["a" * 32, "b" * 32]) == {name(2), name(3)}
            assert files.asked_by(connection, []) == set()

    def test_what_went_is_remembered_by_office(self):
        with make_node("a").engine.begin() as connection:
            files.note_sent(connection, "hq", {name(1)})
            files.note_sent(connection, "hq", {name(1), name(2)})
            assert files.sent_to(connection, "hq") == {name(1), name(2)}
            assert files.sent_to(connection, "other") == set()

    def test_the_state_is_written_where_it_differs_and_damage_is_forgotten_when_the_file_is_here(self):
        with make_node("a").engine.begin() as connection:
            state = {name(1): (5, False), name(2): (6, True)}
            files.note_state(connection, state, [name(1), name(2)])
            assert files.absent(connection) == {name(1): True}
            assert files.is_noted(connection, state)
            files.note_state(connection, {name(1): (5, True), name(3): (None, False)})
            assert files.absent(connection) == {name(3): False}
            assert not files.is_noted(connection, state)
