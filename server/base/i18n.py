"""Words: every sentence people read goes through `_`; the language is a context variable, no web request needed."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path

from babel import Locale
from babel.dates import format_date, get_month_names
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent
from babel.support import NullTranslations, Translations

from server.base.latin import in_latin

#: The languages of the product, in the order of the menu.
LANGUAGES = ("en", "fr", "es", "ru", "ar", "ro", "sr", "bn")
#: The languages a person can read the pages in: Serbian also in Latin letters, made from the Cyrillic sentences.
SCREENS = tuple(one for code in LANGUAGES for one in ((code, "sr-Latn") if code == "sr" else (code,)))
RIGHT_TO_LEFT = frozenset({"ar"})

_CATALOGS = Path(__file__).resolve().parent.parent / "translations"
_language: ContextVar[str] = ContextVar("valise_language", default="en")


def language() -> str:
    """The language that sentences are made in now, one of LANGUAGES, whatever the letters."""
    return screen().partition("-")[0]


def screen() -> str:
    """The language with its letters, one of SCREENS: as HTML's lang attribute says it."""
    return _language.get()


@contextmanager
def use_language(code: str) -> Iterator[None]:
    """Make sentences in `code`, one of SCREENS, inside the block; an unknown code means English."""
    token = _language.set(code if code in SCREENS else "en")
    try:
        yield
    finally:
        _language.reset(token)


@cache
def catalog(code: str) -> NullTranslations:
    """The messages of one of SCREENS, read from the language's .po file (one source, nothing compiled to forget)."""
    path = _CATALOGS / code.partition("-")[0] / "LC_MESSAGES" / "valise.po"
    if not path.is_file():
        return NullTranslations()
    with path.open("rb") as source:
        messages = read_po(source, locale=code.partition("-")[0])
    if code.endswith("-Latn"):
        for message in messages:
            said = message.string or ""
            message.string = in_latin(said) if isinstance(said, str) else tuple(in_latin(form) for form in said)
    compiled = io.BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return Translations(compiled, domain="valise")


def _(message: str, **values: object) -> str:
    """The sentence in the current language, with `%(name)s` filled in from `values`."""
    text: str = catalog(screen()).gettext(message)
    return text % values if values else text


def n_(singular: str, plural: str, number: int, **values: object) -> str:
    """The sentence for `number` things; `%(num)s` is the number, formatted."""
    text: str = catalog(screen()).ngettext(singular, plural, number)
    return text % {"num": number_text(number), **values}


def mark(message: str) -> str:
    """Marks a sentence for the catalog where it is declared; `_` translates it where it is shown."""
    return message


def direction(code: str | None = None) -> str:
    """`rtl` or `ltr`, as HTML's dir attribute says it."""
    return "rtl" if (code or language()) in RIGHT_TO_LEFT else "ltr"


@cache
def locale(code: str) -> Locale:
    """Babel's locale; Serbian in Cyrillic as the programme writes it, dates in English as the UN writes them."""
    return Locale.parse({"sr": "sr_Cyrl", "en": "en_GB"}.get(code, code).replace("-", "_"))


class NumberText(str):
    """A number in words that remembers the number, so that a spreadsheet can go on counting with it.

    `kind` is "number", "money" or "percent" (then `value` is 60.4 for 60.4 %); `currency` is an ISO 4217 code.
    """

    value: Decimal
    decimals: int
    kind: str
    currency: str

    @classmethod
    def of(
        cls, words: str, value: int | Decimal, decimals: int, kind: str = "number", currency: str = ""
    ) -> NumberText:
        """`words` that say `value`."""
        made = cls(words)
        made.value, made.decimals, made.kind, made.currency = Decimal(value), decimals, kind, currency
        return made


def number_text(value: int | Decimal, decimals: int | None = None) -> NumberText:
    """A number with the grouping of the current language."""
    pattern = "#,##0" if decimals is None else "#,##0." + "0" * decimals if decimals else "#,##0"
    return NumberText.of(_decimal(value, pattern, language()), value, decimals or 0)


@lru_cache(maxsize=4096, typed=True)
def _decimal(value: int | Decimal, pattern: str, code: str) -> str:
    return str(format_decimal(value, format=pattern, locale=locale(code), decimal_quantization=True))


def money_text(amount: Decimal, currency: str, decimals: int = 2) -> NumberText:
    """An amount with its ISO currency code: `USD 454,464.00`."""
    return NumberText.of(f"{currency}\u00a0{number_text(amount, decimals)}", amount, decimals, "money", currency)


def percent_text(value: Decimal | None) -> str:
    """A percentage with one decimal, its sign placed as the language does; a dash when there is none."""
    if value is None:
        return "–"
    here = locale(screen())
    pattern = re.sub(r"0(?=[^0]*$)", "0.0", here.percent_formats[None].pattern, count=1)
    return NumberText.of(str(format_percent(value / 100, format=pattern, locale=here)), value, 1, "percent")


def day_text(day: date, style: str = "long") -> str:
    """A day in words, in the current language."""
    return str(format_date(day, style, locale=locale(screen())))


def month_text(year: int, month: int) -> str:
    """`April 2014` in the current language."""
    return f"{get_month_names('wide', 'stand-alone', locale(screen()))[month]} {year}"


def language_in_words(code: str) -> str:
    """A language's name in the current language, as sentences use it; one that has none there by its code."""
    return locale(screen()).languages.get(code) or code


def language_name(code: str) -> str:
    """A language's own name for itself, as language menus show it."""
    here = Locale.parse(code, sep="-")
    return str(here.get_display_name(here)).capitalize()
