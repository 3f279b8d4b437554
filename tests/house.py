"""Where things of the house lie, for tests that look at the house itself."""

from __future__ import annotations

import importlib
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parent.parent
#: grown by others, kept as they came
_FOREIGN = ("static/vendor/", "static/fonts/")


@cache
def files() -> tuple[Path, ...]:
    """Every file that belongs to the house: what git tracks or would; without git, all but caches and hidden ones."""
    try:
        told = subprocess.run(["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                              capture_output=True, check=True)
        found = [ROOT / name for name in told.stdout.decode().split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        found = [path for path in ROOT.rglob("*") if not any(
            part.startswith(".") or part in ("__pycache__", "build", "dist") for part in path.relative_to(ROOT).parts)]
    return tuple(sorted(path for path in found if path.is_file()))


def name_of(path: Path) -> str:
    """A file's name from the house's door."""
    return path.relative_to(ROOT).as_posix()


def own(*endings: str) -> list[Path]:
    """Our own files with one of those endings."""
    return [path for path in files() if path.suffix in endings and not name_of(path).startswith(_FOREIGN)]


def texts() -> Iterator[tuple[Path, str]]:
    """Our own files that are text, with it."""
    for path in files():
        if not name_of(path).startswith(_FOREIGN):
            content = path.read_bytes()
            if b"\0" not in content[:8000]:
                yield path, content.decode("utf-8", errors="replace")


@cache
def table_files() -> tuple[Path, ...]:
    """Modules of the server that declare tables."""
    return tuple(path for path in sorted((ROOT / "server").rglob("*.py"))
                 if "__tablename__ = " in path.read_text(encoding="utf-8"))


def table_modules() -> list[ModuleType]:
    """The same, imported: after that every table is known."""
    return [importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts)) for path in table_files()]
