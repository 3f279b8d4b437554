"""Reports: their texts with live figures, the check-up, the pages as they will be printed, and headquarters' review."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from server.base.config import Config
from server.base.errors import ValiseError
from server.base.i18n import LANGUAGES, _, language, mark, use_language
from server.db.session import Seen
from server.domain.framework import queries as framework
from server.domain.people.queries import OfficeFacts, office, offices
from server.domain.reporting.commands import open_report, review_report, write_section
from server.domain.reporting.figures import FIGURE_NAMES, Figures, fill_figures, unknown_figures
from server.domain.reporting.queries import ReportFacts, SectionFacts, report, reports
from server.domain.reporting.rules import VERDICTS
from server.reports.text.markup import unmarked
from server.services.checkup import check_up
from server.services.consolidate import annual_report, progress_report
from server.services.documents import Request, report_pdf
from server.services.preview import draft_pages
from server.web.answers import Answer, said
from server.web.database import session
from server.web.disputes import page_of
from server.web.fields import ChoiceQuestion, LongQuestion
from server.web.files import hand_over, show_file
from server.web.forms import Form, displayed
from server.web.here import folder, here
from server.web.paper import shelf
from server.web.records import address_of

page = Blueprint("reports", __name__)

#: section -> (its name, what belongs into it)
SECTIONS = {
    "executive": (mark("Executive summary"), mark("What a reader of one page must know. It is printed first.")),
    "introduction": (mark("Introduction"), mark("What the programme is, and for whom.")),
    "overview": (mark("Overview of the period"), mark("What the period was about, with its main figures.")),
    "summary": (mark("Opening"), mark("How the period went, before the achievements are listed.")),
    "closing": (mark("Closing"), mark("A sentence or two after the achievements.")),
    "challenges": (mark("Challenges"), mark("What made the work harder, and what was done about it.")),
    "next": (mark("Next 12 months"), mark("What opens the list of planned interventions.")),
}
#: the sections that every report of a kind has, in order
_USUAL = {"progress": ("summary", "closing", "challenges", "next"),
          "annual": ("executive", "introduction", "overview", "challenges", "next")}


@dataclass(frozen=True)
class Place:
    """Where a text stands in a report; `known` is None before anybody wrote it."""

    key: str
    output: framework.OutputFacts | None
    known: SectionFacts | None

    @property
    def words(self) -> tuple[str, str]:
        """Its name and what belongs into it, in the reader's language."""
        name, hint = SECTIONS[self.key]
        title = _(name)
        if self.output:
            title = _("Output %(number)s: %(section)s", number=self.output.number, section=title)
        return title, _(hint)


class TextForm(Form):
    """One section of a report."""

    text = LongQuestion(mark("Text in English"), mark("Figures in braces, such as {spent}, fill themselves in."),
                        rows=9, optional=True)
    text_local = LongQuestion(mark("Text in your office's language"), rows=7, optional=True, local=True)

    def offer(self) -> TextForm:
        """An office that writes English only is asked once."""
        if not here().office.language:
            del self.text_local
        return self


class ReviewForm(Form):
    """What headquarters says of a report."""

    verdict = ChoiceQuestion(mark("What do you say of the report?"), radio=True)
    section_id = ChoiceQuestion(mark("Which part is it about?"), none=mark("The whole report"), optional=True)
    text = LongQuestion(mark("Comment to the office"), mark("It travels with the next circular."), rows=3,
                        optional=True)


@page.get("/reports")
def index() -> Answer:
    """Reports by period; one's own that are not begun yet can be begun."""
    at = here()
    kind = "annual" if at.office.hq else "progress"
    periods = {p.id: p for p in framework.periods(session()) if p.starts <= at.today}
    own = {r.period_id: r for r in reports(session(), office=at.office.id, kind=kind)}
    known = {o.id: o for o in offices(session())}
    theirs = [r for r in reports(session(), kind="progress") if r.office != at.office.id] if at.office.hq else []
    order = list(known)
    theirs.sort(key=lambda r: (r.period_id, order.index(r.office) if r.office in known else len(order)))
    return render_template("reports/list.html", periods=list(reversed(periods.values())), by_id=periods, own=own,
                           theirs=theirs, offices=known, kind=kind)


@page.post("/reports/begin/<period_id>")
def begin(period_id: str) -> Answer:
    """Begin the report of a period."""
    at = here()
    values = {"kind": "annual" if at.office.hq else "progress", "period_id": period_id, "status": "draft"}
    form = Form.on()
    id = form.save(at.author, lambda work: open_report(work, values))
    if id is None:
        return render_template("error.html", title=_("This did not work"), sentence="\n".join(form.general)), 422
    return redirect(url_for(".show", id=id))


@page.get("/reports/<id>")
def show(id: str) -> Answer:
    """A report with its texts as they will be printed, the check-up, and what headquarters said."""
    return _shown(report(session(), id), None)


@page.route("/reports/<id>/text/<key>", methods=["GET", "POST"])
def text(id: str, key: str) -> Answer:
    """Write one section of one's own report; “look” shows the pages of what is typed and saves nothing."""
    found, place = _place(id, key, request.args.get("output"))
    known = place.known
    values = {"text": known.text, "text_local": known.text_local} if known else {}
    form = TextForm.on(values, seen=displayed("report_section", known.id) if known else None,
                       draft=f"report_section/{id}/{key}/{place.output.number if place.output else ''}")
    look = "look" in request.form
    if form.sent() and not look:
        fields = {**form.values(), "report_id": id, "key": key, "output_id": place.output.id if place.output else None}
        if form.save(here().author, lambda work: write_section(
                work, fields, id=known.id if known else None, seen=form.heads_seen())):
            said(_("Saved: %(title)s", title=place.words[0]))
            return redirect(url_for(".show", id=id))
    return render_template("reports/text.html", form=form, report=found, place=place, figures=_figures(found).words(),
                           names=FIGURE_NAMES, drawn=_drafts(found, place) if look else {},
                           address="https://…"), 422 if form.problems else 200  # fmt: skip


@page.post("/reports/<id>/draft/<key>/<field>")
def draft(id: str, key: str, field: str) -> Answer:
    """The pages of a text that is being typed, its figures filled in, for the preview beside it."""
    if field not in ("text", "text_local"):
        abort(404)
    found, place = _place(id, key, request.args.get("output"))
    return render_template("reports/draft.html", drawn=_draft(found, place, field))


@page.get("/reports/<id>/size")
def size(id: str) -> Answer:
    """How many pages and bytes the whole report has, as it is saved."""
    found = report(session(), id)
    asked = Request(_period(found).code, language(), _code_of(found))
    drawn, refusal = None, ""
    try:
        drawn = shelf().document(folder(), found.kind, asked)
    except ValiseError as error:
        refusal = error.message
    return render_template("reports/size.html", drawn=drawn, refusal=refusal)


@page.get("/reports/<id>/pages")
def pages(id: str) -> Response:
    """The report as a PDF to look at or keep; it is neither signed nor sent."""
    found = report(session(), id)
    wanted = request.args.get("language", language())
    period = _period(found)
    data, _count = report_pdf(folder(), found.kind, period=period.code, office=found.office,
                              language=wanted if wanted in LANGUAGES else "en")
    name = f"Valise-{found.kind}-{period.code}-{wanted}.pdf"
    give = hand_over if request.args.get("keep") else show_file
    return give(name, data, "application/pdf", url_for(".show", id=id))


@page.post("/reports/<id>/review")
def review(id: str) -> Answer:
    """Headquarters comments on, returns or accepts an office's report."""
    at, found = here(), report(session(), id)
    if not at.office.hq or found.office == at.office.id:
        abort(404)
    form = _review_form(found)
    if form.sent():
        values = {**form.values(), "report_id": id, "dated": at.today.isoformat()}
        if form.save(at.author, lambda work: review_report(work, values, judged=_judged(form))):
            said(_("Kept. It travels to the office with the next circular."))
            return redirect(url_for(".show", id=id, _anchor="review"))
    return _shown(found, form)


def _shown(found: ReportFacts, form: ReviewForm | None) -> Answer:
    at, period = here(), _period(found)
    whose = office(session(), found.office) or at.office
    mine = found.office == at.office.id
    asked = form or (_review_form(found) if at.office.hq and not mine else None)
    figures = _figures(found)
    shown = render_template(
        "reports/show.html", report=found, period=period, office=whose, mine=mine, form=asked, places=_places(found),
        hints=_hints(whose, period), languages_of=_languages(found.kind, whose.language),
        fill=lambda typed: fill_figures(typed, figures), named=_named(found), outputs=framework.outputs(session()))
    return (shown, 422) if form and form.problems else shown


@dataclass(frozen=True)
class Drawn:
    """A text's draft as the page shows it: pages as data URLs, bytes, its words, and names that no figure has."""

    pages: tuple[str, ...]
    size: int
    words: str
    language: str
    unknown: tuple[str, ...]


def _drafts(found: ReportFacts, place: Place) -> dict[str, Drawn]:
    fields = ("text", "text_local") if here().office.language else ("text",)
    return {field: _draft(found, place, field) for field in fields}


def _draft(found: ReportFacts, place: Place, field: str) -> Drawn:
    typed, own = request.form.get(field, ""), here().office.language
    told = own if field == "text_local" and own else "en"
    figures = shelf().figures(folder(), found.id, lambda: _figures(found))
    with use_language(told):
        words = fill_figures(typed.replace("\r\n", "\n"), figures)
        drawn = draft_pages(place.words[0], words, told, current_app.extensions["valise.config"].clock())
    pages = tuple(f"data:image/png;base64,{b64encode(png).decode()}" for png in drawn.pages)
    return Drawn(pages, drawn.size, unmarked(words), told, unknown_figures(typed))


def _code_of(found: ReportFacts) -> str | None:
    """The office's code, for headquarters, which prints the reports of others."""
    whose = office(session(), found.office)
    return whose.code if whose and found.kind == "progress" else None


@dataclass(frozen=True)
class Pointer:
    """A sentence of the check-up, and the page of the record it is about."""

    sentence: str
    url: str | None


def _hints(whose: OfficeFacts, period: framework.PeriodFacts) -> list[Pointer]:
    found = check_up(session(), whose, period, here().today)
    return [Pointer(hint.sentence, page_of(hint.conflict) if hint.conflict else
                    address_of(session(), hint.table, hint.row)) for hint in found]


def _judged(form: ReviewForm) -> dict[str, Seen] | None:
    """Section -> the heads that the reviewer's page displayed; None from a page that carried none."""
    judged: dict[str, dict[str, Sequence[str]]] = {}
    for name, ids in (form.heads_seen() or {}).items():
        section, _slash, field = name.partition("/")
        judged.setdefault(section, {})[field] = ids
    return dict(judged) or None


def _review_form(found: ReportFacts) -> ReviewForm:
    form = ReviewForm.on(seen={f"{one.id}/{field}": ids for one in found.sections
                               for field, ids in displayed("report_section", one.id).items()})
    words = {"accepted": _("Accept it"), "returned": _("Return it with this comment"), "comment": _("Only comment")}
    form.verdict.choices = [(verdict, words[verdict]) for verdict in VERDICTS]
    form.section_id.choices = list(_named(found).items())
    return form


def _places(found: ReportFacts) -> list[Place]:
    """The usual sections and those that were written, in the order of the printed report."""
    known = {o.id: o for o in framework.outputs(session())}
    wanted: list[tuple[str, str | None]] = [(key, None) for key in _USUAL.get(found.kind, ())]
    wanted += [(s.key, s.output_id) for s in found.sections if (s.key, s.output_id) not in wanted]
    order = list(SECTIONS)
    wanted.sort(key=lambda w: (order.index(w[0]) if w[0] in SECTIONS else 99,
                               known[w[1]].number if w[1] in known else 0))
    return [Place(key, known.get(output or ""), found.section(key, output)) for key, output in wanted
            if key in SECTIONS]


def _named(found: ReportFacts) -> dict[str, str]:
    """Sections that were written, by id, with their names."""
    return {place.known.id: place.words[0] for place in _places(found) if place.known}


def _place(id: str, key: str, output: str | None) -> tuple[ReportFacts, Place]:
    found = report(session(), id)
    if key not in SECTIONS or found.office != here().office.id:
        abort(404)
    known = next((o for o in framework.outputs(session()) if o.id == output), None)
    return found, Place(key, known, found.section(key, known.id if known else None))


def _period(found: ReportFacts) -> framework.PeriodFacts:
    period = framework.period_for(session(), found.period_id, here().today)
    if period is None:
        abort(404)
    return period


def _figures(found: ReportFacts) -> Figures:
    """The figures of a report, in words of the page's language."""
    if found.kind == "annual":
        config: Config = current_app.extensions["valise.config"]
        return annual_report(session(), found.period_id, language(), config.clock).figures
    return progress_report(session(), found.office, found.period_id, language()).figures


def _languages(kind: str, own: str | None) -> tuple[str, ...]:
    """Languages the pages can be looked at in: all for the annual report, an office's own beside English."""
    return LANGUAGES if kind == "annual" else tuple(dict.fromkeys(("en", own or "en")))
