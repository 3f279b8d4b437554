"""The main menu: what this office sees, in the order of the working day."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, request

from server.base.i18n import mark
from server.web.here import where_we_are


@dataclass(frozen=True)
class Entry:
    """One line of the menu: the page it leads to, its words (to be translated), its icon."""

    endpoint: str
    words: str
    icon: str
    hq_only: bool = False
    begins_group: bool = False

    @property
    def current(self) -> bool:
        """Whether the page shown belongs to it."""
        return _shown() == self.endpoint.partition(".")[0]


#: pages without a line of their own in the menu
_PART_OF = {"agreements": "documents", "conflicts": "exchange", "decisions": "boards", "inbox": "exchange",
            "laptops": "offices", "layouts": "reports", "lessons": "challenges", "meetings": "boards",
            "printing": "reports", "products": "documents"}

MENU = (
    Entry("home.show", mark("Home"), "home"),
    Entry("activities.index", mark("Activities"), "activities"),
    Entry("workplan.index", mark("Work plan"), "workplan"),
    Entry("milestones.index", mark("Milestones"), "milestones"),
    Entry("boards.index", mark("Boards"), "board"),
    Entry("indicators.index", mark("Indicators"), "progress"),
    Entry("finance.index", mark("Finance"), "money"),
    Entry("documents.index", mark("Documents"), "file"),
    Entry("challenges.index", mark("Challenges and lessons"), "warning"),
    Entry("reports.index", mark("Reports"), "reports"),
    Entry("exchange.show", mark("Send and receive"), "send", begins_group=True),
    Entry("importing.show", mark("Import"), "upload"),
    Entry("overview.show", mark("Overview"), "overview", hq_only=True, begins_group=True),
    Entry("offices.index", mark("Offices"), "offices", hq_only=True),
    Entry("settings.show", mark("Settings"), "settings", begins_group=True),
    Entry("help.show", mark("Help"), "help"),
)


def show_menu(app: Flask) -> None:
    """Give every page its menu and the help topic that belongs to it."""
    app.context_processor(lambda: {"menu": _entries(), "help_topic": _shown() or "home"})


def _shown() -> str:
    """The menu's name for the page that is shown; empty outside the menu."""
    return _PART_OF.get(request.blueprint or "", request.blueprint or "")


def _entries() -> list[Entry]:
    here = where_we_are()
    return [entry for entry in MENU if here is not None and (here.office.hq or not entry.hq_only)]
