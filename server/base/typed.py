"""Reads what people type or paste where there is one cell for it: dates in the usual ways, amounts, quarters, numbers.

Dates are read with the day before the month, unless only the other order is in the calendar. Amounts follow the
current language where a point or a comma can mean two things.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from babel.dates import get_month_names
from babel.numbers import get_decimal_symbol

from server.base.errors import RuleBroken
from server.base.i18n import SCREENS, _, language, locale, screen
from server.base.latin import in_latin
from server.base.money import parse_amount
from server.base.period import parse_date

#: marks that only say which way text runs
_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
#: Arabic-Indic, extended Arabic-Indic and Bengali digits
_DIGITS = {start + d: str(d) for start in (0x660, 0x6F0, 0x9E6) for d in range(10)}
#: words that stand in dates and say nothing
_FILLERS = frozenset({"г", "года", "de", "del", "of", "the", "st", "nd", "rd", "th", "سنة"})
_QUARTER = re.compile(r"[qtкp]\s*\.?\s*([1-4])\s*[-/ ]?\s*(\d{4})|(\d{4})\s*[-/ ]?\s*[qtкp]\s*\.?\s*([1-4])")
_MOST_QUARTERS = 40
#: Serbian months behind a day, which CLDR does not have
_GENITIVES = ("јануара", "фебруара", "марта", "априла", "маја", "јуна", "јула", "августа", "септембра", "октобра",
              "новембра", "децембра")  # fmt: skip


def plain(text: str) -> str:
    """The text in ASCII digits, without marks of direction and with single blanks."""
    return " ".join(_DIRECTION.sub("", text.translate(_DIGITS)).split())


def typed_date(text: str, field: str = "dated") -> str | None:
    """The stored form of a date as people write it; None for nothing. Errors: RuleBroken."""
    said = re.sub(r"[ t]00:00(:00)?$", "", plain(text).casefold())
    if not said:
        return None
    stored = _stored_form(said)
    if stored is None:
        sentence = _("“%(text)s” is no date: write it like 14 May 2014, May 2014 or 2014.", text=_short(text))
        raise RuleBroken(sentence, field)
    return str(parse_date(stored, field))


def _stored_form(said: str) -> str | None:
    """As parse_date reads it; whether there is such a day is left to that. None for what is no date."""
    if re.fullmatch(r"\d{4}(-(q[1-4]|\d{2}(-\d{2})?))?", said):
        return said.upper()
    numbers = [int(part) for part in re.split(r"[./\-]\s*", said.rstrip(".")) if part.isascii() and part.isdigit()]
    if re.fullmatch(r"\d{1,2}([./\-])\s*\d{1,2}\1\s*(\d{4}|\d{2})\.?", said):
        day, month, year = numbers
        if month > 12 >= day:
            day, month = month, day
        return _joined(_full(year), month, day)
    if re.fullmatch(r"\d{4}[./\-]\d{1,2}[./\-]\d{1,2}", said):
        return _joined(*numbers)
    if re.fullmatch(r"\d{1,2}[./\-]\d{4}", said):
        return _joined(numbers[1], numbers[0])
    if re.fullmatch(r"\d{4}[./\-]\d{1,2}", said):
        return _joined(*numbers)
    return _with_month_name(said) or _quarter(said)


def _with_month_name(said: str) -> str | None:
    parts = re.findall(r"\d+|[^\s\d.,/\-–]+", said)
    words = [part for part in parts if not part.isdigit() and part not in _FILLERS]
    numbers = [part for part in parts if part.isdigit()]
    months = _months()
    if len(words) != 1 or words[0] not in months or len(numbers) not in (1, 2) or len(numbers[-1]) not in (2, 4):
        return None
    if any(len(number) > 4 for number in numbers):
        return None
    return _joined(_full(int(numbers[-1])), months[words[0]], *(int(number) for number in numbers[:-1]))


def _quarter(said: str) -> str | None:
    found = _QUARTER.fullmatch(said)
    if found:
        return f"{found[2] or found[3]}-Q{found[1] or found[4]}"
    year = re.search(r"\d{4}", said)
    told = {plain(_("Quarter %(quarter)s of %(year)s", quarter=q, year=year[0])).casefold(): q
            for q in range(1, 5)} if year else {}
    return f"{year[0]}-Q{told[said]}" if year and said in told else None


def _months() -> dict[str, int]:
    """Names of months, whole and short, in the current language and in English."""
    found: dict[str, int] = {}
    for code in ("en", *(one for one in SCREENS if one.startswith(language()))):
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                names = get_month_names(width, context, locale(code))
                found.update({names[n].casefold().rstrip("."): n for n in range(1, 13)})
    if language() == "sr":
        found.update({one: n for n, name in enumerate(_GENITIVES, 1) for one in (name, in_latin(name))})
    return {**found, "sept": 9}


def _full(year: int) -> int:
    return year if year > 99 else 2000 + year


def _joined(year: int, month: int, day: int | None = None) -> str:
    return f"{year:04}-{month:02}" + (f"-{day:02}" if day is not None else "")


def typed_amount(text: str, currency: str = "", field: str = "amount") -> Decimal | None:
    """An amount as people and spreadsheets write it; None for nothing. Errors: RuleBroken.

    `currency` may stand beside it, brackets or any minus put it below zero. `1.250` and `1,250` mean one thousand two
    hundred and fifty, unless the current language writes its decimals so: then it is asked, not guessed.
    """
    said = plain(text).replace("\u2212", "-").strip()
    if currency:
        said = re.sub(rf"^{re.escape(currency)}\b|\b{re.escape(currency)}$", "", said, flags=re.IGNORECASE).strip()
    if re.fullmatch(r"\(.+\)", said):
        said = f"-{said[1:-1]}"
    said = said.strip("$€ ")
    if not said:
        return None
    if re.fullmatch(r"-?[1-9]\d{0,2}[.,]\d{3}", said):
        sign = "," if "," in said else "."
        if sign == get_decimal_symbol(locale(screen())):
            sentence = _("“%(text)s” can mean two amounts: write it without a sign between the thousands, "
                         "or with two decimals.", text=_short(text))
            raise RuleBroken(sentence, field)
        said = said.replace(sign, "")
    return parse_amount(said, field)


def typed_number(text: str) -> str:
    """A number as it is stored (`1234.5`), where the text is one; any other text as it is.

    A percent sign behind it is left out.
    """
    said = re.sub(r"[\s\u00a0\u202f'’٬]", "", plain(text)).replace("\u066b", ".").rstrip("%")
    decimals = get_decimal_symbol(locale(screen()))
    grouping = "." if decimals == "," else ","
    if re.fullmatch(rf"-?\d{{1,3}}(\{grouping}\d{{3}})+(\{decimals}\d+)?", said):
        said = said.replace(grouping, "")
    said = said.replace(",", ".") if said.count(",") == 1 and "." not in said else said
    try:
        number = Decimal(said) if re.fullmatch(r"-?\d{1,15}(\.\d{1,9})?", said) else None
    except InvalidOperation:
        number = None
    return text if number is None else format(number, "f")


def typed_quarters(text: str, field: str = "quarters") -> str | None:
    """Quarters as they are stored (`1 2`): from `1, 2`, `Q1–Q3`, `1-4`; None for nothing. Errors: RuleBroken."""
    said = plain(text).casefold()
    if not said:
        return None
    found: set[int] = set()
    for part in re.split(r"[\s,;+&/،]+", re.sub(r"\s*[-–—]\s*", "-", said[:_MOST_QUARTERS])):
        bounds = re.fullmatch(r"[^\W\d_]?([1-4])(?:-[^\W\d_]?([1-4]))?", part)
        if not bounds:
            raise RuleBroken(_("Choose the quarters among 1, 2, 3 and 4."), field)
        first, last = int(bounds[1]), int(bounds[2] or bounds[1])
        found.update(range(first, last + 1))
    return " ".join(str(quarter) for quarter in sorted(found)) or None


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40].rstrip()} …"
