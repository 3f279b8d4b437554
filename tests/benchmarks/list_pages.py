"""Lists and searches of activities: what a page costs where many are stored, against the same page where few are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import urlencode

from server.db.session import read_session
from server.domain.activities.models import Activity
from server.domain.activities.queries import Filter, activities
from server.services.folder import Folder, open_folder
from server.services.load import record_id
from server.services.writers import last_written_by
from tests.benchmarks import stock
from tests.benchmarks.rounds import Asked, Figure, compare, end, run, timed
from tests.benchmarks.texts import ABSENT, FREQUENT, RARE
from tests.benchmarks.web import Browser, browser_on

SIZE, FEW, BAR = 100_000, 1_000, 1.5
#: the same page is asked for several times in a round: one alone is too short to be timed
_TIMES = 3
#: who logged the activities of one office
_PERSON = "Programme officer KG"
_OUTPUT, _COUNTRY, _OFFICE = record_id("output", "output-2"), record_id("country", "kg"), record_id("office", "kg")
#: what is asked for: (name, the query's filter, the page's address); the page is full where few are stored, too, unless
#: its name says how many there are
PAGES: tuple[tuple[str, Filter, dict[str, object]], ...] = (
    ("newest first", Filter(), {}),
    ("oldest first", Filter(sort="oldest"), {"sort": "oldest"}),
    ("by title", Filter(sort="title"), {"sort": "title"}),
    ("one output", Filter(output_id=_OUTPUT), {"output": _OUTPUT}),
    ("one country", Filter(country_id=_COUNTRY), {"country": _COUNTRY}),
    ("one country, one office", Filter(country_id=_COUNTRY, office=_OFFICE), {"country": _COUNTRY, "office": _OFFICE}),
    ("one office", Filter(office=_OFFICE), {"office": _OFFICE}),
    ("for the report", Filter(in_report=True), {"report": "1"}),
    ("page 15", Filter(page=15), {"page": 15}),
    ("a word of three activities", Filter(words=RARE), {"q": RARE}),
    ("a word of a third of them", Filter(words=FREQUENT), {"q": FREQUENT}),
    ("a word of none", Filter(words=ABSENT), {"q": ABSENT}),
    ("two words", Filter(words=f"{FREQUENT} participants"), {"q": f"{FREQUENT} participants"}),
    ("a Russian word", Filter(words="программы"), {"q": "программы"}),
    ("a word without its accents", Filter(words="mise en oeuvre"), {"q": "mise en oeuvre"}),
    ("in a period", Filter(starts="2014-02-01", ends="2015-01-31"), {"period": "Y1"}),
    ("without evidence", Filter(evidenced=False), {"evidence": "without"}),
    ("not in the report", Filter(in_report=False), {"report": "0"}),
    ("not planned", Filter(planned=False), {"kind": "unplanned"}),
    ("a word in one output", Filter(words=FREQUENT, output_id=_OUTPUT), {"q": FREQUENT, "output": _OUTPUT}),
)  # fmt: skip

#: what is searched for across everything
SEARCHES = (
    ("a word of three activities", RARE), ("a word of a third of them", FREQUENT), ("a word of none", ABSENT),
    ("an Arabic word without its article", "هجرة"),
)  # fmt: skip


def measure(asked: Asked) -> Iterator[Figure]:
    """For each of PAGES the query alone, then the whole page. At the end the last page of the log, for the record."""
    few = _stocked(asked, "few", min(FEW, asked.size))
    many = _stocked(asked, "many", asked.size)
    note = f"{asked.size:,} against {min(FEW, asked.size):,}"
    for name, wanted, _address in PAGES:
        yield compare(
            f"query: {name}", _query(many, wanted), _query(few, wanted), rounds=asked.rounds, bar=BAR, note=note
        )
    yield compare("query: last changed by one person", _query(many, Filter(), _PERSON), _query(few, Filter(), _PERSON),
                  rounds=asked.rounds, bar=BAR, note=note)  # fmt: skip
    last = Filter(page=asked.size // 50)
    yield compare("query: the last page", _query(many, last), _query(few, Filter(page=min(FEW, asked.size) // 50)),
                  rounds=asked.rounds, note=note)  # fmt: skip
    large, small = browser_on(many), browser_on(few)
    of_a_person = ("last changed by one person", Filter(), {"person": _PERSON})
    for name, _wanted, address in (*PAGES, of_a_person):
        path = f"/activities?{urlencode(address)}"
        yield compare(f"page: {name}", _page(large, path), _page(small, path), rounds=asked.rounds, bar=BAR, note=note)
    for name, words in SEARCHES:
        path = f"/search?{urlencode({'q': words})}"
        pages = _page(large, path), _page(small, path)
        yield compare(f"search: {name}", *pages, rounds=asked.rounds, bar=BAR, note=note)
    few.close()
    many.close()


def _stocked(asked: Asked, name: str, size: int) -> Folder:
    folder = stock.headquarters(asked.folder / name)
    stock.fill(folder, size)
    folder.close()
    return open_folder(folder.data, stock.CLOCK)


def _query(folder: Folder, wanted: Filter, person: str = "") -> Callable[[], float]:
    def ask() -> None:
        for _time in range(_TIMES):
            with read_session(folder.engine) as session:
                written = last_written_by(session, person, Activity) if person else None
                activities(session, replace(wanted, written=written))

    return timed(ask)


def _page(browser: Browser, path: str) -> Callable[[], float]:
    return timed(lambda: browser.read(path))


def main(arguments: list[str] | None = None) -> int:
    """The program."""
    return run(measure, size=SIZE, description=__doc__ or "", arguments=arguments)


if __name__ == "__main__":
    end(main())
