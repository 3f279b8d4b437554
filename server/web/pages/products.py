"""Knowledge products: terms of reference, studies, brochures, newsletters, guidelines, with stage and file."""

from __future__ import annotations

from typing import Any, Self

from flask import Blueprint, redirect, render_template, request, url_for

from server.base.i18n import LANGUAGES, _, language_in_words, mark
from server.domain.documents import models
from server.domain.documents.commands import record_knowledge_product
from server.domain.documents.queries import (
    SORTS,
    PaperFilter,
    ProductFacts,
    documents,
    product,
    products,
    to_choose,
)
from server.domain.documents.rules import PRODUCT_KINDS, PRODUCT_STAGES
from server.domain.framework import queries as framework
from server.domain.people.queries import offices
from server.domain.records import Work
from server.services import filing
from server.web import another
from server.web.answers import Answer, said, warned
from server.web.database import session
from server.web.fields import ChoiceQuestion, DateQuestion, LongQuestion, NumberQuestion, SeveralQuestion, TextQuestion
from server.web.files import uploads
from server.web.forms import Form, displayed
from server.web.here import here
from server.web.keeping import bring_back, take_away
from server.web.lists import narrowed, number_in, office_in, one_in, sort_in, words_in
from server.web.words import choices

page = Blueprint("products", __name__)


class ProductForm(Form):
    """One knowledge product; its file is chosen, or filed at once."""

    title = TextQuestion(mark("What is its title?"))
    kind = ChoiceQuestion(mark("What is it?"), optional=True)
    stage = ChoiceQuestion(mark("How far is it?"), radio=True, optional=True)
    dated = DateQuestion(mark("Since when?"), optional=True)
    output_id = ChoiceQuestion(mark("Which output does it serve?"), optional=True)
    languages = SeveralQuestion(mark("In which languages is it?"), optional=True)
    others = TextQuestion(mark("In any other language?"), mark("Its two-letter code, such as “ky” for Kyrgyz."),
                          optional=True, width="short")
    copies = NumberQuestion(mark("How many copies were printed?"), optional=True)
    document_id = ChoiceQuestion(mark("Which filed document is it?"), optional=True)
    note = LongQuestion(mark("Remark"), rows=3, optional=True)

    def offer(self) -> Self:
        """Fill the lists to choose from."""
        self.kind.choices, self.stage.choices = choices(PRODUCT_KINDS), choices(PRODUCT_STAGES)
        self.output_id.choices = [(o.id, f"{o.label}. {o.title}") for o in framework.outputs(session())]
        self.languages.choices = [(code, language_in_words(code)) for code in LANGUAGES]
        self.document_id.choices = to_choose(session(), here().office.id)
        return self

    def values(self) -> dict[str, Any]:
        """With all languages in one field, as they are stored."""
        found = super().values()
        more = (found.pop("others") or "").replace(",", " ").casefold().split()
        found["languages"] = " ".join(dict.fromkeys([*found["languages"], *more])) or None
        return found


@page.get("/products")
def index() -> Answer:
    """All knowledge products; search, filters, order and page stand in the address."""
    wanted = _wanted()
    return render_template(
        "products/list.html", found=products(session(), wanted), wanted=wanted, narrowed=narrowed("sort", "page"),
        kinds=choices(PRODUCT_KINDS), stages=choices(PRODUCT_STAGES), offices=offices(session()),
        outputs=framework.outputs(session()))


@page.route("/products/new", methods=["GET", "POST"])
def add() -> Answer:
    """Enter a knowledge product."""
    form = ProductForm.on({"stage": "draft", **another.carried("kind", "output_id")}, draft="knowledge_product/new")
    if form.sent():
        saved = form.save(here().author, lambda work: record_knowledge_product(work, _values(form, work)))
        if saved:
            said(_("Saved: %(title)s", title=form.title.data))
            return another.next_one(".add", form, "kind", "output_id") if another.asked() else redirect(
                url_for(".show", id=saved))
    return _form(form, None)


@page.get("/products/<id>")
def show(id: str) -> Answer:
    """One knowledge product."""
    known = product(session(), id)
    found = documents(session(), [known.document_id] if known.document_id else [])
    return render_template(
        "products/show.html", product=known, papers=filing.evidence_of(found, here().data),
        output=next((o for o in framework.outputs(session()) if o.id == known.output_id), None),
        office=next((o for o in offices(session()) if o.id == known.office), None))


@page.route("/products/<id>/edit", methods=["GET", "POST"])
def edit(id: str) -> Answer:
    """Change a knowledge product of one's own office."""
    known = product(session(), id)
    ours, others = ([code for code in known.languages if (code in LANGUAGES) is ours] for ours in (True, False))
    values = {**vars(known), "languages": " ".join(ours), "others": " ".join(others) or None}
    form = ProductForm.on(values, seen=displayed("knowledge_product", id), draft=f"knowledge_product/{id}")
    if form.sent() and form.save(here().author, lambda work: record_knowledge_product(
            work, _values(form, work), id=id, seen=form.heads_seen())):
        said(_("Saved: %(title)s", title=form.title.data))
        return redirect(url_for(".show", id=id))
    return _form(form, known)


@page.post("/products/<id>/delete")
def remove(id: str) -> Answer:
    """Delete at once, and offer Undo."""
    take_away(models.KnowledgeProduct, id, product(session(), id).title, url_for(".restore", id=id))
    return redirect(url_for(".index"))


@page.post("/products/<id>/restore")
def restore(id: str) -> Answer:
    """Undo a deletion."""
    bring_back(models.KnowledgeProduct, id)
    return redirect(url_for(".show", id=id))


def _wanted() -> PaperFilter:
    """What the address asks for."""
    return PaperFilter(words_in(), one_in("kind", PRODUCT_KINDS), one_in("stage", PRODUCT_STAGES),
                       request.args.get("output") or None, office_in(), sort_in(SORTS), number_in("page"))


def _values(form: ProductForm, work: Work) -> dict[str, Any]:
    """The answers; a file that came with them is filed under the product's title, and is its document."""
    found = form.values()
    common = {"title": found["title"], "kind": "other", "dated": found["dated"]}
    for upload in uploads()[:1]:
        (found["document_id"],) = filing.file_papers(work, here().data, common, [upload])
    return found


def _form(form: ProductForm, known: ProductFacts | None) -> Answer:
    if form.problems and uploads():
        warned(_("Choose the file once more: it was not filed."))
    return render_template("products/form.html", form=form, product=known), 422 if form.problems else 200
