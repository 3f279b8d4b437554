"""The page around the text: cover, header, footer with page x of y, margins of upright and wide pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from server.base.i18n import _, direction, number_text, use_language
from server.reports import styles
from server.reports.flow import Block, Piece, Sheet, stack_blocks
from server.reports.table import facts_table
from server.reports.text.faces import Style
from server.reports.text.layout import Line, Span, Text, lay_out
from server.reports.text.paragraph import Paragraph, TextStyle
from server.reports.text.pen import Pen
from server.reports.text.structure import Tag

#: A4 in points.
A4 = (595.28, 841.89)


@dataclass(frozen=True)
class SignatureBox:
    """The visible sign that the file is signed; the carrier lays its empty field over it. Lines say who signs what."""

    lines: Sequence[str]


@dataclass(frozen=True)
class Cover:
    """The first page. `kicker` stands in the band: the programme or the organisations."""

    kicker: str = ""
    facts: Sequence[tuple[Text, Text]] = ()
    submitted_to: str = ""
    submitted_by: str = ""
    signature: SignatureBox | None = None


@dataclass(frozen=True)
class Frame:
    """What surrounds a story. `when` is the document's date; pages show none of it by themselves."""

    title: str
    subtitle: str = ""
    header_start: str = ""
    header_end: str = ""
    footer_start: str = ""
    footer_end: str = ""
    author: str = ""
    subject: str = ""
    cover: Cover | None = None
    when: datetime = field(kw_only=True)


def sheet(language: str, *, landscape: bool = False) -> Sheet:
    """An A4 page for a language."""
    width, height = A4[::-1] if landscape else A4
    side = 48.0 if landscape else 62.0
    return Sheet(width, height, side, side, 74.0, 66.0, language)


def fitted(text: Text, style: TextStyle, room: float, language: str) -> Line | None:
    """The text in one line, cut with an ellipsis where it does not fit; None for no text."""
    if not text:
        return None
    rtl = direction(language) == "rtl"
    limit = max(room, 20.0) * 1000.0 / style.size
    lines = lay_out(text, style.font, limit, language=language, right_to_left=rtl)
    if len(lines) == 1 or not isinstance(text, str):
        return lines[0]
    shortened = text
    while len(shortened) > 1:
        shortened = shortened[: -max(1, len(shortened) // 16)].rstrip()
        lines = lay_out(shortened + "…", style.font, limit, language=language, right_to_left=rtl)
        if len(lines) == 1:
            break
    return lines[0]


def draw_running(pen: Pen, frame: Frame, page: Sheet, number: int, total: int) -> None:
    """Header and footer of one page."""
    style = styles.text_style("running", page.language)
    with use_language(page.language):
        count = _("Page %(page)s of %(pages)s", page=number_text(number), pages=number_text(total))
    right = page.width - page.right
    head = page.height - 44.0
    foot = 36.0
    if frame.header_start or frame.header_end:
        _pair(pen, frame.header_start, frame.header_end, head, page, style)
        pen.rule(page.left, head - 8, right, head - 8, styles.BLUE, 0.8)
    pen.rule(page.left, foot + 13, right, foot + 13, styles.RULE, 0.5)
    ending = f"{frame.footer_end}  ·  {count}" if frame.footer_end else count
    _pair(pen, frame.footer_start, ending, foot, page, style)


def _pair(pen: Pen, start: str, end: str, y: float, page: Sheet, style: TextStyle) -> None:
    """One text at each side of the column; the one at the end is kept whole when it can be."""
    rtl = direction(page.language) == "rtl"
    k = style.size / 1000.0
    last = fitted(end, style, page.column * 0.6, page.language)
    taken = last.width * k if last else 0.0
    first = fitted(start, style, page.column - taken - 18, page.language)
    for line, at_left in ((first, not rtl), (last, rtl)):
        if line:
            x = page.left if at_left else page.width - page.right - line.width * k
            pen.text(line, x, y, style.size, style.ink)


class _Mark(Block):
    """The short blue rule below the title."""

    before = 20.0

    def __init__(self, *, right_to_left: bool) -> None:
        self.right_to_left = right_to_left

    def least(self, width: float) -> float:
        return 3.0

    def take(self, width: float, room: float, fresh: bool) -> tuple[Piece | None, Block | None]:
        def draw(pen: Pen, x: float, top: float, width: float) -> None:
            pen.rectangle(x + width - 64 if self.right_to_left else x, top - 3, 64, 3, styles.BLUE)

        return (Piece(3.0, draw), None) if room >= 3 else (None, self)


def draw_cover(
    pen: Pen, frame: Frame, cover: Cover, language: str
) -> tuple[tuple[float, float, float, float] | None, list[Block]]:
    """The first page; answers the signature box (left, bottom, right, top), and what found no room on the page."""
    page = sheet(language)
    kicker = _paragraph(cover.kicker, "cover-kicker", language)
    band = max(132.0, kicker.height(page.column) + 72)
    pen.rectangle(0, page.height - band, page.width, band, styles.DEEP)
    pen.rectangle(0, page.height - band - 5, page.width, 5, styles.BLUE)
    if cover.kicker:
        top = page.height - (band - kicker.height(page.column)) / 2
        _stand(pen, kicker, page.left, top, page.column)
    foot = _cover_foot(cover, page)
    blocks: list[Block] = [_title(frame.title, page)]
    if frame.subtitle:
        blocks.append(_paragraph(frame.subtitle, "cover-subtitle", language))
    blocks.append(_Mark(right_to_left=direction(language) == "rtl"))
    if cover.facts:
        facts = facts_table(cover.facts, language)
        facts.before = 26.0
        blocks.append(facts)
    top = page.height - band - 74
    piece, rest = stack_blocks(blocks, page.column, top - foot.top - 16, fresh=False)
    piece.draw(pen, page.left, top, page.column)
    foot.draw(pen)
    return foot.box, rest


def _title(title: str, page: Sheet) -> Paragraph:
    """The title as large as four lines allow."""
    style = styles.text_style("cover-title", page.language)
    for share in (1.0, 0.8, 0.62):
        fitting = replace(style, size=round(style.size * share, 1), leading=round(style.leading * share, 1))
        paragraph = Paragraph(title, fitting, language=page.language, right_to_left=direction(page.language) == "rtl")
        if len(paragraph.lines(page.column)) <= 4:
            break
    return paragraph


@dataclass(frozen=True, slots=True)
class _Foot:
    """The cover's lower part: to whom, by whom, and the signature box below. `top` is where it begins."""

    cover: Cover
    page: Sheet
    people: tuple[tuple[Paragraph, Paragraph], ...]
    box: tuple[float, float, float, float] | None
    top: float

    def draw(self, pen: Pen) -> None:
        """Draw it, in the order it is read."""
        page, top = self.page, self.top - 12
        width = _half(page)
        rtl = direction(page.language) == "rtl"
        for n, pair in enumerate(self.people):
            x = page.left + (page.column - width - n * (width + 20) if rtl else n * (width + 20))
            pen.rule(x, top + 6, x + width, top + 6, styles.BLUE, 1.0)
            y = top
            for block in pair:
                y = _stand(pen, block, x, y, width)
        if self.cover.signature and self.box:
            draw_signature(pen, self.cover.signature, self.box, page.language)


def _half(page: Sheet) -> float:
    return (page.column - 20) / 2


def _cover_foot(cover: Cover, page: Sheet) -> _Foot:
    """Measure the cover's lower part, from the page's foot upwards."""
    top = 66.0
    box = None
    if cover.signature:
        height = 30.0 + 12.5 * len(cover.signature.lines)
        box = (page.left, top, page.left + page.column, top + height)
        top += height + 18
    with use_language(page.language):
        people = [(_("Submitted to"), cover.submitted_to), (_("Submitted by"), cover.submitted_by)]
    pairs = tuple(
        (_paragraph(label, "cover-label", page.language), _paragraph(text, "cover-text", page.language))
        for label, text in people
        if text
    )
    height = max((sum(block.height(_half(page)) for block in pair) for pair in pairs), default=0.0)
    return _Foot(cover, page, pairs, box, top + height + 12 if pairs else top)


def draw_signature(pen: Pen, signature: SignatureBox, box: tuple[float, float, float, float], language: str) -> None:
    """The visible box: a rule and a tint, the words inside."""
    left, bottom, right, top = box
    rtl = direction(language) == "rtl"
    pen.rectangle(left, bottom, right - left, top - bottom, styles.MIST, styles.RULE, 0.6)
    pen.rectangle(right - 3 if rtl else left, bottom, 3, top - bottom, styles.BLUE)
    with use_language(language):
        title = _("Signed electronically. Your PDF reader's signature panel shows whether the file is unchanged.")
    text: list[Span] = [Span(title, ink=styles.DEEP)]
    y = _stand(pen, _paragraph(text, "cover-label", language), left + 12, top - 8, right - left - 24)
    for n, line in enumerate(signature.lines):
        style = styles.text_style("cover-strong" if n == 0 else "cover-text", language)
        small = TextStyle(9, 12.5, style.ink, Style.BOLD if n == 0 else Style.REGULAR)
        shown = fitted(line, small, right - left - 24, language)
        if shown:
            x = right - 12 - shown.width * small.size / 1000.0 if rtl else left + 12
            pen.begin(Tag("P"))
            pen.text(shown, x, y - small.drop, small.size, small.ink)
            pen.end()
        y -= small.leading


def _paragraph(text: Text, style: str, language: str) -> Paragraph:
    rtl = direction(language) == "rtl"
    return Paragraph(text, styles.text_style(style, language), language=language, right_to_left=rtl)


def _stand(pen: Pen, block: Block, x: float, top: float, width: float) -> float:
    """Draw a block whole at a place outside the flow; answers its lower edge."""
    piece, _rest = block.take(width, 1e6, True)
    assert piece is not None
    piece.draw(pen, x, top, width)
    return top - piece.height
