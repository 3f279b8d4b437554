"""`python -m server` and the installed `valise` command: the window is the desktop's, the rest the CLI's."""

from __future__ import annotations

import importlib
import sys
from typing import Any

from server.base.paths import default_data_dir


def open_window(*arguments: Any, **options: Any) -> int:
    """The desktop's `open_window`. It lies above the CLI in the map, so it is looked up by name and handed down."""
    code: int = importlib.import_module("desktop_app.launcher").open_window(*arguments, **options)
    return code


def main() -> None:
    """Run `valise`. A double click does not wait for the commands: they bring in everything that they might need."""
    if len(sys.argv) == 1:
        sys.exit(open_window(default_data_dir()))
    importlib.import_module("server.cli").run(open_window=open_window)


if __name__ == "__main__":
    main()
