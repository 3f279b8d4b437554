"""What is typed is kept before it is saved; drafts and choices stay on this machine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from server.base.clock import fixed_clock
from server.db.base import Synced
from server.db.drafts import Draft, Kept, draft_keys, drop_draft, keep_draft, kept_draft
from server.db.settings import Setting, read_setting, write_setting
from tests.conftest import CreateDatabase

_EARLY, _LATE = fixed_clock("2014-05-14T08:00:00+00:00"), fixed_clock("2014-05-14T09:00:00+00:00")


@pytest.fixture
def session(create_database: CreateDatabase) -> Iterator[Session]:
    """A session on an empty database."""
    with Session(create_database()) as session:
        yield session


def test_a_draft_is_kept_as_it_was_typed_and_the_last_one_counts(session: Session) -> None:
    keep_draft(session, "activity/new", {"title": ["Обучение"]}, _EARLY)
    keep_draft(session, "activity/new", {"title": ["تدريب"], "evidence_ids": ["a", "b"], "note": [""]}, _LATE)
    session.expire_all()
    kept = {"title": ["تدريب"], "evidence_ids": ["a", "b"], "note": [""]}
    assert kept_draft(session, "activity/new") == Kept(kept, "2014-05-14T09:00:00+00:00")


def test_drafts_are_listed_latest_first_and_forgotten_one_by_one(session: Session) -> None:
    keep_draft(session, "activity/1", {}, _EARLY)
    keep_draft(session, "board/new", {}, _LATE)
    assert draft_keys(session) == ("board/new", "activity/1")
    drop_draft(session, "board/new")
    drop_draft(session, "never kept")
    assert draft_keys(session) == ("activity/1",)
    assert kept_draft(session, "board/new") is None


def test_the_last_choice_counts(session: Session) -> None:
    assert read_setting(session, "language") is None
    write_setting(session, "language", "fr")
    write_setting(session, "language", "ar")
    assert read_setting(session, "language") == "ar"


def test_neither_travels() -> None:
    assert not issubclass(Draft, Synced)
    assert not issubclass(Setting, Synced)
