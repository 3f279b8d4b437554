"""Endorsements, parts of lines and acceptances on screen: what overtook them is told until somebody mends it."""

from __future__ import annotations

from html import unescape

import pytest
from flask.testing import FlaskClient
from lxml import html

from server.web.database import engine
from tests.web.conftest import CreateClient
from tests.web.people import answers_of, arrives, heads_of, page_of, plan_one, send_form


class TestEndorsement:
    @pytest.fixture
    def client(self, create_client: CreateClient) -> FlaskClient:
        client = create_client("kg")
        self.line = plan_one(client, "Train", amount="1000")
        return client

    def _endorse(self, client: FlaskClient, page: str, **more: str) -> str:
        data = {**answers_of(page, "/endorse"), **more}
        data.pop("back", None) if "back" not in more else None
        return page_of(client, client.post(f"{self.line}/endorse", data=data).headers["Location"])

    def test_another_budget_is_told_until_the_endorsement_is_noted_again(self, client: FlaskClient) -> None:
        edit = f"{self.line}/edit"
        assert "The board endorsed this line on 20 February 2015." in self._endorse(client, page_of(client, edit))
        assert ">Endorsed<" in page_of(client, "/workplan?period=Y2")
        send_form(client, edit, page_of(client, edit), amount="1500")
        for place in (edit, "/conflicts"):
            told = "The board endorsed another budget: the amount of “Train” was changed."
            assert told in unescape(page_of(client, place))
        assert "Changed since it was endorsed" in page_of(client, "/workplan?period=Y2")
        self._endorse(client, page_of(client, edit))
        assert "The board endorsed another budget" not in page_of(client, "/conflicts")

    def test_noting_it_again_from_an_old_page_does_not_settle_it(self, client: FlaskClient) -> None:
        edit = f"{self.line}/edit"
        self._endorse(client, page_of(client, edit))
        old = page_of(client, edit)
        send_form(client, edit, page_of(client, edit), amount="1500")
        self._endorse(client, old)
        assert "The board endorsed another budget" in page_of(client, "/conflicts")

    def test_it_can_be_taken_back(self, client: FlaskClient) -> None:
        edit = f"{self.line}/edit"
        self._endorse(client, page_of(client, edit))
        send_form(client, edit, page_of(client, edit), amount="1500")
        page = self._endorse(client, page_of(client, edit), back="1")
        assert "The endorsement is taken back." in page
        assert "The board endorsed" not in page_of(client, "/conflicts")

    def test_how_far_it_is_was_not_endorsed(self, client: FlaskClient) -> None:
        edit = f"{self.line}/edit"
        self._endorse(client, page_of(client, edit))
        send_form(client, edit, page_of(client, edit), status="ongoing", note="Begun")
        assert "endorsed" not in page_of(client, "/conflicts")

    def test_a_day_that_is_none_is_said(self, client: FlaskClient) -> None:
        data = {**answers_of(page_of(client, f"{self.line}/edit"), "/endorse"), "endorsed-year": "soon"}
        data.pop("back", None)
        answer = client.post(f"{self.line}/endorse", data=data)
        assert answer.status_code == 422
        assert "Enter the year with four digits" in answer.get_data(as_text=True)


def test_parts_stand_below_their_line_and_a_ring_keeps_nobody_from_working(create_client: CreateClient) -> None:
    client = create_client("kg")
    one, two = plan_one(client, "Training of trainers"), plan_one(client, "First session")
    ids = [line.rsplit("/", 1)[1] for line in (one, two)]
    first, second = page_of(client, f"{one}/edit"), page_of(client, f"{two}/edit")
    known = heads_of(client, "planned_activity", ids[0])
    send_form(client, f"{two}/edit", second, part_of_id=ids[0])
    tree = html.fromstring(page_of(client, "/workplan?period=Y2"))
    titles = ["".join(cell.itertext()) for cell in tree.xpath("//td[contains(@class, 'indent-1')]")]
    assert [title.split(":")[1].strip() for title in titles] == ["First session"]
    assert ids[1] not in answers_of(page_of(client, f"{one}/edit"))["part_of_id"]
    offered = html.fromstring(page_of(client, f"{one}/edit")).xpath("//select[@name='part_of_id']/option/@value")
    assert not {ids[0], ids[1]} & set(offered), "neither itself nor its own part"
    refused = client.post(f"{one}/edit", data=answers_of(first, part_of_id=ids[1]))
    assert refused.status_code == 422
    arrives(client, "planned_activity", ids[0], {"part_of_id": ids[1]}, known, 1)
    page = unescape(page_of(client, "/conflicts"))
    assert "are parts of each other. “Training of trainers” stands on its own until that is settled." in page
    send_form(client, f"{one}/edit", page_of(client, f"{one}/edit"), note="Begun")
    assert "are parts of each other" in page_of(client, "/conflicts"), "a save of something else settles nothing"
    send_form(client, f"{one}/edit", page_of(client, f"{one}/edit"), part_of_id="")
    assert "are parts of each other" not in page_of(client, "/conflicts")


def test_what_is_ticked_is_kept(create_client: CreateClient) -> None:
    client = create_client("kg")
    line = plan_one(client, "Train", quarters=["1", "3"])
    assert answers_of(page_of(client, f"{line}/edit"))["quarters"] == ["1", "3"]
    send_form(client, f"{line}/edit", page_of(client, f"{line}/edit"), note="Begun")
    assert answers_of(page_of(client, f"{line}/edit"))["quarters"] == ["1", "3"], "a save of something else keeps it"


def test_a_text_changed_after_headquarters_accepted_it_is_told_there(create_client: CreateClient) -> None:
    hq = create_client("hq")
    listed = html.fromstring(page_of(hq, "/reports")).xpath("//a[starts-with(@href, '/reports/')]/@href")
    theirs = next(str(address) for address in listed if 'name="verdict"' in page_of(hq, str(address)))
    page = page_of(hq, theirs)
    data = {**answers_of(page, "/review"), "verdict": "accepted", "text": ""}
    old = {**answers_of(page, "/review"), "verdict": "accepted", "text": ""}
    assert hq.post(f"{theirs}/review", data=data).status_code == 302
    assert "headquarters accepted" not in page_of(hq, "/conflicts")
    with hq.application.app_context(), engine().connect() as connection:
        query = "SELECT id FROM report_section WHERE report_id = ? AND text IS NOT NULL ORDER BY id LIMIT 1"
        (section,) = connection.exec_driver_sql(query, (theirs.rsplit("/", 1)[1],)).one()
    arrives(hq, "report_section", section, {"text": "All another text."}, heads_of(hq, "report_section", section), 1)
    said = "is not the text any more that headquarters accepted."
    assert said in unescape(page_of(hq, "/conflicts"))
    assert said in unescape(page_of(hq, theirs))
    hq.post(f"{theirs}/review", data=old)
    assert said in unescape(page_of(hq, "/conflicts")), "accepted from a page that showed the old text"
    hq.post(f"{theirs}/review", data={**answers_of(page_of(hq, theirs), "/review"), "verdict": "accepted", "text": ""})
    assert said not in unescape(page_of(hq, "/conflicts"))
