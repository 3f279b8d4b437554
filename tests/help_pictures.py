"""Pictures of the help pages, taken from the screens themselves: `python -m tests.help_pictures [--language en ar]`.

Makes the example programme (or takes the one in --example), opens the screen that each help page explains in Chromium,
and writes it to `static/help/<language>/NAME.webp`, cropped and with few colours, and the README's picture. The words
seen in each picture leave their digest in `static/help/pictures.json`; tests/e2e/test_help_pictures.py reads the
screens again and fails when their words are others than those that were pictured.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from server.base.i18n import LANGUAGES
from server.base.paths import DataDir
from server.services.demo import make_demo
from tests.e2e.conftest import Served, serve_folder
from tests.house import ROOT
from tests.services.world import copy_folder

FOLDER = ROOT / "static/help"
MANIFEST = FOLDER / "pictures.json"
#: the README's picture, from the house's door
README = "docs/images/activities.png"
#: what all pictures together may weigh, and one of them, in bytes: the package for Windows is small, and stays it
ALL_OF_THEM, ONE_OF_THEM = 1_500_000, 30_000
#: the light scheme's colours by their names
_TOKEN = re.compile(r"--([\w-]+): #([0-9a-f]{6});")


@dataclass(frozen=True)
class Picture:
    """A picture: its name (a help topic, and what of it), the folder and address shown, and how it is cropped.

    `root` is what is pictured, `without` what is taken off it before, so that a picture ends between two lines on every
    machine, whatever its fonts. `wide` is the width of the window in pixels; below 900 the menu stands above the page.
    """

    name: str
    folder: str
    address: str
    root: str = "main"
    without: tuple[str, ...] = ()
    wide: int = 960

    @property
    def topic(self) -> str:
        """The help page it belongs to."""
        return self.name.partition("-")[0]

    def place(self, language: str) -> str:
        """Where it is kept, from the house's door."""
        return README if self.name == "readme" else f"static/help/{language}/{self.name}.webp"


def _rows(number: int) -> str:
    """What to take off a page so that so many rows of its tables stay."""
    return f"main tbody tr:nth-child(n+{number + 1})"


PICTURES = (
    Picture("home", "kg", "/", without=(".columns > :nth-child(n+4)",)),
    Picture("activities", "kg", "/activities", without=(_rows(3), ".paging"), wide=1100),
    Picture("activities-form", "kg", "/activities/new", without=("form details", ".card > :nth-child(n+4)")),
    Picture("workplan", "kg", "/workplan?period=Y2", without=(_rows(1), ".listing"), wide=1200),
    Picture("milestones", "kg", "/milestones", without=(_rows(4), ".listing"), wide=1366),
    Picture("boards", "kg", "/boards", without=(_rows(5), ".listing", ".paging"), wide=1100),
    Picture("indicators", "kg", "/indicators?period=Y1", without=(_rows(4), "main .scroll ~ *"), wide=1100),
    Picture("finance", "kg", "/finance/spending?period=Y1", without=("section[aria-labelledby=list-title]",)),
    Picture("documents", "kg", "/documents", without=(_rows(4), ".filters", ".listing", ".paging")),
    Picture("challenges", "kg", "/challenges", without=(_rows(3), ".filters", ".listing", ".paging"), wide=1100),
    Picture("reports", "kg", "/reports", wide=1100),
    Picture("exchange", "kg", "/exchange", root="main .columns", without=(".card > p.small",)),
    Picture("importing", "kg", "/import", without=("main .items > li:nth-child(n+4)",)),
    Picture("search", "kg", "/search?q=board", without=("main .card ~ .card", "main .hits > li:nth-child(n+3)")),
    Picture("overview", "hq", "/overview", without=("main > section:nth-of-type(n+3)", _rows(5))),
    Picture("offices", "hq", "/offices", without=(_rows(2),), wide=1366),
    Picture("settings", "kg", "/settings", without=(".main-side > .stack",)),
    Picture("setup", "", "/setup/begin"),
)  # fmt: skip
_OF_README = Picture("readme", "kg", "/activities", root="body", wide=1200)
FOLDERS = ("kg", "hq", "")

# The words that people see, neither those that are folded away nor those only screen readers say; and the box.
_SEE = """([root, without]) => {
  for (const selector of without) document.querySelectorAll(selector).forEach(one => one.remove());
  const whole = document.querySelector(root), words = [], box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const one of whole.querySelectorAll('*')) {
    if (!one.checkVisibility() || one.closest('.unseen')) continue;
    const at = one.getBoundingClientRect();
    if (at.width && at.height) {
      box[0] = Math.min(box[0], at.left); box[1] = Math.min(box[1], at.top + scrollY);
      box[2] = Math.max(box[2], at.right); box[3] = Math.max(box[3], at.bottom + scrollY);
    }
    if (one.tagName === 'SELECT') words.push(one.selectedOptions[0]?.label ?? '');
    if (one.closest('select')) continue;
    if (one.tagName === 'INPUT' || one.tagName === 'TEXTAREA') {
      if (!['hidden', 'file', 'checkbox', 'radio'].includes(one.type)) words.push(one.value || one.placeholder);
      continue;
    }
    for (const node of one.childNodes) if (node.nodeType === Node.TEXT_NODE) words.push(node.data);
  }
  return [words.join(' ').split(/\\s+/).join(' ').trim(), box];
}"""


def opened(browser: Browser, served: Served, language: str) -> Page:
    """A page that has passed the door, in a light window of a laptop that reads `language`."""
    context = browser.new_context(locale=language, color_scheme="light", viewport={"width": 960, "height": 640})
    page = context.new_page()
    page.goto(served.link())
    page.wait_for_url(lambda url: "/open/" not in url)
    return page


def look(page: Page, served: Served, picture: Picture) -> tuple[str, dict[str, float]]:
    """Open what is pictured; answers the words seen and the box to cut out, in pixels of the page."""
    page.set_viewport_size({"width": picture.wide, "height": 640})
    answer = page.goto(served.address + picture.address)
    assert answer, picture.address
    assert answer.ok, f"{picture.address} does not open: correct the address of the picture “{picture.name}”"
    page.wait_for_load_state("networkidle")
    words, (left, top, right, bottom) = page.evaluate(_SEE, [picture.root, list(picture.without)])
    left, top = max(left - 8, 0), max(top - 8, 0)
    right = min(right, picture.wide - 8)  # a table that scrolls sideways ends where the window ends
    return words, {"x": left, "y": top, "width": right + 8 - left, "height": bottom + 8 - top}


def digest(words: str) -> str:
    """What the manifest keeps of the words."""
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def pictured() -> dict[str, str]:
    """The manifest: where a picture is kept -> the digest of the words on it."""
    found: dict[str, str] = json.loads(MANIFEST.read_text(encoding="utf-8")) if MANIFEST.is_file() else {}
    return found


def all_of(languages: Iterable[str], folder: str) -> Iterator[tuple[str, Picture]]:
    """(language, picture) of a folder, the README's among them."""
    for language in languages:
        yield from ((language, one) for one in PICTURES if one.folder == folder)
        if language == "en" and folder == _OF_README.folder:
            yield language, _OF_README


def _palette() -> Image.Image:
    """The colours of the light scheme, and those between them that give letters their soft edges."""
    light = (ROOT / "static/css/tokens.css").read_text(encoding="utf-8").partition("prefers-color-scheme")[0]
    named = {name: bytes.fromhex(colour) for name, colour in _TOKEN.findall(light)}
    paper = named["paper"]
    between = [bytes(round(a * part + b * (1 - part)) for a, b in zip(named[name], paper, strict=True))
               for name, part in (("ink", 0.66), ("ink", 0.33), ("accent", 0.5))]
    colours = [*dict.fromkeys(named.values()), *between]
    palette = Image.new("P", (1, 1))
    palette.putpalette(b"".join(colours + [paper] * (256 - len(colours))))
    return palette


def _few_colours(shot: bytes) -> Image.Image:
    """A screenshot in the scheme's own colours only, so that it weighs little and stays sharp."""
    with Image.open(io.BytesIO(shot)) as picture:
        return picture.convert("RGB").quantize(palette=_palette(), dither=Image.Dither.NONE)


def take(page: Page, served: Served, picture: Picture, target: Path) -> str:
    """Write one picture; answers the digest of the words on it."""
    words, box = look(page, served, picture)
    target.parent.mkdir(parents=True, exist_ok=True)
    if picture.name == "readme":
        _few_colours(page.screenshot()).save(target, optimize=True)
    else:
        shot = page.screenshot(full_page=True, clip=box, animations="disabled")  # type: ignore[arg-type]
        _few_colours(shot).convert("RGB").save(target, "WEBP", lossless=True, quality=75, method=4)
    return digest(words)


@contextmanager
def example_served(example: Path, folder: str, room: Path) -> Iterator[Served]:
    """A copy of one of the example's folders, or an empty one, served."""
    root = room / (folder or "empty")
    if folder:
        copy_folder(example / folder, root)
    served, server = serve_folder(DataDir(root))
    yield served
    server.close()


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.help_pictures", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--language", nargs="+", default=list(LANGUAGES), choices=LANGUAGES)
    parser.add_argument("--example", type=Path, help="the folder of an earlier `valise demo`")
    given = parser.parse_args()
    known = pictured()
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        room, example = Path(name), given.example or Path(name) / "example"
        if given.example is None:
            list(make_demo(example))
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for folder in FOLDERS:
            with example_served(example, folder, room) as served:
                pages = {language: opened(browser, served, language) for language in given.language}
                for language, picture in all_of(given.language, folder):
                    place = picture.place(language)
                    known[place] = take(pages[language], served, picture, ROOT / place)
                for page in pages.values():
                    page.context.close()
        browser.close()
    wanted = {picture.place(language) for language in LANGUAGES for picture in (*PICTURES, _OF_README)}
    for path in FOLDER.glob("*/*"):
        if path.relative_to(ROOT).as_posix() not in wanted:
            path.unlink()
    kept = {place: known[place] for place in sorted(known) if place in wanted}
    MANIFEST.write_text(json.dumps(kept, indent=0) + "\n", encoding="utf-8")
    weight = sum(path.stat().st_size for path in FOLDER.glob("*/*"))
    print(f"{len(kept)} pictures, {weight / 1000:.0f} kB of {ALL_OF_THEM / 1000:.0f} kB")


if __name__ == "__main__":
    main()
