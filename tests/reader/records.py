"""From changes to records: what shows, and what people must look at."""

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from pathlib import Path
from typing import Any, NamedTuple

import cbor2

from tests.reader.changesets import Changeset, Op

DOCUMENT = (Path(__file__).resolve().parents[2] / "docs/dispatch-format.md").read_text("utf-8")
FRAMEWORK = {*re.findall(r"`(\w+)`", DOCUMENT.partition("The framework's tables are ")[2].partition(".\n")[0])}
LISTED = DOCUMENT.partition("\n### Tables and fields\n")[2].partition("\n### ")[0]
TABLES = {*re.findall(r"^\| (\w+) \|", LISTED, re.MULTILINE)} - {"table"}
LISTS = {"device", "adopted_change", "lost_change"}
KINDS = {"value", "delete", "clash", "quarantine", "fork"}

Counting = dict[tuple[str, str], dict[bytes, Op]]
Key = tuple[str, str]


def may_write(each: Changeset, headquarters: Set[str]) -> bool:
    """Whether a changeset's office may write in its scope."""
    office = each.signer[1]
    return office in headquarters if each.scope == "framework" else each.scope == f"office:{office}"


def _ignored(
    each: Changeset, op: Op, known: Mapping[bytes, Changeset], headquarters: Set[str], revoked: Set[bytes]
) -> str:
    """Why an op does not count; nothing when it does."""
    framework = each.scope == "framework"
    if not may_write(each, headquarters):
        return "author"
    if each.id in revoked and op.table not in LISTS:
        return "revoked"
    if op.table in TABLES and (op.table in FRAMEWORK) != framework:
        return "table"
    named = [*op.seen, *(number for found in op.replaced.values() for number in found)]
    if any(number in known and known[number].scope != each.scope for number in named):
        return "foreign"
    if framework or (named and "office" not in op.values):
        return ""
    return "" if f"office:{op.values.get('office')}" == each.scope else "owner"


class Record(NamedTuple):
    """A record: the heads of its fields, the values it shows, and whether it is deleted."""

    heads: dict[str, list[bytes]]
    values: dict[str, Any]
    hidden: bool


def _records(counting: Counting, known: Mapping[bytes, Changeset]) -> tuple[dict[Key, Record], list[dict[str, Any]]]:
    """Records and issues of the ops that count."""
    records, issues = dict[Key, Record](), list[dict[str, Any]]()
    for (table, row), ops in counting.items():
        heads, values = dict[str, list[bytes]](), dict[str, Any]()
        for name in sorted({name for op in ops.values() for name in op.values}):
            replaced = {number for op in ops.values() for number in op.replaced.get(name, [])}
            found = sorted(number for number, op in ops.items() if name in op.values and number not in replaced)
            shown = max(found, key=lambda number: (known[number].depth, number), default=b"")
            if found:
                heads[name], values[name] = found, ops[shown].values[name]
            contents = {cbor2.dumps(ops[number].values[name], canonical=True) for number in found}
            if name != "deleted" and len(contents) > 1:
                info: dict[str, Any] = {"heads": found, "shown": shown}
                issues.append({"issue": "value", "table": table, "row": row, "field": name, "info": info})
        deletes = [head for head in heads.get("deleted", []) if ops[head].values["deleted"] not in (0, None, "")]
        seen = {*deletes, *(number for head in deletes for number in ops[head].seen)}
        edits = sorted({head for found in heads.values() for head in found} - seen)
        if deletes and edits:
            values["deleted"], info = 0, {"deletes": deletes, "edits": edits}
            issues.append({"issue": "delete", "table": table, "row": row, "field": "deleted", "info": info})
        if len(scopes := {known[head].scope for found in heads.values() for head in found}) > 1:
            told = {"scopes": sorted(scopes)}
            issues.append({"issue": "clash", "table": table, "row": row, "field": "", "info": told})
        records[table, row] = Record(heads, values, bool(deletes) and not edits)
    return records, issues


def lists(known: Mapping[bytes, Changeset], headquarters: Set[str]) -> dict[Key, dict[str, Any]]:
    """The records that say who is believed, as they show; deleted ones left out."""
    counting: Counting = defaultdict(dict)
    for each in known.values():
        for op in each.ops:
            if op.table in LISTS and not _ignored(each, op, known, headquarters, set()):
                counting[op.table, op.row][each.id] = op
    return {key: record.values for key, record in _records(counting, known)[0].items() if not record.hidden}


def _revoked(known: Mapping[bytes, Changeset], headquarters: Set[str]) -> set[bytes]:
    """The changesets that do not count because their device was taken off the list."""
    shown = lists(known, headquarters)
    cuts = {row: _cut(values) for (table, row), values in shown.items()
            if table == "device" and values.get("revoked") is not None}  # fmt: skip
    kept = {values.get("changeset") for (table, _row), values in shown.items() if table == "adopted_change"}
    found = set()
    for each in known.values():
        cut = cuts.get(each.signer[2])
        if cut is not None and each.id.hex() not in kept:
            seq, end = cut.get(each.stream, (0, b""))
            at = known.get(end)
            counts = at is None and each.seq < seq
            while at is not None and not counts:
                counts, at = at.id == each.id, known.get(at.prev or b"")
            found |= set() if counts else {each.id}
    return found


def _cut(device: Mapping[str, Any]) -> dict[str, tuple[int, bytes]]:
    try:
        told = json.loads(device.get("revoked_cut") or "{}")
        return {stream: (int(seq), bytes.fromhex(end)) for stream, (seq, end) in told.items()}
    except (ValueError, TypeError, AttributeError):
        return {}


def rebuild(
    changesets: Iterable[Changeset], headquarters: Set[str] = frozenset()
) -> tuple[dict[Key, Record], list[dict[str, Any]]]:
    """The records and the issues of these changesets, in whatever order they come; `headquarters` are offices' ids."""
    known = {each.id: each for each in changesets}
    revoked, issues = _revoked(known, headquarters), list[dict[str, Any]]()
    counting: Counting = defaultdict(dict)
    followed, ends = {each.prev for each in known.values()}, dict[str, list[bytes]]()
    for each in known.values():
        if each.id not in followed:
            ends.setdefault(each.stream, []).append(each.id)
        for op in each.ops:
            why = _ignored(each, op, known, headquarters, revoked)
            if why:
                about = {"table": op.table, "row": op.row, "field": each.id.hex()}
                issues.append({"issue": "quarantine", **about, "info": {"reason": why}})
            else:
                counting[op.table, op.row][each.id] = op
    issues += [{"issue": "fork", "table": "", "row": stream, "field": "", "info": {"tips": sorted(tips)}}
               for stream, tips in ends.items() if len(tips) > 1]  # fmt: skip
    records, more = _records(counting, known)
    return records, issues + more


def state(changesets: Mapping[bytes, Changeset], headquarters: Set[str]) -> list[dict[str, Any]]:
    """The canonical state, line by line: a dictionary for each, ids in hexadecimal."""
    records, issues = rebuild(changesets.values(), headquarters)
    digest = hashlib.sha256(b"".join(sorted(changesets)))
    lines: list[dict[str, Any]] = [{"changes": {"number": len(changesets), "sha256": digest.hexdigest()}}]
    for (table, row), record in sorted(records.items()):
        shown = {name: value for name, value in record.values.items() if value is not None and name != "deleted"}
        lines.append({"table": table, "id": row, **shown, **({"deleted": 1} if record.hidden else {})})
    lines += [{"heads": table, "row": row, "fields": one.heads} for (table, row), one in sorted(records.items())]
    lines += sorted(issues, key=lambda issue: [issue[name] for name in ("table", "row", "field", "issue")])
    told: list[dict[str, Any]] = json.loads(json.dumps(lines, default=bytes.hex))
    return told
