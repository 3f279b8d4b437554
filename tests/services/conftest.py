"""Folders of the example programme for tests of services."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services.world import Desk, Example, Laptops, copy_folder, example_once, introduce


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


@pytest.fixture(scope="session")
def introduced(example: Example, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders "mine", "theirs" and "hq" of two laptops that know each other, made once."""
    desk = Desk(example, tmp_path_factory.mktemp("laptops"))
    introduce(desk)
    desk.close()
    return desk.room


@pytest.fixture
def laptops(introduced: Path, desk: Desk) -> Laptops:
    """Two laptops of one office that know each other, and headquarters."""
    found = [desk.open(copy_folder(introduced / name, desk.room / name)) for name in ("mine", "theirs", "hq")]
    return Laptops(desk, *found)
