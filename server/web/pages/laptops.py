"""An office's laptops: headquarters takes them off the list, puts them back, and says what counts and what is lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from server.base.errors import NotFound
from server.base.i18n import _, day_text, mark, n_
from server.domain.people.queries import OfficeFacts, office
from server.domain.records import Work
from server.services.apart import Apart, adopt, adopted, apart, keep_apart_again
from server.services.laptops import Laptop, enrolled, laptop, laptops, point, points, put_back, renew, take_off
from server.services.lost import Missing, declare_lost, declared, missing
from server.services.receive import resume
from server.web.answers import Answer, said
from server.web.database import session, writing
from server.web.fields import ChoiceQuestion, SeveralQuestion, TextQuestion
from server.web.forms import Form
from server.web.here import folder, here, know_again
from server.web.words import instant

page = Blueprint("laptops", __name__)
T = TypeVar("T")
#: changes that are listed one by one; the others are reached by letting all count
_LISTED = 50


class OffForm(Form):
    """Why a laptop is taken off the list, and from where on its changes do not count."""

    why = TextQuestion(mark("Why?"), mark("Such as: stolen on the way to Osh. Everybody who asks later reads this."))
    since = ChoiceQuestion(mark("Which of its changes count?"),
                           mark("If it was stolen earlier, choose its first dispatch that you do not trust."),
                           radio=True)
    replaced_by = ChoiceQuestion(mark("Which laptop took its place?"), optional=True)

    def about(self, one: Laptop) -> OffForm:
        """Where its word can be cut, and the other laptops of its office."""
        so_far = ("all", _("All that came from it so far"))
        self.since.choices = [so_far, *((found.arrival.sha256, found.words) for found in points(session(), one.id))]
        self.since.data = self.since.data or "all"
        others = laptops(session(), folder().clock, one.office.id)
        self.replaced_by.choices = [(each.id, f"{each.label}, {each.key}") for each in others if each.id != one.id]
        self.replaced_by.none = _("None")
        return self


class AdoptForm(Form):
    """Which of the changes that are kept apart are to count, and why."""

    changes = SeveralQuestion(mark("Which changes shall count?"))
    note = TextQuestion(mark("Why do they count?"), mark("Such as: seen and confirmed by the office."))


class LostForm(Form):
    """What nobody holds any more, and how that is known."""

    lost = SeveralQuestion(mark("What does nobody have any more?"))
    note = TextQuestion(mark("How do you know?"), mark("Such as: the laptop burned, and no other had received it."))


@page.before_request
def _headquarters_only() -> None:
    if not here().office.hq:
        abort(404)


@page.get("/offices/<id>/laptops")
def show(id: str) -> Answer:
    """The laptops of an office, what of theirs is kept apart, and what its dispatches wait for."""
    return _shown(_office(id))


@page.route("/offices/<id>/laptops/<device>/take-off", methods=["GET", "POST"])
def off(id: str, device: str) -> Answer:
    """Take a laptop off the list."""
    found, one = _office(id), _laptop(id, device)
    form = OffForm.on().about(one)
    if form.sent():
        enrolled(folder(), one.id, form.replaced_by.data)
        since = None if form.since.data in (None, "all") else point(session(), one.id, form.since.data).arrival
        if form.save(here().author, lambda work: take_off(
                work, one.id, why=form.why.data, since=since, replaced_by=form.replaced_by.data)):  # fmt: skip
            now = _laptop(id, device)
            said(n_("%(laptop)s is off the list; %(num)s change is kept apart. The next circulars tell the offices.",
                    "%(laptop)s is off the list; %(num)s changes are kept apart. The next circulars tell the offices.",
                    now.apart, laptop=now.label))  # fmt: skip
            return redirect(url_for(".show", id=id), 303)
    return render_template("offices/off.html", form=form, office=found, one=one), 422 if form.problems else 200


@page.post("/offices/<id>/laptops/<device>/back")
def back(id: str, device: str) -> Response:
    """Put a laptop back on the list."""
    one = _laptop(id, device)
    _write(lambda work: put_back(work, one.id))
    said(_("%(laptop)s is on the list again: all that it wrote counts.", laptop=one.label))
    return redirect(url_for(".show", id=id), 303)


@page.post("/offices/<id>/laptops/<device>/renew")
def renewed(id: str, device: str) -> Response:
    """Certify a laptop's key anew."""
    one, opened = _laptop(id, device), folder()
    enrolled(opened, one.id)
    until = _write(lambda work: renew(opened, work, one.id))
    said(_("The certificate of %(laptop)s counts until %(day)s. The next circular brings it to the office.",
           laptop=one.label, day=day_text(until.date())))  # fmt: skip
    return redirect(url_for(".show", id=id), 303)


@page.post("/offices/<id>/laptops/adopt")
def let_count(id: str) -> Answer:
    """Let changes count that are kept apart: those ticked, or all."""
    found = _office(id)
    waiting = _apart(found)
    form = _adopt_form(waiting)
    if form.sent():
        chosen = [one.id for one in waiting] if request.form.get("all") else form.changes.data
        if not chosen:
            form.changes.errors = [_("Tick what shall count.")]
        elif form.save(here().author, lambda work: str(adopt(work, chosen, form.note.data))):
            said(n_("%(num)s change counts from now on.", "%(num)s changes count from now on.", len(chosen)))
            return redirect(url_for(".show", id=id), 303)
    return _shown(found, adopting=form), 422


@page.post("/offices/<id>/laptops/adopted/<changeset>")
def apart_again(id: str, changeset: str) -> Response:
    """Keep an adopted change apart again."""
    _write(lambda work: keep_apart_again(work, [changeset]))
    said(_("The change is kept apart again."))
    return redirect(url_for(".show", id=id), 303)


@page.post("/offices/<id>/laptops/lost")
def declare(id: str) -> Answer:
    """Declare lost what nobody holds; what waited for it goes in."""
    found, opened = _office(id), folder()
    form = _lost_form(missing(opened, found.id))
    if form.sent():
        if not form.lost.data:
            form.lost.errors = [_("Tick what nobody has.")]
        elif form.save(here().author, lambda work: str(
                declare_lost(opened, work, form.lost.data, form.note.data))):  # fmt: skip
            for result in resume(folder()):
                said(result.sentence)
            know_again()
            said(_("It was declared lost. The next circulars tell the offices."))
            return redirect(url_for(".show", id=id), 303)
    return _shown(found, losing=form), 422


def _shown(found: OfficeFacts, adopting: AdoptForm | None = None, losing: LostForm | None = None) -> str:
    opened = folder()
    lacking = missing(opened, found.id)
    waiting = _apart(found)
    of_office = laptops(session(), opened.clock, found.id)
    return render_template(
        "offices/laptops.html", office=found, laptops=of_office, waiting=waiting, lacking=lacking,
        adopting=adopting or _adopt_form(waiting), losing=losing or _lost_form(lacking),
        adopted=adopted(session(), {one.id for one in of_office}), declared=declared(session()),
        labels={one.id: one.label for one in of_office}, listed=_LISTED)


def _adopt_form(waiting: Sequence[Apart]) -> AdoptForm:
    form = AdoptForm()
    form.changes.choices = [(one.id, _line(one)) for one in waiting[:_LISTED]]
    return form


def _line(one: Apart) -> str:
    """One change that is kept apart, for a list."""
    who = one.person or _("Nobody in person")
    return f"{', '.join(one.titles)} – {who}, {instant(one.claimed) if one.claimed else '–'}"


def _lost_form(lacking: Sequence[Missing]) -> LostForm:
    form = LostForm()
    form.lost.choices = [
        (one.changeset, _("%(id)s, for %(file)s since %(day)s; asked: %(holders)s", id=one.changeset[:12],
                          file=one.arrival.file_name or "–", day=instant(one.arrival.at),
                          holders=", ".join(one.holders)))
        for one in lacking if one.readable
    ]  # fmt: skip
    return form


def _apart(found: OfficeFacts) -> list[Apart]:
    return [one for one in apart(session()) if one.office == found.id]


def _write(command: Callable[[Work], T]) -> T:
    with writing(here().author) as work:
        return command(work)


def _office(id: str) -> OfficeFacts:
    found = office(session(), id)
    if found is None:
        raise NotFound(_("There is no such office: choose one from the list."))
    return found


def _laptop(id: str, device: str) -> Laptop:
    found = laptop(session(), folder().clock, device)
    if found.office.id != id:
        raise NotFound(_("There is no such laptop: choose one from the list."))
    return found
