"""How far countries and results are: milestones and indicators."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation

from server.base.i18n import number_text, percent_text
from server.domain.framework.models import Indicator, IndicatorTarget, MilestoneType, ReportingPeriod
from server.domain.indicators.models import IndicatorValue
from server.domain.milestones.models import Milestone
from server.reports import model
from server.services.gather.shelf import Shelf, chronological

Measured = IndicatorTarget | IndicatorValue


def milestones_of(shelf: Shelf) -> tuple[tuple[model.MilestoneStep, ...], dict[str, tuple[model.MilestoneCell, ...]]]:
    """The steps in order, and by country id how far it is on each."""
    types = sorted(shelf.rows(MilestoneType), key=lambda t: (t.position or 10**6, t.title or "", t.id))
    steps = tuple(model.MilestoneStep(t.title or "", t.short_title or t.title or "") for t in types)
    cells: dict[tuple[str, str], model.MilestoneCell] = {}
    for row in sorted(shelf.rows(Milestone), key=lambda m: (chronological(m.dated), m.id)):
        place = (row.country_id or "", row.type_id or "")
        cells.setdefault(place, model.MilestoneCell(row.status or "", row.dated, row.note or ""))
    empty = model.MilestoneCell()
    return steps, {country: tuple(cells.get((country, t.id), empty) for t in types) for country in shelf.countries}


def results_in(shelf: Shelf, period: ReportingPeriod, country: str | None, *,
               level: str | None = None) -> tuple[model.ResultRow, ...]:
    """Indicators with target and actual of the period, by output and code.

    Without `country`: of the programme, with what each country tells of its own. With `country`: of that country,
    only the indicators it has a target or value for. `level`: only indicators of outputs of that level.
    """
    targets = _by_indicator(shelf.rows(IndicatorTarget, IndicatorTarget.period_id == period.id))
    values = _by_indicator(shelf.rows(IndicatorValue, IndicatorValue.period_id == period.id))
    order = list(shelf.outputs)
    rows = sorted(shelf.rows(Indicator), key=lambda i: (
        order.index(i.output_id) if i.output_id in order else len(order), _natural(i.code), i.id))
    found = []
    for row in rows:
        output = shelf.outputs.get(row.output_id or "")
        aims, got = targets.get(row.id, {}), values.get(row.id, {})
        if level is not None and (output is None or output.level != level):
            continue
        if country is None:
            found.append(_programme_row(shelf, row, output, aims, got))
        elif country in aims or country in got:
            found.append(_row(row, output, aims.get(country), got.get(country), ()))
    return tuple(found)


def _by_indicator(rows: Sequence[Measured]) -> dict[str, dict[str | None, Measured]]:
    found: dict[str, dict[str | None, Measured]] = {}
    for row in rows:
        found.setdefault(row.indicator_id or "", {}).setdefault(row.country_id, row)
    return found


def _programme_row(shelf: Shelf, row: Indicator, output: model.Output | None,
                   aims: dict[str | None, Measured], got: dict[str | None, Measured]) -> model.ResultRow:
    parts = tuple((country.name, _told(row.unit, _value(aims.get(id))), _told(row.unit, _value(got.get(id))))
                  for id, country in shelf.countries.items() if id in aims or id in got)
    told = _row(row, output, aims.get(None), got.get(None), parts)
    if row.unit != "number":
        return told
    target = told.target or _sum([_value(one) for id, one in aims.items() if id])
    actual = told.actual or _sum([_value(one) for id, one in got.items() if id])
    women, men = told.women, told.men
    if None not in got:
        women, men = _count(got.values(), "women"), _count(got.values(), "men")
    return model.ResultRow(told.code, told.title, output, told.unit, told.baseline, target, actual, women, men,
                           told.by_sex, told.verification, told.note, parts, row.id)


def _row(row: Indicator, output: model.Output | None, target: Measured | None, value: Measured | None,
         parts: tuple[tuple[str, str, str], ...]) -> model.ResultRow:
    actual = value if isinstance(value, IndicatorValue) else None
    return model.ResultRow(
        code=row.code or "", title=row.title or "", output=output, unit=row.unit or "",
        baseline=_told(row.unit, row.baseline), target=_told(row.unit, _value(target)),
        actual=_told(row.unit, _value(value)), women=actual.women if actual else None,
        men=actual.men if actual else None, by_sex=row.by_sex == 1, verification=row.verification or "",
        note=(actual.note if actual else "") or "", parts=parts, id=row.id)


def _value(row: Measured | None) -> str | None:
    return None if row is None else row.value


def _number(text: str | None) -> Decimal | None:
    try:
        return Decimal((text or "").strip())
    except InvalidOperation:
        return None


def _told(unit: str | None, text: str | None) -> str:
    number = _number(text)
    if number is None or unit == "text":
        return text or ""
    if unit == "percent":
        return percent_text(number)
    return number_text(number, max(0, -int(number.as_tuple().exponent)))


def _sum(texts: Sequence[str | None]) -> str:
    """The total in words; empty when one of them is no number, or there are none."""
    numbers = [_number(text) for text in texts]
    if not numbers or any(n is None for n in numbers):
        return ""
    return _told("number", str(sum((n for n in numbers if n is not None), Decimal(0))))


def _count(rows: Iterable[Measured], field: str) -> int | None:
    counted = [n for n in (getattr(row, field, None) for row in rows) if n is not None]
    return sum(counted) if counted else None


def _natural(code: str | None) -> list[tuple[int, str]]:
    """1.10 after 1.2."""
    return [(int(part), "") if part.isdigit() else (10**6, part) for part in (code or "").split(".")]
