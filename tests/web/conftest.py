"""Clients of the pages on copies of the example's folders."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from server.app import create_app
from server.base.clock import fixed_clock
from server.base.config import Config
from server.base.paths import DataDir
from tests.services.world import Example, copy_folder, example_once

#: (folder of the example: "kg", "hq", … or "" for an empty one, changes to the config) -> client
CreateClient = Callable[..., FlaskClient]
CLOCK = fixed_clock("2015-02-20T09:00:00Z")


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Example:
    """What `valise demo` makes, made once."""
    return example_once(tmp_path_factory)


@pytest.fixture
def create_client(example: Example, tmp_path: Path) -> CreateClient:
    """Makes clients, each on its own copy of a folder."""

    def create(folder: str = "kg", **changes: object) -> FlaskClient:
        root = tmp_path / f"folder-{folder}-{len(list(tmp_path.iterdir()))}"
        if folder:
            copy_folder(example.root / folder, root)
        config = replace(Config(DataDir(root), "secret", clock=CLOCK), **changes)  # type: ignore[arg-type]
        app = create_app(config)
        app.testing = False
        return app.test_client()

    return create


def csrf(page: str) -> str:
    """The form token of a page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found, "the page has no form"
    return found[1]


def seen(page: str) -> str:
    """The heads that a page's form displayed."""
    found = re.search(r'name="seen" value="([^"]*)"', page)
    assert found, "the form carries no heads"
    return found[1].replace("&#34;", '"').replace("&quot;", '"')
