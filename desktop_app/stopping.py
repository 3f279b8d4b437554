"""Being told to stop: SIGTERM, Ctrl-C and a closed terminal end Valise as closing its window does."""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_NAMES = ("SIGTERM", "SIGINT", "SIGHUP", "SIGBREAK")


@contextmanager
def stopping_with(stop: Callable[[], None]) -> Iterator[None]:
    """Within the block, the signals that ask a program to end call `stop`, once, in a thread of its own.

    A window's event loop runs outside Python, where Python's handlers wait for it to come back. So the wake-up socket,
    which the C part writes to at once, is read by a thread; the handlers write to it as well, because PyGObject puts
    its own wake-up socket in place while its loop runs. Call from the main thread only.
    """
    ours, read = socket.socketpair()
    ours.setblocking(False)
    numbers = [int(getattr(signal, name)) for name in _NAMES if hasattr(signal, name)]

    def write(number: int, _frame: FrameType | None) -> None:
        try:
            ours.send(bytes([number]))
        except OSError:  # full or closed: it has been told
            return

    def listen() -> None:
        while told := read.recv(1):
            if told[0] in numbers:
                stop()
                return

    before = {number: signal.signal(number, write) for number in numbers}
    waker = signal.set_wakeup_fd(ours.fileno(), warn_on_full_buffer=False)
    threading.Thread(target=listen, name="signals", daemon=True).start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(waker)
        for number, handler in before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)
        ours.close()
