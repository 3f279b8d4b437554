"""The log: found again by its words, shown to whom it concerns, with the evidence that was filed."""

from __future__ import annotations

import hashlib
import io
import re

import pytest
from flask.testing import FlaskClient
from lxml import html
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


def scan() -> bytes:
    """A scan of two pages."""
    found = io.BytesIO()
    pages = [Image.new("RGB", (60, 40), colour) for colour in ("white", "grey")]
    pages[0].save(found, "TIFF", save_all=True, append_images=pages[1:])
    return found.getvalue()


def test_a_scan_of_pages_travels_whole_and_the_person_is_told(create_client: CreateClient) -> None:
    client = create_client("kg")
    page = file_it(client, first(client), scan(), "IMG_1.tif")
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
    page = file_it(client, address, picture(), "photo.jpg")
    found = re.search(r'action="([^"]+/away)"[^>]*>.{1,400}?photo.jpg', page, re.DOTALL)
    assert found
    gone = client.post(found[1], data={"csrf_token": csrf(page)}, follow_redirects=True).get_data(as_text=True)
    assert "<bdi>photo.jpg</bdi>" not in gone
    undo = re.search(r'action="([^"]+/back[^"]*)"', gone)
    assert undo
    back = client.post(undo[1], data={"csrf_token": csrf(gone)}, follow_redirects=True).get_data(as_text=True)
    assert "<bdi>photo.jpg</bdi>" in back


def files_of(*brought: tuple[bytes, str]) -> list[tuple[io.BytesIO, str]]:
    """Files as a browser sends them."""
    return [(io.BytesIO(content), name) for content, name in brought]


@pytest.mark.parametrize("language", ["en", "ar"])
def test_what_is_turned_away_is_told_beside_its_file_and_the_others_go_in(
        create_client: CreateClient, language: str) -> None:
    client = create_client("kg")
    address = first(client)
    data = {"csrf_token": csrf(page_of(client, address)), "file": files_of(
        (picture((300, 200)), "good.jpg"), (picture()[:900], "cut.jpg"), (b"heic", "apple.heic"), (b"%PDF-1", "p.pdf"))}
    answer = client.post(f"{address}/evidence", data=data, headers={"Accept-Language": language})
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    for number, name in ((1, "cut.jpg"), (2, "apple.heic")):
        line = re.search(rf'<li id="turned-{number}".*?</li>', page, re.DOTALL)
        assert line
        assert f"<bdi>{name}</bdi>" in line[0]
        assert f'<a href="#turned-{number}">' in page
        if language == "en":
            assert {"cut.jpg": "is damaged", "apple.heic": "save it as JPEG or PNG"}[name] in line[0]
    later = page_of(client, address)
    assert [name for name in ("good.jpg", "p.pdf", "cut.jpg", "apple.heic") if f"<bdi>{name}</bdi>" in later] == [
        "good.jpg", "p.pdf"]


def test_the_same_file_sent_twice_is_filed_once(create_client: CreateClient) -> None:
    client = create_client("kg")
    address = first(client)
    before = page_of(client, address).count('<li id="paper-')
    file_it(client, address, picture(), "launch.jpg")
    again = file_it(client, address, picture(), "launch-2.jpg")
    assert "launch-2.jpg is here already: it was not filed twice." in again
    assert page_of(client, address).count('<li id="paper-') == before + 1


def new_activity(page: str, **answers: object) -> dict[str, object]:
    """Answers that the form of an activity takes."""
    output = re.search(r'id="output_id".*?<option value="([0-9a-f-]{36})"', page, re.DOTALL)
    assert output
    required = {"title": "Fair of Osh", "date_from-year": "2014", "output_id": output[1]}
    return {"csrf_token": csrf(page), **required, **answers}


def test_files_come_with_the_form_that_logs_and_wait_while_it_is_sent_back(create_client: CreateClient) -> None:
    client = create_client("kg")
    page = page_of(client, "/activities/new")
    assert 'enctype="multipart/form-data"' in page
    answer = client.post("/activities/new", data=new_activity(
        page, title="", keep_place="1", file=files_of((picture((30, 20)), "fair & market.jpg"))))
    assert answer.status_code == 422
    again = html.fromstring(answer.get_data(as_text=True))
    (held,) = again.xpath("//input[@name='held' and @checked]/@value")
    assert held.endswith(" fair & market.jpg")
    assert again.xpath("//input[@name='keep_place']/@checked")
    answer = client.post("/activities/new", data=new_activity(
        page, held=held, file=files_of((b"%PDF-1", "list.pdf"), (b"none", "none.png"))), follow_redirects=True)
    shown = html.fromstring(answer.get_data(as_text=True))
    assert shown.xpath("//li[starts-with(@id, 'paper-')]//a/bdi/text()") == ["fair & market.jpg", "list.pdf"]
    assert shown.xpath("//li[starts-with(@id, 'turned-')]//bdi/text()") == ["none.png"]


@pytest.mark.parametrize("held", ["../../valise.db x", "0" * 64 + " gone.pdf", "", "x"])
def test_only_files_that_wait_here_go_along(create_client: CreateClient, held: str) -> None:
    client = create_client("kg")
    answer = client.post("/activities/new", data=new_activity(page_of(client, "/activities/new"), held=held),
                         follow_redirects=True)
    page = answer.get_data(as_text=True)
    assert "<bdi>Fair of Osh</bdi>" in page
    assert '<li id="paper-' not in page
    assert ("gone.pdf" in page) == held.endswith("gone.pdf")


def test_a_caption_is_changed_in_its_place(create_client: CreateClient) -> None:
    client = create_client("kg")
    address = first(client)
    page = html.fromstring(file_it(client, address, picture(), "IMG_1.jpg"))
    (form,) = page.xpath("//li[.//bdi[text()='IMG_1.jpg']]//form[contains(@action, '/caption')]")
    answers = dict(form.form_values())
    answer = client.post(form.action, data={**answers, "title": ""})
    assert answer.status_code == 422
    back = html.fromstring(answer.get_data(as_text=True))
    (wrong,) = back.xpath("//input[@aria-invalid and starts-with(@id, 'caption-')]")
    assert back.xpath(f"//*[@class='errors']//a[@href='#{wrong.get('id')}']")
    answer = client.post(form.action, data={**answers, "title": "The stand of the Ministry"})
    assert "#paper-" in answer.headers["Location"]
    assert "<bdi>The stand of the Ministry</bdi>" in page_of(client, address)
    other = re.findall(r'class="title"><a href="([^"]+)"', page_of(client, "/activities"))[1]
    assert client.post(form.action.replace(address, other), data=answers).status_code == 404


def test_evidence_is_put_in_order_and_comes_back_to_its_place(create_client: CreateClient) -> None:
    client = create_client("kg")
    address = first(client)
    token = csrf(page_of(client, address))
    three = files_of((b"0", "0.txt"), (b"1", "1.txt"), (b"2", "2.txt"))
    client.post(f"{address}/evidence", data={"csrf_token": token, "file": three})

    def do(what: str, name: str) -> list[str]:
        (action,) = html.fromstring(page_of(client, address)).xpath(
            f"//li[.//a/bdi[text()='{name}']]//form[contains(@action, '/{what}')]/@action")
        client.post(action, data={"csrf_token": token})
        return names()

    def names() -> list[str]:
        found = html.fromstring(page_of(client, address)).xpath("//li[starts-with(@id, 'paper-')]//a/bdi/text()")
        return [str(name) for name in found if name.endswith(".txt")]

    assert names() == ["0.txt", "1.txt", "2.txt"]
    assert do("later", "0.txt") == ["1.txt", "0.txt", "2.txt"]
    assert do("earlier", "2.txt") == ["1.txt", "2.txt", "0.txt"]
    (action,) = html.fromstring(page_of(client, address)).xpath(
        "//li[.//bdi[text()='2.txt']]//form[contains(@action, 'away')]/@action")
    page = client.post(action, data={"csrf_token": token}, follow_redirects=True).get_data(as_text=True)
    assert names() == ["1.txt", "0.txt"]
    (undo,) = html.fromstring(page).xpath("//form[contains(@action, '/back')]/@action")
    client.post(undo, data={"csrf_token": token})
    assert names() == ["1.txt", "2.txt", "0.txt"]
    assert client.post(action.replace("/away", "/sideways"), data={"csrf_token": token}).status_code == 404
