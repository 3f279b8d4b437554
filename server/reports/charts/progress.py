"""Progress towards targets: a bar for each category on a scale whose mark is the target."""

from __future__ import annotations

from decimal import Decimal

from server.base.i18n import _, percent_text
from server.reports import styles
from server.reports.charts.drawing import LABEL, SMALL, Box, Drawing, Label, lines_within, width_of
from server.reports.charts.kinds import ProgressChart

#: what goes beyond the target is shown up to here, in percent of it
_MOST = Decimal(125)
_BAR, _GROUP = 10.0, 8.0


def draw_progress(chart: ProgressChart, width: float, code: str) -> Drawing:
    """The bars at a width in points."""
    names = max((width_of(name, LABEL, code) for name in chart.categories), default=0.0)
    notes = max((width_of(note, SMALL, code) for note in chart.notes), default=0.0)
    gutter, beside = min(names, width * 0.36) + 8, min(notes, width * 0.2) + 8
    scale = width - gutter - beside
    boxes: list[Box] = []
    labels: list[Label] = []
    target = gutter + scale * float(100 / _MOST)
    labels.append(Label(_("Target"), target, 9, "middle", SMALL, styles.GREY, bold=True))
    y = 14.0
    start = y
    for name, share, note in zip(chart.categories, chart.shares, chart.notes, strict=True):
        lines = lines_within(name, gutter - 8, LABEL, code)
        height = max(_BAR, len(lines) * LABEL * 1.25) + _GROUP
        first = y + height / 2 - (len(lines) - 1) * LABEL * 0.625 + LABEL * 0.33
        for k, line in enumerate(lines):
            labels.append(Label(line, gutter - 7, first + k * LABEL * 1.25, "end", LABEL, styles.INK))
        at = y + (height - _BAR) / 2
        boxes.append(Box(gutter, at, scale, _BAR, styles.MIST))
        if share is not None:
            length = scale * float(min(max(share, Decimal(0)), _MOST) / _MOST)
            if length:
                boxes.append(Box(gutter, at, length, _BAR, styles.SERIES[0] if share >= 100 else styles.SERIES[1]))
            inside = percent_text(share)
            ink = styles.INK
            x = gutter + length + 4
            if x + width_of(inside, SMALL, code) > gutter + scale:
                x, ink = gutter + 4, styles.WHITE if share >= 100 else styles.INK
            labels.append(Label(inside, x, at + _BAR * 0.78, "start", SMALL, ink))
        labels.append(Label(note, gutter + scale + 6, at + _BAR * 0.78, "start", SMALL, styles.GREY))
        y += height
    boxes.append(Box(target - 0.5, start, 1.0, y - start, styles.NAVY))
    return Drawing(width, y + 2, tuple(boxes), tuple(labels))
