"""Boards: the list, a board's own page with its members, meetings and open decisions, and the forms of both."""

from __future__ import annotations

from typing import Any, Self

from flask import Blueprint, abort, redirect, render_template, request, url_for

from server.base.i18n import _, mark
from server.domain.boards import models
from server.domain.boards.commands import record_board, record_board_member
from server.domain.boards.queries import (
    BOARD_SORTS,
    BoardFacts,
    BoardFilter,
    DecisionFilter,
    MeetingFilter,
    MemberFacts,
    board,
    boards,
    decided,
    meetings,
    members,
)
from server.domain.boards.rules import KINDS, ROLES, TOR_STAGES
from server.domain.framework import queries as framework
from server.domain.people.queries import offices
from server.web.answers import Answer, said
from server.web.database import session
from server.web.fields import ChoiceQuestion, DateQuestion, LongQuestion, TextQuestion
from server.web.forms import Form, displayed
from server.web.here import here
from server.web.keeping import bring_back, take_away
from server.web.lists import narrowed, number_in, office_in, one_in, sort_in, words_in
from server.web.words import choices, country_name

page = Blueprint("boards", __name__)
#: meetings and decisions that a board's own page shows
_FEW = 8


class BoardForm(Form):
    """A board with its terms of reference."""

    name = TextQuestion(mark("What is the board called?"), mark("Such as “National Project Board of Kyrgyzstan”."))
    kind = ChoiceQuestion(mark("What kind of board is it?"), radio=True)
    country_id = ChoiceQuestion(mark("In which country?"), mark("Leave empty for a global board."), optional=True)
    tor_stage = ChoiceQuestion(mark("How far are its terms of reference?"), radio=True, optional=True)
    tor_dated = DateQuestion(mark("Since when?"), mark("When they were adopted, or drafted."), optional=True)
    mandate = LongQuestion(mark("What is its mandate?"), rows=5, optional=True)

    def offer(self) -> Self:
        """Kinds and countries; a country office has no global board, and its own country goes without asking."""
        country = here().office.country_id
        self.kind.choices = choices(kind for kind in KINDS if kind != "global" or not country)
        self.tor_stage.choices = choices(TOR_STAGES)
        self.country_id.choices = [(c.id, country_name(c)) for c in framework.countries(session())]
        if country:
            del self.country_id
        return self

    def values(self) -> dict[str, Any]:
        """With the office's own country, unless the board is a global one."""
        found = super().values()
        if here().office.country_id:
            found["country_id"] = None if found["kind"] == "global" else here().office.country_id
        return found


class MemberForm(Form):
    """A seat on a board."""

    institution = TextQuestion(mark("Which institution holds the seat?"),
                               mark("With the role of who sits there, such as “Ministry of Labour, deputy minister”."))
    role = ChoiceQuestion(mark("What is its part on the board?"), optional=True)

    def offer(self) -> Self:
        """The roles."""
        self.role.choices = choices(ROLES)
        return self


@page.get("/boards")
def index() -> Answer:
    """All boards; search, filters, order and page stand in the address."""
    wanted = _wanted()
    return render_template("boards/list.html", found=boards(session(), wanted), wanted=wanted, kinds=choices(KINDS),
                           narrowed=narrowed("sort", "page"), offices=offices(session()))


@page.route("/boards/new", methods=["GET", "POST"])
def add() -> Answer:
    """Add a board."""
    kind = "national" if here().office.country_id else "global"
    form = BoardForm.on({"kind": kind, "tor_stage": "none"}, draft="board/new")
    if form.sent():
        saved = form.save(here().author, lambda work: record_board(work, form.values()))
        if saved:
            said(_("Saved: %(title)s", title=form.name.data))
            return redirect(url_for(".show", id=saved))
    return render_template("boards/form.html", form=form, board=None), 422 if form.problems else 200


@page.get("/boards/<id>")
def show(id: str) -> Answer:
    """One board with its members, meetings and open decisions."""
    known = board(session(), id)
    return _shown(known, MemberForm.on() if known.office == here().office.id else None)


@page.route("/boards/<id>/edit", methods=["GET", "POST"])
def edit(id: str) -> Answer:
    """Change a board of one's own office."""
    known = board(session(), id)
    form = BoardForm.on(vars(known), seen=displayed("board", id), draft=f"board/{id}")
    if form.sent() and form.save(here().author,
                                 lambda work: record_board(work, form.values(), id=id, seen=form.heads_seen())):
        said(_("Saved: %(title)s", title=form.name.data))
        return redirect(url_for(".show", id=id))
    return render_template("boards/form.html", form=form, board=known), 422 if form.problems else 200


@page.post("/boards/<id>/delete")
def remove(id: str) -> Answer:
    """Delete at once, and offer Undo."""
    take_away(models.Board, id, board(session(), id).name, url_for(".restore", id=id))
    return redirect(url_for(".index"))


@page.post("/boards/<id>/restore")
def restore(id: str) -> Answer:
    """Undo a deletion."""
    bring_back(models.Board, id)
    return redirect(url_for(".show", id=id))


@page.post("/boards/<id>/members")
def add_member(id: str) -> Answer:
    """Add a seat; what is wrong with it is shown on the board's page."""
    form = MemberForm.on()
    if form.sent() and form.save(here().author,
                                 lambda work: record_board_member(work, {**form.values(), "board_id": id})):
        said(_("Saved: %(title)s", title=form.institution.data))
        return redirect(url_for(".show", id=id, _anchor="members-title"))
    return _shown(board(session(), id), form)


@page.route("/boards/<id>/members/<member>", methods=["GET", "POST"])
def edit_member(id: str, member: str) -> Answer:
    """Change a seat."""
    known = _member(id, member)
    form = MemberForm.on(vars(known), seen=displayed("board_member", member))
    if form.sent() and form.save(
            here().author, lambda work: record_board_member(work, form.values(), id=member, seen=form.heads_seen())):
        said(_("Saved: %(title)s", title=form.institution.data))
        return redirect(url_for(".show", id=id, _anchor="members-title"))
    shown = render_template("boards/member.html", form=form, member=known, board=board(session(), id))
    return shown, 422 if form.problems else 200


@page.post("/boards/<id>/members/<member>/<what>")
def change_member(id: str, member: str, what: str) -> Answer:
    """Take a seat away, with Undo; or put it back."""
    if what == "away":
        back = url_for(".change_member", id=id, member=member, what="back")
        take_away(models.BoardMember, member, _member(id, member).institution, back)
    else:
        bring_back(models.BoardMember, member)
    return redirect(url_for(".show", id=id, _anchor="members-title"))


def _wanted() -> BoardFilter:
    """What the address asks for."""
    return BoardFilter(words_in(), one_in("kind", KINDS), office_in(), sort_in(BOARD_SORTS), number_in("page"))


def _member(board_id: str, id: str) -> MemberFacts:
    """A seat of that board; 404 for any other."""
    found = next((one for one in members(session(), board_id) if one.id == id), None)
    if found is None:
        abort(404)
    return found


def _shown(known: BoardFacts, form: MemberForm | None) -> Answer:
    held = meetings(session(), MeetingFilter(board_id=known.id)).items
    left = decided(session(), DecisionFilter(board_id=known.id), here().today)
    shown = render_template(
        "boards/show.html", board=known, form=form, members=members(session(), known.id), meetings=held[:_FEW],
        more=len(held) > _FEW, decisions=left.items[:_FEW], left=len(left.items),
        country=next((c for c in framework.countries(session()) if c.id == known.country_id), None),
        office=next((o for o in offices(session()) if o.id == known.office), None))
    return shown, 422 if request.method == "POST" else 200
