"""Commands: set up offices, name persons. The only writes of this area."""

from __future__ import annotations

from server.db.session import Seen
from server.domain.people import models, rules
from server.domain.records import Values, Work, rules_for, save

rules_for(models.Office, rules.office_rules)
rules_for(models.Person, rules.person_rules)


def set_up_office(work: Work, values: Values, *, id: str | None = None, seen: Seen | None = None) -> str:
    """Create an office, or change the one with `id`. Returns its id. Errors: RulesBroken."""
    return save(work, models.Office, values, id=id, seen=seen)


def name_person(work: Work, values: Values, *, id: str | None = None, seen: Seen | None = None) -> str:
    """Create a person, or change the one with `id`. Returns its id. Errors: RulesBroken."""
    return save(work, models.Person, values, id=id, seen=seen)
