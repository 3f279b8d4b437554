"""How any record is written: whole or not at all, by those who own it, and never without a trace."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from server.base.errors import NotFound, RuleBroken, RulesBroken
from server.db.base import synced_models
from server.domain.activities.models import Activity
from server.domain.finance.models import Expenditure
from server.domain.people.models import Person
from server.domain.records import delete, save, undelete, values_of, visible
from server.services.kinds import AREAS, ENTRY_ORDER
from tests.conftest import CLOCK, CreateWork
from tests.samples import ACTIVITY, COMMANDS, DOCUMENT, OFFICE, OUTPUT, SAMPLES, write, writer_of

_STRANGER = "This record belongs to another office: ask it to make the change."
_FRAMEWORK = "Only headquarters changes the framework: send your proposal to headquarters."
_AMOUNT = "Enter the amount as a number, such as 12,500.00."


def _of_the_domain() -> dict[str, type[Any]]:
    """Travelling records that people write; sync has some of its own."""
    return {table: model for table, model in synced_models().items() if model.__module__.startswith("server.domain.")}


@pytest.mark.parametrize("table", ENTRY_ORDER)
def test_a_record_of_every_table_is_created_by_its_command_and_reads_back(
        create_work: CreateWork, session: Session, table: str) -> None:
    work = create_work(writer_of(table))
    id = write(work, table, SAMPLES[table])
    session.expire_all()
    row = session.get(synced_models()[table], id)
    assert row is not None
    kept = {name: str(value) if isinstance(value, Decimal) else value for name, value in values_of(row).items()}
    amounts = {name: f"{Decimal(SAMPLES[table][name]):.2f}" for name in ("amount",) if name in SAMPLES[table]}
    assert {name: kept[name] for name in SAMPLES[table]} == {**SAMPLES[table], **amounts}
    assert (row.office, row.deleted) == (work.author.office, 0)


def test_every_table_has_its_place_in_the_order_of_entry_and_its_command() -> None:
    assert set(ENTRY_ORDER) == set(_of_the_domain()) == set(COMMANDS) == set(SAMPLES)
    assert len(set(ENTRY_ORDER)) == len(ENTRY_ORDER)
    own = {name: value for area in AREAS for name, value in vars(area).items()
           if getattr(value, "__module__", None) == area.__name__}
    assert set(own.values()) == set(COMMANDS.values())


# whose record it is


@pytest.mark.parametrize("table", sorted(table for table in ENTRY_ORDER if writer_of(table) == "kg"))
def test_nobody_changes_or_deletes_another_offices_record(
        create_work: CreateWork, session: Session, table: str) -> None:
    id = write(create_work("kg"), table, SAMPLES[table])
    for stranger in ("rs", "hq"):
        with pytest.raises(RuleBroken, match=_STRANGER):
            write(create_work(stranger), table, SAMPLES[table], id)
        with pytest.raises(RuleBroken, match=_STRANGER):
            delete(create_work(stranger), synced_models()[table], id)
    row = session.get(synced_models()[table], id)
    assert row is not None
    assert (row.office, row.deleted) == (OFFICE("kg"), 0)


@pytest.mark.parametrize("table", sorted(t for t, model in _of_the_domain().items() if model.__scope__ == "framework"))
def test_only_headquarters_makes_changes_and_deletes_the_framework(
        create_work: CreateWork, session: Session, table: str) -> None:
    with pytest.raises(RuleBroken, match=_FRAMEWORK):
        write(create_work("kg"), table, SAMPLES[table])
    id = write(create_work("hq"), table, SAMPLES[table])
    with pytest.raises(RuleBroken, match=_FRAMEWORK):
        write(create_work("kg"), table, SAMPLES[table], id)
    with pytest.raises(RuleBroken, match=_FRAMEWORK):
        delete(create_work("kg"), synced_models()[table], id)
    delete(create_work("hq"), synced_models()[table], id)


# deleting


def test_a_deleted_record_is_hidden_kept_and_shown_again(create_work: CreateWork, session: Session) -> None:
    work = create_work("kg")
    id = write(work, "activity", SAMPLES["activity"])
    delete(work, Activity, id)
    assert id not in {row.id for row in session.scalars(visible(Activity))}
    assert work.get("activity", id) is None
    assert id not in {row["id"] for row in work.find("activity")}
    undelete(work, Activity, id)
    found = work.get("activity", id)
    assert found is not None
    assert found["title"] == SAMPLES["activity"]["title"]


def test_a_deleted_double_does_not_stand_in_the_way(create_work: CreateWork) -> None:
    work = create_work("kg")
    first = write(work, "milestone", SAMPLES["milestone"])
    delete(work, synced_models()["milestone"], first)
    assert write(work, "milestone", SAMPLES["milestone"]) != first


def test_saving_a_deleted_record_shows_it_again(create_work: CreateWork) -> None:
    work = create_work("kg")
    id = write(work, "activity", SAMPLES["activity"])
    delete(work, Activity, id)
    write(work, "activity", {"place": "Bishkek"}, id)
    assert work.get("activity", id) is not None


def test_what_is_not_here_cannot_be_deleted(create_work: CreateWork) -> None:
    for action in (delete, undelete):
        with pytest.raises(NotFound, match="This record is not here"):
            action(create_work("kg"), Activity, ACTIVITY("never"))


# values


def test_only_given_fields_change(create_work: CreateWork) -> None:
    work = create_work("kg")
    id = write(work, "activity", SAMPLES["activity"])
    before = work.get("activity", id)
    assert before is not None
    write(work, "activity", {"place": "Osh"}, id)
    assert work.get("activity", id) == {**before, "place": "Osh"}


def test_an_equal_save_writes_nothing(create_work: CreateWork, session: Session) -> None:
    work = create_work("kg")
    id = write(work, "planned_activity", SAMPLES["planned_activity"])
    sent: list[str] = []
    sa.event.listen(session.connection(), "before_cursor_execute", lambda *what: sent.append(what[2]))
    write(work, "planned_activity", SAMPLES["planned_activity"], id)
    assert [statement for statement in sent if statement.startswith("UPDATE")] == []
    write(work, "planned_activity", {"title": "Train more officials"}, id)
    assert len([statement for statement in sent if statement.startswith("UPDATE")]) == 1


@pytest.mark.parametrize("field", ["colour", "id", "office", "deleted", "starts", "ends"])
def test_a_field_that_is_unknown_or_not_for_typing_is_refused_by_name(create_work: CreateWork, field: str) -> None:
    with pytest.raises(RulesBroken) as broken:
        write(create_work("kg"), "activity", {**SAMPLES["activity"], field: "x"})
    assert [(e.field, e.message) for e in broken.value.errors] == [
        (field, f"There is no field “{field}” in “activity”: check its name.")]


def test_values_of_a_wrong_form_and_broken_rules_are_told_together(create_work: CreateWork) -> None:
    with pytest.raises(RulesBroken) as broken:
        write(create_work("kg"), "activity", {"title": 5, "women": "some", "colour": "x", "date_from": "2014"})
    assert {e.field for e in broken.value.errors} == {"title", "women", "colour", "output_id"}


def test_a_broken_save_changes_nothing(create_work: CreateWork, session: Session) -> None:
    work = create_work("kg")
    id = write(work, "activity", SAMPLES["activity"])
    with pytest.raises(RulesBroken):
        write(work, "activity", {"title": "Another title", "date_from": "x"}, id)
    assert not session.dirty
    assert (work.get("activity", id) or {})["title"] == SAMPLES["activity"]["title"]


def test_a_reference_must_be_here_and_is_named_otherwise(create_work: CreateWork) -> None:
    with pytest.raises(RulesBroken) as broken:
        write(create_work("kg"), "activity", {
            **SAMPLES["activity"], "output_id": OUTPUT("output-9"),
            "evidence_ids": [DOCUMENT("note"), DOCUMENT("lost")]})
    assert [(e.field, e.message) for e in broken.value.errors] == [
        (field, f"“{field}” names a record that is not here: choose one from the list.")
        for field in ("output_id", "evidence_ids")]


def test_several_references_are_kept_in_the_order_given(create_work: CreateWork) -> None:
    work = create_work("kg")
    ids = [write(work, "document", {"title": title}) for title in ("Third", "First", "Second")]
    id = write(work, "activity", {**SAMPLES["activity"], "evidence_ids": ids})
    assert (work.get("activity", id) or {})["evidence_ids"] == " ".join(ids)


@pytest.mark.parametrize(("given", "kept"), [
    ("12500", "12500.00"), ("12500.5", "12500.50"), (12500, "12500.00"), (0.1, "0.10"), (Decimal("3.10"), "3.10"),
    ("-0", "0.00"), ("-0.00", "0.00"), ("999999999999999.99", "999999999999999.99"), ("1E+3", "1000.00"),
])
def test_an_amount_is_kept_exactly_with_two_decimals(
        create_work: CreateWork, session: Session, given: Any, kept: str) -> None:
    id = save(create_work("kg"), Expenditure, {**SAMPLES["expenditure"], "amount": given})
    stored = session.connection().exec_driver_sql("SELECT amount, typeof(amount) FROM expenditure WHERE id=?", (id,))
    assert stored.one() == (kept, "text")
    session.expire_all()
    assert session.get_one(Expenditure, id).amount == Decimal(kept)


@pytest.mark.parametrize(("given", "sentence"), [
    ("twelve", _AMOUNT), ("12,5", _AMOUNT), ("NaN", _AMOUNT), ("sNaN", _AMOUNT), (float("inf"), _AMOUNT),
    (True, _AMOUNT), ([1], _AMOUNT), ("1e15", _AMOUNT), ("1e999999", _AMOUNT),
    ("0.001", "Enter the amount with at most two decimals."),
])
def test_what_is_no_amount_is_refused(create_work: CreateWork, given: Any, sentence: str) -> None:
    with pytest.raises(RulesBroken) as broken:
        save(create_work("kg"), Expenditure, {**SAMPLES["expenditure"], "amount": given})
    assert [(e.field, e.message) for e in broken.value.errors] == [("amount", sentence)]


@pytest.mark.parametrize(("given", "kept"), [("12", 12), (12, 12), (12.0, 12), (True, 1), ("١٢", 12), (None, None)])
def test_a_whole_number_is_kept_as_one(create_work: CreateWork, given: Any, kept: int | None) -> None:
    work = create_work("kg")
    id = write(work, "attendance", {**SAMPLES["attendance"], "women": None, "men": None, "participants": given})
    assert (work.get("attendance", id) or {})["participants"] == kept


@pytest.mark.parametrize(("given", "sentence"), [
    ("some", "Enter “women” as a whole number."), (1.5, "Enter “women” as a whole number."),
    (Decimal("1.5"), "Enter “women” as a whole number."), (float("inf"), "Enter “women” as a whole number."),
    (float("nan"), "Enter “women” as a whole number."), ([1], "Enter “women” as a whole number."),
    (2**53, "The number in “women” is too large."), (-2**53, "The number in “women” is too large."),
])
def test_what_is_no_whole_number_is_refused_and_never_rounded(
        create_work: CreateWork, given: Any, sentence: str) -> None:
    with pytest.raises(RulesBroken) as broken:
        write(create_work("kg"), "attendance", {**SAMPLES["attendance"], "women": given})
    assert [(e.field, e.message) for e in broken.value.errors] == [("women", sentence)]


def test_words_are_kept_clean_and_blank_ones_as_none(create_work: CreateWork) -> None:
    work = create_work("kg")
    id = write(work, "person", {"name": "  Programme\x00 officer\r\n", "role": " \t "})
    assert work.get("person", id) == {"id": id, "office": OFFICE("kg"), "deleted": 0, "name": "Programme officer",
                                      "role": None}


@pytest.mark.parametrize("given", [5, 1.5, {"a": 1}, ["x"], b"x"])
def test_only_words_are_words(create_work: CreateWork, given: Any) -> None:
    with pytest.raises(RulesBroken, match="“name” must be words"):
        write(create_work("kg"), "person", {"name": given})


def test_what_a_form_displayed_is_handed_to_the_commit(create_work: CreateWork, session: Session) -> None:
    work = create_work("kg")
    id = write(work, "person", {"name": "Officer"})
    save(work, Person, {"name": "Programme officer"}, id=id, seen={"name": ["0a"]})
    assert session.info["seen"] == {("person", id): {"name": ["0a"]}}
    delete(work, Person, id, seen={"deleted": ["0b"]})
    assert session.info["seen"][("person", id)] == {"deleted": ["0b"]}


def test_a_rule_may_ask_for_the_day_and_for_visible_records(create_work: CreateWork) -> None:
    work = create_work("kg")
    assert work.today() == CLOCK().date()
    assert work.get("output", None) is None
    assert [row["number"] for row in work.find("output", level="global")] == [5]


# what rules may ask


@pytest.mark.parametrize("table", ENTRY_ORDER)
def test_a_rule_sees_a_record_as_the_row_has_it(create_work: CreateWork, session: Session, table: str) -> None:
    work = create_work(writer_of(table))
    id = write(work, table, SAMPLES[table])
    session.expire_all()
    row = session.get(synced_models()[table], id)
    assert row is not None
    assert work.get(table, id) == values_of(row)
    assert values_of(row) in work.find(table)
    assert work.find(table, id="nowhere") == []
    row.deleted = 1  # not written to the database yet
    assert work.get(table, id) is None
    assert work.find(table, id=id) == []


def test_a_rule_reads_what_is_no_amount_as_the_row_does(create_work: CreateWork, session: Session) -> None:
    work = create_work(writer_of("expenditure"))
    id = write(work, "expenditure", SAMPLES["expenditure"])
    amount = work.get("expenditure", id)["amount"]  # type: ignore[index]
    assert isinstance(amount, Decimal)
    assert [record["id"] for record in work.find("expenditure", amount=amount)] == [id]
    for strange in ("NaN", "twelve", ""):
        session.execute(sa.text("UPDATE expenditure SET amount=:amount"), {"amount": strange})
        session.expire_all()
        row = session.get(Expenditure, id)
        assert row is not None
        assert work.get("expenditure", id) == values_of(row)
        assert values_of(row)["amount"] is None
