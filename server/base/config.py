"""Settings of one run, built once and handed down."""

from __future__ import annotations

from dataclasses import dataclass

from server.base.clock import Clock, system_clock
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
