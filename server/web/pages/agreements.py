"""Agreements: memoranda, letters of agreement and endorsement letters, with parties, stage, dates and file."""

from __future__ import annotations

from typing import Any, Self

from flask import Blueprint, redirect, render_template, url_for

from server.base.i18n import _, mark
from server.domain.documents import models
from server.domain.documents.commands import record_agreement
from server.domain.documents.queries import (
    SORTS,
    AgreementFacts,
    PaperFilter,
    agreement,
    agreements,
    documents,
    to_choose,
)
from server.domain.documents.rules import AGREEMENT_KINDS, AGREEMENT_STAGES
from server.domain.people.queries import offices
from server.domain.records import Work
from server.services import filing
from server.web import another
from server.web.answers import Answer, said, warned
from server.web.database import session
from server.web.fields import ChoiceQuestion, DateQuestion, LongQuestion, TextQuestion
from server.web.files import uploads
from server.web.forms import Form, displayed
from server.web.here import here
from server.web.keeping import bring_back, take_away
from server.web.lists import narrowed, number_in, office_in, one_in, sort_in, words_in
from server.web.words import choices

page = Blueprint("agreements", __name__)


class AgreementForm(Form):
    """One agreement; its signed paper is chosen, or filed at once."""

    title = TextQuestion(mark("What is the agreement about?"))
    kind = ChoiceQuestion(mark("What kind of agreement is it?"), optional=True)
    parties = TextQuestion(mark("Who signs it?"), mark("All parties, such as “UNDP; Ministry of Labour”."),
                           optional=True)
    stage = ChoiceQuestion(mark("How far is it?"), radio=True, optional=True)
    drafted = DateQuestion(mark("When did drafting begin?"), optional=True)
    signed = DateQuestion(mark("When did the last party sign?"), optional=True)
    document_id = ChoiceQuestion(mark("Which filed document is it?"), optional=True)
    note = LongQuestion(mark("Remark"), rows=3, optional=True)

    def offer(self) -> Self:
        """Fill the lists to choose from."""
        self.kind.choices, self.stage.choices = choices(AGREEMENT_KINDS), choices(AGREEMENT_STAGES)
        self.document_id.choices = to_choose(session(), here().office.id)
        return self


@page.get("/agreements")
def index() -> Answer:
    """All agreements; search, filters, order and page stand in the address."""
    wanted = _wanted()
    return render_template(
        "agreements/list.html", found=agreements(session(), wanted), wanted=wanted, narrowed=narrowed("sort", "page"),
        kinds=choices(AGREEMENT_KINDS), stages=choices(AGREEMENT_STAGES), offices=offices(session()))


@page.route("/agreements/new", methods=["GET", "POST"])
def add() -> Answer:
    """Enter an agreement."""
    form = AgreementForm.on({"stage": "drafting", **another.carried("kind")}, draft="agreement/new")
    if form.sent():
        saved = form.save(here().author, lambda work: record_agreement(work, _values(form, work)))
        if saved:
            said(_("Saved: %(title)s", title=form.title.data))
            return another.next_one(".add", form, "kind") if another.asked() else redirect(url_for(".show", id=saved))
    return _form(form, None)


@page.get("/agreements/<id>")
def show(id: str) -> Answer:
    """One agreement."""
    known = agreement(session(), id)
    found = documents(session(), [known.document_id] if known.document_id else [])
    return render_template(
        "agreements/show.html", agreement=known, papers=filing.evidence_of(found, here().data),
        office=next((o for o in offices(session()) if o.id == known.office), None))


@page.route("/agreements/<id>/edit", methods=["GET", "POST"])
def edit(id: str) -> Answer:
    """Change an agreement of one's own office."""
    known = agreement(session(), id)
    form = AgreementForm.on(vars(known), seen=displayed("agreement", id), draft=f"agreement/{id}")
    if form.sent() and form.save(here().author, lambda work: record_agreement(
            work, _values(form, work), id=id, seen=form.heads_seen())):
        said(_("Saved: %(title)s", title=form.title.data))
        return redirect(url_for(".show", id=id))
    return _form(form, known)


@page.post("/agreements/<id>/delete")
def remove(id: str) -> Answer:
    """Delete at once, and offer Undo."""
    take_away(models.Agreement, id, agreement(session(), id).title, url_for(".restore", id=id))
    return redirect(url_for(".index"))


@page.post("/agreements/<id>/restore")
def restore(id: str) -> Answer:
    """Undo a deletion."""
    bring_back(models.Agreement, id)
    return redirect(url_for(".show", id=id))


def _wanted() -> PaperFilter:
    """What the address asks for."""
    return PaperFilter(words_in(), one_in("kind", AGREEMENT_KINDS), one_in("stage", AGREEMENT_STAGES),
                       office=office_in(), sort=sort_in(SORTS), page=number_in("page"))


def _values(form: AgreementForm, work: Work) -> dict[str, Any]:
    """The answers; a file that came with them is filed under the agreement's title, and is its document."""
    found = form.values()
    common = {"title": found["title"], "kind": "agreement", "dated": found["signed"] or found["drafted"]}
    for upload in uploads()[:1]:
        (found["document_id"],) = filing.file_papers(work, here().data, common, [upload])
    return found


def _form(form: AgreementForm, known: AgreementFacts | None) -> Answer:
    if form.problems and uploads():
        warned(_("Choose the file once more: it was not filed."))
    return render_template("agreements/form.html", form=form, agreement=known), 422 if form.problems else 200
