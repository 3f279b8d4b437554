"""Packing: parts that rejoin in any order, drafts of e-mails, and dispatches that were lost on the way."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from itertools import permutations, zip_longest

import pytest

from server.base.errors import Refused
from server.services.folder import Folder
from server.services.pouch import Packed
from server.services.receive import receive
from server.services.send import send
from tests.services.world import (
    Desk,
    Example,
    dump,
    hq_has_all_of,
    log,
    log_much,
    manifest_of,
    pretend_received,
    rows,
    sentences,
    shown,
)


@pytest.fixture(scope="module")
def parts(example: Example, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Folder, Packed]]:
    """An office that logged so much that its dispatch takes three parts or more."""
    desk = Desk(example, tmp_path_factory.mktemp("parts"))
    office = desk.open("kg")
    log_much(office, 100)
    whole = send(office, desk.file("whole.pdf"), period="y1")
    size = whole.files[0].stat().st_size
    limit = size * 9 // 20
    packed = send(office, desk.file("parts.pdf"), period="y1", max_size=limit)
    assert 3 <= len(packed.files) <= 8
    assert all(path.stat().st_size <= limit for path in packed.files)
    yield office, packed
    desk.close()


class TestParts:
    """What does not fit the mailbox goes into numbered parts that rejoin in any order."""

    def test_they_rejoin_in_any_order(self, desk: Desk, parts):
        office, packed = parts
        states = set()
        for order in list(permutations(packed.files))[::7][:3]:
            hq = desk.open("hq")
            results = receive(hq, order)
            assert {result.state for result in results} == {"imported"}
            assert hq_has_all_of(hq, office)
            states.add(dump(hq))
        assert len(states) == 1

    def test_parts_of_two_dispatches_may_be_mixed_and_come_twice(self, desk: Desk, parts):
        office, packed = parts
        hq = desk.open("hq")
        receive(hq, packed.files)
        expected = dump(hq)
        again = send(office, desk.file("again.pdf"), period="y1", max_size=packed.files[0].stat().st_size, full=True)
        mixed = [path for pair in zip_longest(reversed(packed.files), again.files) for path in pair if path]
        other = desk.open("hq")
        results = receive(other, [*mixed, *mixed[:3]])
        assert {result.state for result in results} <= {"imported", "already"}
        assert hq_has_all_of(other, office)
        assert [line for line in dump(other).splitlines() if b'"issue"' in line] == [
            line for line in expected.splitlines() if b'"issue"' in line
        ]

    def test_their_names_and_covers_say_which_of_how_many(self, parts):
        _office, packed = parts
        count = len(packed.files)
        assert [path.name for path in packed.files] == [f"parts-{n}of{count}.pdf" for n in range(1, count + 1)]
        covers = [manifest_of(path) for path in packed.files]
        assert [(cover.part, cover.parts) for cover in covers] == [(n, count) for n in range(1, count + 1)]
        assert {cover.dispatch for cover in covers} == {packed.dispatch}

    @pytest.mark.parametrize("lost", [0, 1, -1], ids=["first", "second", "last"])
    def test_a_lost_part_is_named_and_what_builds_on_it_waits(self, desk: Desk, parts, lost: int):
        office, packed = parts
        hq = desk.open("hq")
        missing = packed.files[lost]
        others = [path for path in packed.files if path != missing]
        results = receive(hq, others)
        number = packed.files.index(missing) + 1
        assert any(f"part {number}" in told.casefold() for told in sentences(results)), sentences(results)
        assert not hq_has_all_of(hq, office)
        (healed,) = receive(hq, [missing])
        assert healed.state == "imported"
        assert hq_has_all_of(hq, office)
        assert rows(hq.data, "SELECT DISTINCT state FROM sync_inbox") == [("imported",)]

    def test_a_size_that_nothing_fits_is_refused_in_one_sentence(self, desk: Desk):
        office = desk.open("kg")
        with pytest.raises(Refused, match="bytes") as error:
            send(office, desk.file("a.pdf"), period="y1", max_size=2000)
        assert error.value.code == "too_large"
        assert not list(desk.room.glob("a*.pdf"))
        assert rows(office.data, "SELECT count(*) FROM sync_outbox") == [(1,)]


class TestMailDraft:
    def test_it_is_unsent_and_has_the_dispatch_attached(self, desk: Desk):
        office = desk.open("kg")
        packed = send(office, desk.file("a.pdf"), period="y1", eml=desk.file("a.eml"))
        message = email.message_from_bytes(desk.file("a.eml").read_bytes(), policy=email.policy.default)
        assert message["X-Unsent"] == "1"
        assert "Kyrgyzstan" in message["Subject"]
        (attached,) = message.iter_attachments()
        assert attached.get_content_type() == "application/pdf"
        assert attached.get_filename() == "a.pdf"
        assert attached.get_content() == packed.files[0].read_bytes()
        body = message.get_body()
        assert body is not None
        assert packed.fingerprint in body.get_content()

    def test_parts_get_a_draft_each(self, desk: Desk):
        """One message with all parts would be as large as what did not fit."""
        office = desk.open("kg")
        log_much(office, 20)
        size = send(office, desk.file("whole.pdf"), period="y1").files[0].stat().st_size
        packed = send(office, desk.file("a.pdf"), period="y1", eml=desk.file("a.eml"), max_size=size * 3 // 4)
        drafts = sorted(desk.room.glob("a*.eml"))
        assert len(drafts) == len(packed.files) > 1
        for draft, path in zip(drafts, packed.files, strict=True):
            message = email.message_from_bytes(draft.read_bytes(), policy=email.policy.default)
            (attached,) = message.iter_attachments()
            assert attached.get_filename() == path.name
            assert attached.get_content() == path.read_bytes()


class TestLostDispatch:
    def test_a_dispatch_that_builds_on_a_lost_one_waits_and_names_it(self, desk: Desk):
        """What is missing is seen and named, and what depends on it waits, visibly."""
        office, hq = desk.open("kg"), desk.open("hq")
        log(office, "In the one that is lost")
        lost = send(office, desk.file("lost.pdf"), period="y1").files[0]
        pretend_received(office, hq)
        late = log(office, "In the one that came")
        came = send(office, desk.file("came.pdf"), period="y1")
        assert came.changes == 1
        (result,) = receive(hq, [came.files[0]])
        assert (result.state, result.code) == ("waiting", "missing")
        assert "dispatch 2 of Kyrgyzstan" in result.sentence
        assert not shown(hq, "activity", late)
        results = receive(hq, [lost])
        assert results[0].state == "imported"
        assert shown(hq, "activity", late)["title"] == "In the one that came"
        assert rows(hq.data, "SELECT DISTINCT state FROM sync_inbox") == [("imported",)]
        assert hq_has_all_of(hq, office)

    def test_in_one_call_the_order_does_not_matter(self, desk: Desk):
        office, hq = desk.open("kg"), desk.open("hq")
        log(office, "First")
        lost = send(office, desk.file("lost.pdf"), period="y1").files[0]
        pretend_received(office, hq)
        log(office, "Second")
        came = send(office, desk.file("came.pdf"), period="y1").files[0]
        assert [result.state for result in receive(hq, [came, lost])] == ["imported", "imported"]

    def test_a_lost_dispatch_that_was_not_acknowledged_heals_itself(self, desk: Desk):
        """What the receiver has not acknowledged is carried again, so that a lost dispatch costs nothing."""
        office, hq = desk.open("kg"), desk.open("hq")
        lost = log(office, "In the one that is lost")
        send(office, desk.file("lost.pdf"), period="y1")
        log(office, "In the one that came")
        (result,) = receive(hq, [send(office, desk.file("came.pdf"), period="y1").files[0]])
        assert result.state == "imported"
        assert shown(hq, "activity", lost)
        assert hq_has_all_of(hq, office)

    def test_a_full_one_heals_what_waits(self, desk: Desk):
        office, hq = desk.open("kg"), desk.open("hq")
        log(office, "First")
        send(office, desk.file("lost.pdf"), period="y1")
        pretend_received(office, hq)
        log(office, "Second")
        waiting = send(office, desk.file("came.pdf"), period="y1").files[0]
        assert receive(hq, [waiting])[0].state == "waiting"
        assert receive(hq, [send(office, desk.file("f.pdf"), period="y1", full=True).files[0]])[0].state == "imported"
        assert rows(hq.data, "SELECT state FROM sync_inbox WHERE state <> 'imported'") == []
        assert hq_has_all_of(hq, office)
