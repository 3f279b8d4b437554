"""What a dispatch of the benchmarks says about itself, and its changes as the JSON that its bytes are held against."""

from __future__ import annotations

import json
from collections.abc import Sequence

import zstandard

from server.sync.canonical import Changeset
from server.sync.manifest import Manifest
from server.sync.tips import Tips


def manifest(base: Tips | None = None, tips: Tips | None = None) -> Manifest:
    """The manifest of a country office's report."""
    return Manifest(
        dispatch="01" * 16, programme="programme", kind="report", from_office="office", from_device="device",
        from_incarnation="02" * 16, number=1, serial=1, to_office="headquarters", made=1_500_000_000, base=base or {},
        tips=tips or {}, app="0.1.0",
    )  # fmt: skip


def values_as_json(changes: Sequence[Changeset]) -> bytes:
    """The changed values alone, as short as JSON says them: [[table, record, {field: value}] ...]."""
    told = [[op.table, op.row, dict(op.values)] for change in changes for op in change.ops]
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def squeezed(data: bytes) -> int:
    """Bytes that `zstd -19` makes of it."""
    return len(zstandard.ZstdCompressor(level=19).compress(data))
