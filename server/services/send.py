"""Sending: an office's report to headquarters, headquarters' circular to an office, an exchange between two laptops."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from server.base.errors import Refused
from server.base.i18n import _
from server.db.session import read_session, write_session
from server.domain.framework.queries import PeriodFacts
from server.domain.people.queries import OfficeFacts, office, offices
from server.domain.records import Work
from server.domain.reporting.commands import open_report
from server.domain.reporting.queries import reports
from server.reports.sheets import Letter, Rendered, Stamp
from server.services import files, peers, pouch, sealing
from server.services.consolidate import progress_report
from server.services.documents import no_period, refuse_unknown
from server.services.folder import Folder
from server.services.mail import cover_text, write_draft
from server.services.overview import reported_period
from server.services.setup import list_device, scopes_for
from server.sync import acquaintance, keys


def send(
    folder: Folder,
    target: Path,
    *,
    period: str | None = None,
    receiver: str = "hq",
    full: bool = False,
    eml: Path | None = None,
    max_size: int | None = None,
    cover_only: bool | None = None,
    openly: bool = False,
    evidence: str | None = None,
) -> pouch.Packed:
    """Write a dispatch for `receiver` ("hq", "replica" or an office's code) to `target`.

    `period` is a period's short name; `full` carries everything whatever was acknowledged; `max_size` in bytes.
    `cover_only` leaves what it carries off the pages; None does so when it is sealed, which `openly` prevents.
    `evidence` says which files of documents go along (files.CHOICES); None: those that fit when there is a size to
    fit, else all. Errors: Refused, RulesBroken.
    """
    here = folder.office
    if receiver.casefold() == "replica":
        order, draw, title = _exchange(folder, here)
    elif here.hq:
        order, draw, title = _circular(folder, here, receiver)
    elif receiver.casefold() == "hq":
        order, draw, title = _report(folder, here, period, openly)
    else:
        raise Refused(_("An office sends to headquarters or to its second laptop: use hq or replica."), "receiver")
    if full:
        order = pouch.Order(
            order.kind, order.receiver, order.to_incarnation, None, order.scopes, order.period, order.languages
        )
    order = replace(order, openly=openly, files=evidence or (files.FIT if max_size else files.ALL))
    if cover_only or (cover_only is None and sealing.seals(folder, order.kind, order.receiver, openly=openly)):
        draw = _cover(folder, order, here)
    packed = pouch.pack(folder, order, draw, target, max_size)
    drafts = _drafts(packed, eml, order.receiver, here.name, title) if eml else ()
    return replace(packed, drafts=tuple(drafts))


def _drafts(packed: pouch.Packed, eml: Path, receiver: OfficeFacts, sender: str, title: str) -> Iterator[Path]:
    """One unsent e-mail for each file of a dispatch: all parts in one would be what did not fit."""
    count = len(packed.files)
    for place, attachment in enumerate(packed.files, 1):
        draft = eml if count == 1 else eml.with_name(f"{eml.stem}-{place}of{count}{eml.suffix}")
        write_draft(
            draft,
            to=receiver.email,
            attachment=attachment,
            subject=f"{sender}: {title}",
            text=cover_text(sender, packed.number, title, packed.fingerprint),
        )
        yield draft


def _report(folder: Folder, here: OfficeFacts, code: str | None, openly: bool) -> tuple[pouch.Order, pouch.Draw, str]:
    """The office's report of a period, submitted with this dispatch."""
    with read_session(folder.engine) as session:
        hq = next((o for o in offices(session) if o.hq), None)
        period = reported_period(session, code, folder.clock().date(), "progress", here.id)
        held = peers.held(session, hq.id if hq else "")
    if hq is None:
        raise Refused(_("Headquarters is not known here: open its set-up PDF first."), "no_hq")
    if period is None:
        raise no_period(code)
    sealing.seals(folder, "report", hq, openly=openly)  # before the report counts as submitted
    languages = ["en", *([here.language] if here.language and here.language != "en" else [])]
    with read_session(folder.engine) as session:
        for language in languages:
            refuse_unknown(progress_report(session, here.id, period.id, language).unknown)
    submit(folder, here, period)
    order = pouch.Order("report", hq, held.incarnation, held.tips, None, period.id, languages)

    def draw(stamp: Stamp, part: tuple[int, int]) -> Rendered:
        if part[0] > 1:
            return _further_part(folder, here, hq, stamp, part)
        with read_session(folder.engine) as session:
            editions = [progress_report(session, here.id, period.id, language) for language in languages]
        from server.reports.progress import progress_document  # noqa: PLC0415  (paper loads when drawn)

        return progress_document(editions[0], editions[1] if len(editions) > 1 else None, stamp)

    return order, draw, period.title


def submit(folder: Folder, here: OfficeFacts, period: PeriodFacts) -> None:
    """The office's word that its report of the period is ready; one that was submitted or accepted keeps its date."""
    with write_session(folder.engine, folder.author()) as session:
        session.info["clock"] = folder.clock
        work = Work(session, folder.author(), folder.clock)
        found = reports(session, office=here.id, kind="progress", period_id=period.id)
        if found and found[0].state in ("submitted", "accepted"):
            return
        values = {
            "kind": "progress",
            "period_id": period.id,
            "status": "submitted",
            "submitted": work.today().isoformat(),
        }
        returned = [r.id for r in found[0].reviews if r.verdict == "returned"] if found else []
        if returned:
            values["answers_id"] = returned[-1]
        open_report(work, values, id=found[0].id if found else None)


def _circular(folder: Folder, here: OfficeFacts, code: str) -> tuple[pouch.Order, pouch.Draw, str]:
    """Headquarters' framework, reviews and receipts for one office; new laptops go on the list first."""
    with read_session(folder.engine) as session:
        receiver = office(session, code)
        held = peers.held(session, receiver.id if receiver else "")
    if receiver is None or receiver.hq:
        raise Refused(_("There is no country office “%(code)s”: check its code.", code=code), "no_office")
    enrol(folder)
    order = pouch.Order(
        "circular",
        receiver,
        held.incarnation,
        held.tips,
        scopes_for(folder, receiver),
    )
    title = _("Circular to %(office)s", office=receiver.name)
    letter = Letter(
        title,
        folder.programme_title,
        here.name,
        receiver.name,
        [(_("From"), here.name), (_("To"), receiver.name), (_("Received from you"), _last_word(held))],
        _("This file brings the programme's framework, comments on your reports, and the receipt for what you sent."),
        [_("Drop this file into Valise, under Send and receive.")],
    )
    return order, pouch.letter(letter), title


def enrol(folder: Folder) -> int:
    """Headquarters certifies the laptops that proved their invitation and lists them. Returns how many."""
    with read_session(folder.engine) as session:
        root, waiting = acquaintance.root(session), acquaintance.unlisted(session)
    if not waiting or not folder.data.root_key.is_file() or root is None:
        return 0
    ring = keys.load(folder.data.root_key)
    with write_session(folder.engine, folder.author()) as session:
        session.info["clock"] = folder.clock
        work = Work(session, folder.author(), folder.clock)
        for certificate in waiting:
            holder = keys.holder_of(certificate)
            listed = office(session, holder.office)
            if listed is not None:  # what people read of a signer is headquarters' word, not the signer's
                holder = replace(holder, title=listed.name, code=listed.code)
            issued = keys.issue(ring.key, root, keys.public_key_of(certificate), holder, folder.clock())
            list_device(work, issued)
    return len(waiting)


def _exchange(folder: Folder, here: OfficeFacts) -> tuple[pouch.Order, pouch.Draw, str]:
    """Everything for the office's other laptop, or what it has not acknowledged."""
    with read_session(folder.engine) as session:
        held = peers.held(session, here.id, but=folder.identity.device)
    order = pouch.Order("exchange", here, held.incarnation, held.tips, None)
    title = _("Exchange between laptops of %(office)s", office=here.name)
    letter = Letter(
        title,
        folder.programme_title,
        here.name,
        here.name,
        [(_("Office"), here.name)],
        _("This file carries what was logged on one laptop of the office to the other."),
        [_("Drop this file into Valise on the other laptop, under Send and receive.")],
    )
    return order, pouch.letter(letter), title


def _cover(folder: Folder, order: pouch.Order, here: OfficeFacts) -> pouch.Draw:
    """Pages that say who sends to whom, and nothing of what is inside."""

    def draw(stamp: Stamp, part: tuple[int, int]) -> Rendered:
        offices = sealing.seals(folder, order.kind, order.receiver, openly=order.openly)
        letter = sealing.cover(folder.programme_title, here, order.receiver, offices, stamp, part)
        return pouch.letter(letter)(stamp, part)

    return draw


def _further_part(folder: Folder, here: OfficeFacts, hq: OfficeFacts, stamp: Stamp, part: tuple[int, int]) -> Rendered:
    letter = Letter(
        _("Part %(part)s of %(parts)s", part=part[0], parts=part[1]),
        folder.programme_title,
        here.name,
        hq.name,
        [(_("Office"), here.name)],
        _("This file carries a part of a dispatch that was too large for one e-mail. The report is in part 1."),
        [_("Drop all parts into Valise, in any order.")],
    )
    return pouch.letter(letter)(stamp, part)


def _last_word(held: peers.Held) -> str:
    return _("dispatch of %(day)s", day=held.at[:10]) if held.at else _("nothing yet")
