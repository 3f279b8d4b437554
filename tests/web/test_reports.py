"""Reports through the pages: begun, written with live figures, checked, printed, reviewed."""

from __future__ import annotations

import re

from flask.testing import FlaskClient

from tests.web.conftest import CreateClient, csrf, seen

AR = {"Accept-Language": "ar"}


def _page(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.get_data(as_text=True)[-1500:]
    return answer.get_data(as_text=True)


def _report(client: FlaskClient, of: str = "Year 1") -> str:
    """The address of the report in the row that names `of`."""
    rows = [row for row in _page(client, "/reports").split("<tr>") if f"<bdi>{of}</bdi>" in row]
    found = re.search(r'href="(/reports/[0-9a-f-]{36})"', rows[0])
    assert found, rows
    return found[1]


def _write(client: FlaskClient, address: str, **answers: str) -> str:
    page = _page(client, address)
    sent = client.post(address, data={"csrf_token": csrf(page), "seen": seen(page), **answers})
    assert sent.status_code == 302, sent.get_data(as_text=True)[-1500:]
    return sent.headers["Location"]


def test_an_office_lists_its_periods_and_headquarters_the_reports_it_received(create_client: CreateClient) -> None:
    page = _page(create_client("kg"), "/reports")
    assert "Submitted" in page
    assert "Begin" in page, "the second year has begun"
    assert "Reports of the offices" not in page
    page = _page(create_client("hq"), "/reports")
    assert "Annual reports of the programme" in page
    for name in ("Bangladesh", "Kyrgyzstan", "Tunisia"):
        assert f"{name} country office" in page


def test_a_report_is_begun_once_per_period(create_client: CreateClient) -> None:
    client = create_client("kg")
    page = _page(client, "/reports")
    begin = re.search(r'action="(/reports/begin/[^"]+)"', page)
    assert begin
    begun = client.post(begin[1], data={"csrf_token": csrf(page)})
    assert begun.status_code == 302
    shown = _page(client, begun.headers["Location"])
    assert "Progress report, Year 2" in shown
    assert "Draft" in shown
    again = client.post(begin[1], data={"csrf_token": csrf(page)})
    assert again.status_code == 422
    assert "There is a report for this period already" in again.get_data(as_text=True)


def test_a_text_is_written_in_two_languages_and_its_figures_are_filled_in(create_client: CreateClient) -> None:
    client = create_client("kg")
    report = _report(client)
    form = _page(client, f"{report}/text/closing")
    assert "{achievements}" in form
    assert "inception phase in Kyrgyzstan" in form
    back = _write(client, f"{report}/text/closing", text="We report {achievements} achievements.",
                  text_local="Мы сообщаем о {achievements} достижениях.")
    assert back == report
    shown = _page(client, report)
    assert "We report 4 achievements." in shown
    assert "Мы сообщаем о 4 достижениях." in shown


def test_a_section_nobody_wrote_yet_is_made_when_it_is_saved(create_client: CreateClient) -> None:
    client = create_client("kg")
    report = _report(client)
    outputs = re.findall(r'<option value="([0-9a-f-]{36})">1\. ', _page(client, report))
    assert outputs
    _write(client, f"{report}/text/summary?output={outputs[0]}", text="Four steps were taken.")
    shown = _page(client, report)
    assert "Output 1: Opening" in shown
    assert "Four steps were taken." in shown


def test_a_figure_that_does_not_exist_is_named_while_typing(create_client: CreateClient) -> None:
    client = create_client("kg")
    report = _report(client)
    token = csrf(_page(client, f"{report}/text/next"))
    told = client.post(f"{report}/draft/next/text", data={"csrf_token": token, "text": "{spent} of {nonsense}"})
    words = told.get_data(as_text=True)
    assert "USD" in words
    assert "{nonsense}" in words
    assert "There is no figure called" in words
    assert "data:image/png;base64," in words


def test_without_script_a_button_shows_the_pages_and_saves_nothing(create_client: CreateClient) -> None:
    client = create_client("kg")
    report = _report(client)
    address = f"{report}/text/closing"
    page = _page(client, address)
    sent = client.post(address, data={"csrf_token": csrf(page), "seen": seen(page), "look": "1",
                                      "text": "Only **looked** at.", "text_local": "Только *так*."})
    words = sent.get_data(as_text=True)
    assert sent.status_code == 200
    assert words.count("data:image/png;base64,") == 2
    assert "Only **looked** at.</textarea>" in words
    assert "Only looked at." in words, "the picture's words stand in its place for who cannot see it"
    assert "Only **looked** at." not in _page(client, report)


def test_the_size_of_the_whole_report_is_told_beside_its_text(create_client: CreateClient) -> None:
    client = create_client("kg")
    told = client.get(f"{_report(client)}/size").get_data(as_text=True)
    assert "pages" in told
    assert "kB" in told


def test_a_report_that_asks_for_an_unknown_figure_is_neither_printed_nor_sent(create_client: CreateClient) -> None:
    client = create_client("kg")
    report = _report(client)
    _write(client, f"{report}/text/closing", text="We spent {spend}.", text_local="")
    printed = client.get(f"{report}/pages?language=en")
    assert printed.status_code == 422
    assert "{spend}" in printed.get_data(as_text=True)
    assert "“Closing” of Kyrgyzstan country office" in client.get(f"{report}/size").get_data(as_text=True)


def test_the_pages_are_shown_in_english_and_in_the_offices_language(create_client: CreateClient) -> None:
    client = create_client("ma")
    report = _report(client)
    assert "language=ar" in _page(client, report)
    for language in ("en", "ar"):
        answer = client.get(f"{report}/pages?language={language}")
        assert answer.mimetype == "application/pdf"
        assert answer.get_data().startswith(b"%PDF")


def test_the_annual_report_is_shown_at_headquarters(create_client: CreateClient) -> None:
    client = create_client("hq")
    report = _report(client)
    assert "In all, 37 achievements are recorded below." in _page(client, report)
    answer = client.get(f"{report}/pages?language=en")
    assert answer.mimetype == "application/pdf"


def test_the_check_up_leads_to_the_record_it_is_about(create_client: CreateClient) -> None:
    client = create_client("kg")
    page = _page(client, "/activities/new")
    output = page.split('name="output_id"')[1].split('<option value="')[2].split('"')[0]
    answers = {"csrf_token": csrf(page), "title": "Round table", "date_from-year": "2014", "output_id": output,
               "in_report": "1"}  # fmt: skip
    logged = client.post("/activities/new", data=answers).headers["Location"]
    hints = _page(client, _report(client)).split("Check-up")[1]
    assert re.search(rf'<a href="{logged}">[^<]*Round table[^<]*no evidence', hints)


def test_a_report_leads_to_its_dispatch(create_client: CreateClient) -> None:
    client = create_client("kg")
    page = _page(client, _report(client))
    send = re.search(r'href="(/exchange\?[^"]*period=Y1[^"]*)"', page)
    assert send
    assert '<option value="Y1" selected>' in _page(client, send[1].replace("&amp;", "&"))


def _review(client: FlaskClient, report: str, **answers: str):
    page = _page(client, report)
    return client.post(f"{report}/review", data={"csrf_token": csrf(page), **answers})


def test_headquarters_returns_a_report_with_a_comment_on_a_section_and_the_office_reads_it(
        create_client: CreateClient) -> None:
    hq, kg = create_client("hq"), create_client("kg")
    report = _report(hq, "Kyrgyzstan country office")
    page = _page(hq, report)
    section = re.search(r'<option value="([0-9a-f-]{36})">Closing</option>', page)
    assert section
    assert _review(hq, report, verdict="comment", section_id=section[1], text="Say when.").status_code == 302
    assert _review(hq, report, verdict="returned", text="Add the dates.").status_code == 302
    shown = _page(hq, report)
    assert "Returned with comments" in shown
    assert "· Closing" in shown
    dispatch = hq.post("/exchange/send", data={"csrf_token": csrf(_page(hq, "/exchange")), "receiver": "KG"})
    file = re.search(r'href="(/exchange/sent/[0-9a-f]+/pdf)"', _page(hq, dispatch.headers["Location"]))
    assert file
    looked = kg.application.extensions["valise.take_files"]([_kept(kg, hq.get(file[1]).get_data())])
    kg.post(looked.replace("/look/", "/import/"), data={"csrf_token": csrf(_page(kg, looked))})
    mine = _page(kg, _report(kg))
    assert "Returned with comments" in mine
    assert "Add the dates." in mine
    assert "Say when." in mine
    assert 'id="review"' not in mine, "an office does not review"


def _kept(client: FlaskClient, data: bytes):
    path = client.application.extensions["valise.config"].data.root.parent / "circular.pdf"
    path.write_bytes(data)
    return path


def test_a_report_is_accepted(create_client: CreateClient) -> None:
    hq = create_client("hq")
    report = _report(hq, "Serbia country office")
    assert _review(hq, report, verdict="accepted", text="Thank you.").status_code == 302
    assert "Accepted" in _page(hq, report)


def test_what_is_returned_says_why(create_client: CreateClient) -> None:
    hq = create_client("hq")
    report = _report(hq, "Serbia country office")
    answer = _review(hq, report, verdict="returned")
    assert answer.status_code == 422
    assert "Say what the office should mend." in answer.get_data(as_text=True)
    assert "Submitted" in _page(hq, report)


def test_nobody_writes_or_reviews_what_is_not_theirs(create_client: CreateClient) -> None:
    hq, kg = create_client("hq"), create_client("kg")
    theirs = _report(hq, "Kyrgyzstan country office")
    assert hq.get(f"{theirs}/text/summary").status_code == 404
    mine = _report(kg)
    token = csrf(_page(kg, "/reports"))
    assert kg.post(f"{mine}/review", data={"csrf_token": token, "verdict": "accepted"}).status_code == 404


def test_reports_stand_in_arabic_from_right_to_left(create_client: CreateClient) -> None:
    for folder in ("ma", "hq"):
        client = create_client(folder)
        report = _report(client)
        for address in ("/reports", report, f"{report}/text/challenges"):
            page = client.get(address, headers=AR).get_data(as_text=True)
            assert '<html lang="ar" dir="rtl">' in page, address
