"""Commands: define the framework; headquarters only. The only writes of this area."""

from __future__ import annotations

from server.db.session import Seen
from server.domain.framework import models, rules
from server.domain.records import Values, Work, rules_for, save

rules_for(models.Programme, rules.programme_rules)
rules_for(models.Agency, rules.named)
rules_for(models.Donor, rules.named)
rules_for(models.Country, rules.country_rules)
rules_for(models.Output, rules.output_rules)
rules_for(models.MilestoneType, rules.milestone_type_rules)
rules_for(models.Indicator, rules.indicator_rules)
rules_for(models.IndicatorTarget, rules.target_rules)
rules_for(models.ReportingPeriod, rules.period_rules)
rules_for(models.BudgetAccount, rules.account_rules)
rules_for(models.Acronym, rules.named)
rules_for(models.ReportLayout, rules.layout_rules)
rules_for(models.LayoutSection, rules.layout_section_rules)


def define_programme(work: Work, values: Values, *, id: str | None = None, seen: Seen | None = None) -> str:
    """Create a programme, or change the one with `id`. Returns its id. Errors: RulesBroken."""
    return save(work, models.Programme, values, id=id, seen=seen)


def define_agency(work: Work, values: Values, *, id: str | None = None, seen: Seen | None = None) -> str:
    """Create an agency, or change the one with `id`. Returns its id. Errors: RulesBroken."""
    return save(work, models.Agency, values, id=id, seen=seen)


def define_donor(work: Work, values: Values, *, id: str | None = None, seen: Seen | None = None) -> str:
    """Create a donor, or change the one with `id`. Returns its id. Errors: RulesBroken."""
    return save(work, models.Donor, values, id=id, seen=seen)


def define_country(work: Work, values: Values, *, id: str | None = None, seen: Seen | None = None) -> str:
    """Create a country, or change the one with `id`. Returns its id. Errors: RulesBroken."""
    return save(work, models.Country, values, id=id, seen=seen)


def define_output(work: Work, values: Values, *, id: str | None = None, seen: Seen | None = None) -> str:
    """Create an output, or change the one with `id`. Returns its id. Errors: RulesBroken."""
    return save(work, models.Output, values, id=id, seen=seen)


def define_milestone_type(work: Work, values: Values, *, id: str | None = None, seen: Seen | None = None) -> str:
    """Create a milestone type, or change the one with `id`. Returns its id. Errors: RulesBroken."""
    return save(work, models.MilestoneType, values, id=id, seen=seen)


def define_indicator(work: Work, values: Values, *, id: str | None = None, seen: Seen | None = None) -> str:
    """Create an indicator, or change the one with `id`. Returns its id. Errors: RulesBroken."""
    return save(work, models.Indicator, values, id=id, seen=seen)


def define_indicator_target(work: Work, values: Values, *, id: str | None = None, seen: Seen | None = None) -> str:
    """Create an indicator target, or change the one with `id`. Returns its id. Errors: RulesBroken."""
    return save(work, models.IndicatorTarget, values, id=id, seen=seen)


def define_reporting_period(work: Work, values: Values, *, id: str | None = None, seen: Seen | None = None) -> str:
    """Create a reporting period, or change the one with `id`. Returns its id. Errors: RulesBroken."""
    return save(work, models.ReportingPeriod, values, id=id, seen=seen)


def define_budget_account(work: Work, values: Values, *, id: str | None = None, seen: Seen | None = None) -> str:
    """Create a budget account, or change the one with `id`. Returns its id. Errors: RulesBroken."""
    return save(work, models.BudgetAccount, values, id=id, seen=seen)


def define_acronym(work: Work, values: Values, *, id: str | None = None, seen: Seen | None = None) -> str:
    """Create an acronym, or change the one with `id`. Returns its id. Errors: RulesBroken."""
    return save(work, models.Acronym, values, id=id, seen=seen)


def define_report_layout(work: Work, values: Values, *, id: str | None = None, seen: Seen | None = None) -> str:
    """Create a layout of reports, or change the one with `id`. Returns its id. Errors: RulesBroken."""
    return save(work, models.ReportLayout, values, id=id, seen=seen)


def define_layout_section(work: Work, values: Values, *, id: str | None = None, seen: Seen | None = None) -> str:
    """Create a section of a layout, or change the one with `id`. Returns its id. Errors: RulesBroken."""
    return save(work, models.LayoutSection, values, id=id, seen=seen)
