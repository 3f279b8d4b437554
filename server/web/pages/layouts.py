"""Layouts of reports: headquarters orders, switches off and renames the sections, once for each donor who asks."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for

from server.base.errors import NotFound
from server.base.i18n import LANGUAGES, _, language_name, mark
from server.domain.framework import models
from server.domain.framework import queries as framework
from server.domain.framework.queries import LayoutFacts
from server.domain.framework.rules import LAYOUT_SECTIONS
from server.domain.records import undelete
from server.reports.chapters import usual_heading
from server.services import layouts
from server.services.layouts import Arranged
from server.web.answers import Answer, offer_undo, said
from server.web.database import session, writing
from server.web.fields import ChoiceQuestion, TextQuestion, TickQuestion
from server.web.forms import Form, displayed
from server.web.here import here

page = Blueprint("layouts", __name__)

KINDS = {"annual": mark("Annual progress report"), "progress": mark("Progress report")}
#: languages whose own headings are asked for beside English, behind a fold
_OTHERS = tuple(code for code in LANGUAGES if code != "en")


class LayoutForm(Form):
    """What a layout is called, for which report and donor, and whether it is the usual one."""

    title = TextQuestion(mark("What is the layout called?"),
                         mark("Such as the donor’s name. It is chosen by this name."))
    kind = ChoiceQuestion(mark("For which report?"), radio=True)
    donor_id = ChoiceQuestion(mark("Which donor wants it so?"), optional=True)
    usual = TickQuestion(mark("Reports look so unless another layout is chosen"),
                         mark("Offices’ dispatches follow it from the next circular on."))

    def offer(self) -> LayoutForm:
        """Kinds and donors by name."""
        self.kind.choices = [(kind, _(words)) for kind, words in KINDS.items()]
        self.donor_id.choices = [(d.id, f"{d.code} – {d.name}") for d in framework.donors(session())]
        return self

    def of_known(self) -> LayoutForm:
        """Without its kind: sections of one report are none of the other."""
        del self.kind
        return self


@page.before_request
def _headquarters_only() -> None:
    if not here().office.hq:
        abort(404)


@page.get("/layouts")
def index() -> Answer:
    """All layouts."""
    donors = {d.id: d.code or d.name for d in framework.donors(session())}
    return render_template("layouts/list.html", layouts=framework.layouts(session()), kinds=KINDS, donors=donors)


@page.route("/layouts/new", methods=["GET", "POST"])
def add() -> Answer:
    """Make a layout; its sections are arranged on its own page."""
    form = LayoutForm.on({"kind": next(iter(LAYOUT_SECTIONS))}, draft="report_layout/new")
    if form.sent():
        made = form.save(here().author, lambda work: layouts.make(work, form.values()))
        if made:
            return redirect(url_for(".edit", id=made))
    return render_template("layouts/form.html", form=form, layout=None), 422 if form.problems else 200


@page.route("/layouts/<id>", methods=["GET", "POST"])
def edit(id: str) -> Answer:
    """Arrange a layout: places, ticks and headings; the arrows save and move one section."""
    known = _layout(id)
    values = {"title": known.title, "donor_id": known.donor_id, "usual": int(known.usual)}
    form = LayoutForm.on(values, seen=displayed("report_layout", id)).of_known()
    if form.sent():
        sections = _arranged(known)
        key, pressed, way = request.form.get("move", "").partition(":")
        if pressed:
            sections = layouts.moved(sections, key, -1 if way == "up" else 1)
        if form.save(here().author, lambda work: layouts.arrange(
                work, known, form.values(), sections, form.heads_seen())):
            if not pressed:
                said(_("Saved: %(title)s", title=form.title.data))
            return redirect(url_for(".edit", id=id, _anchor=f"section-{key}") if pressed else url_for(".index"))
    return render_template("layouts/form.html", form=form, layout=known, kinds=KINDS, words=_words(known.kind),
                           others=[(code, language_name(code)) for code in _OTHERS],
                           ), 422 if form.problems else 200  # fmt: skip


@page.post("/layouts/<id>/delete")
def remove(id: str) -> Answer:
    """Delete at once, and offer Undo."""
    known = _layout(id)
    with writing(here().author) as work:
        layouts.drop(work, id)
    offer_undo(_("Deleted: %(title)s", title=known.title), url_for(".restore", id=id))
    return redirect(url_for(".index"))


@page.post("/layouts/<id>/restore")
def restore(id: str) -> Answer:
    """Undo a deletion."""
    with writing(here().author) as work:
        undelete(work, models.ReportLayout, id)
    said(_("The layout is back."))
    return redirect(url_for(".index"))


def _layout(id: str) -> LayoutFacts:
    found = next((one for one in framework.layouts(session()) if one.id == id), None)
    if found is None:
        raise NotFound(_("There is no such layout: choose one from the list."))
    return found


def _words(kind: str) -> dict[str, str]:
    """What the sections of a kind are usually called."""
    return {key: usual_heading(kind, key, "…") for key in LAYOUT_SECTIONS.get(kind, ())}


def _arranged(known: LayoutFacts) -> list[Arranged]:
    """The sections as the form has them, in the order of their typed places."""
    found: list[Arranged] = []
    for place, one in enumerate(known.sections, 1):
        asked: dict[str, Any] = {code: request.form.get(f"heading-{one.key}-{code}", "").strip() for code in LANGUAGES}
        typed = request.form.get(f"place-{one.key}", "").strip()
        number = int(typed) if typed.isdecimal() and len(typed) < 4 else place
        found.append(Arranged(one.key, number, f"shown-{one.key}" in request.form, asked))
    return sorted(found, key=lambda one: one.position or 0)
