"""Offices are found by id or code; headquarters comes first."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from server.domain.people.queries import office, offices, persons
from tests.conftest import CreateWork
from tests.samples import COUNTRY, OFFICE, write


def test_headquarters_comes_first_then_offices_by_code(create_work: CreateWork, session: Session) -> None:
    write(create_work("hq"), "office", {"code": "AA", "name": "A", "kind": "country", "country_id": COUNTRY("kg")})
    assert [(o.code, o.hq) for o in offices(session)] == [("HQ", True), ("AA", False), ("KG", False), ("RS", False)]


@pytest.mark.parametrize("name", ["KG", "kg", OFFICE("kg")])
def test_an_office_is_found_by_id_or_code(session: Session, name: str) -> None:
    found = office(session, name)
    assert found is not None
    assert (found.id, found.name, found.country_id, found.language) == (
        OFFICE("kg"), "Country office", COUNTRY("kg"), None)
    assert office(session, name + "x") is None


def test_people_are_those_of_their_office(create_work: CreateWork, session: Session) -> None:
    for code, name in (("kg", "Programme officer"), ("kg", "Assistant"), ("rs", "Coordinator")):
        write(create_work(code), "person", {"name": name})
    assert persons(session, OFFICE("kg")) == ["Assistant", "Programme officer"]
