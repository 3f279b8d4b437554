"""What people do in tests of pages: fill in forms, press buttons, and work at another laptop meanwhile."""

from __future__ import annotations

import re
from typing import Any

from flask.testing import FlaskClient
from lxml import html

from server.sync import heads
from server.sync.apply import apply_changesets
from server.sync.canonical import Changeset, Op, sealed
from server.web.database import engine

#: answers of a form
Answers = dict[str, Any]


def page_of(client: FlaskClient, address: str, status: int = 200, **options: Any) -> str:
    answer = client.get(address, **options)
    assert answer.status_code == status, answer.get_data(as_text=True)[-1500:]
    return answer.get_data(as_text=True)


def answers_of(page: str, action: str = "", /, **changes: object) -> Answers:
    """What a browser would send of a page's main form (or of the one with that action), with some answers changed."""
    tree = html.fromstring(page)
    path = f"//form[contains(@action, '{action}')]" if action else "//form[@data-main]"
    form = tree.xpath(path)[0]
    found: Answers = {}
    for one in form.xpath(".//input[not(@type='file')] | .//textarea | .//select"):
        name = one.get("name")
        if one.get("type") in ("checkbox", "radio") and one.get("checked") is None:
            continue
        if one.tag == "select":
            value = (one.xpath("./option[@selected]/@value") or [""])[0]
        else:
            value = (one.text or "").removeprefix("\n") if one.tag == "textarea" else one.get("value", "")
        found.setdefault(name, []).append(value)
    return {**found, **{name: value if isinstance(value, list) else [value] for name, value in changes.items()}}


def send_form(client: FlaskClient, address: str, page: str, /, **changes: object) -> str:
    """Send a page's main form; the address it leads to."""
    answer = client.post(address, data=answers_of(page, **changes))
    assert answer.status_code == 302, answer.get_data(as_text=True)[-2500:]
    return str(answer.headers["Location"])


def log_one(client: FlaskClient, title: str = "Conference", **changes: object) -> str:
    page = page_of(client, "/activities/new")
    output = page.split('name="output_id"')[1].split('<option value="')[2].split('"')[0]
    answers = {"title": title, "output_id": output, "date_from-year": "2014", **changes}
    return send_form(client, "/activities/new", page, **answers)


def change_twice(client: FlaskClient, address: str, one: Answers, other: Answers) -> None:
    """Two changes of a record from the same page."""
    first, second = page_of(client, f"{address}/edit"), page_of(client, f"{address}/edit")
    send_form(client, f"{address}/edit", first, **one)
    send_form(client, f"{address}/edit", second, **other)


def conflicts_of(client: FlaskClient) -> list[str]:
    """Addresses of the pages of conflicts."""
    return sorted(set(re.findall(r'href="(/conflicts/[0-9a-f]{16})"', page_of(client, "/conflicts"))))


def only_conflict(client: FlaskClient) -> str:
    (address,) = conflicts_of(client)
    return address


def keep_side(client: FlaskClient, page: str, words: str, **more: str) -> str:
    """Press the button of the side with these words; what the next page says."""
    for form in html.fromstring(page).xpath("//form[.//input[@name='side']]"):
        if words in " ".join(form.itertext()):
            data = {one.get("name"): one.get("value") for one in form.xpath(".//input")} | more
            return page_of(client, client.post(form.get("action"), data=data).headers["Location"])
    raise AssertionError(f"no side says {words}")


def plan_one(client: FlaskClient, title: str, **changes: object) -> str:
    """Add a line to the work plan; its address without `/edit`."""
    page = page_of(client, "/workplan/new")
    output = page.split('name="output_id"')[1].split('<option value="')[2].split('"')[0]
    listed = page_of(client, send_form(client, "/workplan/new", page, title=title, output_id=output, **changes))
    (edit,) = html.fromstring(listed).xpath(f"//td[contains(@class, 'title')]//a[bdi='{title}']/@href")
    return str(edit).removesuffix("/edit")


def heads_of(client: FlaskClient, table: str, row: str) -> dict[str, list[str]]:
    """The heads of a record as they are now."""
    with client.application.app_context(), engine().connect() as connection:
        return heads.displayed(connection, table, row)


def arrives(
    client: FlaskClient, table: str, row: str, values: Answers, known: dict[str, list[str]], laptop: int
) -> None:
    """Another laptop of the record's office changed it, knowing what `known` says, and its dispatch came."""
    with client.application.app_context(), engine().connect() as connection, connection.begin():
        (owner,) = connection.exec_driver_sql(f"SELECT office FROM {table} WHERE id = ?", (row,)).one()
        ids = {bytes.fromhex(of_field[0]) for of_field in known.values()}
        preds = {name: [bytes.fromhex(known[name][0])] for name in values if name in known}
        seen = sorted(ids) if "deleted" in values else [] if preds else sorted(ids)[:1]
        query = "SELECT depth FROM sync_changeset WHERE id = ?"
        named = {i for of_field in preds.values() for i in of_field} | set(seen)
        depth = 1 + max(connection.exec_driver_sql(query, (i,)).scalar_one() for i in named)
        apply_changesets(connection, [sealed(Changeset(
            incarnation=f"{laptop:032x}", scope=f"office:{owner}", seq=1, prev=None, depth=depth, person="Officer",
            office=owner, device=f"device-{laptop}", claimed=1_420_000_000, ops=[Op(table, row, values, preds, seen)],
        ))])  # fmt: skip
