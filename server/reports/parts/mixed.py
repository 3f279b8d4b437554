"""A story whose records may be in another direction than its language: English remarks in an Arabic report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from server.base.i18n import direction
from server.reports.charts import Chart, ProgressChart
from server.reports.story import Band, Story
from server.reports.table import Row
from server.reports.text.layout import Span, Text
from server.reports.words import FSI, PDI, in_own_order, is_foreign


class MixedStory(Story):
    """As Story; in a right-to-left language, lines without a letter of it keep their own order and their full stop."""

    def paragraph(self, text: Text, style: str = "body") -> None:
        """A paragraph in one of the styles of Story."""
        super().paragraph(isolated(text, self.language), style)

    def bullets(self, items: Sequence[Text], *, keep_next: bool = False) -> None:
        """A list with bullets."""
        super().bullets([isolated(item, self.language) for item in items], keep_next=keep_next)

    def enumerated(self, items: Sequence[tuple[str, Text]]) -> None:
        """A list whose items have labels."""
        super().enumerated([(label, isolated(text, self.language)) for label, text in items])

    def footnote(self, words: Text, note: Text) -> Text:
        """Words with the mark of a footnote."""
        return super().footnote(words, isolated(note, self.language))

    def facts(self, facts: Sequence[tuple[Text, Text]]) -> None:
        """A table of two columns: what is told, and what it is."""
        super().facts([(isolated(label, self.language), isolated(text, self.language)) for label, text in facts])

    def table(
        self, head: Sequence[Text], rows: Sequence[Row], widths: Sequence[float] | None = None, align: str = "",
        caption: Text | None = None, total_row: bool = False, tints: Mapping[tuple[int, int], str] | None = None,
        small: bool = False,
    ) -> None:
        """A table with a repeated head, as Story's."""
        code = self.language
        shown: list[Row] = [
            Band(str(isolated(row.text, code))) if isinstance(row, Band) else [isolated(cell, code) for cell in row]
            for row in rows]
        super().table([isolated(cell, code) for cell in head], shown, widths, align, caption, total_row, tints, small)

    def chart(self, drawing: Chart, caption: Text | None = None, alternative: str = "") -> None:
        """A chart with its caption and what it shows in words."""
        names = [str(isolated(name, self.language)) for name in drawing.categories]
        if isinstance(drawing, ProgressChart):
            drawing = replace(drawing, notes=[str(isolated(note, self.language)) for note in drawing.notes])
        shown = None if caption is None else isolated(caption, self.language)
        super().chart(replace(drawing, categories=names), shown, str(isolated(alternative, self.language)))


def isolated(text: Text, language: str) -> Text:
    """The text with each line that is foreign to a right-to-left language isolated; as it is in any other language."""
    if direction(language) == "ltr":
        return text
    if isinstance(text, str):
        return "\n".join(in_own_order(line, language) for line in text.split("\n"))
    out: list[Span] = []
    for line in _lines(text):
        if is_foreign("".join(span.text for span in line), language):
            out += [Span(FSI), *line, Span(PDI), Span("\n")]
        else:
            out += [*(_in_order(span, language) for span in line), Span("\n")]
    return tuple(out[:-1])


def _in_order(span: Span, language: str) -> Span:
    """A footnote's mark is no foreign word: it goes with the word before it."""
    return span if span.link.startswith("#") else replace(span, text=in_own_order(span.text, language))


def _lines(spans: Sequence[Span]) -> list[list[Span]]:
    """The spans of each line."""
    lines: list[list[Span]] = [[]]
    for span in spans:
        first, *others = span.text.split("\n")
        lines[-1].append(replace(span, text=first))
        lines += [[replace(span, text=part)] for part in others]
    return lines
