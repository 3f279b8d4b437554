"""The outbox: what was sent can be handed over again, byte for byte, and mailed with the words it was sent with."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import default
from hashlib import sha256

import pytest

from server.base.errors import NotFound, Refused
from server.db.session import read_session
from server.domain.people.queries import offices
from server.services import outbox
from server.services.folder import Folder
from server.services.send import send
from tests.services.world import Desk, log


def _parts(folder: Folder, dispatch: str) -> list[outbox.Departure]:
    with read_session(folder.engine) as session:
        return outbox.parts(session, dispatch)


def _words(draft: bytes) -> str:
    body = message_from_bytes(draft, policy=default).get_body()
    assert body is not None
    return str(body.get_content())


@pytest.mark.parametrize(("code", "receiver", "name"), [
    ("kg", "hq", "KG-Y1-dispatch-2.pdf"), ("kg", "replica", "KG-exchange-1.pdf"),
    ("hq-empty", "MD", "HQ-to-MD-circular-2.pdf"),
])  # fmt: skip
def test_a_file_is_called_by_office_period_and_number(desk: Desk, code: str, receiver: str, name: str) -> None:
    folder = desk.open(code)
    made = outbox.make_dispatch(folder, receiver, "Y1" if receiver == "hq" else None)
    assert [one.file_name for one in _parts(folder, made.dispatch)] == [name]


def test_a_dispatch_is_handed_over_again_as_it_was_made(desk: Desk) -> None:
    folder, target = desk.open("kg"), desk.file("sent.pdf")
    made = send(folder, target, period="Y1")
    (one,) = _parts(folder, made.dispatch)
    assert outbox.sent_file(folder.data, one.sha256) == target.read_bytes()


def test_a_draft_tells_the_fingerprint_that_the_pages_print(desk: Desk) -> None:
    folder = desk.open("kg")
    made = outbox.make_dispatch(folder, "hq", "Y1")
    (one,) = _parts(folder, made.dispatch)
    assert one.sha256
    draft = outbox.mail_draft(folder, one.sha256)
    assert f"Fingerprint: {made.fingerprint}" in _words(draft)
    assert message_from_bytes(draft, policy=default)["To"] == "hq@valise.example"


def test_every_part_of_a_large_dispatch_has_its_own_draft_with_the_fingerprint_of_the_whole(desk: Desk) -> None:
    folder = desk.open("kg")
    for number in range(12):
        noise = "".join(sha256(f"{number} {place}".encode()).hexdigest() for place in range(300))
        log(folder, f"Round table {number}", narrative=noise)
    made = send(folder, desk.file("large.pdf"), period="Y1", max_size=120_000)
    parts = _parts(folder, made.dispatch)
    assert [one.part for one in parts] == list(range(1, len(parts) + 1))
    assert len(parts) > 1
    for one in parts:
        assert one.sha256
        draft = outbox.mail_draft(folder, one.sha256)
        message = message_from_bytes(draft, policy=default)
        assert f"Part {one.part} of {len(parts)}" in message["Subject"]
        assert made.fingerprint in _words(draft)
        (attached,) = message.iter_attachments()
        assert attached.get_payload(decode=True) == outbox.sent_file(folder.data, one.sha256)


def test_a_mail_with_the_largest_attachment_stays_below_the_mailboxs_limit() -> None:
    limit = outbox.attachment_limit(10)
    assert limit
    encoded = -(-limit // 57) * 78  # base64: 57 bytes are a line of 76 letters and its end
    assert 9_500_000 < encoded < 10_000_000
    assert outbox.attachment_limit(None) is None


def test_an_office_that_does_not_exist_is_refused(desk: Desk) -> None:
    folder = desk.open("hq")
    with pytest.raises(Refused, match="no office “XX”"):
        outbox.make_dispatch(folder, "XX")
    with read_session(folder.engine) as session:
        assert not [o for o in offices(session) if o.code == "XX"]


def test_a_copy_that_was_taken_away_is_missed_in_one_sentence(desk: Desk) -> None:
    folder = desk.open("kg")
    made = outbox.make_dispatch(folder, "hq", "Y1")
    (one,) = _parts(folder, made.dispatch)
    (folder.data.outbox / f"{one.sha256}.pdf").unlink()
    with pytest.raises(NotFound, match="send everything again"):
        outbox.sent_file(folder.data, one.sha256)
    with pytest.raises(NotFound, match="not made here"):
        _parts(folder, "0" * 32)
