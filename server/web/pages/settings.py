"""Settings of this folder: who types, and in which language pages are."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for

from server.base.i18n import SCREENS, _, language_name, mark, screen, use_language
from server.base.paths import DataDir
from server.base.text import one_line
from server.db.settings import PERSON, read_own, who_chose, write_own, write_setting
from server.domain.framework.commands import define_programme
from server.domain.people.queries import persons
from server.services.sealing import is_confidential
from server.sync import keys
from server.web.answers import Answer, said
from server.web.database import session, writing
from server.web.fields import ChoiceQuestion, TextQuestion, TickQuestion
from server.web.forms import Form
from server.web.here import here
from server.web.keys import keep_single_keys, single_keys
from server.web.language import SETTING

page = Blueprint("settings", __name__)
#: letters of a name that are kept
_LONGEST = 200


class SettingsForm(Form):
    """The choices of a person, and headquarters' own."""

    person = TextQuestion(mark("Who is typing?"), mark("A name or a role. It stands beside every change you make."))
    language = ChoiceQuestion(mark("Which language should the pages be in?"), radio=True)
    single_keys = TickQuestion(
        mark("Single keys (/, n, ?)"),
        mark("/ goes to the search, n begins a new record, ? lists the keys of a page. Turn them off when you speak to "
             "the computer, or press keys without meaning to. Keys with Ctrl always work."))
    confidential = TickQuestion(
        mark("The programme is confidential"),
        mark("What dispatches carry is sealed then: only the laptops they are for can open it. Each office learns of "
             "it with the next circular."))

    def offer(self) -> SettingsForm:
        """Languages by their own names; the programme's question at headquarters only."""
        self.language.choices = [(code, language_name(code)) for code in SCREENS]
        if not here().office.hq:
            del self.confidential
        return self


@page.route("/settings", methods=["GET", "POST"])
def show() -> Answer:
    """Show and change the settings."""
    at = here()
    sealed = is_confidential(session())
    form = SettingsForm.on({"person": at.person, "language": screen(), "single_keys": int(single_keys()),
                            "confidential": int(sealed)})
    if form.sent():
        with writing(at.author) as work:
            write_setting(work.session, PERSON, form.person.data or "")
            write_own(work.session, SETTING, form.language.data or "en")
            keep_single_keys(work, form.person.data or "", on=bool(form.single_keys.data))
            if form.confidential and bool(form.confidential.data) != sealed:
                define_programme(work, {"confidential": form.confidential.data}, id=at.programme.id)
        with use_language(form.language.data or "en"):
            said(_("Saved."))
        return redirect(url_for(".show"))
    known = sorted({*persons(session(), at.office.id), *who_chose(session(), SETTING)} - {at.person})
    shown = render_template("settings/show.html", form=form, known=known, sealed=sealed, print=_fingerprint(at.data))
    return shown, 422 if form.problems else 200


@page.post("/settings/person")
def change_person() -> Answer:
    """Somebody else goes on at this laptop, with the choices that they made here."""
    person = one_line(request.form.get("person", ""))[:_LONGEST]
    with writing(here().author) as work:
        if person:
            write_setting(work.session, PERSON, person)
        own = read_own(work.session, SETTING) or "en"
    with use_language(own):
        said(_("%(person)s types here now.", person=person) if person else _("Enter a name or a role."))
    return redirect(url_for("home.show" if person else ".show"))


def _fingerprint(data: DataDir) -> str:
    """What this installation's key is called on the telephone."""
    return keys.short_fingerprint(keys.load(data.key).certificates[0])
