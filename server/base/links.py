"""Single-use links: how a window or browser that we started gets its cookie, and nobody else does."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable

#: a link that nobody opened stops working after this many seconds
LIFETIME = 120.0
#: a second start asks for a link each time; more than this many unopened ones are never needed
_MOST = 20


class SingleUseLinks:
    """Hands out secrets of which each opens the door once, within `lifetime` seconds. Safe between threads.

    Time comes from `now` in seconds; it is the monotonic clock, so that setting the laptop's clock changes nothing.
    """

    def __init__(self, lifetime: float = LIFETIME, now: Callable[[], float] = time.monotonic) -> None:
        self._lifetime = lifetime
        self._now = now
        self._open: dict[str, float] = {}
        self._lock = threading.Lock()

    def issue(self) -> str:
        """A new secret, fit for an address. The oldest unopened ones are forgotten when there are too many."""
        secret = secrets.token_urlsafe(32)
        with self._lock:
            while len(self._open) >= _MOST:
                del self._open[next(iter(self._open))]
            self._open[secret] = self._now() + self._lifetime
        return secret

    def spend(self, secret: str) -> bool:
        """True the first time `secret` is brought in time; it is worth nothing afterwards.

        The secret has 256 random bits and is gone once tried, so that a look-up tells a guesser nothing.
        """
        with self._lock:
            ends = self._open.pop(secret, None)
        return ends is not None and self._now() <= ends
