"""One running Valise per data folder."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from desktop_app.instance import Answer, Call, Instance, call_running, take_or_call
from desktop_app.local_server import LocalServer, own_socket
from server.base.paths import DataDir


@pytest.fixture
def data(tmp_path: Path) -> DataDir:
    return DataDir(tmp_path / "data").create()


def test_a_folder_is_had_by_one_at_a_time(data: DataDir) -> None:
    first, second = Instance(data), Instance(data)
    assert first.take()
    assert not second.take()
    first.release()
    assert second.take()
    second.release()


def test_a_process_that_is_killed_gives_the_folder_free_and_leaves_its_note(data: DataDir) -> None:
    words = (
        "import sys, os, signal; from pathlib import Path; from desktop_app.instance import Instance;"
        "from server.base.paths import DataDir; i = Instance(DataDir(Path(sys.argv[1]))); assert i.take(); i.note();"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    root = Path(__file__).resolve().parents[2]
    subprocess.run([sys.executable, "-c", words, str(data.root)], cwd=root, check=False)
    instance = Instance(data)
    assert instance.take()
    assert instance.was_cut_off()
    instance.release()


def test_a_run_that_ends_as_it_should_leaves_no_note(data: DataDir) -> None:
    instance = Instance(data)
    instance.take()
    assert not instance.was_cut_off()
    instance.note("127.0.0.1:1", "key")
    if os.name == "posix":
        assert stat.S_IMODE(data.running.stat().st_mode) == 0o600
    instance.release()
    assert Instance(data).was_cut_off() is False


def test_releasing_what_another_has_leaves_it_alone(data: DataDir) -> None:
    first, second = Instance(data), Instance(data)
    first.take()
    first.note("127.0.0.1:1", "key")
    second.take()
    second.release()
    assert data.running.exists()
    first.release()


def test_a_call_survives_its_way(tmp_path: Path) -> None:
    call = Call((tmp_path / "rapport annuel – été.pdf", tmp_path / "отчёт.pdf"))
    assert Call.from_bytes(call.as_bytes()) == call


@pytest.mark.parametrize("raw", [b"", b"[]", b'{"files": "a"}', b'{"files": [1]}', b"\xff"])
def test_what_is_no_call_is_refused(raw: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        Call.from_bytes(raw)


@pytest.mark.parametrize(
    "note", [b"", b"{", b'{"address": null, "key": null}', b'{"address": "127.0.0.1:9", "key": "k"}']
)
def test_nobody_answers_at_the_address_of_a_dead_process(data: DataDir, note: bytes) -> None:
    data.running.write_bytes(note)
    assert call_running(data, Call()) is None


def test_the_running_one_is_called_with_the_files(data: DataDir, tmp_path: Path) -> None:
    heard: list[Call] = []

    def hear(call: Call) -> Answer:
        heard.append(call)
        return Answer("http://127.0.0.1/open/x")

    first = Instance(data)
    first.take()
    server = LocalServer(own_socket(), hear)
    first.note(server.address, server.key)
    call = Call((tmp_path / "dispatch.pdf",))
    assert take_or_call(Instance(data), data, call) == Answer("http://127.0.0.1/open/x")
    assert heard == [call]
    server.stop()
    first.release()


def test_the_folder_is_taken_when_the_other_ends_meanwhile(data: DataDir) -> None:
    first, second = Instance(data), Instance(data)
    first.take()
    answer = take_or_call(second, data, Call(), sleep=lambda _seconds: first.release())
    assert answer is None
    assert not first.take()
    second.release()


def test_one_that_never_answers_is_given_up(data: DataDir) -> None:
    first = Instance(data)
    first.take()
    times = iter([0.0, 10.0, 31.0])
    with pytest.raises(TimeoutError):
        take_or_call(Instance(data), data, Call(), now=lambda: next(times), sleep=lambda _seconds: None)
    first.release()
