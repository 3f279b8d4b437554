"""Every page answers in every language, and forms say what is wrong beside the question."""

from __future__ import annotations

import pytest

from server.base.i18n import SCREENS, direction
from tests.web.conftest import CreateClient, csrf, seen

OF_ALL = ("/", "/activities", "/activities/new", "/milestones", "/workplan", "/workplan?period=Y2", "/workplan/new",
          "/workplan/grid?period=Y2", "/indicators?period=Y1", "/indicators/values?period=Y1",
          "/finance/budget?period=Y1", "/finance/spending?period=Y1", "/finance/spending/grid?period=Y1",
          "/finance/new/expenditure",
          "/reports", "/print", "/print?kind=workplan&period=Y1", "/exchange", "/settings", "/help",
          "/help/exchange", "/import", "/search", "/search?q=migration", "/boards", "/boards/new", "/meetings",
          "/meetings/new", "/decisions", "/decisions?status=all", "/decisions/new", "/documents", "/documents/new",
          "/products", "/products/new", "/agreements", "/agreements/new", "/challenges", "/challenges/new", "/lessons",
          "/lessons/new")  # fmt: skip
OF_HQ = ("/overview", "/offices", "/finance/funding", "/indicators/new", "/indicators/targets?period=Y1",
         "/layouts", "/layouts/new", "/print?kind=annual&period=Y1")  # fmt: skip


@pytest.mark.parametrize("language", SCREENS)
@pytest.mark.parametrize("folder", ["kg", "hq"])
def test_every_page_answers_in_every_language(create_client: CreateClient, folder: str, language: str) -> None:
    client = create_client(folder)
    for address in (*OF_ALL, *(OF_HQ if folder == "hq" else ())):
        answer = client.get(address, headers={"Accept-Language": language})
        page = answer.get_data(as_text=True)
        assert answer.status_code == 200, (address, page[-500:])
        assert f'<html lang="{language}" dir="{direction(language)}">' in page, address


def _activity(client, **answers: str) -> dict[str, str]:
    page = client.get("/activities/new").get_data(as_text=True)
    output = page.split('name="output_id"')[1].split('<option value="')[2].split('"')[0]
    return {"csrf_token": csrf(page), "title": "Training of trainers", "date_from-year": "2014", "output_id": output,
            **answers}  # fmt: skip


def test_an_activity_is_logged_shown_deleted_and_brought_back(create_client: CreateClient) -> None:
    client = create_client("kg")
    saved = client.post("/activities/new", data=_activity(client))
    assert saved.status_code == 302, saved.get_data(as_text=True)[-800:]
    address = saved.headers["Location"]
    page = client.get(address).get_data(as_text=True)
    assert "Training of trainers" in page
    client.post(f"{address}/delete", data={"csrf_token": csrf(page)})
    listed = client.get("/activities").get_data(as_text=True)
    assert f"{address}/restore" in listed, "the next page offers Undo"
    assert "Training of trainers" not in client.get("/activities").get_data(as_text=True)
    client.post(f"{address}/restore", data={"csrf_token": csrf(listed)})
    assert "Training of trainers" in client.get("/activities").get_data(as_text=True)


def test_what_is_wrong_stands_beside_its_question_and_nothing_typed_is_lost(create_client: CreateClient) -> None:
    client = create_client("kg")
    answers = _activity(client, title="", **{"date_from-day": "31", "date_from-month": "2", "place": "Osh"})
    answer = client.post("/activities/new", data=answers)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "There is a problem" in page
    assert "is not in the calendar" in page
    assert 'value="Osh"' in page


def test_a_date_is_as_precise_as_it_was_typed(create_client: CreateClient) -> None:
    client = create_client("kg")
    for parts, words in (({}, "2014"), ({"date_from-month": "Q2"}, "Quarter 2 of 2014"),
                         ({"date_from-month": "5"}, "May 2014"),
                         ({"date_from-month": "5", "date_from-day": "14"}, "14 May 2014")):  # fmt: skip
        saved = client.post("/activities/new", data=_activity(client, **parts))
        assert words in client.get(saved.headers["Location"]).get_data(as_text=True)


def test_a_form_opened_before_somebody_elses_save_keeps_both_values(create_client: CreateClient) -> None:
    client = create_client("kg")
    address = client.post("/activities/new", data=_activity(client)).headers["Location"]
    first = client.get(f"{address}/edit").get_data(as_text=True)
    second = client.get(f"{address}/edit").get_data(as_text=True)
    for page, title in ((first, "Training in Osh"), (second, "Training in Naryn")):
        answers = _activity(client, title=title, seen=seen(page))
        assert client.post(f"{address}/edit", data=answers).status_code == 302
    page = client.get("/exchange").get_data(as_text=True)
    assert "Training in Osh" in page
    assert "Training in Naryn" in page


def test_a_draft_is_kept_while_typing_and_forgotten_when_saved(create_client: CreateClient) -> None:
    client = create_client("kg")
    answers = _activity(client, title="Half typed")
    assert client.post("/drafts/activity/new", data=answers).status_code == 200
    assert 'value="Half typed"' in client.get("/activities/new").get_data(as_text=True)
    assert 'href="/activities/new"><bdi>New: Activity' in client.get("/").get_data(as_text=True)
    client.post("/activities/new", data=answers)
    assert 'value="Half typed"' not in client.get("/activities/new").get_data(as_text=True)


def test_a_milestone_is_ticked_in_its_row(create_client: CreateClient) -> None:
    client = create_client("kg")
    page = client.get("/milestones").get_data(as_text=True)
    row = next(part for part in page.split('<tr id="step-') if "Budget is finalised or endorsed" in part)
    action = row.split('action="')[1].split('"')[0]
    heads = row.split('name="seen" value="')[1].split('"')[0].replace("&#34;", '"')
    answers = {"csrf_token": csrf(page), "seen": heads, "status": "done", "dated-year": ""}
    refused = client.post(action, data=answers, headers={"HX-Request": "true"}).get_data(as_text=True)
    assert "Enter when the step was done" in refused
    answers |= {"dated-month": "12", "dated-year": "2014"}
    done = client.post(action, data=answers, headers={"HX-Request": "true"}).get_data(as_text=True)
    assert "Saved" in done
    assert "7 of 9" in client.get("/milestones").get_data(as_text=True)


def test_the_language_of_pages_is_a_setting(create_client: CreateClient) -> None:
    client = create_client("kg")
    page = client.get("/settings").get_data(as_text=True)
    client.post("/settings", data={"csrf_token": csrf(page), "person": "Deputy", "language": "ar"})
    page = client.get("/").get_data(as_text=True)
    assert '<html lang="ar" dir="rtl">' in page
    assert "Deputy" in page


def test_everybody_at_a_laptop_reads_in_the_language_they_chose(create_client: CreateClient) -> None:
    client = create_client("kg")
    token = csrf(client.get("/settings").text)
    for person, language in (("Deputy", "ar"), ("Assistant", "sr-Latn")):
        client.post("/settings", data={"csrf_token": token, "person": person, "language": language})
    page = client.get("/settings").text
    assert '<html lang="sr-Latn"' in page
    assert '<button class="button small" name="person" value="Deputy">' in page
    assert 'value="Assistant">' not in page.partition('id="others"')[2]
    client.post("/settings/person", data={"csrf_token": token, "person": "Deputy"})
    page = client.get("/").text
    assert '<html lang="ar" dir="rtl">' in page
    assert "Deputy" in page
    client.post("/settings/person", data={"csrf_token": token, "person": "Assistant"})
    assert '<html lang="sr-Latn"' in client.get("/").text
    assert client.post("/settings/person", data={"csrf_token": token, "person": " "}).headers["Location"] == "/settings"
    assert "Assistant" in client.get("/").text


def test_an_unknown_page_says_what_to_do(create_client: CreateClient) -> None:
    answer = create_client("kg").get("/nowhere")
    assert answer.status_code == 404
    assert "Choose one from the menu" in answer.get_data(as_text=True)
