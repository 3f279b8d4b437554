"""Evidence that travels: photos arrive at headquarters small and bare, in parts that rejoin, and what is missing is
asked for and never stops anything."""

from __future__ import annotations

import hashlib
import io
from itertools import permutations

import pytest
from PIL import Image

from server.base.errors import Refused
from server.db.session import write_session
from server.domain.documents.models import Document
from server.domain.framework.commands import define_programme
from server.domain.records import Work, delete
from server.services import filing, parcels
from server.services.folder import Folder
from server.services.pouch import Packed
from server.services.receive import receive
from server.services.send import send
from server.sync.files import PIECE
from tests.services.evidence import circular, evidence, file, here, paper, photo, to_hq, travelling
from tests.services.world import Desk, log, manifest_of, rows


@pytest.fixture
def both(desk: Desk) -> tuple[Folder, Folder]:
    """An office, and headquarters that has spoken to it."""
    return desk.open("kg"), desk.open("hq")


class TestHeadquartersSeesThePhotos:
    def test_of_a_photo_the_small_copy_arrives_and_the_original_stays(self, desk: Desk, both):
        office, hq = both
        original = photo(1, (2400, 1800))
        shows, (filed,) = file(office, [original])
        packed = to_hq(office, desk)
        assert (packed.evidence, packed.waiting) == (1, 0)
        assert receive(hq, packed.files)[0].state == "imported"
        (found,) = evidence(hq, shows)
        assert found.sha256 == hashlib.sha256(original).hexdigest()
        assert (found.copy_sha256, found.copy_size) == (filed.copy_sha256, filed.copy_size)
        content = filing.content_of(found, hq.data)
        assert hashlib.sha256(content).hexdigest() == filed.copy_sha256
        assert max(Image.open(io.BytesIO(content)).size) == 1600
        assert here(hq, [filed.sha256 or ""]) == [False]
        assert filing.content_of(filed, office.data) == original
        assert filing.name_of(found, content) == "photo-0.jpg"

    def test_what_is_no_picture_arrives_as_it_is(self, desk: Desk, both):
        office, hq = both
        minutes = paper(1, 50_000)
        shows, (filed,) = file(office, [minutes], ["minutes.pdf"])
        receive(hq, to_hq(office, desk).files)
        (found,) = evidence(hq, shows)
        assert found.copy_sha256 is None
        assert filing.content_of(found, hq.data) == minutes
        assert filing.name_of(found, minutes) == "minutes.pdf"
        assert filed.size == 50_000

    def test_an_empty_file_travels_too(self, desk: Desk, both):
        office, hq = both
        shows, _filed = file(office, [b""], ["empty.txt"])
        receive(hq, to_hq(office, desk).files)
        assert filing.content_of(evidence(hq, shows)[0], hq.data) == b""

    def test_two_laptops_of_an_office_share_the_originals(self, laptops):
        original = photo(2, (2000, 1000))
        shows, (filed,) = file(laptops.mine, [original])
        laptops.give(laptops.mine, laptops.theirs)
        assert filing.content_of(evidence(laptops.theirs, shows)[0], laptops.theirs.data) == original
        laptops.give(laptops.theirs, laptops.hq)
        assert here(laptops.hq, [filed.copy_sha256 or "", filed.sha256 or ""]) == [True, False]


class TestTheMailbox:
    """With a size to keep: the changes whole, then files by urgency as far as they fit; the rest waits."""

    def test_the_newest_go_first_and_the_rest_next_time(self, desk: Desk, both):
        office, hq = both
        papers = [paper(n, 40_000) for n in range(6)]
        _shows, filed = file(office, papers, [f"{n}.bin" for n in range(6)])
        hashes = travelling(filed)
        bare = to_hq(office, desk, "bare.pdf", evidence="none").files[0].stat().st_size
        limit = bare + 100_000
        first = to_hq(office, desk, "first.pdf", max_size=limit)
        assert [path.stat().st_size <= limit for path in first.files] == [True]
        assert (first.evidence, first.waiting) == (2, 4)
        receive(hq, first.files)
        assert here(hq, hashes) == [False] * 4 + [True] * 2
        second = to_hq(office, desk, "second.pdf", max_size=limit)
        receive(hq, second.files)
        assert here(hq, hashes) == [False] * 2 + [True] * 4
        assert (second.evidence, second.waiting) == (2, 4), "what went and was not confirmed waits behind the others"
        receive(hq, to_hq(office, desk, "third.pdf", max_size=limit).files)
        assert here(hq, hashes) == [True] * 6

    def test_a_smaller_file_goes_where_a_larger_one_does_not_fit(self, desk: Desk, both):
        office, hq = both
        _shows, filed = file(office, [paper(1, 10_000), paper(2, 300_000)], ["small.bin", "large.bin"])
        bare = to_hq(office, desk, "bare.pdf", evidence="none").files[0].stat().st_size
        packed = to_hq(office, desk, max_size=bare + 50_000)
        receive(hq, packed.files)
        assert here(hq, travelling(filed)) == [True, False]

    def test_none_goes_when_none_is_wanted_and_the_records_go_all_the_same(self, desk: Desk, both):
        office, hq = both
        shows, filed = file(office, [photo()])
        packed = to_hq(office, desk, evidence="none")
        assert (packed.evidence, packed.waiting) == (0, 1)
        assert manifest_of(packed.files[0]).files == ()
        assert manifest_of(packed.files[0]).blobs == ((filed[0].copy_sha256, filed[0].copy_size),)
        assert receive(hq, packed.files)[0].state == "imported"
        assert [one.missing for one in filing.evidence_of(evidence(hq, shows), hq.data)] == [True]

    def test_what_headquarters_acknowledged_does_not_travel_again(self, desk: Desk, both):
        office, hq = both
        file(office, [photo()])
        receive(hq, to_hq(office, desk).files)
        receive(office, [circular(hq, desk)])
        log(office, "Afterwards")
        again = to_hq(office, desk, "b.pdf")
        assert again.evidence == 0
        assert (manifest_of(again.files[0]).files, manifest_of(again.files[0]).blobs) == ((), ())
        assert to_hq(office, desk, "c.pdf", full=True).evidence == 1

    def test_a_set_up_carries_no_files(self, desk: Desk):
        from server.services.setup import invite

        hq = desk.open("hq")
        file(hq, [paper(1, 30_000)], ["guideline.bin"])
        manifest = manifest_of(invite(hq, "KG", desk.file("setup.pdf")).file)
        assert (manifest.files, manifest.blobs, manifest.wants) == ((), (), ())

    def test_an_office_gets_no_file_of_another_office(self, desk: Desk):
        office, hq = desk.open("kg"), desk.open("hq")
        file(office, [photo()])
        receive(hq, to_hq(office, desk).files)
        other = send(hq, desk.file("md.pdf"), receiver="MD", full=True)
        assert other.evidence == 0
        assert manifest_of(other.files[0]).blobs == ()


@pytest.fixture
def heavy(desk: Desk) -> tuple[Folder, list[str], Packed]:
    """An office whose files take three parts and more: one of them is larger than a part."""
    office = desk.open("kg")
    contents = [paper(1, 3 * PIECE + 77), paper(2, 60_000), paper(3, 90_000)]
    _shows, filed = file(office, contents, ["large.bin", "a.bin", "b.bin"])
    packed = to_hq(office, desk, evidence="all", max_size=1_300_000)
    assert 3 <= len(packed.files) <= 5
    assert all(path.stat().st_size <= 1_300_000 for path in packed.files)
    assert (packed.evidence, packed.waiting) == (3, 0)
    return office, travelling(filed), packed


class TestParts:
    def test_a_large_file_goes_in_pieces_that_rejoin_in_every_order(self, desk: Desk, heavy):
        _office, hashes, packed = heavy
        for order in list(permutations(packed.files))[:: max(1, len(packed.files) - 2)]:
            hq = desk.open("hq")
            assert {one.state for one in receive(hq, order)} == {"imported"}
            assert here(hq, hashes) == [True] * 3
            assert list((hq.data.blobs / "parts").iterdir()) == []

    def test_repeated_and_mixed_with_another_dispatch_they_rejoin_too(self, desk: Desk, heavy):
        office, hashes, packed = heavy
        hq = desk.open("hq")
        other = to_hq(office, desk, "other.pdf", evidence="all", max_size=900_000)
        mixed = [other.files[-1], packed.files[0], packed.files[0], other.files[0], *packed.files[1:]]
        assert {one.state for one in receive(hq, mixed)} <= {"imported", "already"}
        assert here(hq, hashes) == [True] * 3

    def test_of_a_lost_part_what_is_complete_is_used_and_the_rest_is_asked_for(self, desk: Desk, heavy):
        office, hashes, packed = heavy
        hq = desk.open("hq")
        with_large = [path for path in packed.files
                      if any(entry.offset for entry in manifest_of(path).files)]
        lost = with_large[-1]
        receive(hq, [path for path in packed.files if path != lost])
        assert here(hq, hashes) == [False, True, True]
        question = circular(hq, desk)
        assert manifest_of(question).wants == (hashes[0],)
        receive(office, [question])
        answer = to_hq(office, desk, "answer.pdf", evidence="all", max_size=1_300_000)
        assert answer.evidence == 1, "only what was asked for goes again"
        receive(hq, answer.files)
        assert here(hq, hashes) == [True] * 3

    def test_without_a_size_a_dispatch_still_stays_small_enough_to_open(self, desk: Desk, monkeypatch):
        monkeypatch.setattr(parcels, "LARGEST", 1_000_000)
        office, hq = desk.open("kg"), desk.open("hq")
        _shows, filed = file(office, [paper(n, 300_000) for n in range(5)], [f"{n}.bin" for n in range(5)])
        packed = to_hq(office, desk)
        assert len(packed.files) > 1
        assert all(path.stat().st_size <= 1_000_000 for path in packed.files)
        receive(hq, packed.files)
        assert here(hq, travelling(filed)) == [True] * 5

    def test_a_size_that_would_take_too_many_parts_is_refused_and_leaves_nothing_behind(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ):
        office = desk.open("kg")
        file(office, [paper(1, 600_000)], ["a.bin"])
        bare = to_hq(office, desk, "bare.pdf", evidence="none").files[0].stat().st_size
        before = sorted(office.data.outbox.iterdir())
        monkeypatch.setattr("server.sync.files.MOST_PARTS", 2)
        with pytest.raises(Refused) as error:
            to_hq(office, desk, evidence="all", max_size=bare + 2_500)
        assert error.value.code == "too_large"
        assert sorted(office.data.outbox.iterdir()) == before
        assert not list(desk.room.glob("a*.pdf"))
        assert to_hq(office, desk, "fits.pdf", evidence="fit", max_size=bare + 2_500).waiting == 1


class TestAskingForWhatIsMissing:
    def test_what_headquarters_lost_is_sent_again_though_the_office_believed_it_there(self, desk: Desk, both):
        office, hq = both
        shows, filed = file(office, [photo()])
        receive(hq, to_hq(office, desk).files)
        receive(office, [circular(hq, desk, "first.pdf")])
        (hq.data.blobs / travelling(filed)[0]).unlink()
        question = circular(hq, desk)
        assert manifest_of(question).wants == tuple(travelling(filed))
        assert to_hq(office, desk, "before.pdf").evidence == 0
        receive(office, [question])
        receive(hq, to_hq(office, desk, "answer.pdf").files)
        assert here(hq, travelling(filed)) == [True]
        assert not [one for one in filing.evidence_of(evidence(hq, shows), hq.data) if one.missing]

    def test_what_is_asked_for_goes_before_what_is_new(self, desk: Desk, both):
        office, hq = both
        _shows, old = file(office, [paper(1, 60_000)], ["old.bin"])
        receive(hq, to_hq(office, desk, evidence="none").files)
        receive(office, [circular(hq, desk)])
        _shows, new = file(office, [paper(2, 60_000)], ["new.bin"])
        bare = to_hq(office, desk, "bare.pdf", evidence="none").files[0].stat().st_size
        receive(hq, to_hq(office, desk, "b.pdf", max_size=bare + 80_000).files)
        assert here(hq, travelling([*old, *new])) == [True, False]

    def test_an_office_that_lost_its_disk_gets_its_photos_back(self, desk: Desk, both):
        office, hq = both
        shows, filed = file(office, [photo(), paper(1, 20_000)], ["photo.jpg", "letter.bin"])
        receive(hq, to_hq(office, desk).files)
        for path in office.data.blobs.iterdir():
            path.unlink()
        asks = to_hq(office, desk, "asks.pdf")
        assert set(manifest_of(asks.files[0]).wants) == set(travelling(filed))
        receive(hq, asks.files)
        receive(office, [circular(hq, desk)])
        assert here(office, travelling(filed)) == [True, True]
        assert filing.content_of(evidence(office, shows)[0], office.data), "the copy, as long as the original is lost"

    def test_only_the_newest_word_counts(self, desk: Desk, both):
        office, hq = both
        file(office, [paper(1, 20_000)], ["a.bin"])
        receive(hq, to_hq(office, desk, evidence="none").files)
        asked = circular(hq, desk, "asked.pdf")
        receive(hq, to_hq(office, desk, "b.pdf").files)
        thanked = circular(hq, desk, "thanked.pdf")
        receive(office, [thanked, asked])
        assert to_hq(office, desk, "c.pdf").evidence == 0

    def test_a_deleted_document_is_not_asked_for(self, desk: Desk, both):
        office, hq = both
        _shows, filed = file(office, [photo()])
        author = office.author()
        with write_session(office.engine, author) as session:
            session.info["clock"] = office.clock
            delete(Work(session, author, office.clock), Document, filed[0].id)
        packed = to_hq(office, desk)
        assert packed.evidence == 0
        receive(hq, packed.files)
        assert manifest_of(circular(hq, desk)).wants == ()


def test_in_a_confidential_programme_files_are_sealed_with_the_rest(desk: Desk, both):
    office, hq = both
    with write_session(hq.engine, hq.author()) as session:
        session.info["clock"] = hq.clock
        (programme,) = rows(hq.data, "SELECT id FROM programme")
        define_programme(Work(session, hq.author(), hq.clock), {"confidential": 1}, id=programme[0])
    receive(office, [circular(hq, desk)])
    _shows, filed = file(office, [paper(1, 5_000)], ["secret.bin"])
    packed = to_hq(office, desk)
    assert paper(1, 5_000)[100:200] not in packed.files[0].read_bytes()
    receive(hq, packed.files)
    assert here(hq, travelling(filed)) == [True]
