"""The icon and the desktop entry are what the systems expect."""

from __future__ import annotations

import configparser
import xml.etree.ElementTree as ET
from pathlib import Path

from PIL import Image

import desktop_app
from server.base.i18n import LANGUAGES

_OWN = Path(desktop_app.__file__).parent / "resources"


def test_the_icon_is_drawn_once_and_shown_in_both_forms() -> None:
    drawn = ET.parse(_OWN / "valise.svg").getroot()
    assert drawn.get("viewBox") == "0 0 256 256"
    with Image.open(_OWN / "valise.png") as shown:
        assert shown.size == (256, 256)
        assert shown.mode == "RGBA"
        assert shown.getchannel("A").getpixel((0, 0)) == 0, "the corners let the background through"


def test_the_desktop_entry_names_the_program_its_icon_and_its_window() -> None:
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(_OWN / "valise.desktop", encoding="utf-8")
    entry = parser["Desktop Entry"]
    assert entry["Type"] == "Application"
    assert entry["Exec"].split() == ["valise", "%F"]
    assert (_OWN / f"{entry['Icon']}.svg").is_file()
    assert entry["StartupWMClass"] == "valise"
    assert all(f"GenericName[{code}]" in entry for code in LANGUAGES if code != "en")
