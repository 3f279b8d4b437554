"""Commands: write, submit and review reports. The only writes of this area."""

from __future__ import annotations

from collections.abc import Mapping

from server.db.session import Seen
from server.domain.records import Values, Work, approve, rules_for, save
from server.domain.reporting import acceptance, models, rules

rules_for(models.Report, rules.report_rules)
rules_for(models.ReportSection, rules.section_rules)
rules_for(models.Review, rules.review_rules)


def open_report(work: Work, values: Values, *, id: str | None = None, seen: Seen | None = None) -> str:
    """Create a report, or change the one with `id`. Returns its id. Errors: RulesBroken."""
    return save(work, models.Report, values, id=id, seen=seen)


def write_section(work: Work, values: Values, *, id: str | None = None, seen: Seen | None = None) -> str:
    """Create a section of a report, or change the one with `id`. Returns its id. Errors: RulesBroken."""
    return save(work, models.ReportSection, values, id=id, seen=seen)


def review_report(
    work: Work,
    values: Values,
    *,
    id: str | None = None,
    seen: Seen | None = None,
    judged: Mapping[str, Seen] | None = None,
) -> str:
    """Create a review, or change the one with `id`. Returns its id. Errors: RulesBroken.

    `judged` gives the heads of each section (by its id) that the reviewer's page displayed; None: as they are here now.
    """
    review = save(work, models.Review, values, id=id, seen=seen)
    now = work.get("review", review) or {}
    if now.get("verdict") in ("accepted", "returned"):
        approve(work, models.Review, review, "verdict", acceptance.judged_by(work, now, judged))
    return review
