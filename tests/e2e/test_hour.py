"""An officer's hour, in a browser, with Valise as a process of its own that is killed while somebody types.

The office joins, logs, meets, plans, files photos, mends what was wrong, is cut off, goes on and sends; then
headquarters holds everything that was typed.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from server.base.paths import DataDir
from server.services.diagnostics import examine
from tests.desktop_app.support import Started
from tests.e2e.conftest import LAPTOP
from tests.house import ROOT
from tests.services.evidence import photo
from tests.services.world import NOW, Example, copy_folder, rows

pytestmark = [pytest.mark.browser, pytest.mark.slow]

#: milliseconds: a process of its own starts on a busy machine, too
_PATIENCE = 30_000
#: twelve lines as a spreadsheet puts them on the clipboard; the amount of the last is none
PLAN = [(f"Planned step {n}", str(n % 3 + 1), str(n % 4 + 1), f"{n},250.50") for n in range(1, 12)]
BLOCK = "\n".join("\t".join((title, output, quarter, "Country office", "SDC", "71300", amount, "Planned"))
                  for title, output, quarter, amount in [*PLAN, ("Planned step 12", "1", "4", "about 100")])
ARABIC = ("ورشة عمل حول الهجرة والتنمية في الرباط", "اتفق المشاركون على خطوات السنة المقبلة.")
#: title, month, narrative of what is logged without an error
LOGGED = (("Visit to the regional council", "October", "The council names a focal point."),
          (ARABIC[0], "November", ARABIC[1]))  # fmt: skip
DECISIONS = (("The work plan of the second year is endorsed.", "Send the plan to headquarters"),
             ("A working group on data is set up.", "Write its terms of reference"))  # fmt: skip


@dataclass
class Laptop:
    """One data folder and the process that serves it, time after time."""

    data: DataDir
    running: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        """No display, and the day on which the tests happen."""
        day = str(int(NOW().timestamp()))
        return {**os.environ, "LC_ALL": "C.UTF-8", "DISPLAY": "", "WAYLAND_DISPLAY": "", "SOURCE_DATE_EPOCH": day}

    def start(self) -> str:
        """Serve; the single-use link that it prints."""
        process = subprocess.Popen(
            [sys.executable, "-m", "server", "serve", "--data", str(self.data.root)], cwd=ROOT, env=self.environment,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)  # fmt: skip
        self.running.append(process)
        return Started(process, self.data.root).link()

    def kill(self) -> None:
        """As a power cut ends it."""
        self.running[-1].kill()
        assert self.running[-1].wait(30) == -signal.SIGKILL

    def run(self, *words: object) -> None:
        """A command on this folder."""
        command = [sys.executable, "-m", "server", *map(str, words), "--data", str(self.data.root)]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr


@pytest.fixture
def laptop(tmp_path: Path) -> Iterator[Laptop]:
    """An office's new laptop."""
    made = Laptop(DataDir(tmp_path / "office"))
    yield made
    for process in made.running:
        process.kill()
        process.communicate()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that may lose its server; an error of a script fails the test."""
    context = browser.new_context(viewport=LAPTOP, locale="en", permissions=["clipboard-read", "clipboard-write"])  # type: ignore[arg-type]
    errors: list[str] = []
    opened = context.new_page()
    opened.set_default_timeout(_PATIENCE)
    expect.set_options(timeout=_PATIENCE)
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    context.close()
    expect.set_options(timeout=5_000)  # Playwright's own
    assert errors == []


def come_in(page: Page, link: str) -> None:
    """Open the printed link, and pass the door."""
    page.goto(link)
    page.wait_for_url(lambda url: "/open/" not in url)


def join(page: Page, setup: Path, person: str) -> None:
    """The first run: the language, the set-up PDF, who types, and to Home."""
    page.get_by_role("button", name="English").click()
    page.get_by_label("Drop the set-up PDF here").set_input_files(setup)
    page.get_by_role("button", name="Go on – Join a programme").click()
    page.get_by_label("Your name or your role").fill(person)
    page.get_by_role("button", name="Set this copy up").click()
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("link", name="Log an activity")).to_be_visible()


def go_to(page: Page, entry: str) -> None:
    """A page of the main menu."""
    page.get_by_role("navigation", name="Main menu").get_by_role("link", name=entry, exact=True).click()
    expect(page.get_by_role("link", name=entry, exact=True).first).to_have_attribute("aria-current", "page")


def press(page: Page, keys: str) -> None:
    """Keys, once the page's scripts are there to hear them."""
    page.wait_for_load_state()
    page.keyboard.press(keys)


def happened(page: Page, title: str, month: str, narrative: str = "", day: str = "") -> None:
    """Answer what an activity cannot do without, but for its output; the year is there or is typed."""
    page.get_by_label("What happened?").fill(title)
    when = page.get_by_role("group", name="When did it happen")
    when.get_by_label("Day").fill(day)
    when.get_by_label("Month").select_option(label=month)
    when.get_by_label("Year").fill("2014")
    page.get_by_label("What was done, and what came of it?").fill(narrative)


def wrong(page: Page, sentence: str) -> None:
    """The page came back: the focus is at the list of what is wrong, and the sentence leads to its input."""
    expect(page.locator(".errors")).to_be_focused()
    page.locator(".errors").get_by_role("link", name=sentence).click()


def log_four(page: Page) -> None:
    """Four activities, one in Arabic and one with photos; the first is sent back twice, each time with a sentence."""
    go_to(page, "Activities")
    press(page, "n")
    happened(page, "Round table with the ministries", "September", "Twelve ministries took part.", day="31")
    page.get_by_label("Women").fill("14")
    page.get_by_label("Men (optional)", exact=True).fill("١١")
    press(page, "Control+Enter")
    wrong(page, "is not in the calendar")
    page.get_by_role("group", name="When did it happen").get_by_label("Day").fill("30")
    press(page, "Control+Enter")
    wrong(page, "Choose the output the activity serves")
    press(page, "ArrowDown")
    press(page, "Control+Enter")
    expect(page.get_by_text("Logged: Round table with the ministries")).to_be_visible()
    for title, month, narrative in LOGGED:
        happened(page, title, month, narrative)
        press(page, "Control+Enter")
        expect(page.get_by_text(f"Logged: {title}")).to_be_visible()
    happened(page, "Fair for returning migrants", "December", "Forty people found advice.")
    press(page, "Control+s")
    expect(page.get_by_role("heading", name="Fair for returning migrants")).to_be_visible()
    photos = [{"name": f"{name}.jpg", "mimeType": "image/jpeg", "buffer": photo(n)}
              for n, name in enumerate(("stand", "hall"))]
    page.get_by_label("Drop photos and papers here").set_input_files(photos)  # type: ignore[arg-type]
    page.get_by_role("button", name="File it").click()
    expect(page.get_by_role("img", name="Photo: hall")).to_be_visible()


def meet(page: Page) -> None:
    """A board, its meeting, and what was decided."""
    go_to(page, "Boards")
    press(page, "n")
    page.get_by_label("What is the board called?").fill("National Project Board of Morocco")
    press(page, "Control+s")
    expect(page.get_by_role("heading", name="National Project Board of Morocco")).to_be_visible()
    press(page, "n")
    page.get_by_label("What was the meeting called?").fill("First meeting of the board")
    when = page.get_by_role("group", name="When did it meet")
    when.get_by_label("Month").select_option(label="December")
    when.get_by_label("Year").fill("2014")
    page.get_by_label("What was on the agenda?").fill("Work plan\nData")
    press(page, "Control+s")
    expect(page.get_by_role("heading", name="First meeting of the board")).to_be_visible()
    press(page, "n")
    for number, (text, action) in enumerate(DECISIONS):
        page.get_by_label("What was decided?").fill(text)
        page.get_by_label("What has to be done?").fill(action)
        page.get_by_label("Who does it?").fill("Programme officer")
        press(page, "Control+s" if number else "Control+Enter")
        expect(page.get_by_text("The decision is saved.")).to_be_visible()
        if not number:
            expect(page.get_by_label("What was decided?")).to_have_value("")
    expect(page.get_by_role("link", name=DECISIONS[1][0])).to_be_visible()


def plan(page: Page) -> None:
    """Twelve lines out of a spreadsheet, one with an amount that is none."""
    go_to(page, "Work plan")
    page.get_by_role("link", name="Edit as a table").click()
    page.get_by_label("What is planned, row 1", exact=True).focus()
    page.evaluate("(text) => navigator.clipboard.writeText(text)", BLOCK)
    press(page, "Control+v")
    expect(page.get_by_text("Cells pasted: 96.")).to_be_visible()
    press(page, "Control+s")
    wrong(page, "Row 12")
    expect(page.get_by_label("Amount, row 12")).to_be_focused()
    press(page, "Control+a")
    page.keyboard.type("100")
    press(page, "Control+s")
    expect(page.get_by_text("12 lines are saved.")).to_be_visible()


def begin_the_fifth(page: Page) -> None:
    """Type until the draft is kept, and a little more; nothing is saved."""
    go_to(page, "Activities")
    press(page, "n")
    happened(page, "Letter of the minister", "December", "The ministry takes the lead")
    page.get_by_label("Which output does it serve?").select_option(index=1)
    expect(page.get_by_text("Kept as a draft")).to_be_visible()
    page.get_by_label("What was done, and what came of it?").press_sequentially(" and")


def go_on_with_the_fifth(page: Page) -> None:
    """Home says what happened and leads to what was being typed."""
    expect(page.get_by_text("Valise was cut off last time")).to_be_visible()
    page.locator(".note", has_text="You left 1 form unsaved").get_by_role("link").click()
    expect(page.get_by_text("what you had typed is here")).to_be_visible()
    expect(page.get_by_label("What happened?")).to_have_value("Letter of the minister")
    narrative = page.get_by_label("What was done, and what came of it?")
    assert narrative.input_value().startswith("The ministry takes the lead")
    narrative.fill("The ministry takes the lead from now on.")
    press(page, "Control+s")
    expect(page.get_by_role("heading", name="Letter of the minister")).to_be_visible()


def check_and_send(page: Page, target: Path) -> None:
    """Look the report over, then make the dispatch and keep its PDF."""
    go_to(page, "Reports")
    page.get_by_role("button", name="Begin Year 1").click()
    expect(page.get_by_role("heading", name="Check-up")).to_be_visible()
    page.get_by_role("link", name="Send to headquarters").click()
    page.get_by_role("button", name="Make the dispatch").click()
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save the PDF").click()
    saved.value.save_as(target)


def office_records(data: DataDir, office: str) -> dict[str, list[tuple[object, ...]]]:
    """What the office typed, table by table, as a folder holds it."""
    asked = {
        "activity": "title, date_from, narrative, output_id, country_id, women, men, evidence_ids",
        "board": "name", "meeting": "title, date_from, agenda, board_id", "document": "title, sha256",
        "decision": "text, action, owner, status, meeting_id",
        "planned_activity": "title, output_id, quarters, responsible, donor_id, account_id, amount, currency, status",
    }  # fmt: skip
    where = "WHERE office = ? AND coalesce(deleted, 0) = 0 ORDER BY id"
    return {table: rows(data, f"SELECT id, {columns} FROM {table} {where}", office) for table, columns in asked.items()}


def test_an_hour_of_an_officer_reaches_headquarters_whole(
    example: Example, laptop: Laptop, page: Page, tmp_path: Path
) -> None:
    hq = Laptop(copy_folder(example.root / "hq-empty", tmp_path / "hq"))
    setup, dispatch = tmp_path / "setup.pdf", tmp_path / "dispatch.pdf"
    hq.run("invite", "ma", "--to", setup)

    come_in(page, laptop.start())
    join(page, setup, "Programme officer")
    log_four(page)
    meet(page)
    plan(page)
    begin_the_fifth(page)
    laptop.kill()
    come_in(page, laptop.start())
    go_on_with_the_fifth(page)
    check_and_send(page, dispatch)
    laptop.kill()

    hq.run("receive", dispatch)
    ((office,),) = rows(hq.data, "SELECT id FROM office WHERE code = 'MA' OR code = 'ma'")
    told, held = office_records(laptop.data, office), office_records(hq.data, office)
    assert held == told
    activities = {title: rest for _id, title, *rest in held["activity"]}
    assert activities.keys() == {"Round table with the ministries", "Fair for returning migrants",
                                 "Letter of the minister", *(title for title, _month, _text in LOGGED)}  # fmt: skip
    assert activities["Round table with the ministries"][:2] == ["2014-09-30", "Twelve ministries took part."]
    assert activities["Round table with the ministries"][4:6] == [14, 11]
    assert activities[ARABIC[0]][:2] == ["2014-11", ARABIC[1]]
    assert activities["Letter of the minister"][:2] == ["2014-12", "The ministry takes the lead from now on."]
    assert len({output for _when, _text, output, *_rest in activities.values()}) == 1
    assert sorted(title for _id, title, _sha in held["document"]) == ["hall.jpg", "stand.jpg"]
    assert set(activities["Fair for returning migrants"][-1].split()) == {id for id, *_rest in held["document"]}
    ((_board, _name),) = held["board"]
    ((meeting, *about),) = held["meeting"]
    assert about == ["First meeting of the board", "2014-12", "Work plan\nData", held["board"][0][0]]
    assert {(text, action, who, state, of) for _id, text, action, who, state, of in held["decision"]} == {
        (text, action, "Programme officer", "open", meeting) for text, action in DECISIONS}  # fmt: skip
    lines = {title: rest for _id, title, *rest in held["planned_activity"]}
    assert {title: (rest[1], rest[-3]) for title, rest in lines.items()} == {
        **{title: (quarter, amount.replace(",", "")) for title, _output, quarter, amount in PLAN},
        "Planned step 12": ("4", "100.00")}  # fmt: skip
    assert all(None not in rest for rest in lines.values()), "every pasted cell has its place"
    for data in (laptop.data, hq.data):
        assert [finding.sentence for finding in examine(data, NOW) if not finding.good] == []
