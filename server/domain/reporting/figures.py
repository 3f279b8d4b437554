"""Figures that reports tell: computed from records, and filled into texts that say `{spent}` or the like."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from server.base.errors import RuleBroken
from server.base.i18n import mark, money_text, number_text, percent_text
from server.base.money import Money, share
from server.base.period import parse_date

_BRACE = re.compile(r"\{([A-Za-z_]+)\}")

#: What may stand in braces in a section's text, and what it becomes; for the help beside the text field.
FIGURE_NAMES: dict[str, str] = {
    "confirmed": mark("funding confirmed by donors"),
    "received": mark("funds received"),
    "received_in_period": mark("funds received in the period"),
    "spent": mark("money spent"),
    "spent_in_period": mark("money spent in the period"),
    "budget": mark("budget of the period"),
    "delivery_received": mark("money spent as a share of funds received"),
    "delivery_confirmed": mark("money spent as a share of confirmed funding"),
    "delivery_budget": mark("money spent in the period as a share of its budget"),
    "countries_achieved": mark("countries with at least one achievement"),
    "countries_total": mark("countries of the programme"),
    "countries_share": mark("countries with an achievement as a share of all"),
    "countries_late": mark("countries whose report was late or has not come"),
    "achievements": mark("achievements reported"),
    "interventions": mark("interventions planned for the next 12 months"),
    "participants": mark("people who took part in the activities reported, where they were counted"),
    "participants_women": mark("women among them, where they were counted by sex"),
    "women_share": mark("women as a share of those counted by sex"),
    "participants_gpb": mark("participants of the Global Project Board's meetings"),
}


@dataclass(frozen=True)
class Figures:
    """The figures of one report. Amounts are in the programme's currency; `elsewhere` holds totals in other ones.

    `received_count` and `spent_count` say how many instalments and expenditures the totals add up. `countries_late` is
    None in a report of one office, which cannot know. `participants_by_sex` are those counted as women or men.
    """

    confirmed: Money
    confirmed_parts: tuple[Money, ...]
    received: Money
    spent: Money
    budget: Money
    spent_in_period: Money
    countries_achieved: int
    countries_total: int
    achievements: int
    interventions: int
    participants_gpb: int | None
    elsewhere: tuple[Money, ...] = ()
    received_in_period: Money | None = None
    received_count: int = 0
    spent_count: int = 0
    countries_late: int | None = None
    participants: int | None = None
    participants_women: int | None = None
    participants_by_sex: int | None = None

    @property
    def women_share(self) -> Decimal | None:
        """Women as a percentage of those counted by sex."""
        if not self.participants_by_sex or self.participants_women is None:
            return None
        return share(Money(Decimal(self.participants_women)), Money(Decimal(self.participants_by_sex)))

    @property
    def delivery_received(self) -> Decimal | None:
        """Spent as a percentage of what was received."""
        return share(self.spent, self.received)

    @property
    def delivery_confirmed(self) -> Decimal | None:
        """Spent as a percentage of what was confirmed."""
        return share(self.spent, self.confirmed)

    @property
    def delivery_budget(self) -> Decimal | None:
        """Spent in the period as a percentage of the period's budget."""
        return share(self.spent_in_period, self.budget)

    @property
    def countries_share(self) -> Decimal | None:
        """Countries with an achievement as a percentage of all."""
        return share(Money(Decimal(self.countries_achieved)), Money(Decimal(self.countries_total)))

    def words(self) -> dict[str, str]:
        """Each name of FIGURE_NAMES with its figure in words of the current language."""
        return {
            "confirmed": amount_text(self.confirmed, whole=True),
            "received": amount_text(self.received),
            "received_in_period": "–" if self.received_in_period is None else amount_text(self.received_in_period),
            "spent": amount_text(self.spent),
            "spent_in_period": amount_text(self.spent_in_period),
            "budget": amount_text(self.budget),
            "delivery_received": percent_text(self.delivery_received),
            "delivery_confirmed": percent_text(self.delivery_confirmed),
            "delivery_budget": percent_text(self.delivery_budget),
            "countries_achieved": number_text(self.countries_achieved),
            "countries_total": number_text(self.countries_total),
            "countries_share": percent_text(self.countries_share),
            "countries_late": _counted(self.countries_late),
            "achievements": number_text(self.achievements),
            "interventions": number_text(self.interventions),
            "participants": _counted(self.participants),
            "participants_women": _counted(self.participants_women),
            "women_share": percent_text(self.women_share),
            "participants_gpb": _counted(self.participants_gpb),
        }

    def confirmed_text(self) -> str:
        """Confirmed funding with what it is made of: `USD 822,771 (368,307 + 454,464)`."""
        told = amount_text(self.confirmed, whole=True)
        if len(self.confirmed_parts) < 2:
            return told
        decimals = 0 if all(_is_whole(p) for p in self.confirmed_parts) else 2
        return f"{told} ({' + '.join(number_text(p.amount, decimals) for p in self.confirmed_parts)})"


def _counted(number: int | None) -> str:
    return "–" if number is None else number_text(number)


def amount_text(money: Money, *, whole: bool = False) -> str:
    """An amount with its currency; with `whole`, without decimals when it has none."""
    return money_text(money.amount, money.currency, 0 if whole and _is_whole(money) else 2)


def _is_whole(money: Money) -> bool:
    return money.amount == money.amount.to_integral_value()


def fill_figures(text: str, figures: Figures) -> str:
    """The text with known names in braces replaced by figures of the current language; unknown ones stay as typed."""
    words = figures.words()
    return _BRACE.sub(lambda found: words.get(found[1], found[0]), text)


def unknown_figures(text: str) -> tuple[str, ...]:
    """Names in braces that no figure has, in order, each once."""
    return tuple(dict.fromkeys(name for name in _BRACE.findall(text) if name not in FIGURE_NAMES))


def add_up(amounts: Iterable[Money], currency: str) -> tuple[Money, tuple[Money, ...]]:
    """The total in `currency`, and the totals of what is in other currencies, by code: they are never mixed."""
    sums: dict[str, Decimal] = {currency: Decimal("0.00")}
    for money in amounts:
        sums[money.currency] = sums.get(money.currency, Decimal("0.00")) + money.amount
    others = tuple(Money(amount, code) for code, amount in sorted(sums.items()) if code != currency)
    return Money(sums[currency], currency), others


def days_of(date_from: str | None, date_to: str | None) -> tuple[date, date] | None:
    """First and last day that stored dates can mean; None when there is no date or it cannot be read."""
    try:
        first = parse_date(date_from or "")
        last = parse_date(date_to) if date_to else first
    except RuleBroken:
        return None
    return first.first(), max(last.last(), first.first())


def falls_into(date_from: str | None, date_to: str | None, starts: str | None, ends: str | None) -> bool:
    """Whether a dated record is of the period: the middle of its days lies in it.

    So every record is of one period only, and `2014` is of the period that holds most of 2014.
    """
    days, bounds = days_of(date_from, date_to), days_of(starts, ends)
    if days is None or bounds is None:
        return False
    middle = days[0] + timedelta(days=(days[1] - days[0]).days // 2)
    return bounds[0] <= middle <= bounds[1]


def happened_by(dated: str | None, day: date) -> bool:
    """Whether a record dated so may be counted on `day`; undated ones may."""
    days = days_of(dated, None)
    return days is None or days[0] <= day
