"""Send and receive through the pages: dispatches go out, come in, wait, and leave conflicts to choose from."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from server.base.config import Config
from tests.services.world import Example, state
from tests.web.conftest import CreateClient, csrf, seen

AR = {"Accept-Language": "ar"}
#: (file name, bytes) by the code of the office
Dispatches = dict[str, tuple[str, bytes]]


def _page(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.get_data(as_text=True)[-1500:]
    return answer.get_data(as_text=True)


def _data(client: FlaskClient) -> Config:
    config = client.application.extensions["valise.config"]
    assert isinstance(config, Config)
    return config


def _drop(client: FlaskClient, files: Iterable[tuple[str, bytes]]) -> str:
    """Drop files in; the address of the page that shows what they would change."""
    given = [(io.BytesIO(data), name) for name, data in files]
    answer = client.post("/exchange/look", data={"csrf_token": csrf(_page(client, "/exchange")), "files": given})
    assert answer.status_code == 302, answer.get_data(as_text=True)[-1500:]
    return answer.headers["Location"]


def _import(client: FlaskClient, looked: str) -> str:
    """Say yes on that page; what the next one tells."""
    answer = client.post(looked.replace("/look/", "/import/"), data={"csrf_token": csrf(_page(client, looked))})
    assert answer.status_code == 200, answer.get_data(as_text=True)[-1500:]
    return answer.get_data(as_text=True)


def _send(client: FlaskClient, **answers: str) -> str:
    """Make a dispatch; the address of its page."""
    page = _page(client, "/exchange")
    answer = client.post("/exchange/send", data={"csrf_token": csrf(page), "receiver": "hq", "period": "Y1", **answers})
    assert answer.status_code == 302, answer.get_data(as_text=True)[-1500:]
    return answer.headers["Location"]


def _files(client: FlaskClient, sent: str, kind: str = "pdf") -> list[tuple[str, bytes]]:
    """(name, bytes) of what the buttons of a dispatch's page give."""
    found = []
    for address in re.findall(rf'href="(/exchange/sent/[0-9a-f]+/{kind})"', _page(client, sent)):
        answer = client.get(address)
        found.append((answer.headers["Content-Disposition"].split("filename=")[1].strip('"'), answer.get_data()))
    return found


def _log(client: FlaskClient, title: str) -> str:
    page = _page(client, "/activities/new")
    output = page.split('name="output_id"')[1].split('<option value="')[2].split('"')[0]
    answers = {"csrf_token": csrf(page), "title": title, "date_from-year": "2015", "output_id": output}
    return client.post("/activities/new", data=answers).headers["Location"]


def _edit(client: FlaskClient, address: str, title: str, page: str = "") -> None:
    shown = page or _page(client, f"{address}/edit")
    output = re.search(r'<option value="([^"]+)" selected', shown.split('name="output_id"')[1])
    assert output
    answers = {"csrf_token": csrf(shown), "seen": seen(shown), "title": title, "date_from-year": "2015",
               "output_id": output[1]}  # fmt: skip
    assert client.post(f"{address}/edit", data=answers).status_code == 302


@pytest.fixture
def dispatches(example: Example) -> Dispatches:
    """The example's dispatches by the code of their office."""
    return {path.name[:2]: (path.name, path.read_bytes()) for path in example.dispatches}


def test_files_are_verified_and_told_apart_before_anything_changes(create_client: CreateClient, example: Example,
                                                                   dispatches: Dispatches) -> None:
    client = create_client("hq-empty")
    before = state(_data(client).data)
    foreign = ("annual-report.pdf", (example.root / "annual-report.pdf").read_bytes())
    looked = _drop(client, [dispatches["kg"], dispatches["md"], foreign])
    page = _page(client, looked)
    assert "Import 2 files" in page
    assert "Signed by" in page
    assert "Kyrgyzstan country office" in page
    assert "Lines of the work plan" in page
    assert "there is no data inside" in page
    assert state(_data(client).data) == before


def test_what_was_previewed_is_imported_and_stands_in_the_history(create_client: CreateClient,
                                                                  dispatches: Dispatches) -> None:
    client = create_client("hq-empty")
    told = _import(client, _drop(client, [dispatches["kg"]]))
    assert "imported dispatch 1 of Kyrgyzstan country office" in told
    history = _page(client, "/exchange").split("What was received")[1]
    assert "kg-y1.pdf" in history
    came = re.search(r'href="(/exchange/came/[0-9a-f]{64})"', history)
    assert came
    assert client.get(came[1]).get_data() == dispatches["kg"][1]
    again = _page(client, _drop(client, [dispatches["kg"]]))
    assert "was imported before" in again
    assert "/exchange/import/" not in again


def test_a_damaged_file_is_refused_in_one_sentence_and_changes_nothing(create_client: CreateClient,
                                                                       dispatches: Dispatches) -> None:
    client = create_client("hq-empty")
    before = state(_data(client).data)
    _name, whole = dispatches["kg"]
    looked = _drop(client, [("cut.pdf", whole[: len(whole) // 2]), ("letter.pdf", b"Dear colleagues")])
    page = _page(client, looked)
    assert page.count(">Refused<") == 2
    assert "/exchange/import/" not in page
    assert state(_data(client).data) == before


def test_no_file_chosen_is_said_beside_the_question(create_client: CreateClient) -> None:
    client = create_client("kg")
    answer = client.post("/exchange/look", data={"csrf_token": csrf(_page(client, "/exchange"))})
    assert answer.status_code == 422
    assert "Choose the files first." in answer.get_data(as_text=True)


def test_files_that_are_given_up_are_gone(create_client: CreateClient, dispatches: Dispatches) -> None:
    client = create_client("hq-empty")
    looked = _drop(client, [dispatches["kg"]])
    given_up = client.post(looked.replace("/look/", "/forget/"), data={"csrf_token": csrf(_page(client, looked))})
    assert given_up.headers["Location"] == "/exchange"
    assert "Nothing was imported" in _page(client, "/exchange")
    assert client.get(looked).status_code == 404
    assert not [path for path in (_data(client).data.root / "dropped").rglob("*") if path.is_file()]


@pytest.mark.parametrize("name", ["../../../evil.pdf", "..\\..\\evil.pdf", "/etc/evil.pdf", "<b>evil.pdf"])
def test_a_file_s_name_leads_nowhere(create_client: CreateClient, name: str) -> None:
    client = create_client("kg")
    looked = _drop(client, [(name, b"%PDF-1.7")])
    page = _page(client, looked)
    assert "evil.pdf" in page
    assert "<b>evil" not in page
    root = _data(client).data.root
    assert [path.relative_to(root).parts[0] for path in root.rglob("*evil*")] == ["dropped"]


def test_a_report_goes_to_headquarters_as_a_file_and_as_a_draft(create_client: CreateClient) -> None:
    client = create_client("kg")
    sent = _send(client)
    page = _page(client, sent)
    assert "Dispatch 2 to Programme Management Unit" in page
    assert "takes files of up to" in page
    ((name, data),) = _files(client, sent)
    assert name == "KG-Y1-dispatch-2.pdf"
    assert [path.read_bytes() for path in _data(client).data.outbox.iterdir() if path.read_bytes() == data] == [data]
    ((draft_name, draft),) = _files(client, sent, "eml")
    assert draft_name == "KG-Y1-dispatch-2.eml"
    message = message_from_bytes(draft, policy=default)
    assert message["X-Unsent"] == "1"
    assert message["To"] == "hq@valise.example"
    (attached,) = message.iter_attachments()
    assert attached.get_filename() == name
    assert attached.get_payload(decode=True) == data
    assert sent in _page(client, "/exchange").split("What was sent")[1], "it can be handed over again"


def test_in_the_window_a_file_is_saved_through_the_systems_dialog(create_client: CreateClient, tmp_path: Path) -> None:
    client = create_client("kg", in_window=True)
    saved: dict[str, bytes] = {}

    def save(name: str, data: bytes) -> Path:
        saved[name] = data
        return tmp_path / name

    client.application.extensions["valise.save_file"] = save
    sent = _send(client)
    address = re.findall(r'href="(/exchange/sent/[0-9a-f]+/pdf)"', _page(client, sent))[0]
    assert client.get(address).headers["Location"] == sent
    assert saved["KG-Y1-dispatch-2.pdf"].startswith(b"%PDF")
    assert "KG-Y1-dispatch-2.pdf" in _page(client, sent)


@pytest.mark.parametrize(("choice", "told"), [("", "2 files of evidence go along."),
                                              ("all", "2 files of evidence go along."),
                                              ("none", "2 files wait for a later dispatch.")])
def test_the_form_says_which_files_go_along(create_client: CreateClient, choice: str, told: str) -> None:
    client = create_client("jm")
    assert told in _page(client, _send(client, evidence=choice))


def test_a_mistake_in_the_form_makes_no_dispatch(create_client: CreateClient) -> None:
    client = create_client("kg")
    page = _page(client, "/exchange")
    answers = {"csrf_token": csrf(page), "receiver": "hq", "period": "Y1", "mail_mb": "ten"}
    answer = client.post("/exchange/send", data=answers)
    assert answer.status_code == 422
    assert "There is a problem" in answer.get_data(as_text=True)
    assert _page(client, "/exchange").count("/exchange/sent/") == page.count("/exchange/sent/")


def test_a_dispatch_that_is_not_here_is_said_to_be_so(create_client: CreateClient) -> None:
    client = create_client("kg")
    for address in (f"/exchange/sent/{'0' * 32}", f"/exchange/sent/{'0' * 64}/pdf", f"/exchange/came/{'0' * 64}"):
        assert client.get(address).status_code == 404


def test_a_circular_brings_the_receipt_and_a_later_dispatch_waits_for_the_first(
        create_client: CreateClient, dispatches: Dispatches) -> None:
    hq, kg, other_hq = create_client("hq"), create_client("kg"), create_client("hq-empty")
    assert "Sent, not yet acknowledged" in _page(kg, "/exchange")
    assert re.search(r'value="KG" selected', _page(hq, "/exchange?to=KG")), "a link chooses the office"
    ((name, circular),) = _files(hq, _send(hq, receiver="KG"))
    assert name == "HQ-to-KG-circular-1.pdf"
    told = _import(kg, _drop(kg, [(name, circular)]))
    assert "of Programme Management Unit" in told
    assert "Sent, not yet acknowledged" not in _page(kg, "/exchange")
    _log(kg, "Second conference in Osh")
    ((_name, second),) = _files(kg, _send(kg))
    alone = _drop(other_hq, [("second.pdf", second)])
    assert "Waits for another dispatch" in _page(other_hq, alone)
    both = _drop(other_hq, [("second.pdf", second), dispatches["kg"]])
    assert "It goes in behind others of these files." in _page(other_hq, both)
    assert "Import 2 files" in _page(other_hq, both)
    assert "waits for dispatch" in _import(other_hq, alone)
    assert "second.pdf: waits for" in _page(other_hq, "/exchange")
    _import(other_hq, both)
    assert "second.pdf: waits for" not in _page(other_hq, "/exchange")
    assert "Second conference in Osh" in _page(other_hq, "/activities?q=Osh")


def _in_dispute(client: FlaskClient) -> str:
    """An activity whose title was set twice from the same page; its address."""
    address = _log(client, "Conference")
    first, second = _page(client, f"{address}/edit"), _page(client, f"{address}/edit")
    _edit(client, address, "Conference in Osh", first)
    _edit(client, address, "Conference in Naryn", second)
    return address


@pytest.mark.parametrize("wanted", ["Conference in Osh", "Conference in Naryn"])
def test_a_person_chooses_which_of_two_values_stays(create_client: CreateClient, wanted: str) -> None:
    client = create_client("kg")
    address = _in_dispute(client)
    page = _page(client, "/exchange")
    assert "1 value was set in two places" in page
    cards = page.split('id="conflicts"')[1].split("</section>")[0]
    assert "Activity:" in cards
    rows = cards.split("<tbody>")[1].split("<tr>")[1:]
    (row,) = [row for row in rows if f">{wanted}</td>" in row]
    action = re.search(r'action="(/conflicts/[^"]+)"', row)
    side = re.search(r'name="side" value="(\d)"', row)
    assert action
    assert side
    kept = client.post(action[1], data={"csrf_token": csrf(page), "side": side[1]})
    assert kept.headers["Location"] == "/exchange#conflicts"
    after = _page(client, "/exchange")
    assert "Settled" in after
    assert "was set in two places" not in after
    assert wanted in _page(client, address)


def test_a_settled_conflict_cannot_be_settled_again(create_client: CreateClient) -> None:
    client = create_client("kg")
    _in_dispute(client)
    page = _page(client, "/exchange")
    action = re.search(r'action="(/conflicts/[^"]+)"', page)
    assert action
    for _time in (1, 2):
        client.post(action[1], data={"csrf_token": csrf(page), "side": "0"})
    assert "This conflict is settled already." in _page(client, "/exchange")


def test_headquarters_sees_an_offices_conflict_and_leaves_the_choice_to_it(create_client: CreateClient) -> None:
    hq, kg = create_client("hq"), create_client("kg")
    _in_dispute(kg)
    ((name, data),) = _files(kg, _send(kg))
    _import(hq, _drop(hq, [(name, data)]))
    page = _page(hq, "/exchange")
    assert "Conference in Naryn" in page
    assert "The office that owns this record chooses" in page
    assert 'action="/conflicts/' not in page


def test_files_from_a_second_start_wait_on_the_same_page(create_client: CreateClient, example: Example) -> None:
    client = create_client("hq-empty")
    address = client.application.extensions["valise.take_files"]([example.dispatch("kg"), example.dispatch("md")])
    assert "Import 2 files" in _page(client, address)


def test_the_pages_stand_in_arabic_from_right_to_left(create_client: CreateClient,
                                                      dispatches: Dispatches) -> None:
    client = create_client("hq-empty")
    looked = _drop(client, [dispatches["ma"]])
    sent = _send(client, receiver="MA")
    for address in ("/exchange", "/conflicts", looked, sent):
        page = client.get(address, headers=AR).get_data(as_text=True)
        assert '<html lang="ar" dir="rtl">' in page, address
    assert "<bdi>ma-y1.pdf</bdi>" in _page(client, looked), "a name in another direction keeps its own order"
