"""The pages of a report say what its data says: whoever has the data can draw them again and compare."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.db.session import read_session
from server.domain.reporting.figures import Figures
from server.reports.carrier import open_sealed, seal
from server.reports.progress import progress_document
from server.reports.sheets import Rendered, Stamp
from server.services import redraw, send
from server.services.consolidate import progress_report
from server.services.folder import Folder
from server.services.receive import inspect, receive
from server.services.redraw import DIFFERENT, NOT_COMPARED, OTHER_VERSION, SAME, compare_pages
from server.sync import tips
from server.sync.payload import read_manifest, read_payload, write_payload
from tests.services.forging import ring_of
from tests.services.world import NOW, Desk, log, record_id

CODES = ("bd", "ec", "jm", "kg", "md", "ma", "rs", "tn")


def compared(hq: Folder, path: Path) -> str:
    """What headquarters finds out about the pages of a dispatch."""
    data = path.read_bytes()
    opened = open_sealed(data)
    manifest = read_manifest(opened.payload)
    with hq.engine.connect() as connection:
        raws = read_payload(opened.payload, find=tips.finder(connection, manifest.base)).raws
        return compare_pages(connection, data, manifest, opened.certificate, raws)


@pytest.fixture
def hq(desk: Desk) -> Folder:
    return desk.open("hq")


@pytest.mark.parametrize("code", CODES)
def test_every_office_sends_pages_that_say_what_its_data_says(desk: Desk, hq: Folder, code: str) -> None:
    assert compared(hq, desk.example.dispatch(code)) == SAME


def test_what_headquarters_did_since_does_not_matter(desk: Desk, hq: Folder) -> None:
    log(hq, "A mission nobody in the office had heard of", output_id=record_id("output", "output-5"))
    receive(hq, desk.example.dispatches)
    assert compared(hq, desk.example.dispatch("kg")) == SAME


def test_a_later_dispatch_that_builds_on_an_earlier_one_is_compared_too(desk: Desk, hq: Folder) -> None:
    office = desk.open("kg")
    log(office, "A visit to Osh", in_report=1, position=9, date_from="2014-06")
    path = send.send(office, desk.file("later.pdf"), period="y1").files[0]
    receive(hq, [path])
    assert compared(hq, path) == SAME


@pytest.fixture
def boastful(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A Valise that was tampered with: it prints more than its log says."""
    honest = progress_report

    def boasting(session, office_id, period, language):
        report = honest(session, office_id, period, language)
        figures: Figures = dataclasses.replace(report.figures, achievements=report.figures.achievements + 10)
        return dataclasses.replace(report, figures=figures)

    with monkeypatch.context() as patch:
        patch.setattr(send, "progress_report", boasting)
        yield


def test_pages_with_another_text_are_found_out_though_the_signature_is_valid(
    desk: Desk, hq: Folder, boastful: None
) -> None:
    office = desk.open("kg")
    log(office, "Something new")
    path = send.send(office, desk.file("boast.pdf"), period="y1").files[0]
    looked = inspect(hq.data, path, hq.clock).outcome
    assert looked is not None
    (result,) = receive(hq, [path])
    assert result.state == "imported", "who signed is not in doubt"
    for told in (looked, result):
        assert told.pages == DIFFERENT
        assert "Its pages do not say what its data says" in told.sentence
    assert compared(hq, path) == DIFFERENT


def test_it_is_told_when_the_file_comes_and_when_it_is_looked_at(desk: Desk) -> None:
    hq, path = desk.open("hq-empty"), desk.example.dispatch("kg")
    looked = inspect(hq.data, path, hq.clock).outcome
    (result,) = receive(hq, [path])
    for told in (looked, result):
        assert told is not None
        assert told.pages == SAME
        assert told.sentence.endswith("Its pages say what its data says.")


def test_another_version_is_told_apart_from_tampering(
    desk: Desk, hq: Folder, boastful: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = desk.open("kg")
    path = send.send(office, desk.file("older.pdf"), period="y1").files[0]
    receive(hq, [path])
    monkeypatch.setattr(redraw, "__version__", "99.0")
    assert compared(hq, path) == OTHER_VERSION


def test_another_version_that_draws_the_same_is_the_same(
    desk: Desk, hq: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redraw, "__version__", "99.0")
    assert compared(hq, desk.example.dispatch("md")) == SAME


def test_the_pages_of_another_office_under_ones_own_data_are_found_out(desk: Desk, hq: Folder) -> None:
    office = desk.open("kg")
    path = send.send(office, desk.file("own.pdf"), period="y1", full=True).files[0]
    receive(hq, [path])
    forged = desk.file("forged.pdf")
    forged.write_bytes(_resealed(office, path, _pages_of(hq, "md", path)))
    assert compared(hq, forged) == DIFFERENT


def test_what_is_no_report_has_nothing_to_compare(desk: Desk, hq: Folder) -> None:
    path = send.send(hq, desk.file("circular.pdf"), receiver="KG").files[0]
    assert compared(hq, path) == NOT_COMPARED


def test_where_the_data_is_missing_nothing_is_claimed(desk: Desk) -> None:
    empty = desk.open("hq-empty")
    data = desk.example.dispatch("kg").read_bytes()
    opened = open_sealed(data)
    payload = read_payload(opened.payload)
    with empty.engine.connect() as connection:
        found = compare_pages(connection, data, payload.manifest, opened.certificate, payload.raws)
    assert found == NOT_COMPARED


@pytest.mark.parametrize("state", [SAME, DIFFERENT, OTHER_VERSION])
def test_each_outcome_has_its_own_sentence(state: str) -> None:
    sentences = {one: redraw.pages_sentence(one, "0.1") for one in (SAME, DIFFERENT, OTHER_VERSION, NOT_COMPARED)}
    assert sentences[state]
    assert len(set(sentences.values())) == 4
    assert not sentences[NOT_COMPARED]


def _pages_of(hq: Folder, code: str, path: Path) -> Rendered:
    manifest = read_manifest(open_sealed(path.read_bytes()).payload)
    with read_session(hq.engine) as session:
        report = progress_report(session, record_id("office", code), record_id("reporting_period", "y1"), "en")
    return progress_document(report, None, Stamp(NOW(), manifest.number, "0000 0000", "Kyrgyzstan country office"))


def _resealed(office: Folder, path: Path, pages: Rendered) -> bytes:
    ring = ring_of(office)
    payload = read_payload(open_sealed(path.read_bytes()).payload)
    return seal(
        pages.pdf, write_payload(payload.manifest, payload.changes), key=ring.key, certificate=ring.certificates[0],
        chain=ring.certificates[1:], title="Report", author="Office", subject="Programme", language="en", when=NOW(),
    )
