"""The pages of a dispatch that is no report: a set-up, a circular, an exchange. They say what it is."""

from __future__ import annotations

from server.base.i18n import _, use_language
from server.reports.frame import Cover, Frame, SignatureBox
from server.reports.sheets import Letter, Rendered, Stamp
from server.reports.story import Story, render


def letter_pages(letter: Letter, stamp: Stamp) -> Rendered:
    """The pages, with the box for the signature on the first."""
    with use_language(letter.language):
        story = Story(language=letter.language)
        story.heading(1, _("What this file is"))
        story.paragraph(letter.text)
        story.numbered([(step, "", "") for step in letter.steps])
        for title, head, rows in letter.tables:
            story.heading(1, title)
            story.table(head, rows)
        return render(story, _frame(letter, stamp))


def _frame(letter: Letter, stamp: Stamp) -> Frame:
    foot = _("Dispatch %(number)s · %(print)s", number=stamp.number, print=stamp.fingerprint)
    return Frame(
        title=letter.title,
        subtitle=letter.receiver,
        header_start=letter.programme,
        header_end=letter.title,
        footer_start=f"{letter.sender} · {foot}",
        author=letter.sender,
        subject=letter.programme,
        cover=Cover(
            kicker=letter.programme,
            facts=letter.facts,
            submitted_to=letter.receiver,
            submitted_by=letter.sender,
            signature=SignatureBox([_("Signed by"), stamp.signer]),
        ),
        when=stamp.when,
    )
