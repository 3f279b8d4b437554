"""The two reports with everything in them: the annual one and an office's progress report."""

from __future__ import annotations

from dataclasses import dataclass

from server.domain.reporting.figures import Figures
from server.reports.model.framework import Chapter, Country, Output, Period, Programme, Unknown
from server.reports.model.papers import Papers
from server.reports.model.work import (
    Achievement,
    Challenge,
    DeliveryRow,
    Intervention,
    InterventionSection,
    Lesson,
    MilestoneCell,
    MilestoneRow,
    MilestoneStep,
    OutputSection,
    ResultRow,
)


@dataclass(frozen=True)
class AnnualReport:
    """The programme's annual progress report. `findings` are sentences about what is odd in it.

    `chapters` are the sections it has, in order; `unknown` the names in braces that no figure has.
    """

    language: str
    programme: Programme
    period: Period
    submitted_to: tuple[str, str]
    submitted: str
    figures: Figures
    countries: tuple[Country, ...]
    others: tuple[Output, ...]
    executive: str
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
    chapters: tuple[Chapter, ...]
    unknown: tuple[Unknown, ...]

    @property
    def achievements(self) -> tuple[Achievement, ...]:
        """All achievements in the order of the report."""
        return tuple(
            one for section in self.outputs
            for group in (*(c.achievements for c in section.countries), section.achievements) for one in group)


@dataclass(frozen=True)
class ProgressReport:
    """One office's report of one period, in one language. `country` is None for headquarters.

    `chapters` are the sections it has, in order; `unknown` the names in braces that no figure has.
    """

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
    chapters: tuple[Chapter, ...]
    unknown: tuple[Unknown, ...]
