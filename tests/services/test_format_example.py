"""The worked example of docs/dispatch-format.md: its bytes are what the document says they are, step by step."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

import zstandard

from server.sync import envelope, sealkey
from server.sync.canonical import Changeset, Op, dump, load, sealed
from server.sync.envelope import Label
from server.sync.limits import DEFAULT, Limits
from server.sync.manifest import Manifest
from server.sync.payload import read_payload, write_payload
from server.sync.sealkey import SealKey
from tests.sync.test_envelope import counted

DOCUMENT = (Path(__file__).resolve().parents[2] / "docs" / "dispatch-format.md").read_text(encoding="utf-8")
INCARNATION = "00112233445566778899aabbccddeeff"
ROW, OFFICE = "01490f2e-1c00-7000-8000-000000000001", "3f0c1a52-9c1e-8a8b-b0a4-5a1f0a7e2c11"


def change() -> Changeset:
    """An office logs one activity."""
    values = {"office": OFFICE, "title": "Launch", "women": 12, "place": None}
    ops = [Op("activity", ROW, values)]
    return sealed(Changeset(INCARNATION, f"office:{OFFICE}", 1, None, 1, "Officer", OFFICE, "laptop-1", 1400054400,
                            ops, app="0.1.0", schema=1))  # fmt: skip


def manifest() -> Manifest:
    """Its dispatch to headquarters."""
    return Manifest(
        "0f" * 16, "programme-1", "report", OFFICE, "laptop-1", INCARNATION, to_office="office-hq", person="Officer",
        made=1400054460, tips={f"{INCARNATION}/office:{OFFICE}": [(1, change().id.hex())]}, app="0.1.0", schema=1,
    )  # fmt: skip


def payload() -> bytes:
    """The payload of the example."""
    return write_payload(manifest(), [change()])


def diagnostic(value: Any) -> str:
    """CBOR's diagnostic notation (RFC 8949 §8) of plain values."""
    if isinstance(value, bytes):
        return f"h'{value.hex()}'"
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, dict):
        return "{" + ", ".join(f"{diagnostic(k)}: {diagnostic(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(diagnostic, value)) + "]"
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def unsqueezed(frame: bytes) -> bytes:
    """What is in a Zstandard frame."""
    return zstandard.ZstdDecompressor().decompress(frame)


def blocks() -> dict[str, bytes]:
    """The document's blocks of hexadecimal digits, by the word behind their fence."""
    found = re.findall(r"```hex (\w+)\n(.*?)```", DOCUMENT, re.DOTALL)
    return {name: bytes.fromhex(re.sub(r"\s+", "", text)) for name, text in found}


def notes() -> dict[str, str]:
    """The document's blocks in diagnostic notation, on one line each."""
    found = re.findall(r"```cbor (\w+)\n(.*?)```", DOCUMENT, re.DOTALL)
    return {name: flat(text) for name, text in found}


def flat(text: str) -> str:
    """Without line breaks and the blanks after brackets that come with them."""
    return re.sub(r"(?<=[\[{]) | (?=[\]}])", "", re.sub(r"\s+", " ", text)).strip()


def test_the_payload_is_the_one_it_says() -> None:
    read = read_payload(blocks()["payload"])
    assert read.raws == [change().raw]
    assert (read.manifest.dispatch, read.manifest.tips) == (manifest().dispatch, manifest().tips)
    assert read.manifest == read_payload(payload()).manifest


def test_its_sections_are_where_it_says() -> None:
    data = blocks()["payload"]
    head, body = int.from_bytes(data[8:12], "big"), int.from_bytes(data[12:16], "big")
    assert data[:8] == b"VALISE\x00\x01"
    assert f"{head} bytes of manifest and {body} bytes of body" in DOCUMENT
    assert 16 + head + body + 32 == len(data)
    assert hashlib.sha256(data[:-32]).digest() == data[-32:]
    assert diagnostic(load(unsqueezed(data[16 : 16 + head]), 16)) == notes()["manifest"]
    assert diagnostic(load(unsqueezed(data[16 + head : 16 + head + body]), 16)) == notes()["body"]


def test_the_changeset_is_the_one_it_says() -> None:
    raw = blocks()["changeset"]
    assert raw == change().raw == dump(load(raw))
    assert diagnostic(load(raw)) == notes()["changeset"]
    assert hashlib.sha256(raw).hexdigest() in re.sub(r"\s", "", DOCUMENT)
    assert hashlib.sha256(hashlib.sha256(raw).digest()).hexdigest() in re.sub(r"\s", "", notes()["body"])


def test_the_sealed_one_opens_with_its_key() -> None:
    (key,) = re.findall(r"AGE-SECRET-KEY-1[A-Z0-9]{58}", DOCUMENT)
    data = blocks()["sealed"]
    assert envelope.open_envelope(data, sealkey.of_text(key)) == b"payload"
    assert data == envelope.close(b"payload", [sealkey.of_text(key).public], LABEL, counted())
    assert diagnostic(load(envelope._header(data).stanzas[0].body)) == notes()["label"]


#: of the sealed example
LABEL = Label("programme-1", (OFFICE, "laptop-1"), [("office-hq", "Programme Management Unit")], "0f" * 16, "report")
KEY = SealKey(bytes(range(1, 33)))


def test_the_limits_are_those_that_are_kept() -> None:
    told = dict(re.findall(r"^\| `(\w+)` \| ([\d ]+) \|", DOCUMENT, re.MULTILINE))
    assert {name: int(number.replace(" ", "")) for name, number in told.items()} == {
        name: getattr(DEFAULT, name) for name in Limits.__dataclass_fields__
    }


def wrapped(data: bytes) -> str:
    digits = data.hex()
    return "\n".join(digits[at : at + 96] for at in range(0, len(digits), 96))


def example_text() -> str:
    """For whoever writes the document anew."""
    data = payload()
    head, body = int.from_bytes(data[8:12], "big"), int.from_bytes(data[12:16], "big")
    return "\n\n".join([
        f"```hex payload\n{wrapped(data)}\n```", f"{head} bytes of manifest, {body} bytes of body",
        f"```cbor manifest\n{diagnostic(load(unsqueezed(data[16 : 16 + head]), 16))}\n```",
        f"```cbor body\n{diagnostic(load(unsqueezed(data[16 + head : 16 + head + body]), 16))}\n```",
        f"```hex changeset\n{wrapped(change().raw)}\n```", f"```cbor changeset\n{diagnostic(load(change().raw))}\n```",
        change().id.hex(), KEY.text,
        f"```hex sealed\n{wrapped(envelope.close(b'payload', [KEY.public], LABEL, counted()))}\n```",
        "```cbor label\n" + diagnostic(load(envelope._header(
            envelope.close(b"payload", [KEY.public], LABEL, counted())).stanzas[0].body)) + "\n```",
    ])  # fmt: skip
