"""Overview: headquarters' one look at all countries, their steps and their reports."""

from __future__ import annotations

from decimal import Decimal

from flask import Blueprint, abort, current_app, render_template, request

from server.base.config import Config
from server.base.i18n import language
from server.base.money import percentage
from server.domain.reporting.queries import reports
from server.services.consolidate import programme_money
from server.services.gather.money import Purse
from server.services.overview import overview
from server.web.answers import Answer
from server.web.database import session
from server.web.here import here

page = Blueprint("overview", __name__)


@page.get("/overview")
def show() -> Answer:
    """Reports that are late, achievements by country and output, money, milestones by country."""
    at = here()
    if not at.office.hq:
        abort(404)
    found = overview(session(), request.args.get("period"), at.today)
    outputs = found.outputs
    by_country = {c.id: sum(found.achieved.get((c.id, o.id), 0) for o in outputs) for c in found.countries}
    everywhere = {o.id: sum(n for (_c, output), n in found.achieved.items() if output == o.id) for o in outputs}
    done = {t.id: sum(1 for c in found.countries
                      if (m := found.milestones.get((c.id, t.id))) and m.status == "done") for t in found.types}
    annual = reports(session(), office=at.office.id, kind="annual", period_id=found.period.id) if found.period else []
    return render_template(
        "overview/show.html", found=found, by_country=by_country, everywhere=everywhere, done=done,
        globally=sum(n for (country, _o), n in found.achieved.items() if country is None),
        money=_money(found.period.code) if found.period else None, annual=annual[0] if annual else None,
        rate=lambda part, whole: percentage(part, whole) if whole else None)


def _money(period: str) -> Purse | None:
    """What was budgeted and spent in a period; None when nothing was entered."""
    config: Config = current_app.extensions["valise.config"]
    found = programme_money(session(), period, language(), config.clock)
    return found if found.rows or found.received.amount != Decimal(0) else None
