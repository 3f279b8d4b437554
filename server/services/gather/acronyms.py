"""The list of acronyms of a report: those of the framework that its texts use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from server.domain.framework.models import Acronym, Agency, Donor
from server.domain.reporting.acronyms import used
from server.services.gather.shelf import Shelf


def explained(shelf: Shelf) -> dict[str, str]:
    """Short form -> what it stands for: headquarters' list, and the agencies and donors of the framework."""
    found: dict[str, str] = {}
    for listed in shelf.rows(Acronym):
        found.setdefault(listed.code or "", listed.title or "")
    named: list[Agency | Donor] = [*shelf.rows(Agency), *shelf.rows(Donor)]
    for row in named:
        found.setdefault(row.code or "", row.name or "")
    found.pop("", None)
    return found


def acronyms_used(shelf: Shelf, *told: object) -> tuple[tuple[str, str], ...]:
    """(short form, meaning), sorted, of those that stand in any text of `told`: facts, or tuples of them."""
    known = explained(shelf)
    return tuple(sorted((code, known[code]) for code in used(known, _texts(told))))


def _texts(told: object) -> Iterator[str]:
    if isinstance(told, str):
        yield told
    elif isinstance(told, (tuple, list)):
        for one in told:
            yield from _texts(one)
    elif is_dataclass(told):
        for field in fields(told):
            yield from _texts(getattr(told, field.name))
