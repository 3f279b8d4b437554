"""The example programme is whole: it loads by the rules, names what is there, and adds up to what was published."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from server.base.i18n import LANGUAGES
from server.db.base import reference_columns, synced_columns, synced_models
from server.domain.activities.models import Activity
from server.domain.finance.models import BudgetLine, Commitment, Expenditure, Instalment
from server.domain.framework.models import Country, Output, ReportingPeriod
from server.domain.people.models import Office
from server.domain.reporting.figures import falls_into, unknown_figures
from server.domain.reporting.models import ReportSection
from server.domain.workplan.models import PlannedActivity
from server.services.load import record_id
from tests.example_data import EXAMPLE, OFFICES, create_example, office

#: achievements of Year 1 and interventions of the 12 months after it, as the published report has them
_DONE = {"BD": 3, "JM": 2, "KG": 4, "MD": 4, "MA": 6, "RS": 4, "TN": 1, 5: 5, 6: 3, 7: 5}
_NEXT = {"BD": 3, "EC": 1, "JM": 7, "KG": 2, "MD": 6, "MA": 3, "RS": 3, "TN": 4, 5: 4, 6: 3, 7: 4}
_SCRIPTS = {"ru": "CYRILLIC", "sr": "CYRILLIC", "ar": "ARABIC", "bn": "BENGALI", "fr": "LATIN", "es": "LATIN",
            "ro": "LATIN"}


def _files() -> Iterator[tuple[str, dict[str, Any]]]:
    for code in OFFICES:
        yield code, json.loads((EXAMPLE / f"{code}.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """What all offices entered, each through its own file."""
    engine = create_example(tmp_path_factory.mktemp("example") / "valise.db")
    with Session(engine) as session:
        yield session
    engine.dispose()


def test_there_is_a_file_for_headquarters_and_each_office() -> None:
    assert sorted(path.stem for path in EXAMPLE.glob("*.json")) == sorted(OFFICES)
    assert {code: content["office"] for code, content in _files()} == {code: code.upper() for code in OFFICES}


def test_every_record_of_the_files_is_entered_as_its_offices(session: Session) -> None:
    for code, content in _files():
        for table, records in content["records"].items():
            owned = session.scalars(sa.select(synced_models()[table].id).where(
                synced_models()[table].office == office(code))).all()
            assert set(owned) == {record_id(table, record["id"]) for record in records}, (code, table)


def test_every_reference_finds_its_record(session: Session) -> None:
    lost = []
    for table, model in synced_models().items():
        for column, target, several in reference_columns(model.__table__):
            for id, given in session.execute(sa.select(model.id, getattr(model, column))):
                for named in (given or "").split() if several else [given] if given else []:
                    if session.get(synced_models()[target], named) is None:
                        lost.append(f"{table} {id}: {column} {named}")
    assert lost == []


def test_achievements_and_interventions_are_those_of_the_published_report(session: Session) -> None:
    countries = {c.id: c.code for c in session.scalars(sa.select(Country))}
    outputs = {o.id: o.number for o in session.scalars(sa.select(Output))}
    y1 = session.get_one(ReportingPeriod, record_id("reporting_period", "y1"))
    done = [countries.get(a.country_id or "") or outputs[a.output_id or ""] for a in session.scalars(
        sa.select(Activity).where(Activity.in_report == 1)) if falls_into(a.date_from, a.date_to, y1.starts, y1.ends)]
    following = [countries.get(p.country_id or "") or outputs[p.output_id or ""] for p in session.scalars(
        sa.select(PlannedActivity).where(PlannedActivity.in_report == 1,
                                         PlannedActivity.period_id == record_id("reporting_period", "y2")))]
    assert Counter(done) == _DONE
    assert Counter(following) == _NEXT
    assert (len(done), len(following)) == (37, 40)


def test_places_in_the_report_are_given_once_and_without_gaps(session: Session) -> None:
    models: tuple[type[Any], ...] = (Activity, PlannedActivity)
    for model in models:
        places: dict[Any, list[int | None]] = {}
        for row in session.scalars(sa.select(model).where(model.in_report == 1)):
            places.setdefault((row.country_id, row.output_id), []).append(row.position)
        for key, found in places.items():
            assert sorted(p or 0 for p in found) == list(range(1, len(found) + 1)), key


def test_the_money_is_that_of_the_published_report(session: Session) -> None:
    def amounts(model: Any, *where: Any) -> list[Decimal]:
        rows = session.scalars(sa.select(model).where(*where)).all()
        assert {row.currency for row in rows} == {"USD"}
        return sorted(row.amount for row in rows)

    y1 = record_id("reporting_period", "y1")
    assert amounts(Commitment) == [Decimal("368307.00"), Decimal("454464.00")]
    assert amounts(Instalment) == [Decimal("454464.00")]
    assert sum(amounts(Expenditure)) == Decimal("274594.56")
    assert sum(amounts(BudgetLine, BudgetLine.period_id == y1)) == Decimal("454464.00")
    assert sum(amounts(BudgetLine)) == Decimal("822771.00")


def test_offices_write_in_the_languages_of_their_countries(session: Session) -> None:
    found = {row.code: row.language for row in session.scalars(sa.select(Office))}
    assert found == {"HQ": None, "BD": "bn", "EC": "es", "JM": None, "KG": "ru", "MD": "ro", "MA": "ar", "RS": "sr",
                     "TN": "fr"}
    assert {language for language in found.values() if language} | {"en"} == set(LANGUAGES)


def test_what_goes_into_a_report_stands_in_both_languages_and_in_the_right_script(session: Session) -> None:
    offices = {row.id: row.language for row in session.scalars(sa.select(Office)) if row.language}
    fields: tuple[tuple[type[Any], tuple[str, ...], Any], ...] = (
        (Activity, ("title", "narrative"), Activity.in_report == 1),
        (PlannedActivity, ("title",), PlannedActivity.in_report == 1),
        (ReportSection, ("text",), ReportSection.id.is_not(None)))
    for model, names, wanted in fields:
        for row in session.scalars(sa.select(model).where(wanted, model.office.in_(offices))):
            for name in names:
                local = getattr(row, f"{name}_local")
                assert getattr(row, name), row.id
                assert local, (row.id, name)
                assert _script(local) == _SCRIPTS[offices[row.office]], (row.id, name)


def test_offices_that_write_english_only_have_no_second_text(session: Session) -> None:
    english = [row.id for row in session.scalars(sa.select(Office).where(Office.language.is_(None)))]
    models: tuple[type[Any], ...] = (Activity, PlannedActivity, ReportSection)
    for model in models:
        local = [name for name in synced_columns(model.__table__) if name.endswith("_local")]
        for row in session.scalars(sa.select(model).where(model.office.in_(english))):
            assert [getattr(row, name) for name in local] == [None] * len(local)


def test_derived_figures_are_named_never_typed(session: Session) -> None:
    for section in session.scalars(sa.select(ReportSection)):
        for text in (section.text or "", section.text_local or ""):
            assert unknown_figures(text) == (), section.id
            assert not re.search(r"87[.,]5|60[.,]4|33[.,]4|822[., ]?771|274[., ]?594|454[., ]?464", text), section.id


def test_no_address_of_the_example_leads_anywhere() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in EXAMPLE.glob("*.json"))
    assert set(re.findall(r"@([\w.-]+)", text)) == {"valise.example"}
    assert "http" not in text


def test_no_women_and_men_were_made_up(session: Session) -> None:
    for model in synced_models().values():
        for column in {"women", "men"} & set(synced_columns(model.__table__)):
            assert session.scalars(sa.select(model.id).where(getattr(model, column).is_not(None))).all() == []


def _script(text: str) -> str:
    """The script that most of a text's letters are of."""
    return Counter(unicodedata.name(c, "?").split()[0] for c in text if c.isalpha()).most_common(1)[0][0]
