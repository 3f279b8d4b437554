"""Settings of this folder: who types, and in which language pages are."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for

from server.base.i18n import LANGUAGES, _, language, language_name, mark, use_language
from server.base.paths import DataDir
from server.db.settings import write_setting
from server.domain.people.queries import persons
from server.services.setup import PERSON
from server.sync import keys
from server.web.answers import Answer, said
from server.web.database import session, writing
from server.web.fields import ChoiceQuestion, TextQuestion
from server.web.forms import Form
from server.web.here import here
from server.web.language import SETTING

page = Blueprint("settings", __name__)


class SettingsForm(Form):
    """The two choices."""

    person = TextQuestion(mark("Who is typing?"), mark("A name or a role. It stands beside every change you make."))
    language = ChoiceQuestion(mark("Which language should the pages be in?"), radio=True)

    def offer(self) -> SettingsForm:
        """Languages by their own names."""
        self.language.choices = [(code, language_name(code)) for code in LANGUAGES]
        return self


@page.route("/settings", methods=["GET", "POST"])
def show() -> Answer:
    """Show and change the settings."""
    at = here()
    form = SettingsForm.on({"person": at.person, "language": language()})
    if form.sent():
        with writing(at.author) as work:
            write_setting(work.session, PERSON, form.person.data or "")
            write_setting(work.session, SETTING, form.language.data or "en")
        with use_language(form.language.data or "en"):
            said(_("Saved."))
        return redirect(url_for(".show"))
    known = persons(session(), at.office.id)
    return render_template("settings/show.html", form=form, known=known, print=_fingerprint(at.data))


def _fingerprint(data: DataDir) -> str:
    """What this installation's key is called on the telephone."""
    return keys.short_fingerprint(keys.load(data.key).certificates[0])
