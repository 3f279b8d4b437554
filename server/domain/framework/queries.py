"""Queries: the framework as frozen dataclasses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from server.base.errors import NotFound
from server.base.i18n import LANGUAGES, _
from server.domain.checks import readable
from server.domain.framework import models, rules
from server.domain.integrity import suffixes
from server.domain.records import visible


@dataclass(frozen=True)
class ProgrammeFacts:
    """The programme: dates as stored text, currency as ISO code."""

    id: str
    title: str
    short_title: str
    phase: str
    starts: str
    ends: str
    currency: str


@dataclass(frozen=True)
class Choice:
    """A record one can choose: its id, short code and name."""

    id: str
    code: str
    name: str


@dataclass(frozen=True)
class OutputFacts:
    """An output; `level` is country or global. `suffix` tells it from another one with the same number."""

    id: str
    number: int
    title: str
    level: str
    suffix: str = ""

    @property
    def label(self) -> str:
        """Its number as lists show it."""
        return f"{self.number}{self.suffix}"


@dataclass(frozen=True)
class IndicatorFacts:
    """How a result is measured; `unit` is number, percent or text, `baseline` as stored."""

    id: str
    code: str
    title: str
    output_id: str | None
    unit: str
    baseline: str
    by_sex: bool
    verification: str
    deleted: bool = False


@dataclass(frozen=True)
class TargetFacts:
    """What an indicator should reach in a period; `country_id` None for the whole programme."""

    id: str
    indicator_id: str
    period_id: str
    country_id: str | None
    value: str


@dataclass(frozen=True)
class PeriodFacts:
    """A reporting period with its first and last day, and the day reports are due."""

    id: str
    code: str
    title: str
    starts: date
    ends: date
    due: date | None


def programme(session: Session) -> ProgrammeFacts | None:
    """The programme of this folder; None before set-up."""
    row = session.scalars(visible(models.Programme).order_by(models.Programme.id)).first()
    if row is None:
        return None
    return ProgrammeFacts(
        row.id,
        row.title or "",
        row.short_title or row.title or "",
        row.phase or "",
        row.starts or "",
        row.ends or "",
        row.currency or "USD",
    )


def countries(session: Session) -> list[Choice]:
    """Countries in the programme's order."""
    rows = session.scalars(visible(models.Country).order_by(models.Country.position, models.Country.code))
    return [Choice(c.id, c.code or "", c.name or "") for c in rows]


def outputs(session: Session) -> list[OutputFacts]:
    """Outputs by number."""
    rows = list(session.scalars(visible(models.Output).order_by(models.Output.number, models.Output.id)))
    more = suffixes((o.id, o.number) for o in rows)
    return [OutputFacts(o.id, o.number or 0, o.title or "", o.level or "country", more.get(o.id, "")) for o in rows]


def agencies(session: Session) -> list[Choice]:
    """Agencies by short name."""
    rows = session.scalars(visible(models.Agency).order_by(models.Agency.code))
    return [Choice(a.id, a.code or "", a.name or "") for a in rows]


def donors(session: Session) -> list[Choice]:
    """Donors by short name."""
    rows = session.scalars(visible(models.Donor).order_by(models.Donor.code))
    return [Choice(d.id, d.code or "", d.name or "") for d in rows]


def accounts(session: Session) -> list[Choice]:
    """Budget accounts by number; what tells two of one number apart is behind it."""
    rows = list(session.scalars(visible(models.BudgetAccount).order_by(models.BudgetAccount.code)))
    more = suffixes((a.id, a.code) for a in rows)
    return [Choice(a.id, f"{a.code or ''}{more.get(a.id, '')}", a.title or "") for a in rows]


def indicators(session: Session) -> list[IndicatorFacts]:
    """Indicators by id."""
    return [_indicator(row) for row in session.scalars(visible(models.Indicator).order_by(models.Indicator.id))]


def indicator(session: Session, id: str) -> IndicatorFacts:
    """The indicator with that id, deleted or not. Errors: NotFound."""
    row = session.get(models.Indicator, id)
    if row is None:
        raise NotFound(_("This indicator is not here: it comes with a circular from headquarters."))
    return _indicator(row)


def _indicator(row: models.Indicator) -> IndicatorFacts:
    return IndicatorFacts(row.id, row.code or "", row.title or "", row.output_id, row.unit or "", row.baseline or "",
                          row.by_sex == 1, row.verification or "", bool(row.deleted))


def targets(session: Session, period_id: str) -> list[TargetFacts]:
    """Targets of a period by id."""
    table = models.IndicatorTarget
    rows = session.scalars(visible(table).where(table.period_id == period_id).order_by(table.id))
    return [TargetFacts(t.id, t.indicator_id or "", t.period_id or "", t.country_id, t.value or "") for t in rows]


def milestone_types(session: Session) -> list[Choice]:
    """The steps every country takes, in order; `code` is the short title."""
    rows = session.scalars(visible(models.MilestoneType).order_by(models.MilestoneType.position))
    return [Choice(t.id, t.short_title or t.title or "", t.title or "") for t in rows]


def periods(session: Session) -> list[PeriodFacts]:
    """Reporting periods by first day; those without readable dates are left out."""
    rows = list(session.scalars(visible(models.ReportingPeriod).order_by(models.ReportingPeriod.starts)))
    more = suffixes((row.id, row.code) for row in rows)
    found = []
    for row in rows:
        starts, ends, due = readable(row.starts), readable(row.ends), readable(row.due)
        if starts and ends:
            found.append(
                PeriodFacts(
                    row.id,
                    row.code or "",
                    f"{row.title or row.code or ''}{more.get(row.id, '')}",
                    starts.first(),
                    ends.last(),
                    due.last() if due else None,
                )
            )
    return found


@dataclass(frozen=True)
class LayoutSectionFacts:
    """A section of a layout: whether it stands in the report, and its own headings by language; none is the usual."""

    key: str
    shown: bool
    headings: Mapping[str, str]
    id: str | None = None

    def heading(self, language: str) -> str:
        """Its own heading in a language, else the English one; empty for the usual one."""
        return self.headings.get(language) or self.headings.get("en", "")


@dataclass(frozen=True)
class LayoutFacts:
    """A layout of reports with all sections of its kind, in order."""

    id: str
    title: str
    kind: str
    donor_id: str | None
    usual: bool
    sections: tuple[LayoutSectionFacts, ...]


def layouts(session: Session, kind: str | None = None) -> list[LayoutFacts]:
    """Layouts by name, the usual one of each kind only once: of several that say so the oldest."""
    rows = list(session.scalars(visible(models.ReportLayout).order_by(models.ReportLayout.id)))
    parts: dict[str, list[models.LayoutSection]] = {}
    for part in session.scalars(visible(models.LayoutSection).order_by(models.LayoutSection.id)):
        parts.setdefault(part.layout_id or "", []).append(part)
    usual: dict[str | None, str] = {}
    for row in rows:
        if row.usual:
            usual.setdefault(row.kind, row.id)
    found = [LayoutFacts(row.id, row.title or "", row.kind or "", row.donor_id, usual.get(row.kind) == row.id,
                         _sections(row.kind or "", parts.get(row.id, [])))
             for row in rows if kind in (None, row.kind)]  # fmt: skip
    return sorted(found, key=lambda one: (one.kind, one.title.casefold(), one.id))


def _sections(kind: str, rows: Sequence[models.LayoutSection]) -> tuple[LayoutSectionFacts, ...]:
    """Every section of the kind, once: placed ones by their place, the others behind the one they usually follow."""
    usual = rules.LAYOUT_SECTIONS.get(kind, ())
    known: dict[str, models.LayoutSection] = {}
    for row in rows:
        if row.key in usual:
            known.setdefault(row.key or "", row)
    placed = [key for key in usual if key in known and known[key].position is not None]
    order = sorted(placed, key=lambda key: (known[key].position or 0, usual.index(key)))
    for place, key in enumerate(usual):
        if key not in order:
            before = next((other for other in reversed(usual[:place]) if other in order), None)
            order.insert(order.index(before) + 1 if before else 0, key)
    return tuple(_section(key, known.get(key)) for key in order)


def _section(key: str, row: models.LayoutSection | None) -> LayoutSectionFacts:
    if row is None:
        return LayoutSectionFacts(key, key not in rules.ASKED_FOR, {})
    headings = {"en": row.heading or ""}
    headings |= {code: getattr(row, f"heading_{code}") or "" for code in LANGUAGES if code != "en"}
    return LayoutSectionFacts(key, row.shown != 0, {code: said for code, said in headings.items() if said}, row.id)


def period_for(session: Session, code: str | None, today: date) -> PeriodFacts | None:
    """The period with that short name; without one, the latest that has begun, else the first."""
    found = periods(session)
    if code:
        return next((p for p in found if p.code.casefold() == code.casefold() or p.id == code), None)
    begun = [p for p in found if p.starts <= today]
    return begun[-1] if begun else (found[0] if found else None)
