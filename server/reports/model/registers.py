"""Documents on one subject: financial statement, work plan, progress matrix, meeting records, newsletter."""

from __future__ import annotations

from dataclasses import dataclass

from server.base.money import Money
from server.domain.reporting.figures import Figures
from server.reports.model.framework import Country, Output, People, Period, Programme
from server.reports.model.papers import Decision, Evidence, Meeting, Product
from server.reports.model.work import Achievement, Challenge, DeliveryRow, Intervention


@dataclass(frozen=True)
class Scope:
    """What a document is about. `office` is the name of the one office it is of; empty for the whole programme."""

    language: str
    programme: Programme
    period: Period
    office: str = ""
    country: Country | None = None


@dataclass(frozen=True)
class Funds:
    """A promise or a payment. `source`: the donor."""

    source: str
    title: str
    dated: str | None
    amount: Money


@dataclass(frozen=True)
class Spending:
    """An expenditure. `place`: country or output in words; `account`: code and title."""

    place: str
    account: str
    dated: str | None
    note: str
    amount: Money


@dataclass(frozen=True)
class Flows:
    """Money in and out. `before`: until the day before the period began; the others in the period, but `budget`."""

    received_before: Money
    spent_before: Money
    received: Money
    spent: Money
    budget: Money

    @property
    def opening(self) -> Money:
        """What was left when the period began."""
        return Money(self.received_before.amount - self.spent_before.amount, self.received.currency)

    @property
    def closing(self) -> Money:
        """What is left at the period's end."""
        return Money(self.opening.amount + self.received.amount - self.spent.amount, self.received.currency)


@dataclass(frozen=True)
class Statement:
    """The financial statement. Of one office, `promised`, `paid` and `flows` are empty: funds are headquarters'."""

    scope: Scope
    promised: tuple[Funds, ...]
    paid: tuple[Funds, ...]
    flows: Flows | None
    by_place: tuple[DeliveryRow, ...]
    by_output: tuple[DeliveryRow, ...]
    by_account: tuple[DeliveryRow, ...]
    spending: tuple[Spending, ...]
    elsewhere: tuple[Money, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class PlanLine:
    """A line of the work plan; `years` holds its amount by the code of its period. `quarters` are 1 to 4."""

    title: str
    country: str
    quarters: tuple[int, ...]
    responsible: str
    source: str
    account: str
    amount: Money | None
    status: str
    rag: str
    period: str


@dataclass(frozen=True)
class PlanGroup:
    """What is planned for an output; `targets` as (indicator, target of the period)."""

    output: Output | None
    targets: tuple[tuple[str, str], ...]
    lines: tuple[PlanLine, ...]
    budget: Money
    spent: Money


@dataclass(frozen=True)
class Plan:
    """The work plan with budget: annual with one period, multi-annual with several."""

    scope: Scope
    periods: tuple[Period, ...]
    groups: tuple[PlanGroup, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class MatrixRow:
    """One output in one country in the period; `country` is empty at global level."""

    country: str
    indicators: tuple[tuple[str, str, str], ...]
    planned: tuple[str, ...]
    achieved: tuple[Achievement, ...]
    agencies: tuple[str, ...]
    rag: str
    constraints: tuple[Challenge, ...]
    following: tuple[str, ...]
    budget: Money
    spent: Money


@dataclass(frozen=True)
class Matrix:
    """The progress matrix for the board: outputs with their countries."""

    scope: Scope
    groups: tuple[tuple[Output | None, tuple[MatrixRow, ...]], ...]
    decisions: tuple[Decision, ...]
    evidence: tuple[Evidence, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Minutes:
    """One meeting with what it decided; `earlier` are decisions of meetings before it that were open on its day."""

    meeting: Meeting
    members: tuple[tuple[str, str], ...]
    decisions: tuple[Decision, ...]
    earlier: tuple[Decision, ...]


@dataclass(frozen=True)
class MeetingRecords:
    """The records of the meetings of a period."""

    scope: Scope
    records: tuple[Minutes, ...]


@dataclass(frozen=True)
class Newsletter:
    """A newsletter: what was achieved, by country, and what comes next. `people`: all who took part and were counted.

    `photos` are pictures (bytes, caption) that may be shown.
    """

    scope: Scope
    opening: str
    figures: Figures
    people: People
    stories: tuple[tuple[str, tuple[Achievement, ...]], ...]
    products: tuple[Product, ...]
    following: tuple[tuple[str, tuple[Intervention, ...]], ...]
    photos: tuple[tuple[bytes, str], ...] = ()


@dataclass(frozen=True)
class Exhibit:
    """A document that shows an activity. `photo`: its picture, if it is here; `missing`: its file is not."""

    number: int
    title: str
    kind: str
    dated: str | None
    file_name: str
    note: str
    photo: bytes | None = None
    is_photo: bool = False
    missing: bool = False


@dataclass(frozen=True)
class ActivityRecord:
    """An activity with everything that is known of it; `line` is the one of the work plan that it carries out."""

    title: str
    narrative: str
    date_from: str | None
    date_to: str | None
    place: str
    country: str
    office: str
    output: Output | None
    line: str
    lead: str
    support: tuple[str, ...]
    partners: str
    people: People
    in_report: bool
    evidence: tuple[Exhibit, ...]


@dataclass(frozen=True)
class ActivityRecords:
    """The records of a period's activities, or of one that was asked for `alone`."""

    scope: Scope
    records: tuple[ActivityRecord, ...]
    alone: bool = False
