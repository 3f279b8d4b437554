"""Rules: money promised, received, planned and spent. Pure functions of a record's values and the records it names."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from server.base.errors import RuleBroken
from server.base.i18n import _
from server.base.money import Money, share
from server.domain import checks
from server.domain.records import Values, World


def commitment_rules(values: Values, _world: World) -> Iterator[RuleBroken]:
    """A commitment has a donor and an amount."""
    yield from checks.required(values, "donor_id", _("Choose the donor."))
    yield from checks.an_amount(values)
    yield from checks.dated(values, "dated")


def instalment_rules(values: Values, world: World) -> Iterator[RuleBroken]:
    """An instalment pays a commitment in its currency and not more than is left of it."""
    yield from checks.required(values, "commitment_id", _("Choose the commitment that this payment belongs to."))
    yield from checks.an_amount(values)
    yield from checks.dated(values, "dated")
    commitment = world.get("commitment", values.get("commitment_id"))
    if commitment is None or values.get("amount") is None:
        return
    if commitment["currency"] != values.get("currency"):
        yield RuleBroken(
            _(
                "The commitment is in %(currency)s: enter the payment in the same currency.",
                currency=commitment["currency"],
            ),
            "currency",
        )
        return
    others = world.find("instalment", commitment_id=commitment["id"])
    received = sum((o["amount"] or Decimal(0) for o in others if o["id"] != values.get("id")), Decimal(0))
    if received + values["amount"] > (commitment["amount"] or Decimal(0)):
        sentence = _("With this payment more would be received than was promised: enter the new commitment first.")
        yield RuleBroken(sentence, "amount")


def budget_rules(values: Values, _world: World) -> Iterator[RuleBroken]:
    """A budget line has an output, a period and an amount."""
    yield from checks.required(values, "output_id", _("Choose the output the money is for."))
    yield from checks.required(values, "period_id", _("Choose the period."))
    yield from checks.an_amount(values)


def expenditure_rules(values: Values, _world: World) -> Iterator[RuleBroken]:
    """An expenditure has a period and an amount; a refund is below zero."""
    yield from checks.required(values, "period_id", _("Choose the period."))
    yield from checks.an_amount(values, may_be_negative=True)
    yield from checks.dated(values, "dated")


def delivery_rate(spent: Money, of: Money) -> Decimal:
    """Percentage of `of` that was spent, one decimal. Errors: RuleBroken when there is nothing to compare with."""
    rate = share(spent, of)
    if rate is None:
        raise RuleBroken(_("There is no delivery rate before money was received: enter the instalment first."))
    return rate
