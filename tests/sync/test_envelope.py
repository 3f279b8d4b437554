"""What is sealed opens for those it is sealed for, whole or not at all, in the age format, not in one of ours."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.base.errors import Refused
from server.sync import envelope, sealkey
from server.sync.envelope import Label, close, is_closed, label_of, open_envelope
from server.sync.payload import read_manifest
from server.sync.sealkey import SealKey
from tests.sync.replicas import refusal

LABEL = Label("programme", ("office-kg", "device-1"), [("office-hq", "Programme Management Unit")], "0a" * 16, "report")
MINE, THEIRS = SealKey(bytes(range(1, 33))), SealKey(b"\x42" * 32)

#: what the program rage 0.11 sealed for a key it made, with a stanza of a kind that nobody knows
FOREIGN_KEY = "AGE-SECRET-KEY-1KZSC55CXVR60UE8XHX6FRH9JCTQ8C5GGKT5S5K9HP9LPRK6DKZ7SA000AU"
FOREIGN = bytes.fromhex(
    "6167652d656e6372797074696f6e2e6f72672f76310a2d3e20583235353139203143515458563861654c396c72737533796777725759436b"
    "4b3979676c35684a334a4d44745a31594b6e6f0a2b4b57494f6539417a397761384b6b76326874572f564e7a6f556e6666552b4c34387357"
    "34354178715a510a2d3e2078253f4e392d6772656173650a3567314e784e6546586b4a2f6a4d577342615a5669697541367862487549"
    "6d456b664c6764566d36583033346247564138494b4142410a2d2d2d2063716c69384945766f494d586b354a4e34706b5656387a6d61477a"
    "4c6971674b37587759466849694f57630aeb9c229b07f2706b691c276bb95b6b4926f913f27402cd9919fb6fe39cd4847d8f69c8395ee5e0"
    "b6b80f8e421fe4ff2027a54bcdfe5a9465ef875f82"
)


def counted() -> Callable[[int], bytes]:
    """Bytes that look random and are the same every time."""
    asked = 0

    def random(count: int) -> bytes:
        nonlocal asked
        asked += 1
        return hashlib.shake_256(asked.to_bytes(4, "big")).digest(count)

    return random


def header_of(data: bytes) -> bytes:
    """Magic and header, up to the encrypted body."""
    return data[: data.index(b"\n", data.index(b"\n---") + 1) + 1]


# round


@given(payload=st.binary(max_size=300), secret=st.binary(min_size=32, max_size=32), others=st.integers(0, 3))
@settings(max_examples=40, deadline=None)
def test_what_is_sealed_opens(payload: bytes, secret: bytes, others: int) -> None:
    key = SealKey(secret)
    keys = [*(sealkey.new_key().public for _ in range(others)), key.public]
    data = close(payload, keys, LABEL)
    assert is_closed(data)
    assert open_envelope(data, key) == payload
    assert label_of(data) == LABEL


@pytest.mark.parametrize("size", [0, 1, (64 << 10) - 1, 64 << 10, (64 << 10) + 1, 3 << 16])
def test_every_size_opens_and_costs_little(size: int) -> None:
    payload = (bytes(range(251)) * (size // 251 + 1))[:size]
    data = close(payload, [MINE.public], LABEL)
    assert open_envelope(data, MINE) == payload
    assert len(data) - size < 500 + 16 * (size // (64 << 10) + 1)


def test_many_may_read_and_each_needs_one_key_only() -> None:
    keys = [sealkey.new_key() for _ in range(envelope.MOST_RECIPIENTS)]
    data = close(b"payload", [key.public for key in keys], LABEL)
    assert [open_envelope(data, keys[at]) for at in (0, 99, 199)] == [b"payload"] * 3
    assert open_envelope(data, sealkey.new_key(), keys[7]) == b"payload"


def test_the_same_randomness_gives_the_same_bytes_and_no_other_does() -> None:
    made = [close(b"payload", [MINE.public, THEIRS.public], LABEL, counted()) for _ in range(2)]
    assert made[0] == made[1]
    assert close(b"payload", [MINE.public], LABEL) != close(b"payload", [MINE.public], LABEL)


def test_a_reader_named_twice_is_served_once() -> None:
    assert close(b"", [MINE.public] * 2, LABEL).count(b"-> X25519") == 1


# others


def test_what_another_program_sealed_opens() -> None:
    assert open_envelope(envelope.MAGIC + FOREIGN, sealkey.of_text(FOREIGN_KEY)) == b"What another program sealed."


def test_the_written_forms_of_keys_are_those_of_the_specification() -> None:
    assert THEIRS.text == "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX"
    assert THEIRS.public == "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"


def test_the_bytes_are_for_ever() -> None:
    data = close(b"payload", [MINE.public, THEIRS.public], LABEL, counted())
    assert data.startswith(b"VALISE\x00Eage-encryption.org/v1\n-> valise\n")
    assert hashlib.sha256(data).hexdigest() == "b95688696afcc3b92d5e47827a68a99084abba682871d42df86fea40d8253885"


# enemies


def test_every_byte_counts() -> None:
    data = close(b"a short payload", [MINE.public, THEIRS.public], LABEL, counted())
    for at in range(len(data)):
        for flip in (1, 0x80):
            spoiled = data[:at] + bytes([data[at] ^ flip]) + data[at + 1 :]
            assert refusal(open_envelope, spoiled, MINE) in ("envelope_damaged", "envelope_newer", "sealed"), at


def test_every_length_but_the_whole_is_refused() -> None:
    data = close(b"a short payload", [MINE.public], LABEL, counted())
    for length in range(len(data)):
        assert refusal(open_envelope, data[:length], MINE) == "envelope_damaged", length
    assert refusal(open_envelope, data + b"\0", MINE) == "envelope_damaged"


def test_chunks_cannot_be_dropped_doubled_or_swapped() -> None:
    chunk = (64 << 10) + 16
    data = close(bytes(200_000), [MINE.public], LABEL, counted())
    start = len(header_of(data)) + 16
    chunks = [data[at : at + chunk] for at in range(start, len(data), chunk)]
    for other in (chunks[:-1], chunks[1:], [*chunks, chunks[-1]], [chunks[1], chunks[0], *chunks[2:]]):
        assert refusal(open_envelope, data[:start] + b"".join(other), MINE) == "envelope_damaged"


def test_another_key_does_not_open_it() -> None:
    data = close(b"payload", [THEIRS.public], LABEL)
    assert refusal(open_envelope, data, MINE) == "sealed"
    assert refusal(open_envelope, data) == "sealed"


def test_readers_cannot_be_added_nor_the_label_changed() -> None:
    data = close(b"payload", [MINE.public], LABEL, counted())
    other = close(b"other", [THEIRS.public], LABEL, counted())
    stanza = other[other.index(b"-> X25519") : other.index(b"--- ")]
    added = data.replace(b"-> X25519", stanza + b"-> X25519", 1)
    assert refusal(open_envelope, added, MINE) == "envelope_damaged"
    label = Label("programme", LABEL.sender, [("office-xx", "Programme Management Unit")], LABEL.dispatch, "report")
    renamed = close(b"payload", [MINE.public], label, counted())
    swapped = header_of(renamed).split(b"-> X25519")[0] + data[data.index(b"-> X25519") :]
    assert label_of(swapped) == label
    assert refusal(open_envelope, swapped, MINE) == "envelope_damaged"


def test_a_later_version_is_told_apart_from_damage() -> None:
    data = close(b"payload", [MINE.public], LABEL)
    assert refusal(open_envelope, data.replace(b"/v1\n", b"/v2\n", 1), MINE) == "envelope_newer"


def test_a_reader_that_knows_no_seals_asks_for_an_update() -> None:
    assert refusal(read_manifest, close(b"payload", [MINE.public], LABEL)) == "payload_newer"


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"-> X25519\nAAAA\n",
        b"-> X25519 AAAA\nAAAA\n",
        b"-> X25519 " + b"A" * 43 + b"\n" + b"A" * 43 + b"\n",
        b"-> X25519 " + b"A" * 42 + b"B\n" + b"A" * 43 + b"\n",
        b"->\nAAAA\n",
        b"-> X25519  two\nAAAA\n",
        b"-> \xff\nAAAA\n",
        b"words\n",
        b"-> long\n" + b"A" * 65 + b"\n",
        b"-> open\n" + b"A" * 64 + b"\n",
        b"-> pad\nAA==\n",
        b"-> valise\nAAAA\n" * 300,
        b"-> wide\n" + (b"A" * 64 + b"\n") * 2000 + b"\n",
    ],
    ids=range(14),
)
def test_hostile_headers_are_refused(header: bytes) -> None:
    data = envelope.MAGIC + b"age-encryption.org/v1\n" + header + b"--- " + b"A" * 43 + b"\n" + bytes(32)
    assert refusal(open_envelope, data, MINE) in ("envelope_damaged", "sealed")
    assert refusal(label_of, data) == "envelope_damaged"


@given(st.binary(max_size=200))
@settings(max_examples=60, deadline=None)
def test_rubbish_is_refused(rubbish: bytes) -> None:
    for data in (rubbish, envelope.MAGIC + rubbish, envelope.MAGIC + b"age-encryption.org/v1\n" + rubbish):
        assert refusal(open_envelope, data, MINE) == "envelope_damaged"


@pytest.mark.parametrize("readers", [[], ["age1"], ["nonsense"], [MINE.text], [THEIRS.public[:-1] + "q"]])
def test_it_is_sealed_for_keys_only_and_never_for_nobody(readers: list[str]) -> None:
    with pytest.raises(ValueError, match=r"."):
        close(b"payload", readers, LABEL)


def test_more_readers_than_a_reader_would_look_at_are_refused() -> None:
    keys = [SealKey(hashlib.sha256(bytes([n])).digest()).public for n in range(envelope.MOST_RECIPIENTS + 1)]
    with pytest.raises(ValueError, match="recipients"):
        close(b"payload", keys, LABEL)


# keys on disk


def test_a_key_is_kept_for_its_owner_only_and_is_found_again(tmp_path: Path) -> None:
    path = tmp_path / "seal.key"
    key = sealkey.ensure(path)
    assert sealkey.ensure(path) == key == sealkey.load(path)
    assert path.stat().st_mode & 0o077 == 0
    assert path.read_text().splitlines() == [f"# public key: {key.public}", key.text]


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"AGE-SECRET-KEY-1QQQQ\n", b"x" * 100_000])
def test_a_file_that_is_no_key_says_what_to_do(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "seal.key"
    path.write_bytes(content)
    with pytest.raises(Refused, match=r"take seal\.key out of the folder") as refused:
        sealkey.ensure(path)
    assert refused.value.code == "broken_seal_key"


@given(st.text(max_size=70))
@settings(max_examples=60, deadline=None)
def test_only_a_public_key_is_one(text: str) -> None:
    assert not sealkey.is_public(text)
    assert not sealkey.is_public(MINE.public.upper())
    assert sealkey.is_public(MINE.public)
