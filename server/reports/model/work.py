"""What was done, what is planned, how far things are, and what it costs."""

from __future__ import annotations

from dataclasses import dataclass

from server.base.money import Money
from server.reports.model.framework import Country, Output, People


@dataclass(frozen=True)
class Achievement:
    """A logged activity that goes into the report; `evidence` are numbers in the evidence list."""

    title: str
    narrative: str
    date_from: str | None
    date_to: str | None
    place: str
    lead: str
    support: tuple[str, ...]
    partners: str
    people: People
    evidence: tuple[int, ...]
    country: str
    output: int | None


@dataclass(frozen=True)
class Intervention:
    """A line of the work plan; `quarters` are 1 to 4."""

    title: str
    quarters: tuple[int, ...]
    responsible: str
    agency: str
    amount: Money | None
    status: str
    rag: str
    note: str
    country: str
    output: Output | None
    in_report: bool


@dataclass(frozen=True)
class CountrySection:
    """One country under an output."""

    country: Country
    summary: str
    achievements: tuple[Achievement, ...]
    closing: str


@dataclass(frozen=True)
class OutputSection:
    """One output: by country when it is a country-level one, else its own achievements. `output` None: not linked."""

    output: Output | None
    summary: str
    countries: tuple[CountrySection, ...]
    achievements: tuple[Achievement, ...]
    closing: str


@dataclass(frozen=True)
class InterventionSection:
    """What one country, or one global output, plans for the next 12 months."""

    country: Country | None
    output: Output | None
    text: str
    interventions: tuple[Intervention, ...]


@dataclass(frozen=True)
class Challenge:
    """A challenge, risk or issue; `whole` is all of it in the office's own language, when told so."""

    title: str
    kind: str
    cause: str
    effect: str
    response: str
    whole: str
    owner: str
    status: str
    dated: str | None
    country: str


@dataclass(frozen=True)
class Lesson:
    """Something learnt."""

    title: str
    text: str
    dated: str | None
    country: str


@dataclass(frozen=True)
class MilestoneStep:
    """A step that every country takes."""

    title: str
    short_title: str


@dataclass(frozen=True)
class MilestoneCell:
    """How far a country is on a step; an empty status: nobody said."""

    status: str = ""
    dated: str | None = None
    note: str = ""


@dataclass(frozen=True)
class MilestoneRow:
    """A country's steps, in the order of the steps."""

    country: Country
    cells: tuple[MilestoneCell, ...]


@dataclass(frozen=True)
class ResultRow:
    """An indicator in the period; `parts` are (country, target, actual) where countries tell their own. `id` is its."""

    code: str
    title: str
    output: Output | None
    unit: str
    baseline: str
    target: str
    actual: str
    women: int | None
    men: int | None
    by_sex: bool
    verification: str
    note: str
    parts: tuple[tuple[str, str, str], ...]
    id: str = ""


@dataclass(frozen=True)
class DeliveryRow:
    """Money of one country, output or account in the period. `kind`: country, output, account or programme.

    `key` tells its rows from those of another name in the same table: an id, or the number of an output.
    """

    kind: str
    name: str
    budget: Money
    spent: Money
    key: str = ""
