"""Every rule of every area: the smallest change that breaks it, its sentence, and the field the sentence stands at."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

import server.domain
from server.base.errors import RulesBroken
from server.domain.framework.rules import LAYOUT_SECTIONS
from tests.conftest import CreateWork
from tests.samples import (
    COMMITMENT,
    COUNTRY,
    DOCUMENT,
    INDICATOR,
    OFFICE,
    OUTPUT,
    PERIOD,
    SAMPLES,
    write,
    writer_of,
)

_DATE = "Enter a date such as 2014-05-14, 2014-05, 2014-Q2 or 2014."
_CURRENCY = "Enter the currency as three letters, such as USD."
_COUNT = "A number of people or copies cannot be below zero."
_SUM = "Women and men together are 5, but the total says 4: correct one of them."


def _no_choice(field: str, *choices: str) -> str:
    return f"“other” is not a choice for “{field}”: use one of {', '.join(choices)}."


#: (table, what is changed in its valid sample, the field that is named, the sentence)
BROKEN: tuple[tuple[str, dict[str, Any], str, str], ...] = (
    # what headquarters defines
    ("programme", {"title": None}, "title", "Enter the programme's title."),
    ("programme", {"starts": None}, "starts", "Enter the programme's first day."),
    ("programme", {"ends": None}, "ends", "Enter the programme's last day."),
    ("programme", {"starts": "May 2014"}, "starts", _DATE),
    ("programme", {"ends": "2018-02-30"}, "ends", "2018-02-30 is not in the calendar: check the day and the month."),
    ("programme", {"starts": "1899"}, "starts", "Enter a year between 1900 and 2200."),
    ("programme", {"ends": "2013"}, "ends", "The programme ends before it starts: correct one date."),
    ("programme", {"currency": None}, "currency", _CURRENCY),
    ("programme", {"currency": "usd"}, "currency", _CURRENCY),
    ("programme", {"currency": "US1"}, "currency", _CURRENCY),
    ("agency", {"code": None}, "code", "Enter the short form."),
    ("agency", {"name": " "}, "name", "Enter the name."),
    ("donor", {"code": None}, "code", "Enter the short form."),
    ("donor", {"name": None}, "name", "Enter the name."),
    ("acronym", {"code": None}, "code", "Enter the short form."),
    ("acronym", {"title": None}, "title", "Enter what it stands for."),
    ("budget_account", {"code": None}, "code", "Enter the short form."),
    ("budget_account", {"code": "71300"}, "code", "There is a budget account 71300 already: edit that one."),
    ("budget_account", {"title": None}, "title", "Enter what it stands for."),
    ("country", {"code": None}, "code", "Enter the country's code as two capital letters, such as KG."),
    ("country", {"code": "tn"}, "code", "Enter the country's code as two capital letters, such as KG."),
    ("country", {"code": "T1"}, "code", "Enter the country's code as two capital letters, such as KG."),
    ("country", {"code": "KG"}, "code", "There is a country with the code KG already: edit that one."),
    ("country", {"name": None}, "name", "Enter the country's name."),
    ("country", {"status": "other"}, "status", _no_choice("status", "confirmed", "to_be_confirmed")),
    ("output", {"number": None}, "number", "Enter the output's number."),
    ("output", {"number": 5}, "number", "There is an Output 5 already: choose another number."),
    ("output", {"title": None}, "title", "Enter the result the output stands for."),
    ("output", {"level": None}, "level", "Choose whether the output is at country or global level."),
    ("output", {"level": "other"}, "level", _no_choice("level", "country", "global")),
    ("milestone_type", {"title": None}, "title", "Enter the step's name."),
    ("report_layout", {"title": None}, "title", "Enter a name for the layout, such as the donor’s."),
    ("report_layout", {"kind": None}, "kind", "Choose the kind of report."),
    ("report_layout", {"kind": "other"}, "kind", _no_choice("kind", "annual", "progress")),
    ("report_layout", {"title": "As the donor wants it", "kind": "annual"}, "title",
     "There is a layout with this name already: choose another name."),
    ("layout_section", {"layout_id": None}, "layout_id", "Choose the layout."),
    ("layout_section", {"key": None}, "key", "Choose the section."),
    ("layout_section", {"key": "other"}, "key", _no_choice("key", *LAYOUT_SECTIONS["annual"])),
    ("layout_section", {"position": 0}, "position", "Enter the section’s place as a number from 1."),
    ("indicator", {"code": None}, "code", "Enter the indicator's code."),
    ("indicator", {"code": "1.2"}, "code", "There is an indicator 1.2 already: choose another code."),
    ("indicator", {"title": None}, "title", "Enter what the indicator counts."),
    ("indicator", {"output_id": None}, "output_id", "Choose the output the indicator measures."),
    ("indicator", {"unit": None}, "unit", "Choose the indicator's unit."),
    ("indicator", {"unit": "other"}, "unit", _no_choice("unit", "number", "percent", "text")),
    ("indicator", {"baseline": "none"}, "baseline", "Enter the value as a number."),
    ("indicator", {"unit": "percent", "baseline": "100.1"}, "baseline",
     "A percentage lies between 0 and 100: correct 100.1."),
    ("indicator_target", {"indicator_id": None}, "indicator_id", "Choose the indicator."),
    ("indicator_target", {"period_id": None}, "period_id", "Choose the reporting period."),
    ("indicator_target", {"value": "eight"}, "value", "Enter the value as a number."),
    ("indicator_target", {"value": "Infinity"}, "value", "Enter the value as a number."),
    ("indicator_target", {"indicator_id": INDICATOR("share"), "value": "-1"}, "value",
     "A percentage lies between 0 and 100: correct -1."),
    ("reporting_period", {"code": None}, "code", "Enter the period's short name, such as Y1."),
    ("reporting_period", {"code": "Y1"}, "code", "There is a period Y1 already: choose another short name."),
    ("reporting_period", {"starts": None}, "starts", "Enter the period's first day."),
    ("reporting_period", {"ends": None}, "ends", "Enter the period's last day."),
    ("reporting_period", {"starts": "Q1"}, "starts", _DATE),
    ("reporting_period", {"ends": "01/31/2017"}, "ends", _DATE),
    ("reporting_period", {"due": "soon"}, "due", _DATE),
    ("reporting_period", {"ends": "2016-01-31", "due": None}, "ends",
     "The period ends before it starts: correct one date."),
    ("reporting_period", {"due": "2017-01-30"}, "due", "The report is due before the period ends: correct one date."),
    ("reporting_period", {"starts": "2014-01-31"}, "starts",
     "The period begins before the programme does: correct its first day."),
    ("reporting_period", {"ends": "2018-02-01", "due": None}, "ends",
     "The period ends after the programme does: correct its last day."),
    # who works for the programme
    ("office", {"code": None}, "code", "Enter the office's code, such as KG."),
    ("office", {"code": "RS"}, "code", "There is an office with this code already: edit that one."),
    ("office", {"name": None}, "name", "Enter the office's name."),
    ("office", {"kind": None}, "kind", "Choose whether it is headquarters or a country office."),
    ("office", {"kind": "other"}, "kind", _no_choice("kind", "hq", "country")),
    ("office", {"kind": "hq"}, "kind", "The programme has its headquarters already: edit that office."),
    ("office", {"country_id": None}, "country_id", "Choose the office's country."),
    ("office", {"language": "de"}, "language", "Choose one of Valise's languages for the office."),
    ("office", {"mailbox_mb": 0}, "mailbox_mb", "Enter the mailbox's limit in whole megabytes, at least 1."),
    ("person", {"name": None}, "name", "Enter a name or a role."),
    # files, knowledge products and agreements
    ("document", {"title": None}, "title", "Enter what the document is."),
    ("document", {"kind": "other one"}, "kind",
     "“other one” is not a choice for “kind”: use one of evidence, minutes, agreement, photo, other."),
    ("document", {"dated": "2014-Q5"}, "dated", _DATE),
    ("knowledge_product", {"title": None}, "title", "Enter the knowledge product's title."),
    ("knowledge_product", {"kind": "film"}, "kind", "“film” is not a choice for “kind”: use one of "
     "tor, study, brochure, newsletter, guideline, strategy, tool, other."),
    ("knowledge_product", {"stage": "other"}, "stage",
     _no_choice("stage", "idea", "outline", "draft", "final", "published")),
    ("knowledge_product", {"dated": "x"}, "dated", _DATE),
    ("knowledge_product", {"copies": -1}, "copies", _COUNT),
    ("agreement", {"title": None}, "title", "Enter what the agreement is about."),
    ("agreement", {"kind": "treaty"}, "kind",
     "“treaty” is not a choice for “kind”: use one of mou, loa, endorsement, project_document, other."),
    ("agreement", {"stage": "other"}, "stage", _no_choice("stage", "drafting", "with_legal", "signed")),
    ("agreement", {"drafted": "x"}, "drafted", _DATE),
    ("agreement", {"signed": "x"}, "signed", _DATE),
    ("agreement", {"signed": None}, "signed", "Enter when the agreement was signed."),
    ("agreement", {"signed": "2014-02"}, "signed", "The agreement was signed before it was drafted: correct one date."),
    # what is planned
    ("planned_activity", {"title": None}, "title", "Enter what is planned."),
    ("planned_activity", {"output_id": None}, "output_id", "Choose the output the line serves."),
    ("planned_activity", {"period_id": None}, "period_id", "Choose the period it is planned for."),
    ("planned_activity", {"status": "other"}, "status",
     _no_choice("status", "planned", "ongoing", "completed", "delayed", "cancelled")),
    ("planned_activity", {"rag": "other"}, "rag", _no_choice("rag", "green", "amber", "red")),
    ("planned_activity", {"quarters": "1 5"}, "quarters", "Choose the quarters among 1, 2, 3 and 4."),
    ("planned_activity", {"quarters": "2 2"}, "quarters", "Choose the quarters among 1, 2, 3 and 4."),
    ("planned_activity", {"amount": "-1"}, "amount", "Enter the amount without a minus sign."),
    ("planned_activity", {"currency": None}, "currency", _CURRENCY),
    # what happened
    ("activity", {"title": None}, "title", "Enter a title that says what happened."),
    ("activity", {"output_id": None}, "output_id", "Choose the output the activity serves."),
    ("activity", {"date_from": None}, "date_from", "Enter when it happened; the year alone is enough."),
    ("activity", {"date_from": "yesterday"}, "date_from", _DATE),
    ("activity", {"date_from": "٢٠١٤"}, "date_from", _DATE),
    ("activity", {"date_to": "2014-05-32"}, "date_to",
     "2014-05-32 is not in the calendar: check the day and the month."),
    ("activity", {"date_to": "2014-05-13"}, "date_to", "The activity ends before it starts: correct one date."),
    ("activity", {"women": -1}, "women", _COUNT),
    ("activity", {"men": -1}, "men", _COUNT),
    ("activity", {"participants": -1, "women": None, "men": None}, "participants", _COUNT),
    ("activity", {"women": 3, "men": 2, "participants": 4}, "participants", _SUM),
    ("activity", {"date_from": "2013", "date_to": None}, "date_from",
     "The activity lies outside the programme, which runs from 1 February 2014 to 31 January 2018."),
    ("activity", {"date_from": "2018-02", "date_to": None}, "date_from",
     "The activity lies outside the programme, which runs from 1 February 2014 to 31 January 2018."),
    ("activity", {"country_id": None}, "country_id", "Output 1 is a country output: choose the country."),
    ("activity", {"output_id": OUTPUT("output-5")}, "country_id", "Output 5 is global: leave the country empty."),
    ("attendance", {"activity_id": None}, "activity_id", "Choose the activity."),
    ("attendance", {"institution": None}, "institution", "Enter the institution."),
    ("attendance", {"women": 3, "men": 2}, "participants", _SUM),
    ("attendance", {"participants": 0}, "participants",
     "Women and men together are 3, but the total says 0: correct one of them."),
    # how far a country is
    ("milestone", {"type_id": None}, "type_id", "Choose the step."),
    ("milestone", {"country_id": None}, "country_id", "Choose the country."),
    ("milestone", {"status": None}, "status", "Choose how far the step is."),
    ("milestone", {"status": "other"}, "status",
     _no_choice("status", "not_started", "in_progress", "done", "not_applicable")),
    ("milestone", {"dated": "x"}, "dated", _DATE),
    ("milestone", {"dated": None}, "dated", "Enter when the step was done; the year alone is enough."),
    # boards
    ("board", {"name": None}, "name", "Enter the board's name."),
    ("board", {"kind": None}, "kind", "Choose what kind of board it is."),
    ("board", {"kind": "other"}, "kind", _no_choice("kind", "global", "national", "working_group")),
    ("board", {"tor_stage": "other"}, "tor_stage", _no_choice("tor_stage", "none", "draft", "adopted")),
    ("board", {"tor_dated": "x"}, "tor_dated", _DATE),
    ("board", {"kind": "national"}, "country_id", "Choose the national board's country."),
    ("board_member", {"board_id": None}, "board_id", "Choose the board."),
    ("board_member", {"institution": None}, "institution", "Enter the institution that holds the seat."),
    ("board_member", {"role": "other"}, "role",
     _no_choice("role", "chair", "co-chair", "member", "secretary", "observer")),
    ("meeting", {"board_id": None}, "board_id", "Choose the board that met."),
    ("meeting", {"date_from": None}, "date_from", "Enter when the board met; the year alone is enough."),
    ("meeting", {"date_from": "x"}, "date_from", _DATE),
    ("meeting", {"date_to": "2014-11-19"}, "date_to", "The meeting ends before it starts: correct one date."),
    ("meeting", {"men": -4}, "men", _COUNT),
    ("meeting", {"women": 3, "men": 2, "participants": 4}, "participants", _SUM),
    ("meeting_attendance", {"meeting_id": None}, "meeting_id", "Choose the meeting."),
    ("meeting_attendance", {"institution": None}, "institution", "Enter the institution."),
    ("meeting_attendance", {"participants": -1}, "participants", _COUNT),
    ("decision", {"meeting_id": None}, "meeting_id", "Choose the meeting that decided."),
    ("decision", {"text": None}, "text", "Enter the decision."),
    ("decision", {"status": "other"}, "status", _no_choice("status", "open", "closed")),
    ("decision", {"due": "x"}, "due", _DATE),
    ("decision", {"closed": "x"}, "closed", _DATE),
    ("decision", {"owner": None}, "owner", "Enter who carries out the action."),
    ("decision", {"owner": None, "status": None}, "owner", "Enter who carries out the action."),
    ("decision", {"status": "closed", "closed": "2014-05"}, "closed",
     "The decision was closed before it was taken: correct the date."),
    # values measured
    ("indicator_value", {"indicator_id": None}, "indicator_id", "Choose the indicator."),
    ("indicator_value", {"period_id": None}, "period_id", "Choose the reporting period."),
    ("indicator_value", {"value": None}, "value", "Enter the value."),
    ("indicator_value", {"value": "many"}, "value", "Enter the value as a number."),
    ("indicator_value", {"women": -1}, "women", _COUNT),
    # money
    ("commitment", {"donor_id": None}, "donor_id", "Choose the donor."),
    ("commitment", {"amount": None}, "amount", "Enter the amount."),
    ("commitment", {"amount": "-0.01"}, "amount", "Enter the amount without a minus sign."),
    ("commitment", {"currency": "FRANC"}, "currency", _CURRENCY),
    ("commitment", {"dated": "x"}, "dated", _DATE),
    ("instalment", {"commitment_id": None}, "commitment_id",
     "Choose the commitment that this payment belongs to."),
    ("instalment", {"amount": None}, "amount", "Enter the amount."),
    ("instalment", {"currency": "CHF"}, "currency",
     "The commitment is in USD: enter the payment in the same currency."),
    ("instalment", {"amount": "1000.01"}, "amount",
     "With this payment more would be received than was promised: enter the new commitment first."),
    ("instalment", {"dated": "x"}, "dated", _DATE),
    ("budget_line", {"output_id": None}, "output_id", "Choose the output the money is for."),
    ("budget_line", {"period_id": None}, "period_id", "Choose the period."),
    ("budget_line", {"amount": "-1"}, "amount", "Enter the amount without a minus sign."),
    ("expenditure", {"period_id": None}, "period_id", "Choose the period."),
    ("expenditure", {"amount": None}, "amount", "Enter the amount."),
    ("expenditure", {"currency": None}, "currency", _CURRENCY),
    ("expenditure", {"dated": "x"}, "dated", _DATE),
    # what went wrong and what was learnt
    ("challenge", {"title": None}, "title", "Enter the challenge in a few words."),
    ("challenge", {"kind": "other"}, "kind", _no_choice("kind", "challenge", "risk", "issue")),
    ("challenge", {"status": "other"}, "status", _no_choice("status", "open", "watched", "closed")),
    ("challenge", {"dated": "x"}, "dated", _DATE),
    ("lesson", {"title": None}, "title", "Enter the lesson in a few words."),
    ("lesson", {"text": None}, "text", "Enter the lesson."),
    ("lesson", {"dated": "x"}, "dated", _DATE),
    # reports
    ("report", {"kind": None}, "kind", "Choose the kind of report."),
    ("report", {"kind": "other"}, "kind", _no_choice("kind", "progress", "annual")),
    ("report", {"period_id": None}, "period_id", "Choose the period to report on."),
    ("report", {"status": "other"}, "status", _no_choice("status", "draft", "submitted")),
    ("report", {"submitted": "x"}, "submitted", _DATE),
    ("report", {"period_id": PERIOD("y1")}, "period_id", "There is a report for this period already: edit that one."),
    ("report_section", {"report_id": None}, "report_id", "Choose the report."),
    ("report_section", {"key": None}, "key", "Choose the section."),
    ("report_section", {"key": "other"}, "key",
     _no_choice("key", "executive", "introduction", "overview", "summary", "closing", "challenges", "next")),
    ("review", {"report_id": None}, "report_id", "Choose the report."),
    ("review", {"verdict": None}, "verdict", "Choose whether the report is accepted or returned."),
    ("review", {"verdict": "other"}, "verdict", _no_choice("verdict", "returned", "accepted", "comment")),
    ("review", {"text": None}, "text", "Say what the office should mend."),
    ("review", {"verdict": "comment", "text": None}, "text", "Say what the office should mend."),
)

#: sentences of rules that take more than one record to break; each is told by the test named beside it
TOLD_ELSEWHERE = {
    "This step is listed for this country already: change that line.": "test_milestones",
    "There is a value for this indicator and period already: change that one.": "test_indicators",
    "A line cannot be part of itself or of its own parts: choose another line.": "test_workplan",
    "There is no delivery rate before money was received: enter the instalment first.": "test_finance",
    "Only headquarters reviews reports: send yours with the next dispatch.": "test_reporting",
}


@pytest.mark.parametrize(("table", "change", "field", "sentence"), BROKEN,
                         ids=[f"{case[0]}-{'-'.join(case[1])}" for case in BROKEN])
def test_a_broken_rule_is_told_once_in_its_sentence_at_its_field(
        create_work: CreateWork, session: Session, table: str, change: dict[str, Any], field: str,
        sentence: str) -> None:
    with pytest.raises(RulesBroken) as broken:
        write(create_work(writer_of(table)), table, {**SAMPLES[table], **change})
    assert [(error.field, error.message) for error in broken.value.errors] == [(field, sentence)]
    assert not session.new


@pytest.mark.parametrize(("table", "change"), [
    ("planned_activity", {"quarters": None, "amount": None, "currency": None}),
    ("planned_activity", {"status": None, "rag": None}),
    ("activity", {"date_from": "2014", "date_to": None}),
    ("activity", {"date_from": "2014-05-14", "date_to": "2014-05"}),
    ("activity", {"date_from": "2018-Q1", "date_to": None}),
    ("activity", {"date_from": "2014-02-01", "date_to": None}),
    ("activity", {"date_from": "2018-01-31", "date_to": None}),
    ("activity", {"date_from": "2013-12-01", "date_to": "2014-02-01"}),
    ("activity", {"participants": 30}),
    ("activity", {"women": None, "men": 9, "participants": None}),
    ("activity", {"output_id": OUTPUT("output-5"), "country_id": None}),
    ("activity", {"evidence_ids": [DOCUMENT("note")]}),
    ("milestone", {"status": "not_applicable", "dated": None}),
    ("milestone", {"status": "in_progress", "dated": "2014-Q3"}),
    ("board", {"kind": "national", "country_id": COUNTRY("kg")}),
    ("decision", {"action": None, "owner": None}),
    ("decision", {"owner": None, "status": "closed", "closed": "2014"}),
    ("agreement", {"stage": "drafting", "signed": None}),
    ("indicator_value", {"indicator_id": INDICATOR("words"), "value": "adopted"}),
    ("indicator_value", {"indicator_id": INDICATOR("share"), "value": "100"}),
    ("instalment", {"commitment_id": COMMITMENT("first"), "amount": "0.01"}),
    ("expenditure", {"output_id": None, "country_id": None}),
    ("budget_line", {"amount": "0"}),
    ("activity", {"women": 0, "men": 0, "participants": 0}),
    ("review", {"verdict": "accepted", "text": None}),
    ("reporting_period", {"due": None}),
    ("reporting_period", {"starts": "2014-02-01", "ends": "2018-01-31", "due": "2018-01-31"}),
    ("indicator", {"unit": "percent", "baseline": "0"}),
    ("report", {"kind": "annual", "period_id": PERIOD("y1")}),
    ("office", {"language": None, "mailbox_mb": None}),
    ("office", {"mailbox_mb": 1}),
])
def test_what_people_may_leave_out_or_know_roughly_is_accepted(
        create_work: CreateWork, table: str, change: dict[str, Any]) -> None:
    assert write(create_work(writer_of(table)), table, {**SAMPLES[table], **change})


def test_all_broken_rules_of_a_record_are_told_together_in_the_order_of_the_form(create_work: CreateWork) -> None:
    with pytest.raises(RulesBroken) as broken:
        write(create_work("kg"), "activity", {"women": -1, "date_from": "2014-13"})
    assert [error.field for error in broken.value.errors] == ["title", "output_id", "date_from", "women"]


def test_a_rule_judges_the_record_as_it_will_be_not_only_what_is_changed(create_work: CreateWork) -> None:
    work = create_work("kg")
    id = write(work, "activity", SAMPLES["activity"])
    with pytest.raises(RulesBroken, match="The activity ends before it starts"):
        write(work, "activity", {"date_to": "2014-05-01"}, id)
    assert write(work, "activity", {"date_from": "2014-05-01", "date_to": "2014-05-01"}, id) == id


def test_editing_a_record_does_not_make_it_its_own_double(create_work: CreateWork) -> None:
    for table in ("country", "output", "office", "milestone", "indicator_value", "report", "instalment"):
        work = create_work(writer_of(table))
        id = write(work, table, SAMPLES[table])
        assert write(work, table, SAMPLES[table], id) == id


def test_headquarters_can_be_renamed_though_there_is_a_headquarters_already(create_work: CreateWork) -> None:
    work = create_work("hq")
    assert write(work, "office", {"name": "The unit itself"}, OFFICE("hq")) == OFFICE("hq")


def test_every_sentence_of_the_rules_is_told_by_a_test() -> None:
    told = [sentence for *_, sentence in BROKEN] + list(TOLD_ELSEWHERE)
    untold = [sentence for sentence in _sentences() if not any(_form(sentence).fullmatch(one) for one in told)]
    assert untold == []


@pytest.mark.parametrize(("sentence", "where"), TOLD_ELSEWHERE.items())
def test_sentences_told_elsewhere_are(sentence: str, where: str) -> None:
    assert sentence.partition(":")[0] in (Path(__file__).parent / f"{where}.py").read_text(encoding="utf-8")


def _sentences() -> Iterator[str]:
    """Every literal in `_(…)` of the domain's rules and checks."""
    house = Path(server.domain.__file__).parent
    for path in (house / "checks.py", *sorted(house.glob("*/rules.py"))):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_":
                assert isinstance(node.args[0], ast.Constant)
                yield str(node.args[0].value)


def _form(sentence: str) -> re.Pattern[str]:
    return re.compile(".+".join(re.escape(part) for part in re.split(r"%\(\w+\)s", sentence)))
