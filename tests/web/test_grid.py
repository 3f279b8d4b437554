"""Grids: many rows in one form. Nothing is half saved, nothing typed is lost, nobody else's change is overwritten."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html

from tests.web.conftest import CreateClient, csrf
from tests.web.people import Answers, answers_of, arrives, conflicts_of, heads_of, page_of

PLAN = "/workplan/grid?period=Y2"
AR = {"Accept-Language": "ar"}
#: a block of a spreadsheet as the form sends it: title, output, quarters, amount
BLOCK = (("Train focal points", "1", "Q1–Q2", "1,234.50"), ("Study of remittances", "Output 1", "3, 4", "12 500"),
         ("Board meeting", "1", "٢", "٤٥٤٫٥٠"))  # fmt: skip


def first_new(page: str) -> int:
    """The number of the first row that holds no record."""
    ids = {name: value[0] for name, value in answers_of(page).items() if name.endswith("-id") and "new" not in name}
    return min(int(name.split("-")[1]) for name, value in ids.items() if not value)


def with_block(page: str, block: Any = BLOCK, **more: str) -> Answers:
    """What the form sends after a block was pasted into its first new row."""
    at = first_new(page)
    names = ("title", "output_id", "quarters", "amount")
    cells = {f"row-{at + r}-{name}": [text]
             for r, row in enumerate(block) for name, text in zip(names, row, strict=True)}
    cells |= {f"row-{at + r}-id": [""] for r in range(len(block))}
    return {**answers_of(page), **cells, **{name: [value] for name, value in more.items()}}


def planned(client: FlaskClient) -> str:
    """The list of the work plan."""
    return page_of(client, "/workplan?period=Y2")


def errors_of(page: str) -> dict[str, str]:
    """Anchor -> sentence of the summary."""
    links = html.fromstring(page).xpath("//div[@class='errors']//a")
    return {link.get("href").removeprefix("#"): link.text_content() for link in links}


def test_a_block_of_a_spreadsheet_is_saved_in_one_go(create_client: CreateClient) -> None:
    client = create_client("kg")
    answer = client.post(PLAN, data=with_block(page_of(client, PLAN)))
    assert answer.status_code == 302, errors_of(answer.get_data(as_text=True))
    listed = planned(client)
    assert "3 lines are saved." in listed
    for words in ("Train focal points", "USD\u00a01,234.50", "Study of remittances", "USD\u00a012,500.00",
                  "USD\u00a0454.50"):  # fmt: skip
        assert words in listed


def test_what_is_wrong_is_told_in_its_cell_and_nothing_is_half_saved(create_client: CreateClient) -> None:
    client = create_client("kg")
    page = page_of(client, PLAN)
    at = first_new(page)
    answer = client.post(PLAN, data=with_block(page, (*BLOCK, ("", "99", "5", "about 20"))))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Nothing was saved" in page
    found = errors_of(page)
    row = f"row-{at + 3}"
    assert found[f"{row}-output_id"] == f"Row {at + 3}, Output: “99” is not on the list: choose one."
    assert set(found) == {f"{row}-output_id", f"{row}-quarters", f"{row}-amount"}
    cell = html.fromstring(page).get_element_by_id(f"{row}-amount")
    assert (cell.get("value"), cell.get("aria-invalid"), cell.get("aria-describedby")) == (
        "about 20", "true", f"{row}-amount-error")
    assert 'value="99" selected' in page, "what was pasted into a list stays there"
    assert 'value="Train focal points"' in page
    assert "Train focal points" not in planned(client)


def test_rules_of_all_rows_are_told_at_once(create_client: CreateClient) -> None:
    client = create_client("kg")
    page = page_of(client, PLAN)
    at = first_new(page)
    block = (("No output", "", "1", ""), ("", "1", "1", ""), ("Negative", "1", "1", "-5"))
    found = errors_of(client.post(PLAN, data=with_block(page, block)).get_data(as_text=True))
    assert found == {
        f"row-{at}-output_id": f"Row {at}, Output: Choose the output the line serves.",
        f"row-{at + 1}-title": f"Row {at + 1}, What is planned: Enter what is planned.",
        f"row-{at + 2}-amount": f"Row {at + 2}, Amount: Enter the amount without a minus sign.",
    }


def test_the_right_rows_go_ahead_when_that_is_ticked_and_the_others_stay(create_client: CreateClient) -> None:
    client = create_client("kg")
    block = (*BLOCK, ("No output", "", "1", ""))
    refused = client.post(PLAN, data=with_block(page_of(client, PLAN), block)).get_data(as_text=True)
    assert "Save the 3 rows that are right" in refused
    answer = client.post(PLAN, data=answers_of(refused, partly="1"))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "3 lines are saved." in page
    assert page.count('<span class="unseen">Saved</span>') == 3
    assert list(errors_of(page).values()) == [f"Row {first_new(page)}, Output: Choose the output the line serves."]
    assert "Train focal points" in planned(client)
    assert "No output" not in planned(client)
    mended = answers_of(page)
    output = next(v[0] for n, v in mended.items() if n.endswith("-output_id") and v[0])
    mended[f"row-{first_new(page)}-output_id"] = [output]
    assert client.post(PLAN, data=mended).status_code == 302
    listed = planned(client)
    assert listed.count("<bdi>Train focal points</bdi>") == 1, "rows saved before are not made twice"
    assert "No output" in listed


def test_only_touched_cells_are_written(create_client: CreateClient) -> None:
    client = create_client("kg")
    page = page_of(client, PLAN)
    answers = answers_of(page)
    row = answers["row-1-id"][0]
    before = heads_of(client, "planned_activity", row)
    client.post(PLAN, data={**answers, "row-1-amount": ["20.000,00"]})
    after = heads_of(client, "planned_activity", row)
    assert {name for name in after if after[name] != before[name]} == {"amount"}


def test_a_stale_grid_makes_a_conflict_of_a_cell_and_leaves_the_others_alone(create_client: CreateClient) -> None:
    client = create_client("kg")
    page = page_of(client, PLAN)
    row = answers_of(page)["row-1-id"][0]
    other = {"title": "Changed on the other laptop", "responsible": "The other laptop"}
    arrives(client, "planned_activity", row, other, heads_of(client, "planned_activity", row), 7)
    assert client.post(PLAN, data=answers_of(page, **{"row-1-title": "Changed here"})).status_code == 302
    assert len(conflicts_of(client)) == 1
    told = page_of(client, "/conflicts")
    assert "Changed here" in told
    assert "Changed on the other laptop" in told
    assert "The other laptop" in planned(client), "a cell nobody touched keeps what came"


def test_an_untouched_stale_grid_writes_nothing(create_client: CreateClient) -> None:
    client = create_client("kg")
    page = page_of(client, PLAN)
    row = answers_of(page)["row-1-id"][0]
    arrives(client, "planned_activity", row, {"title": "Newer"}, heads_of(client, "planned_activity", row), 8)
    before = heads_of(client, "planned_activity", row)
    assert client.post(PLAN, data=answers_of(page)).status_code == 302
    assert heads_of(client, "planned_activity", row) == before
    assert conflicts_of(client) == []


def test_a_row_that_is_gone_says_so_and_keeps_what_was_typed(create_client: CreateClient) -> None:
    client = create_client("kg")
    page = page_of(client, PLAN)
    row = answers_of(page)["row-1-id"][0]
    client.post(f"/workplan/{row}/delete", data={"csrf_token": csrf(page)})
    answer = client.post(PLAN, data=answers_of(page, **{"row-1-title": "Typed for nothing?"}))
    assert answer.status_code == 422
    assert "This row is not here any more" in answer.get_data(as_text=True)
    assert "Typed for nothing?" in answer.get_data(as_text=True)


@pytest.mark.parametrize("id", ["0192aaaa-0000-7000-8000-000000000000", "x" * 5000, "../../etc", "\u202e"])
def test_a_row_that_never_was_makes_no_record(create_client: CreateClient, id: str) -> None:
    client = create_client("kg")
    answers = answers_of(page_of(client, PLAN), **{"row-1-id": id, "row-1-title": "Forged"})
    answer = client.post(PLAN, data=answers)
    assert answer.status_code == 422
    assert "This row is not here any more" in answer.get_data(as_text=True)
    assert "Forged" not in planned(client)


@pytest.mark.parametrize(("name", "text"), [
    ("seen", "[" * 3000), ("seen", '{"title": [1]}'), ("seen", '{"title": ["zz"]}'), ("seen", "null"),
    ("was", "{}"), ("was", "[[[]]]"), ("was", "nonsense"),
])  # fmt: skip
def test_a_form_that_somebody_bent_breaks_nothing(create_client: CreateClient, name: str, text: str) -> None:
    client = create_client("kg")
    answer = client.post(PLAN, data=answers_of(page_of(client, PLAN), **{f"row-1-{name}": text, "row-1-note": "x"}))
    assert answer.status_code in (302, 422)


def test_too_many_rows_are_refused_with_a_sentence(create_client: CreateClient) -> None:
    client = create_client("kg")
    many = {f"row-{n}-{name}": ["x" if name == "title" else ""] for n in range(1, 502) for name in ("id", "title")}
    answer = client.post(PLAN, data={**answers_of(page_of(client, PLAN)), **many})
    assert answer.status_code == 409
    assert "These are more than 500 rows" in answer.get_data(as_text=True)


def test_more_rows_come_without_saving(create_client: CreateClient) -> None:
    client = create_client("kg")
    page = page_of(client, PLAN)
    answer = client.post(PLAN, data=answers_of(page, **{"row-1-title": "Half typed", "more": "1"}))
    more = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert more.count("<tr data-row") == page.count("<tr data-row") + 5
    assert 'value="Half typed"' in more
    assert "Half typed" not in planned(client)


def test_what_is_typed_into_a_grid_is_kept_as_a_draft(create_client: CreateClient) -> None:
    client = create_client("kg")
    page = page_of(client, PLAN)
    key = html.fromstring(page).xpath("//p[@class='kept']/@hx-post")[0]
    assert client.post(key, data=with_block(page, BLOCK[:1])).status_code == 200
    kept = page_of(client, PLAN)
    assert 'value="Train focal points"' in kept
    assert "You left this unsaved" in kept
    assert "Lines of the work plan of Year 2" in page_of(client, "/")
    assert client.post(PLAN, data=answers_of(kept)).status_code == 302
    assert "You left this unsaved" not in page_of(client, PLAN)
    assert planned(client).count("<bdi>Train focal points</bdi>") == 1


def test_an_arabic_page_reads_arabic_digits_and_names_its_cells(create_client: CreateClient) -> None:
    client = create_client("ma")
    page = page_of(client, PLAN, headers=AR)
    answers = with_block(page, (("ورشة عمل", "١", "٢ ٣", "١٬٢٣٤٫٥٠"), ("اجتماع", "١", "٩", "")))
    answer = client.post(PLAN, data=answers, headers=AR)
    found = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert set(errors_of(found)) == {f"row-{first_new(page) + 1}-quarters"}
    answers[f"row-{first_new(page) + 1}-quarters"] = ["٤"]
    assert client.post(PLAN, data=answers, headers=AR).status_code == 302
    assert "1,234.50" in page_of(client, "/workplan?period=Y2", headers=AR)


@pytest.mark.parametrize(("cell", "text", "sentence"), [
    ("title", "x" * 2001, "too long for a cell"), ("title", "bell\u0007", "cannot be printed"),
    ("title", "safe\u202egnp.exe", "turn letters round"), ("title", "=HYPERLINK(1)", "formula of a spreadsheet"),
    ("amount", "=1+1", "formula of a spreadsheet"), ("amount", "#REF!", "formula of a spreadsheet"),
    ("amount", "9" * 30, "too large"), ("amount", "1e9", "as a number"), ("amount", "1.234", "can mean two amounts"),
    ("amount", "NaN", "as a number"), ("quarters", "1-5", "among 1, 2, 3 and 4"),
    ("output_id", "Output 77", "not on the list"), ("status", "finished", "not on the list"),
])  # fmt: skip
def test_an_odd_cell_gets_a_sentence(create_client: CreateClient, cell: str, text: str, sentence: str) -> None:
    client = create_client("kg")
    answer = client.post(PLAN, data=answers_of(page_of(client, PLAN), **{f"row-1-{cell}": text}))
    assert answer.status_code == 422
    told = errors_of(answer.get_data(as_text=True))
    assert list(told) == [f"row-1-{cell}"]
    assert sentence in told[f"row-1-{cell}"]


@pytest.fixture(scope="module")
def bench() -> dict[str, Any]:
    """Kept between examples: a client and what its page sends."""
    return {}


ODD = st.one_of(
    st.text(alphabet=st.characters(codec="utf-8"), max_size=60),
    st.text(alphabet="0123456789.,-() ٠١٢٣٤٫٬১২৩eE+%$", max_size=40),
    st.sampled_from(["=cmd|' /C calc'!A1", "\u202e\u202d", "\x00", "9" * 5000, "é" * 9000, "31.02.2014", "\u2066"]),
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(cells=st.dictionaries(
    st.sampled_from(["title", "output_id", "quarters", "responsible", "donor_id", "account_id", "amount", "status",
                     "rag"]), ODD, max_size=9))  # fmt: skip
def test_whatever_is_pasted_is_saved_or_gets_a_sentence(
    create_client: CreateClient, bench: dict[str, Any], cells: dict[str, str]
) -> None:
    if not bench:
        client = create_client("kg")
        bench.update(client=client, answers=answers_of(page_of(client, PLAN)))
    answers = {**bench["answers"], **{f"row-1-{name}": [text] for name, text in cells.items()},
               **{f"row-9-{name}": [text] for name, text in cells.items()}, "row-9-id": [""]}  # fmt: skip
    answer = bench["client"].post(PLAN, data=answers)
    assert answer.status_code in (302, 422), answer.get_data(as_text=True)[-500:]
    if answer.status_code == 422:
        assert errors_of(answer.get_data(as_text=True)), "a refusal says what to mend"


def test_a_long_list_is_cut_into_pages(create_client: CreateClient) -> None:
    client = create_client("kg")
    page = page_of(client, PLAN)
    block = [(f"Line {n}", "1", "", "") for n in range(130)]
    assert client.post(PLAN, data=with_block(page, block)).status_code == 302
    first = page_of(client, PLAN)
    assert 'rel="next"' in first
    assert first.count("<tr data-row") == 100 + 5 + 1
    second = page_of(client, f"{PLAN}&page=2")
    assert "Line 129" in second + first
    changed = answers_of(second, **{"row-1-title": "On the second page"})
    assert client.post(f"{PLAN}&page=2", data=changed).status_code == 302
    assert "On the second page" in planned(client)
