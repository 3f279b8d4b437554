"""Trees of records that name their parent: a ring that moves made apart closed is cut at the same link everywhere."""

from __future__ import annotations

from collections.abc import Collection, Mapping


def rings(parents: Mapping[str, str | None]) -> tuple[tuple[str, ...], ...]:
    """The rings in `parents` (record -> the one it is part of), each from its smallest id along its parents, sorted.

    A record leads into at most one ring, because it has one parent; one that names itself is a ring of one.
    """
    found: list[tuple[str, ...]] = []
    done: set[str] = set()
    for start in sorted(parents):
        path: dict[str, int] = {}
        at: str | None = start
        while at is not None and at not in done and at not in path:
            path[at] = len(path)
            at = parents.get(at)
        if at is not None and at in path:
            members = list(path)[path[at] :]
            first = members.index(min(members))
            found.append((*members[first:], *members[:first]))
        done.update(path)
    return tuple(sorted(found))


def cut(parents: Mapping[str, str | None]) -> dict[str, str | None]:
    """`parents` without rings: the member with the smallest id of each stands on its own.

    Ids count up with time (UUIDv7), so the oldest record of a ring becomes the one the others are parts of. A parent
    that is not in `parents` itself is left out too: it was deleted or has not arrived.
    """
    loose = {ring[0] for ring in rings(parents)}
    return {one: parent if parent in parents and one not in loose else None for one, parent in parents.items()}


def beneath(parents: Mapping[str, str | None], top: str) -> set[str]:
    """`top`, its parts, their parts and so on: what `top` cannot become a part of. Safe where there are rings."""
    parts: dict[str, list[str]] = {}
    for one, parent in parents.items():
        if parent is not None:
            parts.setdefault(parent, []).append(one)
    reached, todo = set(), [top]
    while todo:
        one = todo.pop()
        if one not in reached:
            reached.add(one)
            todo += parts.get(one, [])
    return reached


def in_order(wanted: Collection[str], parents: Mapping[str, str | None]) -> list[tuple[str, int]]:
    """(record, depth) of `wanted` with each record's parts right below it; otherwise in the order given.

    A record whose parent is not wanted stands at the depth 0. `parents` must have no rings (see `cut`).
    """
    among = set(wanted)
    parts: dict[str | None, list[str]] = {}
    for one in wanted:
        parent = parents.get(one)
        parts.setdefault(parent if parent in among else None, []).append(one)
    ordered: list[tuple[str, int]] = []
    todo = [(one, 0) for one in reversed(parts.get(None, []))]
    while todo:
        one, depth = todo.pop()
        ordered.append((one, depth))
        todo += [(part, depth + 1) for part in reversed(parts.get(one, []))]
    return ordered
