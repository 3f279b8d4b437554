"""What a changeset is, and the bytes that its id is the hash of.

The bytes are deterministic CBOR (RFC 8949 §4.2.1) of this array; docs/dispatch-format.md is the reference:

    [1, incarnation, scope, seq, prev, depth, [ref …],
     [person, office, device], claimed, doubt, [schema, app], [op …], {more}]
    op = [table, row, {field: value}, {field: [index into refs …]}, [index into refs …]]

The id is the whole SHA-256 (32 bytes). Ids do not travel (receivers recompute them), so that their length costs nothing
in a dispatch, while 20 bytes would put a prepared collision within a state's reach.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import cbor2

from server.base.errors import Refused
from server.base.i18n import _

#: The format of changesets that this version writes; it reads this one and keeps elements it does not know.
FORMAT = 1
#: Counts up when a travelling table or column is added; written into every changeset and manifest.
SCHEMA = 2
#: Elements of a changeset and of an op in format 1; a later version may append more.
_ELEMENTS, _OP_ELEMENTS = 13, 5
#: Deepest nesting of arrays and maps in a changeset: ops, values, and six more for values of later versions.
DEPTH = 10
#: what a map that is left out is: one for all, because a large dispatch makes a hundred thousand
_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Op:
    """What one save did to one row.

    `values` holds the fields it wrote; `preds` names, per field, the changesets whose value it replaced (ids);
    `seen` names the heads of the row its author saw: all of them for a deletion, one as an anchor when no field has
    a predecessor, none otherwise.
    """

    table: str
    row: str
    values: Mapping[str, Any]
    preds: Mapping[str, Sequence[bytes]] = field(default_factory=lambda: _NOTHING)
    seen: Sequence[bytes] = ()

    @property
    def deletes(self) -> bool:
        """Whether it deletes the row."""
        return bool(self.values.get("deleted"))


@dataclass(frozen=True, slots=True)
class Changeset:
    """One save, as decoded from or encoded to `raw`. Times are seconds since 1970 UTC; ids are 32 bytes.

    `id` is the SHA-256 of `raw`, and empty until there is one.
    """

    incarnation: str
    scope: str
    seq: int
    prev: bytes | None
    depth: int
    person: str
    office: str
    device: str
    claimed: int
    ops: Sequence[Op]
    doubt: int = 0
    schema: int = SCHEMA
    app: str = ""
    more: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    refs: Sequence[bytes] = ()
    raw: bytes = b""
    id: bytes = field(default=b"", init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.raw:
            object.__setattr__(self, "id", changeset_id(self.raw))

    @property
    def stream(self) -> str:
        """Key of its stream: incarnation and scope."""
        return stream_key(self.incarnation, self.scope)


def stream_key(incarnation: str, scope: str) -> str:
    """The name of a stream in tips: `<32 hex digits>/<scope>`."""
    return f"{incarnation}/{scope}"


def split_key(key: str) -> tuple[str, str]:
    """(incarnation, scope) of a stream key."""
    incarnation, _slash, scope = key.partition("/")
    return incarnation, scope


def changeset_id(raw: bytes) -> bytes:
    """The id of the changeset whose canonical bytes are `raw`."""
    return hashlib.sha256(raw).digest()


def refs_of(ops: Sequence[Op]) -> list[bytes]:
    """Every changeset that `ops` name, sorted, once."""
    named: set[bytes] = set()
    for op in ops:
        if op.preds or op.seen:
            named.update(op.seen, *op.preds.values())
    return sorted(named)


def encode(change: Changeset) -> bytes:
    """The canonical bytes of a changeset. `refs` and `raw` of the argument are ignored: refs follow from its ops."""
    return dump(_parts(change, refs_of(change.ops)))


def _parts(change: Changeset, refs: list[bytes]) -> list[Any]:
    place = {ref: i for i, ref in enumerate(refs)}
    return [
        FORMAT, bytes.fromhex(change.incarnation), change.scope, change.seq, change.prev, change.depth, refs,
        [change.person, change.office, change.device], change.claimed, change.doubt, [change.schema, change.app],
        [_op_parts(op, place) for op in change.ops], dict(change.more),
    ]  # fmt: skip


def _op_parts(op: Op, place: Mapping[bytes, int]) -> list[Any]:
    preds = {name: sorted([place[i] for i in ids]) for name, ids in op.preds.items() if ids} if op.preds else {}
    return [op.table, op.row, dict(op.values), preds, sorted([place[i] for i in op.seen]) if op.seen else []]


def dump(value: object) -> bytes:
    """Deterministic CBOR of plain values (text, numbers, bytes, true, false, null, arrays, maps with text keys)."""
    return cbor2.dumps(value, canonical=True)


def sealed(change: Changeset, *, in_order: bool = False) -> Changeset:
    """The changeset with its refs and canonical bytes filled in; the one given is not to be used any more.

    With `in_order` the caller vouches that the keys of all maps stand in canonical order and that no value needs more
    than one way of writing it (no floats, arrays, maps): the bytes are the same, made in half the time.
    """
    refs = refs_of(change.ops)
    parts = _parts(change, refs)
    raw = cbor2.dumps(parts) if in_order else dump(parts)
    object.__setattr__(change, "refs", refs)
    object.__setattr__(change, "raw", raw)
    object.__setattr__(change, "id", changeset_id(raw))
    return change


def key_order(name: str) -> tuple[int, bytes]:
    """Sorting names by this gives the order of map keys in canonical bytes (RFC 8949 §4.2.1)."""
    data = name.encode()
    return len(data), data


def _forbidden(*_args: object, **_kwargs: object) -> object:
    raise ValueError("tag")


#: Tags would make a reader build dates, big numbers and patterns from hostile bytes: none is part of the format.
_TAGS = dict.fromkeys(
    (0, 1, 2, 3, 4, 5, 25, 28, 29, 30, 35, 36, 37, 52, 54, 100, 256, 258, 260, 261, 1004, 43000, 55799), _forbidden
)


def load(data: bytes, depth: int = DEPTH) -> Any:
    """Plain values from CBOR: no tags, no indefinite lengths, no repeated keys, bounded depth.

    Raises ValueError or a CBORError for anything else, bytes after the value included.
    """
    source = io.BytesIO(data)
    decoder = cbor2.CBORDecoder(
        source,
        tag_hook=_forbidden,
        semantic_decoders=_TAGS,
        max_depth=depth,
        allow_indefinite=False,
        allow_duplicate_keys=False,
        strict_hashable_types=True,
    )
    value = decoder.decode()
    if source.tell() != len(data):
        raise ValueError("bytes after the value")
    return value


def malformed() -> Refused:
    """The refusal of bytes that are no changeset."""
    return Refused(
        _("The data in this file is damaged. Ask the sender to send the dispatch again."), "changeset_malformed"
    )


def decode(raw: bytes) -> Changeset:
    """The changeset in `raw`. Raises Refused: `changeset_newer` for a later format, else `changeset_malformed`."""
    try:
        return _decode(raw)
    except Refused:
        raise
    except Exception as failure:  # any byte string may come here, and decoders fail in many ways
        raise malformed() from failure


def _decode(raw: bytes) -> Changeset:
    parts = load(raw)
    if isinstance(parts, list) and parts and isinstance(parts[0], int) and parts[0] > FORMAT:
        raise Refused(_("This was written by a newer Valise. Update Valise, then open it again."), "changeset_newer")
    if parts[0] != FORMAT or len(parts) < _ELEMENTS:
        raise malformed()
    incarnation, scope, seq, prev, depth, refs, signer = parts[1:8]
    claimed, doubt, versions, ops, more = parts[8:_ELEMENTS]
    person, office, device = signer[:3]
    change = Changeset(
        incarnation=incarnation.hex(), scope=scope, seq=seq, prev=prev, depth=depth, person=person, office=office,
        device=device, claimed=claimed, ops=[_op(op, refs) for op in ops], doubt=doubt, schema=versions[0],
        app=versions[1], more=more, refs=refs, raw=raw,
    )  # fmt: skip
    _check(change, incarnation)
    return change


def _op(parts: list[Any], refs: list[bytes]) -> Op:
    if len(parts) < _OP_ELEMENTS:
        raise malformed()
    table, row, values, preds, seen = parts[:_OP_ELEMENTS]
    named = isinstance(values, dict) and all(type(name) is str for name in values)
    if not (named and isinstance(table, str) and isinstance(row, str)):
        raise malformed()
    if not preds and not seen:
        return Op(table, row, values)
    if not preds.keys() <= values.keys():
        raise malformed()
    replaced = {name: [refs[_index(i)] for i in places] for name, places in preds.items()}
    return Op(table, row, values, replaced, [refs[_index(i)] for i in seen])


def _index(place: Any) -> int:
    """A place among refs; Python would count negative ones from the end, and other readers would not."""
    if type(place) is not int or place < 0:
        raise malformed()
    return place


def _check(change: Changeset, incarnation: bytes) -> None:
    """The rules of form that need nothing but the changeset itself."""
    numbers = (change.seq, change.depth, change.claimed, change.doubt, change.schema)
    texts = (change.scope, change.person, change.office, change.device, change.app)
    ids = change.refs if change.prev is None else (*change.refs, change.prev)
    sound = (
        len(incarnation) == 16
        and all(type(n) is int and -(1 << 63) <= n < 1 << 63 for n in numbers)
        and all(isinstance(t, str) for t in texts)
        and all(isinstance(i, bytes) and len(i) == 32 for i in ids)
        and change.seq >= 1
        and change.depth >= 1
        and (change.prev is None) == (change.seq == 1)
        and isinstance(change.more, dict)
        and len({(op.table, op.row) for op in change.ops}) == len(change.ops)
    )
    if not sound:
        raise malformed()
