"""Queries: documents, knowledge products and agreements as frozen dataclasses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from server.base.errors import NotFound
from server.base.i18n import _
from server.domain.documents import models
from server.domain.lists import Listed, entered_last, has_words, listed
from server.domain.records import visible

#: sort keys of the lists: filed or entered last, by the day on it, by title
SORTS = ("newest", "dated", "title")
#: documents that a form offers to choose from; photos and older ones stay out of a list nobody could read
_MOST = 300

M = TypeVar("M")


@dataclass(frozen=True)
class DocumentFacts:
    """A filed document: `sha256` and `size` (bytes) are None when only the reference is known; `dated` as stored.

    `copy_sha256` and `copy_size` are those of a photo's scaled copy, which travels; None for other files.
    """

    id: str
    office: str
    title: str
    kind: str
    file_name: str
    sha256: str | None
    size: int | None
    dated: str
    note: str
    media_type: str = ""
    copy_sha256: str | None = None
    copy_size: int | None = None
    deleted: bool = False


@dataclass(frozen=True)
class ProductFacts:
    """A knowledge product; `languages` are codes, `copies` those printed, `dated` as stored."""

    id: str
    office: str
    title: str
    kind: str
    stage: str
    languages: tuple[str, ...]
    copies: int | None
    output_id: str | None
    document_id: str | None
    dated: str
    note: str
    deleted: bool


@dataclass(frozen=True)
class AgreementFacts:
    """An agreement; dates as stored."""

    id: str
    office: str
    title: str
    kind: str
    parties: str
    stage: str
    drafted: str
    signed: str
    document_id: str | None
    note: str
    deleted: bool


@dataclass(frozen=True)
class PaperFilter:
    """What a list of documents, products or agreements shows; None means all."""

    words: str = ""
    kind: str | None = None
    stage: str | None = None
    output_id: str | None = None
    office: str | None = None
    sort: str = SORTS[0]
    page: int = 1


def documents(session: Session, ids: Sequence[str]) -> list[DocumentFacts]:
    """Those documents, in that order; what has not arrived or was deleted is left out."""
    rows = {row.id: row for row in session.scalars(visible(models.Document).where(models.Document.id.in_(ids)))}
    return [_facts(rows[id]) for id in dict.fromkeys(ids) if id in rows]


def filed(session: Session, wanted: PaperFilter) -> Listed[DocumentFacts]:
    """One page of documents."""
    table = models.Document
    query = visible(table).where(*has_words(wanted.words, table.title, table.file_name, table.note))
    query = _narrowed(query, (table.kind, wanted.kind), (table.office, wanted.office))
    return listed(session, query.order_by(*_order(wanted.sort, table, table.dated)), wanted.page, _facts)


def document(session: Session, id: str) -> DocumentFacts:
    """The document with that id, deleted or not. Errors: NotFound."""
    row = session.get(models.Document, id)
    if row is None:
        raise NotFound(_("This document is not here: it may not have arrived yet."))
    return _facts(row)


def to_choose(session: Session, office: str) -> list[tuple[str, str]]:
    """(id, title) of an office's documents that a product or an agreement may name, by title."""
    table = models.Document
    query = visible(table).where(table.office == office, sa.func.coalesce(table.kind, "") != "photo")
    rows = session.scalars(query.order_by(*entered_last(table.id)).limit(_MOST))
    found = [(row.id, row.title or row.file_name or "") for row in rows]
    return sorted(found, key=lambda choice: choice[1].casefold())


def products(session: Session, wanted: PaperFilter) -> Listed[ProductFacts]:
    """One page of knowledge products."""
    table = models.KnowledgeProduct
    query = visible(table).where(*has_words(wanted.words, table.title, table.note))
    query = _narrowed(query, (table.kind, wanted.kind), (table.stage, wanted.stage), (table.office, wanted.office),
                      (table.output_id, wanted.output_id))
    return listed(session, query.order_by(*_order(wanted.sort, table, table.dated)), wanted.page, product_facts)


def product(session: Session, id: str) -> ProductFacts:
    """The knowledge product with that id, deleted or not. Errors: NotFound."""
    row = session.get(models.KnowledgeProduct, id)
    if row is None:
        raise NotFound(_("This knowledge product is not here: it may not have arrived yet."))
    return product_facts(row)


def agreements(session: Session, wanted: PaperFilter) -> Listed[AgreementFacts]:
    """One page of agreements."""
    table = models.Agreement
    query = visible(table).where(*has_words(wanted.words, table.title, table.parties, table.note))
    query = _narrowed(query, (table.kind, wanted.kind), (table.stage, wanted.stage), (table.office, wanted.office))
    dated = sa.func.coalesce(table.signed, table.drafted)
    return listed(session, query.order_by(*_order(wanted.sort, table, dated)), wanted.page, agreement_facts)


def agreement(session: Session, id: str) -> AgreementFacts:
    """The agreement with that id, deleted or not. Errors: NotFound."""
    row = session.get(models.Agreement, id)
    if row is None:
        raise NotFound(_("This agreement is not here: it may not have arrived yet."))
    return agreement_facts(row)


def product_facts(row: models.KnowledgeProduct) -> ProductFacts:
    """A row as the rest of the house sees it."""
    codes = tuple(code.strip(",;") for code in (row.languages or "").split())
    return ProductFacts(row.id, row.office or "", row.title or "", row.kind or "", row.stage or "", codes, row.copies,
                        row.output_id, row.document_id, row.dated or "", row.note or "", bool(row.deleted))


def agreement_facts(row: models.Agreement) -> AgreementFacts:
    """A row as the rest of the house sees it."""
    return AgreementFacts(row.id, row.office or "", row.title or "", row.kind or "", row.parties or "",
                          row.stage or "", row.drafted or "", row.signed or "", row.document_id, row.note or "",
                          bool(row.deleted))


def _narrowed(query: sa.Select[M], *wanted: tuple[Any, str | None]) -> sa.Select[M]:
    return query.where(*(column == value for column, value in wanted if value))


def _order(sort: str, table: Any, dated: Any) -> tuple[Any, ...]:
    """Records of one day, or without any, with the newest first."""
    last = entered_last(table.id)
    return {"title": (table.title, table.id), "dated": (dated.desc(), *last)}.get(sort, last)


def _facts(row: models.Document) -> DocumentFacts:
    return DocumentFacts(row.id, row.office or "", row.title or "", row.kind or "other", row.file_name or "",
                         row.sha256, row.size, row.dated or "", row.note or "", row.media_type or "",
                         row.copy_sha256, row.copy_size, bool(row.deleted))
