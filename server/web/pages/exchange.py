"""Send and receive: dispatches out, dispatches in, and what became of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from flask import Blueprint, Flask, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from server.base.config import Config
from server.base.errors import NotFound, Refused, ValiseError
from server.base.i18n import _, mark, n_
from server.domain.framework import queries as framework
from server.domain.people.queries import offices
from server.services import journal, outbox
from server.services.arrivals import bytes_of
from server.services.folder import Folder
from server.services.home import travel
from server.services.overview import reported_period
from server.services.receive import Judged, Received, judge_file, note_refusals, preview_file
from server.services.sealing import is_confidential
from server.services.standing import standing
from server.services.undo import can_be
from server.sync import inbox, keys
from server.web.answers import Answer, said
from server.web.database import session
from server.web.disputes import disputes
from server.web.fields import ChoiceQuestion, NumberQuestion, TickQuestion
from server.web.files import hand_over, show_file
from server.web.forms import Form
from server.web.here import folder, here, know_again
from server.web.importing import Job, imports
from server.web.lists import number_in
from server.web.records import table_words
from server.web.staged import forget, stage, staged, sweep
from server.web.words import instant

page = Blueprint("exchange", __name__)
#: what a person answered about the pages
_COVER = {"cover": True, "report": False}
#: rows on a page of the two histories
_PAGE = 30


class SendForm(Form):
    """Whom to send to, and how much the mail takes."""

    receiver = ChoiceQuestion(mark("To whom?"))
    period = ChoiceQuestion(mark("The report of which period goes with it?"),
                            mark("Only with a dispatch to headquarters."), optional=True)
    mail_mb = NumberQuestion(mark("How large may an e-mail be, in MB?"),
                             mark("A larger dispatch is cut into parts that may arrive in any order."), optional=True)
    evidence = ChoiceQuestion(mark("Which photos and files go along?"),
                              mark("As the mail allows: those that fit when its size is known, else all."),
                              optional=True)
    full = TickQuestion(mark("Send everything again, whatever was acknowledged"))
    pages = ChoiceQuestion(mark("What do the pages show?"), optional=True)
    openly = TickQuestion(mark("Do not seal it, although the programme is confidential"))

    def offer(self) -> SendForm:
        """An office sends to headquarters or its second laptop, headquarters to offices and its second laptop."""
        at = here()
        others = [(o.code, o.name) for o in offices(session()) if not o.hq]
        self.receiver.choices = [*(others if at.office.hq else [("hq", _("Headquarters: the report"))]),
                                 ("replica", _("Another laptop of this office"))]
        self.evidence.none = _("As the mail allows")
        self.evidence.choices = [("fit", _("Those that fit; the rest with a later dispatch")),
                                 ("all", _("All, in as many parts as it takes")), ("none", _("None this time"))]
        self.period.choices = [(p.code, p.title) for p in framework.periods(session()) if p.starts <= at.today]
        self.pages.none = _("The report, or a cover only when the dispatch is sealed")
        self.pages.choices = [("cover", _("A cover only")), ("report", _("The report"))]
        if at.office.hq:
            del self.period
            del self.pages
        if not is_confidential(session()):
            del self.openly
        return self


@dataclass(frozen=True)
class Looked:
    """A file that was dropped in: who signed it and what importing it would do, or why it is refused.

    `state` is would, already, waiting or refused; `facts` are (label, value), `counts` (records in words, created,
    changed, deleted); `sender` and `number` say which dispatch of which incarnation it is.
    """

    file: str
    state: str
    sentence: str
    facts: tuple[tuple[str, str], ...] = ()
    counts: tuple[tuple[str, int, int, int], ...] = ()
    notes: tuple[str, ...] = ()
    sender: str = ""
    number: int = 0


@page.get("/exchange")
def show() -> Answer:
    """Both directions on one page."""
    return _shown(_send_form())


@page.post("/exchange/send")
def dispatch() -> Answer:
    """Pack and sign a dispatch."""
    form = _send_form()
    if form.sent():
        values = form.values()
        try:
            packed = outbox.make_dispatch(folder(), values["receiver"] or "hq", values.get("period"),
                                          full=bool(values["full"]), mail_mb=values["mail_mb"],
                                          evidence=values["evidence"], openly=bool(values.get("openly")),
                                          cover_only=_COVER.get(values.get("pages") or ""))
            for sentence in (*packed.told_of_files(), *(packed.readers.sentences() if packed.readers else ())):
                said(sentence)
            return redirect(url_for(".sent", dispatch=packed.dispatch))
        except ValiseError as error:
            form.take(error)
    return _shown(form), 422


@page.get("/exchange/sent/<dispatch>")
def sent(dispatch: str) -> Answer:
    """A dispatch that was made: its files, to be kept and mailed."""
    parts = outbox.parts(session(), dispatch)
    receiver = next((o for o in offices(session()) if o.id == parts[0].to_office), None)
    limit = outbox.attachment_limit(receiver.mailbox_mb if receiver else None)
    far = journal.stages(session(), parts)
    return render_template("exchange/sent.html", parts=parts, receiver=receiver, limit=limit, stages=far)


@page.get("/exchange/sent/<sha256>/<kind>")
def keep(sha256: str, kind: str) -> Response:
    """Keep one file of a dispatch: the PDF, or an e-mail draft with it."""
    found = outbox.departure(session(), sha256)
    name, back = found.file_name or "dispatch.pdf", url_for(".sent", dispatch=found.dispatch)
    taken = partial(outbox.hand_over, folder(), sha256)
    if kind == "pdf":
        return hand_over(name, outbox.sent_file(here().data, sha256), "application/pdf", back, taken)
    if kind != "eml":
        raise NotFound(_("There is no such file of this dispatch: choose one of its buttons."))
    draft = outbox.mail_draft(folder(), sha256)
    return hand_over(f"{Path(name).stem}.eml", draft, "message/rfc822", back, taken)


@page.get("/exchange/came/<sha256>")
def came(sha256: str) -> Response:
    """Look at the pages of a dispatch that came."""
    found = inbox.arrival(session().connection(), sha256)
    path = bytes_of(here().data, found.sha256) if found is not None else None
    if found is None or path is None or found.state == inbox.REFUSED:
        raise NotFound(_("The file of this dispatch is not in the data folder any more."))
    return show_file(found.file_name or "dispatch.pdf", path.read_bytes(), "application/pdf", url_for(".show"))


@page.post("/exchange/look")
def drop() -> Answer:
    """Take files in to look at; nothing is imported yet."""
    given = [(one.filename, one.save) for one in request.files.getlist("files") if one.filename]
    try:
        return redirect(url_for(".look", batch=stage(here().data, given)))
    except Refused as refused:
        return _shown(_send_form(), refused.message), 422


@page.get("/exchange/look/<batch>")
def look(batch: str) -> Answer:
    """What each file is, and what importing it would change."""
    if imports().running is not None:  # it alone writes, and a preview writes, though it takes everything back
        return render_template("exchange/wait.html", batch=batch, running=imports().running)
    found, opened = staged(here().data, batch), folder()
    looked = _follow([_look(opened, path) for path in found])
    ready = sum(1 for one in looked if one.state in ("would", "waiting"))
    return render_template("exchange/look.html", looked=looked, batch=batch, ready=ready)


@page.post("/exchange/import/<batch>")
def take_in(batch: str) -> Answer:
    """Import a batch: each file whole, or not at all. A large one goes on while its page tells how far it is."""
    job = imports().begin(batch, folder(), staged(here().data, batch))
    return _done(job) if job.wait() else redirect(url_for(".importing", batch=batch), 303)


@page.get("/exchange/import/<batch>")
def importing(batch: str) -> Answer:
    """How far an import is; when it is done, what came of it."""
    job = imports().of(batch)
    asked = "HX-Request" in request.headers
    if job.done:
        return Response(headers={"HX-Refresh": "true"}) if asked else _done(job)
    return render_template("exchange/bar.html" if asked else "exchange/importing.html", job=job)


@page.post("/exchange/import/<batch>/stop")
def stop(batch: str) -> Answer:
    """Stop an import: the file at hand is as if it had not come."""
    job = imports().of(batch)
    job.stop()
    job.wait()
    return redirect(url_for(".importing", batch=batch), 303)


def _done(job: Job) -> str:
    """What came of an import."""
    know_again()
    results = [(result, _counts(result), _may_be_undone(result)) for result in job.results]
    return render_template("exchange/done.html", results=results, problem=job.problem,
                           conflicts=sum(result.conflicts for result in job.results))


def _may_be_undone(result: Received) -> bool:
    found = inbox.arrival(session().connection(), result.sha256)
    return result.state == "imported" and found is not None and can_be(folder(), found)


@page.post("/exchange/forget/<batch>")
def give_up(batch: str) -> Answer:
    """Import nothing. What would have been refused stays on the list of what came."""
    note_refusals(folder(), staged(here().data, batch))
    forget(here().data, batch)
    said(_("Nothing was imported."))
    return redirect(url_for(".show"))


def take_files(app: Flask) -> Callable[[Sequence[Path]], str]:
    """What a second start hands its files to: stages copies and names the page that shows them."""
    config: Config = app.extensions["valise.config"]
    sweep(config.data)

    def take(files: Sequence[Path]) -> str:
        batch = stage(config.data, [(path.name, partial(_copy, path)) for path in files])
        with app.test_request_context():
            return url_for("exchange.look", batch=batch)

    return take


def _copy(source: Path, target: Path) -> None:
    try:
        target.write_bytes(source.read_bytes())
    except OSError as problem:
        raise Refused(_("%(file)s cannot be read: %(why)s", file=source.name, why=problem.strerror), "unread") from None


def _send_form() -> SendForm:
    """The form, with what the address asks for: `period`, and an office's code as `to`."""
    at = here()
    period = reported_period(session(), None, at.today, "progress", at.office.id)
    return SendForm.on({
        "receiver": request.args.get("to") or (None if at.office.hq else "hq"),
        "period": request.args.get("period") or (period.code if period else None),
    })


def _shown(form: SendForm, refusal: str = "") -> str:
    at, current, contested, opened = here(), number_in("page"), disputes(folder()), folder()
    connection = session().connection()
    arrived = [one for one in reversed(inbox.arrivals(connection)) if one.state != inbox.DROPPED]
    departed = inbox.departures(connection)
    start, end = _PAGE * (current - 1), _PAGE * current
    waiting = [one for one in arrived if one.state == inbox.PARKED]
    resumed = tuple(current_app.extensions.pop("valise.resumed", ()))
    return render_template(
        "exchange/show.html", form=form, refusal=refusal, offices={o.id: o for o in offices(session())},
        arrivals=journal.came(session(), opened, arrived[start:end]), departures=departed[start:end],
        stages=journal.stages(session(), departed[start:end]), number_of_page=current, resumed=resumed,
        more=max(len(arrived), len(departed)) > end, waiting=journal.came(session(), opened, waiting),
        running=imports().running, standing=standing(session(), opened.clock),
        travel=None if at.office.hq else travel(session(), at.office), disputes=contested,
        periods={p.id: p for p in framework.periods(session())})


def _look(opened: Folder, path: Path) -> Looked:
    """What a file is; nothing is changed."""
    try:
        judged = judge_file(opened, path)
        outcome = preview_file(opened, path)
    except Refused as refused:
        return Looked(path.name, "refused", refused.message)
    notes = []
    if outcome.conflicts:
        notes.append(n_("%(num)s value was set on both sides: you will be asked which one stays.",
                        "%(num)s values were set on both sides: you will be asked which one stays.",
                        outcome.conflicts))
    if outcome.quarantined:
        notes.append(n_("%(num)s change will be kept apart: its author may not make it, or its laptop is off the list.",
                        "%(num)s changes will be kept apart: their authors may not make them, or their laptop is off"
                        " the list.",
                        outcome.quarantined))
    if outcome.left_out:
        notes.append(n_("%(num)s change of another office will be left out, because that office did not sign it.",
                        "%(num)s changes of other offices will be left out, because those offices did not sign them.",
                        outcome.left_out))
    if judged.manifest.files and outcome.state == "would":
        notes.append(n_("It brings %(num)s file, or a piece of one.", "It brings %(num)s files or pieces of files.",
                        len(judged.manifest.files)))
    counts = _counts(outcome)
    records = sum(created + changed + deleted for _words, created, changed, deleted in counts)
    sentence = n_("It changes %(num)s record here.", "It changes %(num)s records here.", records)
    return Looked(path.name, outcome.state, sentence if outcome.state == "would" else outcome.sentence,
                  tuple(_facts(judged)), counts, tuple(notes), judged.manifest.from_incarnation, judged.manifest.number)


def _facts(judged: Judged) -> list[tuple[str, str]]:
    """Who signed, which dispatch, when and by whom it was made."""
    manifest = judged.manifest
    period = framework.period_for(session(), manifest.period, here().today) if manifest.period else None
    number = _("number %(number)s", number=manifest.number)
    if manifest.parts > 1:
        number += ", " + _("part %(part)s of %(parts)s", part=manifest.part, parts=manifest.parts)
    return [
        (_("Signed by"), judged.verdict.holder.title),
        (_("Key"), keys.short_fingerprint(judged.certificate)),
        (_("Dispatch"), number),
        *([(_("Period"), period.title)] if period else []),
        *([(_("Made by"), manifest.person)] if manifest.person else []),
        (_("Made on"), instant(datetime.fromtimestamp(manifest.made, UTC))),
    ]


def _counts(outcome: Received) -> tuple[tuple[str, int, int, int], ...]:
    """What an import creates, changes and deletes, in words and in the order of those words."""
    return tuple(sorted((table_words(table, several=True), counts["created"], counts["changed"], counts["deleted"])
                        for table, counts in outcome.tables.items()))


def _follow(looked: list[Looked]) -> list[Looked]:
    """A file that waits for others of the same batch does not wait long: say so."""
    coming = {(one.sender, one.number) for one in looked if one.state == "would"}
    for number in sorted({one.number for one in looked if one.state == "waiting"}):
        senders = {one.sender for one in looked if one.number == number}
        coming |= {(sender, number) for sender in senders if (sender, number - 1) in coming}
    sentence = _("It goes in behind others of these files.")
    return [replace(one, state="would", sentence=sentence)
            if one.state == "waiting" and (one.sender, one.number) in coming else one for one in looked]
