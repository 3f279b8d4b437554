"""What people type to make words stand out: **bold**, *italic*, and [words](https://…) that lead to a page.

A mark counts only as a pair that encloses something: asterisks of old texts, of sums and of footnotes stay as they are.
"""

from __future__ import annotations

import re
from dataclasses import replace

from server.reports.text.layout import Span, Text

_BOLD = re.compile(r"(?<!\*)\*\*(?=[^\s*])(.+?)(?<=[^\s*])\*\*(?!\*)", re.DOTALL)
_ITALIC = re.compile(r"(?<![\w*])\*(?=[^\s*])([^*]+?)(?<=[^\s*])\*(?![\w*])", re.DOTALL)
#: only addresses that a reader may safely follow
_LINK = re.compile(r"\[([^\[\]\n]+)\]\(((?:https?://|mailto:)[^\s()<>]+)\)")


def marked(text: str) -> Text:
    """The text as spans when it has marks; as it is when it has none."""
    spans = _links(Span(text))
    return text if spans == [Span(text)] else tuple(span for span in spans if span.text)


def unmarked(text: str) -> str:
    """The words of a text without its marks, for places that show words only."""
    found = marked(text)
    return found if isinstance(found, str) else "".join(span.text for span in found)


def _links(span: Span) -> list[Span]:
    found: list[Span] = []
    end = 0
    for match in _LINK.finditer(span.text):
        found += _bold(replace(span, text=span.text[end : match.start()]))
        found += _bold(Span(match[1], link=match[2]))
        end = match.end()
    return found + _bold(replace(span, text=span.text[end:])) if end else _bold(span)


def _bold(span: Span) -> list[Span]:
    found: list[Span] = []
    end = 0
    for match in _BOLD.finditer(span.text):
        found += _italic(replace(span, text=span.text[end : match.start()]))
        found += _italic(replace(span, text=match[1], bold=True))
        end = match.end()
    return found + _italic(replace(span, text=span.text[end:])) if end else _italic(span)


def _italic(span: Span) -> list[Span]:
    found: list[Span] = []
    end = 0
    for match in _ITALIC.finditer(span.text):
        found.append(replace(span, text=span.text[end : match.start()]))
        found.append(replace(span, text=match[1], italic=True))
        end = match.end()
    return [*found, replace(span, text=span.text[end:])] if end else [span]
