"""Help: the offline manual, opened at the page one comes from, and searched."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from markupsafe import Markup

from server.base.text import one_line
from server.services import manual
from server.web.answers import Answer

page = Blueprint("help", __name__)
#: letters of a question that are looked at
_LONGEST = 200
#: how the manual's files name their pictures, so that they are also seen where the files are read as they are
_PICTURES = "../../../static/"


@page.get("/help")
@page.get("/help/<topic>")
def show(topic: str = "home") -> Answer:
    """One topic, or what was found of the words in the address, and the list of all topics."""
    words = one_line(request.args.get("q", ""))[:_LONGEST]
    topic = topic if topic in manual.TOPICS else "home"
    return render_template(
        "help/show.html", topic=topic, words=words, found=manual.find(words), body=None if words else _body(topic),
        titles=[(name, manual.title_of(name)) for name in manual.TOPICS])


def _body(topic: str) -> Markup:
    """The topic as HTML, each heading with a name that a link can lead to, pictures where they are served."""
    from markdown_it import MarkdownIt  # noqa: PLC0415  (not needed at the start)

    # our own files, and the parser keeps HTML in them as text
    reader = MarkdownIt("commonmark", {"html": False})
    tokens = reader.parse(manual.text_of(topic))
    for place, token in enumerate(one for one in tokens if one.type == "heading_open"):
        token.attrSet("id", f"part-{place}")
    for part in (part for token in tokens for part in token.children or () if part.type == "image"):
        part.attrs["src"] = url_for("static", filename=str(part.attrs["src"]).removeprefix(_PICTURES))
    return Markup(reader.renderer.render(tokens, reader.options, {}))  # noqa: S704
