"""Sending and what comes of it: reports, receipts, certificates, reviews."""

from __future__ import annotations

import subprocess

import pytest

from server.base.errors import Refused
from server.db.session import write_session
from server.domain.records import Work
from server.domain.reporting.commands import write_section
from server.services.load import record_id
from server.services.receive import receive
from server.services.send import send
from server.services.setup import set_up_office
from tests.conftest import RequireTool
from tests.pdf_reading import flat, text_of
from tests.services.world import (
    Desk,
    Example,
    dump,
    how_far,
    hq_has_all_of,
    log,
    manifest_of,
    report_of,
    review,
    rows,
    shown,
)


class TestReportDispatch:
    def test_numbers_count_up_for_each_receiver(self, desk: Desk):
        office = desk.open("kg")
        sent = [send(office, desk.file(f"{n}.pdf"), period="y1") for n in (1, 2)]
        assert [packed.number for packed in sent] == [2, 3]
        assert send(office, desk.file("exchange.pdf"), receiver="replica").number == 1

    def test_without_a_period_the_one_reported_on_is_taken(self, desk: Desk):
        office = desk.open("kg")
        packed = send(office, desk.file("a.pdf"))
        assert manifest_of(packed.files[0]).period == record_id("reporting_period", "y1")

    def test_an_unknown_period_is_named(self, desk: Desk):
        office = desk.open("kg")
        before = dump(office)
        with pytest.raises(Refused, match="y9") as error:
            send(office, desk.file("a.pdf"), period="y9")
        assert error.value.code == "no_period"
        assert dump(office) == before
        assert not desk.file("a.pdf").exists()

    def test_what_was_sent_can_be_sent_again_from_the_outbox(self, desk: Desk):
        """A sent dispatch is a restore point: its bytes are kept."""
        office = desk.open("kg")
        (path,) = send(office, desk.file("a.pdf"), period="y1").files
        assert path.read_bytes() in [kept.read_bytes() for kept in office.data.outbox.glob("*.pdf")]

    def test_the_pages_show_number_and_fingerprint(self, desk: Desk, require_tool: RequireTool):
        office = desk.open("kg")
        packed = send(office, desk.file("a.pdf"), period="y1")
        text = flat(text_of(packed.files[0].read_bytes(), require_tool("pdftotext")))
        assert packed.fingerprint in text
        assert "Kyrgyzstan" in text
        assert "Кыргызстан" in text or "Кыргызск" in text

    def test_pdfsig_finds_one_valid_signature_over_the_whole_file(self, desk: Desk, require_tool: RequireTool):
        (path,) = send(desk.open("kg"), desk.file("a.pdf"), period="y1").files
        command = [require_tool("pdfsig"), "-nocert", str(path)]
        told = subprocess.run(command, check=False, capture_output=True, text=True).stdout
        assert told.count("Signature is Valid") == 1
        assert "Total document signed" in told

    def test_where_the_target_cannot_be_written_nothing_is_noted_as_sent(self, desk: Desk):
        office = desk.open("kg")
        desk.file("folder.pdf").mkdir()
        sent = rows(office.data, "SELECT count(*) FROM sync_outbox")
        with pytest.raises(OSError, match="directory"):
            send(office, desk.file("folder.pdf"), period="y1")
        assert rows(office.data, "SELECT count(*) FROM sync_outbox") == sent
        assert send(office, desk.file("a.pdf"), period="y1").number == 2


class TestAcknowledgement:
    """"Sent" is not "received": a dispatch carries all that the receiver has not acknowledged."""

    def test_unacknowledged_changes_travel_again_and_acknowledged_ones_do_not(self, desk: Desk):
        office, hq = desk.open("kg"), desk.open("hq")
        first = send(office, desk.file("1.pdf"), period="y1")
        assert first.changes >= 2
        receive(office, [send(hq, desk.file("circular.pdf"), receiver="KG").files[0]])
        logged = log(office, "Logged after the receipt")
        second = send(office, desk.file("2.pdf"), period="y1")
        assert second.changes == 1
        (result,) = receive(hq, [second.files[0]])
        assert (result.state, result.changes) == ("imported", 1)
        assert shown(hq, "activity", logged)["title"] == "Logged after the receipt"
        assert hq_has_all_of(hq, office)

    def test_home_tells_how_far_changes_travelled(self, desk: Desk):
        office, hq = desk.open("kg"), desk.open("hq")
        assert (how_far(office).unsent, how_far(office).unacknowledged) == (0, 2)
        log(office, "Not sent yet")
        assert how_far(office).unsent == 1
        receive(hq, [send(office, desk.file("1.pdf"), period="y1").files[0]])
        assert how_far(office).unsent == 0
        assert how_far(office).unacknowledged == 3
        receive(office, [send(hq, desk.file("circular.pdf"), receiver="KG").files[0]])
        assert (how_far(office).unsent, how_far(office).unacknowledged) == (0, 0)

    def test_the_receipt_marks_the_dispatches_it_covers(self, desk: Desk):
        office, hq = desk.open("kg"), desk.open("hq")
        receive(office, [send(hq, desk.file("circular.pdf"), receiver="KG").files[0]])
        log(office, "Sent after the receipt was written")
        send(office, desk.file("late.pdf"), period="y1")
        states = rows(office.data, "SELECT number, state FROM sync_outbox ORDER BY number")
        assert states == [(1, "acknowledged"), (2, "sent")]

    def test_full_carries_everything_whatever_was_acknowledged(self, desk: Desk, example: Example):
        office, hq = desk.open("kg"), desk.open("hq")
        receive(office, [send(hq, desk.file("circular.pdf"), receiver="KG").files[0]])
        assert send(office, desk.file("delta.pdf"), period="y1").changes == 0
        (path,) = send(office, desk.file("full.pdf"), period="y1", full=True).files
        assert manifest_of(path).base == {}
        empty = desk.open("hq-empty")
        assert receive(empty, [path])[0].state == "imported"
        assert hq_has_all_of(empty, office)

    def test_a_dispatch_without_anything_new_is_still_a_receipt(self, desk: Desk):
        office, hq = desk.open("kg"), desk.open("hq")
        receive(office, [send(hq, desk.file("c.pdf"), receiver="KG").files[0]])
        (path,) = send(office, desk.file("nothing.pdf"), period="y1").files
        (result,) = receive(hq, [path])
        assert (result.state, result.changes) == ("imported", 0)
        assert send(hq, desk.file("c2.pdf"), receiver="KG").changes == 0


class TestEnrolment:
    def test_headquarters_certifies_the_laptop_with_its_circular(self, desk: Desk):
        office, hq = desk.open("kg"), desk.open("hq")
        assert manifest_of(send(office, desk.file("1.pdf"), period="y1").files[0]).enrolment is not None
        receive(office, [send(hq, desk.file("circular.pdf"), receiver="KG").files[0]])
        (path,) = send(office, desk.file("2.pdf"), period="y1").files
        assert manifest_of(path).enrolment is None
        assert receive(hq, [path])[0].state == "imported"

    def test_the_list_gives_the_office_its_name_not_what_its_key_claims(self, desk: Desk):
        office, hq = desk.open("kg"), desk.open("hq")
        send(hq, desk.file("circular.pdf"), receiver="KG")
        device = shown(hq, "device", office.identity.device)
        assert (device["name"], device["office_id"]) == ("Kyrgyzstan country office", office.identity.office)

    def test_a_circular_twice_lists_a_laptop_once(self, desk: Desk):
        hq = desk.open("hq")
        send(hq, desk.file("1.pdf"), receiver="KG")
        before = rows(hq.data, "SELECT count(*) FROM device")
        send(hq, desk.file("2.pdf"), receiver="KG")
        assert rows(hq.data, "SELECT count(*) FROM device") == before


class TestReview:
    """draft → submitted → returned with comments → accepted, and every step travels."""

    def test_a_report_goes_there_and_back(self, desk: Desk):
        office, hq = desk.open("kg"), desk.open("hq")
        assert report_of(office).state == "submitted"
        assert report_of(hq).state == "submitted"
        review(hq, report_of(hq), "returned", "Say how many took part.")
        receive(office, [send(hq, desk.file("returned.pdf"), receiver="KG").files[0]])
        assert report_of(office).state == "returned"
        assert [said.text for said in report_of(office).reviews] == ["Say how many took part."]
        with write_session(office.engine, office.author()) as session:
            section = report_of(office).section("summary")
            assert section is not None
            work = Work(session, office.author(), office.clock)
            write_section(work, {"text": "Forty took part."}, id=section.id)
        receive(hq, [send(office, desk.file("mended.pdf"), period="y1").files[0]])
        mended = report_of(hq).section("summary")
        assert mended is not None
        assert mended.text == "Forty took part."
        assert report_of(hq).state == "submitted"
        review(hq, report_of(hq), "accepted", "Thank you.")
        receive(office, [send(hq, desk.file("accepted.pdf"), receiver="KG").files[0]])
        assert report_of(office).state == report_of(hq).state == "accepted"

    def test_a_draft_is_submitted_by_sending_it(self, desk: Desk, example: Example):
        office = desk.keep(set_up_office(desk.folder("new"), example.setup("md"), None, desk.clock))
        log(office, "The first activity")
        send(office, desk.file("first.pdf"), period="y1")
        assert report_of(office, "MD").state == "submitted"

    def test_sending_an_accepted_report_again_does_not_reopen_it(self, desk: Desk):
        office, hq = desk.open("kg"), desk.open("hq")
        review(hq, report_of(hq), "accepted", "Thank you.")
        receive(office, [send(hq, desk.file("accepted.pdf"), receiver="KG").files[0]])
        submitted = report_of(office).submitted
        later = send(office, desk.file("later.pdf"), period="y1")
        assert later.changes == 0
        assert report_of(office).submitted == submitted
        assert report_of(office).state == "accepted"
