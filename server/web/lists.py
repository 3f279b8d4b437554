"""Lists: what they show stands in their address, so that it can be kept, sent and gone back to."""

from __future__ import annotations

from flask import request, url_for


def number_in(name: str, otherwise: int = 1) -> int:
    """A whole number above zero from the address; anything else is `otherwise`."""
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and int(text[:6]) > 0 else otherwise


def narrowed(*not_counted: str) -> bool:
    """Whether the address narrows the list, so that an empty one says “nothing found” instead of “nothing yet”."""
    return any(value for name, value in request.args.items() if name not in not_counted)


def same_but(**changes: object) -> str:
    """The address of this page with some of its arguments changed; None takes one away."""
    asked: dict[str, object] = {**request.args.to_dict(), **changes}
    kept = {name: value for name, value in asked.items() if value not in (None, "")}
    return url_for(request.endpoint or "home.show", **{**(request.view_args or {}), **kept})
