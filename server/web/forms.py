"""Forms: they gather answers, hand them to a command, and show every rule it found broken beside its question."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

from flask import request
from flask_wtf import FlaskForm
from wtforms import HiddenField

from server.base.errors import RulesBroken, ValiseError
from server.base.i18n import _
from server.db.drafts import drop_draft, kept_draft
from server.db.session import Author, Seen
from server.domain.records import Work
from server.sync import heads
from server.web.database import session, writing
from server.web.fields import ChoiceQuestion, Question

#: for `Form.on`: the stored values, whatever is being sent
NOT_SENT: Mapping[str, Any] = {"formdata": None}


class Form(FlaskForm):  # type: ignore[misc]
    """A form over one record. Its questions are named as the record's fields."""

    #: the heads that were displayed, as JSON: what somebody changed since becomes a conflict, not an overwrite
    seen = HiddenField()

    draft_key = ""
    draft_at = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        #: sentences that belong to no question
        self.general: list[str] = []

    @classmethod
    def on(cls, values: Mapping[str, Any] | None = None, *, seen: Seen | None = None, draft: str = "",
           **build: Any) -> Self:
        """The form as it should be shown: what is being sent, else the draft kept, else the record's values."""
        form = cls(data={**(values or {}), "seen": json.dumps(dict(seen or {}))}, **build).offer()
        for question in form.questions:
            if isinstance(question, ChoiceQuestion):
                question.hold()
        form.draft_key = draft
        kept = kept_draft(session(), draft) if draft and request.method == "GET" else None
        if kept is not None:
            form.refill(kept.inputs)
            form.draft_at = kept.at
        return form

    def offer(self) -> Self:
        """Fill the lists to choose from, and leave out questions that do not arise. Forms override this."""
        return self

    def refill(self, inputs: Mapping[str, list[str]]) -> None:
        """Show the inputs of a draft; they are judged when they are sent."""
        typed = _Inputs(inputs)
        for question in self.questions:
            question.process(typed, question.data)
            question.process_errors = []
        if inputs.get("seen"):
            self.seen.data = inputs["seen"][0]

    @property
    def questions(self) -> list[Question]:
        """All questions, in order."""
        return [field for field in self if isinstance(field, Question)]

    def values(self) -> dict[str, Any]:
        """Field -> value, as commands take them."""
        return {question.name: question.data for question in self.questions}

    def heads_seen(self) -> Seen | None:
        """The heads that the form displayed; None for a new record."""
        try:
            found = json.loads(self.seen.data or "{}")
        except ValueError:
            return None
        return found if isinstance(found, dict) and found else None

    def sent(self) -> bool:
        """Whether this is a form sent and readable in every answer."""
        return request.method == "POST" and bool(self.validate())

    def save(self, author: Author, command: Callable[[Work], str]) -> str | None:
        """Run the command in one transaction and forget the draft. None when rules are broken: they are shown then."""
        try:
            with writing(author) as work:
                saved = command(work)
                if self.draft_key:
                    drop_draft(work.session, self.draft_key)
                return saved
        except ValiseError as error:
            self.take(error)
            return None

    def take(self, error: ValiseError) -> None:
        """Put each sentence beside its question, or on top when it has none."""
        for one in error.errors if isinstance(error, RulesBroken) else (error,):
            field = self._fields.get(one.field or "")
            if isinstance(field, Question):
                field.errors = [*field.errors, one.message]
            else:
                self.general.append(one.message)

    @property
    def problems(self) -> Sequence[tuple[str, str]]:
        """(anchor, sentence) for the summary on top of the page, in the order of the form."""
        found = [("", message) for message in self.general]
        for question in self.questions:
            anchor = f"{question.id}-year" if question.kind == "date" else question.id
            found += [(anchor, str(message)) for message in question.errors]
        if "csrf_token" in self.errors:
            found.append(("", _("Valise was started anew since this page was opened: send it once more.")))
        return found


def displayed(table: str, id: str) -> Seen:
    """The heads of a record that a form is about to display."""
    return heads.displayed(session().connection(), table, id)


class _Inputs(dict[str, list[str]]):
    """A draft's inputs with the two methods of a form's data that fields use."""

    def getlist(self, name: str) -> list[str]:
        """All values of a name."""
        return super().get(name) or []

    def get(self, name: str, default: Any = None) -> Any:
        """The first value of a name."""
        return (super().get(name) or [default])[0]
