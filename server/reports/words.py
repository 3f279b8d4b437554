"""Words for what is stored as a short code, and dates, quarters and counts as documents say them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

from server.base.errors import RuleBroken
from server.base.i18n import LANGUAGES, _, direction, language, language_name, mark, number_text
from server.base.period import span_text

DASH = "–"

STATES: Mapping[str, str] = {
    "planned": mark("Planned"), "ongoing": mark("Ongoing"), "completed": mark("Completed"),
    "delayed": mark("Delayed"), "cancelled": mark("Cancelled"),
    "open": mark("Open"), "watched": mark("Watched"), "closed": mark("Closed"),
    "not_started": mark("Not started"), "in_progress": mark("In progress"), "done": mark("Done"),
    "not_applicable": mark("Not applicable"),
    "draft": mark("Draft"), "submitted": mark("Submitted"), "returned": mark("Returned"), "accepted": mark("Accepted"),
}
RAGS: Mapping[str, str] = {"green": mark("Green"), "amber": mark("Amber"), "red": mark("Red")}
KINDS: Mapping[str, str] = {
    "challenge": mark("Challenge"), "risk": mark("Risk"), "issue": mark("Issue"),
    "evidence": mark("Evidence"), "minutes": mark("Minutes"), "agreement": mark("Agreement"), "photo": mark("Photo"),
    "other": mark("Other"),
    "tor": mark("Terms of reference"), "study": mark("Study"), "brochure": mark("Brochure"),
    "newsletter": mark("Newsletter"), "guideline": mark("Guideline"), "strategy": mark("Strategy"),
    "tool": mark("Tool"),
    "mou": mark("Memorandum of understanding"), "loa": mark("Letter of agreement"),
    "endorsement": mark("Endorsement letter"), "project_document": mark("Project document"),
}
STAGES: Mapping[str, str] = {
    "idea": mark("Idea"), "outline": mark("Outline"), "draft": mark("Draft"), "final": mark("Final"),
    "published": mark("Published"),
    "drafting": mark("Drafting"), "with_legal": mark("With the legal office"), "signed": mark("Signed"),
}
#: colour of the tint behind a word; the word alone says the same
TINTS: Mapping[str, str] = {
    "green": "green", "amber": "amber", "red": "red",
    "completed": "green", "done": "green", "closed": "green", "signed": "green",
    "ongoing": "amber", "in_progress": "amber", "delayed": "red", "open": "amber", "watched": "amber",
    "not_started": "grey", "cancelled": "grey",
}


def word(codes: Mapping[str, str], code: str) -> str:
    """A code in words; an unknown one, from a newer version, as it is; a dash for none."""
    return _(codes[code]) if code in codes else code or DASH


def when(date_from: str | None, date_to: str | None = None) -> str:
    """Stored dates in words; as they are when they cannot be read; empty for none."""
    try:
        return span_text(date_from, date_to)
    except RuleBroken:
        return " – ".join(part for part in (date_from, date_to) if part)


def when_or_dash(date_from: str | None, date_to: str | None = None) -> str:
    """Stored dates in words; a dash for none."""
    return when(date_from, date_to) or DASH


def month_of(stored: str | None) -> str:
    """The month of a stored date in words, `February 2014`; the date as it is when it has none."""
    return when(stored[:7]) if stored and re.match(r"\d{4}-\d{2}", stored) else when(stored)


def quarters_text(quarters: Iterable[int]) -> str:
    """`Q1, Q2`; empty for none."""
    return listed(_("Q%(quarter)s", quarter=number) for number in quarters)


_LAST_NUMBER = re.compile(r" (?=(?:\d+|[IVX]+)$)")


def glued(label: str) -> str:
    """`Phase II` as one: the number that ends a label begins no line."""
    return _LAST_NUMBER.sub("\u00a0", label)


def count(number: int | None) -> str:
    """A number in words; a dash when nobody counted."""
    return DASH if number is None else number_text(number)


def languages_text(codes: Iterable[str]) -> str:
    """Names of languages, each in itself; a code that is none of ours as it is."""
    return listed(language_name(code) if code in LANGUAGES else code for code in codes)


def comma() -> str:
    """The comma of the language, with the blank behind it."""
    return "، " if language() == "ar" else ", "


def listed(parts: Iterable[str]) -> str:
    """The parts with commas between them."""
    return comma().join(parts)


def joined(parts: Iterable[str], between: str = " · ") -> str:
    """The parts that are there, in one line, each in its own order; when all are foreign, the line in theirs."""
    told, code = [part for part in parts if part], language()
    whole = between.join(told)
    if "\n" not in whole and all(is_foreign(part, code) for part in told):
        return in_own_order(whole, code)
    return between.join(in_own_order(part, code) for part in told)


#: FIRST STRONG ISOLATE and POP DIRECTIONAL ISOLATE (UAX #9): what stands between them is ordered by itself
FSI, PDI = "\u2068", "\u2069"
_LETTER = re.compile(r"[^\W\d_]")
#: what a line of a list in a cell begins with; its blank is no place to break
BULLET = "•\u00a0"


def is_foreign(text: str, code: str) -> bool:
    """Whether a text in a right-to-left language has letters, but none of that direction."""
    if direction(code) == "ltr" or not _LETTER.search(text):
        return False
    return not any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in text)


def in_own_order(text: str, code: str) -> str:
    """The text, isolated when it is foreign to a right-to-left language: an English remark keeps its full stop.

    The bullet of a line stands outside, where the language's lines begin.
    """
    if not is_foreign(text, code):
        return text
    bullet = BULLET if text.startswith(BULLET) else ""
    return f"{bullet}{FSI}{text.removeprefix(bullet)}{PDI}"


def evidence_text(numbers: Iterable[int]) -> str:
    """References to the evidence list: `E1, E4`; empty for none."""
    return ", ".join(f"E{number}" for number in numbers)
