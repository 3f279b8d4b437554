"""Tables of how far things are: milestones, results, work plan and money."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from textwrap import shorten

from server.base.i18n import _, n_, number_text, percent_text
from server.base.money import Money, share, total
from server.domain.reporting.figures import amount_text
from server.reports import model
from server.reports.charts import BarChart, Series
from server.reports.parts.footnotes import derived
from server.reports.story import Band, Story
from server.reports.table import Row
from server.reports.words import DASH, RAGS, STATES, TINTS, count, joined, quarters_text, when, when_or_dash, word


def write_milestone_matrix(story: Story, steps: Sequence[model.MilestoneStep],
                           rows: Sequence[model.MilestoneRow]) -> None:
    """Countries down, steps across; every cell says in words how far it is and since when."""
    if not steps or not rows:
        story.paragraph(_("No milestones are defined for this programme."), style="note")
        return
    tints = {(r, c + 1): TINTS[cell.status] for r, row in enumerate(rows) for c, cell in enumerate(row.cells)
             if cell.status in TINTS}
    first = 0.12
    story.table((_("Country"), *(step.short_title for step in steps)),
                [(row.country.name, *(_cell(cell) for cell in row.cells)) for row in rows],
                widths=(first, *((1 - first) / len(steps) for _step in steps)), tints=tints, small=True,
                caption=_("How far each country is on the steps that all take"))
    told = "; ".join(f"{step.short_title}: {step.title}" for step in steps if step.title != step.short_title)
    if told:
        story.paragraph(told + ".", style="note")


def _cell(cell: model.MilestoneCell) -> str:
    return joined((word(STATES, cell.status), when(cell.dated) if cell.status == "done" else ""), "\n")


def write_milestones(story: Story, steps: Sequence[model.MilestoneStep], cells: Sequence[model.MilestoneCell]) -> None:
    """One country's steps: a line each."""
    pairs = list(zip(steps, cells, strict=True))
    story.table((_("Milestone"), _("Status"), _("Date"), _("Remark")),
                [(step.title, word(STATES, cell.status), when_or_dash(cell.dated), cell.note or DASH)
                 for step, cell in pairs],
                tints={(r, 1): TINTS[cell.status] for r, (_step, cell) in enumerate(pairs) if cell.status in TINTS})


def write_results(story: Story, rows: Sequence[model.ResultRow], empty: str) -> None:
    """Indicator, baseline, target and actual of the period, where it comes from, and remarks."""
    if not rows:
        story.paragraph(empty, style="note")
        return
    table: list[Row] = []
    for output, group in groupby(rows, key=lambda row: row.output):
        table.append(Band(output_title(output)))
        table += [(joined((row.code, row.title), " "), row.baseline or DASH, row.target or DASH, _actual(row),
                   row.verification or DASH, _remark(row)) for row in group]
    story.table((_("Indicator"), _("Baseline"), _("Target"), _("Actual"), _("Source"), _("Remark")), table,
                small=True)


def output_title(output: model.Output | None) -> str:
    """`Output 5: Facilitation of …`; other work for what names no output."""
    if output is None:
        return _("Not linked to an output")
    return _("Output %(number)s: %(title)s", number=output.number, title=output.title)


def _actual(row: model.ResultRow) -> str:
    if not row.by_sex:
        return row.actual or DASH
    sexes = _("women %(women)s, men %(men)s", women=count(row.women), men=count(row.men))
    return f"{row.actual or DASH}\n({sexes})"


def _remark(row: model.ResultRow) -> str:
    parts = "; ".join(f"{country}: {actual or DASH}" for country, _target, actual in row.parts)
    return joined((row.note, parts), "\n") or DASH


def write_plan(story: Story, lines: Sequence[model.Intervention]) -> None:
    """The period's work plan with how far each line is, status and rating in words."""
    if not lines:
        story.paragraph(_("Nothing was planned for this period."), style="note")
        return
    rows: list[Row] = []
    tints: dict[tuple[int, int], str] = {}
    for output, group in groupby(lines, key=lambda line: line.output):
        rows.append(Band(output_title(output)))
        for one in group:
            tints.update({(len(rows), 5): TINTS[one.rag]} if one.rag in TINTS else {})
            rows.append((one.title, quarters_text(one.quarters) or DASH, one.responsible or one.agency or DASH,
                         _money(one.amount), word(STATES, one.status), word(RAGS, one.rag), one.note or DASH))
    story.table((_("Planned activity"), _("Quarters"), _("Responsible"), _("Amount"), _("Status"), _("Rating"),
                 _("Remark on progress")), rows,
                align="lllrlll", tints=tints, small=True)


def _money(money: Money | None) -> str:
    return DASH if money is None else amount_text(money)


def write_delivery(story: Story, rows: Sequence[model.DeliveryRow], notes: Sequence[str], head: str,
                   currency: str) -> None:
    """Budget, spent and delivery by row, with totals that add up. `head`: what a row is.

    The chart comes first: a table fills what a page has left, a chart that does not fit would leave it empty.
    """
    if not rows:
        story.paragraph(_("No budget and no expenditure are recorded for this period."), style="note")
        return
    budget, spent = total((r.budget for r in rows), currency), total((r.spent for r in rows), currency)
    rate = percent_text(share(spent, budget))
    story.chart(
        BarChart(_("Budget and expenditure"), [_label(row.name) for row in rows],
                 [Series(_("Budget"), [row.budget.amount for row in rows]),
                  Series(_("Spent"), [row.spent.amount for row in rows])], currency),
        alternative=_("Of a budget of %(budget)s, %(spent)s was spent: %(rate)s.", budget=amount_text(budget),
                      spent=amount_text(spent), rate=rate))
    columns = (_("Budget"), _("Spent"))
    left = derived(story, _("Left (%(currency)s)", currency=currency), " − ".join(columns))
    delivery = derived(story, _("Delivery"), " ÷ ".join(reversed(columns)))
    whole = derived(story, _("Total"), n_("sum of %(num)s row", "sum of %(num)s rows", len(rows)))
    everything = model.DeliveryRow("total", "", budget, spent)
    story.table((head, _("Budget (%(currency)s)", currency=currency), _("Spent (%(currency)s)", currency=currency),
                 left, delivery),
                [*(_delivery(row) for row in rows), (whole, *_delivery(everything)[1:])],
                widths=(0.36, 0.18, 0.18, 0.16, 0.12), align="lrrrr", total_row=True, small=True)
    story.footnotes()
    for note in notes:
        story.paragraph(note, style="note")


def _label(name: str) -> str:
    """A name short enough to stand beside a bar; the table below has it whole."""
    words = (f"{word[:23]}…" if len(word) > 24 else word for word in name.split())
    return shorten(" ".join(words), 72, placeholder=" …")


def _delivery(row: model.DeliveryRow) -> tuple[str, ...]:
    left = row.budget.amount - row.spent.amount
    rate = percent_text(share(row.spent, row.budget)) if row.budget.amount else DASH
    return row.name, number_text(row.budget.amount, 2), number_text(row.spent.amount, 2), number_text(left, 2), rate
