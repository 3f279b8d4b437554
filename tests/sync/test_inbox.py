"""The list of what came and went: every file has its row, and what is asked of the rows is told truly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
import sqlalchemy as sa

from server.base.clock import fixed_clock
from server.sync import inbox, tips
from server.sync.manifest import Manifest
from tests.conftest import CreateDatabase

MORNING, NOON = fixed_clock("2015-02-16T09:00:00+00:00"), fixed_clock("2015-02-16T12:00:00+00:00")
COVER = Manifest("d" * 32, "programme", "report", "kg", "laptop", "a" * 32, number=3, serial=5, to_office="hq")


@pytest.fixture
def connection(create_database: CreateDatabase) -> Iterator[sa.Connection]:
    """A connection to an empty database, in a transaction."""
    with create_database("inbox.db").begin() as connection:
        yield connection


def _came(connection: sa.Connection, sha256: str, state: str, cover: Manifest | None = None) -> None:
    inbox.receive(connection, sha256, f"{sha256}.pdf", MORNING, size=10)
    inbox.settle(connection, sha256, state, manifest=cover, clock=MORNING)


class TestArrivals:
    def test_what_is_known_of_a_file_grows_and_is_not_forgotten(self, connection: sa.Connection):
        inbox.receive(connection, "s", "report.pdf", MORNING, size=81_442)
        inbox.settle(connection, "s", inbox.IMPORTED, manifest=COVER, signer="Kyrgyzstan", changes=7, first=3, last=9,
                     snapshot="000001-import.db", clock=MORNING)  # fmt: skip
        inbox.settle(connection, "s", inbox.UNDONE, clock=NOON)
        found = inbox.arrival(connection, "s")
        assert found is not None
        assert (found.state, found.at, found.changed) == ("undone", MORNING().isoformat(), NOON().isoformat())
        assert (found.signer, found.changes, found.size, found.number) == ("Kyrgyzstan", 7, 81_442, 3)
        assert (found.first, found.last, found.snapshot) == (None, None, None), "it brought nothing that is here"

    def test_a_file_that_comes_again_is_counted_and_keeps_its_first_time(self, connection: sa.Connection):
        _came(connection, "s", inbox.IMPORTED)
        for _time in range(2):
            inbox.came_again(connection, "s", NOON)
        found = inbox.receive(connection, "s", "another name.pdf", NOON)
        assert (found.again, found.again_at) == (2, NOON().isoformat())
        assert (found.file_name, found.at) == ("s.pdf", MORNING().isoformat())

    def test_what_a_parked_one_waits_for_is_kept_until_it_is_settled_otherwise(self, connection: sa.Connection):
        inbox.receive(connection, "s", "late.pdf", MORNING)
        inbox.settle(connection, "s", inbox.PARKED, waits=("ab", "cd"), clock=MORNING)
        assert [one.waits for one in inbox.arrivals(connection, (inbox.PARKED,))] == [("ab", "cd")]
        inbox.settle(connection, "s", inbox.IMPORTED, clock=MORNING)
        assert [one.waits for one in inbox.arrivals(connection)] == [()]

    def test_only_a_file_that_was_never_dealt_with_can_be_taken_back(self, connection: sa.Connection):
        inbox.receive(connection, "new", None, MORNING)
        _came(connection, "done", inbox.IMPORTED)
        for sha256 in ("new", "done"):
            inbox.unread(connection, sha256)
        assert [one.sha256 for one in inbox.arrivals(connection)] == ["done"]

    def test_numbers_that_never_came_are_seen_and_refused_files_do_not_count(self, connection: sa.Connection):
        _came(connection, "first", inbox.IMPORTED, replace(COVER, number=1))
        _came(connection, "second", inbox.REFUSED, replace(COVER, number=2))
        _came(connection, "third", inbox.DROPPED, replace(COVER, number=3))
        _came(connection, "fifth", inbox.PARKED, replace(COVER, number=5))
        assert inbox.missing_numbers(connection) == {"a" * 32: (2, 3, 4)}
        _came(connection, "again", inbox.UNDONE, replace(COVER, number=3))
        assert inbox.missing_numbers(connection) == {"a" * 32: (2, 4)}, "what was undone is here"


class TestDepartures:
    """How far a dispatch is follows from what a person did and what the other side said, and can be taken back."""

    @pytest.fixture
    def sent(self, connection: sa.Connection) -> sa.Connection:
        """A dispatch that brings headquarters up to the fourth change."""
        cover = replace(COVER, tips={"s": [(4, "04")]}, counts={"changesets": 2})
        inbox.depart(connection, cover, file_name="a.pdf", sha256="s", size=9, clock=MORNING)
        return connection

    def test_one_that_only_lies_here_is_handed_over_once(self, sent: sa.Connection):
        inbox.lies_here(sent, COVER.dispatch)
        assert [one.handed for one in inbox.departures(sent)] == [None]
        for clock in (NOON, fixed_clock("2016-01-01T00:00:00+00:00")):
            inbox.hand_over(sent, "s", clock)
        assert [(one.handed, one.changes) for one in inbox.departures(sent)] == [(NOON().isoformat(), 2)]

    @pytest.mark.parametrize(("says", "sure", "state"), [
        ({"s": [(3, "03")]}, set(), "sent"), ({"s": [(4, "04")]}, set(), "acknowledged"),
        ({"s": [(9, "09")]}, set(), "acknowledged"), ({}, {1}, "acknowledged"), ({}, set(), "sent"),
    ], ids=["less than it", "just it", "more", "told before", "nothing any more"])  # fmt: skip
    def test_an_acknowledgement_stands_only_while_somebody_says_so(
        self, sent: sa.Connection, says: tips.Tips, sure: set[int], state: str
    ):
        assert inbox.note_acknowledgements(sent, "hq", {"s": [(4, "04")]}, NOON) == (COVER.dispatch,)
        peer = tips.Peer("b" * 32, "hq", "d", 1, says, None, "")
        elsewhere = replace(peer, office="md", tips={"s": [(4, "04")]})
        inbox.doubt_acknowledgements(sent, [peer, elsewhere], sure)
        (one,) = inbox.departures(sent)
        assert one.state == state
        assert (one.acknowledged is None) == (state == "sent")
