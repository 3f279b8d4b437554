"""One running Valise per data folder: the lock, the note that says where it answers, and the call to it."""

from __future__ import annotations

import http.client
import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from server.base.paths import DataDir, write_atomically

#: where a second start calls the first
CALL_PATH = "/-/call"
#: the header that carries the key of the note
KEY_HEADER = "X-Valise-Key"


@dataclass(frozen=True)
class Call:
    """What a second start asks of the running Valise."""

    #: absolute paths of the files it was started with
    files: tuple[Path, ...] = ()

    def as_bytes(self) -> bytes:
        """JSON, UTF-8."""
        return json.dumps({"files": [str(path) for path in self.files]}).encode()

    @classmethod
    def from_bytes(cls, raw: bytes) -> Call:
        """The reverse. ValueError when `raw` is not what `as_bytes` makes."""
        match json.loads(raw):
            case {"files": list(files)} if all(isinstance(name, str) for name in files):
                return cls(tuple(Path(name) for name in files))
        raise ValueError("not a call")


@dataclass(frozen=True)
class Answer:
    """What the running Valise did. `link` opens it in a browser; None when its window came to the front instead."""

    link: str | None


class Instance:
    """The claim of this process to a data folder.

    The lock is the operating system's: it ends with the process, however that ends. The note (`running.json`, readable
    by its owner only) is written at the start and removed at the end, so a note that lies there while nobody holds the
    lock says that the last run was cut off.
    """

    def __init__(self, data: DataDir) -> None:
        self._data = data
        self._lock = FileLock(data.lock, timeout=0, thread_local=False)

    def take(self) -> bool:
        """Claim the folder; False when another process has it."""
        try:
            self._lock.acquire()
        except Timeout:
            return False
        return True

    def was_cut_off(self) -> bool:
        """True when the last run left its note behind. Ask after `take` and before `note`."""
        return self._data.running.exists()

    def note(self, address: str | None = None, key: str | None = None) -> None:
        """Say that this process runs, and once it serves, at which host:port and with which key it can be called."""
        fields = {"pid": os.getpid(), "address": address, "key": key}
        write_atomically(self._data.running, json.dumps(fields).encode())

    def release(self) -> None:
        """Remove the note and give the folder free. Harmless when done twice."""
        if self._lock.is_locked:
            self._data.running.unlink(missing_ok=True)
            self._lock.release()


def call_running(data: DataDir, call: Call, patience: float = 3.0) -> Answer | None:
    """Call the Valise that holds `data`; None when it does not answer (it is starting, ending or stuck)."""
    try:
        note = json.loads(data.running.read_bytes())
        address, key = note["address"], note["key"]
        if not isinstance(address, str) or not isinstance(key, str):
            return None
        connection = http.client.HTTPConnection(address, timeout=patience)
        try:
            headers = {"Content-Type": "application/json", KEY_HEADER: key}
            connection.request("POST", CALL_PATH, call.as_bytes(), headers)
            response = connection.getresponse()
            body = response.read()
        finally:
            connection.close()
        if response.status != http.client.OK:
            return None
        link = json.loads(body)["link"]
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError):
        return None
    return Answer(link if isinstance(link, str) else None)


def take_or_call(
    instance: Instance,
    data: DataDir,
    call: Call,
    *,
    patience: float = 30.0,
    now: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Answer | None:
    """Claim the folder (None: it is ours) or call the one that has it (its answer), whichever works first.

    The other may be half started or half ended, hence the trying again. TimeoutError after `patience` seconds.
    """
    ends = now() + patience
    while not instance.take():
        answer = call_running(data, call)
        if answer is not None:
            return answer
        if now() >= ends:
            raise TimeoutError
        sleep(0.2)
    return None


def absolute(files: Sequence[Path]) -> tuple[Path, ...]:
    """The files as another process, with another working folder, finds them."""
    return tuple(path.absolute() for path in files)
