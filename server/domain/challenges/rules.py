"""Rules: what went wrong and what was learnt. Pure functions of a record's values and the records it names."""

from __future__ import annotations

from collections.abc import Iterator

from server.base.errors import RuleBroken
from server.base.i18n import _
from server.domain import checks
from server.domain.records import Values, World

KINDS = ("challenge", "risk", "issue")
STATUSES = ("open", "watched", "closed")


def challenge_rules(values: Values, _world: World) -> Iterator[RuleBroken]:
    """A challenge has a title; its kind and status, once chosen, are known words."""
    yield from checks.required(values, "title", _("Enter the challenge in a few words."))
    yield from checks.one_of(values, "kind", KINDS)
    yield from checks.one_of(values, "status", STATUSES)
    yield from checks.dated(values, "dated")


def lesson_rules(values: Values, _world: World) -> Iterator[RuleBroken]:
    """A lesson has its words."""
    yield from checks.required(values, "title", _("Enter the lesson in a few words."))
    yield from checks.required(values, "text", _("Enter the lesson."))
    yield from checks.dated(values, "dated")
