"""Money: an exact Decimal amount with an ISO 4217 currency. Sums of different currencies are refused."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from server.base.errors import RuleBroken
from server.base.i18n import _

_LIMIT = Decimal(10) ** 15


@dataclass(frozen=True, order=True)
class Money:
    """An amount in a currency; `amount` keeps two decimals."""

    amount: Decimal
    currency: str = "USD"

    def __add__(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise RuleBroken(
                _(
                    "Amounts in %(one)s and %(two)s cannot be added: enter both in one currency.",
                    one=self.currency,
                    two=other.currency,
                ),
                "currency",
            )
        return Money(self.amount + other.amount, self.currency)


def total(amounts: Iterable[Money], currency: str = "USD") -> Money:
    """The sum; zero of `currency` for nothing."""
    result: Money | None = None
    for money in amounts:
        result = money if result is None else result + money
    return result or Money(Decimal("0.00"), currency)


def share(part: Money, whole: Money) -> Decimal | None:
    """`part` as a percentage of `whole` with one decimal, half up; None when there is no whole to compare with."""
    if part.currency != whole.currency:
        raise RuleBroken(_("Amounts in different currencies cannot be compared."), "currency")
    return percentage(part.amount, whole.amount)


def percentage(part: Decimal | int, whole: Decimal | int) -> Decimal | None:
    """`part` as a percentage of `whole` with one decimal, half up; None when `whole` is zero."""
    if not whole:
        return None
    return (Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.1"), ROUND_HALF_UP)


def parse_amount(text: str, field: str = "amount") -> Decimal:
    """An amount as people type it: `454,464.00`, `454 464,00`, `454.464,00`. Errors: RuleBroken on `field`."""
    clean = re.sub(r"[\s\u00a0\u202f'’]", "", text.translate(_DIGITS))
    if re.fullmatch(r"-?\d{1,3}(,\d{3})+(\.\d+)?", clean):
        clean = clean.replace(",", "")
    elif re.fullmatch(r"-?\d{1,3}(\.\d{3})+(,\d+)?", clean) and ("," in clean or clean.count(".") > 1):
        clean = clean.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"-?\d+,\d{1,2}", clean):
        clean = clean.replace(",", ".")
    if not re.fullmatch(r"-?\d+(\.\d+)?", clean):
        raise RuleBroken(_("Enter the amount as a number, such as 12,500.00."), field)
    try:
        amount = Decimal(clean)
    except InvalidOperation:
        raise RuleBroken(_("Enter the amount as a number, such as 12,500.00."), field) from None
    if abs(amount) >= _LIMIT:
        raise RuleBroken(_("This amount is too large: check the number of digits."), field)
    if amount != amount.quantize(Decimal("0.01")):
        raise RuleBroken(_("Enter the amount with at most two decimals."), field)
    return amount.quantize(Decimal("0.01"))


#: Arabic-Indic, extended Arabic-Indic and Bengali digits and separators to the ASCII ones.
_DIGITS = {
    **{0x660 + d: str(d) for d in range(10)},
    **{0x6F0 + d: str(d) for d in range(10)},
    **{0x9E6 + d: str(d) for d in range(10)},
    0x66B: ".",
    0x66C: ",",
}
