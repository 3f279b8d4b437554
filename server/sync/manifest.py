"""The cover of a dispatch's data: who sends what to whom, on top of what, and what the sender holds.

On the wire it is a CBOR map with the keys of `_KEYS`; docs/dispatch-format.md is the reference. Keys of a later version
are kept in `extra` and written back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from server.base.errors import Refused
from server.base.i18n import _
from server.sync.canonical import SCHEMA
from server.sync.tips import Tips

#: What a reader must understand to open what this version writes; raised only when an older one would misread it.
READER = 1
#: Kinds of dispatches.
KINDS = ("report", "setup", "circular", "exchange")


@dataclass(frozen=True)
class FileEntry:
    """A file, or a piece of it, that the dispatch carries. `offset` and `length` in bytes of the whole of `size`."""

    sha256: str
    size: int
    offset: int
    length: int


@dataclass(frozen=True)
class Enrolment:
    """What an office's first dispatch brings: its certificate (DER) with proof of the invitation."""

    certificate: bytes
    invitation: str
    proof: bytes


@dataclass(frozen=True)
class Setup:
    """What headquarters gives a new office: the programme's root certificate (DER) and a one-time invitation."""

    root: bytes
    invitation: str
    secret: bytes
    office: str
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Manifest:
    """All that is said about a dispatch beside its changes.

    `dispatch` is its id (32 hex digits), the same for all parts. `number` counts the sender's dispatches to this
    receiver (a gap is a missing dispatch), `serial` all of the sender's incarnation. `base` are the receiver's
    acknowledged tips that the changes build on, `tips` what the sender holds: that is its acknowledgement. `durable`
    is what its verified backup covers. `made` is in seconds since 1970 UTC. `pages` is the SHA-256 of the PDF's
    pages before sealing. `encryption` is the public key that dispatches for the sender are sealed for, until
    headquarters' list has it. `wants` and `blobs` name files by SHA-256 (hex): asked for, and (with bytes) referred to.
    """

    dispatch: str
    programme: str
    kind: str
    from_office: str
    from_device: str
    from_incarnation: str
    number: int = 1
    serial: int = 1
    part: int = 1
    parts: int = 1
    to_office: str | None = None
    to_incarnation: str | None = None
    person: str = ""
    made: int = 0
    base: Tips = field(default_factory=dict)
    tips: Tips = field(default_factory=dict)
    signatures: Mapping[str, bytes] = field(default_factory=dict)
    durable: Tips | None = None
    schema: int = SCHEMA
    reader: int = READER
    app: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    blobs: Sequence[tuple[str, int]] = ()
    wants: Sequence[str] = ()
    files: Sequence[FileEntry] = ()
    period: str | None = None
    languages: Sequence[str] = ()
    enrolment: Enrolment | None = None
    setup: Setup | None = None
    pages: bytes | None = None
    encryption: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def full(self) -> bool:
        """Whether it builds on nothing, so that anybody can take it in."""
        return not self.base


_KEYS = frozenset({
    "id", "programme", "kind", "from", "to", "number", "serial", "part", "person", "made", "streams", "base", "tips",
    "signatures", "durable", "schema", "reader", "app", "counts", "blobs", "wants", "files", "period", "languages",
    "enrolment", "setup", "pages", "encryption",
})  # fmt: skip


def to_wire(m: Manifest) -> dict[str, Any]:
    """The manifest as plain CBOR values. Empty things are left out; streams are named once and then by number."""
    streams = sorted({key for ends in (m.base, m.tips, m.durable or {}) for key in ends})
    number = {key: i for i, key in enumerate(streams)}

    def ends(of: Tips) -> list[Any]:
        return [[number[key], [[seq, bytes.fromhex(i)] for seq, i in of[key]]] for key in sorted(of)]

    wire: dict[str, Any] = {
        **m.extra,
        "id": bytes.fromhex(m.dispatch),
        "programme": m.programme,
        "kind": m.kind,
        "from": [m.from_office, m.from_device, bytes.fromhex(m.from_incarnation)],
        "to": [m.to_office, bytes.fromhex(m.to_incarnation) if m.to_incarnation else None],
        "number": m.number,
        "serial": m.serial,
        "part": [m.part, m.parts],
        "made": m.made,
        "schema": m.schema,
        "reader": m.reader,
    }
    optional = {
        "person": m.person,
        "app": m.app,
        "streams": streams,
        "base": ends(m.base),
        "tips": ends(m.tips),
        "signatures": {i: m.signatures[i] for i in sorted(m.signatures)},
        "counts": dict(m.counts),
        "blobs": [[bytes.fromhex(sha), size] for sha, size in m.blobs],
        "wants": [bytes.fromhex(sha) for sha in m.wants],
        "files": [[bytes.fromhex(f.sha256), f.size, f.offset, f.length] for f in m.files],
        "period": m.period,
        "languages": list(m.languages),
        "enrolment": [m.enrolment.certificate, m.enrolment.invitation, m.enrolment.proof] if m.enrolment else None,
        "setup": _setup_out(m.setup) if m.setup else None,
        "pages": m.pages,
        "encryption": m.encryption,
    }
    wire.update({key: value for key, value in optional.items() if value})
    if m.durable is not None:
        wire["durable"] = ends(m.durable)
    return wire


def _setup_out(setup: Setup) -> dict[str, Any]:
    return {
        **setup.extra,
        "root": setup.root,
        "invitation": setup.invitation,
        "secret": setup.secret,
        "office": setup.office,
    }


def from_wire(wire: Any) -> Manifest:
    """The manifest in plain CBOR values. Raises Refused: `payload_newer` when this version must not read it, else
    `payload_manifest`."""
    if isinstance(wire, dict) and isinstance(wire.get("reader"), int) and wire["reader"] > READER:
        raise Refused(_("This was written by a newer Valise. Update Valise, then open it again."), "payload_newer")
    try:
        manifest = _read(wire)
        _check(manifest)
    except Exception as failure:  # hostile bytes: anything may be of any type
        sentence = _("The cover of this dispatch cannot be read. Ask the sender to send it again.")
        raise Refused(sentence, "payload_manifest") from failure
    return manifest


def _read(wire: Mapping[str, Any]) -> Manifest:
    streams = wire.get("streams", [])

    def ends(of: Any) -> dict[str, list[tuple[int, str]]]:
        return {streams[i]: [(seq, tip.hex()) for seq, tip in pairs] for i, pairs in of}

    enrolment, setup = wire.get("enrolment"), wire.get("setup")
    to_office, to_incarnation = wire["to"][:2]
    return Manifest(
        dispatch=wire["id"].hex(), programme=wire["programme"], kind=wire["kind"],
        from_office=wire["from"][0], from_device=wire["from"][1], from_incarnation=wire["from"][2].hex(),
        to_office=to_office, to_incarnation=to_incarnation.hex() if to_incarnation else None,
        number=wire["number"], serial=wire["serial"], part=wire["part"][0], parts=wire["part"][1],
        person=wire.get("person", ""), made=wire["made"], base=ends(wire.get("base", [])),
        tips=ends(wire.get("tips", [])), signatures=dict(wire.get("signatures", {})),
        durable=ends(wire["durable"]) if "durable" in wire else None, schema=wire["schema"], reader=wire["reader"],
        app=wire.get("app", ""), counts=dict(wire.get("counts", {})),
        blobs=tuple((sha.hex(), size) for sha, size in wire.get("blobs", [])),
        wants=tuple(sha.hex() for sha in wire.get("wants", [])),
        files=tuple(FileEntry(f[0].hex(), f[1], f[2], f[3]) for f in wire.get("files", [])),
        period=wire.get("period"), languages=tuple(wire.get("languages", [])),
        enrolment=Enrolment(*enrolment[:3]) if enrolment else None, setup=_setup_in(setup) if setup else None,
        pages=wire.get("pages"), encryption=wire.get("encryption"),
        extra={key: value for key, value in wire.items() if key not in _KEYS},
    )  # fmt: skip


def _setup_in(wire: Mapping[str, Any]) -> Setup:
    named = ("root", "invitation", "secret", "office")
    extra = {key: value for key, value in wire.items() if key not in named}
    return Setup(wire["root"], wire["invitation"], wire["secret"], wire["office"], extra)


def _check(m: Manifest) -> None:
    """Types and ranges, so that nobody behind this border has to doubt them."""
    texts = (m.programme, m.kind, m.from_office, m.from_device, m.person, m.app, m.to_office or "", m.period or "",
             m.encryption or "")
    ends = [end for tips in (m.base, m.tips, m.durable or {}) for key in tips for end in tips[key]]
    numbers = [m.number, m.serial, m.part, m.parts, m.made, m.schema, m.reader, *m.counts.values()]
    numbers += [n for f in m.files for n in (f.size, f.offset, f.length)] + [size for _sha, size in m.blobs]
    shas = [f.sha256 for f in m.files] + [sha for sha, _size in m.blobs] + list(m.wants) + [i for _seq, i in ends]
    blobs = [*m.signatures.values(), *([m.enrolment.certificate, m.enrolment.proof] if m.enrolment else [])]
    blobs += [m.setup.root, m.setup.secret] if m.setup else []
    blobs += [m.pages] if m.pages is not None else []
    sound = (
        all(isinstance(t, str) for t in (*texts, *m.languages, *m.signatures, *m.counts))
        and all(isinstance(key, str) for tips in (m.base, m.tips, m.durable or {}) for key in tips)
        and all(type(n) is int and 0 <= n < 1 << 53 for n in [*numbers, *(seq for seq, _i in ends)])
        and all(len(sha) == 64 for sha in shas)
        and all(isinstance(b, bytes) for b in blobs)
        and len(m.dispatch) == len(m.from_incarnation) == 32
        and 1 <= m.part <= m.parts
    )
    if not sound:
        raise ValueError("manifest")
