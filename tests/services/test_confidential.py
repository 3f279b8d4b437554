"""A confidential programme: what its dispatches carry is opened at the laptops they are sealed for, nowhere else."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest

from server.base.errors import Refused
from server.base.paths import DataDir
from server.db.backup import restore_backup, write_backup
from server.db.session import read_session, write_session
from server.domain.framework.commands import define_programme
from server.domain.people.commands import set_up_office as change_office
from server.domain.records import Work
from server.reports.carrier import open_sealed
from server.services import sealing
from server.services.consolidate import progress_report
from server.services.folder import Folder
from server.services.load import record_id
from server.services.outbox import mail_draft
from server.services.receive import inspect, receive
from server.services.send import send
from server.services.setup import invite, set_up_office
from server.sync import envelope, inbox, sealkey
from server.sync.payload import read_manifest, read_payload
from server.sync.triggers import muted
from tests.conftest import RequireTool
from tests.services.world import Desk, log, log_much, report_of, rows, shown, state

#: a sentence that only those may read who should
SECRET = "Minister Osmanthus asked for silence on the talks."


def define(hq: Folder, **values: object) -> None:
    """Headquarters changes the programme."""
    with write_session(hq.engine, hq.author()) as session:
        session.info["clock"] = hq.clock
        (row,) = rows(hq.data, "SELECT id FROM programme")
        define_programme(Work(session, hq.author(), hq.clock), values, id=row[0])


def let_read(hq: Folder, code: str) -> None:
    """Headquarters lets an office read along."""
    with write_session(hq.engine, hq.author()) as session:
        session.info["clock"] = hq.clock
        work = Work(session, hq.author(), hq.clock)
        change_office(work, {"reads_confidential": 1}, id=record_id("office", code.lower()))


class House:
    """Headquarters and the office in Kyrgyzstan, which know each other, in a programme that is confidential."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.hq, self.kg = desk.open("hq"), desk.open("kg")
        define(self.hq, confidential=1)
        self.circular = self.send(self.hq, receiver="KG")
        self.take(self.kg, self.circular)

    def send(self, folder: Folder, **how: object) -> Path:
        """A dispatch in one file."""
        number = len(list(self.desk.room.glob("sent-*.pdf")))
        return send(folder, self.desk.file(f"sent-{number}.pdf"), **how).files[0]  # type: ignore[arg-type]

    def take(self, folder: Folder, path: Path) -> None:
        """Received for certain."""
        (result,) = receive(folder, [path])
        assert result.state == "imported", result.sentence

    def report(self, **how: object) -> Path:
        """The office's report with a sentence in it that is nobody else's business."""
        log(self.kg, "Talks", narrative=SECRET, date_from="2014-05-14", in_report=1)
        return self.send(self.kg, period="y1", **how)


@pytest.fixture
def house(desk: Desk) -> House:
    return House(desk)


def payload_in(path: Path) -> bytes:
    """What is attached to a dispatch."""
    return open_sealed(path.read_bytes()).payload


def is_sealed(path: Path) -> bool:
    """Whether nobody reads the payload without a key."""
    return envelope.is_closed(payload_in(path))


def text_of(path: Path, find: RequireTool) -> str:
    """What the pages say."""
    done = subprocess.run([find("pdftotext"), str(path), "-"], capture_output=True, text=True, check=True)
    return " ".join(done.stdout.split())


# all the way


def test_an_office_and_headquarters_read_each_other(house: House) -> None:
    assert is_sealed(house.circular)
    report = house.report()
    assert is_sealed(report)
    assert envelope.label_of(payload_in(report)).names == [house.hq.office.name]
    house.take(house.hq, report)
    assert [row[0] for row in rows(house.hq.data, "SELECT narrative FROM activity WHERE title='Talks'")] == [SECRET]
    answer = house.send(house.hq, receiver="KG")
    house.take(house.kg, answer)
    assert report_of(house.kg).id == report_of(house.hq).id


def test_an_open_programme_seals_nothing(desk: Desk) -> None:
    kg = desk.open("kg")
    packed = send(kg, desk.file("open.pdf"), period="y1")
    assert packed.readers is None
    assert not is_sealed(packed.files[0])


def test_a_third_cannot_open_it_and_is_told_where_to(house: House) -> None:
    report, tunis = house.report(), house.desk.open("tn")
    before = state(tunis.data)
    (result,) = receive(tunis, [report])
    name = house.hq.office.name
    assert (result.state, result.code) == ("refused", "sealed")
    assert result.sentence == f"{report.name}: This dispatch is sealed for {name}: open it there."
    assert state(tunis.data) == before


def test_whoever_has_no_folder_is_told_who_signed_and_for_whom_it_is(house: House) -> None:
    report = house.report()
    found = inspect(DataDir(house.desk.room / "nothing"), report, house.desk.clock)
    assert (found.signer, found.sealed_for, found.code) == (house.kg.office.name, (house.hq.office.name,), "sealed")
    assert found.manifest is None
    assert found.as_dict()["sealed_for"] == [house.hq.office.name]
    assert f"Sealed for {house.hq.office.name}." in found.lines()
    assert SECRET not in str(found.as_dict())
    at_hq = inspect(house.hq.data, report, house.desk.clock)
    assert at_hq.manifest is not None
    assert at_hq.outcome is not None


def test_a_file_that_others_carry_arrives_as_it_was(house: House) -> None:
    report, tunis = house.report(), house.desk.open("tn")
    digest = hashlib.sha256(report.read_bytes()).hexdigest()
    carried = house.desk.file("carried.pdf")
    shutil.copy(report, carried)
    receive(tunis, [carried])
    assert hashlib.sha256(carried.read_bytes()).hexdigest() == digest
    house.take(house.hq, carried)


def test_no_byte_of_what_it_carries_is_in_the_file(house: House) -> None:
    report = house.report()
    clear = sealing.payload_of(house.hq.data, open_sealed(report.read_bytes()))
    manifest = read_manifest(clear)
    assert read_payload(clear).changes or manifest.base
    data = report.read_bytes()
    assert bytes.fromhex(manifest.dispatch) not in data
    assert not [piece for piece in (clear[at : at + 24] for at in range(16, len(clear) - 24, 24)) if piece in data]


def test_the_sender_opens_its_own_copy(house: House) -> None:
    house.report()
    with house.kg.engine.connect() as connection:
        (newest, *_rest) = inbox.departures(connection)
    assert b"X-Unsent: 1" in mail_draft(house.kg, newest.sha256 or "")


def test_parts_are_sealed_one_by_one(house: House) -> None:
    log_much(house.kg, 10)
    packed = send(house.kg, house.desk.file("parts.pdf"), period="y1", max_size=32_000)
    assert len(packed.files) > 1
    assert all(map(is_sealed, packed.files))
    assert [r.state for r in receive(house.hq, packed.files[::-1])] == ["imported"] * len(packed.files)


# pages


def test_the_pages_are_a_cover_and_say_nothing_of_the_report(house: House, require_tool: RequireTool) -> None:
    report = house.report()
    text = text_of(report, require_tool)
    for word in (SECRET, "Osmanthus", "Talks"):
        assert word not in text
    for word in (house.kg.office.name, house.hq.office.name, "sealed for"):
        assert word in text
    assert len(text) < 2000


def test_an_office_may_print_the_whole_report_on_a_sealed_dispatch(house: House, require_tool: RequireTool) -> None:
    report = house.report(cover_only=False)
    assert is_sealed(report)
    assert SECRET in text_of(report, require_tool)


def test_an_open_dispatch_may_have_a_cover_only(desk: Desk, require_tool: RequireTool) -> None:
    kg = desk.open("kg")
    log(kg, "Talks", narrative=SECRET)
    report = send(kg, desk.file("cover.pdf"), period="y1", cover_only=True).files[0]
    text = text_of(report, require_tool)
    assert SECRET not in text
    assert "sealed" not in text
    assert not is_sealed(report)


def test_headquarters_prints_the_report_from_the_data(house: House) -> None:
    house.take(house.hq, house.report())
    with read_session(house.hq.engine) as session:
        report = progress_report(session, house.kg.office.id, record_id("reporting_period", "y1"), "en")
    assert SECRET in str(report)


# keys


def test_a_setup_carries_the_framework_only_because_its_reader_has_no_key(
    house: House, desk: Desk, require_tool: RequireTool
) -> None:
    house.take(house.hq, house.report())
    path = invite(house.hq, "KG", desk.file("setup.pdf")).file
    assert not is_sealed(path)
    assert "This file is not sealed, because the office has no key yet" in text_of(path, require_tool)
    scopes = {change.scope for change in read_payload(payload_in(path)).changes}
    assert scopes == {"framework"}
    second = desk.keep(set_up_office(desk.folder("second"), path, "Colleague", desk.clock))
    assert rows(second.data, "SELECT count(*) FROM activity") == [(0,)]


def test_a_second_laptop_reads_after_it_has_written_once(house: House, desk: Desk) -> None:
    house.take(house.hq, house.report())
    setup = invite(house.hq, "KG", desk.file("setup.pdf")).file
    second = desk.keep(set_up_office(desk.folder("second"), setup, "Colleague", desk.clock))
    early = house.send(house.hq, receiver="KG", full=True)
    (result,) = receive(second, [early])
    assert result.code == "sealed"
    assert "another laptop of this office" in result.sentence
    hello = house.send(second, period="y2")
    assert is_sealed(hello)
    house.take(house.hq, hello)
    circular = house.send(house.hq, receiver="KG", full=True)
    house.take(second, circular)
    house.take(house.kg, circular)
    assert SECRET in str(rows(second.data, "SELECT narrative FROM activity"))
    log(second, "Seen by the colleague")
    swap = house.send(second, receiver="replica")
    assert is_sealed(swap)
    house.take(house.kg, swap)
    assert receive(house.hq, [swap])[0].code == "sealed"


def test_it_is_never_sealed_for_nobody(house: House) -> None:
    with house.hq.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM sync_seal_key")
    with write_session(house.hq.engine, house.hq.author()) as session:
        session.info["clock"] = house.hq.clock
        session.connection().exec_driver_sql("UPDATE device SET encryption_key = NULL")
    with pytest.raises(Refused, match=r"no laptop of .* has named its key yet") as refused:
        house.send(house.hq, receiver="KG")
    assert refused.value.code == "no_seal_key"
    openly = house.send(house.hq, receiver="KG", openly=True)
    assert not is_sealed(openly)


def test_a_report_that_cannot_be_sealed_is_not_called_submitted(house: House) -> None:
    kg = house.kg
    with write_session(kg.engine, kg.author()) as session:
        session.info["clock"] = kg.clock
        session.connection().exec_driver_sql("UPDATE report SET status = 'draft'")
    with kg.engine.begin() as connection, muted(connection):  # as if headquarters' key had never come
        connection.exec_driver_sql("UPDATE device SET encryption_key = NULL")
    drafts = rows(kg.data, "SELECT id, status FROM report")
    with pytest.raises(Refused, match="headquarters' key is not known here yet"):
        house.send(kg, period="y1")
    assert rows(kg.data, "SELECT id, status FROM report") == drafts
    assert {status for _id, status in drafts} == {"draft"}


def test_an_exchange_needs_another_laptop(house: House) -> None:
    with pytest.raises(Refused, match="no other laptop of this office is known here"):
        house.send(house.kg, receiver="replica")


def test_a_laptop_that_was_taken_off_the_list_cannot_open_what_comes_after(house: House) -> None:
    with write_session(house.hq.engine, house.hq.author()) as session:
        session.info["clock"] = house.hq.clock
        session.connection().exec_driver_sql(
            "UPDATE device SET revoked = '2015-08-01' WHERE id = ?", (house.kg.identity.device,)
        )
    with pytest.raises(Refused, match="no laptop of"):
        house.send(house.hq, receiver="KG")


def test_an_office_that_may_read_along_opens_what_goes_to_headquarters(house: House) -> None:
    let_read(house.hq, "TN")
    tunis = house.desk.open("tn")
    for office, code in ((tunis, "TN"), (house.kg, "KG")):
        house.take(office, house.send(house.hq, receiver=code, full=True))
    report = house.report(full=True)
    assert envelope.label_of(payload_in(report)).names == [house.hq.office.name, tunis.office.name]
    house.take(tunis, report)
    assert SECRET in str(rows(tunis.data, "SELECT narrative FROM activity"))


def test_a_key_that_was_lost_is_replaced_by_the_next_dispatch(house: House) -> None:
    house.kg.data.seal_key.unlink()
    lost = house.send(house.hq, receiver="KG", full=True)
    (result,) = receive(house.kg, [lost])
    assert result.code == "sealed"
    house.take(house.hq, house.report())
    house.take(house.kg, house.send(house.hq, receiver="KG", full=True))


def test_a_backup_has_the_key_and_is_closed_to_others(house: House, desk: Desk) -> None:
    report = house.report()
    backup, there = desk.file("hq.zip"), desk.folder("restored")
    write_backup(house.hq.data, backup)
    restore_backup(backup, there, desk.clock())
    assert sealkey.load(there.seal_key) == sealkey.load(house.hq.data.seal_key)
    assert there.seal_key.stat().st_mode & 0o077 == 0
    house.take(desk.open(there), report)


def test_a_broken_key_is_told_and_changes_nothing(house: House) -> None:
    report = house.report()
    house.hq.data.seal_key.write_text("AGE-SECRET-KEY-1BROKEN\n")
    (result,) = receive(house.hq, [report])
    assert result.code == "broken_seal_key"
    assert "seal.key" in result.sentence


def test_a_broken_key_keeps_nobody_from_sending_openly(desk: Desk) -> None:
    kg = desk.open("kg")
    kg.data.seal_key.write_text("AGE-SECRET-KEY-1BROKEN\n")
    sent = send(kg, desk.file("open.pdf"), period="y1").files[0]
    assert read_manifest(payload_in(sent)).encryption is None


def test_a_dispatch_says_its_key_until_headquarters_lists_it(desk: Desk) -> None:
    hq, kg = desk.open("hq-empty"), desk.open("kg")
    first = send(kg, desk.file("first.pdf"), period="y1").files[0]
    own = sealkey.load(kg.data.seal_key).public
    assert read_manifest(payload_in(first)).encryption == own
    receive(hq, [first])
    receive(kg, [send(hq, desk.file("circular.pdf"), receiver="KG").files[0]])
    assert shown(kg, "device", kg.identity.device)["encryption_key"] == own
    assert read_manifest(payload_in(send(kg, desk.file("next.pdf"), period="y1").files[0])).encryption is None
