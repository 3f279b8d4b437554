"""Fields: one class per kind of question. They read what people type forgivingly and leave the rules to the domain.

A field's `label` is the question and `description` its hint, both marked for translation; the macro in
`templates/ui/fields.html` draws them. `data` is what a command takes: text, number, Decimal, list of ids or None.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import wtforms

from server.base.errors import RuleBroken
from server.base.i18n import _
from server.base.money import parse_amount
from server.base.period import PartialDate, parse_date
from server.base.text import clean, one_line

#: (stored value, words to show)
Choice = tuple[str, str]

#: Arabic-Indic, extended Arabic-Indic and Bengali digits
_DIGITS = {start + d: str(d) for start in (0x660, 0x6F0, 0x9E6) for d in range(10)}


class Question(wtforms.Field):  # type: ignore[misc]
    """A question with one input. `kind` picks the macro; `width` is "wide", "short" or "" for the input's own."""

    kind = "text"
    data: Any

    def __init__(self, label: str, hint: str = "", *, optional: bool = False, width: str = "wide",
                 local: bool = False, **options: Any) -> None:
        super().__init__(label, description=hint, **options)
        self.optional = optional
        self.width = width
        #: answered in the office's own language
        self.local = local

    @property
    def typed(self) -> str:
        """The input as it was typed, to show again."""
        raw = getattr(self, "raw_data", None)
        return str(raw[0]) if raw else self.stored

    @property
    def stored(self) -> str:
        """The record's value as the input shows it."""
        return "" if self.data is None else str(self.data)

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Read what was typed."""
        self.data = self.read(valuelist[0]) if valuelist else None

    def read(self, text: str) -> Any:
        """The value of a text. Errors: ValueError with the sentence to show."""
        return one_line(text) or None


class TextQuestion(Question):
    """One line."""


class LongQuestion(Question):
    """Several lines."""

    kind = "long"

    def __init__(self, label: str, hint: str = "", *, rows: int = 4, **options: Any) -> None:
        super().__init__(label, hint, **options)
        self.rows = rows

    def read(self, text: str) -> str | None:
        """Text with its line ends."""
        return clean(text) or None


class NumberQuestion(Question):
    """A whole number in any of our scripts' digits, with or without grouping."""

    kind = "number"

    def __init__(self, label: str, hint: str = "", **options: Any) -> None:
        super().__init__(label, hint, width="short", **options)

    def read(self, text: str) -> int | None:
        """The number. Errors: ValueError."""
        digits = re.sub(r"[\s\u00a0\u202f,.'’٬]", "", text.translate(_DIGITS))
        if not digits:
            return None
        if not digits.isascii() or not digits.isdigit() or len(digits) > 12:
            raise ValueError(_("Enter a whole number, such as 25."))
        return int(digits)


class AmountQuestion(Question):
    """An amount of money, with point or comma."""

    kind = "number"

    def read(self, text: str) -> Decimal | None:
        """The amount. Errors: ValueError."""
        if not text.strip():
            return None
        try:
            return parse_amount(text, self.name)
        except RuleBroken as error:
            raise ValueError(error.message) from None


class ChoiceQuestion(Question):
    """One of several, from a list or as radio buttons."""

    kind = "choice"

    def __init__(self, label: str, hint: str = "", *, choices: Sequence[Choice] = (), radio: bool = False,
                 none: str = "", **options: Any) -> None:
        super().__init__(label, hint, **options)
        self._choices: list[Choice] | Callable[[], list[Choice]] = list(choices)
        self.kind = "radio" if radio else "choice"
        #: words for "nothing chosen"; empty: the list starts with a blank line
        self.none = none

    @property
    def choices(self) -> list[Choice]:
        """The list to choose from. It may be given as a function, which is called when somebody looks at the list."""
        if callable(self._choices):
            self._choices = self._choices()
        return self._choices

    @choices.setter
    def choices(self, choices: list[Choice] | Callable[[], list[Choice]]) -> None:
        self._choices = choices

    def hold(self) -> None:
        """Put what the record names but the list lacks on the list: it may have been deleted, not have arrived yet, or
        be of a newer Valise, and a save of something else must not drop it."""
        stored = str(self.object_data or "").split() if self.kind == "several" else [self.object_data]
        named = [str(value) for value in stored if value not in (None, "")]
        if not named:
            return
        listed = {value for value, _words in self.choices}
        missing = [value for value in named if value not in listed]
        self.choices = [*self.choices, *((value, _("As it is now; not on the list")) for value in missing)]

    def pre_validate(self, form: Any) -> None:
        """Only what is on the list."""
        if self.data is not None and self.data not in {value for value, _words in self.choices}:
            raise wtforms.ValidationError(_("Choose one from the list."))


class SeveralQuestion(ChoiceQuestion):
    """Any number of several; `data` is the list of those ticked."""

    def __init__(self, label: str, hint: str = "", **options: Any) -> None:
        super().__init__(label, hint, **options)
        self.kind = "several"

    def process_data(self, value: Any) -> None:
        """From the stored form: ids or digits separated by blanks."""
        self.data = value.split() if isinstance(value, str) else list(value or ())

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Those ticked; the list to choose from may not be known yet."""
        self.data = list(valuelist)

    def pre_validate(self, form: Any) -> None:
        """Nothing that is off the list gets in; what is on it is kept in the order of the list."""
        self.data = [value for value, _words in self.choices if value in self.data] if self.data else []


class TickQuestion(Question):
    """Yes or no; `data` is 1 or 0."""

    kind = "tick"

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """1 when it is ticked."""
        self.data = 1 if valuelist and valuelist[0] else 0


class DateQuestion(Question):
    """A date with the precision people know: year, and if known the month or quarter, and the day.

    Its three inputs are called `<name>-day`, `<name>-month` (1 to 12 or Q1 to Q4) and `<name>-year`.
    `data` is the stored form of server.base.period, or None.
    """

    kind = "date"

    def process(self, formdata: Any, data: Any = wtforms.utils.unset_value, extra_filters: Any = None) -> None:
        """Gather the three inputs."""
        super().process(None, data, extra_filters)
        self.parts = ("", "", "")
        names = [f"{self.name}-{part}" for part in ("day", "month", "year")]
        if formdata is not None and any(name in formdata for name in names):
            self.parts = tuple(formdata.get(name, "").strip() for name in names)  # shown again as they were typed
            day, month, year = (part.translate(_DIGITS) for part in self.parts)
            try:
                self.data = self._join(day, month, year)
            except (ValueError, RuleBroken) as error:
                self.process_errors.append(str(error))
        elif self.data:
            self.parts = self._split(str(self.data))

    def _join(self, day: str, month: str, year: str) -> str | None:
        if not (day or month or year):
            return None
        if not year:
            raise ValueError(_("Enter the year."))
        if not (year.isascii() and year.isdigit() and len(year) in (2, 4)):
            raise ValueError(_("Enter the year with four digits, such as 2014."))
        full = year if len(year) == 4 else f"20{year}"
        if not month:
            if day:
                raise ValueError(_("Choose the month of that day."))
            return str(parse_date(full, self.name))
        if month.startswith("Q"):
            if day:
                raise ValueError(_("A quarter has no day: choose the month, or leave the day empty."))
            return str(parse_date(f"{full}-{month}", self.name))
        if not (month.isascii() and month.isdigit()):
            raise ValueError(_("Choose the month from the list."))
        if day and not (day.isascii() and day.isdigit() and 1 <= int(day) <= 31):
            raise ValueError(_("Enter the day as a number from 1 to 31."))
        return str(parse_date(f"{full}-{int(month):02}" + (f"-{int(day):02}" if day else ""), self.name))

    @staticmethod
    def _split(stored: str) -> tuple[str, str, str]:
        try:
            known: PartialDate = parse_date(stored)
        except RuleBroken:
            return "", "", stored
        month = f"Q{known.quarter}" if known.quarter else str(known.month or "")
        return str(known.day or ""), month, str(known.year)
