"""Documents, knowledge products and agreements: filed, found, opened, and told what they are used for."""

from __future__ import annotations

import io

import pytest
from flask.testing import FlaskClient
from lxml import html
from PIL import Image

from server.db.session import write_session
from server.services import filing
from server.sync.files import note_asked
from server.web.database import engine
from tests.services.world import rows
from tests.web.conftest import CreateClient, csrf
from tests.web.people import answers_of, arrives, change_twice, conflicts_of, heads_of, log_one, page_of, send_form

LANGUAGES = pytest.mark.parametrize("language", ["en", "ar"])
PDF = b"%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"


def titles(client: FlaskClient, address: str) -> list[str]:
    """The titles of a list."""
    return [one.text_content() for one in
            html.fromstring(page_of(client, address)).xpath("//td[contains(@class, 'title')]/a")]


def picture() -> bytes:
    """A photo."""
    found = io.BytesIO()
    Image.new("RGB", (2000, 1500), "teal").save(found, "JPEG")
    return found.getvalue()


def file_one(client: FlaskClient, content: bytes, name: str, **answers: str) -> str:
    """File a document; its address."""
    data = {**answers_of(page_of(client, "/documents/new"), **answers), "file": (io.BytesIO(content), name)}
    answer = client.post("/documents/new", data=data)
    assert answer.status_code == 302, answer.get_data(as_text=True)[-2000:]
    return str(answer.headers["Location"])


def stored(client: FlaskClient, query: str) -> list[tuple[object, ...]]:
    """Rows of the client's database."""
    return rows(client.application.extensions["valise.config"].data, query)


def test_the_list_is_searched_filtered_and_ordered_by_its_address(create_client: CreateClient) -> None:
    hq = create_client("hq")
    everything = titles(hq, "/documents")
    assert len(everything) > 20
    assert 1 < len(titles(hq, "/documents?kind=agreement")) < len(everything)
    assert titles(hq, "/documents?kind=nonsense&sort=nonsense&page=nonsense") == everything
    agreements = titles(hq, "/documents?kind=agreement")
    assert titles(hq, "/documents?kind=agreement&sort=title") == sorted(agreements)
    assert "Minutes of the National Project Board, May 2014" in titles(hq, "/documents?q=MINUTES")
    assert "Nothing fits" in page_of(hq, "/documents?q=zebra")
    assert "<bdi>Moldova country office</bdi>" in page_of(hq, "/documents")


def test_an_offices_list_is_cut_into_pages(create_client: CreateClient) -> None:
    client = create_client("kg")
    page = page_of(client, "/documents/new")
    files = [(io.BytesIO(b"x"), f"{number:03}.txt") for number in range(60)]
    assert client.post("/documents/new", data={**answers_of(page, title="Scan"), "file": files}).status_code == 302
    first, second = titles(client, "/documents?q=Scan"), titles(client, "/documents?q=Scan&page=2")
    assert (len(first), len(second)) == (50, 10)
    assert not set(first) & set(second)


@LANGUAGES
def test_a_pdf_is_filed_opened_and_saved_as_it_was(create_client: CreateClient, language: str) -> None:
    client = create_client("kg")
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
    address = file_one(client, PDF, "Протокол.pdf", kind="minutes", **{"dated-year": "2015"})
    page = page_of(client, address)
    assert "<bdi>Протокол.pdf</bdi>" in page
    opened = client.get(f"{address}/open")
    assert (opened.mimetype, opened.get_data()) == ("application/pdf", PDF)
    assert not opened.headers.get("Content-Disposition", "").startswith("attachment")
    saved = client.get(f"{address}/file")
    assert (saved.mimetype, saved.get_data()) == ("application/octet-stream", PDF)
    assert saved.headers["Content-Disposition"].startswith("attachment")


def test_a_picture_is_opened_as_a_picture_of_our_own_making(create_client: CreateClient) -> None:
    client = create_client("kg")
    address = file_one(client, picture(), "launch.jpg", kind="photo")
    assert f'src="{address}/picture"' in page_of(client, address)
    opened = client.get(f"{address}/open")
    assert opened.mimetype in ("image/jpeg", "image/png")
    assert opened.get_data() != picture()


def test_what_could_be_a_program_is_saved_and_never_opened(create_client: CreateClient) -> None:
    client = create_client("kg")
    for name in ("page.html", "report.pdf", "photo.jpg"):
        address = file_one(client, b"<script>alert(1)</script>", name)
        answer = client.get(f"{address}/open")
        assert answer.status_code == 404
        assert "save it, and open it with its own program" in answer.get_data(as_text=True)
        assert client.get(f"{address}/file").mimetype == "application/octet-stream"


def test_bad_input_keeps_what_was_typed_and_asks_for_the_file_once_more(create_client: CreateClient) -> None:
    client = create_client("kg")
    data = {**answers_of(page_of(client, "/documents/new"), title="Letter", **{"dated-day": "31", "dated-month": "2",
                                                                               "dated-year": "2015"}),
            "file": (io.BytesIO(PDF), "a.pdf")}
    answer = client.post("/documents/new", data=data)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'value="Letter"' in page
    assert "is not in the calendar" in page
    assert "Choose the file once more" in page
    answer = client.post("/documents/new", data=answers_of(page_of(client, "/documents/new")))
    assert "Enter what the document is" in answer.get_data(as_text=True)


def test_a_paper_gets_its_file_later(create_client: CreateClient) -> None:
    client = create_client("kg")
    page = page_of(client, "/documents/new")
    address = send_form(client, "/documents/new", page, title="Signed letter", note="Registry, shelf 4")
    assert "Paper only" in page_of(client, address)
    data = {**answers_of(page_of(client, f"{address}/edit")), "file": (io.BytesIO(PDF), "letter.pdf")}
    client.post(f"{address}/edit", data=data)
    page = page_of(client, address)
    assert "<h1><bdi>Signed letter</bdi></h1>" in page
    assert f'href="{address}/open"' in page


@LANGUAGES
def test_a_file_that_has_not_arrived_has_its_place_in_the_list(create_client: CreateClient, language: str) -> None:
    client = create_client("kg")
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
    address = file_one(client, PDF, "minutes.pdf")
    for path in client.application.extensions["valise.config"].data.blobs.iterdir():
        path.unlink()
    assert 'class="tag care"' in page_of(client, "/documents?q=minutes.pdf")
    page = page_of(client, address)
    assert f"{address}/open" not in page
    assert f"{address}/file" not in page
    assert client.get(f"{address}/file").status_code == 404


def test_a_file_that_somebody_asks_for_is_marked(create_client: CreateClient) -> None:
    client = create_client("hq")
    address = file_one(client, PDF, "guideline.pdf")
    assert "Asked for" not in page_of(client, address)
    (sha256,) = stored(client, f"SELECT sha256 FROM document WHERE id = '{address.rpartition('/')[2]}'")[0]
    with client.application.app_context(), write_session(engine(), None) as session:  # type: ignore[arg-type]
        (peer,) = filing.peers(session.connection())[:1]
        note_asked(session.connection(), peer.incarnation, [sha256])
    assert "Asked for" in page_of(client, address)
    assert "Asked for" in page_of(client, "/documents?q=guideline.pdf")


def test_a_document_says_what_it_is_used_for(create_client: CreateClient) -> None:
    client = create_client("kg")
    activity = log_one(client, "Conference in Osh")
    data = {"csrf_token": csrf(page_of(client, activity)), "file": (io.BytesIO(PDF), "list.pdf")}
    client.post(f"{activity}/evidence", data=data)
    document = html.fromstring(page_of(client, "/documents?q=list.pdf")).xpath("//td[@class='title']/a/@href")[0]
    product = send_form(client, "/products/new", page_of(client, "/products/new"), title="Handbook",
                        document_id=document.rpartition("/")[2])
    page = page_of(client, document)
    assert f'<a href="{activity}"><bdi>Conference in Osh</bdi></a>' in page
    assert f'<a href="{product}"><bdi>Handbook</bdi></a>' in page


def test_a_document_is_deleted_and_brought_back(create_client: CreateClient) -> None:
    client = create_client("kg")
    address = file_one(client, PDF, "minutes.pdf")
    client.post(f"{address}/delete", data={"csrf_token": csrf(page_of(client, address))})
    listed = page_of(client, "/documents")
    assert f"{address}/restore" in listed
    assert "minutes.pdf" not in titles(client, "/documents")
    client.post(f"{address}/restore", data={"csrf_token": csrf(listed)})
    assert "minutes.pdf" in titles(client, "/documents")


@LANGUAGES
def test_a_knowledge_product_keeps_its_languages_and_its_file(create_client: CreateClient, language: str) -> None:
    client = create_client("kg")
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
    data = {**answers_of(page_of(client, "/products/new"), title="Handbook", kind="guideline", stage="published",
                         languages=["ru", "en"], others="KY, tg", copies="1,500"),
            "file": (io.BytesIO(PDF), "handbook.pdf")}
    address = client.post("/products/new", data=data).headers["Location"]
    query = "SELECT p.languages, p.copies, d.title FROM knowledge_product p JOIN document d ON d.id = p.document_id"
    assert (("en ru ky tg", 1500, "Handbook")) in stored(client, query)
    page = page_of(client, f"{address}/edit")
    assert 'value="ky tg"' in page
    send_form(client, f"{address}/edit", page, stage="final")
    assert ("en ru ky tg", 1500, "Handbook") in stored(client, query), "nothing else changed"
    assert titles(client, "/products?stage=final&q=handbook") == ["Handbook"]
    if language == "en":
        assert "Kyrgyz, Tajik" in page_of(client, address)


def test_a_signed_agreement_has_its_date(create_client: CreateClient) -> None:
    client = create_client("kg")
    answers = answers_of(page_of(client, "/agreements/new"), title="Letter of agreement", kind="loa", stage="signed",
                         parties="UNDP; Ministry of Labour")
    answer = client.post("/agreements/new", data=answers)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'href="#signed-year">Enter when the agreement was signed.' in page
    assert 'value="UNDP; Ministry of Labour"' in page
    address = client.post("/agreements/new", data={**answers, "signed-year": "2015"}).headers["Location"]
    assert titles(client, "/agreements?stage=signed&q=labour") == ["Letter of agreement"]
    assert "Nothing fits" in page_of(client, "/agreements?stage=drafting&q=labour")
    client.post(f"{address}/delete", data={"csrf_token": csrf(page_of(client, address))})
    assert "This record was deleted." in page_of(client, address)


def test_stale_forms_keep_both_values(create_client: CreateClient) -> None:
    client = create_client("kg")
    for address, title in (("/documents", "Letter"), ("/products", "Handbook"), ("/agreements", "Memorandum")):
        one = send_form(client, f"{address}/new", page_of(client, f"{address}/new"), title=title)
        before = len(conflicts_of(client))
        change_twice(client, one, {"title": f"{title}, first"}, {"title": f"{title}, second"})
        assert len(conflicts_of(client)) == before + 1
        assert f'href="{one}"' in page_of(client, "/conflicts")
        assert "was set in two places" in page_of(client, one)


def test_a_change_of_the_other_laptop_meanwhile_is_no_overwrite(create_client: CreateClient) -> None:
    client = create_client("kg")
    one = send_form(client, "/agreements/new", page_of(client, "/agreements/new"), title="Memorandum")
    page, row = page_of(client, f"{one}/edit"), one.rpartition("/")[2]
    arrives(client, "agreement", row, {"parties": "IOM"}, heads_of(client, "agreement", row), 7)
    send_form(client, f"{one}/edit", page, title="Memorandum of understanding")
    assert stored(client, f"SELECT title, parties FROM agreement WHERE id = '{row}'") == [
        ("Memorandum of understanding", "IOM")]
    assert conflicts_of(client) == []


@LANGUAGES
def test_headquarters_reads_the_offices_papers_and_changes_none(create_client: CreateClient, language: str) -> None:
    hq = create_client("hq")
    hq.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
    office = stored(hq, "SELECT id FROM office WHERE code = 'MD'")[0][0]
    for address in ("/documents", "/products", "/agreements"):
        listed = page_of(hq, f"{address}?office={office}")
        assert "<bdi>Moldova country office</bdi>" in listed
        one = str(html.fromstring(listed).xpath("//td[@class='title']/a/@href")[0])
        page = page_of(hq, one)
        assert "/edit" not in page
        assert "<bdi>Moldova country office</bdi>" in page
        for what in ("delete", "edit"):
            answer = hq.post(f"{one}/{what}", data={"csrf_token": csrf(page_of(hq, "/settings")), "title": "X",
                                                    "kind": "other"})
            assert answer.status_code == 422, (one, what)


def test_an_empty_list_says_what_belongs_there(create_client: CreateClient) -> None:
    client = create_client("kg")
    for table in ("document", "knowledge_product", "agreement"):
        address = {"document": "/documents", "knowledge_product": "/products"}.get(table, "/agreements")
        for (id,) in stored(client, f"SELECT id FROM {table}"):
            client.post(f"{address}/{id}/delete", data={"csrf_token": csrf(page_of(client, "/settings"))})
        page = page_of(client, address)
        assert "belong here" in page or "belongs here" in page
