"""The layout a report is put together by: the one that was asked for, else the usual one of its kind."""

from __future__ import annotations

from server.base.errors import Refused
from server.base.i18n import _
from server.domain.framework.queries import LayoutFacts, layouts
from server.reports import model
from server.reports.chapters import usual_chapters
from server.services.gather.shelf import Shelf


def chapters_of(shelf: Shelf, kind: str, named: str | None = None) -> tuple[model.Chapter, ...]:
    """The sections that stand in a report, in order. `named`: a layout's name or id. Errors: Refused (no_layout)."""
    known = layouts(shelf.session, kind)
    if named:
        found = _by_name(known, named)
        if found is None:
            names = ", ".join(f"“{one.title}”" for one in known) or "–"
            raise Refused(_("There is no layout “%(name)s” for this document: the layouts are %(known)s.",
                            name=named, known=names), "no_layout")  # fmt: skip
    else:
        found = next((one for one in known if one.usual), None)
    if found is None:
        return usual_chapters(kind)
    return tuple(model.Chapter(one.key, one.heading(shelf.language)) for one in found.sections if one.shown)


def _by_name(known: list[LayoutFacts], named: str) -> LayoutFacts | None:
    wanted = named.strip().casefold()
    return next((one for one in known if one.id == named or one.title.strip().casefold() == wanted), None)
