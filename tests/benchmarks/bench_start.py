"""Start to a usable page, with 100,000 activities stored, against an empty pywebview and Flask window.

    xvfb-run -s "-screen 0 1366x768x24" python -m tests.benchmarks.bench_start [--size 100000] [--rounds 9] [--check]

Both are started as processes of their own, in turn; the time is from the start of the process until WebKit has
loaded the first page that is not the single-use link. Needs a display, and WebKitGTK for Python.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.benchmarks.rounds import Asked, Figure, compare, end, run

SIZE = 100_000
BAR = 1.25
_PATIENCE = 60


def report_when_loaded(window: Any) -> None:
    """Print the time at which a page is there.

    WebKit is asked itself: pywebview's `loaded` waits for a script that a page which goes on at once never answers.
    """

    def watch() -> None:
        from webview.platforms.gtk import BrowserView, webkit

        def changed(view: Any, event: Any) -> None:
            if event == webkit.LoadEvent.FINISHED and "/open/" not in view.get_uri():
                print(json.dumps({"at": time.monotonic()}), flush=True)

        BrowserView.instances[window.uid].webview.connect("load-changed", changed)

    window.events.before_show += watch


def empty_window(storage: Path) -> None:
    """The smallest program of this kind, as pywebview's manual has it."""
    import webview
    from flask import Flask

    app = Flask("empty")
    app.add_url_rule("/", view_func=lambda: "<!doctype html><title>Empty</title><h1>Empty</h1>")
    report_when_loaded(webview.create_window("Empty", app))
    webview.start(private_mode=False, storage_path=str(storage))


def valise_window(data: Path) -> None:
    """The real program, from its entry, with the report hung onto its window."""
    from desktop_app import window as own_window

    prepare = own_window.prepare_environment

    def prepare_and_hang(toolkit: Any) -> None:
        prepare(toolkit)
        import webview

        create = webview.create_window

        def create_and_report(*arguments: Any, **options: Any) -> Any:
            window = create(*arguments, **options)
            report_when_loaded(window)
            return window

        webview.create_window = create_and_report

    own_window.prepare_environment = prepare_and_hang
    os.environ["VALISE_DATA"] = str(data)
    sys.argv = ["valise"]
    from server.__main__ import main

    main()


WINDOWS = {"empty": empty_window, "valise": valise_window}


def started(kind: str, folder: Path) -> Callable[[], float]:
    """Starts a process, answering the seconds until its page was there."""
    own = "import sys; from pathlib import Path; from tests.benchmarks.bench_start import WINDOWS;"
    command = [sys.executable, "-c", f"{own} WINDOWS[sys.argv[1]](Path(sys.argv[2]))", kind, str(folder)]

    def start() -> float:
        begun = time.monotonic()
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        watchdog = threading.Timer(_PATIENCE, process.kill)
        watchdog.start()
        assert process.stdout is not None
        try:
            for line in process.stdout:
                if line.startswith('{"at"'):
                    return float(json.loads(line)["at"]) - begun
            raise SystemExit(f"{kind} showed no page")
        finally:
            process.terminate()
            process.wait()
            watchdog.cancel()

    return start


def measure(asked: Asked) -> Iterator[Figure]:
    """The figure."""
    from tests.benchmarks import stock

    with stock.headquarters(asked.folder / "hq") as folder:
        stock.fill(folder, asked.size)
    ours, bare = started("valise", asked.folder / "hq"), started("empty", asked.folder / "empty")
    note = f"{asked.size:,} activities"
    yield compare("start to a usable page", ours, bare, rounds=asked.rounds, bar=BAR, note=note)


def main(arguments: list[str] | None = None) -> int:
    """The program."""
    return run(measure, size=SIZE, description=__doc__ or "", arguments=arguments)


if __name__ == "__main__":
    end(main())
