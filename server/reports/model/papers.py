"""Boards, evidence, products and agreements."""

from __future__ import annotations

from dataclasses import dataclass

from server.reports.model.framework import People


@dataclass(frozen=True)
class Meeting:
    """A meeting of a board."""

    board: str
    board_kind: str
    country: str
    title: str
    date_from: str | None
    date_to: str | None
    place: str
    agenda: str
    minutes: str
    people: People


@dataclass(frozen=True)
class Decision:
    """What a meeting decided and what became of it."""

    board: str
    dated: str | None
    text: str
    action: str
    owner: str
    due: str | None
    status: str
    closed: str | None
    note: str


@dataclass(frozen=True)
class Evidence:
    """A document that is referred to by its number. `awaited`: it has a file, which has not arrived where this is
    printed."""

    number: int
    title: str
    kind: str
    dated: str | None
    file_name: str
    sha256: str
    note: str
    country: str
    awaited: bool = False


@dataclass(frozen=True)
class Product:
    """A knowledge product."""

    title: str
    kind: str
    stage: str
    languages: tuple[str, ...]
    copies: int | None
    dated: str | None
    note: str
    country: str
    output: int | None


@dataclass(frozen=True)
class Agreement:
    """A memorandum, letter of agreement or endorsement."""

    title: str
    kind: str
    parties: str
    stage: str
    drafted: str | None
    signed: str | None
    note: str
    country: str


@dataclass(frozen=True)
class Papers:
    """What both documents list: boards, papers and where things are proved."""

    meetings: tuple[Meeting, ...]
    decisions: tuple[Decision, ...]
    evidence: tuple[Evidence, ...]
    products: tuple[Product, ...]
    agreements: tuple[Agreement, ...]
    acronyms: tuple[tuple[str, str], ...]
