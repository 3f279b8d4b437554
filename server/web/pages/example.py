"""The example: made, looked at as an office or as headquarters, left, begun anew and thrown away."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask import session as cookie
from werkzeug.wrappers import Response

from server.base.errors import ValiseError
from server.base.example import ROOMS
from server.base.i18n import _, screen
from server.web.answers import Answer, said, warned
from server.web.example import beside
from server.web.here import where_we_are
from server.web.language import FIRST_CHOICE

page = Blueprint("example", __name__)


@page.get("/example")
def show() -> Answer:
    """What the example is, and what can be done with it."""
    return render_template("example/show.html", there=beside().is_there, rooms=_rooms())


@page.post("/example/look")
def look() -> Answer:
    """Go into a room of the example; it is made first when it is not there."""
    room = request.form.get("room", "office")
    if room not in ROOMS:
        abort(404)
    cookie[FIRST_CHOICE] = screen()
    return _enter(room) if beside().make() is None else redirect(url_for(".making", room=room))


@page.get("/example/making/<room>")
def making(room: str) -> Answer:
    """How far the making is; when it is done, into the example."""
    job = beside().making
    asked = "HX-Request" in request.headers
    if room not in ROOMS or job is None:
        return redirect(url_for(".show"))
    if not job.done:
        return render_template("example/bar.html" if asked else "example/making.html", job=job, room=room)
    if asked:
        return Response(headers={"HX-Refresh": "true"})
    if job.problem:
        warned(job.problem)
        return redirect(url_for(".show"))
    return _enter(room)


@page.get("/example/<any(office, hq):room>/")
@page.get("/example/<any(office, hq):room>/<path:address>")
def reopen(room: str, address: str = "") -> Answer:
    """A page of the example that nobody has open since Valise was started: open it, then it answers by itself."""
    if not beside().is_there:
        return redirect(url_for(".show"))
    return _enter(room, address)


@page.get("/example/leave")
def leave() -> Answer:
    """Back to one's own folder, or to where setting it up was left."""
    return redirect(url_for("home.show") if where_we_are() else url_for("setup.begin"))


@page.post("/example/away")
def throw_away() -> Answer:
    """Throw the example away, and everything that was tried in it."""
    try:
        beside().throw_away()
    except ValiseError as error:
        warned(error.message)
        return redirect(url_for(".show"))
    said(_("The example was thrown away. Your own folder is as it was."))
    return leave()


@page.post("/example/anew")
def begin_anew() -> Answer:
    """Throw the example away and make it again, as it was at first."""
    try:
        beside().throw_away()
    except ValiseError as error:
        warned(error.message)
        return redirect(url_for(".show"))
    return look()


def _enter(room: str, address: str = "") -> Answer:
    """Open a room and go to a page of it."""
    try:
        beside().open(room)
    except ValiseError as error:
        warned(error.message)
        return redirect(url_for(".show"))
    query = f"?{request.query_string.decode()}" if address and request.query_string else ""
    return redirect(f"/example/{room}/{address}{query}")


def _rooms() -> list[tuple[str, str]]:
    return [(room, _(words)) for room, words in ROOMS.items()]
