"""Tables for paper: any number of rows in linear time, heads repeated, cells wrapped and never clipped.

Rows are laid out when their page is filled and forgotten when it is drawn, so that a long table costs no more memory
than its text. In a right-to-left language the first column stands on the right.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from server.base.i18n import _, direction, use_language
from server.reports import styles
from server.reports.columns import Column, column_widths
from server.reports.flow import Block, Piece
from server.reports.hanging import cell_lines
from server.reports.text.faces import Style
from server.reports.text.layout import Line, Text
from server.reports.text.paragraph import TextStyle, draw_mark, parts_of
from server.reports.text.pen import Pen
from server.reports.text.structure import Tag


@dataclass(frozen=True, slots=True)
class Band:
    """A row across all columns that names the rows below it; repeated when these go on over the page."""

    text: str


Row = Sequence[Text] | Band

#: A row of more lines than this may be cut at a page's end; lower ones move to the next page whole.
_WHOLE_ROW = 12
#: Tables of more cells are told to readers page by page, not cell by cell: the structure would outweigh the text.
_TAGGED_CELLS = 4000
#: A cut row leaves at least this many lines on either side.
_CUT_LINES = 4
#: A table of no more rows and points than these is not cut: it is read at one glance.
_SHORT_ROWS, _SHORT = 8, 170.0


@dataclass(frozen=True, slots=True)
class TableSpec:
    """What a table shows.

    `widths` are fractions of the column (None: by content); `align` has a letter for each column: l (start), c, or
    r (right in every direction, so that units stand under units). `tints` names the tint of a cell by (row, column),
    counted without the head. `total_row` sets the last row apart. `labels` sets the first column apart.
    """

    head: Sequence[Text] | None
    rows: Sequence[Row]
    widths: Sequence[float] | None
    align: str
    language: str
    total_row: bool = False
    labels: bool = False
    small: bool = False
    tints: Mapping[tuple[int, int], str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Laid:
    """A row with its lines. `cells` has one entry, `band`, when it goes across."""

    index: int
    cells: tuple[tuple[Line, ...], ...]
    lines: int
    height: float
    kind: str
    skipped: int = 0
    again: bool = False


class Table(Block):
    """The flowing table. `start` and `skip` say which row and which of its lines comes first: a rest is a table."""

    before = 4.0
    after = 10.0

    def __init__(self, spec: TableSpec, *, start: int = 0, skip: int = 0) -> None:
        self.spec, self.start, self.skip = spec, start, skip
        self.tag = Tag("Table")
        self.columns = _Columns(spec)
        self.bands = [i for i, row in enumerate(spec.rows) if isinstance(row, Band)]
        self.cell = styles.text_style("cell", spec.language)
        self.head_style = styles.text_style("cell-head", spec.language)
        if spec.small:
            self.cell, self.head_style = _smaller(self.cell), _smaller(self.head_style)
        self.pad_x, self.pad_y = (3.5, 2.2) if spec.small else (5.0, 3.2)

    def least(self, width: float) -> float:
        short = self._short(width)
        if short:
            return short
        head = self._head(width)
        height = head.height if head else 0.0
        if self.start >= len(self.spec.rows):
            return height
        last = len(self.spec.rows) - 1
        for index in range(self.start, min(self.start + 2, last + 1)):
            row = self._row(index, width)
            height += min(row.height, self._height(_CUT_LINES)) if row.lines > _WHOLE_ROW else row.height
            low = index == 0 and row.lines <= _CUT_LINES  # two low rows stand below a head, not one alone
            if row.kind != "band" and not low and not (self.spec.total_row and index + 1 == last):
                break
        return height

    def _short(self, width: float) -> float:
        """The height of a whole table that is short; 0 for a longer one, and for the rest of one."""
        if self.start or self.skip or len(self.spec.rows) > _SHORT_ROWS:
            return 0.0
        head = self._head(width)
        height = sum((self._row(index, width).height for index in range(len(self.spec.rows))),
                     head.height if head else 0.0)
        return height if height <= _SHORT else 0.0

    def take(self, width: float, room: float, fresh: bool) -> tuple[Piece | None, Block | None]:
        if not fresh and self._short(width) > room:
            return None, self
        head = self._head(width)
        used = head.height if head else 0.0
        placed, index, skip = self._opening(width, room - used)
        used += sum(row.height for row in placed)
        opened = len(placed)
        while index < len(self.spec.rows):
            row = self._row(index, width, skip)
            if used + row.height > room:
                cut = self._cut(row, room - used, must=fresh and len(placed) == opened)
                if cut:
                    placed.append(self._part(row, cut))
                    skip += cut
                break
            placed.append(row)
            used += row.height
            index, skip = index + 1, 0
        index, skip = self._keep_together(placed, index, skip, opened, fresh)
        if len(placed) == opened and index < len(self.spec.rows):
            return None, self
        rest = self._rest(index, skip) if index < len(self.spec.rows) else None
        return self._piece(head, placed, width, rest is None), rest

    def _opening(self, width: float, room: float) -> tuple[list[_Laid], int, int]:
        """The name of the rows that go on here from the page before, if there is one and it leaves room."""
        rows = self.spec.rows
        if self.start == 0 or self.start >= len(rows) or isinstance(rows[self.start], Band):
            return [], self.start, self.skip
        above = bisect_left(self.bands, self.start)
        if not above or (self.spec.total_row and self.start == len(rows) - 1):
            return [], self.start, self.skip
        band = self._row(self.bands[above - 1], width, again=True)
        return ([band] if band.height < room / 3 else []), self.start, self.skip

    def _keep_together(self, placed: list[_Laid], index: int, skip: int, opened: int, fresh: bool) -> tuple[int, int]:
        """No name of rows at a page's end, no total and no last row alone on the next page."""
        last = len(self.spec.rows) - 1
        whole = len(placed) - opened
        spare = fresh if self.spec.total_row else 2  # rows that stay when one more goes over
        lonely = index == last and not skip and whole > spare
        if lonely and placed[-1].kind == "row" and not placed[-1].skipped:
            index = placed.pop().index
        while len(placed) > opened and placed[-1].kind == "band" and index <= last and not skip:
            index = placed.pop().index
        return index, skip

    def _rest(self, index: int, skip: int) -> Table:
        rest = Table.__new__(Table)
        rest.__dict__.update(self.__dict__)
        rest.start, rest.skip = index, skip
        return rest

    def _cut(self, row: _Laid, room: float, must: bool) -> int:
        """How many lines of a row that does not fit go on this page; 0 for none."""
        fitting = int((room - 2 * self.pad_y) / self.cell.leading)
        if must:
            return max(1, min(fitting, row.lines - 1))
        if row.lines <= _WHOLE_ROW or row.kind == "band":
            return 0
        fitting = min(fitting, row.lines - _CUT_LINES)
        return fitting if fitting >= _CUT_LINES else 0

    def _part(self, row: _Laid, lines: int) -> _Laid:
        cells = tuple(cell[:lines] for cell in row.cells)
        return replace(row, cells=cells, lines=lines, height=self._height(lines))

    def _height(self, lines: int) -> float:
        return lines * self.cell.leading + 2 * self.pad_y

    def _head(self, width: float) -> _Laid | None:
        head = self.spec.head
        if head is None:
            return None
        style = self.head_style
        cells = tuple(self._lines(text, column, style) for text, column in self._pairs(head, width))
        lines = max((len(cell) for cell in cells), default=1)
        return _Laid(-1, cells, lines, lines * style.leading + 2 * self.pad_y + 1.5, "head")

    def _row(self, index: int, width: float, skip: int = 0, *, again: bool = False) -> _Laid:
        row = self.spec.rows[index]
        if isinstance(row, Band):
            text = row.text
            if again:
                with use_language(self.spec.language):
                    text = _("%(heading)s (continued)", heading=row.text)
            lines = self._lines(text, Column(0.0, width, "l"), self.head_style)
            return _Laid(index, (lines,), len(lines), self._height(len(lines)), "band", again=again)
        kind = "total" if self.spec.total_row and index == len(self.spec.rows) - 1 else "row"
        style = replace(self.cell, font=Style.BOLD) if kind == "total" else self.cell
        cells = tuple(
            self._lines(text, column, self._first(style) if n == 0 else style)
            for n, (text, column) in enumerate(self._pairs(row, width))
        )
        if skip:
            cells = tuple(cell[skip:] for cell in cells)
        count = max((len(cell) for cell in cells), default=1)
        return _Laid(index, cells, count, self._height(count), kind, skip)

    def _first(self, style: TextStyle) -> TextStyle:
        return self.head_style if self.spec.labels else style

    def _pairs(self, row: Sequence[Text], width: float) -> list[tuple[Text, Column]]:
        columns = self.columns.at(width, self)
        return list(zip(row, columns, strict=False))

    def _lines(self, text: Text, column: Column, style: TextStyle) -> tuple[Line, ...]:
        room = (column.width - 2 * self.pad_x) * 1000.0 / style.size
        rtl = direction(self.spec.language) == "rtl"
        return cell_lines(text, style.font, room, language=self.spec.language, right_to_left=rtl)

    def _piece(self, head: _Laid | None, placed: list[_Laid], width: float, ends: bool) -> Piece:
        rows = [head, *placed] if head else placed
        columns = self.columns.at(width, self)

        def draw(pen: Pen, x: float, top: float, width: float) -> None:
            self._draw_fills(pen, rows, x, top, width, columns)
            self._draw_rules(pen, rows, x, top, width, ends)
            self._draw_texts(pen, rows, x, top, width, columns)

        return Piece(sum(row.height for row in rows), draw)

    def _draw_fills(
        self, pen: Pen, rows: Sequence[_Laid], x: float, top: float, width: float, columns: Sequence[Column]
    ) -> None:
        fills = {"head": styles.PALE, "total": styles.PALE, "band": styles.MIST}
        y = top
        for row in rows:
            bottom = y - row.height
            if row.kind in fills:
                pen.rectangle(x, bottom, width, row.height, fills[row.kind])
            elif self.spec.labels:
                pen.rectangle(x + columns[0].left, bottom, columns[0].width, row.height, styles.MIST)
            for n, column in enumerate(columns if self.spec.tints and row.index >= 0 else ()):
                tint = self.spec.tints.get((row.index, n))
                if tint:
                    pen.rectangle(x + column.left, bottom, column.width, row.height, styles.TINTS[tint])
            y = bottom

    def _draw_rules(self, pen: Pen, rows: Sequence[_Laid], x: float, top: float, width: float, ends: bool) -> None:
        pen.rule(x, top, x + width, top, styles.BLUE, 1.4 if rows[0].kind == "head" else 0.8)
        y = top
        heights: dict[bool, list[float]] = {False: [], True: []}
        for n, row in enumerate(rows):
            y -= row.height
            follows = rows[n + 1].kind if n + 1 < len(rows) else "end"
            heights[row.kind == "head" or follows == "total" or (follows == "end" and ends)].append(y)
        for strong, places in heights.items():
            if places:
                look = (styles.DEEP, 0.7) if strong else (styles.RULE, 0.4)
                pen.rules(x, x + width, places, *look)

    def _draw_texts(
        self, pen: Pen, rows: Sequence[_Laid], x: float, top: float, width: float, columns: Sequence[Column]
    ) -> None:
        """All words. A head or a group's name that is repeated is decoration: it was read aloud before."""
        by_cell = len(self.spec.rows) * len(columns) <= _TAGGED_CELLS
        goes_on = self.start > 0 or self.skip > 0
        y = top
        while rows and ((rows[0].kind == "head" and goes_on) or rows[0].again):
            self._draw_row(pen, rows[0], x, y, width, columns, tagged=False)
            rows, y = rows[1:], y - rows[0].height
        if by_cell:
            pen.begin_text()
        else:
            pen.begin(Tag("P"))
        for row in rows:
            self._draw_row(pen, row, x, y, width, columns, tagged=by_cell)
            y -= row.height
        if not by_cell:
            pen.end()
        pen.end_text()

    def _draw_row(
        self, pen: Pen, row: _Laid, x: float, top: float, width: float, columns: Sequence[Column], *, tagged: bool
    ) -> None:
        style = self.head_style if row.kind in ("head", "band") else self.cell
        row_tag = Tag("TR", self.tag) if tagged else None
        places: Sequence[Column] = (Column(0.0, width, "l"),) if row.kind == "band" else columns
        rtl = direction(self.spec.language) == "rtl"
        for n, (cell, column) in enumerate(zip(row.cells, places, strict=False)):
            look = self._first(style) if n == 0 and row.kind == "row" else style
            y = top - self.pad_y - look.drop
            if row.kind == "head":
                y -= (row.lines - len(cell)) * look.leading + 0.75
            left, room = x + column.left + self.pad_x, column.width - 2 * self.pad_x
            tag = self._cell_tag(row, n, row_tag) if row_tag else None
            if tag:
                pen.begin(tag)
            k = look.size / 1000.0
            for line in cell:
                spare = room - (line.width + line.indent) * k
                at = left + (spare / 2 if column.align == "c" else spare if rtl or column.align == "r" else 0.0)
                at += 0.0 if rtl else line.indent * k
                if tag and line.links:
                    _draw_marked(pen, line, at, y, look, tag)
                else:
                    pen.text(line, at, y, look.size, look.ink)
                y -= look.leading
            if tag:
                pen.end()

    def _cell_tag(self, row: _Laid, column: int, row_tag: Tag) -> Tag:
        if row.kind == "head":
            return Tag("TH", row_tag, attributes="/O/Table/Scope/Column")
        if row.kind == "band":
            return Tag("TH", row_tag, attributes=f"/O/Table/Scope/Row/ColSpan {self.columns.count}")
        if column == 0 and (self.spec.labels or row.kind == "total"):
            return Tag("TH", row_tag, attributes="/O/Table/Scope/Row")
        return Tag("TD", row_tag)


def _draw_marked(pen: Pen, line: Line, x: float, y: float, look: TextStyle, tag: Tag) -> None:
    """A line of a cell with marks of footnotes in it."""
    for part, address in parts_of(line):
        if address.startswith("#"):
            draw_mark(pen, part, x, y, look, tag, address[1:])
        else:
            pen.text(part, x, y, look.size, look.ink)
        x += part.width * look.size / 1000.0


class _Columns:
    """The columns of a table at a width, computed once."""

    def __init__(self, spec: TableSpec) -> None:
        self.spec = spec
        first: Sequence[Text] = next((row for row in spec.rows if not isinstance(row, Band)), ())
        #: how many columns there are
        self.count = len(spec.head or first) or 1
        self._known: dict[float, list[Column]] = {}

    def at(self, width: float, table: Table) -> list[Column]:
        """Columns in the order of the cells, with their places from the left."""
        known = self._known.get(width)
        if known is None:
            spec = self.spec
            rows = [row for row in spec.rows[:300] if not isinstance(row, Band)]
            widths = column_widths(
                spec.head, rows, spec.widths, spec.align, width, table.cell.size, 2 * table.pad_x, spec.language
            )
            known = self._known[width] = _placed(widths, spec.align, direction(spec.language) == "rtl")
        return known


def _placed(widths: Sequence[float], align: str, right_to_left: bool) -> list[Column]:
    """Columns side by side, mirrored when the language runs from right to left."""
    total, used, out = sum(widths), 0.0, []
    for n, width in enumerate(widths):
        left = total - used - width if right_to_left else used
        out.append(Column(left, width, align[n] if n < len(align) else "l"))
        used += width
    return out


def _smaller(style: TextStyle) -> TextStyle:
    return replace(style, size=round(style.size * 0.88, 2), leading=round(style.leading * 0.88, 2))


def facts_table(facts: Sequence[tuple[Text, Text]], language: str) -> Table:
    """Two columns, a label and what it says."""
    rows: list[Row] = [(label, text) for label, text in facts]
    return Table(TableSpec(None, rows, (0.32, 0.68), "ll", language, labels=True))
