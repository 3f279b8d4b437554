"""Documents on request, as PDF/A that is only read: each kind for any period, office and language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from server.base.errors import NotYet, Refused
from server.base.i18n import _, mark, use_language
from server.base.paths import write_atomically
from server.db.session import UnitSession, read_session
from server.domain.people.queries import OfficeFacts
from server.domain.people.queries import office as find_office
from server.reports.carrier import archive
from server.reports.sheets import Rendered, Stamp
from server.services.consolidate import annual_report, progress_report
from server.services.folder import Folder, own_office
from server.services.gather.board import half_of, matrix_of, meeting_records
from server.services.gather.ledger import statement_of
from server.services.gather.news import newsletter_of
from server.services.gather.plan import plan_of
from server.services.gather.shelf import Shelf
from server.services.overview import reported_period

#: every kind of the command line; iati is not made yet
KINDS = ("annual", "progress", "matrix", "workplan", "finance", "meeting", "newsletter", "iati")
#: what the work plan's period is called when it is about all of them
ALL_PERIODS = "all"


@dataclass(frozen=True)
class Request:
    """What was asked for. `period`: a code, `Y1.2` for its second half, `all` for a multi-annual plan; None: the
    latest. `office`: a code; None: the folder's own, or the whole programme at headquarters."""

    period: str | None
    language: str
    office: str | None


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
) -> int:
    """Write a document to `target`; the number of its pages. Errors: NotYet, NotFound, Refused."""
    if kind not in _DRAWN:
        raise NotYet(_("Valise does not make the document “%(kind)s” yet: take annual or progress.", kind=kind))
    if target.suffix.lower() != ".pdf":
        raise NotYet(
            _("Valise does not write %(suffix)s files yet: end the name in .pdf.", suffix=target.suffix or "–")
        )
    content, pages = report_pdf(folder, kind, period=period, language=language, office=office)
    write_atomically(target, content, mode=0o644)
    return pages


def report_pdf(
    folder: Folder, kind: str, *, period: str | None = None, language: str = "en", office: str | None = None
) -> tuple[bytes, int]:
    """The PDF/A bytes of a document and the number of its pages. Errors: NotFound, Refused."""
    title, draw = _DRAWN[kind]
    with read_session(folder.engine) as session, use_language(language):
        moment = folder.clock()
        drawn = draw(_Desk(session, folder, Request(period, language, office), moment))
        here = own_office(session, folder.identity)
        return archive(
            drawn.pdf, title=_(title), author=here.name, subject=folder.programme_title, language=language, when=moment
        ), drawn.pages


def no_period(code: str | None) -> Refused:
    """The sentence for a period that the calendar does not have."""
    return Refused(_("There is no reporting period “%(code)s”: use one of the calendar.", code=code or ""), "no_period")


def _period_id(desk: _Desk, kind: str, office: str | None, code: str | None) -> str:
    found = reported_period(desk.session, code, desk.folder.clock().date(), kind, office)
    if found is None:
        raise no_period(code)
    return found.id


def _annual(desk: _Desk) -> Rendered:
    from server.reports.annual import annual_document  # noqa: PLC0415  (paper loads when drawn)

    period = _period_id(desk, "annual", None, desk.request.period)
    return annual_document(annual_report(desk.session, period, desk.request.language, desk.folder.clock), desk.moment)


def _progress(desk: _Desk) -> Rendered:
    from server.reports.progress import progress_document  # noqa: PLC0415  (paper loads when drawn)

    whose = desk.whose() or own_office(desk.session, desk.folder.identity)
    period = _period_id(desk, "progress", whose.id, desk.request.period)
    report = progress_report(desk.session, whose.id, period, desk.request.language)
    return progress_document(report, None, Stamp(desk.folder.clock()))


def _finance(desk: _Desk) -> Rendered:
    from server.reports.finance import finance_document  # noqa: PLC0415  (paper loads when drawn)

    shelf, office = desk.shelf, _id(desk.whose())
    period = shelf.period(_period_id(desk, "progress", office, desk.request.period))
    return finance_document(statement_of(shelf, period, office), desk.moment)


def _workplan(desk: _Desk) -> Rendered:
    from server.reports.workplan import workplan_document  # noqa: PLC0415  (paper loads when drawn)

    shelf, office, code = desk.shelf, _id(desk.whose()), desk.request.period
    periods = shelf.periods
    if (code or "").casefold() != ALL_PERIODS or not periods:
        periods = [shelf.period(_period_id(desk, "progress", office, code))]
    return workplan_document(plan_of(shelf, periods, office), desk.moment)


def _matrix(desk: _Desk) -> Rendered:
    from server.reports.matrix import matrix_document  # noqa: PLC0415  (paper loads when drawn)

    shelf, office = desk.shelf, _id(desk.whose())
    code, _dot, half = (desk.request.period or "").partition(".")
    if half not in ("", "1", "2"):
        raise no_period(desk.request.period)
    period = shelf.period(_period_id(desk, "progress", office, code or None))
    return matrix_document(matrix_of(shelf, half_of(period, int(half)) if half else period, office), desk.moment)


def _meeting(desk: _Desk) -> Rendered:
    from server.reports.meeting import meeting_document  # noqa: PLC0415  (paper loads when drawn)

    shelf, office = desk.shelf, _id(desk.whose())
    period = shelf.period(_period_id(desk, "progress", office, desk.request.period))
    return meeting_document(meeting_records(shelf, period, office), desk.moment)


def _newsletter(desk: _Desk) -> Rendered:
    from server.reports.newsletter import newsletter_document  # noqa: PLC0415  (paper loads when drawn)

    shelf, office = desk.shelf, _id(desk.whose())
    period = shelf.period(_period_id(desk, "progress", office, desk.request.period))
    return newsletter_document(newsletter_of(shelf, period, office), desk.moment)


def _id(office: OfficeFacts | None) -> str | None:
    return office.id if office else None


#: title in the file's properties, and what draws the pages
_DRAWN: Mapping[str, tuple[str, Callable[[_Desk], Rendered]]] = {
    "annual": (mark("Annual Progress Report"), _annual),
    "progress": (mark("Progress report"), _progress),
    "matrix": (mark("Progress matrix"), _matrix),
    "workplan": (mark("Work plan and budget"), _workplan),
    "finance": (mark("Financial statement"), _finance),
    "meeting": (mark("Record of board meetings"), _meeting),
    "newsletter": (mark("Newsletter"), _newsletter),
}
