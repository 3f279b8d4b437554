"""Dates as people know them: a day, a month, a quarter or a year, and spans of them.

Stored as `2014-05-14`, `2014-05`, `2014-Q2`, `2014` (ISO 8601 reduced precision, plus the quarter).
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date

from server.base.errors import RuleBroken
from server.base.i18n import _, day_text, month_text

_FORM = re.compile(r"(\d{4})(?:-(?:Q([1-4])|(\d{2})(?:-(\d{2}))?))?", re.ASCII)


@dataclass(frozen=True)
class PartialDate:
    """A date with its precision. `quarter` and `month` exclude each other; `day` needs `month`."""

    year: int
    quarter: int | None = None
    month: int | None = None
    day: int | None = None

    @property
    def precision(self) -> str:
        """`day`, `month`, `quarter` or `year`."""
        return "day" if self.day else "month" if self.month else "quarter" if self.quarter else "year"

    def first(self) -> date:
        """The first day it can mean."""
        month = self.month or (3 * self.quarter - 2 if self.quarter else 1)
        return date(self.year, month, self.day or 1)

    def last(self) -> date:
        """The last day it can mean."""
        if self.day:
            return self.first()
        month = self.month or (3 * self.quarter if self.quarter else 12)
        return date(self.year, month, calendar.monthrange(self.year, month)[1])

    def __str__(self) -> str:
        if self.quarter:
            return f"{self.year:04}-Q{self.quarter}"
        parts = [f"{self.year:04}", *(f"{p:02}" for p in (self.month, self.day) if p)]
        return "-".join(parts)

    def text(self) -> str:
        """In words, in the current language."""
        if self.day:
            return day_text(self.first())
        if self.month:
            return month_text(self.year, self.month)
        if self.quarter:
            return _("Quarter %(quarter)s of %(year)s", quarter=self.quarter, year=self.year)
        return str(self.year)


def parse_date(text: str, field: str = "date_from") -> PartialDate:
    """Reads the stored form. Errors: RuleBroken on `field` for any other text or a day that does not exist."""
    match = _FORM.fullmatch(text.strip())
    if not match:
        raise RuleBroken(_("Enter a date such as 2014-05-14, 2014-05, 2014-Q2 or 2014."), field)
    year, quarter, month, day = (int(p) if p else None for p in match.groups())
    assert year is not None
    found = PartialDate(year, quarter, month, day)
    try:
        found.first()
    except ValueError:
        message = _("%(date)s is not in the calendar: check the day and the month.", date=text.strip())
        raise RuleBroken(message, field) from None
    if not 1900 <= year <= 2200:
        raise RuleBroken(_("Enter a year between 1900 and 2200."), field)
    return found


def span_text(start: str | None, end: str | None = None) -> str:
    """One or two stored dates in words: `14 May 2014 – 16 May 2014`; an empty text for none.

    What cannot be read is told as it came: a record that arrives from elsewhere may hold anything.
    """
    if not start:
        return ""
    return _told(start) if not end or end == start else f"{_told(start)} – {_told(end)}"


def _told(stored: str) -> str:
    try:
        return parse_date(stored).text()
    except RuleBroken:
        return stored
