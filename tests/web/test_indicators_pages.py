"""Indicators: what was reached beside what was aimed at, computed ratings, charts with tables, grids of values."""

from __future__ import annotations

from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from lxml import etree, html

from server.domain.indicators.rules import progress, rating
from tests.web.conftest import CreateClient, csrf
from tests.web.people import answers_of, arrives, conflicts_of, heads_of, page_of, send_form

AR = {"Accept-Language": "ar"}
VALUES = "/indicators/values?period=Y1"


@pytest.mark.parametrize(("baseline", "target", "actual", "done", "rag"), [
    ("0", "8", "7", "87.5", "amber"), ("0", "8", "8", "100.0", "green"), ("0", "10", "9", "90.0", "green"),
    ("10", "20", "16", "60.0", "amber"), ("10", "20", "10", "0.0", "red"), ("10", "20", "5", "-50.0", "red"),
    ("40", "10", "10", "100.0", "green"), ("40", "10", "25", "50.0", "red"), ("8", "8", "8", "100.0", "green"),
    ("0", "0", "5", None, None), (None, "3", "6", "200.0", "green"), ("0", None, "5", None, None),
    ("0", "5", None, None, None),
])  # fmt: skip
def test_the_rating_is_the_share_of_the_way_to_the_target(
    baseline: str | None, target: str | None, actual: str | None, done: str | None, rag: str | None
) -> None:
    numbers = [None if text is None else Decimal(text) for text in (baseline, target, actual)]
    assert progress(*numbers) == (None if done is None else Decimal(done))
    assert rating(progress(*numbers)) == rag


def row_of(page: str, words: str) -> str:
    """The text of the row of an indicator."""
    found = next(row for row in html.fromstring(page).xpath("//tbody/tr[td]") if words in row.text_content())
    return " ".join(found.text_content().split())


def first_indicator(client: FlaskClient) -> str:
    return str(html.fromstring(page_of(client, "/indicators?period=Y1")).xpath("//td/a/@href")[0])


def test_each_indicator_stands_with_its_figures_and_rating(create_client: CreateClient) -> None:
    page = page_of(create_client("hq"), "/indicators?period=Y1")
    assert row_of(page, "government has endorsed").endswith("08 7 Amber: needs attention 87.5% All but Ecuador.")
    assert "Red: off track 50.0%" in row_of(page, "national project board has met")
    assert "–" in row_of(page, "Stage of the UNDAF guidance"), "words have no rating"
    assert "women –, men –" in row_of(page, "Participants in meetings")


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_charts_are_pictures_with_a_table_beside_them(create_client: CreateClient, language: str) -> None:
    client, headers = create_client("hq"), {"Accept-Language": language}
    for address in ("/indicators?period=Y1", first_indicator(client)):
        page = html.fromstring(page_of(client, address, headers=headers))
        (picture,) = page.xpath("//main//img")
        assert picture.get("alt")
        assert page.xpath("//main//table//td")
        drawn = client.get(picture.get("src"), headers=headers)
        assert drawn.mimetype == "image/svg+xml"
        assert etree.fromstring(drawn.data).get("lang") == language


def test_an_office_tells_what_its_country_reached(create_client: CreateClient) -> None:
    client = create_client("kg")
    page = page_of(client, VALUES)
    assert len(html.fromstring(page).xpath("//tr[@data-row]")) == 4, "only outputs at country level"
    send_form(client, VALUES, page, **{"row-1-value": "1", "row-1-note": "Endorsed in March"})
    listed = page_of(client, "/indicators?period=Y1")
    assert "Endorsed in March" in row_of(listed, "government has endorsed")
    assert "7 of 8" in row_of(listed, "government has endorsed"), "the whole programme beside it"
    again = page_of(client, VALUES)
    send_form(client, VALUES, again, **{"row-1-value": "2"})
    assert answers_of(page_of(client, VALUES))["row-1-value"] == ["2"], "changed, not told twice"


def test_values_are_judged_cell_by_cell_and_saved_together(create_client: CreateClient) -> None:
    client = create_client("hq")
    page = page_of(client, VALUES)
    changes = {"row-1-value": "eight", "row-2-value": "٨", "row-10-women": "2.5", "row-10-men": "٢٥"}
    answer = client.post(VALUES, data=answers_of(page, **changes))
    refused = answer.get_data(as_text=True)
    assert answer.status_code == 422
    links = html.fromstring(refused).xpath("//div[@class='errors']//a/@href")
    assert links == ["#row-1-value", "#row-10-women"]
    assert "Enter the value as a number." in refused
    assert row_of(page_of(client, "/indicators?period=Y1"), "inception phase").count("7") == 2, "nothing half saved"
    send_form(client, VALUES, refused, **{"row-1-value": "8", "row-10-women": "27"})
    listed = page_of(client, "/indicators?period=Y1")
    assert "100.0%" in row_of(listed, "inception phase")
    assert "women 27, men 25" in row_of(listed, "Participants in meetings")


def test_emptied_values_are_taken_away(create_client: CreateClient) -> None:
    client = create_client("hq")
    send_form(client, VALUES, page_of(client, VALUES), **{"row-1-value": "", "row-1-note": ""})
    assert "All but Ecuador." not in row_of(page_of(client, "/indicators?period=Y1"), "government has endorsed")
    send_form(client, VALUES, page_of(client, VALUES), **{"row-1-value": "6"})
    assert "75.0%" in row_of(page_of(client, "/indicators?period=Y1"), "government has endorsed")


def test_a_stale_grid_of_values_makes_a_conflict(create_client: CreateClient) -> None:
    client = create_client("hq")
    page = page_of(client, VALUES)
    heads = html.fromstring(page).xpath("//input[@name='row-1-seen']/@value")[0]
    assert heads != "{}"
    with client.application.app_context():
        from server.domain.indicators.models import IndicatorValue
        from server.web.database import session

        value = session().query(IndicatorValue).filter_by(note="All but Ecuador.").one().id
    arrives(client, "indicator_value", value, {"value": "5"}, heads_of(client, "indicator_value", value), 9)
    send_form(client, VALUES, page, **{"row-1-value": "8"})
    (conflict,) = conflicts_of(client)
    assert f"/indicators/record/indicator_value/{value}" in page_of(client, conflict) + page_of(client, "/conflicts")
    led = client.get(f"/indicators/record/indicator_value/{value}").headers["Location"]
    assert "government has endorsed" in page_of(client, led)


def test_headquarters_defines_indicators_and_targets(create_client: CreateClient) -> None:
    client = create_client("hq")
    page = page_of(client, "/indicators/new")
    output = html.fromstring(page).xpath("//select[@name='output_id']/option[2]/@value")[0]
    answers = {"code": "1.9", "title": "Officials trained", "output_id": output, "by_sex": "1"}
    shown = send_form(client, "/indicators/new", page, **answers)
    assert "Officials trained" in page_of(client, shown)
    targets = "/indicators/targets?period=Y1"
    page = page_of(client, targets)
    new = 1 + sum(1 for name, value in answers_of(page).items() if name.endswith("-id") and value[0])
    send_form(client, targets, page, **{f"row-{new}-indicator_id": "1.9", f"row-{new}-value": "40"})
    assert "40" in row_of(page_of(client, "/indicators?period=Y1"), "Officials trained")
    send_form(client, f"{shown}/edit", page_of(client, f"{shown}/edit"), title="Officials who were trained")
    client.post(f"{shown}/delete", data={"csrf_token": csrf(page)})
    assert "Deleted: Officials who were trained" in page_of(client, "/indicators?period=Y1")
    assert "Officials who were trained" not in page_of(client, "/indicators?period=Y1")
    client.post(f"{shown}/restore", data={"csrf_token": csrf(page)})
    assert "Officials who were trained" in page_of(client, "/indicators?period=Y1")


def test_an_office_does_not_define_them(create_client: CreateClient) -> None:
    client = create_client("kg")
    for address in ("/indicators/new", "/indicators/targets?period=Y1", f"{first_indicator(client)}/edit"):
        page_of(client, address, status=404)
    token = csrf(page_of(client, VALUES))
    answer = client.post(f"{first_indicator(client)}/delete", data={"csrf_token": token})
    assert answer.status_code == 422
    assert "Only headquarters changes the framework" in answer.get_data(as_text=True)


@pytest.mark.parametrize("folder", ["kg", "hq"])
def test_every_indicator_has_its_page_in_arabic(create_client: CreateClient, folder: str) -> None:
    client = create_client(folder)
    for address in html.fromstring(page_of(client, "/indicators?period=Y1")).xpath("//td/a/@href"):
        assert 'dir="rtl"' in page_of(client, address, headers=AR)
