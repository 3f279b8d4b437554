"""Each country takes each step once."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from server.base.errors import RulesBroken
from server.domain.milestones.models import Milestone
from server.domain.milestones.queries import milestones
from tests.conftest import CreateWork
from tests.samples import COUNTRY, SAMPLES, STEP, write


def test_a_step_is_listed_once_for_a_country(create_work: CreateWork) -> None:
    write(create_work("kg"), "milestone", SAMPLES["milestone"])
    with pytest.raises(RulesBroken, match="This step is listed for this country already: change that line") as broken:
        write(create_work("kg"), "milestone", {**SAMPLES["milestone"], "status": "not_started"})
    assert broken.value.field == "type_id"
    assert write(create_work("rs"), "milestone", {**SAMPLES["milestone"], "country_id": COUNTRY("rs")})


def test_steps_are_told_by_country_and_two_that_arrived_for_one_are_both_told(
        create_work: CreateWork, session: Session) -> None:
    write(create_work("kg"), "milestone", SAMPLES["milestone"])
    write(create_work("rs"), "milestone", {**SAMPLES["milestone"], "country_id": COUNTRY("rs")})
    session.add(Milestone(id="from-elsewhere", type_id=STEP("launch"), country_id=COUNTRY("kg")))
    session.flush()
    here = milestones(session, COUNTRY("kg"))
    assert {(m.status, m.dated) for m in here} == {("done", "2014"), ("not_started", "")}
    assert {m.country_id for m in milestones(session)} == {COUNTRY("kg"), COUNTRY("rs")}
