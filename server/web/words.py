"""What templates may call: sentences, numbers, dates, and the words for states that are stored as codes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from babel.dates import format_time, get_month_names
from flask import Flask

from server.base.errors import RuleBroken
from server.base.i18n import (
    _,
    day_text,
    language_in_words,
    language_name,
    locale,
    mark,
    money_text,
    n_,
    number_text,
    percent_text,
    screen,
)
from server.base.period import parse_date, span_text
from server.domain.framework.queries import Choice
from server.web.lists import same_at, same_but

#: stored word -> (words for people, tone of the tag)
STATES: Mapping[str, tuple[str, str]] = {
    "not_started": (mark("Not started"), ""),
    "in_progress": (mark("In progress"), "care"),
    "done": (mark("Done"), "good"),
    "not_applicable": (mark("Not applicable"), ""),
    "planned": (mark("Planned"), ""),
    "ongoing": (mark("Ongoing"), "on"),
    "completed": (mark("Completed"), "good"),
    "delayed": (mark("Delayed"), "care"),
    "cancelled": (mark("Cancelled"), ""),
    "green": (mark("Green: on track"), "good"),
    "amber": (mark("Amber: needs attention"), "care"),
    "red": (mark("Red: off track"), "bad"),
    "none": (mark("Not begun"), ""),
    "draft": (mark("Draft"), "on"),
    "submitted": (mark("Submitted"), "good"),
    "returned": (mark("Returned with comments"), "care"),
    "accepted": (mark("Accepted"), "good"),
    "open": (mark("Open"), "care"),
    "closed": (mark("Closed"), ""),
    "watched": (mark("Watched"), "on"),
    "overdue": (mark("Overdue"), "bad"),
    "late": (mark("Late"), "bad"),
    "due": (mark("Due"), "care"),
    "made": (mark("Made, not handed over yet"), "care"),
    "sent": (mark("Sent, not yet acknowledged"), "on"),
    "received": (mark("Received"), "good"),
    "acknowledged": (mark("Received by the other side"), "good"),
    "imported": (mark("Imported"), "good"),
    "already": (mark("Already here"), ""),
    "would": (mark("Ready to import"), "on"),
    "waiting": (mark("Waits for another dispatch"), "care"),
    "parked": (mark("Waits for another dispatch"), "care"),
    "refused": (mark("Refused"), "bad"),
    "undone": (mark("Undone"), ""),
    "stopped": (mark("Stopped"), "care"),
    "cut_off": (mark("Import cut off"), "care"),
    "report": (mark("Report"), ""),
    "circular": (mark("Circular"), ""),
    "setup": (mark("Set-up"), ""),
    "exchange": (mark("Exchange between laptops"), ""),
    "progress": (mark("Progress report"), ""),
    "annual": (mark("Annual progress report"), ""),
    "comment": (mark("Comment"), ""),
    "number": (mark("Number"), ""),
    "percent": (mark("Percentage"), ""),
    "text": (mark("Words"), ""),
    "global": (mark("Global"), ""),
    "national": (mark("National"), ""),
    "working_group": (mark("Working group"), ""),
    "adopted": (mark("Adopted"), "good"),
    "chair": (mark("Chair"), ""),
    "co-chair": (mark("Co-chair"), ""),
    "member": (mark("Member"), ""),
    "secretary": (mark("Secretary"), ""),
    "observer": (mark("Observer"), ""),
    "challenge": (mark("Challenge"), ""),
    "risk": (mark("Risk"), ""),
    "issue": (mark("Issue"), ""),
    "evidence": (mark("Evidence"), ""),
    "minutes": (mark("Minutes"), ""),
    "agreement": (mark("Agreement"), ""),
    "photo": (mark("Photo"), ""),
    "other": (mark("Other"), ""),
    "tor": (mark("Terms of reference"), ""),
    "study": (mark("Study"), ""),
    "brochure": (mark("Brochure"), ""),
    "newsletter": (mark("Newsletter"), ""),
    "guideline": (mark("Guideline"), ""),
    "strategy": (mark("Strategy"), ""),
    "tool": (mark("Tool"), ""),
    "idea": (mark("Idea"), ""),
    "outline": (mark("Outline"), ""),
    "final": (mark("Final"), "good"),
    "published": (mark("Published"), "good"),
    "mou": (mark("Memorandum of understanding"), ""),
    "loa": (mark("Letter of agreement"), ""),
    "endorsement": (mark("Endorsement letter"), ""),
    "project_document": (mark("Project document"), ""),
    "drafting": (mark("Being drafted"), "on"),
    "with_legal": (mark("With the lawyers"), "care"),
    "signed": (mark("Signed"), "good"),
}


def state_words(state: str | None) -> tuple[str, str]:
    """Words in the current language and tone for a stored state; an unknown one is shown as it is stored."""
    words, tone = STATES.get(state or "", (state or "–", ""))
    return _(words), tone


def choices(stored: Iterable[str]) -> list[tuple[str, str]]:
    """Stored words as choices of a field."""
    return [(word, state_words(word)[0]) for word in stored]


def months() -> list[tuple[str, str]]:
    """The month list of a date: twelve months, then the four quarters."""
    names = get_month_names("wide", "stand-alone", locale(screen()))
    found = [(str(number), names[number]) for number in range(1, 13)]
    return found + [(f"Q{q}", _("Quarter %(quarter)s", quarter=q)) for q in range(1, 5)]


def when(stored: str | None, end: str | None = None) -> str:
    """A stored date, or two, in words; a text that is no date as it is."""
    try:
        return span_text(stored, end)
    except RuleBroken:
        return stored or ""


def short_when(stored: str | None) -> str:
    """A stored date in few letters, for cells."""
    try:
        known = parse_date(stored or "")
    except RuleBroken:
        return stored or ""
    return day_text(known.first(), "medium") if known.day else known.text()


def instant(stored: str | datetime | None) -> str:
    """An ISO time in words of the current language, in this machine's time zone."""
    if not stored:
        return ""
    try:
        at = datetime.fromisoformat(stored) if isinstance(stored, str) else stored
    except ValueError:
        return str(stored)
    local = at.astimezone()
    return f"{day_text(local.date(), 'medium')}, {format_time(local, 'short', locale=locale(screen()))}"


def country_name(country: Choice) -> str:
    """A country's name in the current language; one whose code has none there by the framework's name."""
    return locale(screen()).territories.get(country.code.upper()) or country.name


def give_words(app: Flask) -> None:
    """Hand all of these to the templates."""
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        _=_, n_=n_, months=months, state_words=state_words, number=number_text, same_but=same_but, same_at=same_at
    )
    app.jinja_env.filters.update(
        when=when, short_when=short_when, instant=instant, day=day_text, percent=percent_text, number=number_text,
        language_name=language_name, language_in_words=language_in_words,
        country_name=country_name, money=lambda amount, currency="USD": money_text(amount, currency),
    )
    folder = Path(app.static_folder or "")

    @app.url_defaults
    def _versioned(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and "filename" in values:
            values["v"] = _digest(folder / values["filename"])


@cache
def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:8] if path.is_file() else ""
