"""A story: what a document says, block by block, in one language or several; and `render`, which makes it a PDF.

A document makes a `Story`, adds blocks to it in reading order, and hands it to `render` with the `Frame` (cover,
header, footer, properties). Everything else follows from the story's language: direction, script, line height.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from server.base.i18n import _, direction, use_language
from server.reports import styles
from server.reports.charts import Chart, ChartBlock, page_by_page
from server.reports.contents import ContentsBlock, Entry
from server.reports.document import OutlineEntry, Properties, anchor_pages, write_document
from server.reports.flow import Block, Filler, FlowItem, PageBreak, Room, Sheet, Together
from server.reports.frame import Cover, Frame, SignatureBox, draw_cover, draw_running, sheet
from server.reports.photos import EmptyFrame, PhotoBlock, prepare_photo
from server.reports.sheets import Rendered
from server.reports.table import Band, Row, Table, TableSpec, facts_table
from server.reports.text.layout import Span, Text, plain
from server.reports.text.paragraph import Paragraph
from server.reports.text.pdffont import DocumentFonts
from server.reports.text.pen import Pen
from server.reports.text.structure import Structure, Tag

__all__ = ["Band", "Cover", "Frame", "SignatureBox", "Span", "Story", "render"]


#: room in points for the caption above a chart and the words below it, on one page with it
_BESIDE_A_CHART = 90.0


class Story:
    """Blocks in reading order. Texts are plain or spans; a blank line in a text begins a new paragraph."""

    def __init__(self, language: str = "en") -> None:
        self.language = language
        self.items: list[FlowItem] = [sheet(language)]
        self.entries: list[Entry] = []
        self._listed: list[Entry] = []
        self._listed_depth = 3
        self._first_language = language
        self._wide = False
        self._depth = 0
        self._footnotes: list[Text] = []
        self._footnotes_told = 0

    @property
    def first_language(self) -> str:
        """The language the story began in: that of cover and document properties."""
        return self._first_language

    def part(self, language: str, title: str) -> None:
        """Begin a part on a new page, in its own language and direction; it has its own line in the contents."""
        self.language, self._wide = language, False
        self._turn(sheet(language))
        self._heading(0, title, "part")

    def heading(self, level: int, text: str) -> None:
        """A heading of level 1 to 3; it stays with what follows and is listed in contents and outline."""
        level = min(max(level, 1), 3)
        self._heading(level, text, f"heading{level}")

    def paragraph(self, text: Text, style: str = "body") -> None:
        """A paragraph in one of the styles body, lead, note, caption, quote; nothing for an empty text."""
        if style not in styles.PARAGRAPHS:
            raise ValueError(f"a paragraph's style is one of {', '.join(styles.PARAGRAPHS)}, not {style}")
        for part in _paragraphs(text):
            self.items.append(self._paragraph(part, style))

    def numbered(self, items: Sequence[tuple[Text, Text, Text]], start: int = 1) -> None:
        """Items with a number, a title in bold, a text, and a note; text and note may be empty."""
        whole = Tag("L", attributes="/O/List/ListNumbering/Decimal")
        for number, (title, text, note) in enumerate(items, start):
            item = Tag("LI", whole)
            body, label = Tag("LBody", item), Tag("Lbl", item)
            self.items.append(
                self._paragraph(title, "item-title", label=f"{number}.", tag=Tag("P", body), label_tag=label)
            )
            for style, more in (("item", text), ("item-note", note)):
                for part in _paragraphs(more):
                    self.items.append(self._paragraph(part, style, tag=Tag("P", body)))

    def item(self, text: Text, label: str = "", *, keep_next: bool = False) -> None:
        """A paragraph of a list, with its number or without: the item goes on."""
        style = replace(styles.text_style("item", self.language), before=5.0 if label else 0.0, keep_next=keep_next)
        rtl = direction(self.language) == "rtl"
        self.items.append(Paragraph(text, style, language=self.language, right_to_left=rtl, label=label))

    def item_note(self, text: Text) -> None:
        """What is said small below an item."""
        self.items.append(self._paragraph(text, "item-note"))

    def bullets(self, items: Sequence[Text], *, keep_next: bool = False) -> None:
        """A list with bullets; `keep_next` for a short one that stays on the page of what follows."""
        whole = Tag("L", attributes="/O/List/ListNumbering/Disc")
        for text in items:
            item = Tag("LI", whole)
            body, label = Tag("LBody", item), Tag("Lbl", item)
            self.items.append(told := self._paragraph(text, "bullet", label="•", tag=body, label_tag=label))
            told.keep_next = keep_next

    def enumerated(self, items: Sequence[tuple[str, Text]]) -> None:
        """A list whose items have the labels that people gave them: (label, text)."""
        whole = Tag("L", attributes="/O/List/ListNumbering/Decimal")
        for mark, text in items:
            item = Tag("LI", whole)
            body, label = Tag("LBody", item), Tag("Lbl", item)
            self.items.append(self._paragraph(text, "enumerated", label=mark, tag=body, label_tag=label))

    def footnote(self, words: Text, note: Text) -> Text:
        """`words` with the raised number of a footnote behind them, for a paragraph or a cell of a table.

        The note itself is set where `footnotes` is called next: below the table or at the section's end, never in the
        middle of a page's text. The same note has the same number; numbers begin anew after each `footnotes`.
        """
        if note not in self._footnotes:
            self._footnotes.append(note)
        number = self._footnotes.index(note) + 1
        spans = (Span(words),) if isinstance(words, str) else tuple(words)
        return (*spans, Span(raised(number), link=f"#{self._footnote_name(number)}"))

    def footnotes(self) -> None:
        """Set the notes that were asked for since the last time; nothing when there are none."""
        for number, text in enumerate(self._footnotes, 1):
            name = self._footnote_name(number)
            note = Tag("Note", identity=name)
            told = self._paragraph(text, "footnote", label=raised(number), anchor=name, tag=Tag("P", note),
                                   label_tag=Tag("Lbl", note))
            if number == len(self._footnotes):
                told.after = 8.0
            self.items.append(told)
        self._footnotes_told += len(self._footnotes)
        self._footnotes = []

    def _footnote_name(self, number: int) -> str:
        return f"note{self._footnotes_told + number}"

    def facts(self, facts: Sequence[tuple[Text, Text]]) -> None:
        """A table of two columns: what is told, and what it is."""
        if facts:
            self.items.append(facts_table(facts, self.language))

    def table(
        self,
        head: Sequence[Text],
        rows: Sequence[Row],
        widths: Sequence[float] | None = None,
        align: str = "",
        caption: Text | None = None,
        total_row: bool = False,
        tints: Mapping[tuple[int, int], str] | None = None,
        small: bool = False,
    ) -> None:
        """A table with a repeated head. A row is a sequence of texts, or a `Band` that names the rows below it.

        `widths` are fractions (None: by content), `align` a letter l, c or r for each column, `tints` names the tint
        (green, amber, red, blue, grey) of cells by (row, column).
        """
        if caption:
            self.items.append(self._paragraph(caption, "caption"))
        spec = TableSpec(
            head, rows, widths, align, self.language, total_row=total_row, small=small, tints=dict(tints or {})
        )
        self.items.append(Table(spec))

    def chart(self, drawing: Chart, caption: Text | None = None, alternative: str = "") -> None:
        """A chart with its caption; `alternative` says in words what it shows and is printed below it."""
        page = sheet(self.language, landscape=self._wide)
        room = page.height - page.top - page.bottom - _BESIDE_A_CHART
        charts = page_by_page(drawing, page.column, room, self.language)
        for place, one in enumerate(charts, 1):
            blocks: list[Block] = []
            if caption or drawing.title:
                blocks.append(self._paragraph(caption or drawing.title, "caption"))
            blocks.append(ChartBlock(one, self.language, alternative))
            if alternative and place == len(charts):
                blocks.append(self._paragraph(alternative, "note"))
            self.items.append(Together(blocks))

    def photo(self, data: bytes, caption: Text = "", share: float = 0.75) -> None:
        """A photograph (JPEG, PNG or WebP bytes) with its caption below; raises RuleBroken when it is no picture."""
        block = PhotoBlock(prepare_photo(data), share, plain(caption))
        below = self._paragraph(caption, "photo") if plain(caption).strip() else Room(6)
        self.items.append(Together([block, below]))

    def placeholder(self, text: str, caption: Text = "") -> None:
        """A frame where a photograph should be, with what is to be said of it, and its caption below."""
        below = self._paragraph(caption, "photo") if plain(caption).strip() else Room(6)
        self.items.append(Together([EmptyFrame(self._paragraph(text, "photo")), below]))

    def space(self, points: float) -> None:
        """Room between blocks; none at the top of a page."""
        self.items.append(Room(points))

    def page_break(self) -> None:
        """Go on at the top of a page."""
        self.items.append(PageBreak())

    def landscape(self) -> None:
        """Wide pages from here."""
        self._wide = True
        self._turn(sheet(self.language, landscape=True))

    def portrait(self) -> None:
        """Upright pages from here."""
        self._wide = False
        self._turn(sheet(self.language))

    def contents(self, depth: int = 3) -> None:
        """Place the table of contents here, on pages of its own; it lists the headings that follow, to that level."""
        self._listed_depth = depth
        with use_language(self.language):
            title = _("Contents")
        self.items.append(self._paragraph(title, "heading1"))
        self.items.append(ContentsBlock(self._listed))
        self.items.append(PageBreak())

    def add(self, block: Block) -> None:
        """A block that was made elsewhere."""
        self.items.append(block)

    def _turn(self, page: Sheet) -> None:
        self.items.append(PageBreak())
        self.items.append(page)

    def _heading(self, level: int, text: str, style: str) -> None:
        anchor = f"h{len(self.entries) + 1}"
        self.entries.append(Entry(level, text, anchor, self.language))
        if level <= self._listed_depth:
            self._listed.append(self.entries[-1])
        # who hears a document counts levels: none is skipped, whatever the heading looks like (ISO 14289-1 §7.4.2)
        self._depth = min(max(level, 1), self._depth + 1)
        self.items.append(self._paragraph(text, style, anchor=anchor, tag=Tag(f"H{self._depth}")))

    def _paragraph(
        self,
        text: Text,
        style: str,
        *,
        label: str = "",
        anchor: str = "",
        tag: Tag | None = None,
        label_tag: Tag | None = None,
    ) -> Paragraph:
        return Paragraph(
            text,
            styles.text_style(style, self.language),
            language=self.language,
            right_to_left=direction(self.language) == "rtl",
            label=label,
            anchor=anchor,
            tag=tag,
            label_tag=label_tag,
        )


_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def raised(number: int) -> str:
    """A number in raised digits, as footnotes are marked with."""
    return str(number).translate(_RAISED)


def _paragraphs(text: Text) -> list[Text]:
    """A plain text cut at its blank lines; spans are one paragraph."""
    if not isinstance(text, str):
        return [text] if plain(text).strip() else []
    return [part.strip() for part in text.split("\n\n") if part.strip()]


def _unglued(text: str) -> str:
    """The text with plain blanks, as it is searched for where no line ends: in bookmarks and properties."""
    return text.replace("\u00a0", " ")


def render(story: Story, frame: Frame) -> Rendered:
    """The story as a PDF: cover, pages, contents filled in, outline, properties. Same input, same bytes."""
    story.footnotes()
    fonts, structure = DocumentFonts(), Structure(story.first_language)
    pens: list[Pen] = []
    sheets: list[Sheet] = []
    box: tuple[float, float, float, float] | None = None
    over: list[Block] = []
    first = sheet(story.first_language)

    def start_page(page: Sheet) -> Pen:
        if pens:
            pens[-1].rest()
        pens.append(Pen(fonts, page.width, page.height, structure.new_page(page.language)))
        sheets.append(page)
        return pens[-1]

    if frame.cover:
        box, over = draw_cover(start_page(first), frame, frame.cover, story.first_language)
    covers = len(pens)
    Filler(start_page).fill([first, *over, PageBreak(), *story.items] if over else story.items)
    pages = anchor_pages(pens)
    for number, (pen, page) in enumerate(zip(pens, sheets, strict=True), 1):
        for write in pen.late:
            write(pen, pages)
        if number > covers:
            draw_running(pen, frame, page, number, len(pens))
    least = min((entry.level for entry in story.entries), default=0)
    outline = [OutlineEntry(entry.level - least, _unglued(entry.title), entry.anchor) for entry in story.entries]
    properties = Properties(
        _unglued(frame.title), frame.author, _unglued(frame.subject or frame.subtitle), story.first_language, frame.when
    )
    pdf = write_document(pens, fonts, structure, outline, properties)
    return Rendered(pdf, len(pens), box, 0)
