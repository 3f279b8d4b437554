"""Footnotes at figures that were computed: what each was computed from."""

from __future__ import annotations

from server.base.i18n import _
from server.reports.story import Story
from server.reports.text.layout import Text


def derived(story: Story, words: str, source: str) -> Text:
    """`words` with the mark of a footnote that says what their figure was computed from; `Story.footnotes` sets it."""
    return story.footnote(words, _("Derived from: %(what)s.", what=source))
