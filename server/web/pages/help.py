"""Help: the offline manual, opened at the page one comes from."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, abort, render_template
from markupsafe import Markup

from server.base.i18n import language, screen
from server.base.latin import in_latin
from server.web.answers import Answer

page = Blueprint("help", __name__)
_MANUAL = Path(__file__).resolve().parents[2] / "help"
#: topics in the order of the menu, named as the pages they belong to
TOPICS = (
    "home", "activities", "workplan", "milestones", "boards", "indicators", "finance", "documents", "challenges",
    "reports", "exchange", "importing", "search", "overview", "offices", "settings", "setup",
)  # fmt: skip


@page.get("/help")
@page.get("/help/<topic>")
def show(topic: str = "home") -> Answer:
    """One topic, and the list of all."""
    if topic not in TOPICS:
        topic = "home"
    text = _text(topic)
    if text is None:
        abort(404)
    titles = [(name, (_text(name) or name).splitlines()[0].removeprefix("# ")) for name in TOPICS]
    from markdown_it import MarkdownIt  # noqa: PLC0415  (not needed at the start)

    # our own files, and the parser keeps HTML in them as text
    body = Markup(MarkdownIt("commonmark", {"html": False}).render(text))  # noqa: S704
    return render_template("help/show.html", body=body, titles=titles, topic=topic)


def _text(topic: str) -> str | None:
    """The topic in the reader's language, in English where it is not translated yet."""
    for code in (language(), "en"):
        path = _MANUAL / code / f"{topic}.md"
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            return in_latin(text) if screen() == "sr-Latn" else text
    return None
