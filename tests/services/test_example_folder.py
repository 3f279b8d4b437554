"""The example that people look at lies beside their folder, is whole or not there, and mixes with nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from server.base import example
from server.base.errors import Refused
from server.base.paths import DataDir
from server.services.example import is_there, make_example, throw_away
from server.services.folder import open_folder
from server.services.receive import receive
from server.services.send import send
from tests.services.world import NOW, Example, copy_example, copy_folder, everything, example_once, example_to_look_at


@pytest.fixture
def demo(tmp_path_factory: pytest.TempPathFactory) -> Example:
    """What `valise demo` makes."""
    return example_once(tmp_path_factory)


@pytest.fixture
def mine(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> DataDir:
    """A folder of one's own with the example beside it."""
    data = DataDir(tmp_path / "mine")
    copy_example(example_to_look_at(tmp_path_factory), data)
    return data


def test_it_lies_beside_the_folder_with_an_office_and_headquarters(mine: DataDir) -> None:
    assert is_there(mine)
    assert mine.example == mine.root.with_name("mine-example")
    assert not mine.root.exists(), "the folder itself is not touched"
    for room, name in (("office", "Kyrgyzstan country office"), ("hq", "Programme Management Unit")):
        with open_folder(DataDir(mine.example / room), NOW) as folder:
            assert folder.office.name == name
            assert folder.identity.programme == example.PROGRAMME
    assert sorted(one.name for one in mine.example.iterdir()) == ["hq", "office", "this-is-the-example.txt"]


def test_one_that_was_cut_off_is_not_there_and_is_made_again(tmp_path: Path) -> None:
    data = DataDir(tmp_path / "mine")
    for _step, _again in zip(make_example(data), range(3), strict=False):
        assert not is_there(data)
    left = [one.name for one in tmp_path.iterdir()]
    assert left == ["mine-example-unfinished"]
    steps = list(make_example(data))
    assert [one.percent for one in steps] == sorted(one.percent for one in steps)
    assert is_there(data)
    assert [one.name for one in tmp_path.iterdir()] == ["mine-example"]
    throw_away(data)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["mine-example", "mine-example-unfinished"])
def test_a_folder_of_that_name_which_is_somebody_elses_is_left_alone(tmp_path: Path, name: str) -> None:
    data = DataDir(tmp_path / "mine")
    theirs = tmp_path / name / "letter.txt"
    theirs.parent.mkdir()
    theirs.write_text("mine", encoding="utf-8")
    assert not is_there(data)
    with pytest.raises(Refused) as refused:
        list(make_example(data))
    assert refused.value.code == "not_the_example"
    with pytest.raises(Refused):
        throw_away(data)
    assert theirs.read_text(encoding="utf-8") == "mine"


def test_a_removal_that_was_cut_off_is_finished_by_the_next_try(mine: DataDir) -> None:
    half = mine.example.with_name("mine-example-unfinished")
    mine.example.rename(half)
    shutil.rmtree(half / "hq")
    throw_away(mine)
    assert not half.exists()


def test_a_dispatch_of_the_example_is_refused_by_a_real_folder_with_its_own_sentence(
    mine: DataDir, demo: Example, tmp_path: Path
) -> None:
    dispatch = tmp_path / "from-the-example.pdf"
    with open_folder(DataDir(mine.example / "office"), NOW) as office:
        send(office, dispatch, period="Y1")
    with open_folder(DataDir(mine.example / "hq"), NOW) as hq:
        (result,) = receive(hq, [dispatch])
        assert result.state in ("imported", "already"), "in the example it goes its way"
    for name in ("hq", "kg"):
        real = copy_folder(demo.root / name, tmp_path / f"real-{name}")
        before = everything(real)
        with open_folder(real, NOW) as folder:
            (result,) = receive(folder, [dispatch])
        assert (result.state, result.code) == ("refused", "of_the_example")
        assert "made in the example" in result.sentence
        assert everything(real) == before


def test_a_real_dispatch_is_refused_in_the_example(mine: DataDir, demo: Example) -> None:
    data = DataDir(mine.example / "hq")
    before = everything(data)
    with open_folder(data, NOW) as hq:
        (result,) = receive(hq, [demo.dispatch("kg")])
    assert (result.state, result.code) == ("refused", "in_the_example")
    assert "Leave the example" in result.sentence
    assert everything(data) == before
