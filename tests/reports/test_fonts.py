"""The vendored fonts are the files that fonts.toml says they are, with their licence beside them."""

from __future__ import annotations

import hashlib
import tomllib
from typing import Any

import pytest

from server.base.paths import asset_dir
from server.reports.text.faces import Style, stack

FOLDER = asset_dir() / "static" / "fonts"
LISTED: list[dict[str, Any]] = tomllib.loads((FOLDER / "fonts.toml").read_text("utf-8"))["font"]


@pytest.mark.parametrize("font", LISTED, ids=lambda font: str(font["file"]))
def test_a_font_file_is_the_one_that_was_vendored(font: dict[str, Any]) -> None:
    data = (FOLDER / font["file"]).read_bytes()
    assert len(data) == font["size"]
    assert hashlib.sha256(data).hexdigest() == font["sha256"]


def test_every_font_file_is_listed_and_licensed() -> None:
    assert {path.name for path in FOLDER.glob("*.ttf")} == {font["file"] for font in LISTED}
    assert {font["licence"] for font in LISTED} == {"OFL-1.1"}
    assert "SIL OPEN FONT LICENSE Version 1.1" in (FOLDER / "OFL.txt").read_text("utf-8")


@pytest.mark.parametrize("style", list(Style))
def test_every_style_has_faces_for_all_scripts_of_the_product(style: Style) -> None:
    for letter in "aéșĐђ" + "ж" + "ض" + "ক":
        assert any(face.covers(letter) for face in stack(style)), letter
