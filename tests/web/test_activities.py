"""The log: found again by its words, shown to whom it concerns, with the evidence that was filed."""

from __future__ import annotations

import hashlib
import io
import re

from flask.testing import FlaskClient

from tests.services.world import rows
from tests.web.conftest import CreateClient, csrf


def page_of(client: FlaskClient, address: str) -> str:
    """The page at an address."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.get_data(as_text=True)


def titles(client: FlaskClient, query: str) -> list[str]:
    """What a list of activities shows."""
    return re.findall(r'class="title"><a href="[^"]+"><bdi>([^<]+)', page_of(client, f"/activities?{query}"))


def first(client: FlaskClient) -> str:
    """The address of the newest activity."""
    found = re.search(r'class="title"><a href="([^"]+)"', page_of(client, "/activities"))
    assert found
    return found[1]


def test_the_list_is_searched_filtered_and_ordered_by_its_address(create_client: CreateClient) -> None:
    hq = create_client("hq")
    everything = titles(hq, "")
    assert len(everything) >= 37
    assert titles(hq, "q=seventh+global") == ["Seventh Global Forum on Migration and Development"]
    assert 0 < len(titles(hq, "report=1")) <= len(everything)
    assert titles(hq, "sort=oldest") == list(reversed(everything))
    assert titles(hq, "sort=title") == sorted(everything)
    assert "Nothing fits" in page_of(hq, "/activities?q=zebra")
    assert titles(hq, "sort=nonsense&page=nonsense") == everything


def test_the_words_of_an_arabic_text_are_found_behind_its_article(create_client: CreateClient) -> None:
    morocco = create_client("ma")
    words = re.findall(r"\bال(\w{4,})", page_of(morocco, first(morocco)))
    assert words, "the example has Arabic texts"
    assert titles(morocco, f"q={words[0]}")


def test_an_office_sees_its_own_log_only(create_client: CreateClient) -> None:
    office = create_client("kg")
    assert titles(office, "office=anything") == titles(office, "")
    assert "Global Project Board met in Moldova" not in page_of(office, "/activities")


def test_headquarters_does_not_change_what_an_office_logged(create_client: CreateClient) -> None:
    hq = create_client("hq")
    page = page_of(hq, "/activities?q=launched")
    found = re.search(r'class="title"><a href="([^"]+)"', page)
    assert found
    assert "/edit" not in page_of(hq, found[1])
    form = csrf(page_of(hq, "/settings"))
    answer = hq.post(f"{found[1]}/delete", data={"csrf_token": form})
    assert answer.status_code == 422
    assert "belongs to another office" in answer.get_data(as_text=True)


def file_it(client: FlaskClient, address: str, content: bytes, name: str, **answers: str) -> str:
    """File a document as evidence; the page that follows."""
    token = csrf(page_of(client, address))
    data = {"csrf_token": token, "file": (io.BytesIO(content), name), **answers}
    answer = client.post(f"{address}/evidence", data=data, follow_redirects=True)
    return answer.get_data(as_text=True)


def test_a_file_is_kept_byte_for_byte_and_named_as_evidence(create_client: CreateClient) -> None:
    client = create_client("kg")
    address = first(client)
    content = b"\x00minutes\xff" * 1000
    page = file_it(client, address, content, "../../etc/Протокол.pdf", note="Registry, shelf 4")
    assert "The evidence is filed." in page
    assert "etc" not in page
    found = re.search(r'href="([^"]+/evidence/[^"]+)"><bdi>Протокол.pdf', page)
    assert found
    answer = client.get(found[1])
    assert answer.get_data() == content
    assert answer.headers["Content-Disposition"].startswith("attachment")
    data = client.application.extensions["valise.config"].data
    assert (data.blobs / hashlib.sha256(content).hexdigest()).read_bytes() == content
    assert rows(data, "SELECT size FROM document WHERE note = 'Registry, shelf 4'") == [(len(content),)]


def test_evidence_may_be_a_paper_that_lies_elsewhere_but_not_nothing(create_client: CreateClient) -> None:
    client = create_client("kg")
    address = first(client)
    token = csrf(page_of(client, address))
    answer = client.post(f"{address}/evidence", data={"csrf_token": token})
    assert answer.status_code == 422
    assert "Enter what the document is" in answer.get_data(as_text=True)
    answer = client.post(f"{address}/evidence", data={"csrf_token": token, "title": "Letter of the Ministry"})
    assert answer.status_code == 302
    assert "Letter of the Ministry" in page_of(client, address)


def test_evidence_that_was_taken_away_comes_back(create_client: CreateClient) -> None:
    client = create_client("kg")
    address = first(client)
    page = file_it(client, address, b"photo", "photo.jpg")
    found = re.search(r'action="([^"]+/away)"[^>]*>.{1,400}?photo.jpg', page, re.DOTALL)
    assert found
    gone = client.post(found[1], data={"csrf_token": csrf(page)}, follow_redirects=True).get_data(as_text=True)
    assert "<bdi>photo.jpg</bdi>" not in gone
    undo = re.search(r'action="([^"]+/back)"', gone)
    assert undo
    back = client.post(undo[1], data={"csrf_token": csrf(gone)}, follow_redirects=True).get_data(as_text=True)
    assert "<bdi>photo.jpg</bdi>" in back
