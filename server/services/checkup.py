"""Check-up before sending: what is missing or odd in an office's log of a period. Nothing here stops a dispatch."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from server.base.i18n import _, language_in_words, n_
from server.base.text import fold
from server.db.base import synced_models
from server.domain.activities.queries import ActivityFacts, carried_out
from server.domain.finance import models as finance
from server.domain.framework.queries import PeriodFacts, outputs
from server.domain.people.queries import OfficeFacts
from server.domain.records import visible
from server.domain.reporting.acronyms import unexplained
from server.domain.reporting.figures import days_of
from server.domain.reporting.queries import reports
from server.domain.workplan.queries import planned
from server.services.consolidate import progress_report
from server.services.gather.acronyms import explained
from server.services.gather.shelf import Shelf
from server.services.issues import questions
from server.services.names import field_words, title_of
from server.services.overview import reported_achievements
from server.sync import heads

#: titles at least this much alike, at overlapping dates, are shown as a possible double entry
_ALIKE = 0.85
#: open choices and questions that are told one by one
_MOST = 8


@dataclass(frozen=True)
class Hint:
    """One thing to look at: the sentence, and the record it is about (`table`, `row`), if any.

    `conflict` is the id of the choice that waits, if it is one.
    """

    sentence: str
    table: str | None = None
    row: str | None = None
    conflict: str | None = None


def check_up(session: Session, office: OfficeFacts, period: PeriodFacts, today: date) -> list[Hint]:
    """All hints for an office's report of a period, the log first, then plan, texts and money."""
    logged = reported_achievements(session, period, office.id)
    return [
        *_of_log(logged, today),
        *_doubles(logged),
        *_of_plan(session, office, period, logged),
        *_of_texts(session, office, period),
        *_of_acronyms(session, office, period),
        *_of_money(session, office, period),
        *_open(session, office),
    ]


def _of_log(logged: list[ActivityFacts], today: date) -> Iterator[Hint]:
    for one in logged:
        if not one.evidence_ids:
            sentence = _("“%(title)s” has no evidence: file a document that shows it.", title=one.title)
            yield Hint(sentence, "activity", one.id)
        if not one.narrative:
            yield Hint(_("“%(title)s” has no narrative: say what came of it.", title=one.title), "activity", one.id)
        days = days_of(one.date_from, None)
        if days and days[0] > today:
            yield Hint(
                _("“%(title)s” lies in the future: correct its date, or plan it.", title=one.title), "activity", one.id
            )


def _doubles(logged: list[ActivityFacts]) -> Iterator[Hint]:
    for place, one in enumerate(logged):
        for other in logged[place + 1 :]:
            if _overlap(one, other) and _alike(one.title, other.title):
                yield Hint(
                    _(
                        "“%(one)s” and “%(other)s” look like the same activity: delete one of them.",
                        one=one.title,
                        other=other.title,
                    ),
                    "activity",
                    other.id,
                )


def _overlap(one: ActivityFacts, other: ActivityFacts) -> bool:
    days, others = days_of(one.date_from, one.date_to), days_of(other.date_from, other.date_to)
    return bool(days and others and days[0] <= others[1] and others[0] <= days[1])


def _alike(one: str, other: str) -> bool:
    return difflib.SequenceMatcher(None, fold(one), fold(other)).ratio() >= _ALIKE


def _of_plan(session: Session, office: OfficeFacts, period: PeriodFacts, logged: list[ActivityFacts]) -> Iterator[Hint]:
    lines = planned(session, period_id=period.id, office=office.id)
    done = carried_out(session, office.id)
    for line in lines:
        if line.status == "planned" and line.id not in done:
            yield Hint(
                _(
                    "“%(title)s” was planned and has no progress: log what was done, or set its status.",
                    title=line.title,
                ),
                "planned_activity",
                line.id,
            )
    reported = {a.output_id for a in logged}
    wanted = {line.output_id for line in lines}
    for output in outputs(session):
        if output.id in wanted and output.id not in reported:
            yield Hint(_("Output %(number)s has planned lines but no achievement.", number=output.number))


def _of_texts(session: Session, office: OfficeFacts, period: PeriodFacts) -> Iterator[Hint]:
    kind = "annual" if office.hq else "progress"
    found = reports(session, office=office.id, kind=kind, period_id=period.id)
    if not found:
        yield Hint(_("The report has no texts yet: write at least its summary."))
        return
    summaries = [s for s in found[0].sections if s.key == "summary" and s.text]
    if not summaries:
        yield Hint(_("The report has no summary yet."), "report", found[0].id)
    if not office.hq:
        yield from (Hint(finding) for finding in progress_report(session, office.id, period.id, "en").findings)
    if office.language:
        for section in found[0].sections:
            if section.text and not section.text_local:
                yield Hint(
                    _("A section has no text in the office's own language: the English one will stand there."),
                    "report_section",
                    section.id,
                )


def _of_acronyms(session: Session, office: OfficeFacts, period: PeriodFacts) -> Iterator[Hint]:
    """Acronyms of the report's texts that no list explains, by language; headquarters' report tells all offices'."""
    shelf = Shelf(session, "en")
    whose = None if office.hq else office.id
    told = [(one.office, text, local) for one in reports(session, office=whose, period_id=period.id)
            for text, local in ((s.text, s.text_local) for s in one.sections)]
    for one in reported_achievements(session, period, whose):
        told += [(one.office, one.title, one.title_local), (one.office, one.narrative, one.narrative_local)]
    texts: dict[str, list[str]] = {}
    for of, text, local in told:
        texts.setdefault("en", []).append(text)
        texts.setdefault(shelf.languages.get(of, "en"), []).append(local)
    for language, written in texts.items():
        found = unexplained(explained(shelf), written)
        if found:
            named = ", ".join(found[:_MOST]) + (" …" if len(found) > _MOST else "")
            yield Hint(_("Not in the list of acronyms, in %(language)s: %(acronyms)s. Write them out in the text, or "
                         "have headquarters add them to the list.", language=language_in_words(language),
                         acronyms=named))  # fmt: skip


def _open(session: Session, office: OfficeFacts) -> Iterator[Hint]:
    """Choices and questions that wait for this office. The report prints what is shown now."""
    found = [issue for issue in heads.issues(session.connection(), ("value", "delete"))
             if _owner(session, issue.table, issue.row) == office.id]  # fmt: skip
    for issue in found[:_MOST]:
        title = title_of(session, issue.table, issue.row)
        sentence = _("“%(title)s” was deleted and changed in two places: choose whether it stays.", title=title)
        if issue.kind == "value":
            field = field_words(issue.field)
            sentence = _("“%(title)s” has several values for “%(field)s”: choose one.", title=title, field=field)
        yield Hint(sentence, issue.table, issue.row, issue.id)
    if len(found) > _MOST:
        left = len(found) - _MOST
        yield Hint(n_("%(num)s more value waits for a choice.", "%(num)s more values wait for a choice.", left))
    others = [one for one in questions(session, office.id, hq=False) if one.kind != "clock" and not one.gone_with]
    for one in others[:_MOST]:
        yield Hint(f"{one.sentence} {one.advice}", one.table, one.row)


def _owner(session: Session, table: str, row: str) -> str | None:
    model = synced_models().get(table)
    record = session.get(model, row) if model is not None else None
    return record.office if record is not None else None


def _of_money(session: Session, office: OfficeFacts, period: PeriodFacts) -> Iterator[Hint]:
    spent = _sums(session, finance.Expenditure, office.id, period.id)
    budget = _sums(session, finance.BudgetLine, office.id, period.id)
    if any(spent[currency] > budget[currency] for currency in spent.keys() & budget.keys()):
        yield Hint(_("More was spent than budgeted: explain it in the report, or correct an amount."))
    if not spent:
        yield Hint(_("No spending was entered for this period."))


def _sums(
    session: Session, model: type[finance.Expenditure] | type[finance.BudgetLine], office: str, period: str
) -> dict[str, Decimal]:
    """Totals by currency: amounts in two currencies are not compared."""
    sums: dict[str, Decimal] = {}
    for row in session.scalars(visible(model).where(model.office == office, model.period_id == period)):
        if row.amount is not None:
            currency = row.currency or "USD"
            sums[currency] = sums.get(currency, Decimal(0)) + row.amount
    return sums
