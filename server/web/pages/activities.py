"""Activities: the log. A list that is searched and filtered by its address, and the form that logs."""

from __future__ import annotations

import json
from functools import cache
from typing import Any, Self

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from server.base.i18n import _, mark
from server.domain.activities import models
from server.domain.activities.commands import log_activity
from server.domain.activities.queries import (
    SORTS,
    ActivityFacts,
    Filter,
    activities,
    activity,
    activity_ids,
)
from server.domain.documents.commands import file_document
from server.domain.documents.queries import DocumentFacts, documents
from server.domain.framework import queries as framework
from server.domain.people.queries import offices
from server.domain.records import Work, delete, undelete
from server.domain.workplan.queries import planned
from server.services import filing
from server.services.sheets.reading import MOST_ROWS
from server.services.writers import last_written_by, writers
from server.web import another
from server.web.answers import Answer, offer_undo, said
from server.web.database import session, writing
from server.web.evidence import Brought, CaptionForm, EvidenceForm, tell
from server.web.exports import hand_over_list
from server.web.fields import (
    ChoiceQuestion,
    DateQuestion,
    LongQuestion,
    NumberQuestion,
    SeveralQuestion,
    TextQuestion,
    TickQuestion,
)
from server.web.files import hand_over
from server.web.forms import Form, displayed
from server.web.here import here
from server.web.lists import narrowed, number_in, office_in, same_at
from server.web.staged import safe_name
from server.web.words import country_name

page = Blueprint("activities", __name__)


class ActivityForm(Form):
    """One activity, as the officer tells it."""

    title = TextQuestion(mark("What happened?"), mark("In a few words, such as “National launch of the programme”."))
    date_from = DateQuestion(mark("When did it happen, or begin?"),
                             mark("Give what you know: the year alone is enough."))
    date_to = DateQuestion(mark("When did it end?"), mark("Only if it went on for longer."), optional=True)
    output_id = ChoiceQuestion(mark("Which output does it serve?"))
    country_id = ChoiceQuestion(mark("In which country?"), mark("Leave empty for a global output."), optional=True)
    narrative = LongQuestion(mark("What was done, and what came of it?"),
                             mark("Two to five sentences. They go into the report as you write them."), rows=4,
                             optional=True)
    title_local = TextQuestion(mark("What happened, in your office's language?"), optional=True, local=True)
    narrative_local = LongQuestion(mark("What was done, in your office's language?"), optional=True, local=True, rows=4)
    place = TextQuestion(mark("Where?"), mark("Town or venue."), optional=True)
    partners = TextQuestion(mark("With which partners?"), optional=True)
    women = NumberQuestion(mark("Women"), optional=True)
    men = NumberQuestion(mark("Men"), optional=True)
    participants = NumberQuestion(mark("All participants"), optional=True)
    lead_agency_id = ChoiceQuestion(mark("Which agency was in the lead?"), optional=True)
    support_agency_ids = SeveralQuestion(mark("Which agencies supported it?"), optional=True)
    planned_id = ChoiceQuestion(mark("Which line of the work plan does it carry out?"), optional=True)
    in_report = TickQuestion(mark("Put it into the report as an achievement"))
    position = NumberQuestion(mark("Place in the report"), mark("1 comes first."), optional=True)

    def offer(self) -> Self:
        """Fill the lists to choose from, and leave out what this office has no use for."""
        at = here()
        agencies = cache(lambda: [(a.id, a.code) for a in framework.agencies(session())])
        self._outputs = cache(lambda: framework.outputs(session()))
        self.output_id.choices = lambda: [(o.id, f"{o.label}. {o.title}") for o in self._outputs()]
        self.country_id.choices = lambda: [(c.id, country_name(c)) for c in framework.countries(session())]
        self.lead_agency_id.choices = self.support_agency_ids.choices = agencies
        self.planned_id.choices = lambda: [(p.id, p.title) for p in planned(session(), office=at.office.id)]
        if at.office.country_id:
            del self.country_id
        if not at.office.language:
            del self.title_local
            del self.narrative_local
        return self

    def values(self) -> dict[str, Any]:
        """A country office's own country goes without asking, unless the output is a global one."""
        found = super().values()
        if here().office.country_id:
            level = {o.id: o.level for o in self._outputs()}.get(found["output_id"] or "")
            found["country_id"] = None if level == "global" else here().office.country_id
        return found


@page.get("/activities")
def index() -> Answer:
    """The log, newest first; search, filters, order and page stand in the address."""
    wanted, period = _wanted()
    outputs, known = framework.outputs(session()), offices(session())
    return render_template(
        "activities/list.html", found=activities(session(), wanted), wanted=wanted, narrowed=narrowed("sort", "page"),
        outputs=outputs, offices=known, output_numbers={o.id: o.label for o in outputs},
        office_codes={o.id: o.label for o in known}, countries=framework.countries(session()), period=period,
        periods=framework.periods(session()), people=_people(),
    )


@page.get("/activities/workbook")
def export() -> Response:
    """Keep exactly what the list shows, on all of its pages, as a workbook."""
    ids = activity_ids(session(), _wanted()[0], MOST_ROWS)
    return hand_over_list({"activity": ids}, _("Activities"), same_at(".index"))


@page.route("/activities/new", methods=["GET", "POST"])
def log() -> Answer:
    """Log an activity."""
    line = request.args.get("planned", "")
    draft = f"activity/new/{line}" if line else "activity/new"
    start = {"planned_id": line or None, "output_id": request.args.get("output")}
    form = _form({**start, **another.carried(*_SHARED)}, draft)
    brought = Brought.now()
    if form.sent():
        saved = _save(form, brought)
        if saved:
            said(_("Logged: %(title)s", title=form.title.data))
            return another.next_one(".log", form, *_SHARED) if another.asked() else redirect(url_for(".show", id=saved))
    return _form_page(form, brought, None)


@page.get("/activities/<id>")
def show(id: str) -> Answer:
    """One activity with all that is known of it."""
    return render_template("activities/show.html", **_told(activity(session(), id)))


@page.route("/activities/<id>/edit", methods=["GET", "POST"])
def edit(id: str) -> Answer:
    """Change an activity of one's own office."""
    known = activity(session(), id)
    form = _form({name: getattr(known, name, None) for name in _FIELDS}, f"activity/{id}", displayed("activity", id))
    brought = Brought.now()
    if form.sent() and _save(form, brought, id):
        said(_("Saved: %(title)s", title=form.title.data))
        return redirect(url_for(".show", id=id))
    return _form_page(form, brought, known)


@page.post("/activities/<id>/delete")
def remove(id: str) -> Answer:
    """Delete at once, and offer Undo."""
    known = activity(session(), id)
    with writing(here().author) as work:
        delete(work, models.Activity, id)
    offer_undo(_("Deleted: %(title)s", title=known.title), url_for(".restore", id=id))
    return redirect(url_for(".index"))


@page.post("/activities/<id>/restore")
def restore(id: str) -> Answer:
    """Undo a deletion."""
    with writing(here().author) as work:
        undelete(work, models.Activity, id)
    said(_("The activity is back."))
    return redirect(url_for(".show", id=id))


@page.post("/activities/<id>/evidence")
def add_evidence(id: str) -> Answer:
    """File documents that show the activity: files, or a note of where the paper lies.

    The page comes back with what was turned away; sent once more it files nothing twice.
    """
    form, brought = EvidenceForm.on(), Brought.now()
    done: list[filing.Filing] = []

    def file_them(work: Work) -> str:
        done.append(brought.file(work, id, form.title.data or "", form.note.data or ""))
        return id

    if form.sent() and form.save(here().author, file_them):
        form.turned = done[0].turned
        if done[0].made:
            said(_("The evidence is filed."))
        if not form.turned:
            tell(done[0])
            return redirect(url_for(".show", id=id))
    kept = {"brought": brought.keep()} if form.problems and not form.turned else {}
    return render_template("activities/show.html", **{**_told(activity(session(), id)), "form": form}, **kept), 422


@page.get("/activities/<id>/evidence/<document>")
def open_evidence(id: str, document: str) -> Answer:
    """Keep a filed file: the original, or the copy that travels."""
    found = _document(id, document)
    content = filing.content_of(found, here().data, copy="copy" in request.args)
    name = safe_name(filing.name_of(found, content))
    return hand_over(name, content, "application/octet-stream", url_for(".show", id=id))


@page.get("/activities/<id>/evidence/<document>/picture")
def small_picture(id: str, document: str) -> Response:
    """A filed photo, small; never the bytes that came from elsewhere."""
    content, media_type = filing.small_picture(_document(id, document), here().data)
    return Response(content, mimetype=media_type)


@page.post("/activities/<id>/evidence/<document>/<what>")
def change_evidence(id: str, document: str, what: str) -> Answer:
    """Take a document away from an activity, with Undo; put it back where it was; show it earlier or later."""
    known = activity(session(), id).evidence_ids
    if what not in ("away", "back", *_MOVES):
        abort(404)
    with writing(here().author) as work:
        if what == "away":
            filing.take_evidence_away(work, id, document)
        elif what == "back":
            filing.name_evidence(work, id, document, number_in("place") - 1)
        else:
            filing.move_evidence(work, id, document, _MOVES[what])
    if what == "away" and document in known:
        offer_undo(_("The evidence was taken away."), url_for(
            ".change_evidence", id=id, document=document, what="back", place=known.index(document) + 1))
    return redirect(url_for(".show", id=id, _anchor=None if what == "away" else f"paper-{document}"))


@page.post("/activities/<id>/evidence/<document>/caption")
def caption(id: str, document: str) -> Answer:
    """Say anew what a document is."""
    found, form = _document(id, document), CaptionForm.on()
    form.of = found.id
    if form.sent() and form.save(here().author, lambda work: file_document(
            work, {"title": form.title.data}, id=found.id, seen=form.heads_seen())):
        said(_("Saved: %(title)s", title=form.title.data))
        return redirect(url_for(".show", id=id, _anchor=f"paper-{found.id}"))
    return render_template("activities/show.html", **_told(activity(session(), id)), captioned=form), 422


def _people() -> list[tuple[str, str]]:
    """Who may be asked for: all who changed something here, and whom the address names."""
    asked = request.args.get("person")
    return [(one, one) for one in dict.fromkeys([*writers(session(), office_in()), *([asked] if asked else [])])]


def _wanted() -> tuple[Filter, framework.PeriodFacts | None]:
    """What the address asks for, and the period among it."""
    asked, person = request.args, request.args.get("person")
    period = framework.period_for(session(), asked["period"], here().today) if asked.get("period") else None
    return Filter(
        words=asked.get("q", "").strip(), output_id=asked.get("output") or None,
        country_id=asked.get("country") or None,
        office=office_in(),
        starts=period.starts.isoformat() if period else None, ends=period.ends.isoformat() if period else None,
        in_report={"": None, "0": False}.get(asked.get("report", ""), True),
        evidenced={"with": True, "without": False}.get(asked.get("evidence", "")),
        planned={"planned": True, "unplanned": False}.get(asked.get("kind", "")),
        written=last_written_by(session(), person, models.Activity) if person else None,
        sort=asked.get("sort", "") if asked.get("sort") in SORTS else SORTS[0], page=number_in("page"),
    ), period


#: how far a document is moved among the others
_MOVES = {"earlier": -1, "later": 1}
#: what the next activity of an evening begins with
_SHARED = ("date_from", "output_id", "country_id")
_FIELDS = tuple(name for name in ActivityForm.__dict__ if hasattr(models.Activity, name))


def _form(values: dict[str, Any], draft: str, seen: Any = None) -> ActivityForm:
    return ActivityForm.on(values, seen=seen, draft=draft)


def _save(form: ActivityForm, brought: Brought, id: str | None = None) -> str | None:
    """Log the activity, or change the one with `id`, and file what was brought; None when rules are broken."""
    done: list[filing.Filing] = []

    def write(work: Work) -> str:
        saved = log_activity(work, form.values(), id=id, seen=form.heads_seen() if id else None)
        done.append(brought.file(work, saved) if brought.files else filing.Filing())
        return saved

    saved = form.save(here().author, write)
    if saved:
        tell(done[0])
    return saved


def _form_page(form: ActivityForm, brought: Brought, known: ActivityFacts | None) -> Answer:
    """The form, with the files that came with it when it goes back to the person."""
    kept = brought.keep() if form.problems else None
    tick = EvidenceForm(formdata=None, data={"keep_place": int(brought.place)})
    shown = render_template("activities/form.html", form=form, activity=known, brought=kept, evidence_form=tick)
    return shown, 422 if form.problems else 200


def _document(activity_id: str, document: str) -> DocumentFacts:
    """A document that is evidence of that activity; 404 for any other."""
    found = [one for one in documents(session(), activity(session(), activity_id).evidence_ids) if one.id == document]
    if not found:
        abort(404)
    return found[0]


def _told(known: ActivityFacts) -> dict[str, Any]:
    """What the page shows: the names behind the ids."""
    agencies = {a.id: a.code for a in framework.agencies(session())}
    papers = documents(session(), known.evidence_ids)
    own = known.office == here().office.id
    lines = {p.id: p.title for p in planned(session(), office=known.office)} if known.planned_id else {}
    return {
        "activity": known,
        "output": next((o for o in framework.outputs(session()) if o.id == known.output_id), None),
        "country": next((c for c in framework.countries(session()) if c.id == known.country_id), None),
        "office": next((o for o in offices(session()) if o.id == known.office), None),
        "lead": agencies.get(known.lead_agency_id or "", ""),
        "support": [agencies[a] for a in known.support_agency_ids if a in agencies],
        "line": lines.get(known.planned_id or ""),
        "evidence": filing.evidence_of(papers, here().data, places=True),
        "heads": {one.id: json.dumps(dict(displayed("document", one.id))) for one in papers} if own else {},
        "form": EvidenceForm(formdata=None) if own else None,
    }
