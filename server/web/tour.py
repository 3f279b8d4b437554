"""The tour: first steps on Home, each a link to where it is done, until they are done or put away for good."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from flask import current_app, url_for

from server.base.config import Config
from server.base.i18n import _, mark
from server.db.settings import of_person, read_setting, write_setting
from server.domain.records import Work
from server.services.first_steps import steps_done
from server.web.database import session
from server.web.here import here

#: what a person chose; nothing chosen shows the steps in a folder that is new
Choice = Literal["take", "skip"]


@dataclass(frozen=True)
class Step:
    """One step: its words, what to do there in a sentence, the page it is done on, and whether it is done."""

    words: str
    hint: str
    url: str
    done: bool


@dataclass(frozen=True)
class Tour:
    """The steps in their order."""

    steps: tuple[Step, ...]

    @property
    def left(self) -> int:
        """How many are not done."""
        return sum(not step.done for step in self.steps)


#: steps that nobody takes on the first day
_KNOWS_THE_WAY = {"send", "receive"}
#: key of the step -> its words, its hint, endpoint and anchor of its page
_Told = tuple[str, str, str, str | None]
_BACKUP: _Told = (mark("Make a backup"), mark("One file for another disk or a USB stick."), "home.show", "due-backup")
_OF_AN_OFFICE: dict[str, _Told] = {
    "activity": (
        mark("Log an activity"), mark("Something that happened: a date as precise as you know it, a title, an output."),
        "activities.log", None),
    "milestone": (
        mark("Tick a milestone"), mark("The steps that every country takes, and how far yours is."),
        "milestones.index", None),
    "evidence": (
        mark("Add a photo or a paper"), mark("Open an activity and drop the file there: it goes along as evidence."),
        "activities.index", None),
    "report": (
        mark("Write the report"), mark("It is put together from your log; you edit the words."),
        "reports.index", None),
    "send": (
        mark("Send it to headquarters"), mark("One signed PDF, which you mail."), "exchange.show", "send"),
    "backup": _BACKUP,
}  # fmt: skip
_OF_HEADQUARTERS: dict[str, _Told] = {
    "invite": (
        mark("Save an office's set-up PDF"), mark("Mail it to that office: it brings the programme there."),
        "offices.index", None),
    "plan": (
        mark("Look through the work plan"), mark("Add what the programme is going to do, by output and quarter."),
        "workplan.index", None),
    "receive": (
        mark("Receive a dispatch"), mark("Drop the PDFs that came by mail, in any order."), "exchange.show", None),
    "review": (
        mark("Review a report"), mark("Comment on it, then return or accept it."), "reports.index", None),
    "send": (
        mark("Send a circular"), mark("It takes your comments and receipts to an office."), "exchange.show", "send"),
    "backup": _BACKUP,
}  # fmt: skip


def choose(work: Work, choice: Choice) -> None:
    """Remember for whoever types whether the first steps are shown."""
    write_setting(work.session, _setting(), choice)


def card() -> Tour | None:
    """The steps for Home; None when whoever types put them away, or has sent or received without having been led.

    In the example nobody is shown them unasked.
    """
    choice = read_setting(session(), _setting())
    config: Config = current_app.extensions["valise.config"]
    if choice == "skip" or (choice is None and config.example is not None):
        return None
    at = here()
    done = steps_done(session(), at.office, at.data)
    found = Tour(tuple(
        Step(_(words), _(hint), url_for(endpoint, _anchor=anchor), key in done)
        for key, (words, hint, endpoint, anchor) in (_OF_HEADQUARTERS if at.office.hq else _OF_AN_OFFICE).items()
        if key != "backup" or config.example is None  # nobody backs the example up
    ))  # fmt: skip
    return found if choice == "take" or not done & _KNOWS_THE_WAY else None


def _setting() -> str:
    return of_person("tour", here().person)
