"""Layouts of reports: made, arranged and named at headquarters, and offered wherever a report is printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from server.base.i18n import LANGUAGES
from server.base.ids import named_id
from server.db.session import Seen
from server.domain.framework import models
from server.domain.framework.commands import define_layout_section, define_report_layout
from server.domain.framework.queries import LayoutFacts, LayoutSectionFacts
from server.domain.records import Values, Work, delete


@dataclass(frozen=True)
class Arranged:
    """A section as a person arranged it; `position` is what was typed, `headings` by language, empty for the usual."""

    key: str
    position: int | None
    shown: bool
    headings: Mapping[str, str]


def make(work: Work, values: Values) -> str:
    """A layout in which every section stands as usual. Returns its id. Errors: RulesBroken."""
    made = define_report_layout(work, values)
    if values.get("usual"):
        only_usual(work, made, str(values.get("kind")))
    return made


def arrange(
    work: Work, layout: LayoutFacts, values: Values, sections: Sequence[Arranged], seen: Seen | None = None
) -> str:
    """Change a layout and its sections. Sections are numbered anew from 1 in the order of their positions, and only
    those that are not as they were are written, so that two people who arrange different ones do not collide.

    Returns the layout's id. Errors: RulesBroken.
    """
    define_report_layout(work, values, id=layout.id, seen=seen)
    if values.get("usual"):
        only_usual(work, layout.id, layout.kind)
    before = {one.key: (place, one) for place, one in enumerate(layout.sections, 1)}
    order = sorted(sections, key=lambda one: (one.position is None, one.position or 0, before[one.key][0]))
    reordered = [one.key for one in order] != [one.key for one in layout.sections]
    for place, one in enumerate(order, 1):
        known = before[one.key][1]
        if reordered or known.shown != one.shown or _changed(known, one):
            define_layout_section(
                work, {"layout_id": layout.id, "key": one.key, "position": place, "shown": int(one.shown),
                       **_headings(one.headings)},
                id=known.id or named_id("layout_section", f"{layout.id}/{one.key}"))  # fmt: skip
    return layout.id


def only_usual(work: Work, layout: str, kind: str) -> None:
    """No other layout of a kind is the usual one."""
    for other in work.find("report_layout", kind=kind, usual=1):
        if other["id"] != layout:
            define_report_layout(work, {"usual": 0}, id=other["id"])


def moved(sections: Sequence[Arranged], key: str, step: int) -> list[Arranged]:
    """The sections with one of them a place up (-1) or down (1); as they are at either end."""
    order = [one.key for one in sections]
    if key in order:
        place = order.index(key)
        other = min(max(place + step, 0), len(order) - 1)
        order[place], order[other] = order[other], order[place]
    known = {one.key: one for one in sections}
    return [Arranged(key, place, known[key].shown, known[key].headings) for place, key in enumerate(order, 1)]


def drop(work: Work, layout: str) -> None:
    """Delete a layout; its sections stay with it, so that it can be brought back whole. Errors: NotFound."""
    delete(work, models.ReportLayout, layout)


def _changed(known: LayoutSectionFacts, one: Arranged) -> bool:
    return {code: said for code, said in one.headings.items() if said} != dict(known.headings)


def _headings(said: Mapping[str, str]) -> dict[str, str | None]:
    return {"heading" if code == "en" else f"heading_{code}": said.get(code) or None for code in LANGUAGES}
