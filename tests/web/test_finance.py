"""Finance: sums that are the financial statement's, each with its addends; records entered one by one and as a grid."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from lxml import html

from server.base.money import parse_amount
from tests.web.conftest import CreateClient, csrf
from tests.web.people import answers_of, arrives, conflicts_of, heads_of, page_of, send_form

AR = {"Accept-Language": "ar"}


def amount(text: str) -> Decimal:
    return parse_amount(re.sub(r"[^\d.,-]", "", text))


def test_the_sums_of_headquarters_are_those_of_the_report(create_client: CreateClient) -> None:
    page = page_of(create_client("hq"), "/finance/funding?period=Y1")
    for words in ("USD\u00a0822,771.00", "USD\u00a0454,464.00", "USD\u00a0274,594.56",
                  "USD\u00a0368,307.00 is still to come", "60.4% of what was received",
                  "33.4% of what was confirmed"):  # fmt: skip
        assert words in page, words


@pytest.mark.parametrize("folder", ["hq", "kg"])
@pytest.mark.parametrize("tab", ["budget", "spending"])
@pytest.mark.parametrize("by", ["account", "output", "place"])
def test_every_sum_leads_to_records_that_add_up_to_it(
    create_client: CreateClient, folder: str, tab: str, by: str
) -> None:
    client = create_client(folder)
    page = html.fromstring(page_of(client, f"/finance/{tab}?period=Y1&by={by}"))
    links = page.xpath("//section[@aria-labelledby='sums-title']//td/a")
    assert len(links) >= 4
    for link in links:
        addends = html.fromstring(page_of(client, link.get("href")))
        rows = addends.xpath("//section[@aria-labelledby='list-title']//tbody/tr")
        told = [amount(row.xpath("./td[@class='figure']")[0].text_content()) for row in rows] or [Decimal(0)]
        assert sum(told[:-1], Decimal(0)) == told[-1] == amount(link.text_content()), link.get("href")


def test_what_was_spent_so_far_adds_up_over_periods(create_client: CreateClient) -> None:
    client = create_client("hq")
    page = html.fromstring(page_of(client, "/finance/funding?period=Y2"))
    link = page.xpath("//a[contains(@href, 'so_far')]")[0]
    assert amount(link.text_content()) == Decimal("274594.56")
    addends = html.fromstring(page_of(client, link.get("href")))
    (total,) = addends.xpath("//section[@aria-labelledby='list-title']//tr[@class='total']")
    assert "274,594.56" in total.text_content()


def test_funding_is_of_headquarters(create_client: CreateClient) -> None:
    client = create_client("kg")
    page_of(client, "/finance/funding", status=404)
    page_of(client, "/finance/new/commitment", status=404)
    assert client.get("/finance").headers["Location"] == "/finance/spending"
    assert "Funding" not in page_of(client, "/finance/spending")


def test_headquarters_reads_an_offices_record_and_changes_nothing(create_client: CreateClient) -> None:
    client = create_client("hq")
    listed = html.fromstring(page_of(client, "/finance/spending?period=Y1"))
    row = next(row for row in listed.xpath("//tr") if row.xpath("./td[text()='KG']"))
    address = row.xpath(".//a/@href")[0]
    page = page_of(client, address)
    assert "This record belongs to Kyrgyzstan country office" in page
    assert html.fromstring(page).xpath("//form[@data-main]") == []
    token = csrf(page_of(client, "/finance/new/expenditure"))
    answer = client.post(address, data={"csrf_token": token, "amount": "1", "currency": "USD"})
    assert answer.status_code == 422
    assert "belongs to another office" in answer.get_data(as_text=True)


def test_a_commitment_and_its_instalments_are_entered(create_client: CreateClient) -> None:
    client = create_client("hq")
    page = page_of(client, "/finance/new/commitment")
    donor = html.fromstring(page).xpath("//select[@name='donor_id']/option[2]/@value")[0]
    where = send_form(client, "/finance/new/commitment", page, donor_id=donor, title="Third part", amount="1.000,00")
    assert "USD\u00a01,000.00" in page_of(client, where)
    page = page_of(client, "/finance/new/instalment")
    known = html.fromstring(page).xpath("//select[@name='commitment_id']/option[normalize-space()='Third part']/@value")
    answers = answers_of(page, commitment_id=known[0], amount="1001")
    refused = client.post("/finance/new/instalment", data=answers)
    assert "more would be received than was promised" in refused.get_data(as_text=True)
    send_form(client, "/finance/new/instalment", page, commitment_id=known[0], amount="600", note="First payment")
    assert "USD\u00a0455,064.00" in page_of(client, "/finance/funding")


def test_an_expenditure_is_entered_changed_deleted_and_brought_back(create_client: CreateClient) -> None:
    client = create_client("kg")
    page = page_of(client, "/finance/new/expenditure?period=Y1")
    where = send_form(client, "/finance/new/expenditure", page, note="Venue", amount="-12,50", currency="usd")
    listed = page_of(client, where)
    assert "USD\u00a0-12.50" in listed
    address = next(a.get("href") for a in html.fromstring(listed).xpath("//td/a") if a.text_content() == "Venue")
    form = page_of(client, address)
    send_form(client, address, form, note="Venue in Osh")
    deleted = address.replace("/edit", "/delete")
    gone = client.post(deleted, data={"csrf_token": csrf(form)}).headers["Location"]
    assert gone == where, "back on the list where it stood"
    after = page_of(client, gone)
    assert "The record is deleted." in after
    assert "Venue in Osh" not in after
    client.post(deleted.replace("/delete", "/restore"), data={"csrf_token": csrf(form)})
    assert "Venue in Osh" in page_of(client, where)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_expenditures_are_pasted_as_they_stand_in_a_ledger(create_client: CreateClient, language: str) -> None:
    client, headers = create_client("kg"), {"Accept-Language": language}
    address = "/finance/spending/grid?period=Y1"
    rows = (("14.5.2014", "Venue", "71300", "1", "1,250.00", ""),
            ("May 2014", "Interpreters", "Travel", "", "300", "EUR"),
            ("٢٠١٤", "ترجمة", "71600", "١", "٥٠٫٢٥", "usd"))  # fmt: skip
    names = ("dated", "note", "account_id", "output_id", "amount", "currency")
    cells = {f"row-{4 + r}-{name}": [text]
             for r, row in enumerate(rows) for name, text in zip(names, row, strict=True)}
    answers = {**answers_of(page_of(client, address, headers=headers)), **cells}
    answer = client.post(address, data=answers, headers=headers)
    assert answer.status_code == 302, answer.get_data(as_text=True)[-3000:]
    listed = page_of(client, "/finance/spending?period=Y1")
    for words in ("14 May 2014", "May 2014", "Venue", "ترجمة", "USD\u00a01,250.00", "EUR\u00a0300.00",
                  "USD\u00a050.25"):  # fmt: skip
        assert words in listed, words
    assert "In other currencies, not in these sums" in listed


def test_a_budget_is_changed_as_a_table(create_client: CreateClient) -> None:
    client = create_client("kg")
    address = "/finance/budget/grid?period=Y1"
    page = page_of(client, address)
    send_form(client, address, page, **{"row-1-amount": "19 000"})
    assert "USD\u00a019,000.00" in page_of(client, "/finance/budget?period=Y1")
    refused = client.post(address, data=answers_of(page_of(client, address), **{"row-1-currency": "dollars"}))
    assert "Enter the currency as three letters" in refused.get_data(as_text=True)


def test_a_conflict_over_money_leads_to_its_record(create_client: CreateClient) -> None:
    client = create_client("kg")
    address = "/finance/spending/grid?period=Y1"
    page = page_of(client, address)
    row = answers_of(page)["row-1-id"][0]
    arrives(client, "expenditure", row, {"amount": "77.00"}, heads_of(client, "expenditure", row), 5)
    send_form(client, address, page, **{"row-1-amount": "66"})
    assert len(conflicts_of(client)) == 1
    record = f"/finance/expenditure/{row}/edit"
    assert f'href="{record}"' in page_of(client, conflicts_of(client)[0]) + page_of(client, "/conflicts")
    assert "was set in two places" in page_of(client, record)


def test_the_statement_is_one_click_away(create_client: CreateClient) -> None:
    client = create_client("kg")
    link = html.fromstring(page_of(client, "/finance/spending?period=Y1")).xpath("//a[contains(@href, '/print')]/@href")
    assert "Page 1 of" in page_of(client, link[0])


def test_a_period_without_money_says_what_belongs_there(create_client: CreateClient) -> None:
    client = create_client("kg")
    assert "What was spent is entered here" in page_of(client, "/finance/spending?period=Y4")
    assert "What is planned to be spent is entered here" in page_of(client, "/finance/budget?period=Y4")
