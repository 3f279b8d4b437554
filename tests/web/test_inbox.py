"""What came, through the pages: undo, try again, ask, take off the list, keep the list; and imports that take long."""

from __future__ import annotations

import io
import re
import threading
from collections.abc import Callable, Iterable, Iterator
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from server.app import create_app
from server.base.config import Config
from server.services import arrivals
from server.services import receive as receiving
from server.services.folder import open_folder
from server.services.send import send
from server.web import importing
from server.web.database import db
from tests.services.world import NOW, Desk, Example, log, pretend_received, report_of, review, rows, state
from tests.web.conftest import CLOCK, CreateClient, csrf

AR = {"Accept-Language": "ar"}
#: (file name, bytes)
File = tuple[str, bytes]


def _config(client: FlaskClient) -> Config:
    found = client.application.extensions["valise.config"]
    assert isinstance(found, Config)
    return found


def _page(client: FlaskClient, address: str = "/exchange") -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.get_data(as_text=True)[-1500:]
    return answer.get_data(as_text=True)


def _post(client: FlaskClient, address: str, **answers: str) -> str:
    """Press a button and follow to the page it leads to."""
    answer = client.post(address, data={"csrf_token": csrf(_page(client)), **answers}, follow_redirects=True)
    assert answer.status_code == 200, answer.get_data(as_text=True)[-1500:]
    return answer.get_data(as_text=True)


def _drop(client: FlaskClient, files: Iterable[File]) -> str:
    given = [(io.BytesIO(data), name) for name, data in files]
    answer = client.post("/exchange/look", data={"csrf_token": csrf(_page(client)), "files": given})
    return str(answer.headers["Location"])


def _import(client: FlaskClient, files: Iterable[File]) -> str:
    return _post(client, _drop(client, files).replace("/look/", "/import/"))


def _file(path: Path) -> File:
    return path.name, path.read_bytes()


def _button(page: str, what: str) -> str:
    """The address behind a button of that kind."""
    found = re.search(rf'(?:action|href)="(/exchange/{what}/[^"]+)"', page)
    assert found, f"no button for {what}"
    return found[1]


def _rows(page: str) -> str:
    return page.split('id="received"')[1].split("</section>", maxsplit=1)[0]


class TestUndo:
    def test_from_the_page_that_tells_of_the_import(self, create_client: CreateClient, example: Example):
        client = create_client("hq-empty")
        before = state(_config(client).data)
        done = _import(client, [_file(example.dispatch("kg"))])
        told = _post(client, _button(done, "undo"))
        assert "kg-y1.pdf was undone" in told
        assert state(_config(client).data) == before
        assert ">Undone<" in _rows(told)
        told = _post(client, _button(_rows(told), "again"))
        assert "imported dispatch 1 of Kyrgyzstan" in told
        assert ">Imported<" in _rows(told)

    def test_what_was_built_upon_it_is_shown_first(self, create_client: CreateClient, example: Example):
        client = create_client("hq-empty")
        _import(client, [_file(example.dispatch("kg"))])
        with open_folder(_config(client).data, NOW) as hq:
            review(hq, report_of(hq), "returned", "Please add the participants.")
        before = state(_config(client).data)
        address = _button(_rows(_page(client)), "undo")
        told = _post(client, address)
        assert "Something was built upon it" in told
        assert "1 change that was saved here upon it would be lost: Review" in told
        assert state(_config(client).data) == before
        assert 'name="anyway" value="yes"' in told
        assert "Everything as it was before lies in the backup" in _post(client, address, anyway="yes")
        assert rows(_config(client).data, "SELECT count(*) FROM review") == [(0,)]

    def test_its_page_says_when_nothing_else_is_lost(self, create_client: CreateClient, example: Example):
        client = create_client("hq-empty")
        _import(client, [_file(example.dispatch("kg"))])
        page = _page(client, _button(_rows(_page(client)), "undo"))
        assert "Nothing was built upon it" in page
        assert "54 records" in page

    def test_without_its_copy_there_is_no_button(self, create_client: CreateClient, example: Example):
        client = create_client("hq-empty")
        _import(client, [_file(example.dispatch("kg"))])
        address = _button(_rows(_page(client)), "undo")
        for copy in _config(client).data.backups.iterdir():
            copy.unlink()
        assert "/exchange/undo/" not in _page(client)
        answer = client.get(address)
        assert answer.status_code == 409
        assert "cannot be undone" in answer.get_data(as_text=True)


class TestRows:
    def test_refused_files_stay_on_the_list_with_what_to_do(self, create_client: CreateClient, example: Example):
        client = create_client("hq-empty")
        name, whole = _file(example.dispatch("kg"))
        looked = _drop(client, [("cut.pdf", whole[:-100])])
        _post(client, looked.replace("/look/", "/forget/"))
        listed = _rows(_page(client))
        assert ">Refused<" in listed
        assert "This file was cut short on the way" in listed
        assert "/exchange/came/" not in listed, "it is not opened by anybody"
        assert "cut short" in _post(client, _button(listed, "again"))
        assert "was taken off the list" in _post(client, _button(listed, "drop"))
        assert "cut.pdf" not in _page(client)
        assert name not in _page(client)

    def test_a_file_that_came_again_is_counted(self, create_client: CreateClient, example: Example):
        client = create_client("hq-empty")
        for _time in range(3):
            _import(client, [_file(example.dispatch("kg"))])
        assert "Came again 2 times" in _rows(_page(client))

    def test_what_waits_is_asked_for_by_mail(self, create_client: CreateClient, desk: Desk):
        client, kg = create_client("hq"), desk.open("kg")
        log(kg, "In the one that is lost")
        send(kg, desk.file("lost.pdf"), period="y1")
        with open_folder(_config(client).data, NOW) as hq:
            pretend_received(kg, hq)
        log(kg, "In the one that came")
        _import(client, [_file(send(kg, desk.file("late.pdf"), period="y1").files[0])])
        page = _page(client)
        assert "1 file waits for another one" in page
        assert "late.pdf: waits for dispatch 2 of Kyrgyzstan country office" in page
        answer = client.get(_button(page, "ask"))
        message = message_from_bytes(answer.get_data(), policy=default)
        assert (message["To"], message["X-Unsent"]) == ("kg@valise.example", "1")
        assert not list(message.iter_attachments())
        _import(client, [_file(desk.file("lost.pdf"))])
        assert "waits for another one" not in _page(client)

    def test_the_list_is_kept_as_a_table_and_as_json(self, create_client: CreateClient, example: Example):
        client = create_client("hq-empty")
        _import(client, [_file(example.dispatch("kg")), ("=1+1.pdf", b"nothing")])
        page = _page(client)
        addresses = re.findall(r'href="(/exchange/list\.\w+)"', page)
        table, plain = (client.get(address) for address in addresses)
        assert "'=1+1.pdf" in table.get_data().decode("utf-8-sig")
        assert [row["state"] for row in plain.json["inbox"]] == ["imported", "refused"]
        assert client.get("/exchange/list.exe").status_code == 404


class TestAtTheStart:
    def test_what_was_finished_is_told_at_home_and_then_no_more(self, create_client: CreateClient, example: Example):
        config = _config(create_client("hq-empty"))
        with open_folder(config.data, NOW) as hq:
            arrivals.keep(hq, "kg-y1.pdf", example.dispatch("kg").read_bytes())
        client = create_app(Config(config.data, "secret", clock=CLOCK)).test_client()
        for address in ("/", "/exchange"):
            assert "kg-y1.pdf: imported dispatch 1" in _page(client, address)
        for address in ("/", "/exchange"):
            assert "kg-y1.pdf: imported dispatch 1" not in _page(client, address)


class TestLongImports:
    """A large import tells how far it is, and a person may stop it, leave its page, or close Valise."""

    @pytest.fixture
    def held(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
        """Imports that wait in the middle of their changes until the event is set."""
        event = threading.Event()
        original = receiving.apply_changesets

        def slowly(*given: object, progress: Callable[[int, int], None] | None = None, **named: object) -> object:
            if progress is not None:  # a preview shows no progress
                progress(40, 100)
                assert event.wait(20)
                progress(60, 100)
            return original(*given, progress=progress, **named)  # type: ignore[arg-type]

        monkeypatch.setattr(receiving, "apply_changesets", slowly)
        monkeypatch.setattr(importing, "_SMALL", 0)
        monkeypatch.setattr(importing, "_GLANCE", 0.5)
        yield event
        event.set()

    def _begin(self, client: FlaskClient, example: Example) -> tuple[str, str]:
        looked = _drop(client, [_file(example.dispatch("kg"))])
        address = looked.replace("/look/", "/import/")
        _post(client, address)
        job = _job(client, address)
        for _wait in range(400):
            if job.done or (job.step is not None and job.step.done):
                break
            job._done.wait(0.05)
        return address, _page(client, address)

    def test_its_page_shows_a_bar_and_works_without_script(
        self, create_client: CreateClient, example: Example, held: threading.Event
    ):
        client = create_client("hq-empty")
        address, page = self._begin(client, example)
        assert re.search(r'<progress max="100" value="58"', page), "all read is 30, two fifths of the rest are 28"
        assert "40 of 100 changes" in page
        assert '<noscript><meta http-equiv="refresh"' in page
        part = client.get(address, headers={"HX-Request": "true"}).get_data(as_text=True)
        assert part.lstrip().startswith('<div id="bar"')
        assert "An import is running." in _page(client)
        held.set()
        assert importing_done(client, address)
        assert client.get(address, headers={"HX-Request": "true"}).headers.get("HX-Refresh") == "true"
        assert "imported dispatch 1 of Kyrgyzstan" in _page(client, address)

    def test_it_is_stopped_and_everything_is_as_before(
        self, create_client: CreateClient, example: Example, held: threading.Event
    ):
        client = create_client("hq-empty")
        before = state(_config(client).data)
        address, page = self._begin(client, example)
        assert f'action="{address}/stop"' in page
        client.post(f"{address}/stop", data={"csrf_token": csrf(page)})
        held.set()
        assert importing_done(client, address)
        assert "not imported, because you stopped" in _page(client, address)
        assert state(_config(client).data) == before
        assert "kg-y1.pdf" not in _rows(_page(client))

    def test_a_second_import_is_told_to_wait(
        self, create_client: CreateClient, example: Example, held: threading.Event
    ):
        client = create_client("hq-empty")
        address, _page_of_it = self._begin(client, example)
        other = _drop(client, [_file(example.dispatch("md"))])
        assert "An import is running. Your files are kept here" in _page(client, other)
        answer = client.post(other.replace("/look/", "/import/"), data={"csrf_token": csrf(_page(client))})
        assert answer.status_code == 409
        assert "Another import is running" in answer.get_data(as_text=True)
        held.set()
        assert importing_done(client, address)
        assert "Import 1 file" in _page(client, other), "its files are still there"

    def test_a_save_meanwhile_is_told_to_wait_and_loses_nothing(
        self, create_client: CreateClient, example: Example, held: threading.Event, monkeypatch: pytest.MonkeyPatch
    ):
        client = create_client("hq-empty")
        with client.application.app_context():
            event.listen(db.engine, "connect", lambda raw, _record: raw.execute("PRAGMA busy_timeout=200"))
            db.engine.dispose()
        page = _page(client, "/settings")
        address, _page_of_it = self._begin(client, example)
        answer = client.post("/settings", data={"csrf_token": csrf(page), "person": "A colleague"})
        assert answer.status_code == 503
        assert "wait until it is done, then try again" in answer.get_data(as_text=True)
        held.set()
        assert importing_done(client, address)

    def test_the_button_pressed_twice_imports_once(
        self, create_client: CreateClient, example: Example, held: threading.Event
    ):
        client = create_client("hq-empty")
        address, page = self._begin(client, example)
        again = client.post(address, data={"csrf_token": csrf(page)})
        assert again.headers["Location"] == address
        held.set()
        assert importing_done(client, address)
        assert rows(_config(client).data, "SELECT state, again FROM sync_inbox") == [("imported", None)]

    def test_an_error_is_told_in_a_sentence(
        self, create_client: CreateClient, example: Example, held: threading.Event, monkeypatch: pytest.MonkeyPatch
    ):
        def full(*_given: object, **_named: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(receiving, "apply_changesets", full)
        client = create_client("hq-empty")
        _address, page = self._begin(client, example)
        assert "The import broke off and changed nothing." in page

    def test_it_is_done_even_when_its_files_cannot_be_taken_away(
        self, create_client: CreateClient, example: Example, held: threading.Event, monkeypatch: pytest.MonkeyPatch
    ):
        client = create_client("hq-empty")
        monkeypatch.setattr(threading, "excepthook", lambda _told: None)
        address, _page_of_it = self._begin(client, example)

        def busy(*_given: object) -> None:
            raise OSError(16, "Device or resource busy")

        monkeypatch.setattr(importing, "forget", busy)
        held.set()
        assert importing_done(client, address)
        assert "imported dispatch 1 of Kyrgyzstan" in _page(client, address)

    def test_an_import_that_nobody_began_is_not_found(self, create_client: CreateClient):
        assert create_client("hq").get("/exchange/import/00000000-0000-0000-0000-000000000000").status_code == 404


def importing_done(client: FlaskClient, address: str) -> bool:
    """Wait until the import of that address is done."""
    return _job(client, address)._done.wait(20)


def _job(client: FlaskClient, address: str) -> importing.Job:
    with client.application.app_context():
        return importing.imports().of(address.rpartition("/")[2])


def test_the_pages_stand_in_arabic_from_right_to_left(create_client: CreateClient, example: Example):
    client = create_client("hq-empty")
    _import(client, [_file(example.dispatch("kg"))])
    for address in ("/exchange", _button(_rows(_page(client)), "undo")):
        page = client.get(address, headers=AR).get_data(as_text=True)
        assert '<html lang="ar" dir="rtl">' in page, address


@pytest.fixture
def desk(example: Example, tmp_path: Path) -> Iterator[Desk]:
    """Copies of the example's folders, for what happens elsewhere."""
    made = Desk(example, tmp_path)
    yield made
    made.close()
