"""The sections of the reports: their usual headings, and their numbers, which follow what is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from string import ascii_uppercase

from server.base.i18n import _, mark
from server.domain.framework.rules import ASKED_FOR
from server.reports import model
from server.reports.story import Story

#: kind of report -> key of a section -> its usual heading
TITLES: Mapping[str, Mapping[str, str]] = {
    "annual": {
        "executive": mark("Executive summary"), "data": mark("Project Data Table"),
        "introduction": mark("Introduction"),
        "achievements": mark("Key achievements for %(period)s"),
        "challenges": mark("Challenges and reasons for shortfalls in the achievement of outputs"),
        "next": mark("Summary of key interventions in the next 12 months"), "milestones": mark("Milestones by country"),
        "results": mark("Results framework"), "delivery": mark("Delivery by country and output"),
        "boards": mark("Board meetings and decisions"), "participants": mark("Participants by sex and institution"),
        "evidence": mark("Evidence"), "papers": mark("Knowledge products and agreements"),
        "risks": mark("Risk and issue log"), "acronyms": mark("Acronyms"),
    },
    "progress": {
        "data": mark("Report data"), "summary": mark("Summary"), "achievements": mark("Achievements"),
        "plan": mark("Progress of the work plan"), "milestones": mark("Milestones"),
        "boards": mark("Board meetings and decisions"), "results": mark("Indicators"),
        "delivery": mark("Spending against budget"), "challenges": mark("Challenges and lessons learned"),
        "next": mark("Key interventions in the next 12 months"), "papers": mark("Agreements and knowledge products"),
        "evidence": mark("Evidence"),
    },
}  # fmt: skip
#: sections without a number
_UNNUMBERED = frozenset({"executive", "data"})
#: sections of the annual report that are annexes, with letters instead of numbers
_ANNEXES = frozenset({"milestones", "results", "delivery", "boards", "participants", "evidence", "papers", "risks",
                      "acronyms"})  # fmt: skip
#: letters of annexes in languages that do not count with Latin ones, as many as there are annexes
_LETTERS: Mapping[str, Sequence[str]] = {
    "ar": ("ألف", "باء", "جيم", "دال", "هاء", "واو", "زاي", "حاء", "طاء"), "sr": "АБВГДЂЕЖЗ"}
#: annexes that are wide tables
_WIDE = frozenset({"milestones", "results"})


def usual_heading(kind: str, key: str, period: str) -> str:
    """What a section is called unless a layout says otherwise; `period` is the period's title."""
    title = TITLES.get(kind, {}).get(key, key)
    return _(title, period=period) if "%(" in title else _(title)


def usual_chapters(kind: str) -> tuple[model.Chapter, ...]:
    """The sections of a kind of report that nobody arranged, in their usual order."""
    return tuple(model.Chapter(key) for key in TITLES[kind] if key not in ASKED_FOR)


@dataclass
class Chapters:
    """Writes the chapters of one edition, so that one that is left out leaves no gap in the numbers.

    `tell` has for each key what writes the section below its heading.
    """

    story: Story
    kind: str
    period: str
    tell: Mapping[str, Callable[[], None]]
    #: sections that have nothing to tell: no heading is printed for them
    empty: frozenset[str] = frozenset()
    _number: int = field(default=0)
    _letter: int = field(default=0)
    _wide: bool = field(default=False)

    def write(self, chapters: Sequence[model.Chapter]) -> None:
        """All of them."""
        told = [one for one in chapters if one.key in self.tell and one.key not in self.empty]
        for place, chapter in enumerate(told):
            self._turn(chapter.key, told[place - 1].key if place else "")
            title = chapter.heading or usual_heading(self.kind, chapter.key, self.period)
            self.story.heading(1, self._numbered(chapter.key, title))
            self.tell[chapter.key]()
        if self._wide:
            self.story.portrait()

    def _numbered(self, key: str, title: str) -> str:
        if key in _UNNUMBERED:
            return title
        if self.kind == "annual" and key in _ANNEXES:
            self._letter += 1
            letters = _LETTERS.get(self.story.language, ascii_uppercase)
            return _("Annex %(letter)s. %(title)s", letter=letters[self._letter - 1], title=title)
        self._number += 1
        if self.kind == "annual":
            return _("%(number)s.0 %(title)s", number=self._number, title=title)
        return _("%(number)s. %(title)s", number=self._number, title=title)

    def _turn(self, key: str, before: str) -> None:
        """Wide pages for wide tables; a wide table begins a page, and so does what follows money with its chart.

        So do the acronyms: two lists side by side are each read down to its end, on one page.
        """
        if self.kind != "annual":
            return
        wide = key in _WIDE
        if wide != self._wide:
            self._wide = wide
            (self.story.landscape if wide else self.story.portrait)()
        elif wide or before == "delivery" or key == "acronyms":
            self.story.page_break()
