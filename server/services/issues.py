"""Open questions that are no choice between values: overtaken approvals, lost references, rings, codes used twice.

The same records give the same questions everywhere. A laptop of an office lists those of its own records, which it can
mend; headquarters lists all. What identity and trust tell (forks, changes kept apart) and clocks that cannot be right
come in the same list.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from server.base.i18n import _, day_text, n_
from server.db.base import synced_models
from server.domain.integrity import PARTS, TREES, UNIQUE
from server.domain.people.queries import office as find_office
from server.services.names import field_words, table_words, title_of
from server.sync import approvals, heads, integrity
from server.sync.project import Issue

#: changed texts that a sentence names
_NAMED = 4


@dataclass(frozen=True)
class Question:
    """One open question. `sentence` says what is the matter, `advice` where it is mended.

    `table` and `row` are the record a person mends it at; `office` is the id of the office it belongs to, empty for
    none; `info` is what the kind says beside (see server.sync.integrity and server.sync.approvals).
    """

    id: str
    kind: str
    table: str
    row: str
    field: str
    title: str
    sentence: str
    advice: str
    office: str
    ours: bool
    info: Mapping[str, Any]

    @property
    def gone_with(self) -> bool:
        """Whether the record was a part of a deleted one, and is shown nowhere any more."""
        return self.kind == "dangling" and PARTS.get(self.table) == self.field and bool(self.info["deleted"])

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "id": self.id,
            "kind": self.kind,
            "table": self.table,
            "row": self.row,
            "field": self.field,
            "title": self.title,
            "office": self.office or None,
            "values": [],
            "before": None,
            "message": self.sentence,
            "advice": self.advice,
        }


def questions(session: Session, office: str, hq: bool) -> list[Question]:
    """Open questions, those that a person mends at a record first: of an office's records, or for headquarters all."""
    connection = session.connection()
    found = [
        *approvals.soft(connection),
        *integrity.duplicates(connection, UNIQUE),
        *integrity.cycles(connection, TREES),
        *integrity.dangling(connection),
        *heads.issues(connection, ("clash", "fork", "quarantine")),
        *integrity.doubtful_clocks(connection),
    ]
    told = [_told(session, office, issue) for issue in found]
    mine = [one for one in told if hq or one.ours or one.kind == "fork"]
    return [one for one in mine if not (one.gone_with and _knew(session, one))]


def overtaken(session: Session, office: str, table: str, row: str) -> list[Question]:
    """What is to be said of approvals of one record; nothing while it is as it was approved."""
    return [_told(session, office, issue) for issue in approvals.soft(session.connection(), (table, row))]


def _knew(session: Session, part: Question) -> bool:
    """Whether the laptop that deleted a record had written this part of it before: then it meant the part too."""
    connection = session.connection()
    deleted = heads.authors(connection, part.info["of"], part.info["deleted"][0], "deleted")
    return bool(deleted) and all(
        any(one.stream == other.stream and one.seq < other.seq for other in deleted)
        for one in heads.authors(connection, part.table, part.row)
    )


#: kind -> (what is the matter, what to do), from the record's title and what the issue says
Words = Callable[[Session, Issue, str, Mapping[str, Any]], tuple[str, str]]


def _told(session: Session, here: str, issue: Issue) -> Question:
    info = json.loads(issue.info)
    model = synced_models().get(issue.table)
    record = session.get(model, issue.row) if model is not None and issue.kind != "clock" else None
    owner = str(record.office or "") if record is not None else str(info.get("office", ""))
    title = title_of(session, issue.table, issue.row) if record is not None else ""
    sentence, advice = _WORDS[issue.kind](session, issue, title, info)
    return Question(
        issue.id, issue.kind, issue.table, issue.row, issue.field, title, sentence, advice, owner,
        owner == here, info,
    )  # fmt: skip


def _soft(session: Session, issue: Issue, title: str, info: Mapping[str, Any]) -> tuple[str, str]:
    changed = [field_words(name) for name in info["fields"] if name != "deleted"][:_NAMED]
    if issue.field == "review":
        if info["added"]:
            sentence = n_("A text was added to “%(title)s” after headquarters accepted it.",
                          "%(num)s texts were added to “%(title)s” after headquarters accepted it.",
                          len(info["added"]), title=title)  # fmt: skip
        elif "deleted" in info["fields"]:
            sentence = _("“%(title)s” was deleted after headquarters accepted it.", title=title)
        else:
            sentence = _("“%(title)s” is not the text any more that headquarters accepted.", title=title)
        return sentence, _("Headquarters reads it again and accepts or returns the report.")
    sentence = _("“%(title)s” was endorsed with something else: %(fields)s was changed.", title=title,
                 fields=", ".join(changed))  # fmt: skip
    if "amount" in info["fields"]:
        sentence = _("The board endorsed another budget: the amount of “%(title)s” was changed.", title=title)
    return sentence, _("Note the endorsement again when the board has seen the change, or take it back.")


def _unique(session: Session, issue: Issue, title: str, info: Mapping[str, Any]) -> tuple[str, str]:
    titles = [title_of(session, issue.table, row) for row in info["rows"]]
    several = table_words(issue.table, several=True)
    if issue.table in ("milestone", "report", "indicator_value"):
        sentence = _("%(kind)s: “%(title)s” was entered %(count)s times.", kind=several, title=title, count=len(titles))
        return sentence, _("Keep the one that is right and delete the others.")
    sentence = _("%(kind)s: %(records)s have the same %(field)s, %(value)s.", kind=several, records=_listed(titles),
                 field=field_words(issue.field).lower(), value=info["values"][-1])  # fmt: skip
    return sentence, _("Both are kept. Give one of them another one.")


def _cycle(session: Session, issue: Issue, title: str, info: Mapping[str, Any]) -> tuple[str, str]:
    titles = _listed([title_of(session, issue.table, row) for row in info["members"]])
    sentence = _("%(records)s are parts of each other. “%(title)s” stands on its own until that is settled.",
                 records=titles, title=title)  # fmt: skip
    if len(info["members"]) == 1:
        sentence = _("“%(title)s” is said to be a part of itself. It stands on its own.", title=title)
    return sentence, _("Choose for one of them what it is part of.")


def _dangling(session: Session, issue: Issue, title: str, info: Mapping[str, Any]) -> tuple[str, str]:
    what, where = table_words(info["of"]), field_words(issue.field)
    if info["deleted"]:
        gone = _listed([title_of(session, info["of"], row) for row in info["deleted"]])
        sentence = _("“%(title)s” belongs to what was deleted: %(gone)s (%(field)s).", title=title, gone=gone,
                     field=where)  # fmt: skip
        return sentence, _("Bring that record back, or choose another one.")
    named = what if what == where else f"{where} ({what})"
    sentence = _("“%(title)s” names something that has not arrived yet: %(what)s.", title=title, what=named)
    return sentence, _("Wait for the next dispatch, ask for it, or choose another one.")


def _clash(session: Session, issue: Issue, title: str, info: Mapping[str, Any]) -> tuple[str, str]:
    sentence = _("“%(title)s” was made by two offices under one number. Both are kept.", title=title)
    return sentence, _("Ask the two offices which of them it belongs to.")


def _fork(session: Session, issue: Issue, title: str, info: Mapping[str, Any]) -> tuple[str, str]:
    sentence = _("Two copies of the same laptop’s records were used side by side. Everything of both is kept.")
    return sentence, _("Nothing is lost. Find out whether a backup was restored or a disk copied, and use one of them.")


def _quarantine(session: Session, issue: Issue, title: str, info: Mapping[str, Any]) -> tuple[str, str]:
    what = title or table_words(issue.table)
    if info.get("reason") == "revoked":
        sentence = _("A change of “%(title)s” was kept apart, because headquarters took its laptop off the list.",
                     title=what)  # fmt: skip
        return sentence, _("Nothing was changed by it. Headquarters can let it count, under Offices, Laptops.")
    sentence = _("A change of “%(title)s” was kept apart, because its author may not make it.", title=what)
    return sentence, _("Nothing was changed by it. Ask the office that sent it what it was meant to be.")


def _clock(session: Session, issue: Issue, title: str, info: Mapping[str, Any]) -> tuple[str, str]:
    found = find_office(session, info["office"])
    who = ", ".join(part for part in (issue.field, found.name if found else "") if part)
    sentence = n_("The clock was wrong for %(num)s save by %(who)s: it said %(day)s.",
                  "The clock was wrong for %(num)s saves by %(who)s: the last one said %(day)s.",
                  info["changes"], who=who, day=_day(info["latest"]))  # fmt: skip
    return sentence, _("Set the clock of that laptop. The saves count like all others: no order comes from clocks.")


_WORDS: Mapping[str, Words] = {
    "soft": _soft, "unique": _unique, "cycle": _cycle, "dangling": _dangling, "clash": _clash, "fork": _fork,
    "quarantine": _quarantine, "clock": _clock,
}  # fmt: skip


def _listed(titles: list[str]) -> str:
    return ", ".join(f"“{title}”" for title in titles)


def _day(seconds: int) -> str:
    try:
        return day_text(datetime.fromtimestamp(seconds, UTC).date())
    except (OverflowError, ValueError, OSError):
        return str(seconds)
