"""The form of a new activity, filled in and sent as a browser does."""

from __future__ import annotations

import html
import re
from typing import Any

from flask.testing import FlaskClient


def log_by_form(client: FlaskClient, title: str) -> Any:
    """Open the form for a new activity and send it; the answer, which is 302 when the page confirms it."""
    opened = client.get("/activities/new")
    page = opened.get_data(as_text=True)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    output = re.search(r'name="output_id".*?<option value="([^"]+)"', page, re.DOTALL)
    if token is None or output is None:
        return opened
    answers = {"csrf_token": html.unescape(token[1]), "output_id": output[1], "date_from-year": "2014", "title": title}
    return client.post("/activities/new", data=answers)


def said(page: str) -> str:
    """What a page says to its reader, in one line."""
    body = page.partition("<main")[2] or page
    words = re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", body, flags=re.DOTALL)
    return " ".join(html.unescape(words).split())
