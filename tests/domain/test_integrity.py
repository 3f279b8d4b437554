"""Codes of their own: a rule for who types, a suffix for what arrived, and nobody kept from working by either."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from server.base.errors import RulesBroken
from server.db.base import reference_columns, synced_columns, synced_models
from server.domain.framework import queries as framework
from server.domain.framework.models import BudgetAccount, Output, ReportingPeriod
from server.domain.integrity import PARTS, TREES, UNIQUE, suffixes
from server.domain.people.models import Office
from server.domain.people.queries import office, offices
from tests.conftest import CreateWork
from tests.samples import ACCOUNT, OUTPUT, SAMPLES, write


@pytest.mark.parametrize("table", sorted(UNIQUE))
def test_what_is_to_be_unique_are_fields_of_that_table(table: str) -> None:
    assert set(UNIQUE[table]) <= set(synced_columns(synced_models()[table].__table__))


@pytest.mark.parametrize(("table", "field"), [*TREES.items(), *PARTS.items()])
def test_trees_and_parts_are_references(table: str, field: str) -> None:
    named = {column: target for column, target, _several in reference_columns(synced_models()[table].__table__)}
    assert field in named
    assert (named[field] == table) is (table in TREES)


def test_the_oldest_keeps_the_plain_code_and_the_order_of_the_rows_does_not_matter() -> None:
    rows = [("c", "A-12"), ("a", "A-12"), ("b", "A-13"), ("d", "A-12"), ("e", ""), ("f", ""), ("g", None)]
    assert suffixes(rows) == suffixes(reversed(rows)) == {"c": "·2", "d": "·3"}


def test_two_that_arrived_with_one_code_are_told_apart_in_lists(session: Session) -> None:
    for record in (BudgetAccount(id="z", code="71300", title="Consultants"), Output(id="z", number=1, title="Another"),
                   Office(id="z", code="KG", name="Another", kind="country"),
                   ReportingPeriod(id="z", code="Y1", title="Year one", starts="2014-02-01", ends="2015-01-31")):
        record.deleted = 0
        session.add(record)
    session.flush()
    assert [a.code for a in framework.accounts(session)] == ["71300", "71300·2"]
    assert [o.label for o in framework.outputs(session)] == ["1", "1·2", "5"]
    assert [p.title for p in framework.periods(session)][:2] in (["Year 1", "Year one·2"], ["Year one·2", "Year 1"])
    assert [o.label for o in offices(session)] == ["HQ", "KG", "KG·2", "RS"]
    found = office(session, "KG")
    assert found is not None
    assert found.id != "z", "the oldest answers to the code"


def test_one_of_two_with_the_same_code_can_still_be_changed(create_work: CreateWork, session: Session) -> None:
    work = create_work("hq")
    session.add(BudgetAccount(id="z", code="71300", title="Consultants", office=work.author.office, deleted=0))
    session.flush()
    write(work, "budget_account", {"title": "Local consultants, by the day"}, id=ACCOUNT("71300"))
    with pytest.raises(RulesBroken) as broken:
        write(work, "budget_account", {**SAMPLES["budget_account"], "code": "71300"})
    assert broken.value.field == "code"
    write(work, "budget_account", {"code": "71301"}, id="z")
    with pytest.raises(RulesBroken):
        write(work, "budget_account", {"code": "71300"}, id="z")


def test_a_deleted_record_frees_its_number(create_work: CreateWork, session: Session) -> None:
    work = create_work("hq")
    session.execute(sa.update(Output).where(Output.id == OUTPUT("output-5")).values(deleted=1))
    session.expire_all()
    assert write(work, "output", {**SAMPLES["output"], "number": 5})
