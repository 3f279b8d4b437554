"""Evidence where it lies: filed by its content, verified before it is used, cared for by backups and the doctor."""

from __future__ import annotations

import io
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from server.base.errors import NotFound, Refused
from server.db.backup import restore_backup, write_backup
from server.db.session import read_session, write_session
from server.domain.documents.models import Document
from server.domain.documents.queries import documents
from server.domain.records import Work
from server.reports.model import Evidence
from server.reports.parts.papers import write_evidence
from server.services import files, filing
from server.services.consolidate import annual_report, progress_report
from server.services.diagnostics import examine
from server.services.folder import Folder
from server.services.load import record_id
from server.services.receive import receive
from server.services.undo import last, undo
from server.sync import replica
from server.sync.payload import FilePart
from tests.services.evidence import circular, evidence, file, file_more, here, paper, photo, to_hq, travelling
from tests.services.world import Desk, log, manifest_of, rows, shown


@pytest.fixture
def both(desk: Desk) -> tuple[Folder, Folder]:
    """An office, and headquarters that has spoken to it."""
    return desk.open("kg"), desk.open("hq")


def huge() -> bytes:
    """A small file with more pixels than are held in memory."""
    found = io.BytesIO()
    Image.new("1", (6000, 5000)).save(found, "PNG")
    return found.getvalue()


class TestNamesAreOnlyNames:
    def test_a_file_name_is_never_a_path(self, desk: Desk, both):
        office, hq = both
        shows, (filed,) = file(office, [b"../../x"], ["../../x"])
        assert filed.file_name == "../../x"
        receive(hq, to_hq(office, desk).files)
        assert filing.content_of(evidence(hq, shows)[0], hq.data) == b"../../x"
        for folder in (office, hq):
            lies = [path for path in folder.data.root.rglob("*") if path.is_file() and path.read_bytes() == b"../../x"]
            assert lies == [folder.data.blobs / (filed.sha256 or "")]

    @pytest.mark.parametrize("hash_", ["../../../etc/passwd", "A" * 64, "", "0" * 63, "0" * 64 + "/..", "0" * 65])
    def test_a_record_may_claim_any_hash_and_nothing_comes_of_it(self, desk: Desk, both, hash_: str):
        office, hq = both
        shows = log(office, "With a strange document")
        author = office.author()
        with write_session(office.engine, author) as session:
            session.info["clock"] = office.clock
            work = Work(session, author, office.clock)
            filing.file_evidence(work, office.data, shows, "Strange", "")
            for row in session.query(Document).filter_by(title="Strange"):
                row.sha256, row.copy_sha256, row.size = hash_, hash_, -5
        packed = to_hq(office, desk)
        assert receive(hq, packed.files)[0].state == "imported"
        assert not any(files.is_here(folder.data, hash_) for folder in (office, hq))
        assert manifest_of(circular(hq, desk)).wants == ()
        with pytest.raises(NotFound):
            filing.content_of(evidence(hq, shows)[0], hq.data)


class TestDamage:
    def payload(self, folder: Folder, desk: Desk, parts: Sequence[FilePart]) -> Any:
        """A payload that carries those pieces, as an import meets it."""
        from server.sync.payload import Payload

        manifest = manifest_of(to_hq(folder, desk, f"cover-{len(list(desk.room.iterdir()))}.pdf").files[0])
        return Payload(manifest, (), tuple(parts))

    def take(self, folder: Folder, payload: Any) -> None:
        with write_session(folder.engine, folder.author()) as session:
            session.info["clock"] = folder.clock
            files.take(session, folder, payload)

    def test_pieces_that_are_not_the_file_are_told_dropped_and_asked_for_again(self, desk: Desk, both):
        office, hq = both
        shows, filed = file(office, [paper(1, 300)], ["a.bin"])
        receive(hq, to_hq(office, desk, evidence="none").files)
        (hash_,) = travelling(filed)
        good = filing.content_of(filed[0], office.data)
        pieces = [FilePart(hash_, 300, 0, good[:200]), FilePart(hash_, 300, 200, b"x" * 100)]
        self.take(hq, self.payload(office, desk, pieces))
        assert here(hq, [hash_]) == [False]
        assert rows(hq.data, "SELECT have, damaged FROM sync_blob WHERE sha256=?", hash_) == [(0, 1)]
        assert list((hq.data.blobs / "parts").iterdir()) == []
        assert manifest_of(circular(hq, desk)).wants == (hash_,)
        pieces[1] = replace(pieces[1], data=good[200:])
        self.take(hq, self.payload(office, desk, pieces))
        assert here(hq, [hash_]) == [True]
        assert rows(hq.data, "SELECT have, damaged FROM sync_blob WHERE sha256=?", hash_) == [(1, 0)]
        assert filing.content_of(evidence(hq, shows)[0], hq.data) == good

    def test_a_file_that_rotted_is_not_sent_and_not_shown(self, desk: Desk, both):
        office, hq = both
        shows, filed = file(office, [paper(1, 300), paper(2, 300)], ["a.bin", "b.bin"])
        rotten, sound = travelling(filed)
        (office.data.blobs / rotten).write_bytes(b"x" * 300)
        packed = to_hq(office, desk)
        assert (packed.evidence, packed.waiting) == (1, 1)
        receive(hq, packed.files)
        assert here(hq, [rotten, sound]) == [False, True]
        (hq.data.blobs / sound).write_bytes(b"y" * 300)
        with pytest.raises(NotFound, match="asked for"):
            filing.content_of(evidence(hq, shows)[1], hq.data)
        assert set(manifest_of(circular(hq, desk)).wants) == {rotten, sound}

    def test_a_full_disk_leaves_the_import_undone_and_the_next_try_goes_through(
        self, desk: Desk, both, monkeypatch: pytest.MonkeyPatch
    ):
        office, hq = both
        shows, filed = file(office, [paper(1, 300), paper(2, 300)], ["a.bin", "b.bin"])
        packed = to_hq(office, desk)
        written = files.write_atomically
        calls: list[Path] = []

        def full(path: Path, data: bytes, mode: int = 0o600) -> None:
            calls.append(path)
            if len(calls) == 2:
                raise OSError(28, "No space left on device")
            written(path, data, mode)

        monkeypatch.setattr(files, "write_atomically", full)
        (result,) = receive(hq, packed.files)
        assert (result.state, result.code) == ("refused", "full")
        assert not shown(hq, "activity", shows)
        assert len(calls) == 2
        monkeypatch.setattr(files, "write_atomically", written)
        (result,) = receive(hq, packed.files)
        assert result.state == "imported"
        assert here(hq, travelling(filed)) == [True, True]

    def test_leftovers_of_interrupted_work_are_swept(self, desk: Desk, both):
        office, hq = both
        _shows, filed = file(office, [paper(1, 300)], ["a.bin"])
        receive(hq, to_hq(office, desk).files)
        (hash_,) = travelling(filed)
        room = hq.data.blobs / "parts"
        room.mkdir(exist_ok=True)
        for name in (f"{hash_}.300.0.10", ".x.part", f"{'a' * 64}.300.0.10"):
            (room / name).write_bytes(b"0123456789")
        old, fresh = hq.data.blobs / f".{hash_}.1.part", hq.data.outbox / ".b.sealed"
        for path in (old, fresh):
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(b"half")
        for path in (old, room / ".x.part"):
            os.utime(path, (1, 1))
        files.settle(hq)
        assert [path.name for path in room.iterdir()] == [f"{'a' * 64}.300.0.10"]
        assert [old.exists(), fresh.exists()] == [False, True], "what is being written right now is left alone"
        assert here(hq, [hash_]) == [True]

    def test_a_sound_copy_that_comes_again_replaces_one_that_rotted(self, desk: Desk, both):
        office, hq = both
        shows, filed = file(office, [paper(1, 300)], ["a.bin"])
        receive(hq, to_hq(office, desk).files)
        (hq.data.blobs / travelling(filed)[0]).write_bytes(b"z" * 300)
        receive(hq, to_hq(office, desk, "again.pdf").files)
        assert filing.content_of(evidence(hq, shows)[0], hq.data) == paper(1, 300)

    def test_nothing_of_a_dispatch_that_could_not_be_written_lies_in_the_outbox(self, desk: Desk, both):
        office, _hq = both
        file(office, [paper(1, 300)], ["a.bin"])
        before = sorted(office.data.outbox.iterdir())
        with pytest.raises(Refused):
            to_hq(office, desk, max_size=1_000)
        assert sorted(office.data.outbox.iterdir()) == before


class TestUndo:
    def test_an_undone_import_leaves_the_file_and_importing_again_uses_it(self, desk: Desk, both):
        office, hq = both
        shows, filed = file(office, [photo()])
        packed = to_hq(office, desk)
        receive(hq, packed.files)
        undo(hq, last(hq))
        assert not shown(hq, "activity", shows)
        assert here(hq, travelling(filed)) == [True]
        assert manifest_of(circular(hq, desk)).wants == ()
        (result,) = receive(hq, packed.files)
        assert result.state == "imported"
        assert [one.missing for one in filing.evidence_of(evidence(hq, shows), hq.data)] == [False]


class TestCare:
    def test_a_backup_holds_the_files_and_gives_them_back(self, desk: Desk, both):
        office, _hq = both
        shows, filed = file(office, [photo()])
        write_backup(office.data, desk.file("backup.zip"))
        data = desk.folder("restored")
        restore_backup(desk.file("backup.zip"), data, office.clock())
        again = desk.open(data)
        assert filing.content_of(evidence(again, shows)[0], data) == filing.content_of(filed[0], office.data)
        assert here(again, travelling(filed)) == [True]

    def test_the_doctor_names_damaged_files_and_lists_those_that_are_awaited(self, desk: Desk, both):
        office, hq = both
        _shows, filed = file(office, [paper(1, 300), photo()], ["letter.bin", "photo.jpg"])
        receive(hq, to_hq(office, desk, evidence="none").files)
        told = [one for one in examine(hq.data, hq.clock) if "photo.jpg" in one.sentence]
        assert [one.good for one in told] == [True]
        assert "letter.bin" in told[0].sentence
        (office.data.blobs / travelling(filed)[0]).write_bytes(b"rotten")
        assert any(travelling(filed)[0] in one.sentence for one in examine(office.data, office.clock) if not one.good)

    def test_the_notes_follow_the_folder(self, desk: Desk, both):
        """A folder that was put together by hand, or whose import was undone, is in line again at the next opening."""
        office, _hq = both
        _shows, filed = file(office, [paper(1, 300)], ["a.bin"])
        (hash_,) = travelling(filed)
        (office.data.blobs / hash_).unlink()
        files.settle(office)
        assert rows(office.data, "SELECT sha256, have FROM sync_blob") == [(hash_, 0)]
        with office.engine.connect() as connection:
            assert replica.identity(connection) is not None


class TestFiling:
    def test_exif_is_gone_and_the_rotation_applied(self, desk: Desk):
        exif = Image.Exif()
        exif[0x0112], exif[0x010F], exif[0x9286] = 6, "Camera of the office", "At the border post"
        exif.get_ifd(0x8825).update({1: "N", 2: (42.0, 52.0, 0.0), 3: "E", 4: (74.0, 36.0, 0.0)})
        original = photo(3, (800, 400), exif=exif, comment=b"a remark of the camera")
        office = desk.open("kg")
        _shows, (filed,) = file(office, [original])
        copy = files.content(office.data, filed.copy_sha256)
        with Image.open(io.BytesIO(copy)) as found:
            assert found.size == (400, 800)
            assert not found.getexif()
            assert "comment" not in found.info
        assert b"Exif" not in copy
        assert b"border" not in copy
        assert b"Camera" not in copy
        assert files.content(office.data, filed.sha256) == original

    def test_one_that_is_turned_away_keeps_no_other_out(self, desk: Desk, monkeypatch: pytest.MonkeyPatch):
        office = desk.open("kg")
        _shows, filed = file(office, [photo(1), photo(2), b"text"], ["one.jpg", "two.jpg", "three.txt"])
        assert [one.title for one in filed] == ["one.jpg", "two.jpg", "three.txt"]
        monkeypatch.setattr(filing, "LARGEST", 100)
        shows, filed = file(office, [b"small", b"x" * 101, b"other"], ["a.bin", "b.bin", "c.bin"])
        assert [one.title for one in filed] == ["a.bin", "c.bin"]
        done = file_more(office, shows, [b"small", b"x" * 101], ["again.bin", "b.bin"])
        assert [(one.name, one.sentence.partition(" ")[0]) for one in done.turned] == [
            ("again.bin", "again.bin"), ("b.bin", "b.bin")]  # fmt: skip
        assert "is here already" in done.turned[0].sentence
        assert "too large" in done.turned[1].sentence
        assert [one.title for one in evidence(office, shows)] == ["a.bin", "c.bin"]

    @pytest.mark.parametrize(
        ("name", "content", "why"),
        [
            ("cut.jpg", photo(4)[:4000], "is damaged"),
            ("bomb.png", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\xff\xff\x00\x00\xff\xff\x08\x02\x00\x00\x00",
             "is damaged"),
            ("huge.png", huge(), "too many pixels"),
            ("text.jpg", b"this is no picture", "not a picture that can be shown"),
            ("empty.jpg", b"", "not a picture that can be shown"),
            ("camera.HEIC", b"\x00\x00\x00\x18ftypheic", "not a picture that can be shown"),
        ],
        ids=["truncated", "bomb", "huge", "not a picture", "empty", "of another form"],
    )  # fmt: skip
    def test_a_picture_that_nobody_could_see_is_no_evidence_and_may_be_kept_as_a_document(
        self, desk: Desk, name: str, content: bytes, why: str
    ):
        office = desk.open("kg")
        shows, (good,) = file(office, [content, photo(1)], [name, "good.jpg"])
        assert [one.title for one in evidence(office, shows)] == [good.title] == ["good.jpg"]
        (turned,) = file_more(office, shows, [content], [name]).turned
        assert turned.name == name
        assert turned.sentence.startswith(f"{name} ")
        assert why in turned.sentence
        with write_session(office.engine, office.author()) as session:
            session.info["clock"] = office.clock
            work = Work(session, office.author(), office.clock)
            made = filing.file_papers(work, office.data, {"kind": "other"}, [filing.Upload(name, lambda: content)])
            (filed,) = documents(session, made)
        assert filed.copy_sha256 is None
        assert filing.content_of(filed, office.data) == content
        with pytest.raises(NotFound):
            filing.small_picture(filed, office.data)

    def test_of_a_moving_picture_the_first_frame_is_the_copy_and_a_scan_of_pages_stays_whole(self, desk: Desk):
        office = desk.open("kg")
        frames = [Image.new("RGB", (60, 40), colour) for colour in ("red", "blue")]
        made = {}
        for form in ("GIF", "TIFF"):
            target = io.BytesIO()
            frames[0].save(target, form, save_all=True, append_images=frames[1:])
            made[form] = target.getvalue()
        _shows, (moving, scan) = file(office, [made["GIF"], made["TIFF"]], ["moving.gif", "scan.tif"])
        with Image.open(io.BytesIO(files.content(office.data, moving.copy_sha256))) as copy:
            assert getattr(copy, "n_frames", 1) == 1
            red, _green, blue = copy.convert("RGB").getpixel((5, 5))
            assert red > 200 > 50 > blue
        assert scan.copy_sha256 is None


class TestOnPaper:
    def test_the_evidence_list_says_what_has_not_arrived(self, desk: Desk, both):
        office, hq = both
        shows, filed = file(office, [photo()])
        log(office, "Training of focal points", id=shows, in_report=1, date_from="2014-05-14", narrative="It was held.")

        def awaited(folder: Folder) -> bool:
            with read_session(folder.engine) as session:
                report = annual_report(session, record_id("reporting_period", "y1"), "en", folder.clock)
                return {one.file_name: one.awaited for one in report.papers.evidence}["photo-0.jpg"]

        receive(hq, to_hq(office, desk, evidence="none").files)
        assert awaited(hq)
        with read_session(hq.engine) as session:  # its pages are drawn again and compared: nothing local is on them
            report = progress_report(session, record_id("office", "kg"), record_id("reporting_period", "y1"), "en")
            assert not any(one.awaited for one in report.papers.evidence)
        receive(hq, to_hq(office, desk, "b.pdf").files)
        assert not awaited(hq)
        assert here(hq, travelling(filed)) == [True]

    def test_in_words_beside_the_file_it_is_about(self):
        class Sheet:
            rows: Sequence[Sequence[str]] = ()

            def table(self, _head: object, rows: Sequence[Sequence[str]], **_how: object) -> None:
                self.rows = rows

        sheet = Sheet()
        listed = [Evidence(1, "Launch", "photo", None, "a.jpg", "", "", "", awaited=True),
                  Evidence(2, "Letter", "other", None, "b.pdf", "", "", "")]  # fmt: skip
        write_evidence(sheet, listed, with_country=False)  # type: ignore[arg-type]
        assert [row[-1] for row in sheet.rows] == ["a.jpg\nThe file has not arrived yet.", "b.pdf"]
