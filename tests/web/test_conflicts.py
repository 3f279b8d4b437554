"""Conflicts on screen: looked at, settled, and never in anybody's way."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask.testing import FlaskClient
from lxml import html

from server.base.clock import fixed_clock
from server.sync import heads
from server.web.database import engine
from tests.web.conftest import CreateClient, csrf
from tests.web.people import (
    Answers,
    answers_of,
    arrives,
    change_twice,
    conflicts_of,
    heads_of,
    keep_side,
    log_one,
    only_conflict,
    page_of,
    plan_one,
    send_form,
)

AR = {"Accept-Language": "ar"}
_LONG = "The conference brought three ministries together. " * 3


def _only_shown(client: FlaskClient) -> str:
    with client.application.app_context(), engine().connect() as connection:
        (issue,) = heads.issues(connection, ("value",))
    return f"/conflicts/{issue.id}"


class TestTheList:
    def test_values_of_one_record_stand_together_with_who_when_and_what_it_was_before(
        self, create_client: CreateClient
    ) -> None:
        client = create_client("kg")
        address = log_one(client, women="3")
        change_twice(client, address, {"title": "Conference in Osh", "women": "4"},
               {"title": "Conference in Naryn", "women": "5"})  # fmt: skip
        page = page_of(client, "/conflicts")
        (card,) = html.fromstring(page).xpath("//section[contains(@class, 'calls')]")
        assert [" ".join(c.itertext()).split()[0] for c in card.xpath(".//caption")] == ["Title", "Women"]
        said = unescape(page)
        for words in ("Conference in Osh", "Conference in Naryn", "What it was before", ">Conference</td>"):
            assert words in said
        assert said.count("(on this laptop)") == 4
        assert "20 Feb 2015" in said, "when its author's clock says it was"

    def test_a_clock_that_cannot_be_right_is_flagged_beside_the_value(self, create_client: CreateClient) -> None:
        client = create_client("kg", clock=fixed_clock("1980-01-01T12:00:00Z"))
        change_twice(client, log_one(client), {"title": "One"}, {"title": "Other"})
        page = page_of(client, "/conflicts")
        assert page.count("this clock cannot be right") == 2
        assert "The clock was wrong for 3 saves" in unescape(page)
        assert "1 Jan 1980" in page

    def test_nothing_in_dispute_is_said(self, create_client: CreateClient) -> None:
        page = page_of(create_client("kg"), "/conflicts")
        assert "No value is in dispute." in page
        assert "Other open questions" not in page


class TestTexts:
    @pytest.fixture
    def client(self, create_client: CreateClient) -> FlaskClient:
        client = create_client("kg")
        address = log_one(client, narrative=_LONG + "It ended on Friday.")
        change_twice(client, address, {"narrative": _LONG + "It ended on Saturday."},
               {"narrative": _LONG + "It ended on Friday with a plan."})  # fmt: skip
        return client

    def test_each_text_is_compared_with_what_it_was_before(self, client: FlaskClient) -> None:
        tree = html.fromstring(page_of(client, only_conflict(client)))
        marked = {(one.tag, one.text) for one in tree.xpath("//div[@class='versions']//*[self::ins or self::del]")}
        assert ("del", "Friday") in marked
        assert ("ins", "Saturday") in marked
        assert ("ins", " with a plan") in marked
        texts = ["".join(one.itertext()) for one in tree.xpath("//p[contains(@class, 'text')]")]
        assert texts[0].endswith("It ended on Friday.")
        assert all(one.get("dir") == "auto" for one in tree.xpath("//p[contains(@class, 'text')]"))

    def test_the_list_shows_where_they_differ(self, client: FlaskClient) -> None:
        cells = html.fromstring(page_of(client, "/conflicts")).xpath("//tbody/tr/td[1]")
        shown = ["".join(cell.itertext()) for cell in cells]
        assert any("with a plan" in text for text in shown)
        assert all(len(text) < len(_LONG) for text in shown), "not the same beginning of each"

    def test_it_can_be_written_anew_in_place_of_both(self, client: FlaskClient) -> None:
        address = only_conflict(client)
        page = page_of(client, address)
        assert "It ended on" in answers_of(page)["value"][0], "the form begins with what is shown"
        assert send_form(client, f"{address}/write", page, value="It ended well.") == "/conflicts"
        after = page_of(client, "/conflicts")
        assert "Settled. Your choice travels with the next dispatch." in after
        assert "No value is in dispute." in after

    @pytest.mark.parametrize("kept", ["Saturday", "with a plan"])
    def test_one_of_them_is_kept(self, client: FlaskClient, kept: str) -> None:
        address = only_conflict(client)
        assert "No value is in dispute." in keep_side(client, page_of(client, address), kept)
        assert page_of(client, address, 404)

    def test_it_stands_in_arabic_from_right_to_left(self, client: FlaskClient) -> None:
        for address in ("/conflicts", only_conflict(client)):
            assert '<html lang="ar" dir="rtl">' in page_of(client, address, headers=AR)


class TestWhatCameMeanwhile:
    """A choice replaces what its page displayed, and nothing that arrived since."""

    @pytest.fixture
    def client(self, create_client: CreateClient) -> FlaskClient:
        client = create_client("kg")
        self.address = log_one(client)
        self.old = page_of(client, f"{self.address}/edit")
        change_twice(client, self.address, {"title": "One"}, {"title": "Two"})
        return client

    def _third(self, client: FlaskClient) -> None:
        send_form(client, f"{self.address}/edit", self.old, title="Three")

    def test_keeping_a_side(self, client: FlaskClient) -> None:
        page = page_of(client, "/conflicts")
        self._third(client)
        after = unescape(keep_side(client, page, "One"))
        assert "Your choice is kept. Another value came in meanwhile: look at the two." in after
        shown = html.fromstring(after).xpath("//tbody/tr/td[1]")
        assert {"".join(cell.itertext()).strip() for cell in shown} == {"One", "Three"}

    def test_writing_it_anew(self, client: FlaskClient) -> None:
        address = only_conflict(client)
        page = page_of(client, address)
        self._third(client)
        send_form(client, f"{address}/write", page, value="Four")
        shown = html.fromstring(page_of(client, "/conflicts")).xpath("//tbody/tr/td[1]")
        assert {"".join(cell.itertext()).strip() for cell in shown} == {"Four", "Three"}

    def test_two_choices_from_the_same_page_are_a_conflict_between_the_choices(self, client: FlaskClient) -> None:
        address = only_conflict(client)
        page = page_of(client, address)
        self._third(client)
        send_form(client, f"{address}/write", page, value="Four")
        send_form(client, f"{address}/write", page, value="Five")
        shown = html.fromstring(page_of(client, "/conflicts")).xpath("//tbody/tr/td[1]")
        assert {"".join(cell.itertext()).strip() for cell in shown} == {"Four", "Five", "Three"}

    def test_a_side_that_is_not_there_any_more(self, client: FlaskClient) -> None:
        page = page_of(client, "/conflicts")
        self._third(client)
        keep_side(client, page, "One")
        assert "This value was replaced meanwhile" in keep_side(client, page, "Two")

    def test_a_side_that_nobody_displayed(self, client: FlaskClient) -> None:
        before = page_of(client, "/conflicts")
        for wrong in ("9", "-1", "x", ""):
            after = keep_side(client, before, "One", side=wrong)
            assert "This value was replaced meanwhile" in after
            assert len(conflicts_of(client)) == 1


class TestQuestions:
    """Every field is asked for in its own form, and by the rules of its record."""

    @pytest.mark.parametrize(("one", "other", "typed", "shown"), [
        ({"amount": "1000"}, {"amount": "2000"}, {"value": "1.500,50"}, "1500.50"),
        ({"status": "ongoing"}, {"status": "delayed"}, {"value": "completed"}, "completed"),
        ({"position": "1"}, {"position": "2"}, {"value": "3"}, "3"),
        ({"quarters": ["1"]}, {"quarters": ["2"]}, {"value": ["3", "4"]}, "3 4"),
        ({"responsible": "UNDP"}, {"responsible": "IOM"}, {"value": "Both"}, "Both"),
    ], ids=["amount", "state", "number", "several", "words"])  # fmt: skip
    def test_a_line_of_the_plan(
        self, create_client: CreateClient, one: Answers, other: Answers, typed: Answers, shown: str
    ) -> None:
        client = create_client("kg")
        line = plan_one(client, "Train")
        change_twice(client, line, one, other)
        address = only_conflict(client)
        send_form(client, f"{address}/write", page_of(client, address), **typed)
        found = answers_of(page_of(client, f"{line}/edit"))[next(iter(one))]
        assert " ".join(found) == shown
        assert conflicts_of(client) == []

    def test_a_date_and_a_record_it_names(self, create_client: CreateClient) -> None:
        client = create_client("kg")
        address = log_one(client)
        form = html.fromstring(page_of(client, f"{address}/edit"))
        options = form.xpath("//select[@name='lead_agency_id']/option/@value")
        change_twice(client, address, {"date_from-month": "3", "lead_agency_id": options[1]},
               {"date_from-month": "4", "lead_agency_id": options[2]})  # fmt: skip
        dated, led = sorted(conflicts_of(client), key=lambda one: "value-year" not in page_of(client, one))
        assert "March 2014" in page_of(client, dated)
        send_form(client, f"{dated}/write", page_of(client, dated), **{"value-day": "5", "value-month": "5"})
        assert options[1] in page_of(client, led)
        send_form(client, f"{led}/write", page_of(client, led), value=options[1])
        answers = answers_of(page_of(client, f"{address}/edit"))
        assert (answers["date_from-day"], answers["date_from-month"]) == (["5"], ["5"])
        assert answers["lead_agency_id"] == [options[1]]

    def test_a_value_against_the_rules_settles_nothing_and_says_why(self, create_client: CreateClient) -> None:
        client = create_client("kg")
        change_twice(client, log_one(client), {"title": "One"}, {"title": "Two"})
        address = only_conflict(client)
        answer = client.post(f"{address}/write", data=answers_of(page_of(client, address), value=" "))
        assert answer.status_code == 422
        assert 'aria-invalid="true"' in answer.get_data(as_text=True)
        assert conflicts_of(client) == [address]

    def test_a_side_can_be_kept_whatever_the_rules_say_of_the_rest(self, create_client: CreateClient) -> None:
        client = create_client("kg")
        change_twice(client, log_one(client, women="2", men="2", participants="4"), {"women": "1", "men": "3"},
               {"women": "3", "men": "1"})  # fmt: skip
        for _field in ("women", "men"):
            page = page_of(client, conflicts_of(client)[0])
            assert "Settled" in keep_side(client, page, ": 3")
        assert conflicts_of(client) == []


@pytest.mark.parametrize(("button", "there"), [("Keep it", True), ("Delete it", False)])
def test_a_record_that_was_changed_while_it_was_deleted_is_kept_or_deleted(
    create_client: CreateClient, button: str, there: bool
) -> None:
    client = create_client("kg")
    address = log_one(client)
    activity = address.rsplit("/", 1)[1]
    known = heads_of(client, "activity", activity)
    send_form(client, f"{address}/edit", page_of(client, f"{address}/edit"), title="Conference in Osh")
    arrives(client, "activity", activity, {"deleted": 1}, known, 1)
    page = page_of(client, only_conflict(client))
    for words in ("Kept or deleted?", "Delete the record", "Keep the record, as changed", "Conference in Osh"):
        assert words in page
    assert html.fromstring(page).xpath("string(//section[.//span[contains(@class, 'on')]]//dd)") == "Conference in Osh"
    keep_side(client, page, button)
    assert conflicts_of(client) == []
    assert ("Conference in Osh" in page_of(client, "/activities")) is there


class TestHeadquarters:
    def test_an_offices_conflict_is_shown_with_the_reason_why_it_is_not_settled_here(
        self, create_client: CreateClient
    ) -> None:
        hq = create_client("hq")
        page = page_of(hq, "/activities")
        theirs = html.fromstring(page).xpath("//td[contains(@class, 'title')]//a/@href")[0]
        assert theirs
        activity = str(theirs).rsplit("/", 1)[1]
        known = heads_of(hq, "activity", activity)
        for laptop, title in ((1, "One title"), (2, "Another title")):
            arrives(hq, "activity", activity, {"title": title}, known, laptop)
        address = _only_shown(hq)
        for place in ("/conflicts", address):
            shown = unescape(page_of(hq, place))
            assert "The office that owns this record chooses; its choice comes with its next dispatch." in shown
            assert "Keep this" not in shown
            assert "Or write it anew" not in shown
        sent = {"csrf_token": csrf(page_of(hq, "/settings")), "side": "0", "back": "list"}
        assert "belongs to another office" in page_of(hq, hq.post(address, data=sent).headers["Location"])
        assert hq.post(f"{address}/write", data={**sent, "value": "Mine"}).status_code == 409


class TestNobodyIsBlocked:
    def test_the_record_says_so_and_can_be_changed_as_ever(self, create_client: CreateClient) -> None:
        client = create_client("kg")
        address = log_one(client)
        change_twice(client, address, {"title": "One"}, {"title": "Two"})
        for place in (address, f"{address}/edit"):
            assert f'href="{only_conflict(client)}"' in page_of(client, place)
        send_form(client, f"{address}/edit", page_of(client, f"{address}/edit"), place="Osh")
        assert "Osh" in page_of(client, address)
        assert len(conflicts_of(client)) == 1, "a save of something else settles nothing"
        send_form(client, f"{address}/edit", page_of(client, f"{address}/edit"), title="Three")
        shown = html.fromstring(page_of(client, "/conflicts")).xpath("//tbody/tr/td[1]")
        assert "Three" in {"".join(cell.itertext()).strip() for cell in shown}
        assert len(shown) == 2, "an ordinary save replaces only what it displayed"

    def test_the_report_is_made_and_its_check_up_leads_to_the_choice(self, create_client: CreateClient) -> None:
        client = create_client("kg")
        change_twice(client, log_one(client), {"title": "One"}, {"title": "Two"})
        listed = html.fromstring(page_of(client, "/reports")).xpath("//tbody//th//a/@href")
        report = next(address for address in listed if "Year 1" in page_of(client, str(address)))
        page = unescape(page_of(client, str(report)))
        assert re.search(rf'<a href="{only_conflict(client)}">[^<]*has several values for “Title”: choose one', page)
        assert client.get(f"{report}/pages").mimetype == "application/pdf"

    def test_what_is_not_on_the_list_any_more_is_not_dropped_by_a_save(self, create_client: CreateClient) -> None:
        client = create_client("kg")
        line = plan_one(client, "Train")
        address = log_one(client, planned_id=line.rsplit("/", 1)[1])
        client.post(f"{line}/delete", data={"csrf_token": csrf(page_of(client, f"{line}/edit"))})
        assert "belongs to what was deleted: “Train”" in unescape(page_of(client, "/conflicts"))
        send_form(client, f"{address}/edit", page_of(client, f"{address}/edit"), place="Osh")
        assert answers_of(page_of(client, f"{address}/edit"))["planned_id"] == [line.rsplit("/", 1)[1]]
        client.post(f"{line}/restore", data={"csrf_token": csrf(page_of(client, "/workplan/new"))})
        assert "belongs to what was deleted" not in unescape(page_of(client, "/conflicts"))
