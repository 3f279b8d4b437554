"""What views answer: pages, and the messages that the next page shows."""

from __future__ import annotations

from flask import flash
from werkzeug.wrappers import Response

#: a page, a page with a status, or a redirect
Answer = str | tuple[str, int] | Response


def said(sentence: str) -> None:
    """Tell on the next page that something was done."""
    flash(sentence)


def warned(sentence: str) -> None:
    """Tell on the next page that something was not done."""
    flash(sentence, "error")


def offer_undo(sentence: str, url: str) -> None:
    """Tell on the next page that something was done, with a button that takes it back (POST to `url`)."""
    flash({"words": sentence, "url": url}, "undo")  # type: ignore[arg-type]  # kept as JSON; the template knows it
