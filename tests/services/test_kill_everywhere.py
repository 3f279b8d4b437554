"""kill -9 at every kind of moment of everything people do: nothing confirmed is lost, nothing is half, it goes on.

Half of the kills fall before or in the middle of a call that changes a file, spread over all of them; the other half at
instants spread over the time the work takes. VALISE_KILLS says how many in all: 1000 before a release.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Require, RequireTool
from tests.faults import shim
from tests.faults.attempts import Attempts, chosen, telling
from tests.faults.deeds import NAMES, deeds
from tests.services.mortal import Workshop, workshop
from tests.services.world import Example

pytestmark = pytest.mark.slow
#: kills in all, over all deeds
KILLS = int(os.environ.get("VALISE_KILLS", "112"))


@pytest.fixture(scope="module")
def works(require: Require, require_tool: RequireTool, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    """Where processes are made whose every call can be their last."""
    require(shim.supported(), "a Linux system")
    with workshop(shim.build(require_tool("gcc"), tmp_path_factory.mktemp("shim"))) as opened:
        yield opened


@pytest.mark.parametrize("name", NAMES)
def test_whatever_moment_it_is_killed_at(name: str, example: Example, works: Workshop, tmp_path: Path) -> None:
    every = deeds(example)
    deed = every[name]
    kills = max(2, round(KILLS * deed.share / sum(one.share for one in every.values())))
    attempts = Attempts(deed, works, tmp_path / "room")
    known = attempts.known()
    chance = random.Random(name)
    calls = chosen(known.calls, kills // 2, chance)
    assert calls
    for turn, call in enumerate(calls):
        letter = known.calls[call - 1]
        with telling(f"killed at call {call} of {len(known.calls)}, {letter}"):
            attempts.killed_at(call, "torn" if letter == "W" and turn % 2 else "kill", known)
    instants = kills - len(calls)
    for turn in range(instants):
        seconds = known.seconds * (turn + chance.random()) / instants
        with telling(f"killed after {seconds:.4f} s of {known.seconds:.4f}"):
            attempts.killed_after(seconds, known)
