"""Lessons: what was learnt, so that the next country and the next year need not learn it again."""

from __future__ import annotations

from typing import Any, Self

from flask import Blueprint, redirect, render_template, request, url_for

from server.base.i18n import _, mark
from server.domain.challenges import models
from server.domain.challenges.commands import record_lesson
from server.domain.challenges.queries import LESSON_SORTS, ChallengeFilter, lesson, lessons
from server.domain.framework import queries as framework
from server.domain.people.queries import offices
from server.web import another
from server.web.answers import Answer, said
from server.web.database import session
from server.web.fields import ChoiceQuestion, DateQuestion, LongQuestion, TextQuestion
from server.web.forms import Form, displayed
from server.web.here import here
from server.web.keeping import bring_back, take_away
from server.web.lists import narrowed, number_in, office_in, sort_in, words_in
from server.web.words import country_name

page = Blueprint("lessons", __name__)
#: what the next lesson of an evening begins with
_SHARED = ("dated", "output_id", "country_id")


class LessonForm(Form):
    """One lesson."""

    title = TextQuestion(mark("What is the lesson?"), mark("In a few words, such as “Endorsement sets the pace”."))
    text = LongQuestion(mark("What was learnt, and from what?"), rows=6)
    dated = DateQuestion(mark("When?"), optional=True)
    output_id = ChoiceQuestion(mark("Which output does it concern?"), mark("Leave empty for all."), optional=True)
    country_id = ChoiceQuestion(mark("In which country?"), mark("Leave empty for the whole programme."), optional=True)

    def offer(self) -> Self:
        """Fill the lists to choose from; a country office's own country goes without asking."""
        self.output_id.choices = [(o.id, f"{o.label}. {o.title}") for o in framework.outputs(session())]
        self.country_id.choices = [(c.id, country_name(c)) for c in framework.countries(session())]
        if here().office.country_id:
            del self.country_id
        return self

    def values(self) -> dict[str, Any]:
        """With the office's own country."""
        own = here().office.country_id
        return {**super().values(), **({"country_id": own} if own else {})}


@page.get("/lessons")
def index() -> Answer:
    """All lessons, newest first; search, filters, order and page stand in the address."""
    wanted = _wanted()
    return render_template(
        "lessons/list.html", found=lessons(session(), wanted), wanted=wanted, narrowed=narrowed("sort", "page"),
        offices=offices(session()), outputs=framework.outputs(session()))


@page.route("/lessons/new", methods=["GET", "POST"])
def add() -> Answer:
    """Enter a lesson."""
    form = LessonForm.on(another.carried(*_SHARED), draft="lesson/new")
    if form.sent():
        saved = form.save(here().author, lambda work: record_lesson(work, form.values()))
        if saved:
            said(_("Saved: %(title)s", title=form.title.data))
            return another.next_one(".add", form, *_SHARED) if another.asked() else redirect(url_for(".show", id=saved))
    return render_template("lessons/form.html", form=form, lesson=None), 422 if form.problems else 200


@page.get("/lessons/<id>")
def show(id: str) -> Answer:
    """One lesson."""
    known = lesson(session(), id)
    return render_template(
        "lessons/show.html", lesson=known,
        output=next((o for o in framework.outputs(session()) if o.id == known.output_id), None),
        country=next((c for c in framework.countries(session()) if c.id == known.country_id), None),
        office=next((o for o in offices(session()) if o.id == known.office), None))


@page.route("/lessons/<id>/edit", methods=["GET", "POST"])
def edit(id: str) -> Answer:
    """Change a lesson of one's own office."""
    known = lesson(session(), id)
    form = LessonForm.on(vars(known), seen=displayed("lesson", id), draft=f"lesson/{id}")
    if form.sent() and form.save(here().author,
                                 lambda work: record_lesson(work, form.values(), id=id, seen=form.heads_seen())):
        said(_("Saved: %(title)s", title=form.title.data))
        return redirect(url_for(".show", id=id))
    return render_template("lessons/form.html", form=form, lesson=known), 422 if form.problems else 200


@page.post("/lessons/<id>/delete")
def remove(id: str) -> Answer:
    """Delete at once, and offer Undo."""
    take_away(models.Lesson, id, lesson(session(), id).title, url_for(".restore", id=id))
    return redirect(url_for(".index"))


@page.post("/lessons/<id>/restore")
def restore(id: str) -> Answer:
    """Undo a deletion."""
    bring_back(models.Lesson, id)
    return redirect(url_for(".show", id=id))


def _wanted() -> ChallengeFilter:
    """What the address asks for."""
    return ChallengeFilter(words_in(), output_id=request.args.get("output") or None, office=office_in(),
                           sort=sort_in(LESSON_SORTS), page=number_in("page"))
