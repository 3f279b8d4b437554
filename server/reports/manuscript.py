"""A document before it has a form: what is told, in which language, and what surrounds it.

`typeset` makes pages of it; server.reports.word and server.reports.workbook make the files that people go on editing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from server.base.i18n import use_language
from server.reports.frame import Frame
from server.reports.parts.mixed import MixedStory
from server.reports.sheets import Rendered
from server.reports.story import Story, render


@dataclass(frozen=True)
class Manuscript:
    """`tell` writes everything between cover and end into a story that begins in `language`."""

    language: str
    frame: Frame
    tell: Callable[[Story], None]


def typeset(manuscript: Manuscript) -> Rendered:
    """The pages as a PDF. Same input, same bytes."""
    with use_language(manuscript.language):
        story = MixedStory(language=manuscript.language)
        manuscript.tell(story)
        return render(story, manuscript.frame)
