"""The framework at hand while a report is put together: look-ups, the language of texts, and visible records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from server.base.errors import NotFound
from server.base.i18n import _, locale
from server.db.base import Synced
from server.domain.framework import models as framework
from server.domain.people.models import Office
from server.domain.reporting.figures import days_of
from server.reports import model
from server.reports.words import glued

R = TypeVar("R", bound=Synced)
#: identifiers in one query, well below every database's limit
_CHUNK = 500


#: short names as the countries themselves write them, where CLDR's tables have an older form
_OFFICIAL = {("ru", "KG"): "Кыргызстан"}


class Shelf:
    """What every part of a report needs of the database, read once. `language` is the report's."""

    def __init__(self, session: Session, language: str) -> None:
        self.session = session
        self.language = language

    def rows(self, table: type[R], *where: sa.ColumnElement[bool]) -> list[R]:
        """Visible records, by id."""
        visible = sa.func.coalesce(table.deleted, 0) == 0
        return list(self.session.scalars(sa.select(table).where(visible, *where).order_by(table.id)))

    def rows_of(self, table: type[R], column: Any, ids: Iterable[str]) -> Iterator[R]:
        """Visible records whose `column` is one of `ids`."""
        wanted = list(dict.fromkeys(ids))
        for start in range(0, len(wanted), _CHUNK):
            yield from self.rows(table, column.in_(wanted[start:start + _CHUNK]))

    def own(self, row: Synced, field: str) -> str:
        """A text of a record: in its office's own language when the report is in it and it was given."""
        local = getattr(row, f"{field}_local", None) if self.language == self.languages.get(row.office or "") else None
        return str(local or getattr(row, field) or "")

    @cached_property
    def languages(self) -> dict[str, str]:
        """Language of its own texts by office."""
        return {office.id: office.language or "en" for office in self.offices.values()}

    @cached_property
    def offices(self) -> dict[str, Office]:
        """Offices by id."""
        return {office.id: office for office in self.rows(Office)}

    @cached_property
    def headquarters(self) -> frozenset[str]:
        """Ids of headquarters."""
        return frozenset(o.id for o in self.offices.values() if o.kind == "hq")

    @cached_property
    def programme_row(self) -> framework.Programme:
        """The programme. Errors: NotFound before it was set up."""
        found = self.rows(framework.Programme)
        if not found:
            raise NotFound(_("There is no programme here yet: set it up, or open the set-up file from headquarters."))
        return found[0]

    @property
    def currency(self) -> str:
        """The currency totals are told in."""
        return self.programme_row.currency or "USD"

    @cached_property
    def agencies(self) -> dict[str, framework.Agency]:
        """Agencies by id."""
        return {agency.id: agency for agency in self.rows(framework.Agency)}

    def agency(self, id: str | None) -> str:
        """An agency's short name."""
        found = self.agencies.get(id or "")
        return "" if found is None else found.code or found.name or ""

    @cached_property
    def programme(self) -> model.Programme:
        """The programme's facts."""
        row = self.programme_row
        agency = self.agencies.get(row.agency_id or "")
        return model.Programme(
            title=row.title or "", short_title=row.short_title or row.title or "", phase=glued(row.phase or ""),
            starts=row.starts, ends=row.ends, agency=(agency and agency.name) or "",
            agency_code=self.agency(row.agency_id), agencies=self._responsible(), beneficiaries=row.beneficiaries or "",
            partners=row.partners or "", currency=self.currency)

    def _responsible(self) -> tuple[str, ...]:
        """Names of the executing agency and of those responsible for an output."""
        rows = sorted(self.rows(framework.Output), key=lambda o: (o.number or 0, o.id))
        ids = dict.fromkeys((self.programme_row.agency_id, *(row.agency_id for row in rows)))
        return tuple(a.name or a.code or "" for a in map(self.agencies.get, (id or "" for id in ids)) if a is not None)

    @cached_property
    def periods(self) -> list[framework.ReportingPeriod]:
        """Reporting periods from the first to the last."""
        return sorted(self.rows(framework.ReportingPeriod), key=lambda p: (p.starts or "", p.ends or "", p.id))

    def period(self, named: str) -> framework.ReportingPeriod:
        """A period by its id or code. Errors: NotFound."""
        for row in self.periods:
            if row.id == named or (row.code or "").casefold() == named.casefold():
                return row
        known = ", ".join(p.code or p.id for p in self.periods)
        raise NotFound(_("There is no reporting period “%(name)s”: choose one of %(known)s.", name=named, known=known))

    def after(self, period: framework.ReportingPeriod) -> framework.ReportingPeriod | None:
        """The period that follows."""
        later = [p for p in self.periods if (p.starts or "") > (period.ends or "")]
        return later[0] if later else None

    @cached_property
    def outputs(self) -> dict[str, model.Output]:
        """Outputs by id, in the order of their numbers."""
        rows = sorted(self.rows(framework.Output), key=lambda o: (o.number or 0, o.id))
        return {o.id: model.Output(o.number or 0, o.title or "", o.level or "", self.agency(o.agency_id)) for o in rows}

    def output_number(self, id: str | None) -> int | None:
        """An output's number."""
        found = self.outputs.get(id or "")
        return found.number if found else None

    @cached_property
    def countries(self) -> dict[str, model.Country]:
        """Countries by id, in the framework's order; names in the report's language."""
        rows = sorted(self.rows(framework.Country), key=lambda c: (c.position or 10**6, c.name or "", c.id))
        return {c.id: model.Country(c.code or "", self._country_name(c), c.official_name or c.name or "",
                                    c.status != "to_be_confirmed", c.lead_institution or "") for c in rows}

    def _country_name(self, row: framework.Country) -> str:
        if self.language == "en":
            return row.name or row.code or ""
        code = (row.code or "").upper()
        known = _OFFICIAL.get((self.language, code)) or locale(self.language).territories.get(code)
        return str(known or row.name or row.code or "")

    def country_of(self, row: Synced) -> str | None:
        """Id of the country a record is about: the one it names, else its office's."""
        named: str | None = getattr(row, "country_id", None)
        if named in self.countries:
            return named
        office = self.offices.get(row.office or "")
        return office.country_id if office is not None and office.country_id in self.countries else None

    def place(self, row: Synced) -> int:
        """Sort key: global records first, then by country in the framework's order."""
        found = self.country_of(row)
        return -1 if found is None else list(self.countries).index(found)

    def country_name(self, row: Synced) -> str:
        """Name of the country a record is about; empty at global level."""
        found = self.countries.get(self.country_of(row) or "")
        return found.name if found else ""


def chronological(date_from: str | None) -> tuple[bool, str]:
    """Sort key: dated records by their first day, undated ones last."""
    days = days_of(date_from, None)
    return days is None, "" if days is None else days[0].isoformat()


def placed(position: int | None, date_from: str | None, title: str | None, id: str) -> tuple[object, ...]:
    """Sort key of records that have a place in the report: by place, then by date, then by title."""
    return position is None, position or 0, chronological(date_from), title or "", id


def quarters_of(text: str | None) -> tuple[int, ...]:
    """Quarters as numbers, in order, from stored digits."""
    return tuple(sorted({int(q) for q in (text or "").split() if q in ("1", "2", "3", "4")}))


def ids_in(text: str | None) -> Sequence[str]:
    """The identifiers in a column that holds several."""
    return (text or "").split()
