"""How blocks fill pages: a block gives as much of itself as there is room for, the rest goes on the next page."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from server.reports.text.pen import Pen


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a block with its place decided. `draw` takes the pen, the left edge, the top and the width."""

    height: float
    draw: Callable[[Pen, float, float, float], None]


class Block:
    """A thing that stands in the text column. Measures are in points.

    Of the distance that a block wants after itself and the next one before itself, the larger is kept.
    """

    before: float = 0.0
    after: float = 0.0
    #: Stays on the page of the block behind it.
    keep_next: bool = False
    #: Stays on the page where the block before it ends: a small line that says when and where.
    keep_last: bool = False

    def least(self, width: float) -> float:
        """The smallest height that a first piece of it needs."""
        raise NotImplementedError

    def take(self, width: float, room: float, fresh: bool) -> tuple[Piece | None, Block | None]:
        """What fits into `room`, and what is left. On a fresh page something must be given, however little room."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class PageBreak:
    """What follows starts a new page; unless the page is empty."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Pages from here on: their size and margins in points, and the language of their header and footer."""

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float
    language: str

    @property
    def column(self) -> float:
        """Width of the text column."""
        return self.width - self.left - self.right


@dataclass(frozen=True, slots=True)
class Room(Block):
    """Empty room; none at the top of a page."""

    points: float

    def least(self, width: float) -> float:
        return 0.0

    def take(self, width: float, room: float, fresh: bool) -> tuple[Piece | None, Block | None]:
        height = 0.0 if fresh else min(self.points, max(room, 0.0))
        return Piece(height, lambda pen, x, top, width: None), None


class Together(Block):
    """Blocks that stay on one page; when even a whole page is too small they are split like any others."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self.blocks = tuple(blocks)
        self.before, self.after = self.blocks[0].before, self.blocks[-1].after
        self.keep_next = self.blocks[-1].keep_next

    def least(self, width: float) -> float:
        return stack_blocks(self.blocks, width, 1e9, False)[0].height

    def take(self, width: float, room: float, fresh: bool) -> tuple[Piece | None, Block | None]:
        piece, rest = stack_blocks(self.blocks, width, room, fresh)
        if rest and not fresh:
            return None, self
        return piece, Together(rest) if rest else None


def stack_blocks(blocks: Sequence[Block], width: float, room: float, fresh: bool) -> tuple[Piece, list[Block]]:
    """As many of the blocks as fit, one below the other, as one piece; and those left."""
    placed: list[tuple[float, Piece]] = []
    used, gap = 0.0, 0.0
    rest = deque(blocks)
    while rest:
        block = rest.popleft()
        distance = max(gap, block.before) if placed else 0.0
        piece, left = block.take(width, room - used - distance, fresh and not placed)
        if piece is None:
            rest.appendleft(block)
            break
        placed.append((used + distance, piece))
        used += distance + piece.height
        gap = block.after
        if left is not None:
            rest.appendleft(left)
            break

    def draw(pen: Pen, x: float, top: float, width: float) -> None:
        for down, piece in placed:
            piece.draw(pen, x, top - down, width)

    return Piece(used, draw), list(rest)


class _Clinging(Block):
    """A block with the small ones that stay with its end: it gives its last lines along rather than leave one alone."""

    def __init__(self, first: Block, small: Sequence[Block]) -> None:
        self.first, self.small = first, tuple(small)
        self.before, self.after = first.before, self.small[-1].after

    def least(self, width: float) -> float:
        needed = self.first.least(width)
        if self.first.take(width, needed + 0.01, True)[1] is None:  # it is given whole or not at all
            return stack_blocks((self.first, *self.small), width, 1e9, False)[0].height
        return needed

    def take(self, width: float, room: float, fresh: bool) -> tuple[Piece | None, Block | None]:
        piece, rest = self.first.take(width, room, fresh)
        if piece is None:
            return None, self
        if rest is not None:
            return piece, _Clinging(rest, self.small)
        whole, left = stack_blocks((self.first, *self.small), width, room, fresh)
        if not left:
            return whole, None
        shorter, rest = self.first.take(width, piece.height - 1.0, fresh)
        if shorter is not None and rest is not None and shorter.height < piece.height:
            return shorter, _Clinging(rest, self.small)
        return (whole, Together(left)) if fresh else (None, self)


FlowItem = Block | PageBreak | Sheet


def _group(first: Block, queue: deque[FlowItem]) -> list[Block]:
    """A block and those it must stay with, taken from the queue."""
    group = [_with_small(first, queue)]
    while group[-1].keep_next and queue and isinstance(follower := queue[0], Block):
        queue.popleft()
        group.append(_with_small(follower, queue))
    return group


def _with_small(first: Block, queue: deque[FlowItem]) -> Block:
    """A block and the small ones that stay with its end, taken from the queue."""
    small: list[Block] = []
    while not first.keep_next and queue and isinstance(follower := queue[0], Block) and follower.keep_last:
        small.append(follower)
        queue.popleft()
    return _Clinging(first, small) if small else first


class Filler:
    """Puts blocks on pages. `start_page` makes the pen of a new page for a sheet."""

    def __init__(self, start_page: Callable[[Sheet], Pen]) -> None:
        self._start_page = start_page
        self._sheet: Sheet | None = None
        self._pen: Pen | None = None
        self._y = self._gap = 0.0
        self._fresh = True

    def fill(self, items: Iterable[FlowItem]) -> None:
        """Place all items; the first must be a sheet."""
        queue = deque(items)
        while queue:
            item = queue.popleft()
            if isinstance(item, Sheet):
                self._sheet, self._pen = item, None
            elif isinstance(item, PageBreak):
                self._pen = None if not self._fresh else self._pen
            else:
                self._place(_group(item, queue))

    def _place(self, group: list[Block]) -> None:
        pen, sheet = self._page()
        if len(group) > 1 and not self._fresh:
            gap, needed = self._gap, 0.0
            for block in group:
                needed += max(gap, block.before) + block.least(sheet.column)
                gap = block.after
            if needed > self._y - sheet.bottom:
                self._pen = None
        waiting = deque(group)
        while waiting:
            pen, sheet = self._page()
            block = waiting.popleft()
            distance = 0.0 if self._fresh else max(self._gap, block.before)
            room = self._y - sheet.bottom - distance
            piece, rest = block.take(sheet.column, room + 0.01, self._fresh)
            if piece is None:
                waiting.appendleft(block)
                self._pen = None
                continue
            if piece.height:
                piece.draw(pen, sheet.left, self._y - distance, sheet.column)
                self._y -= distance + piece.height
                self._fresh, self._gap = False, block.after
            if rest is not None:
                waiting.appendleft(rest)
                self._pen = None

    def _page(self) -> tuple[Pen, Sheet]:
        assert self._sheet is not None, "the flow must begin with a sheet"
        if self._pen is None:
            self._pen = self._start_page(self._sheet)
            self._y, self._gap, self._fresh = self._sheet.height - self._sheet.top, 0.0, True
        return self._pen, self._sheet
