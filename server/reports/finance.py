"""The financial statement: what was promised, received, planned and spent, and where each total comes from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from server.base.i18n import _, number_text, percent_text, use_language
from server.base.money import Money, share, total
from server.domain.reporting.figures import amount_text
from server.reports import model
from server.reports.manuscript import Manuscript
from server.reports.parts.measures import write_delivery
from server.reports.parts.scope import scope_frame, write_remarks
from server.reports.story import Band, Story
from server.reports.table import Row
from server.reports.words import DASH, when_or_dash


def finance_manuscript(statement: model.Statement, moment: datetime) -> Manuscript:
    """The document in its scope's language; `moment` goes into the file's properties only."""
    with use_language(statement.scope.language):
        frame = scope_frame(statement.scope, _("Financial statement"), moment)
    return Manuscript(statement.scope.language, frame, lambda story: _tell(story, statement))


def _tell(story: Story, statement: model.Statement) -> None:
    story.contents()
    if statement.flows is not None:
        _summary(story, statement.flows)
        _funds(story, statement)
    _delivery(story, statement)
    _list(story, statement)


def _summary(story: Story, flows: model.Flows) -> None:
    story.heading(1, _("Receipts and expenditure"))
    at_hand = Money(flows.opening.amount + flows.received.amount, flows.received.currency)
    story.table(
        (_("Item"), _("Amount (%(currency)s)", currency=flows.received.currency)),
        [(_("a. Balance when the period began"), _number(flows.opening)),
         (_("b. Received in the period"), _number(flows.received)),
         (_("c. Funds at hand (a + b)"), _number(at_hand)),
         (_("d. Spent in the period"), _number(flows.spent)),
         (_("e. Balance when the period ended (c − d)"), _number(flows.closing))],
        widths=(0.7, 0.3), align="lr", total_row=True)
    story.paragraph(
        _("The balance when the period began is what was received before it (%(received)s) less what was spent before "
          "it (%(spent)s).", received=amount_text(flows.received_before), spent=amount_text(flows.spent_before)),
        style="note")
    story.table(
        (_("Rate"), _("Share"), _("Derived from")),
        [(_("Delivery against funds at hand"), percent_text(share(flows.spent, at_hand)), _("d ÷ c")),
         (_("Delivery against the budget of the period"), percent_text(share(flows.spent, flows.budget)),
          _("d ÷ %(budget)s", budget=amount_text(flows.budget)))],
        widths=(0.45, 0.2, 0.35), align="lrl", small=True)


def _funds(story: Story, statement: model.Statement) -> None:
    story.heading(1, _("Funding"))
    _fund_table(story, statement.promised, _("Confirmed funding"), _("What for"),
                _("No funding was confirmed yet."))
    _fund_table(story, statement.paid, _("Instalments received"), _("Remark"), _("No instalment was received yet."))
    currency = statement.scope.programme.currency
    promised = total((f.amount for f in statement.promised if f.amount.currency == currency), currency)
    paid = total((f.amount for f in statement.paid if f.amount.currency == currency), currency)
    left = Money(promised.amount - paid.amount, currency)
    story.paragraph(_("Of %(promised)s confirmed, %(paid)s was received; %(left)s is still to come.",
                      promised=amount_text(promised), paid=amount_text(paid), left=amount_text(left)))
    for other in statement.elsewhere:
        story.paragraph(_("Not in these totals, because it is in another currency: %(amount)s.",
                          amount=amount_text(other)), style="note")


def _fund_table(story: Story, funds: Sequence[model.Funds], caption: str, subject: str, empty: str) -> None:
    if not funds:
        story.paragraph(empty, style="note")
        return
    rows: list[Row] = [(f.source or DASH, f.title or DASH, when_or_dash(f.dated), amount_text(f.amount))
                       for f in funds]
    currencies = {f.amount.currency for f in funds}
    if len(currencies) == 1:
        whole = total((f.amount for f in funds), currencies.pop())
        rows.append((_("Total"), "", "", amount_text(whole)))
    story.table((_("Donor"), subject, _("Date"), _("Amount")), rows, widths=(0.14, 0.44, 0.2, 0.22), align="lllr",
                caption=caption, total_row=len(rows) > len(funds))


def _delivery(story: Story, statement: model.Statement) -> None:
    currency = statement.scope.programme.currency
    parts = [(_("Budget and expenditure by country"), statement.by_place, _("Country or output")),
             (_("Budget and expenditure by output"), statement.by_output, _("Output")),
             (_("Budget and expenditure by budget account"), statement.by_account, _("Budget account"))]
    for title, rows, head in parts:
        if rows or title != parts[0][0]:
            story.heading(1, title)
            write_delivery(story, rows, (), head, currency)
    write_remarks(story, statement.notes)


def _list(story: Story, statement: model.Statement) -> None:
    story.heading(1, _("Expenditures of the period"))
    if not statement.spending:
        story.paragraph(_("No expenditure is recorded for this period."), style="note")
        return
    rows: list[Row] = []
    for place, group in groupby(statement.spending, key=lambda one: one.place):
        rows.append(Band(place))
        rows += [(when_or_dash(one.dated), one.account or DASH, one.note or DASH, amount_text(one.amount))
                 for one in group]
    currency = statement.scope.programme.currency
    whole = total((one.amount for one in statement.spending if one.amount.currency == currency), currency)
    rows.append((_("Total"), "", "", amount_text(whole)))
    story.table((_("Date"), _("Budget account"), _("What it paid"), _("Amount")), rows,
                widths=(0.16, 0.26, 0.38, 0.2), align="lllr", small=True, total_row=True)


def _number(money: Money) -> str:
    return number_text(money.amount, 2)
