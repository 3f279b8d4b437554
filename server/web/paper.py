"""What was drawn last, kept for the pages that show it again."""

from __future__ import annotations

from flask import current_app

from server.services.preview import Shelf


def shelf() -> Shelf:
    """The shelf of this process."""
    kept: Shelf = current_app.extensions.setdefault("valise.preview", Shelf())
    return kept
