"""Results on the screen: the rows of the reports' results framework with how far each is, and charts of them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from server.base.i18n import NumberText, _, percent_text
from server.domain.indicators.rules import progress, rating
from server.reports import model
from server.services.gather.measures import results_in
from server.services.gather.shelf import Shelf

#: percent that a chart shows at most: what went far beyond its target must not make the rest illegible
_MOST = Decimal(100)


@dataclass(frozen=True)
class Result:
    """An indicator in a period, of a country or of the programme. `done` is how much of the way to the target is done,
    in percent; `rag` what that means; `whole` the programme's row beside a country's own."""

    row: model.ResultRow
    done: Decimal | None
    rag: str | None
    whole: model.ResultRow | None = None


@dataclass(frozen=True)
class InPeriod:
    """One indicator in one period."""

    period: model.Period
    result: Result


def results(session: Session, period: str, country: str | None, language: str) -> tuple[Result, ...]:
    """Every indicator in a period (id or code): of the programme, or with `country` (id) what that country tells, with
    the programme's beside it. Errors: NotFound."""
    shelf = Shelf(session, language)
    return _results(shelf, period, country)


def history(session: Session, indicator: str, country: str | None, language: str) -> tuple[InPeriod, ...]:
    """One indicator in each period of the calendar."""
    shelf = Shelf(session, language)
    found = []
    for row in shelf.periods:
        told = model.Period(row.code or "", row.title or row.code or "", row.starts, row.ends)
        found += [InPeriod(told, one) for one in _results(shelf, row.id, country) if one.row.id == indicator]
    return tuple(found)


def progress_chart(found: tuple[Result, ...], title: str) -> str | None:
    """How far each indicator is towards its target, as SVG in the current language; None when nothing can be drawn."""
    from server.reports.charts import ProgressChart, to_svg  # noqa: PLC0415  (paper loads when drawn)

    drawn = [one for one in found if one.done is not None]
    if not drawn:
        return None
    shares = [min(max(one.done or Decimal(0), Decimal(0)), _MOST) for one in drawn]
    chart = ProgressChart(title, [f"{one.row.code} {one.row.title}".strip() for one in drawn], shares,
                          [_of(one.row) for one in drawn])
    return to_svg(chart, width=720.0, alternative="; ".join(
        f"{one.row.code}: {percent_text(one.done)}" for one in drawn))


def periods_chart(found: tuple[InPeriod, ...], title: str) -> str | None:
    """Target and actual of one indicator by period, as SVG; None when there is no number."""
    from server.reports.charts import BarChart, Series, to_svg  # noqa: PLC0415  (paper loads when drawn)

    aims = [_number(one.result.row.target) for one in found]
    got = [_number(one.result.row.actual) for one in found]
    if all(value is None for value in (*aims, *got)):
        return None
    chart = BarChart(title, [one.period.title for one in found], [Series(_("Target"), aims), Series(_("Actual"), got)])
    words = (f"{one.period.title}: {_of(one.result.row)}" for one in found)
    return to_svg(chart, width=560.0, alternative="; ".join(words))


def _results(shelf: Shelf, period: str, country: str | None) -> tuple[Result, ...]:
    row = shelf.period(period)
    whole = results_in(shelf, row, None)
    if country is None:
        return tuple(_judged(one, None) for one in whole)
    own = {one.id: one for one in results_in(shelf, row, country)}
    return tuple(_judged(own.get(one.id) or _untold(one), one) for one in whole
                 if one.id in own or one.output is None or one.output.level != "global")


def _untold(row: model.ResultRow) -> model.ResultRow:
    """An indicator of which a country tells nothing yet."""
    return model.ResultRow(row.code, row.title, row.output, row.unit, row.baseline, "", "", None, None, row.by_sex,
                           row.verification, "", (), row.id)


def _judged(row: model.ResultRow, whole: model.ResultRow | None) -> Result:
    done = progress(_number(row.baseline), _number(row.target), _number(row.actual)) if row.unit != "text" else None
    return Result(row, done, rating(done), whole)


def _number(text: str) -> Decimal | None:
    return text.value if isinstance(text, NumberText) else None


def _of(row: model.ResultRow) -> str:
    return _("%(actual)s of %(target)s", actual=row.actual or "–", target=row.target or "–")
