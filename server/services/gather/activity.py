"""The facts of activity records: everything that is known of an activity, with its photos where they are here."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from server.base.errors import NotFound
from server.base.i18n import _
from server.base.paths import DataDir
from server.domain.activities.models import Activity, Attendance
from server.domain.documents.queries import DocumentFacts, documents
from server.domain.framework.models import ReportingPeriod
from server.domain.reporting.figures import days_of, falls_into
from server.domain.workplan.models import PlannedActivity
from server.reports import model
from server.services import filing, pictures
from server.services.gather.ledger import scope_of
from server.services.gather.papers import of_office
from server.services.gather.shelf import Shelf, ids_in, placed

#: longest side of a photo on paper, in pixels: 150 dots an inch over three quarters of the text column
_PIXELS = 1000


def activities_of(shelf: Shelf, period: ReportingPeriod, office: str | None, data: DataDir) -> model.ActivityRecords:
    """Every activity of the period, in the report or not, by country, place in the report and date."""
    bounds = days_of(period.starts, period.ends)
    near = () if bounds is None else (Activity.starts <= bounds[1].isoformat(), Activity.ends >= bounds[0].isoformat())
    rows = [row for row in shelf.rows(Activity, *near, *of_office(Activity, office))
            if falls_into(row.date_from, row.date_to, period.starts, period.ends)]  # fmt: skip
    rows.sort(key=lambda r: (shelf.place(r), *placed(r.position, r.date_from, r.title, r.id)))
    return model.ActivityRecords(scope_of(shelf, period, office), tuple(_records(shelf, rows, data)))


def one_activity(shelf: Shelf, id: str, data: DataDir) -> model.ActivityRecords:
    """The record of one activity, of the period it is of, else the first. Errors: NotFound."""
    rows = shelf.rows(Activity, Activity.id == id)
    if not rows:
        raise NotFound(_("This activity is not here: it may not have arrived yet."))
    row = rows[0]
    found = [p for p in shelf.periods if falls_into(row.date_from, row.date_to, p.starts, p.ends)] or shelf.periods
    if not found:
        raise NotFound(_("There is no reporting period yet: add one to the framework first."))
    return model.ActivityRecords(scope_of(shelf, found[0], row.office), tuple(_records(shelf, rows, data)), alone=True)


def _records(shelf: Shelf, rows: list[Activity], data: DataDir) -> Iterable[model.ActivityRecord]:
    came: dict[str, list[tuple[str, int | None, int | None, int | None]]] = {}
    for one in shelf.rows_of(Attendance, Attendance.activity_id, (row.id for row in rows)):
        came.setdefault(one.activity_id or "", []).append(
            (one.institution or "", one.women, one.men, one.participants))
    lines = {line.id: shelf.own(line, "title")
             for line in shelf.rows_of(PlannedActivity, PlannedActivity.id, (row.planned_id or "" for row in rows))}
    for row in rows:
        office = shelf.offices.get(row.office or "")
        yield model.ActivityRecord(
            title=shelf.own(row, "title"), narrative=shelf.own(row, "narrative"), date_from=row.date_from,
            date_to=row.date_to, place=row.place or "", country=shelf.country_name(row),
            office=(office.name or "") if office else "", output=shelf.outputs.get(row.output_id or ""),
            line=lines.get(row.planned_id or "", ""), lead=shelf.agency(row.lead_agency_id),
            support=tuple(filter(None, map(shelf.agency, ids_in(row.support_agency_ids)))), partners=row.partners or "",
            people=model.People(row.women, row.men, row.participants, tuple(sorted(came.get(row.id, ())))),
            in_report=row.in_report == 1, evidence=tuple(_evidence(shelf, ids_in(row.evidence_ids), data)))


def _evidence(shelf: Shelf, ids: Iterable[str], data: DataDir) -> Iterable[model.Exhibit]:
    wanted = list(dict.fromkeys(ids))
    known = {one.id: one for one in documents(shelf.session, wanted)}
    for number, id in enumerate(wanted, 1):
        one = known.get(id)
        if one is None:
            yield model.Exhibit(number, "", "", None, "", "")
            continue
        yield model.Exhibit(number, one.title, one.kind, one.dated or None, one.file_name, one.note,
                            photo=_photo(one, data), is_photo=_is_photo(one), missing=_missing(one, data))


def _is_photo(one: DocumentFacts) -> bool:
    return bool(one.copy_sha256) or one.media_type.startswith("image/")


def _missing(one: DocumentFacts, data: DataDir) -> bool:
    return filing.evidence_of([one], data)[0].missing


def _photo(one: DocumentFacts, data: DataDir) -> bytes | None:
    """The photo scaled for paper; None for what is none, is not here, or cannot be read."""
    if not _is_photo(one):
        return None
    with suppress(NotFound):
        found = pictures.scaled(filing.content_of(one, data, copy=bool(one.copy_sha256)), _PIXELS)
        return found.data if found else None
    with suppress(NotFound):  # the original, where only the copy is damaged or absent
        found = pictures.scaled(filing.content_of(one, data), _PIXELS)
        return found.data if found else None
    return None
