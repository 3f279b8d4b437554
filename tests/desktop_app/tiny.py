"""A Valise with a tiny app in place of the real one, run as a process of its own by the tests beside it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from desktop_app import launcher
from server.base.config import Config
from server.base.errors import Refused

#: what the single-use link shows: it goes on at once, as the real one does
ONWARD = '<!doctype html><meta http-equiv="refresh" content="0; url=/"><title>opened</title>opened'


class TinyApp:
    """Answers single-use links and /files, and remembers what it was asked to receive."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.extensions: dict[str, Any] = {"valise.take_files": self.take}
        self.taken: list[str] = []
        self.asked: list[str] = []
        if refused := os.environ.get("TINY_REFUSES"):
            raise Refused(refused)
        if failed := os.environ.get("TINY_FAILS"):
            raise RuntimeError(failed)

    def take(self, files: Sequence[Path]) -> str:
        self.taken += [str(path) for path in files]
        return "/taken"

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path.startswith("/open/"):
            assert self.config.links is not None
            answer = ("200 OK", ONWARD) if self.config.links.spend(path[6:]) else ("403 Forbidden", "no")
        elif path == "/save":
            saved = self.extensions["valise.save_file"]("report.pdf", b"%PDF-tiny")
            answer = ("200 OK", str(saved))
        elif path == "/files":
            answer = (
                "200 OK",
                json.dumps({"taken": self.taken, "asked": self.asked, "last_run": self.config.last_run}),
            )
        else:
            answer = ("200 OK", "page")
        self.asked.append(f"{path} {environ.get('HTTP_COOKIE', '')}")
        kind = ("Content-Type", "text/html; charset=utf-8")
        start_response(answer[0], [kind, ("Set-Cookie", "in=yes; Path=/; HttpOnly; SameSite=Strict")])
        return [answer[1].encode()]


if __name__ == "__main__":
    data, *rest = sys.argv[1:]
    browser = "--browser" in rest
    if "--one-process" in rest:  # as on Windows and macOS
        launcher.has_own_process = lambda: False  # type: ignore[attr-defined]
    chosen = [int(word.partition("=")[2]) for word in rest if word.startswith("--port=")]
    given = [Path(word) for word in rest if not word.startswith("--")]
    sys.exit(
        launcher.open_window(Path(data), given, port=chosen[0] if chosen else None, browser=browser, make_app=TinyApp)
    )
