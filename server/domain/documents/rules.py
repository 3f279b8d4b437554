"""Rules: files, knowledge products and agreements. Pure functions of a record's values and the records it names."""

from __future__ import annotations

from collections.abc import Iterator

from server.base.errors import RuleBroken
from server.base.i18n import _
from server.domain import checks
from server.domain.records import Values, World

DOCUMENT_KINDS = ("evidence", "minutes", "agreement", "photo", "other")
PRODUCT_KINDS = ("tor", "study", "brochure", "newsletter", "guideline", "strategy", "tool", "other")
PRODUCT_STAGES = ("idea", "outline", "draft", "final", "published")
AGREEMENT_KINDS = ("mou", "loa", "endorsement", "project_document", "other")
AGREEMENT_STAGES = ("drafting", "with_legal", "signed")


def document_rules(values: Values, _world: World) -> Iterator[RuleBroken]:
    """A document has a title; its date can be read."""
    yield from checks.required(values, "title", _("Enter what the document is."))
    yield from checks.one_of(values, "kind", DOCUMENT_KINDS)
    yield from checks.dated(values, "dated")


def product_rules(values: Values, _world: World) -> Iterator[RuleBroken]:
    """A knowledge product has a title; its kind and stage, once chosen, are known words."""
    yield from checks.required(values, "title", _("Enter the knowledge product's title."))
    yield from checks.one_of(values, "kind", PRODUCT_KINDS)
    yield from checks.one_of(values, "stage", PRODUCT_STAGES)
    yield from checks.dated(values, "dated")
    yield from checks.not_negative(values, "copies")


def agreement_rules(values: Values, _world: World) -> Iterator[RuleBroken]:
    """An agreement has a title; a signed one has its date, and was not signed before it was drafted."""
    yield from checks.required(values, "title", _("Enter what the agreement is about."))
    yield from checks.one_of(values, "kind", AGREEMENT_KINDS)
    yield from checks.one_of(values, "stage", AGREEMENT_STAGES)
    yield from checks.dated(values, "drafted", "signed")
    if values.get("stage") == "signed":
        yield from checks.required(values, "signed", _("Enter when the agreement was signed."))
    yield from checks.in_order(
        values, "drafted", "signed", _("The agreement was signed before it was drafted: correct one date.")
    )
