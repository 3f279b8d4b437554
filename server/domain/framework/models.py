"""Tables: what headquarters defines for everybody: the programme, its results, calendar and accounts."""

from __future__ import annotations

from sqlalchemy.orm import Mapped

from server.db.base import Flag, Framework, Text, When, Whole, ref


class Programme(Framework):
    """One joint programme; there is one per data folder."""

    __tablename__ = "programme"

    #: full title
    title: Mapped[Text]
    #: title in a few words, for headers
    short_title: Mapped[Text]
    #: such as "Phase II"
    phase: Mapped[Text]
    #: first day
    starts: Mapped[When]
    #: last day
    ends: Mapped[When]
    #: the agency that executes it
    agency_id: Mapped[str | None] = ref("agency")
    #: who benefits, in words
    beneficiaries: Mapped[Text]
    #: partners at global level, in words
    partners: Mapped[Text]
    #: ISO 4217 code that totals are told in
    currency: Mapped[Text]
    #: 1 when the data in its dispatches is sealed for those who may read it
    confidential: Mapped[Flag]


class Agency(Framework):
    """A UN agency or organisation that leads, supports or funds."""

    __tablename__ = "agency"

    #: short name, such as UNDP
    code: Mapped[Text]
    #: full name
    name: Mapped[Text]


class Donor(Framework):
    """Who funds the programme and receives its report."""

    __tablename__ = "donor"

    #: short name, such as SDC
    code: Mapped[Text]
    #: full name
    name: Mapped[Text]
    #: the unit that receives the report
    unit: Mapped[Text]


class Country(Framework):
    """A country of the programme."""

    __tablename__ = "country"

    #: ISO 3166-1 alpha-2 code, upper case
    code: Mapped[Text]
    #: short name in English
    name: Mapped[Text]
    #: official name in English
    official_name: Mapped[Text]
    #: "confirmed" or "to_be_confirmed"
    status: Mapped[Text]
    #: institution that leads the programme in the country
    lead_institution: Mapped[Text]
    #: place among the countries, from 1
    position: Mapped[Whole]


class Output(Framework):
    """A numbered result."""

    __tablename__ = "output"

    #: its number, such as 5
    number: Mapped[Whole]
    #: the result in one phrase
    title: Mapped[Text]
    #: "country" or "global"
    level: Mapped[Text]
    #: the agency responsible
    agency_id: Mapped[str | None] = ref("agency")


class MilestoneType(Framework):
    """A step that every country takes."""

    __tablename__ = "milestone_type"

    #: the step in a few words
    title: Mapped[Text]
    #: one word or two, for the head of a matrix
    short_title: Mapped[Text]
    #: place in the list, from 1
    position: Mapped[Whole]


class Indicator(Framework):
    """How a result is measured."""

    __tablename__ = "indicator"

    #: such as 1.1
    code: Mapped[Text]
    #: what is counted
    title: Mapped[Text]
    #: the output it measures
    output_id: Mapped[str | None] = ref("output")
    #: "number", "percent" or "text"
    unit: Mapped[Text]
    #: value before the programme
    baseline: Mapped[Text]
    #: 1 when values are told for women and men
    by_sex: Mapped[Flag]
    #: where values come from
    verification: Mapped[Text]


class IndicatorTarget(Framework):
    """What an indicator should reach in a period."""

    __tablename__ = "indicator_target"

    #: the indicator
    indicator_id: Mapped[str | None] = ref("indicator")
    #: the period
    period_id: Mapped[str | None] = ref("reporting_period")
    #: the country; none for the whole programme
    country_id: Mapped[str | None] = ref("country")
    #: value to reach, in the indicator's unit
    value: Mapped[Text]


class ReportingPeriod(Framework):
    """A span that is reported on."""

    __tablename__ = "reporting_period"

    #: short name used on the command line, such as Y1
    code: Mapped[Text]
    #: name for people, such as Year 1
    title: Mapped[Text]
    #: first day
    starts: Mapped[When]
    #: last day
    ends: Mapped[When]
    #: day the offices' reports are due
    due: Mapped[When]


class BudgetAccount(Framework):
    """A line of the chart of accounts."""

    __tablename__ = "budget_account"

    #: account number
    code: Mapped[Text]
    #: what it is for
    title: Mapped[Text]


class ReportLayout(Framework):
    """Which sections a kind of report has, in which order and under which headings; such as one donor wants it."""

    __tablename__ = "report_layout"

    #: name for people and for the command line
    title: Mapped[Text]
    #: "annual" or "progress"
    kind: Mapped[Text]
    #: the donor who wants reports so; none for any
    donor_id: Mapped[str | None] = ref("donor")
    #: 1 when reports of its kind look so unless somebody chooses another
    usual: Mapped[Flag]


class LayoutSection(Framework):
    """A section in a layout. One that a layout says nothing of stands where it usually does."""

    __tablename__ = "layout_section"

    #: the layout
    layout_id: Mapped[str | None] = ref("report_layout")
    #: which section, such as "introduction"
    key: Mapped[Text]
    #: place among the sections, from 1
    position: Mapped[Whole]
    #: 0 when it is left out
    shown: Mapped[Flag]
    #: its heading in English; none for the usual one
    heading: Mapped[Text]
    #: its heading in French
    heading_fr: Mapped[Text]
    #: its heading in Spanish
    heading_es: Mapped[Text]
    #: its heading in Russian
    heading_ru: Mapped[Text]
    #: its heading in Arabic
    heading_ar: Mapped[Text]
    #: its heading in Romanian
    heading_ro: Mapped[Text]
    #: its heading in Serbian
    heading_sr: Mapped[Text]
    #: its heading in Bengali
    heading_bn: Mapped[Text]


class Acronym(Framework):
    """A short form and what it stands for, for the list in reports."""

    __tablename__ = "acronym"

    #: the short form
    code: Mapped[Text]
    #: what it stands for
    title: Mapped[Text]
