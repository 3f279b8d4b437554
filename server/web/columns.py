"""Columns of grids: how a stored value stands in a cell, and what a text that was typed or pasted there means."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from server.base.errors import RuleBroken
from server.base.i18n import _, number_text
from server.base.text import fold, one_line
from server.base.typed import plain, typed_amount, typed_date, typed_number, typed_quarters
from server.web.words import short_when

#: what cannot be printed; the blanks of a spreadsheet's cell (tab, line ends) can
_CONTROL = re.compile("[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\ufffe\uffff]")
#: letters that make others stand in a false order
_OVERRIDES = re.compile("[\u202d\u202e]")
#: what a spreadsheet shows where its sum went wrong
_SPREADSHEET_ERRORS = frozenset({"#N/A", "#NAME?", "#REF!", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!"})
#: (stored value, words, other words that mean it)
Offer = tuple[str, str, tuple[str, ...]]


class Column:
    """One field of a grid's records. `words` are marked for translation; `width` is wide, middle, normal or short."""

    kind = "text"
    longest = 2000

    def __init__(self, name: str, words: str, *, width: str = "normal", longest: int | None = None) -> None:
        self.name = name
        self.words = words
        self.width = width
        self.longest = longest or type(self).longest

    def show(self, value: Any) -> str:
        """The stored value as the cell shows it."""
        return "" if value is None else str(value)

    def read(self, text: str) -> Any:
        """The value of a text. Errors: RuleBroken with what to do."""
        if len(text) > self.longest:
            raise RuleBroken(_("This is too long for a cell: shorten it to %(most)s letters.",
                               most=number_text(self.longest)), self.name)
        if _CONTROL.search(text):
            raise RuleBroken(_("There are signs in it that cannot be printed: type it anew."), self.name)
        if _OVERRIDES.search(text):
            raise RuleBroken(_("There are signs in it that turn letters round: type it anew."), self.name)
        if text.lstrip().startswith("=") or text.strip().upper() in _SPREADSHEET_ERRORS:
            raise RuleBroken(_("This is a formula of a spreadsheet or its error: enter the value itself."), self.name)
        return self.meant(text)

    def meant(self, text: str) -> Any:
        """The value of a text that holds nothing odd. Errors: RuleBroken."""
        return one_line(text) or None


class TextColumn(Column):
    """Words."""


class ChoiceColumn(Column):
    """One of several records or stored words."""

    kind = "choice"
    longest = 300

    def __init__(self, name: str, words: str, offers: Iterable[Sequence[Any]], **options: Any) -> None:
        super().__init__(name, words, **options)
        self.offers: tuple[Offer, ...] = tuple((one[0], one[1], tuple(one[2:])) for one in offers)
        self._values = {one[0] for one in self.offers}
        #: folded words -> stored value; None where two have them
        self._meant: dict[str, str | None] = {}
        for value, told, others in self.offers:
            for words_of in (told, *others):
                said = fold(words_of)
                self._meant[said] = value if self._meant.get(said, value) == value else None

    def beyond(self, text: str, stored: bool) -> tuple[str, str] | None:
        """A further offer for what the cell holds and the list lacks: typed, or `stored` in a record that was
        deleted, has not arrived yet or is of a newer Valise."""
        if not text or text in self._values:
            return None
        return text, _("As it is now; not on the list") if stored else text

    def meant(self, text: str) -> str | None:
        """The stored value of what was chosen or of the words that were pasted."""
        said = one_line(text)
        if not said or said in self._values:
            return said or None
        folded = fold(plain(said))
        found = self._meant.get(folded) or self._only(folded)
        if found is None:
            raise RuleBroken(_("“%(text)s” is not on the list: choose one.", text=said[:80]), self.name)
        return found

    def _only(self, said: str) -> str | None:
        """The one offer that begins with these words."""
        found = {value for words, value in self._meant.items() if words.startswith(said)} if len(said) > 2 else set()
        return found.pop() if len(found) == 1 else None


class AmountColumn(Column):
    """An amount of money, in the programme's `currency` unless a column of its own says otherwise."""

    kind = "figure"
    longest = 60

    def __init__(self, name: str, words: str, *, currency: str = "", **options: Any) -> None:
        super().__init__(name, words, **options)
        self.currency = currency

    def show(self, value: Any) -> str:
        """With the current language's signs."""
        return number_text(value, 2) if isinstance(value, Decimal) else ""

    def meant(self, text: str) -> Decimal | None:
        """The amount."""
        return typed_amount(text, self.currency, self.name)


class CountColumn(Column):
    """A whole number."""

    kind = "figure"
    longest = 40

    def meant(self, text: str) -> int | None:
        """The number."""
        said = plain(text)
        if not said:
            return None
        if not re.fullmatch(r"\d{1,12}|\d{1,3}([ .,'’٬]\d{3}){1,3}", said, re.ASCII):
            raise RuleBroken(_("Enter a whole number, such as 25."), self.name)
        return int(re.sub(r"\D", "", said))


class MeasureColumn(Column):
    """What an indicator reached: a number as it is stored, or words."""

    kind = "measure"

    def meant(self, text: str) -> str | None:
        """The number without grouping, or the words."""
        return typed_number(one_line(text)) or None


class DateColumn(Column):
    """A date with the precision people know."""

    kind = "date"
    longest = 60

    def show(self, value: Any) -> str:
        """In words of the current language."""
        return short_when(value) if value else ""

    def meant(self, text: str) -> str | None:
        """The stored form."""
        return typed_date(text, self.name)


class QuartersColumn(Column):
    """Quarters of a period."""

    kind = "figure"
    longest = 40

    def meant(self, text: str) -> str | None:
        """Digits with blanks between."""
        return typed_quarters(text, self.name)


class CurrencyColumn(Column):
    """An ISO 4217 code."""

    longest = 20

    def meant(self, text: str) -> str | None:
        """In capitals; the rules of the record say whether it is one."""
        return plain(text).upper() or None
