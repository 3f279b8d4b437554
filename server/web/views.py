"""Saved views: the addresses of lists that a person gave a name. They stay in this data folder and never travel."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

from flask import Flask, request, url_for

from server.base.errors import NotFound, RuleBroken
from server.base.i18n import _
from server.base.ids import new_id
from server.base.text import one_line
from server.db.settings import read_setting, write_setting
from server.domain.records import Work
from server.web.database import session
from server.web.here import here
from server.web.lists import arguments

#: lists that have views -> the endpoint that shows them; what follows a colon is the tab of a page that has several
LISTS: Mapping[str, str] = {
    **{name: f"{name}.index" for name in ("activities", "workplan", "milestones", "boards", "meetings", "decisions",
                                          "documents", "products", "agreements", "challenges", "lessons")},
    "budget": "finance.listed:budget", "spending": "finance.listed:spending",
}  # fmt: skip
_MOST, _LONGEST = 60, 60


@dataclass(frozen=True)
class View:
    """A view: its name, the arguments of the list's address, and whose it is; no person: everybody's at this folder."""

    id: str
    name: str
    asked: Mapping[str, str]
    person: str = ""
    deleted: bool = False


@dataclass(frozen=True)
class Shown:
    """A view as a link above its list."""

    id: str
    name: str
    url: str
    current: bool


def show_views(app: Flask) -> None:
    """Let every list show its views."""
    app.jinja_env.globals["shown_views"] = shown_views


def shown_views(list_name: str) -> list[Shown]:
    """The views of a list that the person who types has, by name."""
    asked = _asked(request.args)
    mine = [view for view in _read(list_name) if not view.deleted and view.person in ("", here().person)]
    return [Shown(view.id, view.name, _url(list_name, view.asked), dict(view.asked) == asked)
            for view in sorted(mine, key=lambda view: view.name.casefold())]  # fmt: skip


def address(list_name: str, asked: Mapping[str, str]) -> str:
    """The list's address with these arguments. Errors: NotFound for a list that has no views."""
    if list_name not in LISTS:
        raise NotFound(_("There is no such list: choose one from the menu."))
    return _url(list_name, _asked(asked))


def keep_view(work: Work, list_name: str, name: str, asked: Mapping[str, str], *, everybody: bool) -> str:
    """Give a view a name, in place of one with the same name. Returns its id. Errors: RuleBroken, NotFound."""
    name = one_line(name)[:_LONGEST]
    if not name:
        raise RuleBroken(_("Enter a name for the view."), "name")
    address(list_name, asked)
    person = "" if everybody else here().person
    others = [view for view in _read(list_name)
              if not view.deleted and (view.name.casefold(), view.person) != (name.casefold(), person)]  # fmt: skip
    if len(others) >= _MOST:
        raise RuleBroken(_("There are %(most)s views already: delete one first.", most=_MOST), "name")
    made = View(new_id(), name, _asked(asked), person)
    _write(work, list_name, [*others, made])
    return made.id


def mark_view(work: Work, list_name: str, id: str, *, deleted: bool) -> View:
    """Delete a view, or bring it back. Errors: NotFound."""
    views = _read(list_name)
    found = next((view for view in views if view.id == id), None)
    if found is None:
        raise NotFound(_("This view is not here any more: save it anew."))
    _write(work, list_name, [replace(view, deleted=deleted) if view.id == id else view for view in views])
    return found


def _url(list_name: str, asked: Mapping[str, str]) -> str:
    endpoint, _colon, tab = LISTS[list_name].partition(":")
    return url_for(endpoint, **{**arguments(asked), **({"tab": tab} if tab else {})})


def _asked(given: Mapping[str, str]) -> dict[str, str]:
    """The arguments that make a view: what narrows and orders, and not the page."""
    return {name: str(value) for name, value in arguments(given).items()
            if value and name not in ("page", "csrf_token")}  # fmt: skip


def _read(list_name: str) -> list[View]:
    try:
        found = json.loads(read_setting(session(), f"views/{list_name}") or "[]")
        return [View(str(one["id"]), str(one["name"]), _asked(one["asked"]), str(one["person"]), bool(one["deleted"]))
                for one in found]  # fmt: skip
    except (ValueError, TypeError, KeyError, AttributeError):
        return []


def _write(work: Work, list_name: str, views: list[View]) -> None:
    write_setting(work.session, f"views/{list_name}", json.dumps([asdict(view) for view in views], ensure_ascii=False))
