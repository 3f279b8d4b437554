"""What the documents show: frozen facts without a database, a session or a page.

Dates are kept as stored (`2014-05`, `2014-Q2`), amounts as Money, stages as their stored words; the documents put
them into the reader's language. Texts of people are already in the language asked for, with their figures filled in.
"""

from __future__ import annotations

from dataclasses import dataclass

from server.base.money import Money
from server.domain.reporting.figures import Figures


@dataclass(frozen=True)
class Programme:
    """The programme as its report's cover and data table tell it; `agencies`: all that answer for an output."""

    title: str
    short_title: str
    phase: str
    starts: str | None
    ends: str | None
    agency: str
    agency_code: str
    agencies: tuple[str, ...]
    beneficiaries: str
    partners: str
    currency: str


@dataclass(frozen=True)
class Period:
    """A reporting period."""

    code: str
    title: str
    starts: str | None
    ends: str | None


@dataclass(frozen=True)
class Country:
    """A country of the programme; `name` is in the report's language."""

    code: str
    name: str
    official_name: str
    confirmed: bool
    lead_institution: str


@dataclass(frozen=True)
class Output:
    """A numbered result and the agency (code) responsible for it."""

    number: int
    title: str
    level: str
    agency: str


@dataclass(frozen=True)
class People:
    """Who took part: each None when it was not counted; `institutions` as (name, women, men, all)."""

    women: int | None = None
    men: int | None = None
    participants: int | None = None
    institutions: tuple[tuple[str, int | None, int | None, int | None], ...] = ()

    @property
    def total(self) -> int | None:
        """All who took part: as counted, or women and men together when both were."""
        if self.participants is not None:
            return self.participants
        return None if self.women is None or self.men is None else self.women + self.men

    @property
    def counted(self) -> bool:
        """Whether anything at all was counted."""
        return any(n is not None for n in (self.women, self.men, self.participants)) or bool(self.institutions)


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
    """An indicator in the period; `parts` are (country, target, actual) where countries tell their own."""

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


@dataclass(frozen=True)
class DeliveryRow:
    """Money of one country, output or account in the period. `kind`: country, output, account or programme."""

    kind: str
    name: str
    budget: Money
    spent: Money


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
    """A document that is referred to by its number."""

    number: int
    title: str
    kind: str
    dated: str | None
    file_name: str
    sha256: str
    note: str
    country: str


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


@dataclass(frozen=True)
class AnnualReport:
    """The programme's annual progress report. `findings` are sentences about what is odd in it."""

    language: str
    programme: Programme
    period: Period
    submitted_to: tuple[str, str]
    submitted: str
    figures: Figures
    countries: tuple[Country, ...]
    others: tuple[Output, ...]
    introduction: str
    overview: str
    outputs: tuple[OutputSection, ...]
    challenges_text: str
    challenges: tuple[Challenge, ...]
    lessons: tuple[Lesson, ...]
    next_text: str
    interventions: tuple[InterventionSection, ...]
    steps: tuple[MilestoneStep, ...]
    milestones: tuple[MilestoneRow, ...]
    results: tuple[ResultRow, ...]
    delivery: tuple[DeliveryRow, ...]
    delivery_notes: tuple[str, ...]
    papers: Papers
    findings: tuple[str, ...]

    @property
    def achievements(self) -> tuple[Achievement, ...]:
        """All achievements in the order of the report."""
        return tuple(
            one for section in self.outputs
            for group in (*(c.achievements for c in section.countries), section.achievements) for one in group)


@dataclass(frozen=True)
class ProgressReport:
    """One office's report of one period, in one language. `country` is None for headquarters."""

    language: str
    own_language: str
    programme: Programme
    period: Period
    office: str
    office_code: str
    country: Country | None
    title: str
    status: str
    submitted: str | None
    figures: Figures
    summary: str
    sections: tuple[OutputSection, ...]
    closing: str
    plan: tuple[Intervention, ...]
    steps: tuple[MilestoneStep, ...]
    milestones: tuple[MilestoneCell, ...]
    results: tuple[ResultRow, ...]
    delivery: tuple[DeliveryRow, ...]
    delivery_notes: tuple[str, ...]
    challenges_text: str
    challenges: tuple[Challenge, ...]
    lessons: tuple[Lesson, ...]
    next_text: str
    interventions: tuple[Intervention, ...]
    papers: Papers
    findings: tuple[str, ...]
