"""The work plan with budget: annual with quarters, or multi-annual with a column for each period."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from server.base.i18n import _, number_text, percent_text, use_language
from server.base.money import Money, share, total
from server.domain.reporting.figures import amount_text
from server.reports import model
from server.reports.manuscript import Manuscript
from server.reports.parts.measures import output_title
from server.reports.parts.pictures import timetable
from server.reports.parts.scope import scope_frame, write_remarks
from server.reports.story import Band, Story
from server.reports.table import Row
from server.reports.words import DASH, RAGS, STATES, TINTS, joined, word

#: what stands in a quarter in which work is planned
_MARK = "×"


def workplan_manuscript(plan: model.Plan, moment: datetime) -> Manuscript:
    """The document on wide pages in its scope's language; `moment` goes into the file's properties only."""
    with use_language(plan.scope.language):
        frame = scope_frame(plan.scope, _title(plan), moment)
    return Manuscript(plan.scope.language, frame, lambda story: _tell(story, plan))


def _title(plan: model.Plan) -> str:
    return _("Annual work plan and budget") if len(plan.periods) == 1 else _("Multi-annual work plan and budget")


def _tell(story: Story, plan: model.Plan) -> None:
    story.landscape()
    story.heading(1, _title(plan))
    if not plan.groups:
        story.paragraph(_("Nothing is planned for this period."), style="note")
    for group in plan.groups:
        story.heading(2, output_title(group.output))
        _targets(story, group)
        (_year if len(plan.periods) == 1 else _years)(story, plan, group)
    _timetable(story, plan)
    _money(story, plan)
    write_remarks(story, plan.notes)


def _targets(story: Story, group: model.PlanGroup) -> None:
    told = [joined((name, _("target: %(target)s", target=target) if target else ""), " – ")
            for name, target in group.targets]
    if told:
        story.bullets(told, keep_next=True)


def _year(story: Story, _plan: model.Plan, group: model.PlanGroup) -> None:
    """One year: a mark in each quarter, who, from which source and account, how much, and how far."""
    if not group.lines:
        story.paragraph(_("No activity is planned under this output."), style="note")
        return
    rows: list[Row] = []
    tints: dict[tuple[int, int], str] = {}
    place = None
    for line in group.lines:
        if line.country != place:
            place = line.country
            rows.append(Band(place or _("Global level")))
        if line.rag in TINTS:
            tints[len(rows), 9] = TINTS[line.rag]
        marks = [_MARK if quarter in line.quarters else "" for quarter in (1, 2, 3, 4)]
        rows.append((line.title, *marks, line.responsible or DASH, line.source or DASH, line.account or DASH,
                     DASH if line.amount is None else amount_text(line.amount),
                     joined((word(STATES, line.status), word(RAGS, line.rag) if line.rag else ""), "\n")))
    rows.append(_sum_row(group, 10))
    quarters = [_("Q%(quarter)s", quarter=number) for number in (1, 2, 3, 4)]
    story.table((_("Planned activity"), *quarters, _("Responsible"), _("Source"), _("Account"), _("Amount"),
                 _("Status")), rows,
                widths=(0.27, 0.04, 0.04, 0.04, 0.04, 0.2, 0.08, 0.08, 0.12, 0.09), align="lcccclllrl", tints=tints,
                small=True, total_row=True)


def _sum_row(group: model.PlanGroup, columns: int) -> tuple[str, ...]:
    sums = total((line.amount for line in group.lines if line.amount and line.amount.currency == group.budget.currency),
                 group.budget.currency)
    return (_("Total of the planned activities"), *[""] * (columns - 3), amount_text(sums), "")


def _years(story: Story, plan: model.Plan, group: model.PlanGroup) -> None:
    """All years: the amount of each in its column."""
    if not group.lines:
        story.paragraph(_("No activity is planned under this output."), style="note")
        return
    codes = [period.code for period in plan.periods]
    sums: dict[str, Decimal] = dict.fromkeys(codes, Decimal(0))
    rows: list[Row] = []
    place = None
    for line in group.lines:
        if line.country != place:
            place = line.country
            rows.append(Band(place or _("Global level")))
        if line.amount is not None and line.amount.currency == group.budget.currency:
            sums[line.period] += line.amount.amount
        told = "" if line.amount is None else number_text(line.amount.amount, 2)
        rows.append((line.title, line.responsible or DASH, *((told or DASH) if code == line.period else ""
                                                             for code in codes)))
    rows.append((_("Total of the planned activities"), "", *(number_text(sums[code], 2) for code in codes)))
    share_of = 0.44 / len(codes)
    story.table((_("Planned activity"), _("Responsible"), *(period.title or period.code for period in plan.periods)),
                rows, widths=(0.36, 0.2, *(share_of for _code in codes)), align="ll" + "r" * len(codes), small=True,
                total_row=True)


def _timetable(story: Story, plan: model.Plan) -> None:
    chart = timetable([line for group in plan.groups for line in group.lines], plan.periods)
    if chart:
        story.page_break()
        story.heading(1, _("Timetable by quarter"))
        story.paragraph(_("The quarters and the status of each activity are those of the tables above."), style="note")
        story.chart(chart, caption=" ")


def _money(story: Story, plan: model.Plan) -> None:
    """Budget lines against spending, by output."""
    if not plan.groups:
        return
    currency = plan.scope.programme.currency
    rows: list[Row] = [(output_title(g.output), _of(g.budget), _of(g.spent), _rate(g.spent, g.budget))
                       for g in plan.groups]
    budget = total((g.budget for g in plan.groups), currency)
    spent = total((g.spent for g in plan.groups), currency)
    rows.append((_("Total"), _of(budget), _of(spent), _rate(spent, budget)))
    story.heading(1, _("Budget and expenditure by output"))
    story.table((_("Output"), _("Budget (%(currency)s)", currency=currency),
                 _("Spent (%(currency)s)", currency=currency), _("Delivery")), rows,
                widths=(0.52, 0.18, 0.18, 0.12), align="lrrr", total_row=True, small=True)
    story.paragraph(_("Budget is the sum of the budget lines, spent the sum of the expenditures, delivery what was "
                      "spent as a share of the budget."), style="note")


def _of(money: Money) -> str:
    return number_text(money.amount, 2)


def _rate(spent: Money, budget: Money) -> str:
    return percent_text(share(spent, budget)) if budget.amount else DASH
