"""Documents on request: each kind for any period, office and language, as PDF/A, as Word or Excel file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from server.base.errors import NotYet, Refused, RulesBroken
from server.base.i18n import _, mark, use_language
from server.base.paths import write_atomically
from server.db.session import UnitSession, read_session
from server.domain.people.queries import OfficeFacts
from server.domain.people.queries import office as find_office
from server.reports.carrier import archive
from server.reports.model import Unknown
from server.reports.sheets import Stamp
from server.services.consolidate import annual_report, progress_report
from server.services.folder import Folder, own_office
from server.services.gather.activity import activities_of, one_activity
from server.services.gather.board import half_of, matrix_of, meeting_records
from server.services.gather.ledger import statement_of
from server.services.gather.news import newsletter_of
from server.services.gather.plan import plan_of
from server.services.gather.shelf import Shelf
from server.services.gather.texts import unknown_sentence
from server.services.overview import reported_period

if TYPE_CHECKING:
    from server.reports.manuscript import Manuscript

#: endings of the files that a document can be written to
FORMS = (".pdf", ".docx", ".xlsx")
#: every kind of the command line; iati is not made yet
KINDS = ("annual", "progress", "matrix", "workplan", "finance", "meeting", "newsletter", "activity", "iati")
#: what the work plan's period is called when it is about all of them
ALL_PERIODS = "all"


@dataclass(frozen=True)
class Request:
    """What was asked for. `period`: a code, `Y1.2` for its second half, `all` for a multi-annual plan; None: the
    latest. `office`: a code; None: the folder's own, or the whole programme at headquarters. `layout`: the name of a
    layout for reports; None: the usual one. `activity`: the id of the one to print; None: all of the period."""

    period: str | None
    language: str
    office: str | None
    layout: str | None = None
    activity: str | None = None


@dataclass(frozen=True)
class _Desk:
    """What drawing a document takes."""

    session: UnitSession
    folder: Folder
    request: Request
    moment: datetime

    @property
    def shelf(self) -> Shelf:
        return Shelf(self.session, self.request.language)

    def whose(self) -> OfficeFacts | None:
        """The office a document is of; None for the whole programme. Errors: Refused."""
        if self.request.office:
            found = find_office(self.session, self.request.office)
            if found is None:
                code = self.request.office
                raise Refused(_("There is no office “%(code)s”: check its code.", code=code), "no_office")
            return found
        here = own_office(self.session, self.folder.identity)
        return None if here.hq else here


def write_report(
    folder: Folder,
    kind: str,
    target: Path,
    *,
    period: str | None = None,
    language: str = "en",
    office: str | None = None,
    layout: str | None = None,
    activity: str | None = None,
) -> int | None:
    """Write a document to `target` in the form that its name asks for: .pdf, .docx or .xlsx.

    Answers the number of pages of a PDF, None for the other forms. Errors: NotYet, NotFound, Refused.
    """
    form = target.suffix.lower()
    if kind not in _TOLD:
        raise NotYet(
            _("Valise does not make the document “%(kind)s” yet: take one of these: %(kinds)s.",
              kind=kind, kinds=", ".join(_TOLD))
        )
    if form not in FORMS:
        raise NotYet(
            _("Valise does not write %(suffix)s files: end the name in .pdf, .docx or .xlsx.",
              suffix=target.suffix or "–")
        )
    content, pages = report_file(folder, kind, form, Request(period, language, office, layout, activity))
    write_atomically(target, content, mode=0o644)
    return pages


def report_pdf(
    folder: Folder, kind: str, *, period: str | None = None, language: str = "en", office: str | None = None
) -> tuple[bytes, int]:
    """The PDF/A bytes of a document and the number of its pages. Errors: NotFound, Refused."""
    content, pages = report_file(folder, kind, ".pdf", Request(period, language, office))
    return content, pages or 0


def report_file(folder: Folder, kind: str, form: str, request: Request) -> tuple[bytes, int | None]:
    """The bytes of a document in one of FORMS, and the number of its pages if it has any. Errors: NotFound, Refused."""
    title, tell = _TOLD[kind]
    with read_session(folder.engine) as session, use_language(request.language):
        manuscript = tell(_Desk(session, folder, request, folder.clock()))
        author = own_office(session, folder.identity).name
    with use_language(request.language):
        if form == ".docx":
            from server.reports.office.word import as_word  # noqa: PLC0415  (loads when asked for)

            return as_word(manuscript), None
        if form == ".xlsx":
            from server.reports.office.workbook import as_workbook  # noqa: PLC0415  (loads when asked for)

            return as_workbook(manuscript), None
        return _archived(folder, manuscript, _(title), author)


def _archived(folder: Folder, manuscript: Manuscript, title: str, author: str) -> tuple[bytes, int]:
    from server.reports.manuscript import typeset  # noqa: PLC0415  (paper loads when drawn)

    drawn = typeset(manuscript)
    content = archive(
        drawn.pdf, title=title, author=author, subject=folder.programme_title, language=manuscript.language,
        when=folder.clock(),
    )
    return content, drawn.pages


def no_period(code: str | None) -> Refused:
    """The sentence for a period that the calendar does not have."""
    return Refused(_("There is no reporting period “%(code)s”: use one of the calendar.", code=code or ""), "no_period")


def _period_id(desk: _Desk, kind: str, office: str | None, code: str | None) -> str:
    found = reported_period(desk.session, code, desk.folder.clock().date(), kind, office)
    if found is None:
        raise no_period(code)
    return found.id


def _annual(desk: _Desk) -> Manuscript:
    from server.reports.annual import annual_manuscript  # noqa: PLC0415  (paper loads when drawn)

    period = _period_id(desk, "annual", None, desk.request.period)
    report = annual_report(desk.session, period, desk.request.language, desk.folder.clock, desk.request.layout)
    refuse_unknown(report.unknown)
    return annual_manuscript(report, desk.moment)


def _progress(desk: _Desk) -> Manuscript:
    from server.reports.progress import progress_manuscript  # noqa: PLC0415  (paper loads when drawn)

    whose = desk.whose() or own_office(desk.session, desk.folder.identity)
    period = _period_id(desk, "progress", whose.id, desk.request.period)
    report = progress_report(desk.session, whose.id, period, desk.request.language, desk.request.layout)
    refuse_unknown(report.unknown)
    return progress_manuscript(report, None, Stamp(desk.folder.clock()))


def _finance(desk: _Desk) -> Manuscript:
    from server.reports.finance import finance_manuscript  # noqa: PLC0415  (paper loads when drawn)

    shelf, office = desk.shelf, _id(desk.whose())
    period = shelf.period(_period_id(desk, "progress", office, desk.request.period))
    return finance_manuscript(statement_of(shelf, period, office), desk.moment)


def _workplan(desk: _Desk) -> Manuscript:
    from server.reports.workplan import workplan_manuscript  # noqa: PLC0415  (paper loads when drawn)

    shelf, office, code = desk.shelf, _id(desk.whose()), desk.request.period
    periods = shelf.periods
    if (code or "").casefold() != ALL_PERIODS or not periods:
        periods = [shelf.period(_period_id(desk, "progress", office, code))]
    return workplan_manuscript(plan_of(shelf, periods, office), desk.moment)


def _matrix(desk: _Desk) -> Manuscript:
    from server.reports.matrix import matrix_manuscript  # noqa: PLC0415  (paper loads when drawn)

    shelf, office = desk.shelf, _id(desk.whose())
    code, _dot, half = (desk.request.period or "").partition(".")
    if half not in ("", "1", "2"):
        raise no_period(desk.request.period)
    period = shelf.period(_period_id(desk, "progress", office, code or None))
    return matrix_manuscript(matrix_of(shelf, half_of(period, int(half)) if half else period, office), desk.moment)


def _meeting(desk: _Desk) -> Manuscript:
    from server.reports.meeting import meeting_manuscript  # noqa: PLC0415  (paper loads when drawn)

    shelf, office = desk.shelf, _id(desk.whose())
    period = shelf.period(_period_id(desk, "progress", office, desk.request.period))
    return meeting_manuscript(meeting_records(shelf, period, office), desk.moment)


def _newsletter(desk: _Desk) -> Manuscript:
    from server.reports.newsletter import newsletter_manuscript  # noqa: PLC0415  (paper loads when drawn)

    shelf, office = desk.shelf, _id(desk.whose())
    period = shelf.period(_period_id(desk, "progress", office, desk.request.period))
    return newsletter_manuscript(newsletter_of(shelf, period, office), desk.moment)


def _activity(desk: _Desk) -> Manuscript:
    from server.reports.activity import activity_manuscript  # noqa: PLC0415  (paper loads when drawn)

    shelf, data = desk.shelf, desk.folder.data
    if desk.request.activity:
        found = one_activity(shelf, desk.request.activity, data)
    else:
        office = _id(desk.whose())
        period = shelf.period(_period_id(desk, "progress", office, desk.request.period))
        found = activities_of(shelf, period, office, data)
    return activity_manuscript(found, desk.moment)


def refuse_unknown(unknown: Sequence[Unknown]) -> None:
    """No page says {spend} where a figure should stand. Errors: RulesBroken, a sentence for each."""
    if unknown:
        raise RulesBroken([Refused(unknown_sentence(one), "unknown_figure") for one in unknown])


def _id(office: OfficeFacts | None) -> str | None:
    return office.id if office else None


#: title in the file's properties, and what puts the document together
_TOLD: Mapping[str, tuple[str, Callable[[_Desk], Manuscript]]] = {
    "annual": (mark("Annual Progress Report"), _annual),
    "progress": (mark("Progress report"), _progress),
    "matrix": (mark("Progress matrix"), _matrix),
    "workplan": (mark("Work plan and budget"), _workplan),
    "finance": (mark("Financial statement"), _finance),
    "meeting": (mark("Record of board meetings"), _meeting),
    "newsletter": (mark("Newsletter"), _newsletter),
    "activity": (mark("Activity record"), _activity),
}
