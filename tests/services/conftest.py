"""Folders of the example programme for tests of services."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services.world import Desk, Example, example_once


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Example:
    """What `valise demo` makes, made once. Nobody changes it: take copies from the desk."""
    return example_once(tmp_path_factory)


@pytest.fixture
def desk(example: Example, tmp_path: Path) -> Iterator[Desk]:
    """Copies of the example's folders, opened, and closed when the test ends."""
    desk = Desk(example, tmp_path)
    yield desk
    desk.close()
