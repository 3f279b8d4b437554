"""What went wrong, on disk: the rotating log, and the traces of crashes that no program survives."""

from __future__ import annotations

import faulthandler
import logging
import logging.handlers
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType

_MOST_BYTES = 1 << 20
_KEPT = 5
#: what these say below the level tells nobody anything
_QUIETER = {"waitress.queue": logging.ERROR, "alembic": logging.WARNING, "fontTools": logging.WARNING}

log = logging.getLogger("valise.desktop")
log.addHandler(logging.NullHandler())  # before the log is open, nothing is to show up on stderr by itself


@contextmanager
def logging_to(path: Path) -> Iterator[None]:
    """Within the block, log to `path` (1 MB, five older ones kept) and let no exception pass unrecorded.

    A crash of the web view's toolkit itself (segmentation fault, abort) writes its stack to `crash.log` beside it.
    """
    with ExitStack() as stack:
        give_output_a_place(stack)
        path.touch(mode=0o600)
        path.with_name("crash.log").touch(mode=0o600)
        handler = logging.handlers.RotatingFileHandler(
            path, maxBytes=_MOST_BYTES, backupCount=_KEPT, encoding="utf-8", delay=True
        )
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
        root = logging.getLogger()
        before = root.level
        root.addHandler(handler)
        root.setLevel(logging.INFO)
        for name, level in _QUIETER.items():
            logging.getLogger(name).setLevel(level)
        stack.callback(handler.close)
        stack.callback(root.removeHandler, handler)
        stack.callback(root.setLevel, before)
        crashes = stack.enter_context(path.with_name("crash.log").open("a", encoding="utf-8"))
        faulthandler.enable(crashes)
        stack.callback(faulthandler.disable)
        record_exceptions(stack)
        yield


def give_output_a_place(stack: ExitStack) -> None:
    """A windowed program on Windows has no stdout and stderr; libraries that print would fail."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            nowhere = stack.enter_context(Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 (the stack closes it)
            setattr(sys, name, nowhere)
            stack.callback(setattr, sys, name, None)


def record_exceptions(stack: ExitStack) -> None:
    """Log what nobody caught, in the main thread and in others, before it is shown as ever."""
    shown, shown_in_thread = sys.excepthook, threading.excepthook

    def in_main(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        log.critical("not caught", exc_info=(kind, error, trace))
        shown(kind, error, trace)

    def in_thread(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            name = args.thread.name if args.thread else "a thread"
            log.critical("not caught in %s", name, exc_info=(args.exc_type, args.exc_value, args.exc_traceback))
        shown_in_thread(args)

    sys.excepthook, threading.excepthook = in_main, in_thread
    stack.callback(setattr, sys, "excepthook", shown)
    stack.callback(setattr, threading, "excepthook", shown_in_thread)
