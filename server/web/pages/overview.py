"""Overview: headquarters' one look at all countries, their steps and their reports."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request

from server.services.overview import overview
from server.web.answers import Answer
from server.web.database import session
from server.web.here import here

page = Blueprint("overview", __name__)


@page.get("/overview")
def show() -> Answer:
    """Reports that are late, achievements by country and output, milestones by country."""
    at = here()
    if not at.office.hq:
        abort(404)
    found = overview(session(), request.args.get("period"), at.today)
    outputs = found.outputs
    by_country = {c.id: sum(found.achieved.get((c.id, o.id), 0) for o in outputs) for c in found.countries}
    everywhere = {o.id: sum(n for (_c, output), n in found.achieved.items() if output == o.id) for o in outputs}
    done = {t.id: sum(1 for c in found.countries
                      if (m := found.milestones.get((c.id, t.id))) and m.status == "done") for t in found.types}
    return render_template(
        "overview/show.html", found=found, by_country=by_country, everywhere=everywhere, done=done,
        globally=sum(n for (country, _o), n in found.achieved.items() if country is None))
