"""The disk is full, or does not answer, at any step: nothing is lost or half done, and one sentence says what to do.

The calls at which it begins are spread over all that change a file. VALISE_FULL says how many in all: 2000 is nearly
every one.
"""

from __future__ import annotations

import errno
import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Require, RequireTool
from tests.faults import shim
from tests.faults.attempts import Attempts, chosen, telling
from tests.faults.deeds import NAMES, deeds
from tests.faults.shim import Fault
from tests.services.mortal import Workshop, workshop
from tests.services.world import Example, rows

pytestmark = pytest.mark.slow
#: failures in all, over all deeds
FAILURES = int(os.environ.get("VALISE_FULL", "112"))
#: what a sentence on it must lead to
_LEADS_TO = ("free some", "free disk space")


@pytest.fixture(scope="module")
def works(require: Require, require_tool: RequireTool, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    """Where processes are made whose disk can be full."""
    require(shim.supported(), "a Linux system")
    with workshop(shim.build(require_tool("gcc"), tmp_path_factory.mktemp("shim"))) as opened:
        yield opened


def assert_said_well(code: int, said: str) -> None:
    """Refused with a sentence a person can act on, or done in spite of it."""
    assert "Traceback" not in said
    sentences = [line for line in said.splitlines() if not line.startswith("calls ")]
    if code:
        assert code == 1
        assert any(words in sentence for sentence in sentences for words in _LEADS_TO), sentences


@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith("saving")])
def test_wherever_the_disk_is_full(name: str, example: Example, works: Workshop, tmp_path: Path) -> None:
    every = deeds(example)
    deed = every[name]
    attempts = Attempts(deed, works, tmp_path / "room")
    known = attempts.known()
    chance = random.Random(name)
    refused = 0
    for turn, call in enumerate(chosen(known.calls, max(4, FAILURES // len(NAMES)), chance)):
        what, error = [("full", errno.ENOSPC), ("full", errno.ENOSPC), ("broken", errno.EIO)][turn % 3]
        with telling(f"{what} at call {call} of {len(known.calls)}, {known.calls[call - 1]}"):
            code, said = attempts.failed_at(call, what, error, known)
            assert_said_well(code, said)
            refused += code == 1
    assert refused, "the disk never mattered"


def test_a_page_says_so_and_saves_again_when_there_is_space(example: Example, works: Workshop, tmp_path: Path) -> None:
    """The same program goes on: its next save is taken, and nothing of the one that failed is left."""
    deed = deeds(example)["saving by form"]
    attempts = Attempts(deed, works, tmp_path / "room")
    known = attempts.known()
    refused = 0
    for turn, call in enumerate(chosen(known.calls, max(6, FAILURES // 8), random.Random(7))):
        place = attempts.laid()
        what, error = [("full", errno.ENOSPC), ("full", errno.ENOSPC), ("broken", errno.EIO)][turn % 3]
        fault = Fault(what, deed.rooms(place), call, error).as_dict()
        works.start("post", place.data.root, place.notes, 3, fault=fault, told=attempts.told)
        code, said = works.ended(), attempts.told.read_text("utf-8")
        with telling(f"{what} at call {call} of {len(known.calls)}: {said}"):
            if code:  # it did not even start
                assert "Traceback" in said
                assert call < len(known.calls) // 2
                continue
            deed.judge(place, 0, known)
            saved = len(place.confirmed())
            assert saved >= 2
            refused += saved < 3
            assert saved == 3 or any(words in said for words in _LEADS_TO)
            assert rows(place.data, "SELECT count(*) FROM sync_capture") == [(0,)]
    assert refused, "the disk never mattered"
