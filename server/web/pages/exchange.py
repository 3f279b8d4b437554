"""Send and receive: dispatches out, dispatches in, and what became of each."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from server.base.config import Config
from server.base.errors import NotFound, Refused
from server.base.i18n import _, mark
from server.domain.framework import queries as framework
from server.domain.people.queries import OfficeFacts, offices
from server.services.folder import Folder
from server.services.home import travel
from server.services.mail import cover_text, write_draft
from server.services.overview import reported_period
from server.services.receive import Received, judge_file, preview_file, receive
from server.services.send import send
from server.sync import heads, inbox, keys
from server.sync.inbox import Departure
from server.web.answers import Answer, said
from server.web.database import session
from server.web.fields import ChoiceQuestion, NumberQuestion, TickQuestion
from server.web.files import hand_over
from server.web.forms import Form
from server.web.here import folder, here
from server.web.staged import forget, safe_name, stage, staged, sweep

page = Blueprint("exchange", __name__)
#: what a mailbox takes when nobody said, in MB
_USUAL_MAILBOX = 10


class SendForm(Form):
    """Whom to send to, and how much the mail takes."""

    receiver = ChoiceQuestion(mark("To whom?"))
    period = ChoiceQuestion(mark("The report of which period goes with it?"))
    max_mb = NumberQuestion(mark("How large may an e-mail be, in MB?"),
                            mark("A larger dispatch is cut into parts that may arrive in any order."), optional=True)
    full = TickQuestion(mark("Send everything again, whatever was acknowledged"))

    def offer(self) -> SendForm:
        """An office sends to headquarters or its second laptop, headquarters to offices."""
        at = here()
        others = [(o.code, o.name) for o in offices(session()) if not o.hq]
        own = [("hq", _("Headquarters: the report")), ("replica", _("Another laptop of this office"))]
        self.receiver.choices = others if at.office.hq else own
        self.period.choices = [(p.code, p.title) for p in framework.periods(session()) if p.starts <= at.today]
        if at.office.hq:
            del self.period
        return self


@dataclass(frozen=True)
class Looked:
    """A file that was dropped in: who signed it and what importing it would do, or why it is refused."""

    file: str
    signer: str = ""
    fingerprint: str = ""
    outcome: Received | None = None
    refusal: str = ""


@page.get("/exchange")
def show() -> Answer:
    """Both directions on one page."""
    return _shown(_send_form())


@page.post("/exchange/send")
def dispatch() -> Answer:
    """Pack and sign a dispatch."""
    form = _send_form()
    if not form.sent():
        return _shown(form), 422
    values, made = form.values(), folder()
    most = values["max_mb"] * 1_000_000 if values["max_mb"] else None
    with tempfile.TemporaryDirectory() as room:
        try:
            packed = send(made, Path(room) / _file_name(here().office, values), period=values.get("period"),
                          receiver=values["receiver"] or "hq", full=bool(values["full"]), max_size=most)
        except Refused as refused:
            form.take(refused)
            return _shown(form), 422
    return redirect(url_for(".sent", dispatch=packed.dispatch))


@page.get("/exchange/sent/<dispatch>")
def sent(dispatch: str) -> Answer:
    """A dispatch that was made: its files, to be kept and mailed."""
    parts = _parts(dispatch)
    receiver = next((o for o in offices(session()) if o.id == parts[0].to_office), None)
    limit = (receiver.mailbox_mb if receiver and receiver.mailbox_mb else _USUAL_MAILBOX) * 1_000_000
    return render_template("exchange/sent.html", parts=parts, receiver=receiver, limit=limit)


@page.post("/exchange/sent/<dispatch>/<int:part>/<kind>")
def keep(dispatch: str, part: int, kind: str) -> Response:
    """Keep one file of a dispatch: the PDF, or an e-mail draft with it."""
    found = next((p for p in _parts(dispatch) if p.part == part), None)
    data = _bytes_of(found) if found else b""
    if found is None or kind not in ("pdf", "eml"):
        raise NotFound(_("There is no such dispatch here: choose one from the list."))
    name, back = found.file_name or "dispatch.pdf", url_for(".sent", dispatch=dispatch)
    if kind == "pdf":
        return hand_over(name, data, "application/pdf", back)
    return hand_over(f"{Path(name).stem}.eml", _mail(found, name, data), "message/rfc822", back)


@page.post("/exchange/look")
def drop() -> Answer:
    """Take files in to look at; nothing is imported yet."""
    given = [(one.filename or "", partial(_save, one.save)) for one in request.files.getlist("files") if one.filename]
    try:
        return redirect(url_for(".look", batch=stage(here().data, given)))
    except Refused as refused:
        form = _send_form()
        return _shown(form, refused.message), 422


@page.get("/exchange/look/<batch>")
def look(batch: str) -> Answer:
    """What each file is, and what importing it would change."""
    found = staged(here().data, batch)
    opened = folder()
    looked = [_look(opened, path) for path in found]
    ready = [one for one in looked if one.outcome and one.outcome.state != "already"]
    return render_template("exchange/look.html", looked=looked, batch=batch, ready=ready)


@page.post("/exchange/import/<batch>")
def take_in(batch: str) -> Answer:
    """Import a batch: each file whole, or not at all."""
    found = staged(here().data, batch)
    results = receive(folder(), found)
    forget(here().data, batch)
    return render_template("exchange/done.html", results=results)


@page.post("/exchange/forget/<batch>")
def give_up(batch: str) -> Answer:
    """Import nothing."""
    forget(here().data, batch)
    said(_("Nothing was imported."))
    return redirect(url_for(".show"))


def take_files(app: Flask) -> Callable[[Sequence[Path]], str]:
    """What a second start hands its files to: stages copies and names the page that shows them."""
    config: Config = app.extensions["valise.config"]
    sweep(config.data)

    def take(files: Sequence[Path]) -> str:
        given = [(path.name, partial(_copy, path)) for path in files]
        batch = stage(config.data, given)
        with app.test_request_context():
            return url_for("exchange.look", batch=batch)

    return take


def _copy(source: Path, target: Path) -> None:
    try:
        target.write_bytes(source.read_bytes())
    except OSError as problem:
        raise Refused(_("%(file)s cannot be read: %(why)s", file=source.name, why=problem.strerror), "unread") from None


def _save(save: Callable[[Path], None], target: Path) -> None:
    save(target)


def _send_form() -> SendForm:
    at = here()
    period = reported_period(session(), None, at.today, "progress", at.office.id)
    hq = next((o for o in offices(session()) if o.hq), None)
    asked = request.args.get("to") or ("" if at.office.hq else "hq")
    return SendForm.on({
        "receiver": asked, "period": request.args.get("period") or (period.code if period else None),
        "max_mb": hq.mailbox_mb if hq and not at.office.hq else None})


def _shown(form: SendForm, refusal: str = "") -> str:
    at, connection = here(), session().connection()
    return render_template(
        "exchange/show.html", form=form, refusal=refusal, offices={o.id: o for o in offices(session())},
        departures=inbox.departures(connection), arrivals=list(reversed(inbox.arrivals(connection))),
        travel=None if at.office.hq else travel(session(), at.office),
        conflicts=len(heads.issues(connection, ("value", "delete"))),
        periods={p.id: p for p in framework.periods(session())})


def _look(opened: Folder, path: Path) -> Looked:
    try:
        judged = judge_file(opened, path)
        outcome = preview_file(opened, path)
    except Refused as refused:
        return Looked(path.name, refusal=refused.message)
    return Looked(path.name, judged.verdict.holder.title, keys.short_fingerprint(judged.certificate), outcome)


def _parts(dispatch: str) -> list[Departure]:
    found = [d for d in inbox.departures(session().connection()) if d.dispatch == dispatch]
    if not found:
        raise NotFound(_("There is no such dispatch here: choose one from the list."))
    return sorted(found, key=lambda part: part.part)


def _bytes_of(part: Departure) -> bytes:
    try:
        return (here().data.outbox / f"{part.sha256}.pdf").read_bytes()
    except OSError:
        raise NotFound(_("The file of this dispatch is no longer in the data folder: send everything again.")) from None


def _mail(part: Departure, name: str, data: bytes) -> bytes:
    """An unsent e-mail to the receiver with that part attached."""
    at = here()
    receiver = next((o for o in offices(session()) if o.id == part.to_office), None)
    title = _("dispatch %(number)s", number=part.number)
    with tempfile.TemporaryDirectory() as room:
        pdf, eml = Path(room) / safe_name(name), Path(room) / "draft.eml"
        pdf.write_bytes(data)
        print_of_file = (part.sha256 or "")[:8].upper()
        write_draft(eml, to=receiver.email if receiver else None, attachment=pdf,
                    subject=f"{at.office.name}: {title}",
                    text=cover_text(at.office.name, part.number, title, print_of_file))
        return eml.read_bytes()


def _file_name(office: OfficeFacts, values: dict[str, object]) -> str:
    """Such as `Valise-KG-to-hq-Y1.pdf`: no blanks, nothing a mail gateway dislikes."""
    words = ["Valise", office.code, "to", str(values["receiver"]), *([str(values["period"])] if values.get("period")
                                                                     and values["receiver"] == "hq" else [])]
    return safe_name("-".join(words) + ".pdf")
