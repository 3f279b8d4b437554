"""`python -m server` and the installed `valise` command: the window is the desktop's, the rest the CLI's."""

from __future__ import annotations

import importlib


def main() -> None:
    """Run `valise`. The window lies above the CLI in the map, so it is looked up by name and handed down."""
    desktop = importlib.import_module("desktop_app.launcher")
    cli = importlib.import_module("server.cli")
    cli.run(open_window=desktop.open_window)


if __name__ == "__main__":
    main()
