"""The battery is worth something: every mistake put into the product on purpose is noticed by it.

Each mutant is a bug that replications have had, with the short history (told.py) that tells on it. To see that the
random machine finds them too, without being told where to look:
`VALISE_MUTANTS=machine VALISE_HISTORIES=200 python -m pytest tests/sync/test_mutants.py`.
"""

from __future__ import annotations

import os
import random
from contextlib import closing

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from server.base.errors import Refused
from tests.sync import mutants, told
from tests.sync.laws import obey_the_laws
from tests.sync.test_machine import EXAMPLES, Machine
from tests.sync.world import World


def play(history: told.History) -> None:
    """One history to its end: everything is exchanged, the laws hold."""
    with closing(World()) as world:
        history(world)
        chance = random.Random(history.__name__)
        world.settle(chance)
        obey_the_laws(world, chance)


@pytest.mark.parametrize("history", told.TOLD, ids=lambda history: history.__name__)
def test_short_histories_obey_the_laws(history: told.History) -> None:
    play(history)


@pytest.mark.parametrize("mutant", mutants.MUTANTS, ids=lambda mutant: mutant.__name__)
def test_a_mistake_is_noticed(mutant: mutants.Mutant, monkeypatch: pytest.MonkeyPatch) -> None:
    history = getattr(told, mutants.TOLD_BY[mutant.__name__])
    mutant(monkeypatch)
    with pytest.raises(AssertionError):
        play(history)


@pytest.mark.skipif(os.environ.get("VALISE_MUTANTS") != "machine", reason="a release does this, not every run")
@pytest.mark.parametrize("mutant", mutants.MUTANTS, ids=lambda mutant: mutant.__name__)
def test_the_machine_finds_it_by_itself(mutant: mutants.Mutant, monkeypatch: pytest.MonkeyPatch) -> None:
    mutant(monkeypatch)
    quick = settings(
        max_examples=EXAMPLES, stateful_step_count=40, deadline=None, phases=(Phase.generate,), database=None,
        derandomize=True, suppress_health_check=list(HealthCheck), report_multiple_bugs=False,
    )  # fmt: skip
    with pytest.raises((AssertionError, LookupError, Refused, sa.exc.SQLAlchemyError)):
        run_state_machine_as_test(Machine, settings=quick)
