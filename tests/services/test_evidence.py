"""Evidence of an activity: where a photo was taken stays out of what travels; papers are shown in a chosen order."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from server.db.session import write_session
from server.domain.documents.models import Document
from server.domain.records import Work, delete, undelete
from server.services import files, filing
from tests.services.evidence import evidence, file, file_more, photo
from tests.services.world import Desk


def located(seed: int = 3) -> bytes:
    """A photo that says where it was taken, and by what."""
    exif = Image.Exif()
    exif[0x010F] = "Camera of the office"
    exif.get_ifd(0x8825).update({1: "N", 2: (42.0, 52.0, 0.5), 3: "E", 4: (74.0, 36.0, 0.0), 29: "2014:04:10"})
    return photo(seed, (800, 400), exif=exif)


class TestPlace:
    @pytest.mark.parametrize("kept", [False, True])
    def test_where_a_photo_was_taken_travels_when_a_person_wants_it_and_nothing_else_does(self, desk: Desk, kept: bool):
        office = desk.open("kg")
        shows, _none = file(office, [b"paper"], ["paper.bin"])
        file_more(office, shows, [located()], ["a.jpg"], place=kept)
        copy = files.content(office.data, evidence(office, shows)[1].copy_sha256)
        with Image.open(io.BytesIO(copy)) as found:
            exif = found.getexif()
            assert dict(exif.get_ifd(0x8825)) == (
                {1: "N", 2: (42.0, 52.0, 0.5), 3: "E", 4: (74.0, 36.0, 0.0)} if kept else {})  # fmt: skip
            assert 0x010F not in exif
        (_paper, told) = filing.evidence_of(evidence(office, shows), office.data, places=True)
        assert (told.placed, told.tells_place) == (True, kept)
        small, _kind = filing.small_picture(told.document, office.data)
        assert b"Exif" not in small

    @pytest.mark.parametrize("place", [
        {1: "N", 2: (42.0, 52.0, 0.0)},
        {1: "somewhere", 2: (42.0, 52.0, 0.0), 3: "E", 4: (74.0, 36.0, 0.0)},
        {1: "N", 2: (420.0, 52.0, 0.0), 3: "E", 4: (74.0, 36.0, 0.0)},
        {1: "N", 2: (42.0,), 3: "E", 4: (74.0, 36.0, 0.0)},
    ], ids=["half", "words", "off the globe", "short"])  # fmt: skip
    def test_what_is_no_place_is_left_out(self, desk: Desk, place: dict[int, Any]):
        exif = Image.Exif()
        exif.get_ifd(0x8825).update(place)
        office = desk.open("kg")
        shows, _none = file(office, [b"paper"], ["paper.bin"])
        done = file_more(office, shows, [photo(5, exif=exif)], ["a.jpg"], place=True)
        assert (len(done.made), done.turned) == (1, ())
        assert b"Exif" not in files.content(office.data, evidence(office, shows)[1].copy_sha256)


class TestOrder:
    def test_evidence_is_moved_past_what_is_shown_and_comes_back_to_its_place(self, desk: Desk):
        office = desk.open("kg")
        shows, (a, b, c) = file(office, [b"a", b"b", b"c"], ["a", "b", "c"])

        def names() -> list[str]:
            return [one.title for one in evidence(office, shows)]

        def work(deed: Callable[..., None], *arguments: Any) -> None:
            with write_session(office.engine, office.author()) as session:
                session.info["clock"] = office.clock
                deed(Work(session, office.author(), office.clock), *arguments)

        work(filing.move_evidence, shows, c.id, -1)
        assert names() == ["a", "c", "b"]
        work(filing.move_evidence, shows, a.id, -1)
        work(filing.move_evidence, shows, b.id, 1)
        assert names() == ["a", "c", "b"], "the first and the last stay where they are"
        work(delete, Document, c.id)
        work(filing.move_evidence, shows, a.id, 1)
        assert names() == ["b", "a"], "what is not shown is passed over"
        work(undelete, Document, c.id)
        assert sorted(names()) == ["a", "b", "c"]
        was = names()
        middle = evidence(office, shows)[1].id
        work(filing.take_evidence_away, shows, middle)
        work(filing.name_evidence, shows, middle, 1)
        assert names() == was
