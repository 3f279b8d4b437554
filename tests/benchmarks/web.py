"""A browser of one data folder: Flask's test client on the whole application, behind its guards."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from server.app import create_app
from server.base.config import Config
from server.services.folder import Folder

_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


class Browser:
    """Reads pages and sends forms; keeps the form's token as a browser keeps the page that holds it."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self._token = ""

    def read(self, path: str) -> str:
        """The page at an address."""
        answer = self.client.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status}"
        text: str = answer.get_data(as_text=True)
        return text

    def send(self, path: str, fields: Mapping[str, str]) -> Any:
        """The answer to a form."""
        if not self._token:
            found = _TOKEN.search(self.read(path))
            assert found, f"{path} has no form"
            self._token = found[1]
        return self.client.post(path, data={**fields, "csrf_token": self._token})


def browser_on(folder: Folder) -> Browser:
    """A browser on a folder that is open already."""
    return Browser(create_app(Config(folder.data, secret="benchmark", clock=folder.clock)).test_client())
