"""An hour in the life of an office, with everything that goes wrong in it, ends with all agreeing and nothing lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import office_life
from tests.conftest import Require
from tests.faults.laptops import faketime


@pytest.mark.slow
def test_after_the_hour_all_agree_and_nothing_typed_is_lost(require: Require, tmp_path: Path) -> None:
    library = faketime()
    require(library is not None, "libfaketime")
    assert library is not None
    assert office_life.live_in(tmp_path, library) is None
