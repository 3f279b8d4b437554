"""The board's endorsement of a line: a date, with what the line said when it was endorsed."""

from __future__ import annotations

from server.db.session import Seen
from server.domain.records import Judged, Work, approve
from server.domain.workplan import models
from server.domain.workplan.commands import plan_activity

#: what the board endorses of a line: the plan, not how far it is
ENDORSED_FIELDS = (
    "title", "output_id", "country_id", "period_id", "quarters", "responsible", "agency_id", "donor_id", "account_id",
    "amount", "currency",
)  # fmt: skip


def endorse_line(work: Work, id: str, day: str | None, *, seen: Seen | None = None) -> str:
    """Note that the board endorsed a line on `day` as the form with the heads `seen` showed it; None takes it back.

    Endorsing again settles that something was changed since. Returns the line's id. Errors: RulesBroken.
    """
    plan_activity(work, {"endorsed": day}, id=id)
    if day:
        judged = Judged("planned_activity", id, ENDORSED_FIELDS, seen=seen)
        approve(work, models.PlannedActivity, id, "endorsed", [judged], again=day)
    return id
