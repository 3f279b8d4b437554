"""The index of words finds what looking through every text finds, whether it caught up or lags behind."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from server.db.session import read_session
from server.domain.activities import models, search
from server.domain.activities.queries import PAGE, Filter, activities
from tests.conftest import CreateDatabase

_WORDS = (
    "launch", "Launches", "LAUNCH", "workshop", "board", "migration", "Миграция", "миграции", "হিজরত", "অভিবাসন",
    "الهجرة", "هجرة", "été", "Chișinău", "100%", "a_b", 'said "yes"', "C++", "AND", "NEAR(", "it's", "-", "UN", "*",
)  # fmt: skip


@pytest.fixture
def engine(create_database: CreateDatabase) -> sa.Engine:
    made = create_database()
    with made.begin() as connection:
        assert search.install(connection)
    return made


def put(engine: sa.Engine, id: str, **values: object) -> None:
    """Write an activity as any program would."""
    table = models.Activity
    with engine.begin() as connection:
        if connection.execute(sa.select(table.id).where(table.id == id)).first():
            connection.execute(sa.update(table).where(table.id == id).values(**values))
        else:
            connection.execute(sa.insert(table).values(id=id, **{"date_from": "2014-05-14", **values}))


def found(engine: sa.Engine, words: str, **narrower: object) -> list[str]:
    """Ids on the page."""
    with read_session(engine) as session:
        return [one.id for one in activities(session, Filter(words=words, **narrower)).items]  # type: ignore[arg-type]


@pytest.fixture(params=["caught up", "lagging"])
def settle(request: pytest.FixtureRequest) -> Callable[[sa.Engine], int]:
    """Brings the index up to date, or leaves it behind."""
    return search.catch_up if request.param == "caught up" else lambda _engine: 0


def test_an_activity_is_found_by_any_part_of_its_words(engine: sa.Engine, settle: Callable[[sa.Engine], int]) -> None:
    put(engine, "a", title="Capacity building", narrative_local="إدماج الهجرة في التخطيط")
    put(engine, "b", title="Something else")
    settle(engine)
    assert found(engine, "capacity") == found(engine, "PACI") == found(engine, "هجرة") == ["a"]
    assert found(engine, "build capacity") == ["a"]
    assert found(engine, "capacity else") == found(engine, "capa\0city") == []


def test_a_changed_text_is_found_as_it_is_now(engine: sa.Engine, settle: Callable[[sa.Engine], int]) -> None:
    put(engine, "a", title="Workshop")
    search.catch_up(engine)
    put(engine, "a", title="Seminar", date_from="2015-01-01")
    settle(engine)
    assert found(engine, "workshop") == []
    assert found(engine, "seminar") == ["a"]


def test_what_was_deleted_is_not_found_until_it_is_back(engine: sa.Engine, settle: Callable[[sa.Engine], int]) -> None:
    put(engine, "a", title="Workshop")
    search.catch_up(engine)
    put(engine, "a", deleted=1)
    settle(engine)
    assert found(engine, "workshop") == []
    put(engine, "a", deleted=0)
    assert found(engine, "workshop") == ["a"]
    with engine.begin() as connection:
        connection.execute(sa.delete(models.Activity))
    settle(engine)
    assert found(engine, "workshop") == []


def test_a_row_replaced_by_another_program_is_told_once(engine: sa.Engine, settle: Callable[[sa.Engine], int]) -> None:
    put(engine, "a", title="Workshop")
    search.catch_up(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("INSERT OR REPLACE INTO activity(id, title) VALUES ('a', 'Workshop again')")
    settle(engine)
    assert found(engine, "workshop") == ["a"]


def test_a_search_inside_a_transaction_sees_what_it_wrote(engine: sa.Engine) -> None:
    with read_session(engine) as session:
        session.add(models.Activity(id="a", title="Workshop", deleted=0))
        session.flush()
        assert [one.id for one in activities(session, Filter(words="workshop")).items] == ["a"]


def test_the_index_finds_what_looking_through_every_text_finds(
    engine: sa.Engine, create_database: CreateDatabase
) -> None:
    """In every order and filter and on every page, half of it caught up, for words of all scripts and odd signs."""
    chance = random.Random(3)
    plain = create_database("plain.db")
    for number in range(160):
        text = " ".join(chance.choices(_WORDS, k=4))
        day = f"201{number % 5}-{1 + number % 12:02d}-{1 + number % 27:02d}"
        values = {"title": text[:9], chance.choice(search.SEARCHED): text, "deleted": int(chance.random() < 0.1),
                  "date_from": day, "office": str(number % 2)}  # fmt: skip
        for one in (engine, plain):
            put(one, f"{number:03d}", **values)
        if number == 80:
            search.catch_up(engine, 50)
    for word in [*_WORDS, "aun", "launch board", "AND NEAR(", "nothing"]:
        for wanted in (Filter(word), Filter(word, sort="oldest"), Filter(word, sort="title"), Filter(word, office="1"),
                       Filter(word, page=2), Filter(word, starts="2013-01-01", ends="2014-12-31")):
            pages = []
            for one in (engine, plain):
                with read_session(one) as session:
                    page = activities(session, wanted)
                    pages.append(({item.id for item in page.items}, [item.date_from for item in page.items], page.more))
            assert pages[0][1:] == pages[1][1:], wanted
            assert wanted.page > 1 or pages[0][2] or pages[0][0] == pages[1][0], wanted


def test_pages_of_a_search_neither_repeat_nor_miss(engine: sa.Engine) -> None:
    for number in range(PAGE * 2 + 7):
        put(engine, f"{number:03d}", title="Workshop", date_from="2014-05-14")
        if number == PAGE:
            search.catch_up(engine)
    told = [id for page in (1, 2, 3) for id in found(engine, "workshop", page=page)]
    assert len(told) == len(set(told)) == PAGE * 2 + 7


def test_a_search_looks_up_activities_instead_of_walking_through_them(engine: sa.Engine) -> None:
    for number in range(30):
        put(engine, str(number), title="Workshop")
    search.catch_up(engine, 20)
    asked: list[tuple[str, Any]] = []
    sa.event.listen(engine, "before_cursor_execute", lambda *told: asked.append((told[2], told[3])))
    for wanted in (Filter("workshop"), Filter("workshop", sort="oldest"), Filter("workshop", office="1")):
        with read_session(engine) as session:
            activities(session, wanted)
    with engine.connect() as connection:
        plans = [[row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
                 for statement, parameters in list(asked) if "FROM activity_search" in statement
                 or "FROM search_note" in statement]  # fmt: skip
    assert len(plans) == 6
    for plan in plans:
        assert plan[0].startswith(("SCAN activity_search VIRTUAL TABLE", "SCAN search_note"))
        assert any("SEARCH activity USING INDEX sqlite_autoindex_activity" in step for step in plan)


def test_catching_up_takes_no_more_than_asked_and_then_the_rest(engine: sa.Engine) -> None:
    for number in range(7):
        put(engine, str(number), title="Workshop")
    assert (search.catch_up(engine, 3), search.catch_up(engine), search.catch_up(engine)) == (3, 4, 0)


def test_an_index_of_another_version_is_made_anew(engine: sa.Engine) -> None:
    put(engine, "a", title="Workshop")
    search.catch_up(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER search_update")
        connection.exec_driver_sql("UPDATE activity SET title='Seminar'")
        assert search.install(connection)
    assert (found(engine, "workshop"), found(engine, "seminar")) == ([], ["a"])
    assert search.catch_up(engine) == 1


def test_an_index_of_mostly_old_texts_is_made_anew(engine: sa.Engine) -> None:
    put(engine, "a", title="Workshop")
    search.catch_up(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE search_entry SET n = 6000")
        search.install(connection)
    assert search.catch_up(engine) == 1


def test_another_program_can_write_without_the_index_of_words(engine: sa.Engine) -> None:
    """The triggers touch nothing that needs FTS5."""
    with engine.connect() as connection:
        triggers = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE type='trigger'").scalars().all()
    assert len(triggers) == 3
    assert not any("activity_search" in statement for statement in triggers)


def test_without_an_index_every_text_is_looked_through(create_database: CreateDatabase) -> None:
    plain = create_database()
    put(plain, "a", title="Workshop")
    assert found(plain, "orks") == ["a"]
    assert search.catch_up(plain) == 0
