"""Challenges, risks and issues: what went wrong or may, why, what it does, and what is done about it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Self

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from server.base.i18n import _, mark
from server.domain.challenges import models
from server.domain.challenges.commands import record_challenge
from server.domain.challenges.queries import SORTS, ChallengeFilter, challenge, challenges
from server.domain.challenges.rules import KINDS, STATUSES
from server.domain.framework import queries as framework
from server.domain.people.queries import offices
from server.web import another
from server.web.answers import Answer, said
from server.web.database import session
from server.web.exports import hand_over_list, ids_of
from server.web.fields import ChoiceQuestion, DateQuestion, LongQuestion, NumberQuestion, TextQuestion, TickQuestion
from server.web.forms import Form, displayed
from server.web.here import here
from server.web.keeping import bring_back, take_away
from server.web.lists import narrowed, number_in, office_in, one_in, same_at, sort_in, words_in
from server.web.words import choices, country_name

page = Blueprint("challenges", __name__)
#: what the next challenge of an evening begins with
_SHARED = ("kind", "output_id", "country_id")


class ChallengeForm(Form):
    """One challenge, risk or issue."""

    title = TextQuestion(mark("What is the challenge?"), mark("In a few words, such as “Focal points changed”."))
    kind = ChoiceQuestion(mark("What kind of challenge is it?"),
                          mark("A challenge held the work up, a risk may, an issue has to be settled."), radio=True)
    cause = LongQuestion(mark("Why did it come about?"), rows=2, optional=True)
    effect = LongQuestion(mark("What does it do to the programme?"), rows=2, optional=True)
    response = LongQuestion(mark("What is done about it?"), rows=2, optional=True)
    text_local = LongQuestion(mark("The whole, in your office's language?"), rows=4, optional=True, local=True)
    status = ChoiceQuestion(mark("How does it stand?"), radio=True)
    owner = TextQuestion(mark("Who sees to it?"), mark("An office or a role."), optional=True)
    dated = DateQuestion(mark("Since when?"), optional=True)
    output_id = ChoiceQuestion(mark("Which output does it concern?"), mark("Leave empty for all."), optional=True)
    country_id = ChoiceQuestion(mark("In which country?"), mark("Leave empty for the whole programme."), optional=True)
    in_report = TickQuestion(mark("Put it into the report"))
    position = NumberQuestion(mark("Place in the report"), mark("1 comes first."), optional=True)

    def offer(self) -> Self:
        """Fill the lists to choose from, and leave out what this office has no use for."""
        self.kind.choices, self.status.choices = choices(KINDS), choices(STATUSES)
        self.output_id.choices = [(o.id, f"{o.label}. {o.title}") for o in framework.outputs(session())]
        self.country_id.choices = [(c.id, country_name(c)) for c in framework.countries(session())]
        if here().office.country_id:
            del self.country_id
        if not here().office.language:
            del self.text_local
        return self

    def values(self) -> dict[str, Any]:
        """A country office's own country goes without asking."""
        own = here().office.country_id
        return {**super().values(), **({"country_id": own} if own else {})}


@page.get("/challenges")
def index() -> Answer:
    """All challenges, open ones first; search, filters, order and page stand in the address."""
    wanted = _wanted()
    return render_template(
        "challenges/list.html", found=challenges(session(), wanted), wanted=wanted, narrowed=narrowed("sort", "page"),
        kinds=choices(KINDS), statuses=choices(STATUSES), offices=offices(session()),
        outputs=framework.outputs(session()))


@page.get("/challenges/workbook")
def export() -> Response:
    """Keep exactly what the list shows, on all of its pages, as a workbook."""
    wanted = _wanted()
    ids = ids_of(lambda number: challenges(session(), replace(wanted, page=number)))
    return hand_over_list({"challenge": ids}, _("Challenges"), same_at(".index"))


@page.route("/challenges/new", methods=["GET", "POST"])
def add() -> Answer:
    """Enter a challenge."""
    form = ChallengeForm.on({"kind": "challenge", "status": "open", **another.carried(*_SHARED)}, draft="challenge/new")
    if form.sent():
        saved = form.save(here().author, lambda work: record_challenge(work, form.values()))
        if saved:
            said(_("Saved: %(title)s", title=form.title.data))
            return another.next_one(".add", form, *_SHARED) if another.asked() else redirect(url_for(".show", id=saved))
    return render_template("challenges/form.html", form=form, challenge=None), 422 if form.problems else 200


@page.get("/challenges/<id>")
def show(id: str) -> Answer:
    """One challenge with all that is known of it."""
    known = challenge(session(), id)
    return render_template(
        "challenges/show.html", challenge=known,
        output=next((o for o in framework.outputs(session()) if o.id == known.output_id), None),
        country=next((c for c in framework.countries(session()) if c.id == known.country_id), None),
        office=next((o for o in offices(session()) if o.id == known.office), None))


@page.route("/challenges/<id>/edit", methods=["GET", "POST"])
def edit(id: str) -> Answer:
    """Change a challenge of one's own office."""
    known = challenge(session(), id)
    form = ChallengeForm.on(vars(known), seen=displayed("challenge", id), draft=f"challenge/{id}")
    if form.sent() and form.save(here().author,
                                 lambda work: record_challenge(work, form.values(), id=id, seen=form.heads_seen())):
        said(_("Saved: %(title)s", title=form.title.data))
        return redirect(url_for(".show", id=id))
    return render_template("challenges/form.html", form=form, challenge=known), 422 if form.problems else 200


@page.post("/challenges/<id>/delete")
def remove(id: str) -> Answer:
    """Delete at once, and offer Undo."""
    take_away(models.Challenge, id, challenge(session(), id).title, url_for(".restore", id=id))
    return redirect(url_for(".index"))


@page.post("/challenges/<id>/restore")
def restore(id: str) -> Answer:
    """Undo a deletion."""
    bring_back(models.Challenge, id)
    return redirect(url_for(".show", id=id))


def _wanted() -> ChallengeFilter:
    """What the address asks for."""
    return ChallengeFilter(words_in(), one_in("kind", KINDS), one_in("status", STATUSES),
                           request.args.get("output") or None, office_in(), sort_in(SORTS), number_in("page"))
