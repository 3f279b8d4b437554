"""Pictures of every page: `python -m tests.contact_sheet DIR [--language en ar bn] [--scheme light dark]`.

Makes the example programme (or takes the one in --example), opens every page of an office and of headquarters in
Chromium, and writes one picture a page and one sheet of all pages for each language, scheme and size: what to look at
before a release. `--size 1024x600` takes another screen, `--zoom 2` shows what a reader at 200 % sees. Needs Chromium.
"""

from __future__ import annotations

import argparse
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, sync_playwright

from server.base.paths import DataDir
from server.services.demo import make_demo
from tests.e2e.conftest import Served, serve_folder
from tests.e2e.test_conflicts import pages as pages_of_conflicts
from tests.e2e.test_conflicts import two_laptops
from tests.e2e.test_looks import BEHIND, OF_AN_OFFICE, OF_HEADQUARTERS
from tests.services.world import copy_folder

#: width of a page on the sheet in pixels, and pages beside each other
_WIDE, _ACROSS = 520, 4


def addresses(page: Page, served: Served, folder: str) -> Iterator[str]:
    """Addresses of all pages of a folder, also of those that are reached by the first link of a list."""
    yield from OF_HEADQUARTERS if folder == "hq" else OF_AN_OFFICE
    for address, link, further in BEHIND:
        for wanted in filter(None, (link, further and f"main a[href*='{further}']")):
            page.goto(served.address + address)
            found = page.locator(wanted)
            if not found.count():
                break
            address = found.first.get_attribute("href") or address  # noqa: PLW2901 - one door further in
            yield address
    if folder != "hq":
        yield from pages_of_conflicts(page, served)


def take(browser: Browser, served: Served, folder: str, target: Path, **options: object) -> list[Path]:
    """A picture of each page of a folder, whole, named by its address."""
    context = browser.new_context(**options)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(served.link())
    page.wait_for_url(lambda url: "/open/" not in url)
    taken = []
    for number, address in enumerate(dict.fromkeys(addresses(page, served, folder)), 1):
        page.goto(served.address + address)
        page.wait_for_load_state("networkidle")
        name = re.sub(r"[^a-z0-9]+", "-", re.sub(r"[0-9a-f-]{32,}", "one", address.lower())).strip("-") or "home"
        taken.append(target / f"{folder}-{number:02}-{name}.png")
        page.screenshot(path=taken[-1], full_page=True)
    context.close()
    return taken


def sheet(pictures: Sequence[Path], target: Path) -> None:
    """All pictures small on one sheet, in rows as high as their highest page, at most twice as high as wide."""
    small = []
    for path in pictures:
        with Image.open(path) as opened:
            picture = opened.convert("RGB")
        picture = picture.resize((_WIDE, round(picture.height * _WIDE / picture.width)))
        small.append((path.stem, picture.crop((0, 0, _WIDE, min(picture.height, 2 * _WIDE)))))
    rows = [small[at : at + _ACROSS] for at in range(0, len(small), _ACROSS)]
    heights = [max(picture.height for _name, picture in row) + 26 for row in rows]
    whole = Image.new("RGB", (_ACROSS * (_WIDE + 12), sum(heights)), "#888888")
    draw = ImageDraw.Draw(whole)
    top = 0
    for row, height in zip(rows, heights, strict=True):
        for place, (name, picture) in enumerate(row):
            draw.text((place * (_WIDE + 12) + 6, top + 4), name, fill="white")
            whole.paste(picture, (place * (_WIDE + 12) + 6, top + 20))
        top += height
    whole.save(target)


def _size(text: str) -> tuple[int, int]:
    wide, _, high = text.partition("x")
    return int(wide), int(high)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.contact_sheet", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("target", type=Path, metavar="DIR")
    parser.add_argument("--language", nargs="+", default=["en", "ar", "bn"])
    parser.add_argument("--scheme", nargs="+", default=["light", "dark"], choices=["light", "dark"])
    parser.add_argument("--size", nargs="+", type=_size, default=[(1366, 768)])
    parser.add_argument("--zoom", type=float, default=1.0)
    parser.add_argument("--example", type=Path, help="the folder of an earlier `valise demo`")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as room, sync_playwright() as playwright:
        example = given.example or Path(room) / "example"
        if given.example is None:
            list(make_demo(example))
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for folder in ("kg", "hq"):
            copy_folder(example / folder, Path(room) / folder)
            served, server = serve_folder(DataDir(Path(room) / folder))
            if folder != "hq":
                two_laptops(served)
            for language in given.language:
                for scheme in given.scheme:
                    for wide, high in given.size:
                        room_of = given.target / f"{language}-{scheme}-{wide}x{high}"
                        room_of.mkdir(parents=True, exist_ok=True)
                        # what a zoomed reader sees: fewer pixels of the page on the same screen
                        view = {"width": round(wide / given.zoom), "height": round(high / given.zoom)}
                        taken = take(browser, served, folder, room_of, viewport=view, locale=language,
                                     color_scheme=scheme, device_scale_factor=given.zoom)  # fmt: skip
                        sheet(taken, room_of / f"{folder}-sheet.png")
                        print(room_of / f"{folder}-sheet.png", len(taken), "pages")
            server.close()
        browser.close()


if __name__ == "__main__":
    main()
