"""Documents: filed files and notes of papers, found again, opened, saved, and what each of them is used for."""

from __future__ import annotations

from typing import Self

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from server.base.i18n import _, mark
from server.domain.documents import models
from server.domain.documents.commands import file_document
from server.domain.documents.queries import SORTS, DocumentFacts, PaperFilter, document, filed
from server.domain.documents.rules import DOCUMENT_KINDS
from server.domain.people.queries import offices
from server.domain.records import Work
from server.services import filing
from server.services.papers import uses_of
from server.web import another
from server.web.answers import Answer, said, warned
from server.web.database import session
from server.web.fields import ChoiceQuestion, DateQuestion, LongQuestion, TextQuestion
from server.web.files import hand_over, show_file, uploads
from server.web.forms import Form, displayed
from server.web.here import here
from server.web.keeping import bring_back, take_away
from server.web.lists import narrowed, number_in, office_in, one_in, sort_in, words_in
from server.web.records import address_of, table_words
from server.web.staged import safe_name
from server.web.words import choices

page = Blueprint("documents", __name__)
#: what the next document of an evening begins with
_SHARED = ("kind", "dated")


class DocumentForm(Form):
    """What is said of a filed document; its file is asked for beside it."""

    title = TextQuestion(mark("What is it?"), mark("Left empty, the file's name stands for it."), optional=True)
    kind = ChoiceQuestion(mark("What kind of document is it?"), radio=True)
    dated = DateQuestion(mark("Which date does it carry?"), optional=True)
    note = LongQuestion(mark("Where does the original lie?"), mark("Or any other remark."), rows=3, optional=True)

    def offer(self) -> Self:
        """The kinds."""
        self.kind.choices = choices(DOCUMENT_KINDS)
        return self


@page.get("/documents")
def index() -> Answer:
    """All documents; search, filters, order and page stand in the address."""
    wanted = _wanted()
    found = filed(session(), wanted)
    return render_template(
        "documents/list.html", found=found, papers=filing.evidence_of(found.items, here().data), wanted=wanted,
        narrowed=narrowed("sort", "page"), kinds=choices(DOCUMENT_KINDS), offices=offices(session()),
        asked=filing.asked_for(session()))


@page.route("/documents/new", methods=["GET", "POST"])
def add() -> Answer:
    """File documents: files, or a note of where a paper lies."""
    form, brought = DocumentForm.on({"kind": "other", **another.carried(*_SHARED)}, draft="document/new"), uploads()
    made: list[str] = []

    def file_them(work: Work) -> str:
        made.extend(filing.file_papers(work, here().data, form.values(), brought))
        return made[0]

    if form.sent() and form.save(here().author, file_them):
        said(_("Filed: %(title)s", title=document(session(), made[0]).title))
        if another.asked():
            return another.next_one(".add", form, *_SHARED)
        return redirect(url_for(".show", id=made[0]) if len(made) == 1 else url_for(".index"))
    return _form(form, None, lost=bool(brought))


@page.get("/documents/<id>")
def show(id: str) -> Answer:
    """One document: what is here of it, and what names it."""
    known = document(session(), id)
    uses = [(use, table_words(use.table), address_of(session(), use.table, use.row)) for use in uses_of(session(), id)]
    (paper,) = filing.evidence_of([known], here().data)
    return render_template(
        "documents/show.html", document=known, paper=paper, opens=filing.opens(paper), uses=uses,
        asked=filing.asked_for(session()), office=next((o for o in offices(session()) if o.id == known.office), None))


@page.route("/documents/<id>/edit", methods=["GET", "POST"])
def edit(id: str) -> Answer:
    """Change what is said of a document, or put another file in its place."""
    known, brought = document(session(), id), uploads()
    form = DocumentForm.on(vars(known), seen=displayed("document", id), draft=f"document/{id}")

    def file_it(work: Work) -> str:
        values = form.values()
        for upload in brought[:1]:
            values |= filing.filed(work, here().data, upload)
            values["title"] = values["title"] or upload.name
        return file_document(work, values, id=id, seen=form.heads_seen())

    if form.sent() and form.save(here().author, file_it):
        said(_("Saved: %(title)s", title=document(session(), id).title))
        return redirect(url_for(".show", id=id))
    return _form(form, known, lost=bool(brought))


@page.post("/documents/<id>/delete")
def remove(id: str) -> Answer:
    """Delete at once, and offer Undo; the file stays in the data folder."""
    take_away(models.Document, id, document(session(), id).title, url_for(".restore", id=id))
    return redirect(url_for(".index"))


@page.post("/documents/<id>/restore")
def restore(id: str) -> Answer:
    """Undo a deletion."""
    bring_back(models.Document, id)
    return redirect(url_for(".show", id=id))


@page.get("/documents/<id>/file")
def keep(id: str) -> Answer:
    """Save a document's file: the original, or the copy that travels."""
    known = document(session(), id)
    content = filing.content_of(known, here().data, copy="copy" in request.args)
    name = safe_name(filing.name_of(known, content))
    return hand_over(name, content, "application/octet-stream", url_for(".show", id=id))


@page.get("/documents/<id>/open")
def look(id: str) -> Answer:
    """Look at a document without saving it: a PDF, or a picture."""
    name, content, media_type = filing.to_show(document(session(), id), here().data)
    return show_file(safe_name(name), content, media_type, url_for(".show", id=id))


@page.get("/documents/<id>/picture")
def small_picture(id: str) -> Response:
    """A filed photo, small; never the bytes that came from elsewhere."""
    content, media_type = filing.small_picture(document(session(), id), here().data)
    return Response(content, mimetype=media_type)


def _wanted() -> PaperFilter:
    """What the address asks for."""
    return PaperFilter(words_in(), one_in("kind", DOCUMENT_KINDS), office=office_in(), sort=sort_in(SORTS),
                       page=number_in("page"))


def _form(form: DocumentForm, known: DocumentFacts | None, *, lost: bool) -> Answer:
    """`lost`: a file was chosen, and browsers do not send it along with the page once more."""
    if form.problems and lost:
        warned(_("Choose the file once more: it was not filed."))
    return render_template("documents/form.html", form=form, document=known), 422 if form.problems else 200
