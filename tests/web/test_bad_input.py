"""Whatever is sent to a form: it is saved whole, or sent back with a sentence and with what was typed; never an error.

The forms are those that the pages show: nobody has to list a new one here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, quote_from_bytes, urljoin, urlsplit

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from lxml import html
from werkzeug.exceptions import MethodNotAllowed, NotFound

from server.base.text import clean
from server.sync.dump import canonical_state
from server.web.database import engine
from tests.web.conftest import CreateClient

#: (name of the input, values that are sent under it)
Sent = list[tuple[str, list[str]]]

#: forms that send files or wait for an import: what they take in has tests of its own
_OF_FILES = ("exchange.drop", "exchange.take_in", "importing.", "setup.", "example.")
#: forms whose answer is a part of a page or a mark in it, not a page
_PARTS = ("reports.draft",)
#: what may come back: saved, sent back, or not here any more
_ANSWERS = (302, 303, 422)
_FOLDERS = ("kg", "hq")

_WRONG = (
    "", " ", "0", "-1", "1e9", "NaN", "Infinity", "٣٫٥", "99999999999999999999999", "1" * 5000, "²", "½", "1,2,3.4.5",
    "2014-02-31", "Q5", "13", "<script>alert(1)</script>", "</textarea><b>", '"><img src=x>', "{{ 7 * 7 }}",
    "%(title)s", "{spent} {nonsense} {", "%s %d %", '=HYPERLINK("http://x";"y")', "+1+cmd|' /C calc'!A0", "@SUM(1)",
    "-2+3", "\x00", "a\x00b", "\x07\x1b[31m", "\r\n\r\nSet-Cookie: a=b", "line\nline\r\nline\rline", "\u2028\u2029",
    "\u202emoc.live\u202c", "\u2067x", "\u200f", "\ufeff", "\ufffe", "\U0010ffff", "\ud800", "x\udfffy", "é",
    "ᠠ" * 40, "Z" + "\u0300" * 300, "null", "[]", '{"title": ["x"]}', '{"title": "x"}',
    '{"title": ["' + "a" * 64 + '"]}', "[" * 3000, "00000000-0000-7000-8000-000000000000", "../../etc/passwd",
    "x" * 60_000, "ورشة " * 9_000, "\n" * 5_000,
)  # fmt: skip
values = st.one_of(st.sampled_from(_WRONG), st.text(alphabet=st.characters(), max_size=40))
#: what becomes of one input: None leaves it as a person would have left it, [] leaves it out
fates = st.one_of(st.none(), st.none(), st.lists(values, min_size=1, max_size=1), st.lists(values, max_size=3))


#: a row of a table says which record it is, or that it is new: it may name one that is not there, not say nothing
_ROW = re.compile(r"row-\d+-id")
_NO_ROW = st.sampled_from([None, None, None, ["00000000-0000-7000-8000-000000000000"]])


@dataclass(frozen=True)
class FoundForm:
    """A form of a page: where it is, where it is sent, its inputs as they are, and those that people type into."""

    page: str
    action: str
    endpoint: str
    inputs: tuple[tuple[str, tuple[str, ...]], ...]
    typed: frozenset[str]


def forms_of(client: FlaskClient) -> list[FoundForm]:
    """One of each form: all pages are followed, one of each kind."""
    seen: set[str] = set()
    found: dict[tuple[str, str, tuple[str, ...]], FoundForm] = {}
    ahead = ["/"] + [rule.rule for rule in client.application.url_map.iter_rules()
                     if "GET" in (rule.methods or ()) and not rule.arguments]  # fmt: skip
    while ahead:
        address = ahead.pop(0)
        kind = kind_of(client, address)
        if kind in seen or kind.startswith("static"):
            continue
        answer = client.get(address)
        if answer.status_code == 302:
            ahead.append(answer.headers["Location"])
        if answer.status_code != 200 or answer.mimetype != "text/html":
            continue
        seen.add(kind)
        if not answer.get_data().strip():  # a part of a page that has nothing to say
            continue
        tree = html.fromstring(answer.get_data(as_text=True))
        for form in tree.xpath("//form[@method='post']"):
            one = read_form(client, address, form)
            if one.inputs and not one.endpoint.startswith(_OF_FILES):
                found.setdefault((one.page.partition("?")[0], one.endpoint, tuple(n for n, _v in one.inputs)), one)
        ahead += [urljoin(address, href.partition("#")[0]) for href in tree.xpath("//a/@href")]
    return list({(kind_of(client, one.page), one.endpoint): one for one in found.values()}.values())


def kind_of(client: FlaskClient, address: str, method: str = "GET") -> str:
    """The page's name, with the names of what the address asks for."""
    parts = urlsplit(address)
    try:
        endpoint, given_by_path = client.application.url_map.bind("localhost").match(parts.path, method)
    except (NotFound, MethodNotAllowed):
        return "static"
    fixed = sorted(f"{k}={v}" for k, v in given_by_path.items() if k in ("table", "tab", "key"))
    return " ".join([endpoint, *fixed])


def read_form(client: FlaskClient, address: str, form: Any) -> FoundForm:
    """What a browser would know of it."""
    inputs: dict[str, list[str]] = {}
    typed = set()
    inside = [*form.xpath(".//*[@name]"), *form.xpath("//*[@name and @form=$id]", id=form.get("id", "none"))]
    for one in inside:
        if one.tag not in ("input", "textarea", "select") or one.get("type") == "file" or list(
                one.iterancestors("template")):  # fmt: skip
            continue
        name, kind = one.get("name"), one.get("type", "text")
        found = inputs.setdefault(name, [])
        if one.tag == "select":
            found += one.xpath("./option[@selected]/@value")[:1] or one.xpath("./option/@value")[:1]
        elif one.tag == "textarea":
            found.append((one.text or "").removeprefix("\n"))
            typed.add(name)
        elif kind not in ("checkbox", "radio") or one.get("checked") is not None:
            found.append(one.get("value", ""))
            typed |= {name} if kind == "text" else set()
    inputs.pop("csrf_token", None)
    action = urljoin(address, form.get("action") or address)
    return FoundForm(address, action, kind_of(client, action, "POST"),
                     tuple((name, tuple(values)) for name, values in inputs.items()), frozenset(typed))  # fmt: skip


def body_of(sent: Sent, token: str) -> bytes:
    """As a browser encodes it, and lone surrogates as no browser would."""
    def quoted(text: str) -> str:
        return quote_from_bytes(text.encode("utf-8", "surrogatepass"))

    pairs = [(name, value) for name, values in sent for value in values]
    return "&".join(f"{quoted(name)}={quoted(value)}" for name, value in [("csrf_token", token), *pairs]).encode()


def state_of(client: FlaskClient) -> bytes:
    """The canonical state."""
    with client.application.app_context(), engine().connect() as connection:
        return canonical_state(connection)


def token_of(page: str) -> str:
    """Any form's token: it is the session's."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return found[1]


def printable(text: str) -> str:
    """A page or value as it can be compared: without what HTML cannot carry, lone surrogates as HTTP brings them."""
    carried = "".join(quote_from_bytes(c.encode("utf-8", "surrogatepass")) if "\ud800" <= c <= "\udfff" else c
                      for c in text)  # fmt: skip
    return clean(carried.replace("\ufffe", "").replace("\uffff", ""))


def column(name: str) -> str:
    """What an input of a table is called without its row: a row may move up when another one is gone."""
    return re.sub(r"^row-\w+-", "row-", name)


def is_kept(page: str, sent: Sent, typed: frozenset[str]) -> Iterator[str]:
    """Inputs whose text is not in the page that came back."""
    # a browser shows a control character as nothing or a box; the parser of this test would stop there
    tree = html.fromstring(re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", "", page))
    shown: dict[str, list[str]] = {}
    for one in tree.xpath("//input[@name] | //textarea[@name]"):
        text = (one.text or "").removeprefix("\n") if one.tag == "textarea" else one.get("value", "")
        shown.setdefault(one.get("name"), []).append(printable(text))
        shown.setdefault(column(one.get("name")), []).append(printable(text))
    for name, values in sent:
        if name in typed and values and printable(values[0]) not in shown.get(column(name), []):
            yield f"{name}: {values[0][:80]!r} became {[one[:80] for one in shown.get(name, ['nothing'])]}"


def check(client: FlaskClient, form: FoundForm, sent: Sent, token: str) -> None:
    """Send it, and hold the answer to the rule."""
    before = state_of(client)
    answer = client.post(form.action, data=body_of(sent, token), content_type="application/x-www-form-urlencoded")
    page = answer.get_data(as_text=True)
    told = f"{form.page} -> {form.action}: {answer.status_code}"
    assert answer.status_code < 500, told
    if form.endpoint.startswith(_PARTS):
        return
    if answer.status_code in (302, 303):
        led = client.get(answer.headers["Location"])
        assert led.status_code == 200, f"{told} leads to {led.status_code}"
        return
    assert answer.status_code in _ANSWERS or {"more", "partly"} & {name for name, _v in sent}, told + page[-500:]
    assert state_of(client) == before, f"{told} and yet something was saved"
    said = " ".join(html.fromstring(re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f]", "", page)).xpath(
        "//*[@class='errors' or contains(@class, 'error')]//text() | //main//p//text()")).strip()  # fmt: skip
    assert said, f"{told} says nothing"
    as_it_was = {name: list(values) for name, values in form.inputs}
    lost = list(is_kept(page, [(name, values) for name, values in sent if values != as_it_was[name]], form.typed))
    assert not lost, f"{told} lost {lost}"


@pytest.mark.parametrize("folder", _FOLDERS)
def test_a_form_is_saved_or_sent_back_with_all_that_was_typed(create_client: CreateClient, folder: str) -> None:
    client = create_client(folder)
    forms = forms_of(client)
    token = token_of(client.get("/activities/new").get_data(as_text=True))
    assert {form.endpoint.partition(".")[0] for form in forms} >= {
        "activities", "workplan", "meetings", "decisions", "boards", "finance", "settings", "documents", "exchange"}
    wrong: list[str] = []

    def hold(place: int, form: FoundForm) -> None:
        @seed(place)
        @settings(max_examples=10, database=None, phases=[Phase.generate],
                  suppress_health_check=list(HealthCheck))
        @given(st.data())
        def bombard(data: st.DataObject) -> None:
            drawn = {name: data.draw(_NO_ROW if _ROW.fullmatch(name) else fates, name) for name, _v in form.inputs}
            # a line of attendance is there because its first input is
            drawn = {name: None if fate == [] and name.startswith("institution-") else fate
                     for name, fate in drawn.items()}  # fmt: skip
            sent = [(name, list(values) if drawn[name] is None else drawn[name]) for name, values in form.inputs]
            check(client, form, sent, token)

        try:
            bombard()
        except AssertionError as error:
            wrong.append(str(error)[:700])

    for place, form in enumerate(forms):
        hold(place, form)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("folder", _FOLDERS)
def test_what_is_sent_to_an_address_that_names_nothing_is_answered_in_a_sentence(
    create_client: CreateClient, folder: str
) -> None:
    client = create_client(folder)
    token = token_of(client.get("/activities/new").get_data(as_text=True))
    before = state_of(client)
    wrong = []
    for rule in client.application.url_map.iter_rules():
        if not rule.arguments or rule.endpoint == "static":
            continue
        for odd in ("00000000-0000-7000-8000-000000000000", "x", "é\u202e", "'; --", "a" * 300, "%00"):
            address = re.sub(r"<[^>]*any\(([^,)]+)[^>]*>", r"\1", rule.rule)
            address = re.sub(r"<[^>]+>", quote(odd, safe=""), address)
            for method in {"GET", "POST"} & (rule.methods or set()):
                answer = client.open(address, method=method, data={"csrf_token": token} if method == "POST" else None)
                if answer.status_code >= 500:
                    wrong.append(f"{method} {address[:120]}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)
    assert state_of(client) == before, "nothing was there to be changed"


@pytest.mark.parametrize("folder", _FOLDERS)
def test_an_address_that_asks_for_nonsense_shows_a_page(create_client: CreateClient, folder: str) -> None:
    client = create_client(folder)
    asked = ("q", "page", "period", "office", "output", "output_id", "sort", "status", "quarter", "country", "rag",
             "board", "meeting", "kind", "language", "table", "planned", "activity", "evidence", "report", "to", "tab",
             "year", "form", "layout")  # fmt: skip
    wrong = []
    for rule in client.application.url_map.iter_rules():
        if rule.arguments or "GET" not in (rule.methods or ()):
            continue
        for odd in ("\x00", "-1", "9" * 19, "9" * 5000, "\ud800", "'\"<", "[", "*", "\u202e", "é" * 500):
            words = quote_from_bytes(odd.encode("utf-8", "surrogatepass"))
            alone = odd == "9" * 19 and folder == "hq"  # a page may stop at the first argument that is odd
            for names in (asked, *((name,) for name in asked)) if alone else (asked,):
                answer = client.get(rule.rule + "?" + "&".join(f"{name}={words}" for name in names))
                if answer.status_code >= 500:
                    wrong.append(f"{rule.rule}?{','.join(names)}={odd[:20]!r}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


def test_more_than_a_form_can_hold_is_refused_in_a_sentence(create_client: CreateClient) -> None:
    client = create_client("kg")
    before = state_of(client)
    answer = client.post("/activities/new", data={"title": "x" * 5_000_000}, content_type="multipart/form-data")
    assert answer.status_code == 413
    assert "too much at once" in answer.get_data(as_text=True)
    assert state_of(client) == before
