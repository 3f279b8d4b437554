"""The programme as documents tell it: periods, countries, outputs, and people who took part."""

from __future__ import annotations

from dataclasses import dataclass


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
class Chapter:
    """A section that stands in the report, and its own heading in the report's language; empty for the usual one."""

    key: str
    heading: str = ""


@dataclass(frozen=True)
class Unknown:
    """A name in braces that no figure has: in which text, in words, and of which office."""

    name: str
    section: str
    office: str


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
