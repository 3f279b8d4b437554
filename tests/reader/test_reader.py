"""The second reader against what released versions wrote: their state file, the document's examples, known hashes."""

import ast
import hashlib
import hmac
import io
import json
import re
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import cbor2
import pikepdf
import pytest
import zstandard

from tests.reader.age import identities, stanzas, unseal
from tests.reader.changesets import decode
from tests.reader.faults import Damaged, Waits
from tests.reader.payload import Payload, join_files, open_payload, read_body, tips
from tests.reader.pdf import identity, open_pdf, verified
from tests.reader.reader import Reading
from tests.reader.records import KINDS, rebuild, state
from tests.reader.test_rules import save

ROOT = Path(__file__).resolve().parents[2]
RELEASES = sorted(path for path in (ROOT / "tests/golden").iterdir() if (path / "state.jsonl.zst").exists())
DISPATCHES = sorted(path for folder in RELEASES for path in folder.glob("*.pdf"))
GOLDEN = ROOT / "tests/golden/0.1.0"
OFFICE = "3f0c1a52-9c1e-8a8b-b0a4-5a1f0a7e2c11"


def named(path: Path) -> str:
    """Release and name of a file."""
    return f"{path.parent.name}/{path.stem}"


def example(kind: str) -> bytes:
    """An example of the document."""
    text = (ROOT / "docs/dispatch-format.md").read_text("utf-8")
    found = re.search(rf"```hex {kind}\n(.*?)```", text, re.DOTALL)
    assert found
    return bytes.fromhex("".join(found[1].split()))


@cache
def keys_of(folder: Path) -> tuple[bytes, ...]:
    """The keys for sealed dispatches that lie in a release's backups."""
    keys: list[bytes] = []
    for name in ("hq.zip", "office.zip"):
        with zipfile.ZipFile(folder / name) as backup:
            if "seal.key" in backup.namelist():
                keys += identities(backup.read("seal.key").decode())
    return tuple(keys)


@cache
def taken(folder: Path) -> tuple[Reading, list[Any]]:
    """All dispatches of a release, with what the reader said."""
    reading, said = Reading(keys_of(folder)), list[Any]()
    reading.take_all(sorted(folder.glob("*.pdf")), said.append)
    return reading, said


def payload_of(path: Path) -> Payload:
    """The payload of a released dispatch."""
    data = open_pdf(path.read_bytes()).attachment
    return open_payload(unseal(data, keys_of(path.parent)) if data.startswith(b"VALISE\0E") else data)


@pytest.fixture(params=RELEASES, ids=lambda path: path.name)
def release(request: pytest.FixtureRequest) -> Path:
    """The folder of one release."""
    found = request.param
    assert isinstance(found, Path)
    return found


@pytest.fixture
def golden(release: Path) -> Reading:
    """What its dispatches say together."""
    return taken(release)[0]


def test_the_reader_shares_no_code_with_the_program() -> None:
    modules = sorted(Path(__file__).parent.glob("*.py"))
    assert len(modules) > 5
    for path in modules:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not [name for name in names if name.split(".")[0] in {"server", "desktop_app"}], path.name
            ours = [name for name in names if name.split(".")[0] == "tests"]
            assert all(name.startswith("tests.reader") for name in ours), path.name
            called = [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []
            assert not [text for text in called if text.startswith("server" + ".")], path.name


def test_all_dispatches_of_a_release_make_the_state_that_it_dumped(release: Path, golden: Reading) -> None:
    said = taken(release)[1]
    assert not [line for line in said if "refused" in line or "waits" in line]
    assert sum("file" in line for line in said) == len(list(release.glob("*.pdf")))
    with zstandard.open(release / "state.jsonl.zst", "rt", encoding="utf-8") as packed:
        theirs = [json.loads(line) for line in packed]
    assert state(golden.history, golden.headquarters) == [
        line for line in theirs if line.get("issue", "value") in KINDS
    ]


@pytest.mark.parametrize("path", DISPATCHES, ids=named)
def test_the_payload_is_the_attachment_that_any_pdf_reader_finds(path: Path) -> None:
    with pikepdf.open(path) as pdf:
        (name,) = pdf.attachments
        assert name == "valise-dispatch.cbor.zst"
        theirs = pdf.attachments[name].get_file().read_bytes()
    assert theirs == open_pdf(path.read_bytes()).attachment


@pytest.mark.parametrize("path", DISPATCHES, ids=named)
def test_counts_of_the_manifest(path: Path) -> None:
    payload = payload_of(path)
    found = read_body(payload, taken(path.parent)[0].history)
    assert payload.manifest["counts"] == {"changesets": len(found), "ops": sum(len(each.ops) for each in found)}
    assert all(hashlib.sha256(each.raw).digest() == each.id for each in found)


def test_what_is_sealed_is_sealed_for_the_keys_of_the_release() -> None:
    for path in DISPATCHES:
        sealed = open_pdf(path.read_bytes()).attachment.startswith(b"VALISE\0E")
        assert sealed == path.name.startswith("sealed-"), path


def test_every_tip_is_signed_by_its_owner(release: Path, golden: Reading) -> None:
    found = list(golden.tip_signatures())
    assert len(found) == sum(len(list(tips(manifest))) for manifest in golden.manifests)
    assert all(good for _, _, good in found)
    manifest = payload_of(release / "report-1.pdf").manifest
    _, _, number, message = next(tips(manifest))
    signature = manifest["signatures"][number.hex()]
    signers = [each for each in golden.certificates if verified(each, signature, message)]
    assert [identity(each)[4] for each in signers] == [manifest["from"][1]] * len(signers) != []
    assert not any(verified(each, signature, message + b"0") for each in golden.certificates)


@pytest.mark.parametrize(("setup", "first"), [("setup-1.pdf", "report-1.pdf"), ("setup-2.pdf", "hello.pdf")])
def test_first_contact_proves_the_invitation(release: Path, setup: str, first: str) -> None:
    told = payload_of(release / setup).manifest
    certificate, invitation, proof = payload_of(release / first).manifest["enrolment"]
    assert open_pdf((release / first).read_bytes()).certificates[0] == certificate
    assert invitation == told["setup"]["invitation"]
    texts = [told["setup"]["office"], told["programme"], invitation]
    parts = [b"valise first contact 1", hashlib.sha256(certificate).digest(), *(each.encode() for each in texts)]
    message = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    assert hmac.digest(told["setup"]["secret"], message, "sha256") == proof


def test_no_byte_of_a_dispatch_can_change() -> None:
    pdf = (GOLDEN / "exchange-2.pdf").read_bytes()
    container = pdf.index(b"/Contents <")
    for at in [*range(0, len(pdf), 211), *range(container - 60, container + 90), *range(len(pdf) - 9, len(pdf))]:
        with pytest.raises(Damaged):
            open_pdf(pdf[:at] + bytes([pdf[at] ^ 1]) + pdf[at + 1 :])
    for other in (pdf + b"\n", pdf[:-1], b"", b"\n" + pdf, pdf.replace(b"\n", b"\r\n"), pdf + pdf):
        with pytest.raises(Damaged):
            open_pdf(other)
    resaved = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        opened.save(resaved)
    with pytest.raises(Damaged):
        open_pdf(resaved.getvalue())


def test_a_part_waits_for_what_it_builds_on() -> None:
    reading = Reading()
    for name in ("parts-2of2.pdf", "parts-1of2.pdf", "exchange-2.pdf"):
        with pytest.raises(Waits):
            reading.take((GOLDEN / name).read_bytes())
    assert not reading.history


@pytest.mark.parametrize("place", [0, 7, 31])
def test_the_order_of_changesets_does_not_matter(golden: Reading, place: int) -> None:
    shuffled = sorted(golden.history.values(), key=lambda each: each.id[place])
    once, again = rebuild(golden.history.values(), golden.headquarters), rebuild(shuffled, golden.headquarters)
    assert once[0] == again[0]
    assert sorted(once[1], key=str) == sorted(again[1], key=str)


def test_example_of_a_payload() -> None:
    (found,) = read_body(open_payload(example("payload")), {})
    assert found.raw == example("changeset")
    assert found.id.hex() == "802e6504dd73bcfb795ee556beab258388fd01d72c549b0242ce581a81bcd085"
    for at in range(len(example("payload"))):
        wrong = bytearray(example("payload"))
        wrong[at] ^= 1
        with pytest.raises((Damaged, Waits)):
            open_payload(bytes(wrong))


def test_example_of_a_sealed_payload() -> None:
    sealed = example("sealed")
    keys = identities(
        "# a comment\nAGE-SECRET-KEY-1QYPQXPQ9QCRSSZG2PVXQ6RS0ZQG3YYC5Z5TPWXQERGD3C8G7RUSQGPQYEE\n"
    )
    assert unseal(sealed, keys) == b"payload"
    words, body = stanzas(sealed)[0][0]
    assert words == [b"valise"]
    assert decode(body)["for"] == [["office-hq", "Programme Management Unit"]]
    with pytest.raises(Damaged, match="sealed"):
        unseal(sealed, [bytes(range(32))])
    for at in range(len(sealed)):
        with pytest.raises((Damaged, Waits)):
            unseal(sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :], keys)
    for end in (len(sealed) - 1, len(sealed) - 17, 300, 8, 0):
        with pytest.raises(Damaged):
            unseal(sealed[:end], keys)


@pytest.mark.parametrize(
    "wrong",
    ["", "c000", "9fff", "5f40ff", "a2616101616102", "a10102", "0000", "f7", "f820", "61ff", "8201", 17 * "81" + "00"],
)
def test_cbor_that_a_dispatch_must_not_hold(wrong: str) -> None:
    with pytest.raises((Damaged, UnicodeDecodeError)):
        decode(bytes.fromhex(wrong))


def test_cbor_of_plain_values() -> None:
    values = {"a": [0, -1, 1 << 63, -(1 << 63), None, True, False, 1.5, 0.1, 1e300, "ж", b"\0"], "b": {"c": []}}
    assert decode(cbor2.dumps(values, canonical=True)) == values


def test_files_are_joined_from_pieces() -> None:
    data = bytes(range(256)) * 9
    digest = hashlib.sha256(data).digest()
    pieces = [(digest, len(data), at, data[at : at + 1000]) for at in (2000, 0, 900, 0, 1500)]
    assert join_files(pieces) == {digest: data}
    assert not join_files(pieces[1:2])
    assert not join_files([*pieces[:1], *pieces[2:3]])


def test_a_body_with_all_kinds_of_links_ids_and_values() -> None:
    stranger = hashlib.sha256(b"far").digest()
    whole = save(1, None, [["t", "v", {"office": OFFICE}, {}, []]], incarnation=b"v" * 16)
    change = {"stream": [0, 0, 1], "seq": [0, 0, 0], "prev": [0, 0, []], "depth": [0, 0, 4], "time": [5, -1, 1]}
    body = {
        "streams": [[b"i" * 16, "office:o"], [b"j" * 16, "office:o"]],
        "signers": [["P", "o", "d"]],
        "versions": [[1, "1"]],
        "changes": change
        | {name: [0] * 3 for name in ("doubt", "signer", "version")}
        | {"ops": [1] * 3, "more": [[1, {"k": 1}]]},
        "shapes": [["t", "a", "b"]],
        "ops": {"shape": [0, 0, 0], "row": [0, 1, 1], "link": [0, 5, 6]},
        "links": [[1, 2, 1, 2, 1, 1, 2, 3, 2, 0], [], [], stranger],
        "ids": [b"\2\1", [], b"", bytes(16), ["text-1"]],
        "values": [["t", "a", 2, [None, [1, 0], []]], ["t", "b", 3, [[2, None, 1], "жжx"]]],
        "verbatim": [[1, whole.raw]],
    }
    nil = "00000000-0000-0000-0000-000000000000"
    tail = [["P", "o", "d"], 5, 0, [1, "1"]]
    first = [1, b"i" * 16, "office:o", 1, None, 1, [], *tail, [["t", "text-1", {"a": None, "b": "жж"}, {}, []]], {}]
    one = hashlib.sha256(cbor2.dumps(first, canonical=True)).digest()
    tail[1] = 4
    op = ["t", "text-1", {"a": f"text-1 {nil}", "b": None}, {"a": [0], "b": [0]}, [0]]
    then = [1, b"i" * 16, "office:o", 2, one, 2, [one], *tail, [op], {"k": 1}]
    two = hashlib.sha256(cbor2.dumps(then, canonical=True)).digest()
    tail[1] = 5
    refs = sorted([stranger, one, two])
    near = sorted([refs.index(one), refs.index(two)])
    op = ["t", "text-1", {"a": "", "b": "x"}, {"a": [refs.index(stranger)], "b": near}, []]
    last = [1, b"j" * 16, "office:o", 1, None, 7, refs, *tail, [op], {}]
    three = hashlib.sha256(cbor2.dumps(last, canonical=True)).digest()
    body["check"] = hashlib.sha256(one + whole.id + two + three).digest()
    payload = Payload({"streams": []}, body, [])
    assert [each.id for each in read_body(payload, {})] == [one, whole.id, two, three]
    links = [[*body["links"][0], 0], [], [], stranger]  # one more than is taken
    for wrong in (body | {"check": bytes(32)}, body | {"verbatim": []}, body | {"links": links}):
        with pytest.raises(Damaged):
            read_body(Payload({"streams": []}, wrong, []), {})
