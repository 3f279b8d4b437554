"""Rules: who works for the programme. Pure functions of a record's values and the records it names."""

from __future__ import annotations

from collections.abc import Iterator

from server.base.errors import RuleBroken
from server.base.i18n import LANGUAGES, _
from server.domain import checks
from server.domain.integrity import taken
from server.domain.records import Values, World

KINDS = ("hq", "country")


def office_rules(values: Values, world: World) -> Iterator[RuleBroken]:
    """An office has a code of its own and a name; a country office has a country; there is one headquarters."""
    yield from checks.required(values, "code", _("Enter the office's code, such as KG."))
    yield from checks.required(values, "name", _("Enter the office's name."))
    yield from checks.required(values, "kind", _("Choose whether it is headquarters or a country office."))
    yield from checks.one_of(values, "kind", KINDS)
    if values.get("kind") == "country":
        yield from checks.required(values, "country_id", _("Choose the office's country."))
    yield from taken(values, world, "office", _("There is an office with this code already: edit that one."))
    others = [o for o in world.find("office") if o["id"] != values.get("id")]
    if values.get("kind") == "hq" and any(o["kind"] == "hq" for o in others):
        yield RuleBroken(_("The programme has its headquarters already: edit that office."), "kind")
    if values.get("language") not in (None, *LANGUAGES):
        yield RuleBroken(_("Choose one of Valise's languages for the office."), "language")
    if values.get("mailbox_mb") is not None and values["mailbox_mb"] < 1:
        yield RuleBroken(_("Enter the mailbox's limit in whole megabytes, at least 1."), "mailbox_mb")


def person_rules(values: Values, _world: World) -> Iterator[RuleBroken]:
    """A person has a name or a role to be called by."""
    yield from checks.required(values, "name", _("Enter a name or a role."))
