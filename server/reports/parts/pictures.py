"""Charts of a document's facts: timetable, indicators, participants, activities by month."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation
from textwrap import shorten

from server.base.i18n import _, language, number_text
from server.base.money import percentage
from server.domain.reporting.figures import days_of
from server.reports import model, styles
from server.reports.charts import GridCell, GridChart, ProgressChart, Series, StackedChart
from server.reports.words import STATES, in_own_order, month_of, word

#: colours that differ in lightness; how much of a cell is filled tells states apart without any colour
_STATES = {
    "completed": GridCell(styles.SERIES[0]), "ongoing": GridCell(styles.SERIES[1], part=0.5),
    "planned": GridCell(styles.SERIES[1], part=0.15), "delayed": GridCell(styles.SERIES[2], "!"),
    "cancelled": GridCell(styles.TINTS["grey"], "×"),
}
_PLANNED = ("completed", "ongoing", "planned", "delayed", "cancelled")
#: events of the chart of participants, the first of the period
_ROWS = 18
_LONGEST = 70


def timetable(lines: Sequence[model.PlanLine], periods: Sequence[model.Period]) -> GridChart | None:
    """The work plan by quarter (Gantt), which goes on over the pages; None when no activity has a quarter."""
    columns = [_("Q%(quarter)s", quarter=quarter) for _period in periods for quarter in (1, 2, 3, 4)]
    place = {period.code: number for number, period in enumerate(periods)}
    bands = [(period.title or period.code, 4) for period in periods] if len(periods) > 1 else ()
    used = [line for line in lines if line.quarters and line.period in place]
    if not used:
        return None
    return GridChart(
        _("Timetable by quarter"), [_name(line.title, line.country) for line in used], columns,
        [_quarters(line, place[line.period], len(columns)) for line in used],
        _legend(_PLANNED, {line.status for line in used}), bands)


def _quarters(line: model.PlanLine, year: int, columns: int) -> list[GridCell | None]:
    cells: list[GridCell | None] = [None] * columns
    for quarter in line.quarters:
        cells[4 * year + quarter - 1] = _STATES.get(line.status, _STATES["planned"])
    return cells


def _name(title: str, country: str) -> str:
    told = shorten(title, _LONGEST, placeholder=" …") if len(title) > _LONGEST else title
    return f"{country}: {in_own_order(told, language())}" if country else told


def _legend(order: Sequence[str], used: set[str]) -> list[tuple[GridCell, str]]:
    return [(_STATES[state], word(STATES, state)) for state in order if state in used]


def progress_chart(rows: Sequence[model.ResultRow]) -> ProgressChart | None:
    """Indicators that are counted, actual as a share of the target; None when there are none."""
    shown = [(row, _share(row)) for row in rows if row.unit != "text" and row.target]
    if not shown:
        return None
    return ProgressChart(
        _("Indicators against their targets"),
        [_name(f"{row.code} {row.title}".strip(), "") for row, _share_of in shown],
        [share for _row, share in shown],
        [_("%(actual)s of %(target)s", actual=row.actual or "–", target=row.target) for row, _share_of in shown])


def _share(row: model.ResultRow) -> Decimal | None:
    actual, target = _number(row.actual), _number(row.target)
    return None if actual is None or not target else percentage(actual, target)


def _number(words: str) -> Decimal | None:
    """A figure as the document tells it: what the words remember, else what they say."""
    value = getattr(words, "value", None)
    if isinstance(value, Decimal):
        return value
    try:
        return Decimal(words.strip().rstrip("%").strip())
    except InvalidOperation:
        return None


def people_chart(events: Iterable[tuple[str, model.People]]) -> StackedChart | None:
    """Women, men and those not counted by sex, of each event; None when nothing was counted."""
    counted = [(name, people) for name, people in events if people.total is not None]
    if not counted:
        return None
    women = [Decimal(people.women or 0) for _name_of, people in counted]
    men = [Decimal(people.men or 0) for _name_of, people in counted]
    rest = [max(Decimal(people.total or 0) - w - m, Decimal(0))
            for (_name_of, people), w, m in zip(counted, women, men, strict=True)]
    series = [Series(_("Women"), women), Series(_("Men"), men), Series(_("Sex not recorded"), rest)]
    return StackedChart(_("Participants"), [_name(name, "") for name, _people in counted][:_ROWS],
                        [Series(one.name, one.values[:_ROWS]) for one in series if any(one.values)])


def calendar_chart(achievements: Iterable[model.Achievement], period: model.Period) -> GridChart | None:
    """Achievements by the month in which they began, a row for each country; None without a dated one."""
    bounds = days_of(period.starts, period.ends)
    if bounds is None:
        return None
    months = _months(bounds[0].isoformat(), bounds[1].isoformat())
    counts: dict[str, Counter[str]] = {}
    for one in achievements:
        if one.date_from and len(one.date_from) >= 7 and one.date_from[5] != "Q":
            counts.setdefault(one.country or _("Global level"), Counter())[one.date_from[:7]] += 1
    if not any(counts.values()):
        return None
    most = max(n for row in counts.values() for n in row.values())
    return GridChart(
        _("Achievements by the month in which they began"), list(counts), [month_of(month) for month in months],
        [[_counted(row[month], most) if month in row else None for month in months] for row in counts.values()])


def _counted(count: int, most: int) -> GridCell:
    return GridCell(styles.SERIES[0] if count * 2 > most else styles.SERIES[1], number_text(count))


def _months(first: str, last: str) -> list[str]:
    year, month = int(first[:4]), int(first[5:7])
    found: list[str] = []
    while f"{year:04}-{month:02}" <= last[:7] and len(found) < 24:
        found.append(f"{year:04}-{month:02}")
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return found
