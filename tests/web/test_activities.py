"""The log: found again by its words, shown to whom it concerns, with the evidence that was filed."""

from __future__ import annotations

import hashlib
import io
import re

import pytest
from flask.testing import FlaskClient
from PIL import Image

from server.services import filing
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


def picture(size: tuple[int, int] = (2000, 1500)) -> bytes:
    """A photo with a place written into it."""
    exif = Image.Exif()
    exif.get_ifd(0x8825).update({1: "N", 2: (42.0, 52.0, 0.0)})
    found = io.BytesIO()
    Image.new("RGB", size, "teal").save(found, "JPEG", exif=exif)
    return found.getvalue()


def test_a_photo_is_shown_small_and_given_out_as_original_or_copy(create_client: CreateClient) -> None:
    client = create_client("kg")
    address, original = first(client), picture()
    page = file_it(client, address, original, "launch.jpg")
    shown = re.search(r'<img class="thumb" src="([^"]+/picture)" alt="Photo: launch.jpg"', page)
    assert shown
    small = client.get(shown[1])
    assert small.mimetype in ("image/jpeg", "image/png")
    assert small.headers["X-Content-Type-Options"] == "nosniff"
    with Image.open(io.BytesIO(small.get_data())) as seen_small:
        assert max(seen_small.size) == 320
    whole = re.search(r'href="([^"?]+/evidence/[^"?]+)"><bdi>launch.jpg', page)
    assert whole
    assert client.get(whole[1]).get_data() == original
    copy = client.get(f"{whole[1]}?copy=1")
    assert copy.headers["Content-Disposition"].startswith("attachment")
    with Image.open(io.BytesIO(copy.get_data())) as seen_copy:
        assert (max(seen_copy.size), len(seen_copy.getexif())) == (1600, 0)


def test_several_files_are_filed_at_once(create_client: CreateClient) -> None:
    client = create_client("kg")
    address = first(client)
    data = {"csrf_token": csrf(page_of(client, address)), "title": "Photo of the launch",
            "file": [(io.BytesIO(picture((300, 200))), "a.jpg"), (io.BytesIO(b"x" * 99), "b.bin")]}
    page = client.post(f"{address}/evidence", data=data, follow_redirects=True).get_data(as_text=True)
    assert "<bdi>Photo of the launch 1</bdi>" in page
    assert "<bdi>Photo of the launch 2</bdi>" in page


def test_a_file_that_is_too_large_is_refused_in_one_sentence(
        create_client: CreateClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filing, "LARGEST", 1000)
    client = create_client("kg")
    address = first(client)
    data = {"csrf_token": csrf(page_of(client, address)), "file": (io.BytesIO(b"x" * 1001), "scan.pdf")}
    answer = client.post(f"{address}/evidence", data=data)
    assert answer.status_code == 422
    assert "scan.pdf is too large: scan or save it smaller than 50 MB." in answer.get_data(as_text=True)
    assert "<bdi>scan.pdf</bdi>" not in page_of(client, address)


def test_a_picture_that_cannot_be_made_small_is_filed_and_the_person_told(create_client: CreateClient) -> None:
    client = create_client("kg")
    page = file_it(client, first(client), b"no picture at all", "IMG_1.jpg")
    assert "A picture could not be made small" in page
    assert 'class="thumb none"' in page
    document = re.search(r"/evidence/([0-9a-f-]{36})/away", page)
    assert document
    assert client.get(f"{first(client)}/evidence/{document[1]}/picture").status_code == 404


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_file_that_has_not_arrived_has_its_place_on_the_page(create_client: CreateClient, language: str) -> None:
    client = create_client("kg")
    address = first(client)
    file_it(client, address, picture(), "launch.jpg")
    data = client.application.extensions["valise.config"].data
    for path in data.blobs.iterdir():
        path.unlink()
    page = client.get(address, headers={"Accept-Language": language}).get_data(as_text=True)
    assert '<bdi>launch.jpg</bdi>' in page
    assert 'class="thumb none"' in page
    assert "/picture" not in page
    if language == "en":
        assert "The file has not arrived yet; it is asked for in the next dispatch." in page
    document = re.search(r"/evidence/([0-9a-f-]{36})/away", page)
    assert document
    for what in (document[1], f"{document[1]}/picture", f"{document[1]}?copy=1"):
        assert client.get(f"{address}/evidence/{what}").status_code == 404


def test_only_what_shows_an_activity_is_given_out_under_it(create_client: CreateClient) -> None:
    client = create_client("kg")
    page = file_it(client, first(client), picture(), "launch.jpg")
    document = re.search(r"/evidence/([0-9a-f-]{36})/picture", page)
    assert document
    other = re.findall(r'class="title"><a href="([^"]+)"', page_of(client, "/activities"))[1]
    assert client.get(f"{other}/evidence/{document[1]}/picture").status_code == 404


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
