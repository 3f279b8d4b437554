"""Where each grid is found, for what was left unsaved in it."""

from __future__ import annotations

from flask import url_for

from server.base.i18n import _
from server.domain.framework.queries import period_for
from server.services.names import table_words
from server.web.database import session
from server.web.here import here

#: table -> endpoint of its grid, and its part of a page that has several
_GRIDS: dict[str, tuple[str, str | None]] = {
    "planned_activity": ("workplan.grid", None), "budget_line": ("finance.grid", "budget"),
    "expenditure": ("finance.grid", "spending"), "indicator_value": ("indicators.grid", None),
    "indicator_target": ("indicators.targets", None),
}  # fmt: skip


def grid_left(key: str) -> list[tuple[str, str]]:
    """The words and the address of the grid that a draft belongs to; nothing for another draft."""
    kind, *rest = key.split("/")
    if kind != "grid" or len(rest) != 3 or rest[0] not in _GRIDS:
        return []
    table, period_id, page = rest
    period = period_for(session(), period_id, here().today)
    endpoint, tab = _GRIDS[table]
    if period is None:
        return []
    words = _("%(kind)s of %(period)s", kind=table_words(table, several=True), period=period.title)
    return [(words, url_for(endpoint, period=period.code, page=page if page != "1" else None, tab=tab))]
