"""A browser, and Valise served to it on copies of the example's folders, behind all of its guards."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright
from waitress.server import create_server

from server.app import create_app
from server.base.clock import fixed_clock
from server.base.config import Config
from server.base.links import SingleUseLinks
from server.base.paths import DataDir
from tests.conftest import RequireTool
from tests.services.world import Example, copy_folder, example_once

CLOCK = fixed_clock("2015-02-20T09:00:00Z")
LAPTOP = {"width": 1366, "height": 768}


@dataclass(frozen=True)
class Served:
    """A folder that is served: its address, and links that open it once each."""

    address: str
    links: SingleUseLinks
    data: DataDir

    def link(self) -> str:
        """A single-use link."""
        return f"{self.address}/open/{self.links.issue()}"


#: (folder of the example, or "" for an empty one) -> served
Serve = Callable[[str], Served]
#: (served, options of the browser's context) -> a page that has passed the door; console errors fail the test
OpenPage = Callable[..., Page]


@pytest.fixture(scope="module")  # no longer: while it runs, this thread has an event loop, which other tests must not
def browser(require_tool: RequireTool) -> Iterator[Browser]:
    """Chromium."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=require_tool("chromium"), args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Example:
    """What `valise demo` makes, made once."""
    return example_once(tmp_path_factory)


def serve_folder(data: DataDir) -> tuple[Served, Any]:
    """Serve a folder behind all guards; answers what is served and the server, which its caller closes."""
    own = socket.create_server(("127.0.0.1", 0))
    port = own.getsockname()[1]
    links = SingleUseLinks()
    config = Config(data, secret="s" * 32, token_cookie=f"valise_{port}", token="t" * 32,
                    origin=f"127.0.0.1:{port}", clock=CLOCK, links=links)
    server = create_server(create_app(config), sockets=[own], threads=4)
    threading.Thread(target=server.run, daemon=True).start()
    return Served(f"http://127.0.0.1:{port}", links, data), server


@pytest.fixture
def serve(example: Example, tmp_path: Path) -> Iterator[Serve]:
    """Serves copies of folders until the test ends."""
    servers = []

    def start(folder: str) -> Served:
        root = tmp_path / f"{folder or 'empty'}-{len(servers)}"
        if folder:
            copy_folder(example.root / folder, root)
        served, server = serve_folder(DataDir(root))
        servers.append(server)
        return served

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """Opens pages in contexts of their own: a laptop's screen, English, unless the options say otherwise."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def complain(said: ConsoleMessage) -> None:
        if said.type in ("error", "warning"):
            complaints.append(f"{said.location.get('url', '')}: {said.text}")

    def start(served: Served, **options: object) -> Page:
        context = browser.new_context(**{"viewport": LAPTOP, "locale": "en", **options})  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.on("console", complain)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(served.link())
        page.wait_for_url(lambda url: "/open/" not in url)
        return page

    yield start
    for context in contexts:
        context.close()
    answered = ("status of 422", "/nowhere")  # what was sent back, and what is not there, is told as an error
    assert [c for c in complaints if not any(one in c for one in answered)] == [], "the browser complained"
