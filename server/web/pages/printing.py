"""Print and export: every document for any period, office and language, page by page as it will be printed."""

from __future__ import annotations

import io
from typing import Any

from flask import Blueprint, abort, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from server.base.errors import NotFound, ValiseError
from server.base.i18n import LANGUAGES, language, mark
from server.domain.activities.queries import activity
from server.domain.framework import queries as framework
from server.domain.people.queries import OfficeFacts, offices
from server.services.documents import ALL_PERIODS, FORMS, Request, report_file
from server.services.preview import Drawn
from server.web.answers import Answer
from server.web.database import session
from server.web.files import hand_over
from server.web.here import folder, here
from server.web.paper import shelf

page = Blueprint("printing", __name__)

#: kind -> its name and what it is for
DOCUMENTS = {
    "annual": (mark("Annual Progress Report"), mark("The programme's report to its donor, in the donor's order.")),
    "progress": (mark("Progress report"), mark("What one office did in the period.")),
    "matrix": (mark("Progress matrix"), mark("One wide table for the board: planned, achieved, constraints, what comes"
                                             " next.")),
    "workplan": (mark("Work plan and budget"), mark("Planned activities with quarters, sources and amounts.")),
    "finance": (mark("Financial statement"), mark("Received, planned and spent, and where each total comes from.")),
    "meeting": (mark("Record of board meetings"), mark("Attendance, minutes, decisions and what is still open.")),
    "newsletter": (mark("Newsletter"), mark("A few pages for partners and the public.")),
    "activity": (mark("Activity record"), mark("Each activity with everything known of it, its evidence and photos.")),
}
_MEDIA = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
#: how finely pages are drawn for the screen: 1 is 72 points to the inch
_SCALE = 1.4


@page.get("/print")
def show() -> Answer:
    """Choose a document and look at its pages."""
    kind, asked, number = _kind(), _asked(), request.args.get("page", 1, type=int)
    drawn, refusal = None, ""
    if request.args.get("kind"):
        try:
            drawn = shelf().document(folder(), kind, asked)
        except ValiseError as error:
            refusal = error.message
    number = min(max(number, 1), drawn.pages if drawn else 1)
    shown = render_template(
        "printing/show.html", documents=_offered(), kind=kind, asked=asked, drawn=drawn, refusal=refusal,
        number_of_page=number, periods=framework.periods(session()), offices=_offices(), languages=LANGUAGES,
        all_periods=ALL_PERIODS, chosen=_chosen(kind, asked), layouts=framework.layouts(session(), kind),
        activity=_activity(asked))
    return (shown, 422) if refusal else shown


@page.get("/print/page")
def picture() -> Response:
    """One page as a picture."""
    number = request.args.get("page", 1, type=int)
    try:
        png = shelf().picture(folder(), _kind(), _asked(), number, _SCALE)
    except IndexError:
        abort(404)
    answer = send_file(io.BytesIO(png), "image/png", max_age=0)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@page.get("/print/file<form>")
def keep(form: str) -> Response:
    """The document as PDF, Word or Excel file."""
    if form not in FORMS:
        abort(404)
    kind, asked = _kind(), _asked()
    content = (_pdf(kind, asked).pdf if form == ".pdf" else report_file(folder(), kind, form, asked)[0])
    name = "-".join(filter(None, ("Valise", kind, asked.office, asked.period, asked.language))) + form
    values: dict[str, Any] = {**_chosen(kind, asked)}
    return hand_over(name, content, _MEDIA[form], url_for(".show", **values))


def _pdf(kind: str, asked: Request) -> Drawn:
    return shelf().document(folder(), kind, asked)


def _offered() -> dict[str, tuple[str, str]]:
    """The documents of this office: the annual report is headquarters'."""
    return {kind: words for kind, words in DOCUMENTS.items() if here().office.hq or kind != "annual"}


def _kind() -> str:
    wanted, offered = request.args.get("kind", ""), _offered()
    return wanted if wanted in offered else next(iter(offered))


def _asked() -> Request:
    """What the address asks for; what it does not say, or says wrongly, is left to the document."""
    wanted, office = request.args.get("language", ""), request.args.get("office") or None
    known = {o.code for o in _offices()}
    kind = _kind()
    layout = request.args.get("layout") if any(framework.layouts(session(), kind)) else None
    return Request(request.args.get("period") or None, wanted if wanted in LANGUAGES else language(),
                   office if office in known else None, layout or None,
                   (request.args.get("activity") or None) if kind == "activity" else None)


def _activity(asked: Request) -> str:
    """The title of the one activity that is asked for, if it is here."""
    if not asked.activity:
        return ""
    try:
        return activity(session(), asked.activity).title
    except NotFound:
        return ""


def _offices() -> list[OfficeFacts]:
    """Offices whose documents can be asked for: all of them at headquarters, which has their records."""
    return [o for o in offices(session()) if not o.hq] if here().office.hq else []


def _chosen(kind: str, asked: Request) -> dict[str, str]:
    """The address's part that says which document."""
    told = {"kind": kind, "period": asked.period, "office": asked.office, "language": asked.language,
            "layout": asked.layout, "activity": asked.activity}
    return {name: value for name, value in told.items() if value}

