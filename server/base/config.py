"""Settings of one run, built once and handed down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from server.base.clock import Clock, system_clock
from server.base.links import SingleUseLinks
from server.base.paths import DataDir


@dataclass(frozen=True)
class Config:
    """What a run of Valise needs to know."""

    data: DataDir
    #: signs the session cookie and the forms' tokens; new at each start
    secret: str
    #: name of the cookie that the window's single-use link sets; None lets tests in without one
    token_cookie: str | None = None
    #: the value that cookie must have
    token: str | None = None
    #: host:port the browser must name in Host and Origin; None lets tests in
    origin: str | None = None
    clock: Clock = system_clock
    #: True inside the pywebview window, where files are saved through the system's dialog
    in_window: bool = False
    #: secrets for /open/<secret>, each of which sets the cookie once; None where nobody needs one (tests)
    links: SingleUseLinks | None = None
    #: how the last run went: ended as it should, or was cut off (power, kill); the data was checked since
    last_run: Literal["ended", "cut"] = "ended"
    #: the room of the example that this is, by its name in `server.base.example`; None for a folder of one's own
    example: str | None = None
