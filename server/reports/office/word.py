"""A document as a Word file for the last edits: real styles, headings, lists, tables, a contents field."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

import docx
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from server.base.i18n import _, direction, use_language
from server.reports import styles
from server.reports.charts import Chart, page_by_page
from server.reports.manuscript import Manuscript
from server.reports.office.fields import close_field, lead_out, open_field
from server.reports.office.package import repacked
from server.reports.office.pictures import CHART_WIDTH, chart_picture
from server.reports.photos import prepare_photo
from server.reports.story import Band, Story, raised
from server.reports.table import Row
from server.reports.text.layout import Span, Text, plain
from server.reports.words import is_foreign

#: characters that XML 1.0 does not have, and marks that only our own pages need
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff\u2066-\u2069]")
_RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
#: fonts that every office program has something for; Word takes the complex one for Arabic and Bengali
_FONTS = {"w:ascii": "Calibri", "w:hAnsi": "Calibri", "w:cs": "Arial", "w:eastAsia": "Calibri"}
_COMPLEX = {"bn": "Nirmala UI"}
_STYLES = {"body": "Normal", "lead": "Intense Quote", "note": "Caption", "caption": "Caption", "quote": "Quote"}
_A4 = (Mm(210), Mm(297))
_CELL, _SMALL = Pt(9), Pt(8)
#: room in points for the caption above a chart and the heading before that, on one page with it
_BESIDE_A_CHART = 60.0


def as_word(manuscript: Manuscript) -> bytes:
    """The file. Same input, same bytes."""
    with use_language(manuscript.language):
        story = _WordStory(manuscript)
        manuscript.tell(story)
        return story.packed()


class _WordStory(Story):
    """Writes a story into a Word document instead of laying it out."""

    def __init__(self, manuscript: Manuscript) -> None:
        super().__init__(language=manuscript.language)
        self._manuscript = manuscript
        self._file: Any = docx.Document()
        self._headings: list[tuple[int, str, str]] = []
        self._contents: Any = None
        self._breaks = False
        _set_up(self._file, manuscript)
        self._cover()

    def packed(self) -> bytes:
        """The file's bytes."""
        self._fill_contents()
        target = io.BytesIO()
        self._file.save(target)
        return repacked(target.getvalue(), self._manuscript.frame.when)

    def part(self, language: str, title: str) -> None:
        """A part in its own language and direction, on a new page."""
        self.language = language
        self.page_break()
        self._paragraph_in("Title", title)

    def heading(self, level: int, text: str) -> None:
        """A heading of level 1 to 3."""
        level = min(max(level, 1), 3)
        self._headings.append((level, text, self.language))
        self._paragraph_in(f"Heading {level}", text)

    def paragraph(self, text: Text, style: str = "body") -> None:
        """A paragraph; a blank line in a text begins another."""
        for part in _parts(text):
            self._paragraph_in(_STYLES[style], part)

    def numbered(self, items: Sequence[tuple[Text, Text, Text]], start: int = 1) -> None:
        """Items with a number, a title in bold, a text and a note."""
        for number, (title, text, note) in enumerate(items, start):
            self.item((Span(title, bold=True),) if isinstance(title, str) else title, f"{number}.")
            for part in _parts(text):
                self.item(part)
            if note:
                self.item_note(note)

    def item(self, text: Text, label: str = "", *, keep_next: bool = False) -> None:
        """A paragraph of a list; its number stands in a hanging indent, so that texts can quote it."""
        spans = (Span(text),) if isinstance(text, str) else tuple(text)
        made = self._paragraph_in("List Number" if label else "List Continue",
                                  (Span(f"{label}\t"), *spans) if label else spans)
        made.paragraph_format.keep_with_next = keep_next or None

    def item_note(self, text: Text) -> None:
        """What is said small below an item."""
        made = self._paragraph_in("List Continue", text)
        for run in made.runs:
            run.font.size, run.font.color.rgb = Pt(9), _colour(styles.GREY)

    def bullets(self, items: Sequence[Text], *, keep_next: bool = False) -> None:
        """A list with bullets."""
        for text in items:
            self._paragraph_in("List Bullet", text).paragraph_format.keep_with_next = keep_next or None

    def enumerated(self, items: Sequence[tuple[str, Text]]) -> None:
        """A list whose items have the labels that people gave them."""
        for label, text in items:
            self.item(text, label)

    def footnotes(self) -> None:
        """The notes of the marks above, each in a small line."""
        for number, text in enumerate(self._footnotes, 1):
            spans = (Span(text),) if isinstance(text, str) else tuple(text)
            self._paragraph_in(_STYLES["note"], (Span(f"{raised(number)} "), *spans))
        self._footnotes = []

    def facts(self, facts: Sequence[tuple[Text, Text]]) -> None:
        """A table of two columns: what is told, and what it is."""
        table = self._table(2, (0.3, 0.7))
        for label, text in facts:
            cells = table.add_row().cells
            self._fill(cells[0], (Span(label, bold=True),) if isinstance(label, str) else label, styles.MIST)
            self._fill(cells[1], text)

    def table(
        self, head: Sequence[Text], rows: Sequence[Row], widths: Sequence[float] | None = None, align: str = "",
        caption: Text | None = None, total_row: bool = False, tints: Mapping[tuple[int, int], str] | None = None,
        small: bool = False,
    ) -> None:
        """A table whose head is repeated on every page and whose rows stay whole."""
        if caption:
            self._paragraph_in("Caption", caption).paragraph_format.keep_with_next = True
        table = self._table(len(head), widths)
        size = _SMALL if small else _CELL
        first = table.add_row()
        _mark(first._tr, "w:tblHeader")
        for cell, text in zip(first.cells, head, strict=True):
            self._fill(cell, (Span(text, bold=True),) if isinstance(text, str) else text, styles.PALE, size)
        for number, row in enumerate(rows):
            made = table.add_row()
            _mark(made._tr, "w:cantSplit")
            if isinstance(row, Band):
                across = made.cells[0].merge(made.cells[-1])
                self._fill(across, (Span(row.text, bold=True),), styles.MIST, size)
                continue
            bold = total_row and number == len(rows) - 1
            for column, text in enumerate(row):
                tint = (tints or {}).get((number, column))
                shown = (Span(text, bold=True),) if bold and isinstance(text, str) else text
                self._fill(made.cells[column], shown, styles.TINTS[tint] if tint else "", size,
                           align[column] if column < len(align) else "l")

    def chart(self, drawing: Chart, caption: Text | None = None, alternative: str = "") -> None:
        """The chart as pictures, each of which fits a page, with what it shows in words."""
        high = CHART_WIDTH * self._height() / self._width() - _BESIDE_A_CHART
        for one in page_by_page(drawing, CHART_WIDTH, high, self.language):
            if caption or drawing.title:
                self._paragraph_in("Caption", caption or drawing.title).paragraph_format.keep_with_next = True
            picture = chart_picture(one, self.language)
            shape = self._file.add_picture(io.BytesIO(picture), width=self._width())
            shape._inline.docPr.set("descr", alternative or drawing.title)
        if alternative:
            self._paragraph_in("Caption", alternative)

    def photo(self, data: bytes, caption: Text = "", share: float = 0.75) -> None:
        """A photograph with its caption."""
        ready = prepare_photo(data)
        shape = self._file.add_picture(io.BytesIO(ready.jpeg), width=int(self._width() * share))
        shape._inline.docPr.set("descr", plain(caption))
        for part in _parts(caption):
            self._paragraph_in("Caption", part)

    def placeholder(self, text: str, caption: Text = "") -> None:
        """Words where a photograph should be, and its caption."""
        self._fill(self._table(1, (0.6,)).add_row().cells[0], text, styles.MIST, align="c")
        for part in _parts(caption):
            self._paragraph_in("Caption", part)

    def space(self, points: float) -> None:
        """Room between blocks is the styles' affair."""

    def page_break(self) -> None:
        """Go on at the top of a page: what comes next begins one."""
        self._breaks = True

    def landscape(self) -> None:
        """Wide pages from here."""
        self._lay(wide=True)

    def portrait(self) -> None:
        """Upright pages from here."""
        self._lay(wide=False)

    def contents(self, depth: int = 3) -> None:
        """A contents field: it holds the headings, and Word adds the page numbers when the file is opened."""
        self._listed_depth = depth
        self._paragraph_in("Title", _("Contents"))
        self._contents = self._file.add_paragraph()
        self.page_break()

    def _fill_contents(self) -> None:
        if self._contents is None:
            return
        language = self.language
        listed = [heading for heading in self._headings if heading[0] <= self._listed_depth]
        for place, (level, text, code) in enumerate(listed):
            self.language = code
            line = self._contents.insert_paragraph_before()
            line.paragraph_format.left_indent, line.paragraph_format.space_after = Mm(6 * (level - 1)), Pt(2)
            if place == 0:
                open_field(line, f'TOC \\o "1-{self._listed_depth}" \\h \\z \\u')
            self._write(line, text)
        if listed:
            close_field(self._contents)
        self.language = language

    def _cover(self) -> None:
        frame, cover = self._manuscript.frame, self._manuscript.frame.cover
        if cover is None:
            return
        self._paragraph_in("Subtitle", cover.kicker)
        self._paragraph_in("Title", frame.title)
        for line in filter(None, frame.subtitle.split("\n")):
            self._paragraph_in("Subtitle", line)
        if cover.facts:
            self.facts(cover.facts)
        for label, text in ((_("Submitted to"), cover.submitted_to), (_("Submitted by"), cover.submitted_by)):
            if text:
                self._paragraph_in("Caption", label)
                self._paragraph_in("Normal", text)
        self.page_break()

    def _paragraph_in(self, style: str, text: Text) -> Any:
        made = self._file.add_paragraph(style=style)
        if self._breaks:
            made.paragraph_format.page_break_before, self._breaks = True, False
        self._write(made, text)
        return made

    def _write(self, paragraph: Any, text: Text, size: Any = None) -> None:
        spans = (Span(text),) if isinstance(text, str) else tuple(text)
        if is_foreign("".join(span.text for span in spans), self.language):
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT  # an English remark keeps its order and its full stop
        elif direction(self.language) == "rtl":
            _property(paragraph, "w:bidi")
        for span in spans:
            run = paragraph.add_run(_UNREADABLE.sub("", span.text))
            if span.link and not span.link.startswith("#"):  # a footnote's mark leads nowhere else
                lead_out(paragraph, run, span.link)
            run.bold, run.italic = span.bold or None, span.italic or None
            if size is not None:
                run.font.size = size
            if span.ink:
                run.font.color.rgb = _colour(span.ink)
            _speak(run, self.language, right_to_left=bool(_RTL.search(span.text)))

    def _table(self, columns: int, widths: Sequence[float] | None) -> Any:
        table = self._file.add_table(rows=0, cols=columns, style="Table Grid")
        table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, widths is None
        if direction(self.language) == "rtl":
            visual = OxmlElement("w:bidiVisual")
            table._tbl.tblPr.append(visual)
        _rule(table)
        whole = self._width()
        for column, part in zip(table.columns, widths or (), strict=False):
            column.width = int(whole * part)
        return table

    def _fill(self, cell: Any, text: Text, tint: str = "", size: Any = _CELL, align: str = "l") -> None:
        paragraph = cell.paragraphs[0]
        paragraph.paragraph_format.space_after = Pt(0)
        self._write(paragraph, text, size)
        if align in "cr":  # units under units in every direction: what Word calls left is the right of a bidi line
            turned = direction(self.language) == "rtl" and not is_foreign(plain(text), self.language)
            right = WD_ALIGN_PARAGRAPH.LEFT if turned else WD_ALIGN_PARAGRAPH.RIGHT
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if align == "c" else right
        if tint:
            shade = OxmlElement("w:shd")
            for name, value in (("w:val", "clear"), ("w:color", "auto"), ("w:fill", tint.lstrip("#"))):
                shade.set(qn(name), value)
            cell._tc.get_or_add_tcPr().append(shade)

    def _lay(self, *, wide: bool) -> None:
        self._breaks = False
        section = self._file.add_section(WD_SECTION.NEW_PAGE)
        section.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = _A4[::-1] if wide else _A4

    def _height(self) -> int:
        section = self._file.sections[-1]
        return int(section.page_height - section.top_margin - section.bottom_margin)

    def _width(self) -> int:
        section = self._file.sections[-1]
        return int(section.page_width - section.left_margin - section.right_margin)


def _parts(text: Text) -> list[Text]:
    """A plain text cut at its blank lines; spans are one paragraph."""
    if not isinstance(text, str):
        return [text]
    return [part.strip() for part in text.split("\n\n") if part.strip()]


def _set_up(file: Any, manuscript: Manuscript) -> None:
    """Page, fonts, colours of the headings, running lines, properties."""
    frame, code = manuscript.frame, manuscript.language
    section = file.sections[0]
    section.page_width, section.page_height = _A4
    section.left_margin = section.right_margin = Mm(22)
    for style in file.styles:
        if style.type == 1:
            _fonts(style.element.get_or_add_rPr(), code)
    for name, colour in (("Title", styles.NAVY), ("Subtitle", styles.DEEP), ("Heading 1", styles.NAVY),
                         ("Heading 2", styles.DEEP), ("Heading 3", styles.DEEP), ("Caption", styles.GREY)):
        file.styles[name].font.color.rgb = _colour(colour)
    file.styles["List Number"].element.get_or_add_pPr().remove_all("w:numPr")
    indent = file.styles["List Number"].paragraph_format
    indent.left_indent, indent.first_line_indent = Mm(8), Mm(-8)
    indent.tab_stops.add_tab_stop(Mm(8))
    file.styles["List Continue"].paragraph_format.left_indent = Mm(8)
    about = file.core_properties
    about.title, about.author, about.subject = frame.title, frame.author, frame.subject or frame.subtitle
    about.language, about.comments, about.last_modified_by = code, "", frame.author
    section.header.paragraphs[0].text = f"{frame.header_start}\t\t{frame.header_end}"
    footer = section.footer.paragraphs[0]
    footer.text = f"{frame.footer_start}\t\t"
    open_field(footer, "PAGE")
    footer.add_run("1")
    close_field(footer)
    if direction(code) == "rtl":
        for paragraph in (section.header.paragraphs[0], footer):
            _property(paragraph, "w:bidi")
    update = OxmlElement("w:updateFields")
    update.set(qn("w:val"), "true")
    file.settings.element.append(update)


def _fonts(properties: Any, code: str) -> None:
    fonts = properties.find(qn("w:rFonts"))
    if fonts is None:
        fonts = OxmlElement("w:rFonts")
        properties.insert(0, fonts)
    for name in list(fonts.attrib):
        del fonts.attrib[name]
    for name, font in _FONTS.items():
        fonts.set(qn(name), _COMPLEX.get(code, font) if name == "w:cs" else font)


def _rule(table: Any) -> None:
    """Thin light lines between rows, none between columns."""
    borders = OxmlElement("w:tblBorders")
    for side, kind in (("top", "single"), ("bottom", "single"), ("insideH", "single"), ("insideV", "nil"),
                       ("left", "nil"), ("right", "nil")):
        line = OxmlElement(f"w:{side}")
        for name, value in (("w:val", kind), ("w:sz", "4"), ("w:color", styles.RULE.lstrip("#"))):
            line.set(qn(name), value)
        borders.append(line)
    table._tbl.tblPr.append(borders)


def _speak(run: Any, code: str, *, right_to_left: bool) -> None:
    """Say which language a run is in, and its direction, so that spelling and order are right."""
    properties = run._r.get_or_add_rPr()
    if right_to_left:
        properties.append(OxmlElement("w:rtl"))
    said = OxmlElement("w:lang")
    said.set(qn("w:bidi" if direction(code) == "rtl" or code == "bn" else "w:val"), code)
    properties.append(said)


def _mark(row: Any, name: str) -> None:
    row.get_or_add_trPr().append(OxmlElement(name))


def _property(paragraph: Any, name: str) -> None:
    properties = paragraph._p.get_or_add_pPr()
    if properties.find(qn(name)) is None:
        properties.insert_element_before(
            OxmlElement(name), "w:adjustRightInd", "w:snapToGrid", "w:spacing", "w:ind", "w:contextualSpacing",
            "w:mirrorIndents", "w:suppressOverlap", "w:jc", "w:textDirection", "w:textAlignment", "w:textboxTightWrap",
            "w:outlineLvl", "w:divId", "w:cnfStyle", "w:rPr", "w:sectPr", "w:pPrChange")


def _colour(code: str) -> RGBColor:
    return RGBColor.from_string(code.lstrip("#"))
