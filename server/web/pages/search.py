"""Search across everything: one question, answers by kind, each a link where the record has a page."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for

from server.base.text import one_line
from server.services.search import asked_words, search
from server.web.answers import Answer
from server.web.database import session
from server.web.records import address_of, table_words

page = Blueprint("search", __name__)
#: letters of a question that are looked at
_LONGEST = 200


@page.get("/search")
def show() -> Answer:
    """What was asked for in the address, and what holds it."""
    words = one_line(request.args.get("q", ""))[:_LONGEST]
    groups = [(group, table_words(group.table, several=True),
               [(hit, address_of(session(), hit.table, hit.id)) for hit in group.hits],
               url_for("activities.index", q=words) if group.table == "activity" else None)
              for group in search(session(), words)]  # fmt: skip
    return render_template("search/show.html", words=words, asked=bool(asked_words(words)), groups=groups)
