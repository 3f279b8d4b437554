"""The domain's tests work in the small programme of tests/samples.py."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session


@pytest.fixture
def session(small_session: Session) -> Session:
    """The session that `create_work` writes in; it is rolled back."""
    return small_session
