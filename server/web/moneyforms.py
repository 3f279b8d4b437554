"""The forms of money: what each kind of record asks, which command writes it, and on which list it stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from server.base.i18n import _, mark
from server.domain.finance import commands
from server.domain.finance.queries import money
from server.domain.framework import queries as framework
from server.services.names import title_of
from server.web.database import session
from server.web.fields import AmountQuestion, ChoiceQuestion, DateQuestion, TextQuestion
from server.web.forms import Form
from server.web.here import here
from server.web.words import country_name


class MoneyForm(Form):
    """What all records of money ask; the forms below it leave out what they lack."""

    donor_id = ChoiceQuestion(mark("Which donor promised it?"))
    commitment_id = ChoiceQuestion(mark("Which commitment does it pay?"))
    title = TextQuestion(mark("What is it for?"), optional=True)
    dated = DateQuestion(mark("When?"), mark("Give what you know: the year alone is enough."), optional=True)
    note = TextQuestion(mark("Remark"), optional=True)
    output_id = ChoiceQuestion(mark("Which output is it for?"))
    country_id = ChoiceQuestion(mark("In which country?"), mark("Leave empty for a global output."), optional=True)
    period_id = ChoiceQuestion(mark("For which period?"))
    account_id = ChoiceQuestion(mark("Which budget account?"), optional=True)
    amount = AmountQuestion(mark("How much is it?"), width="short")
    currency = TextQuestion(mark("In which currency?"), mark("Three letters, such as USD."), width="short")

    #: the questions of this kind of record
    asks: tuple[str, ...] = ()

    def offer(self) -> MoneyForm:
        """Fill the lists, and leave out what this kind of record and this office have no use for."""
        self.donor_id.choices = [(d.id, d.name) for d in framework.donors(session())]
        self.output_id.choices = [(o.id, f"{o.label}. {o.title}") for o in framework.outputs(session())]
        self.country_id.choices = [(c.id, country_name(c)) for c in framework.countries(session())]
        self.period_id.choices = [(p.id, p.title) for p in framework.periods(session())]
        self.account_id.choices = [(a.id, f"{a.code} {a.name}") for a in framework.accounts(session())]
        self.commitment_id.choices = [(c.id, c.title or title_of(session(), "commitment", c.id))
                                      for c in money(session(), "commitment")]
        for question in self.questions:
            if question.name not in self.asks or (question.name == "country_id" and here().office.country_id):
                delattr(self, question.name)
        return self

    def values(self) -> dict[str, Any]:
        """With what follows from the answers."""
        return completed(super().values())


class CommitmentForm(MoneyForm):
    """What a donor promised."""

    asks = ("donor_id", "title", "amount", "currency", "dated")


class InstalmentForm(MoneyForm):
    """What a donor paid."""

    note = TextQuestion(mark("Remark"), optional=True)
    asks = ("commitment_id", "amount", "currency", "dated", "note")


class BudgetForm(MoneyForm):
    """What is planned to be spent."""

    note = TextQuestion(mark("What is it for?"), optional=True)
    asks = ("note", "output_id", "country_id", "period_id", "account_id", "amount", "currency")


class SpendingForm(MoneyForm):
    """What was spent."""

    note = TextQuestion(mark("What did it pay?"), optional=True)
    output_id = ChoiceQuestion(mark("Which output is it for?"), mark("Leave empty for the whole programme."),
                               optional=True)
    amount = AmountQuestion(mark("How much is it?"), mark("Write a refund with a minus."), width="short")
    asks = ("note", "dated", "output_id", "country_id", "period_id", "account_id", "amount", "currency")


def completed(found: dict[str, Any]) -> dict[str, Any]:
    """With the currency in capitals, the programme's when none was given, and a country office's own country."""
    if found.get("amount") is not None and not found.get("currency", "?"):
        found["currency"] = here().programme.currency
    if found.get("currency"):
        found["currency"] = found["currency"].upper()
    if "output_id" in found and here().office.country_id:
        level = {o.id: o.level for o in framework.outputs(session())}.get(found["output_id"] or "")
        found["country_id"] = None if level == "global" else here().office.country_id
    return found


@dataclass(frozen=True)
class Kind:
    """A kind of record of money: its form and command, the list it stands on, and what its pages say."""

    form: type[MoneyForm]
    write: Callable[..., str]
    tab: str
    add: str
    edit: str
    hq_only: bool = False


KINDS: Mapping[str, Kind] = {
    "commitment": Kind(CommitmentForm, commands.record_commitment, "funding", mark("Add a commitment"),
                       mark("Edit the commitment"), hq_only=True),
    "instalment": Kind(InstalmentForm, commands.record_instalment, "funding", mark("Add an instalment"),
                       mark("Edit the instalment"), hq_only=True),
    "budget_line": Kind(BudgetForm, commands.record_budget_line, "budget", mark("Add a budget line"),
                        mark("Edit the budget line")),
    "expenditure": Kind(SpendingForm, commands.record_expenditure, "spending", mark("Add an expenditure"),
                        mark("Edit the expenditure")),
}  # fmt: skip


def saved_words(table: str) -> str:
    """What is told after a save."""
    return {"commitment": _("The commitment is saved."), "instalment": _("The instalment is saved."),
            "budget_line": _("The budget line is saved.")}.get(table, _("The expenditure is saved."))  # fmt: skip
