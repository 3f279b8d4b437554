"""Documents on request: the annual report and an office's progress report, as PDF/A that is only read."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from server.base.errors import NotYet, Refused
from server.base.i18n import _, use_language
from server.base.paths import write_atomically
from server.db.session import UnitSession, read_session
from server.domain.people.queries import office as find_office
from server.reports.carrier import archive
from server.reports.sheets import Rendered, Stamp
from server.services.consolidate import annual_report, progress_report
from server.services.folder import Folder, own_office
from server.services.overview import reported_period

#: every kind of the command line; all but annual and progress are not made yet
KINDS = ("annual", "progress", "matrix", "workplan", "finance", "meeting", "newsletter", "iati")


def write_report(
    folder: Folder,
    kind: str,
    target: Path,
    *,
    period: str | None = None,
    language: str = "en",
    office: str | None = None,
) -> int:
    """Write a document to `target`; the number of its pages. Errors: NotYet, Refused."""
    if kind not in ("annual", "progress"):
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
    """The PDF/A bytes of a document and the number of its pages. Errors: Refused."""
    with read_session(folder.engine) as session, use_language(language):
        moment = folder.clock()
        drawn = (
            _annual(session, folder, period, language, moment)
            if kind == "annual"
            else _progress(session, folder, period, language, office)
        )
        here = own_office(session, folder.identity)
        title = _("Annual Progress Report") if kind == "annual" else _("Progress report")
        return archive(
            drawn.pdf, title=title, author=here.name, subject=folder.programme_title, language=language, when=moment
        ), drawn.pages


def no_period(code: str | None) -> Refused:
    """The sentence for a period that the calendar does not have."""
    return Refused(_("There is no reporting period “%(code)s”: use one of the calendar.", code=code or ""), "no_period")


def _annual(session: UnitSession, folder: Folder, code: str | None, language: str, moment: datetime) -> Rendered:
    from server.reports.annual import annual_document  # noqa: PLC0415  (paper loads when drawn)

    found = reported_period(session, code, folder.clock().date(), "annual")
    if found is None:
        raise no_period(code)
    return annual_document(annual_report(session, found.code, language, folder.clock), moment)


def _progress(session: UnitSession, folder: Folder, code: str | None, language: str, office: str | None) -> Rendered:
    from server.reports.progress import progress_document  # noqa: PLC0415  (paper loads when drawn)

    whose = find_office(session, office) if office else own_office(session, folder.identity)
    if whose is None:
        raise Refused(_("There is no office “%(code)s”: check its code.", code=office or ""), "no_office")
    found = reported_period(session, code, folder.clock().date(), "progress", whose.id)
    if found is None:
        raise no_period(code)
    report = progress_report(session, whose.id, found.id, language)
    return progress_document(report, None, Stamp(folder.clock()))
