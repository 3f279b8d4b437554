"""Receiving: what goes in goes in whole, and what is refused gets its own sentence and changes nothing."""

from __future__ import annotations

import dataclasses
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from server.base.errors import Refused, RuleBroken
from server.base.ids import new_id
from server.db.session import write_session
from server.domain.framework.models import Output
from server.domain.records import Work, save
from server.services.folder import Folder
from server.services.load import record_id
from server.services.receive import Received, inspect, preview_file, receive
from server.services.received import Step, Stopped
from server.services.send import send
from server.services.setup import invite, set_up_hq, set_up_office
from server.sync import keys, payload, tips, unpack
from server.sync.models import Device, LostChange
from tests.conftest import RequireTool
from tests.services.forging import pack_as, resealed, ring_of, self_made
from tests.services.world import EXAMPLE_FILES, NOW, Desk, Example, dump, everything, log, rows, shown, state


def refused(folder: Folder, path: Path) -> Received:
    """Receive a file that must be refused, and be sure that it left nothing behind."""
    before = everything(folder.data)
    (result,) = receive(folder, [path])
    assert result.state == "refused", result.sentence
    assert result.sentence.startswith(path.name + ": ")
    assert result.code
    assert everything(folder.data) == before
    return result


class TestDamagedFiles:
    """What HQ reads is what the office signed: anything else is named and changes nothing."""

    def test_a_flipped_byte_is_seen_wherever_it_is(self, example: Example, desk: Desk):
        hq = desk.open("hq-empty")
        data = example.dispatch("kg").read_bytes()
        for place in range(300, len(data), len(data) // 7):
            flipped = bytearray(data)
            flipped[place] ^= 1
            path = desk.file("flipped.pdf")
            path.write_bytes(flipped)
            assert refused(hq, path).code in ("altered", "resaved", "truncated", "not_a_dispatch")

    @pytest.mark.parametrize(
        ("spoil", "code"),
        [
            (lambda data: b"", "empty"),
            (lambda data: b"hello", "not_pdf"),
            (lambda data: data[: len(data) * 2 // 3], "truncated"),
            (lambda data: data + b"\n", "appended"),
            (lambda data: data + data, "saved_on_top"),
        ],
        ids=["empty", "another file", "cut", "appended", "twice"],
    )
    def test_each_damage_has_its_own_code(self, example, desk: Desk, spoil: Callable[[bytes], bytes], code: str):
        path = desk.file("spoiled.pdf")
        path.write_bytes(spoil(example.dispatch("kg").read_bytes()))
        assert refused(desk.open("hq-empty"), path).code == code

    def test_a_file_that_is_not_there_is_named(self, desk: Desk):
        assert refused(desk.open("hq-empty"), desk.file("gone.pdf")).code == "unreadable"

    def test_a_file_that_qpdf_saved_anew_is_named_so(self, example, desk: Desk, require_tool: RequireTool):
        path = desk.file("resaved.pdf")
        subprocess.run([require_tool("qpdf"), str(example.dispatch("kg")), str(path)], check=True)
        assert refused(desk.open("hq-empty"), path).code == "resaved"

    def test_a_printed_file_is_named_so(self, example, desk: Desk, require_tool: RequireTool):
        path, paper = desk.file("printed.pdf"), desk.file("printed.ps")
        command = [require_tool("gs"), "-q", "-dBATCH", "-dNOPAUSE"]
        for device, source, target in (("ps2write", example.dispatch("kg"), paper), ("pdfwrite", paper, path)):
            subprocess.run([*command, f"-sDEVICE={device}", f"-sOutputFile={target}", str(source)], check=True)
        assert refused(desk.open("hq-empty"), path).code == "printed"

    def test_a_report_made_for_reading_is_no_dispatch(self, example, desk: Desk):
        result = refused(desk.open("hq-empty"), example.root / "annual-report.pdf")
        assert result.code in ("not_a_dispatch", "printed")

    def test_no_two_damages_share_their_sentence(self, example, desk: Desk):
        hq = desk.open("hq-empty")
        data = example.dispatch("kg").read_bytes()
        middle = len(data) // 2
        spoiled = [b"", b"hello", data[:middle], data + b"\n", data[:middle] + b"\0" + data[middle + 1 :]]
        told = set()
        for content in spoiled:
            path = desk.file("spoiled.pdf")
            path.write_bytes(content)
            told.add(refused(hq, path).sentence)
        assert len(told) == len(spoiled)


class TestStrangers:
    """A sound signature counts only when headquarters knows whose it is."""

    @pytest.fixture
    def full(self, desk: Desk) -> tuple[Folder, Path]:
        """The office in Kyrgyzstan, and its dispatch that builds on nothing."""
        office = desk.open("kg")
        return office, send(office, desk.file("full.pdf"), full=True).files[0]

    def test_the_same_data_under_a_self_made_key_proves_no_invitation(self, desk: Desk, full):
        office, source = full
        path = desk.file("self-made.pdf")
        path.write_bytes(resealed(source, self_made(office)))
        assert refused(desk.open("hq-empty"), path).code == "wrong_proof"

    def test_a_self_made_key_without_any_proof_is_unknown(self, desk: Desk, full):
        office, source = full
        path = desk.file("self-made.pdf")
        path.write_bytes(resealed(source, self_made(office), lambda m: dataclasses.replace(m, enrolment=None)))
        for folder in (desk.open("hq-empty"), desk.open("hq")):
            assert refused(folder, path).code == "unknown_signer"

    def test_a_cover_that_names_another_office_is_refused(self, desk: Desk, full, example):
        office, source = full
        other = rows(desk.copy("md"), "SELECT office FROM sync_replica")[0][0]
        path = desk.file("mismatch.pdf")
        path.write_bytes(resealed(source, ring_of(office), lambda m: dataclasses.replace(m, from_office=other)))
        assert refused(desk.open("hq"), path).code == "signer_mismatch"

    def test_a_cover_that_names_another_laptop_is_refused(self, desk: Desk, full):
        office, source = full
        path = desk.file("mismatch.pdf")
        path.write_bytes(resealed(source, ring_of(office), lambda m: dataclasses.replace(m, from_device=new_id())))
        assert refused(desk.open("hq"), path).code == "signer_mismatch"

    def test_a_second_programme_with_the_same_ids_is_a_stranger(self, desk: Desk):
        """Made from the same file, its ids are the same; its key is not, and its invitations are not ours."""
        twin = desk.keep(set_up_hq(desk.folder("twin-hq"), EXAMPLE_FILES / "hq.json", None, NOW))
        setup = invite(twin, "KG", desk.file("twin-kg.pdf")).file
        office = desk.keep(set_up_office(desk.folder("twin-kg"), setup, None, NOW))
        log(office, "An activity of the twin")
        path = send(office, desk.file("twin.pdf"), period="y1").files[0]
        assert refused(desk.open("hq"), path).code == "unknown_invitation"
        assert receive(twin, [path])[0].state == "imported"
        circular = send(twin, desk.file("circular.pdf"), receiver="KG").files[0]
        assert refused(desk.open("kg"), circular).code == "unknown_signer"
        receive(office, [circular])
        known_there = send(office, desk.file("twin-2.pdf"), period="y1").files[0]
        assert refused(desk.open("hq"), known_there).code == "unknown_signer"

    def test_another_programme_is_named_so(self, desk: Desk):
        other = EXAMPLE_FILES / "hq.json"
        file = desk.file("other.json")
        file.write_text(other.read_text(encoding="utf-8").replace('"mmnds"', '"other"'), encoding="utf-8")
        hq = desk.keep(set_up_hq(desk.folder("other-hq"), file, None, NOW))
        office = desk.keep(set_up_office(desk.folder("other-kg"), invite(hq, "KG", desk.file("s.pdf")).file, None, NOW))
        log(office, "An activity of another programme")
        path = send(office, desk.file("other.pdf"), period="y1").files[0]
        result = refused(desk.open("hq"), path)
        assert result.code == "other_programme"
        assert "another programme" in result.sentence

    def test_the_set_up_of_another_office_is_refused(self, example, desk: Desk):
        result = refused(desk.open("kg"), example.setup("md"))
        assert result.code == "other_office"
        assert "Moldova" in result.sentence

    def test_a_circular_that_an_office_signed_is_refused(self, desk: Desk):
        """Only headquarters changes the framework, whatever the cover of a file says."""
        hq = desk.open("hq")
        for code in ("KG", "MD"):
            send(hq, desk.file(f"{code}.pdf"), receiver=code)
        office = desk.open("kg")
        receive(office, [desk.file("KG.pdf")])
        forger = desk.open("md")
        forged = pack_as(forger, "circular", desk.file("forged.pdf"), to="KG")
        assert refused(office, forged).code == "not_hq"
        assert refused(hq, forged).code == "not_hq"

    def test_a_laptop_that_headquarters_took_off_the_list_is_refused(self, example, desk: Desk):
        hq = desk.open("hq")
        send(hq, desk.file("circular.pdf"), receiver="KG")
        office = desk.open("kg")
        log(office, "Logged after the theft")
        path = send(office, desk.file("stolen.pdf"), period="y1").files[0]
        revoke(hq, office)
        assert refused(hq, path).code == "revoked_signer"
        assert refused(hq, send(office, desk.file("again.pdf"), full=True).files[0]).code == "revoked_signer"

    def test_a_used_invitation_does_not_admit_another_laptop(self, example, desk: Desk):
        second = desk.keep(set_up_office(desk.folder("second"), example.setup("kg"), None, NOW))
        log(second, "From a laptop that was not invited")
        path = send(second, desk.file("second.pdf"), period="y1").files[0]
        result = refused(desk.open("hq"), path)
        assert result.code == "invitation_used"
        assert receive(desk.open("hq-empty"), [path])[0].state == "imported"

    def test_an_expired_certificate_is_told_with_the_clock_in_mind(self, desk: Desk, full, monkeypatch):
        _office, source = full
        monkeypatch.setattr(keys, "valid_until", lambda _certificate: NOW() - timedelta(days=1))
        result = refused(desk.open("hq"), source)
        assert result.code == "expired_signer"
        assert "date of this computer" in result.sentence

    def test_no_certificate_expires_by_a_clock_that_cannot_be_right(self, desk: Desk, full):
        office, source = full
        end = keys.valid_until(ring_of(office).certificates[0])
        far_ahead = desk.open("hq", lambda: end.replace(year=end.year + 1))
        assert receive(far_ahead, [source])[0].state == "imported"


def revoke(hq: Folder, office: Folder) -> None:
    """Headquarters takes the office's laptop off its list."""
    with write_session(hq.engine, hq.author()) as session:
        session.info["clock"] = hq.clock
        save(Work(session, hq.author(), hq.clock), Device, {"revoked": "2015-08-01"}, id=office.identity.device)


class TestBatches:
    """Each file is whole or not at all, whatever its neighbours are."""

    def test_the_good_ones_go_in_and_the_bad_one_is_told(self, example, desk: Desk):
        hq = desk.open("hq-empty")
        bad = desk.file("bad.pdf")
        bad.write_bytes(example.dispatch("md").read_bytes()[:-100])
        results = receive(hq, [example.dispatch("kg"), bad, example.dispatch("ma")])
        assert [result.state for result in results] == ["imported", "refused", "imported"]
        told = "SELECT state, count(*) FROM sync_inbox GROUP BY state ORDER BY state"
        assert rows(hq.data, told) == [("imported", 2), ("refused", 1)]

    def test_the_same_file_again_says_so_and_changes_nothing(self, example, desk: Desk):
        hq = desk.open("hq-empty")
        receive(hq, [example.dispatch("kg")])
        before = everything(hq.data)
        (again,) = receive(hq, [example.dispatch("kg")])
        assert again.state == "already"
        assert again.accepted
        assert everything(hq.data) == before

    def test_the_same_dispatch_under_another_name_is_the_same(self, example, desk: Desk):
        hq = desk.open("hq-empty")
        renamed = desk.file("Fwd - report (2).pdf")
        renamed.write_bytes(example.dispatch("kg").read_bytes())
        assert [r.state for r in receive(hq, [example.dispatch("kg"), renamed])] == ["imported", "already"]

    def test_a_new_file_of_which_everything_is_here_is_not_unpacked(
        self, example, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ):
        hq, kg = desk.open("hq-empty"), desk.open("kg")
        receive(hq, [example.dispatch("kg")])
        first, second, third = (desk.file(f"{name}.pdf") for name in ("first", "second", "third"))
        send(kg, first, period="y1", full=True)
        receive(hq, [first])
        send(kg, second, period="y1", full=True)
        monkeypatch.setattr(payload, "unpack", lambda *_given: pytest.fail("its changes were read"))
        (result,) = receive(hq, [second])
        assert (result.state, result.changes) == ("imported", 0)
        assert "is here already" in result.sentence
        monkeypatch.undo()
        log(kg, "One more")
        send(kg, third, period="y1", full=True)
        (result,) = receive(hq, [third])
        assert result.tables["activity"]["created"] == 1

    def test_where_changes_were_declared_lost_no_end_stands_for_what_is_before_it(self, example, desk: Desk):
        hq = desk.open("hq-empty")
        receive(hq, [example.dispatch("kg")])
        with write_session(hq.engine, hq.author()) as session:
            held = tips.tips(session.connection())
            assert tips.all_here(session.connection(), held)
            assert not tips.all_here(session.connection(), {})
            assert not tips.all_here(session.connection(), {**held, "0" * 32 + "/framework": [(1, "ab" * 32)]})
            session.add(LostChange(id=new_id(), office=hq.identity.office, changeset="cd" * 32, deleted=0))
            session.flush()
            assert not tips.all_here(session.connection(), held)
            session.rollback()

    def test_it_can_be_stopped_while_it_is_read(self, example, desk: Desk, monkeypatch: pytest.MonkeyPatch):
        hq = desk.open("hq-empty")
        before = everything(hq.data)
        monkeypatch.setattr(unpack, "_BATCH", 1)
        steps: list[Step] = []

        def watch(step: Step) -> None:
            steps.append(step)
            if step.read == 1:
                raise Stopped

        (result,) = receive(hq, [example.dispatch("kg")], watch)
        assert result.state == "stopped"
        assert [(step.read, step.done) for step in steps] == [(0, 0), (1, 0)]
        assert 0 == steps[0].share < steps[1].share < 1
        assert everything(hq.data) == before

    def test_counts_tell_what_came(self, example, desk: Desk):
        hq = desk.open("hq-empty")
        (result,) = receive(hq, [example.dispatch("kg")])
        told = result.as_dict()
        assert told["office"] == "KG"
        assert told["number"] == 1
        assert told["records"]["activity"] == {"created": 4, "changed": 0, "deleted": 0}
        assert rows(hq.data, "SELECT count(*) FROM activity")[0][0] >= 4

    def test_a_copy_of_the_database_is_made_before_the_import(self, example, desk: Desk):
        hq = desk.open("hq-empty")
        before = dump(hq)
        receive(hq, [example.dispatch("kg")])
        (copy,) = hq.data.backups.glob("*import*.db")
        restored = desk.folder("restored").create()
        copy.replace(restored.database)
        assert state(restored) == before


class TestInspect:
    """Looking at a file changes nothing."""

    def test_it_tells_who_signed_and_what_would_change(self, example, desk: Desk):
        hq = desk.copy("hq-empty")
        before = everything(hq)
        found = inspect(hq, example.dispatch("kg"), NOW)
        assert found.signer == "Kyrgyzstan country office"
        assert found.outcome is not None
        assert found.outcome.state == "would"
        assert found.outcome.tables["activity"]["created"] == 4
        assert everything(hq) == before

    def test_what_it_foretells_is_what_comes(self, example, desk: Desk):
        hq = desk.open("hq-empty")
        foretold = preview_file(hq, example.dispatch("ma"))
        (done,) = receive(hq, [example.dispatch("ma")])
        assert foretold.tables == done.tables
        assert foretold.changes == done.changes

    def test_it_works_where_nothing_is_set_up(self, example, desk: Desk):
        nowhere = desk.folder("nowhere")
        found = inspect(nowhere, example.dispatch("kg"), NOW)
        assert found.manifest is not None
        assert found.manifest.kind == "report"
        assert found.outcome is None
        assert not found.refusal
        assert not nowhere.root.exists()

    def test_a_file_that_would_be_refused_says_why(self, example, desk: Desk):
        assert inspect(desk.copy("kg"), example.setup("md"), NOW).code == "other_office"
        assert inspect(desk.copy("kg"), example.root / "annual-report.pdf", NOW).code == "not_a_dispatch"


class TestScope:
    """Only headquarters changes the framework, and an office its own records; the rest of the dispatch goes in."""

    def test_an_offices_change_of_the_framework_is_kept_apart(self, desk: Desk):
        office = desk.open("kg")
        with office.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE output SET title = 'Mine now' WHERE number = 1")
        office = desk.again(office)
        own = log(office, "Logged beside it")
        path = send(office, desk.file("greedy.pdf"), period="y1").files[0]
        hq = desk.open("hq")
        before = rows(hq.data, "SELECT title FROM output ORDER BY number")
        (result,) = receive(hq, [path])
        assert result.state == "imported"
        assert result.quarantined == 1
        assert "kept apart" in result.sentence
        assert rows(hq.data, "SELECT title FROM output ORDER BY number") == before
        assert shown(hq, "activity", own)["title"] == "Logged beside it"

    def test_an_offices_change_of_another_offices_record_is_kept_apart(self, desk: Desk):
        office, hq = desk.open("kg"), desk.open("hq")
        theirs = rows(hq.data, "SELECT id, office FROM activity WHERE office = ?", record_id("office", "md"))[0]
        with office.engine.begin() as connection:
            connection.exec_driver_sql(
                "INSERT INTO activity(id, office, deleted, title) VALUES(?, ?, 0, 'Not ours')", theirs
            )
        office = desk.again(office)
        own = log(office, "Logged beside it")
        before = shown(hq, "activity", theirs[0])
        (result,) = receive(hq, [send(office, desk.file("greedy.pdf"), period="y1").files[0]])
        assert result.quarantined == 1
        assert shown(hq, "activity", theirs[0]) == before
        assert shown(hq, "activity", own)["title"] == "Logged beside it"

    def test_the_rules_themselves_do_not_let_an_office_change_the_framework(self, desk: Desk):
        office = desk.open("kg")
        before = dump(office)
        output = record_id("output", "output-1")
        with write_session(office.engine, office.author()) as session:
            work = Work(session, office.author(), NOW)
            with pytest.raises(RuleBroken):
                save(work, Output, {"title": "Mine now"}, id=output)
        assert dump(office) == before


def test_only_a_pdf_that_is_whole_is_previewed(desk: Desk):
    with pytest.raises(Refused) as error:
        preview_file(desk.open("kg"), desk.file("gone.pdf"))
    assert error.value.code == "unreadable"
