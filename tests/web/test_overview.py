"""Headquarters' overview: counts that lead to their addends, late offices, money, milestones."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from server.base.clock import fixed_clock
from tests.web.conftest import CreateClient


def _page(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.get_data(as_text=True)[-1500:]
    return answer.get_data(as_text=True)


def _row(page: str, heading: str, name: str) -> str:
    table = page.partition(heading)[2].partition("</table>")[0]
    (row,) = [row for row in table.split("<tr") if f"<bdi>{name}</bdi>" in row or f'"row">{name}<' in row]
    return row


@pytest.mark.parametrize(("name", "count"), [("Morocco", 6), ("Tunisia", 1), ("Kyrgyzstan", 4)])
def test_a_count_leads_to_the_activities_it_counts(create_client: CreateClient, name: str, count: int) -> None:
    client = create_client("hq")
    row = _row(_page(client, "/overview?period=Y1"), "Achievements by country and output", name)
    link = re.search(r'href="(/activities\?[^"]+)">(\d+)</a>', row)
    assert link
    assert int(link[2]) == count
    listed = _page(client, link[1].replace("&amp;", "&")).split("<tbody>")[1]
    assert len(re.findall(r'href="/activities/[0-9a-f-]{36}"', listed)) == count


def test_the_sums_are_those_of_the_annual_report(create_client: CreateClient) -> None:
    page = _page(create_client("hq"), "/overview?period=Y1")
    total = _row(page, "Achievements by country and output", "All")
    assert ">37<" in total
    for amount in ("822,771.00", "454,464.00", "274,594.56", "60.4%"):
        assert amount in page.split("Money of the period")[1]
    assert "/pages?language=en" in page, "the annual report's pages are one click away"


def test_an_office_that_has_not_reported_is_late_after_the_due_day(create_client: CreateClient) -> None:
    before = create_client("hq-empty", clock=fixed_clock("2015-02-20T09:00:00Z"))
    assert "are late" not in _page(before, "/overview?period=Y1")
    after = create_client("hq-empty", clock=fixed_clock("2015-03-01T09:00:00Z"))
    assert "8 are late" in _page(after, "/overview?period=Y1")


def test_another_period_is_chosen_in_the_address(create_client: CreateClient) -> None:
    page = _page(create_client("hq"), "/overview?period=Y2")
    assert "Overview: Year 2" in page
    assert ">37<" not in page


def test_only_headquarters_has_an_overview(create_client: CreateClient) -> None:
    assert create_client("kg").get("/overview").status_code == 404


def test_the_overview_stands_in_arabic(create_client: CreateClient) -> None:
    answer = create_client("hq").get("/overview", headers={"Accept-Language": "ar"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert '<html lang="ar" dir="rtl">' in page
    assert "<bdi>" in page
