"""A second reader of dispatches, written from docs/dispatch-format.md alone: all its parts together.

It shares no code with the program: where the two differ, the document, the program or this file is wrong.
"""

import argparse
import base64
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.reader.age import identities, unseal
from tests.reader.changesets import Changeset
from tests.reader.faults import Damaged, Waits, need
from tests.reader.payload import join_files, open_payload, read_body, tips
from tests.reader.pdf import identity, issued, open_pdf, verified
from tests.reader.records import lists, may_write, rebuild


class Reading:
    """What a number of dispatches say together."""

    def __init__(self, keys: Sequence[bytes] = ()) -> None:
        self.keys, self.history, self.manifests = keys, dict[bytes, Changeset](), list[dict[str, Any]]()
        self.pieces, self.certificates = list[tuple[bytes, int, int, bytes]](), set[bytes]()
        self.root = b""

    @property
    def headquarters(self) -> set[str]:
        """The offices that the programme's root names as headquarters."""
        known = [each for each in self.certificates if identity(each)[0] == "hq" and issued(each, self.root)]
        return {identity(each)[2] for each in known}

    def take(self, pdf: bytes) -> tuple[dict[str, Any], list[Changeset]]:
        """Take a dispatch in, or raise what is against it; its manifest and its changesets."""
        data, certificates = open_pdf(pdf)
        payload = open_payload(unseal(data, self.keys) if data.startswith(b"VALISE\0E") else data)
        manifest, (role, programme, office, _, device) = payload.manifest, identity(certificates[0])
        need([programme, office, device] == [manifest["programme"], *manifest["from"][:2]], "signer_mismatch")
        need(role == "hq" or (role == "office" and manifest["kind"] in {"report", "exchange"}), "not_hq")
        if role == "hq":
            root = self.root or next((each for each in certificates if issued(certificates[0], each)), b"")
            need(root and issued(certificates[0], root), "unknown_root")
            need(manifest["kind"] != "setup" or manifest["setup"]["root"] == root, "unknown_root")
            self.root = root
        self.certificates |= {certificates[0], *manifest.get("enrolment", [])[:1]}
        found = read_body(payload, self.history)
        if role != "hq":
            found = self.proved(manifest, found, office)
        self.history = self.fitting(found)
        self.certificates |= self.listed()
        self.pieces += payload.pieces
        self.manifests.append(manifest)
        return manifest, found

    def fitting(self, found: Sequence[Changeset]) -> dict[bytes, Changeset]:
        """The history with these; raises what is against them."""
        after, headquarters = self.history | {each.id: each for each in found}, self.headquarters
        shown = lists(after, headquarters)
        lost = {values.get("changeset") for (table, _row), values in shown.items() if table == "lost_change"}
        for each in found:
            named = [number for number in [each.prev, *each.refs] if number]
            away = [number for number in named if number not in after]
            waits = away if may_write(each, headquarters) else [number for number in away if number == each.prev]
            if any(number.hex() not in lost for number in waits):
                raise Waits(f"for what {each.id.hex()} builds on")
            before = after.get(each.prev or b"")
            need(before is None or (before.stream, before.seq) == (each.stream, each.seq - 1), "changeset_chain")
            least = 1 + max((after[number].depth for number in named if number in after), default=0)
            need(each.depth >= least if away else each.depth == least, "changeset_chain")
        return after

    def proved(self, manifest: dict[str, Any], found: Sequence[Changeset], office: str) -> list[Changeset]:
        """Of what an office hands on, what is its own, here already, or before an end that its author signed."""
        given, vouched = {each.id: each for each in found}, set[bytes]()
        for stream, _seq, number, message in tips(manifest):
            signature = manifest.get("signatures", {}).get(number.hex(), b"")
            offices = {identity(each)[2] for each in self.certificates if verified(each, signature, message)}
            at = given.get(number)
            while at is not None and at.stream == stream and at.signer[1] in offices:
                vouched.add(at.id)
                at = given.get(at.prev or b"")
        here, counted = set(self.history), list[Changeset]()
        for each in found:
            named = {number for number in [each.prev, *each.refs] if number}
            if each.signer[1] == office or each.id in here or (each.id in vouched and named <= here):
                counted.append(each)
                here.add(each.id)
        return counted

    def listed(self) -> set[bytes]:
        """The certificates in the table `device`."""
        shown = lists(self.history, self.headquarters)
        texts = [values.get("certificate") for (table, _row), values in shown.items() if table == "device"]
        return {base64.b64decode(text) for text in texts if text}

    def take_all(self, paths: Iterable[Path], say: Callable[[object], None]) -> None:
        """Take dispatches in, whatever their order."""
        left, before = dict.fromkeys(paths, ""), -1
        while len(left) != before:
            before = len(left)
            for path in list(left):
                try:
                    manifest, found = self.take(path.read_bytes())
                except Waits as error:
                    left[path] = str(error)
                    continue
                except Damaged as error:
                    say({"file": path.name, "refused": str(error)})
                else:
                    names = ("kind", "from", "to", "number", "serial", "part", "made", "counts")
                    say({"file": path.name} | {name: manifest[name] for name in names if name in manifest})
                    for each in found:
                        say({"changeset": each.id, "stream": each.stream, "seq": each.seq, "signer": each.signer,
                             "ops": [[op.table, op.row, op.values] for op in each.ops]})  # fmt: skip
                del left[path]
        for path, why in left.items():
            say({"file": path.name, "waits": why})

    def tip_signatures(self) -> Iterator[tuple[str, int, bool]]:
        """Stream, seq, and whether a known device (the stream's own, if it is known) signed this tip."""
        for manifest in self.manifests:
            for stream, seq, number, message in tips(manifest):
                here, signature = self.history.get(number), manifest.get("signatures", {}).get(number.hex(), b"")
                owners = [c for c in self.certificates if not here or identity(c)[2::2] == here.signer[1:3]]
                yield stream, seq, any(verified(each, signature, message) for each in owners)


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--key", type=Path, help="the identity file seal.key")
    options = parser.parse_args(arguments)

    def say(line: object) -> None:
        sys.stdout.write(json.dumps(line, ensure_ascii=False, default=lambda data: data.hex()) + "\n")

    reading = Reading(identities(options.key.read_text()) if options.key else [])
    reading.take_all(options.files, say)
    for stream, seq, good in dict.fromkeys(reading.tip_signatures()):
        say({"tip": stream, "seq": seq, "signature": good})
    records, issues = rebuild(reading.history.values(), reading.headquarters)
    for (table, row), record in sorted(records.items()):
        say({"table": table, "id": row, "hidden": record.hidden, **record.values})
    for issue in issues:
        say(issue)
    for digest, data in join_files(reading.pieces).items():
        say({"file of": digest, "size": len(data)})


if __name__ == "__main__":
    main()
