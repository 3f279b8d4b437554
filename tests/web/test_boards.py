"""Boards: their members, meetings with who came, and decisions that stay open until somebody closes them."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from lxml import html

from tests.services.world import rows
from tests.web.conftest import CreateClient, csrf
from tests.web.people import answers_of, conflicts_of, page_of, send_form

LANGUAGES = pytest.mark.parametrize("language", ["en", "ar"])


def first(client: FlaskClient, address: str) -> str:
    """The address behind the first title of a list."""
    found = html.fromstring(page_of(client, address)).xpath("//td[contains(@class, 'title')]/a/@href")
    assert found, address
    return str(found[0])


def titles(client: FlaskClient, address: str) -> list[str]:
    """The titles of a list."""
    return [one.text_content() for one in
            html.fromstring(page_of(client, address)).xpath("//td[contains(@class, 'title')]/a")]


def new_meeting(client: FlaskClient, **answers: str) -> str:
    """Add a meeting of the office's first board; its address."""
    board = first(client, "/boards").rpartition("/")[2]
    page = page_of(client, f"/meetings/new?board={board}")
    return send_form(client, f"/meetings/new?board={board}", page,
                     **{"title": "Second meeting", "date_from-year": "2015", **answers})


def decide(client: FlaskClient, meeting: str, **answers: str) -> str:
    """Enter a decision of a meeting; its address."""
    address = f"/decisions/new?meeting={meeting.rpartition('/')[2]}"
    send_form(client, address, page_of(client, address), text="The plan is endorsed.", **answers)
    tree = html.fromstring(page_of(client, meeting))
    return str(tree.xpath("//ol//a/@href")[-1])


def line(page: str, institution: str) -> str:
    """The id of the attendance line that names an institution."""
    (found,) = html.fromstring(page).xpath(f"//input[@value='{institution}'][starts-with(@name, 'institution-')]/@name")
    return str(found).removeprefix("institution-")


def blank(page: str) -> str:
    """The id of the first line that names nobody."""
    return str(html.fromstring(page).xpath("//input[@value=''][starts-with(@name, 'institution-')]/@name")[0])[12:]


def counts(client: FlaskClient, query: str) -> list[tuple[object, ...]]:
    """Rows of the client's database."""
    return rows(client.application.extensions["valise.config"].data, query)


def test_a_board_is_added_found_changed_deleted_and_brought_back(create_client: CreateClient) -> None:
    client = create_client("kg")
    address = send_form(client, "/boards/new", page_of(client, "/boards/new"), name="Working group on data",
                        kind="working_group", tor_stage="draft", **{"tor_dated-year": "2015", "tor_dated-month": "2"})
    page = page_of(client, address)
    assert "Working group on data" in page
    assert "February 2015" in page
    assert ">Kyrgyzstan<" in page, "the office's own country goes without asking"
    assert titles(client, "/boards?q=DATA") == titles(client, "/boards?kind=working_group") == ["Working group on data"]
    send_form(client, f"{address}/edit", page_of(client, f"{address}/edit"), name="Data group")
    client.post(f"{address}/delete", data={"csrf_token": csrf(page)})
    listed = page_of(client, "/boards")
    assert f"{address}/restore" in listed, "the next page offers Undo"
    assert "Data group" not in titles(client, "/boards")
    client.post(f"{address}/restore", data={"csrf_token": csrf(listed)})
    assert "Data group" in titles(client, "/boards")


@LANGUAGES
def test_a_member_sits_until_it_is_taken_away(create_client: CreateClient, language: str) -> None:
    client = create_client("kg")
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
    board = first(client, "/boards")
    action = f"{board}/members"
    page = page_of(client, board)
    client.post(action, data=answers_of(page, action, institution="Ministry of Health", role="co-chair"))
    page = page_of(client, board)
    assert "<bdi>Ministry of Health</bdi>" in page
    refused = client.post(action, data=answers_of(page, action, institution=" ", role="chair"))
    assert refused.status_code == 422
    assert '<option value="chair" selected>' in refused.get_data(as_text=True), "what was typed stays"
    place = page.index("<bdi>Ministry of Health</bdi>")
    away = re.search(r'action="(/boards/[^"]+/away)"', page[place:])
    assert away
    client.post(away[1], data={"csrf_token": csrf(page)})
    left = page_of(client, board)
    assert "<bdi>Ministry of Health</bdi>" not in left
    client.post(away[1].replace("/away", "/back"), data={"csrf_token": csrf(left)})
    assert "<bdi>Ministry of Health</bdi>" in page_of(client, board)


@LANGUAGES
def test_who_came_is_entered_in_one_table_and_added_up(create_client: CreateClient, language: str) -> None:
    client = create_client("kg")
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
    meeting = new_meeting(client)
    address = f"{meeting}/attendance"
    page = page_of(client, address)
    iom, new = line(page, "IOM"), blank(page)
    answers = {f"women-{iom}": "٢" if language == "ar" else "2", f"men-{iom}": "1", f"other-{iom}": "4",
               f"institution-{new}": "Press", f"men-{new}": "3"}
    send_form(client, address, page, **answers)
    query = ("SELECT institution, women, men, participants FROM meeting_attendance WHERE meeting_id = "
             f"'{meeting.rpartition('/')[2]}' ORDER BY institution")
    assert counts(client, query) == [("IOM", 2, 1, 7), ("Press", None, 3, 3)], "members without a number are left out"
    whole = f"SELECT women, men, participants FROM meeting WHERE id = '{meeting.rpartition('/')[2]}'"
    assert counts(client, whole) == [(2, 4, 10)]
    cells = html.fromstring(page_of(client, meeting)).xpath("//tr[@class='total']/td/text()")
    assert [cell.strip() for cell in cells] == (["٢", "٤", "٤", "١٠"] if cells[0].strip() == "٢" else
                                                ["2", "4", "4", "10"])
    page = page_of(client, address)
    assert f'name="women-{meeting.rpartition("/")[2]}" value=""' in page, "the sum is not typed for them"
    send_form(client, address, page, **{f"institution-{new}": "", f"men-{new}": ""})
    assert "<bdi>Press</bdi>" not in page_of(client, meeting), "a line that was emptied is gone"
    assert counts(client, whole) == [(2, 1, 7)]


def test_what_is_wrong_with_who_came_stands_at_its_cell_and_nothing_typed_is_lost(create_client: CreateClient) -> None:
    client = create_client("kg")
    meeting = new_meeting(client)
    address, id = f"{meeting}/attendance", meeting.rpartition("/")[2]
    page = page_of(client, address)
    iom, new = line(page, "IOM"), blank(page)
    wrong = answers_of(page, **{f"women-{iom}": "several", f"men-{iom}": "5"})
    answer = client.post(address, data=wrong)
    shown = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'value="several"' in shown
    assert "Enter a whole number" in shown
    wrong = answers_of(page, **{f"men-{new}": "5", f"men-{iom}": "3", f"other-{id}": "1"})
    shown = client.post(address, data=wrong).get_data(as_text=True)
    assert f'href="#institution-{new}">Enter the institution.' in shown
    assert f'href="#men-{id}">The institutions together have more' in shown
    assert counts(client, f"SELECT count(*) FROM meeting_attendance WHERE meeting_id = '{id}'") == [(0,)]
    more = client.post(address, data={**answers_of(page, **{f"men-{iom}": "5"}), "more": "1"})
    assert more.status_code == 200
    assert more.get_data(as_text=True).count('name="institution-') == page.count('name="institution-') + 3
    assert f'name="men-{iom}" value="5"' in more.get_data(as_text=True)


def test_only_the_whole_may_be_known_of_who_came(create_client: CreateClient) -> None:
    client = create_client("kg")
    meeting = new_meeting(client)
    address, id = f"{meeting}/attendance", meeting.rpartition("/")[2]
    send_form(client, address, page_of(client, address), **{f"women-{id}": "12", f"other-{id}": "30"})
    query = f"SELECT women, men, participants FROM meeting WHERE id = '{id}'"
    assert counts(client, query) == [(12, None, 42)]
    page = page_of(client, address)
    assert f'name="other-{id}" value="30"' in page
    send_form(client, address, page)
    assert counts(client, query) == [(12, None, 42)], "saving it once more changes nothing"


def test_a_draft_of_who_came_is_kept_with_its_lines(create_client: CreateClient) -> None:
    client = create_client("kg")
    meeting = new_meeting(client)
    page = page_of(client, f"{meeting}/attendance")
    new = blank(page)
    kept = re.search(r'hx-post="(/drafts/[^"]+)"', page)
    assert kept
    client.post(kept[1], data=answers_of(page, **{f"institution-{new}": "Press", f"men-{new}": "3"}))
    page = page_of(client, f"{meeting}/attendance")
    assert line(page, "Press") == new
    assert f'name="men-{new}" value="3"' in page
    send_form(client, f"{meeting}/attendance", page)
    assert "<bdi>Press</bdi>" in page_of(client, meeting)


def test_two_tables_opened_at_once_make_a_conflict_of_what_both_changed(create_client: CreateClient) -> None:
    client = create_client("kg")
    meeting = new_meeting(client)
    address = f"{meeting}/attendance"
    page = page_of(client, address)
    iom = line(page, "IOM")
    send_form(client, address, page, **{f"women-{iom}": "1"})
    one, other = page_of(client, address), page_of(client, address)
    send_form(client, address, one, **{f"women-{iom}": "2"})
    send_form(client, address, other, **{f"women-{iom}": "3"})
    assert conflicts_of(client)
    told = page_of(client, "/conflicts")
    assert "Attendance of a meeting" in told
    assert f'href="{meeting}"' in told, "a conflict leads to the page of its record"


def test_a_meeting_leads_to_its_printed_record(create_client: CreateClient) -> None:
    client = create_client("kg")
    meeting = first(client, "/meetings")
    (printing,) = html.fromstring(page_of(client, meeting)).xpath("//a[starts-with(@href, '/print')]/@href")
    assert "kind=meeting" in printing
    assert "/print/page" in page_of(client, printing)
    alone = new_meeting(client, **{"date_from-year": "1999"})
    assert "lies in no reporting period" in page_of(client, alone)


def test_overdue_decisions_come_first_and_are_closed_with_one_click(create_client: CreateClient) -> None:
    client = create_client("kg")
    meeting = first(client, "/meetings")
    late = decide(client, meeting, action="Send the letter", owner="Country office", **{"due-year": "2014"})
    listed = page_of(client, "/decisions")
    assert titles(client, "/decisions")[0] == "Send the letter"
    assert titles(client, "/decisions?status=overdue") == ["Send the letter"]
    assert "Overdue" in listed
    assert f'href="{late}"' in page_of(client, "/"), "Home leads to it"
    row = client.post(f"{late}/close", data=answers_of(listed, f"{late}/close"), headers={"HX-Request": "true"})
    text = row.get_data(as_text=True)
    assert text.startswith("<tr")
    assert f'action="{late}/reopen"' in text
    assert "Send the letter" not in titles(client, "/decisions")
    assert titles(client, "/decisions?status=closed&q=LETTER") == ["Send the letter"]
    assert counts(client, f"SELECT status, closed FROM decision WHERE id = '{late.rpartition('/')[2]}'") == [
        ("closed", "2015-02-20")]


def test_closing_works_without_script_and_can_be_undone(create_client: CreateClient) -> None:
    client = create_client("kg")
    listed = page_of(client, "/decisions")
    title = titles(client, "/decisions")[0]
    close = str(html.fromstring(listed).xpath("//form[contains(@action, '/close')]/@action")[0])
    assert client.post(close, data=answers_of(listed, close)).status_code == 302
    after = page_of(client, "/decisions")
    assert title not in titles(client, "/decisions")
    undo = close.replace("/close", "/reopen")
    assert f'action="{undo}"' in after
    client.post(undo, data={"csrf_token": csrf(after)})
    assert title in titles(client, "/decisions")


def test_a_decision_closed_from_a_stale_page_keeps_both_values(create_client: CreateClient) -> None:
    client = create_client("kg")
    one = first(client, "/decisions")
    stale = page_of(client, "/decisions")
    send_form(client, f"{one}/edit", page_of(client, f"{one}/edit"), status="closed", **{"closed-year": "2015"})
    assert client.post(f"{one}/close", data=answers_of(stale, f"{one}/close")).status_code == 302
    assert "Closed on" in page_of(client, "/conflicts")


def test_what_is_wrong_with_a_decision_is_said_and_nothing_typed_is_lost(create_client: CreateClient) -> None:
    client = create_client("kg")
    meeting = first(client, "/meetings").rpartition("/")[2]
    address = f"/decisions/new?meeting={meeting}"
    answers = answers_of(page_of(client, address), action="Send the letter", **{"due-day": "31", "due-month": "2",
                                                                               "due-year": "2015"})
    answer = client.post(address, data=answers)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "is not in the calendar" in page
    assert 'value="Send the letter"' in page
    answers = answers_of(page_of(client, address), text="Agreed", action="Send the letter")
    page = client.post(address, data=answers).get_data(as_text=True)
    assert "Enter who carries out the action." in page
    again = client.post(address, data={**answers, "owner": "Country office", "another": "1"})
    assert again.headers["Location"] == address


@LANGUAGES
def test_headquarters_reads_the_offices_boards_and_changes_none(create_client: CreateClient, language: str) -> None:
    hq = create_client("hq")
    hq.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
    assert "<bdi>Kyrgyzstan country office</bdi>" in page_of(hq, "/boards")
    board = first(hq, "/boards?q=Kyrgyzstan")
    page = page_of(hq, board)
    assert "/edit" not in page
    assert "/members" not in page
    meeting = str(html.fromstring(page).xpath("//a[starts-with(@href, '/meetings/')]/@href")[0])
    assert "/attendance" not in page_of(hq, meeting)
    office = counts(hq, "SELECT id FROM office WHERE code = 'KG'")[0][0]
    assert "/close" not in page_of(hq, f"/decisions?office={office}")
    decision = first(hq, f"/decisions?office={office}")
    for address in (f"{board}/delete", f"{meeting}/delete", f"{decision}/close", f"{meeting}/attendance"):
        answer = hq.post(address, data={"csrf_token": csrf(page_of(hq, "/settings"))})
        assert answer.status_code == 422, address


def test_an_office_sees_its_own_boards_only(create_client: CreateClient) -> None:
    client = create_client("kg")
    assert titles(client, "/boards?office=anything") == titles(client, "/boards") == [
        "National Project Board of Kyrgyzstan"]


def test_an_empty_list_says_what_belongs_there(create_client: CreateClient) -> None:
    client = create_client("hq-empty")
    for address, words in (("/boards?q=zebra", "Nothing fits"), ("/decisions?q=zebra", "Nothing fits")):
        assert words in page_of(client, address)
    kg = create_client("jm")
    assert "Every meeting of a board belongs here" in page_of(kg, "/meetings")
    assert "No decision is open." in page_of(kg, "/decisions")


def test_a_form_left_unsaved_is_found_on_home(create_client: CreateClient) -> None:
    client = create_client("kg")
    board = first(client, "/boards").rpartition("/")[2]
    client.post(f"/drafts/meeting/new/{board}", data=answers_of(page_of(client, "/meetings/new"), title="Half typed"))
    client.post("/drafts/lesson/new", data=answers_of(page_of(client, "/lessons/new"), title="Half learnt"))
    page = page_of(client, "/")
    assert f'href="/meetings/new?board={board}"' in page
    assert 'href="/lessons/new"' in page
    assert 'value="Half typed"' in page_of(client, f"/meetings/new?board={board}")
