"""Rules: how far a country is. Pure functions of a record's values and the records it names."""

from __future__ import annotations

from collections.abc import Iterator

from server.base.errors import RuleBroken
from server.base.i18n import _
from server.domain import checks
from server.domain.integrity import taken
from server.domain.records import Values, World

STATUSES = ("not_started", "in_progress", "done", "not_applicable")


def milestone_rules(values: Values, world: World) -> Iterator[RuleBroken]:
    """A milestone names its step and country once; a step that is done has its date."""
    yield from checks.required(values, "type_id", _("Choose the step."))
    yield from checks.required(values, "country_id", _("Choose the country."))
    yield from checks.required(values, "status", _("Choose how far the step is."))
    yield from checks.one_of(values, "status", STATUSES)
    yield from checks.dated(values, "dated")
    if values.get("status") == "done":
        yield from checks.required(values, "dated", _("Enter when the step was done; the year alone is enough."))
    sentence = _("This step is listed for this country already: change that line.")
    yield from taken(values, world, "milestone", sentence)
