"""Lists: what they show stands in their address, so that it can be kept, sent and gone back to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import request, url_for

from server.web.here import here

_ARGUMENT = re.compile(r"[a-z][a-z0-9_]{0,30}")
#: digits of a number that an address may ask for
_DIGITS = 9


def number_in(name: str, otherwise: int = 1) -> int:
    """A whole number above zero from the address; anything else is `otherwise`."""
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS and int(text) > 0 else otherwise


def words_in(name: str = "q") -> str:
    """What is searched for."""
    return request.args.get(name, "").strip()


def one_in(name: str, known: Iterable[str]) -> str | None:
    """One of the known words from the address; None for anything else."""
    asked = request.args.get(name, "")
    return asked if asked in known else None


def sort_in(sorts: Sequence[str]) -> str:
    """The order that the address asks for; the first where it asks for none, or for one there is not."""
    return one_in("sort", sorts) or sorts[0]


def office_in() -> str | None:
    """Id of the office whose records are shown: an office sees its own, headquarters those it asks for, or all."""
    at = here()
    return (request.args.get("office") or None) if at.office.hq else at.office.id


def narrowed(*not_counted: str) -> bool:
    """Whether the address narrows the list, so that an empty one says “nothing found” instead of “nothing yet”."""
    return any(value for name, value in request.args.items() if name not in not_counted)


def same_but(**changes: object) -> str:
    """The address of this page with some of its arguments changed; None takes one away."""
    asked: dict[str, Any] = {**arguments(), **changes}
    kept = {name: value for name, value in asked.items() if value not in (None, "")}
    return url_for(request.endpoint or "home.show", **{**(request.view_args or {}), **kept})


def same_at(endpoint: str) -> str:
    """Another page's address with this one's arguments."""
    return url_for(endpoint, **{**arguments(), **(request.view_args or {})})


def arguments(given: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The arguments of the address, or of `given`, without those that mean something to Flask itself."""
    asked = request.args.to_dict() if given is None else given
    return {name: value for name, value in asked.items() if _ARGUMENT.fullmatch(name) and name != "endpoint"}
