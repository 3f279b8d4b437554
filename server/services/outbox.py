"""The outbox: dispatches made for a person to hand over, as they lie there, and the e-mail drafts that carry them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

from server.base.errors import NotFound, Refused
from server.base.i18n import _
from server.base.paths import DataDir
from server.db.session import UnitSession, read_session, write_session
from server.domain.framework.queries import period_for
from server.domain.people.queries import OfficeFacts, office, offices
from server.reports.carrier import open_sealed
from server.services.folder import Folder
from server.services.mail import cover_text, write_draft
from server.services.overview import reported_period
from server.services.pouch import Packed, short_fingerprint
from server.services.sealing import payload_of
from server.services.send import send
from server.sync import inbox, tips
from server.sync.inbox import Departure
from server.sync.payload import read_manifest, read_payload

#: an attachment grows by this much in the mail: base64 with its line ends (RFC 2045 §6.8), and room for the words
_MAIL_GROWTH, _MAIL_WORDS = 1.37, 20_000


def attachment_limit(mail_mb: int | None) -> int | None:
    """The largest file, in bytes, that fits an e-mail of `mail_mb` MB; None when that is not known."""
    return int(mail_mb * 1_000_000 / _MAIL_GROWTH) - _MAIL_WORDS if mail_mb else None


def make_dispatch(
    folder: Folder, receiver: str, period: str | None = None, *, full: bool = False, mail_mb: int | None = None,
    evidence: str | None = None, cover_only: bool | None = None, openly: bool = False,
) -> Packed:
    """Make a dispatch for `receiver` ("hq", "replica" or an office's code): its files lie in the outbox then.

    It is made in as many parts as it takes for each to fit an e-mail of `mail_mb` MB, or what the receiver's mailbox
    takes. `evidence`, `cover_only` and `openly` are as for `send`. Errors: Refused, RulesBroken.
    """
    with read_session(folder.engine) as session:
        here = office(session, folder.identity.office)
        to = here if receiver == "replica" else _receiver(session, receiver)
        if here is None or to is None:
            raise Refused(_("There is no office “%(code)s”: choose one from the list.", code=receiver), "no_office")
        number, _serial = inbox.next_numbers(session.connection(), folder.identity.incarnation, to.id)
        told = reported_period(session, period, folder.clock().date(), "progress", here.id)
    name = file_name(here, to, told.code if told and to.hq and not here.hq else "", number)
    with tempfile.TemporaryDirectory() as room:
        target = Path(room) / name
        made = send(folder, target, period=period, receiver=receiver, full=full,
                    max_size=attachment_limit(mail_mb or to.mailbox_mb), evidence=evidence,
                    cover_only=cover_only, openly=openly)  # fmt: skip
    with write_session(folder.engine, folder.author()) as session:
        inbox.lies_here(session.connection(), made.dispatch)
    return made


def hand_over(folder: Folder, sha256: str) -> None:
    """Note that a person took a file of the outbox, to mail it or to carry it."""
    with write_session(folder.engine, folder.author()) as session:
        inbox.hand_over(session.connection(), sha256, folder.clock)


def file_name(here: OfficeFacts, to: OfficeFacts, period: str, number: int) -> str:
    """What a dispatch's file is called: `KG-Y1-dispatch-2.pdf`, `HQ-to-KG-circular-3.pdf`, `KG-exchange-1.pdf`."""
    if to.id == here.id:
        return f"{here.code}-exchange-{number}.pdf"
    if here.hq:
        return f"{here.code}-to-{to.code}-circular-{number}.pdf"
    return f"{'-'.join(part for part in (here.code, period) if part)}-dispatch-{number}.pdf"


def _receiver(session: UnitSession, code: str) -> OfficeFacts | None:
    return next((o for o in offices(session) if o.hq), None) if code == "hq" else office(session, code)


def departure(session: UnitSession, sha256: str) -> Departure:
    """The dispatch file with that hash. Errors: NotFound."""
    return _first(one for one in inbox.departures(session.connection()) if one.sha256 == sha256)


def parts(session: UnitSession, dispatch: str) -> list[Departure]:
    """All files of a dispatch, in the order of its parts. Errors: NotFound."""
    found = [one for one in inbox.departures(session.connection()) if one.dispatch == dispatch]
    _first(iter(found))
    return sorted(found, key=lambda one: one.part)


def _first(found: Iterable[Departure]) -> Departure:
    one = next(iter(found), None)
    if one is None:
        raise NotFound(_("This dispatch was not made here: choose one from the list of what was sent."))
    return one


def sent_file(data: DataDir, sha256: str | None) -> bytes:
    """A dispatch file as it was made, byte for byte. Errors: NotFound when it was taken out of the folder."""
    path = data.outbox / f"{sha256}.pdf"
    if not path.is_file():
        raise NotFound(_("The copy of this dispatch is not in the data folder any more: send everything again."))
    return path.read_bytes()


def mail_draft(folder: Folder, sha256: str) -> bytes:
    """An unsent e-mail with that dispatch file, addressed to its receiver. Errors: NotFound."""
    with read_session(folder.engine) as session:
        one = departure(session, sha256)
        here = office(session, folder.identity.office)
        to = office(session, one.to_office)
        period = period_for(session, one.period, folder.clock().date()) if one.period else None
        fingerprint = _fingerprint(session, folder.data, parts(session, one.dispatch))
    name = here.name if here else ""
    about = period.title if period else to.name if to else ""
    subject = _("%(office)s, dispatch %(number)s", office=name, number=one.number)
    if one.parts > 1:
        subject += ", " + _("Part %(part)s of %(parts)s", part=one.part, parts=one.parts)
    with tempfile.TemporaryDirectory() as room:
        attachment = Path(room) / (one.file_name or "dispatch.pdf")
        attachment.write_bytes(sent_file(folder.data, sha256))
        draft = attachment.with_suffix(".eml")
        write_draft(draft, to=to.email if to else None, subject=subject,
                    text=cover_text(name, one.number, about, fingerprint), attachment=attachment)
        return draft.read_bytes()


def _fingerprint(session: UnitSession, data: DataDir, files: list[Departure]) -> str:
    """What the pages of the dispatch print: it is of its id and the changes in all of its parts."""
    raws: list[bytes] = []
    for one in files:
        payload = payload_of(data, open_sealed(sent_file(data, one.sha256)))
        raws += read_payload(payload, find=tips.finder(session.connection(), read_manifest(payload).base)).raws
    return short_fingerprint(files[0].dispatch, raws)
