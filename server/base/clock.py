"""Wall time, handed in wherever it is needed. It is shown, never used to decide an order."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

#: A clock is a function without arguments that gives an aware UTC time.
Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """The time now, or the fixed instant of SOURCE_DATE_EPOCH (seconds), for reproducible runs."""
    fixed = os.environ.get("SOURCE_DATE_EPOCH")
    return datetime.fromtimestamp(int(fixed), UTC) if fixed else datetime.now(UTC).replace(microsecond=0)


def fixed_clock(text: str) -> Clock:
    """A clock that stands still at the ISO time `text`."""
    at = datetime.fromisoformat(text).astimezone(UTC)
    return lambda: at


def going_on_from(text: str, clock: Clock) -> Clock:
    """A clock that shows the ISO time `text` now, and goes as fast as `clock`."""
    at, begun = datetime.fromisoformat(text).astimezone(UTC), clock()
    return lambda: at + max(clock() - begun, timedelta())
