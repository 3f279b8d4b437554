"""Start to a usable page, with 100,000 activities stored, against an empty pywebview and Flask window.

    xvfb-run -s "-screen 0 1366x768x24" python tests/benchmarks/bench_start.py [--rounds 7] [--activities 100000]

Both are started as processes of their own, in turn; the time is from the start of the process to the `loaded` event of
the first page that is not the single-use link. The ratio of the medians is what counts. Needs a display and GTK's or
Qt's web view for Python.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))


def report_when_loaded(window: Any) -> None:
    """Print the time at which a page is there, then end."""

    def loaded() -> None:
        at = time.monotonic()
        if "/open/" not in (window.get_current_url() or "/open/"):
            print(json.dumps({"at": at}), flush=True)
            window.destroy()

    window.events.loaded += loaded


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


def make_folder(root: Path, activities: int) -> Path:
    """The example's headquarters, with its activities copied until there are as many as asked for."""
    import sqlalchemy as sa

    from server.base.clock import system_clock
    from server.base.ids import new_id
    from server.base.paths import DataDir
    from server.db.session import write_session
    from server.domain.activities.models import Activity
    from server.services.demo import make_demo
    from server.services.folder import open_folder

    for _made in make_demo(root):
        pass
    data = DataDir(root / "hq")
    table = Activity.__table__
    with open_folder(data, system_clock) as folder:
        author = folder.author()
        while True:
            with write_session(folder.engine, author) as session:
                stored = [dict(row) for row in session.execute(sa.select(table)).mappings()]
                lacking = activities - len(stored)
                for number, row in enumerate(stored):
                    row.update(id=new_id(), title=f"{row['title']} ({len(stored) + number})")
                if lacking > 0:
                    session.execute(sa.insert(table), stored[: min(lacking, 10_000)])
            if lacking <= 0:
                return data.root


def measure(kind: str, folder: Path) -> float:
    """Seconds from the start of a process to its page."""
    command = [sys.executable, __file__, "--child", kind, str(folder)]
    started = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    for line in done.stdout.splitlines():
        if line.startswith('{"at"'):
            return float(json.loads(line)["at"]) - started
    raise SystemExit(f"{kind} showed no page:\n{done.stdout}\n{done.stderr}")


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--rounds", type=int, default=7)
    asked.add_argument("--activities", type=int, default=100_000)
    asked.add_argument("--keep", type=Path, help="make the folder here, or use the one that is here")
    asked.add_argument("--child", nargs=2)
    given = asked.parse_args()
    if given.child:
        kind, folder = given.child
        return {"empty": empty_window, "valise": valise_window}[kind](Path(folder))
    root = given.keep or Path(tempfile.mkdtemp())
    try:
        folder = root / "hq" if (root / "hq").exists() else make_folder(root, given.activities)
        times: dict[str, list[float]] = {"empty": [], "valise": []}
        for number in range(given.rounds + 1):
            for kind, own in (("empty", root / "empty"), ("valise", folder)):
                taken = measure(kind, own)
                if number:  # the first fills the caches
                    times[kind].append(taken)
    finally:
        if not given.keep:
            shutil.rmtree(root)
    empty, valise = (statistics.median(times[kind]) for kind in ("empty", "valise"))
    print(
        f"empty window {empty:.2f} s, Valise with {given.activities:,} activities {valise:.2f} s: {valise / empty:.2f}"
    )
    return None


if __name__ == "__main__":
    main()
