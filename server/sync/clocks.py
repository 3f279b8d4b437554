"""Claimed times: what the clock shows is written down, with a doubt when it cannot be right. It orders nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from server.base.clock import Clock
from server.sync import sql

#: No clock of ours can be right before this version was built (1 January 2014 leaves room for the example's years)
EARLIEST = 1_388_534_400
#: nor twenty years after 2025
LATEST = 1_735_689_600 + 20 * 365 * 86_400
#: nor more than 400 days beyond the latest time that was plausible here.
LEAP = 400 * 86_400


@dataclass(frozen=True)
class Claim:
    """A time in seconds since 1970 UTC, and whether it can be right."""

    seconds: int
    plausible: bool


def believable(at: datetime) -> datetime:
    """The time at which certificates are judged: a clock that is ahead of every possible day makes none expire."""
    return min(at, datetime.fromtimestamp(LATEST, UTC))


def claim(connection: sa.Connection, clock: Clock) -> Claim:
    """The time to write into a changeset now. Remembers the latest plausible one."""
    seconds = int(clock().timestamp())
    trusted = int(sql.rows(connection, "SELECT trusted_time FROM sync_replica WHERE n=1")[0][0] or 0)
    plausible = EARLIEST <= seconds <= LATEST and (not trusted or seconds - trusted <= LEAP)
    if plausible and seconds > trusted:
        sql.run(connection, "UPDATE sync_replica SET trusted_time=? WHERE n=1", (seconds,))
    return Claim(seconds, plausible)
