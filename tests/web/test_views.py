"""Lists: filters in the address, views under a name, and a workbook of exactly what is shown."""

from __future__ import annotations

import io

import openpyxl
import pytest
from flask.testing import FlaskClient
from lxml import html

from tests.services.workbooks import columns
from tests.web.conftest import CreateClient, csrf
from tests.web.people import log_one, page_of


def titles(client: FlaskClient, address: str) -> list[str]:
    """The titles on a page of activities."""
    return [one.text_content() for one in html.fromstring(page_of(client, address)).xpath("//td[@class='title']/a")]


def keep(client: FlaskClient, address: str, name: str, list_name: str = "activities", **more: str) -> str:
    """Save the view of an address; the page that follows."""
    page = page_of(client, address)
    form = html.fromstring(page).xpath(f"//form[@action='/views/{list_name}']")[0]
    data = {one.get("name"): one.get("value") for one in form.xpath(".//input[@type='hidden']")}
    answer = client.post(f"/views/{list_name}", data={**data, "view_name": name, **more})
    return page_of(client, answer.headers["Location"])


def views(page: str) -> dict[str, str]:
    """Name -> address of the views above a list."""
    return {one.text_content().strip(): one.get("href")
            for one in html.fromstring(page).xpath("//nav[@class='views']//a")}  # fmt: skip


def sheet_of(client: FlaskClient, address: str, column: str = "title") -> list[str]:
    """The titles in a list's workbook, or what else a column of it holds."""
    sheet = openpyxl.load_workbook(io.BytesIO(client.get(address).data)).worksheets[0]
    place = columns(sheet)[column]
    return [sheet.cell(row, place).value for row in range(3, sheet.max_row + 1)]


def test_activities_are_filtered_by_period_and_evidence(create_client: CreateClient) -> None:
    client = create_client("kg")
    log_one(client, "Late one", **{"date_from-year": "2016"})
    assert "Late one" not in titles(client, "/activities?period=Y1")
    assert "Late one" in titles(client, "/activities?evidence=without")
    assert "Late one" not in titles(client, "/activities?evidence=with")
    hq = create_client("hq")
    page = page_of(hq, "/activities")
    country = html.fromstring(page).xpath("//select[@name='country']/option[text()='Moldova']/@value")[0]
    assert 0 < len(titles(hq, f"/activities?country={country}")) < len(titles(hq, "/activities"))


def test_the_work_plan_and_milestones_are_filtered(create_client: CreateClient) -> None:
    client = create_client("kg")
    whole = page_of(client, "/workplan?period=Y2")
    assert "Nothing fits" in page_of(client, "/workplan?period=Y2&status=cancelled")
    assert "Nothing fits" not in whole
    done = html.fromstring(page_of(client, "/milestones?status=done")).xpath("//tr[starts-with(@id, 'step-')]")
    assert len(done) == 6


@pytest.mark.parametrize(("address", "narrowed"), [("/activities/workbook", "/activities/workbook?q=board"),
                                                   ("/workplan/workbook?period=Y2",
                                                    "/workplan/workbook?period=Y2&quarter=4")])
def test_the_workbook_holds_exactly_the_view(create_client: CreateClient, address: str, narrowed: str) -> None:
    client = create_client("kg")
    every, some = sheet_of(client, address), sheet_of(client, narrowed)
    assert set(some) < set(every)
    shown = page_of(client, narrowed.replace("/workbook", ""))
    assert all(title in html.fromstring(shown).text_content() for title in some)


def test_milestones_are_handed_over_by_an_office_and_by_headquarters(create_client: CreateClient) -> None:
    for folder, rows in (("kg", 9), ("hq", 72)):
        answer = create_client(folder).get("/milestones/workbook")
        sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).worksheets[0]
        assert sheet.max_row - 2 == rows


def test_a_view_is_named_opened_deleted_and_brought_back(create_client: CreateClient) -> None:
    client = create_client("kg")
    page = keep(client, "/activities?report=1&sort=title&page=2", "For the <b>report</b>")
    assert views(page) == {"For the <b>report</b>": "/activities?report=1&sort=title"}
    assert "<b>report</b>" not in page
    delete = html.fromstring(page).xpath("//nav[@class='views']//form/@action")[0]
    after = page_of(client, client.post(delete, data={"csrf_token": csrf(page)}).headers["Location"])
    assert views(after) == {}
    undo = html.fromstring(after).xpath("//form[contains(@action, '/restore')]/@action")[0]
    back = page_of(client, client.post(undo, data={"csrf_token": csrf(after)}).headers["Location"])
    assert list(views(back)) == ["For the <b>report</b>"]


@pytest.mark.parametrize(("list_name", "address"), [
    ("boards", "/boards?kind=national"), ("meetings", "/meetings?sort=oldest"), ("decisions", "/decisions?status=all"),
    ("documents", "/documents?kind=minutes"), ("products", "/products?sort=title"),
    ("agreements", "/agreements?sort=title"), ("challenges", "/challenges?status=watched"),
    ("lessons", "/lessons?sort=title"), ("budget", "/finance/budget?period=Y1"),
    ("spending", "/finance/spending?period=Y1&by=output"),
])
def test_every_list_keeps_its_own_views(create_client: CreateClient, list_name: str, address: str) -> None:
    client = create_client("kg")
    assert views(keep(client, address, "Mine", list_name)) == {"Mine": address}
    assert views(page_of(client, "/activities")) == {}


@pytest.mark.parametrize(("address", "narrowing", "column"), [
    ("/meetings", "q=nothing-like-it", "date_from"), ("/decisions", "status=closed", "text"),
    ("/challenges", "status=closed", "title"),
    ("/finance/budget?period=Y1", "way=account&kind=account&key=none", "note"),
    ("/finance/spending?period=Y1", "period=Y2", "note"),
])
def test_other_lists_are_handed_over_as_they_are_shown(create_client: CreateClient, address: str, narrowing: str,
                                                       column: str) -> None:
    client = create_client("kg")
    link = html.fromstring(page_of(client, address)).xpath("//div[@class='listing']//a[contains(@href, 'workbook')]")
    every = sheet_of(client, link[0].get("href"), column)
    path, _, given = address.partition("?")
    kept = [one for one in given.split("&") if one and one.partition("=")[0] not in narrowing]
    some = sheet_of(client, f"{path}/workbook?{'&'.join((*kept, narrowing))}", column)
    assert len(some) < len(every)
    assert all(every)


def test_a_workbook_holds_all_pages_of_a_list(create_client: CreateClient) -> None:
    client = create_client("kg")
    before = len(sheet_of(client, "/challenges/workbook"))
    token = csrf(page_of(client, "/challenges/new"))
    for number in range(51):
        client.post("/challenges/new", data={"csrf_token": token, "title": f"Challenge {number}", "kind": "risk",
                                             "status": "open"})
    assert len(sheet_of(client, "/challenges/workbook")) == before + 51
    assert len(sheet_of(client, "/challenges/workbook?q=Challenge+50")) == 1


def test_a_view_is_a_persons_own_or_everybodys(create_client: CreateClient) -> None:
    client = create_client("kg")
    keep(client, "/activities?report=1", "Mine")
    keep(client, "/activities?report=1", "Ours", view_everybody="1")
    page = page_of(client, "/settings")
    client.post("/settings", data={"csrf_token": csrf(page), "person": "Deputy", "language": "en"})
    assert list(views(page_of(client, "/activities"))) == ["Ours"]


def test_a_view_without_a_name_or_of_no_list_is_refused(create_client: CreateClient) -> None:
    client = create_client("kg")
    assert "Enter a name for the view." in keep(client, "/workplan?period=Y2", "  ", "workplan")
    token = csrf(page_of(client, "/activities"))
    assert client.post("/views/nothing", data={"csrf_token": token, "view_name": "x"}).status_code == 404
    assert client.post("/views/activities/nothing/delete", data={"csrf_token": token}).status_code == 404


def test_a_view_leads_nowhere_but_to_its_list(create_client: CreateClient) -> None:
    client = create_client("kg")
    token = csrf(page_of(client, "/activities"))
    data = {"csrf_token": token, "view_name": "x", "_external": "1", "_scheme": "https", "endpoint": "home.show",
            "_anchor": "a", "q": "launch"}  # fmt: skip
    assert client.post("/views/activities", data=data).headers["Location"] == "/activities?q=launch"
    assert client.get("/activities?endpoint=x&_external=1&_scheme=evil").status_code == 200
