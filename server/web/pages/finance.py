"""Finance: funding, budget lines and expenditures, their sums with what each adds up, and grids to enter many."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from server.base.i18n import _, language, mark, n_
from server.base.money import share
from server.db.session import Seen
from server.domain.finance.queries import TABLES, MoneyFacts, money, money_record
from server.domain.framework import queries as framework
from server.domain.people.queries import offices
from server.domain.records import Work, delete, undelete
from server.services import money as sums
from server.web import another
from server.web.answers import Answer, offer_undo, said
from server.web.columns import AmountColumn, ChoiceColumn, Column, CurrencyColumn, DateColumn, TextColumn
from server.web.database import session, writing
from server.web.exports import hand_over_list
from server.web.forms import displayed
from server.web.grid import Grid, Record, Write
from server.web.here import here
from server.web.lists import number_in, same_at
from server.web.moneyforms import KINDS, Kind, MoneyForm, completed, saved_words
from server.web.records import field_words, table_words, value_words
from server.web.words import country_name

page = Blueprint("finance", __name__)
#: what the next record of money begins with
_SHARED = ("donor_id", "commitment_id", "dated", "output_id", "country_id", "period_id", "account_id", "currency")

#: tab -> the table whose records it lists; funding lists two
TABS: Mapping[str, str] = {"budget": "budget_line", "spending": "expenditure"}
#: records on one page of a list
_PER_PAGE = 50
_FIELDS = ("donor_id", "commitment_id", "title", "dated", "note", "output_id", "country_id", "period_id", "account_id",
           "amount", "currency")  # fmt: skip


@page.get("/finance")
def index() -> Answer:
    """Where the office's work is: funds at headquarters, spending elsewhere."""
    return redirect(url_for(".funding") if here().office.hq else url_for(".listed", tab="spending"))


@page.get("/finance/funding")
def funding() -> Answer:
    """What was promised and received; headquarters'."""
    if not here().office.hq:
        abort(404)
    period = _period()
    found = sums.sums(session(), period.id, None, language()) if period else None
    return render_template(
        "finance/funding.html", tab="funding", found=found, period=period, periods=framework.periods(session()),
        office=None, promised=sums.funds(session(), "commitment", language()),
        paid=sums.funds(session(), "instalment", language()), offices={o.id: o for o in offices(session())})


@page.get("/finance/<any(budget, spending):tab>")
def listed(tab: str) -> Answer:
    """Budget lines or expenditures of a period; with `way`, `kind` and `key` those that one sum adds up."""
    asked, period, office = request.args, _period(), _office()
    if period is None:
        return render_template("finance/list.html", tab=tab, period=None, found=None, table=TABS[tab])
    whole, rows = sums.sums(session(), period.id, office, language()), _rows(tab, period)
    way, kind, key = _sum_asked()
    told = next((row for row in whole.ways.get(way, ()) if (row.kind, row.key) == (kind, key)), None)
    number = number_in("page")
    shown = rows.entries[(number - 1) * _PER_PAGE : number * _PER_PAGE]
    return render_template(
        "finance/list.html", tab=tab, table=TABS[tab], period=period, periods=framework.periods(session()),
        office=office, offices={o.id: o for o in offices(session())}, found=whole, rows=rows, shown=shown,
        number_of_page=number, more=len(rows.entries) > number * _PER_PAGE, way=way, told=told, rate=share,
        so_far="so_far" in asked,
        by=asked.get("by") if asked.get("by") in whole.ways else next(iter(whole.ways), ""))


@page.get("/finance/<any(budget, spending):tab>/workbook")
def export(tab: str) -> Response:
    """Keep exactly what the list shows, on all of its pages, as a workbook."""
    period = _period()
    ids = [one.id for one in _rows(tab, period).entries] if period else []
    title = _("Expenditures") if tab == "spending" else _("Budget lines")
    return hand_over_list({TABS[tab]: ids}, title, same_at(".listed"))


@page.route("/finance/<any(budget, spending):tab>/grid", methods=["GET", "POST"])
def grid(tab: str) -> Answer:
    """The office's own budget lines or expenditures of a period, all at once."""
    table, at, period = TABS[tab], here(), _period()
    if period is None:
        return redirect(url_for(".listed", tab=tab))
    records = partial(_records, table, period.id, at.office.id)
    sheet = Grid.on(_columns(tab), records(), draft=f"grid/{table}/{period.id}")
    done = sheet.sent(at.author, _write(KINDS[table], period.id))
    if done:
        said(n_("%(num)s row is saved.", "%(num)s rows are saved.", len(done.rows)))
        if not done.waiting:
            return redirect(url_for(".listed", tab=tab, period=period.code))
        sheet.refresh(records())
    return render_template("finance/grid.html", form=sheet, tab=tab, period=period), 422 if sheet.problems else 200


@page.route("/finance/new/<table>", methods=["GET", "POST"])
def add(table: str) -> Answer:
    """Add a record of money."""
    kind, period = _kind(table), _period()
    start = {"period_id": period.id if period else None, "currency": here().programme.currency}
    form = kind.form.on({**start, **another.carried(*_SHARED)}, draft=f"{table}/new")
    if form.sent() and form.save(here().author, lambda work: kind.write(work, form.values())):
        said(saved_words(table))
        if another.asked():
            return another.next_one(".add", form, *_SHARED, table=table)
        return _list_of(kind, form.values().get("period_id"))
    return _form(form, table, None)


@page.route("/finance/<table>/<id>/edit", methods=["GET", "POST"])
def edit(table: str, id: str) -> Answer:
    """Change a record of money of one's own office; others' are shown."""
    kind, known = _kind(table), money_record(session(), table, id)
    values = {name: getattr(known, name) for name in _FIELDS}
    form = kind.form.on(values, seen=displayed(table, id), draft=f"{table}/{id}")
    if form.sent() and form.save(here().author,
                                 lambda work: kind.write(work, form.values(), id=id, seen=form.heads_seen())):
        said(saved_words(table))
        return _list_of(kind, form.values().get("period_id"))
    return _form(form, table, known)


@page.post("/finance/<table>/<id>/delete")
def remove(table: str, id: str) -> Answer:
    """Delete at once, and offer Undo."""
    kind, known = _kind(table), money_record(session(), table, id)
    with writing(here().author) as work:
        delete(work, TABLES[table], id)
    offer_undo(_("The record is deleted."), url_for(".restore", table=table, id=id))
    return _list_of(kind, known.period_id)


@page.post("/finance/<table>/<id>/restore")
def restore(table: str, id: str) -> Answer:
    """Undo a deletion."""
    kind, known = _kind(table), money_record(session(), table, id)
    with writing(here().author) as work:
        undelete(work, TABLES[table], id)
    said(_("The record is back."))
    return _list_of(kind, known.period_id)


def _period() -> framework.PeriodFacts | None:
    """The period that the address names, else the current one."""
    return (framework.period_for(session(), request.args.get("period"), here().today)
            or framework.period_for(session(), None, here().today))


def _office() -> str | None:
    """The office whose money is shown: an office's own; at headquarters any, or None for the whole programme."""
    at = here()
    return (request.args.get("office") or None) if at.office.hq else at.office.id


def _sum_asked() -> tuple[str, str, str]:
    """The sum whose records are shown: its way, and its row's kind and key; without a way, all records are."""
    asked = request.args
    way = asked.get("way", "") if asked.get("way") in sums.WAYS else ""
    return way, asked.get("kind", ""), asked.get("key", "")


def _rows(tab: str, period: framework.PeriodFacts) -> sums.Addends:
    """The records of the period that the address asks for."""
    way, kind, key = _sum_asked()
    return sums.moved(session(), TABS[tab], period.id, _office(), language(), so_far="so_far" in request.args, way=way,
                      key=(kind, key))


def _kind(table: str) -> Kind:
    """404 for what is none, or not this office's to enter."""
    kind = KINDS.get(table)
    if kind is None or (kind.hq_only and not here().office.hq):
        abort(404)
    return kind


def _list_of(kind: Kind, period_id: str | None) -> Response:
    """The list on which a record of the period stands."""
    period = next((p.code for p in framework.periods(session()) if p.id == period_id), None)
    where = ".funding" if kind.tab == "funding" else ".listed"
    return redirect(url_for(where, tab=None if kind.tab == "funding" else kind.tab, period=period))


def _form(form: MoneyForm, table: str, known: MoneyFacts | None) -> Answer:
    owner = next((o for o in offices(session()) if known and o.id == known.office), None)
    shown = render_template("finance/form.html", form=form, table=table, kind=KINDS[table], known=known, owner=owner,
                            table_words=table_words, field_words=field_words,
                            told=partial(value_words, session(), table))
    return shown, 422 if form.problems else 200


def _columns(tab: str) -> list[Column]:
    outputs = [(o.id, f"{o.label}. {o.title}", o.label, _("Output %(number)s", number=o.label), o.title)
               for o in framework.outputs(session())]
    accounts = [(a.id, f"{a.code} {a.name}", a.code, a.name) for a in framework.accounts(session())]
    countries = [(c.id, country_name(c), c.code, c.name) for c in framework.countries(session())]
    columns: list[Column] = [
        TextColumn("note", mark("What it paid") if tab == "spending" else mark("What it is for"), width="wide"),
        ChoiceColumn("account_id", mark("Budget account"), accounts),
        ChoiceColumn("output_id", mark("Output"), outputs),
        AmountColumn("amount", mark("Amount"), currency=here().programme.currency),
        CurrencyColumn("currency", mark("Currency"), width="short"),
    ]
    if tab == "spending":
        columns.insert(0, DateColumn("dated", mark("Date"), width="middle"))
    if not here().office.country_id:
        columns.insert(-2, ChoiceColumn("country_id", mark("Country"), countries))
    return columns


def _records(table: str, period: str, office: str) -> list[Record]:
    rows = money(session(), table, period_id=period, office=office)
    return [Record(row.id, {name: getattr(row, name) for name in _FIELDS}, displayed(table, row.id)) for row in rows]


def _write(kind: Kind, period: str) -> Write:
    def write(work: Work, values: dict[str, Any], id: str | None, seen: Seen | None) -> str:
        given = values if id else {"period_id": period, "currency": here().programme.currency, "output_id": None,
                                   **{name: value for name, value in values.items() if value is not None}}  # fmt: skip
        return kind.write(work, completed(given), id=id, seen=seen)

    return write
