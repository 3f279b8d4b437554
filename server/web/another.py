"""Save and add another: the form for the next record opens with what it is likely to share with the last one."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from server.web.fields import DateQuestion
from server.web.forms import Form


def asked() -> bool:
    """Whether the form was sent with its button for another one."""
    return bool(request.form.get("another"))


def next_one(endpoint: str, form: Form, *names: str, **address: str | None) -> Response:
    """Lead to an empty form at `endpoint` that begins with the answers `names` of the one just saved.

    Of a date its month is kept, and not its day: a day that nobody looked at again would be a wrong one.
    """
    kept: dict[str, str] = {}
    for question in form.questions:
        if question.name in names and question.data:
            text = str(question.data)
            kept[question.name] = text[: len("2014-12")] if isinstance(question, DateQuestion) else text
    arguments: dict[str, Any] = {**address, **kept}
    return redirect(url_for(endpoint, **arguments))


def carried(*names: str) -> dict[str, str]:
    """The answers that the address brings along from the record before."""
    return {name: request.args[name] for name in names if request.args.get(name)}
