"""The progress matrix for the board: what was planned and reached, what stands in the way, and what comes next."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from server.base.i18n import _, percent_text, use_language
from server.base.money import share
from server.domain.reporting.figures import amount_text
from server.reports import model
from server.reports.manuscript import Manuscript
from server.reports.parts.measures import output_title
from server.reports.parts.papers import write_decisions, write_evidence
from server.reports.parts.scope import scope_frame, write_remarks
from server.reports.story import Span, Story
from server.reports.table import Row
from server.reports.text.layout import Text
from server.reports.words import BULLET, DASH, RAGS, STATES, TINTS, evidence_text, joined, when, word

#: place of the rating's column
_RATING = 5


def matrix_manuscript(matrix: model.Matrix, moment: datetime) -> Manuscript:
    """The document in its scope's language; `moment` goes into the file's properties only."""
    with use_language(matrix.scope.language):
        frame = scope_frame(matrix.scope, _("Progress matrix"), moment)
    return Manuscript(matrix.scope.language, frame, lambda story: _tell(story, matrix))


def _tell(story: Story, matrix: model.Matrix) -> None:
    story.landscape()
    story.heading(1, _("Progress by output and country"))
    if not matrix.groups:
        story.paragraph(_("Nothing was planned, done or spent in this period."), style="note")
    for output, rows in matrix.groups:
        story.heading(2, output_title(output))
        _rows(story, rows)
    write_remarks(story, matrix.notes)
    story.heading(1, _("Decisions and follow-up"))
    write_decisions(story, matrix.decisions)
    story.heading(1, _("Evidence"))
    write_evidence(story, matrix.evidence, with_country=True)


def _rows(story: Story, rows: Iterable[model.MatrixRow]) -> None:
    told: list[Row] = []
    tints: dict[tuple[int, int], str] = {}
    for row in rows:
        if row.rag in TINTS:
            tints[len(told), _RATING] = TINTS[row.rag]
        told.append((
            (Span(row.country or _("Global level"), bold=True),), _lines(_measured(one) for one in row.indicators),
            _lines(row.planned), _achieved(row), _lines(row.agencies), word(RAGS, row.rag),
            _lines(c.title for c in row.constraints), _lines(map(_correction, row.constraints)),
            _lines(row.following), _money(row)))
    story.table((_("Country"), _("Indicator"), _("Planned"), _("Achieved, with evidence"), _("Agencies"), _("Rating"),
                 _("Constraint"), _("Corrective action"), _("Next period"), _("Budget and spent")), told,
                tints=tints, small=True)


def _lines(texts: Iterable[str]) -> str:
    return "\n".join(f"{BULLET}{text}" for text in texts if text) or DASH


def _measured(one: tuple[str, str, str]) -> str:
    name, target, actual = one
    return _("%(indicator)s: %(actual)s of %(target)s", indicator=name, actual=actual or DASH, target=target or DASH)


def _achieved(row: model.MatrixRow) -> Text:
    return _lines(joined((one.title, joined((when(one.date_from, one.date_to), evidence_text(one.evidence)))), "\n")
                  for one in row.achieved)


def _correction(one: model.Challenge) -> str:
    return joined((one.response or DASH, joined((one.owner, when(one.dated), word(STATES, one.status)))), "\n")


def _money(row: model.MatrixRow) -> str:
    if not row.budget.amount and not row.spent.amount:
        return DASH
    rate = percent_text(share(row.spent, row.budget)) if row.budget.amount else ""
    return joined((amount_text(row.budget, whole=True), amount_text(row.spent, whole=True), rate), "\n")
