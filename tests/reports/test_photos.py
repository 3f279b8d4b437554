"""Photographs in documents: small, upright, RGB, and refused in one sentence when they are no pictures."""

from __future__ import annotations

import io
from collections.abc import Callable

import pikepdf
import pytest
from PIL import Image

from server.base.errors import RuleBroken
from server.reports.photos import prepare_photo
from server.reports.sheets import Rendered
from server.reports.story import Story


def picture(width: int, height: int, kind: str = "JPEG", mode: str = "RGB", **fields: object) -> bytes:
    target = io.BytesIO()
    Image.new(mode, (width, height), 90 if mode in ("L", "P") else tuple([90] * len(mode))).save(target, kind, **fields)
    return target.getvalue()


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P", "CMYK"])
def test_any_colour_model_becomes_rgb(mode: str) -> None:
    photo = prepare_photo(picture(40, 30, "JPEG" if mode == "CMYK" else "PNG", mode))
    assert Image.open(io.BytesIO(photo.jpeg)).mode == "RGB"
    assert (photo.width, photo.height) == (40, 30)


def test_a_large_photo_is_scaled_and_the_camera_forgotten() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = "A camera"
    photo = prepare_photo(picture(4000, 3000, exif=exif.tobytes()))
    assert (photo.width, photo.height) == (900, 1200)
    assert b"A camera" not in photo.jpeg


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"\xff\xd8\xff\xe0" + b"\0" * 20, picture(50, 50)[:300]])
def test_what_is_no_picture_is_refused_in_a_sentence(data: bytes) -> None:
    with pytest.raises(RuleBroken, match="Choose a JPEG or PNG file"):
        prepare_photo(data)


def test_a_photo_stands_with_its_caption_and_is_embedded_once(make_pdf: Callable[..., Rendered]) -> None:
    story = Story("en")
    for _ in range(3):
        story.photo(picture(800, 600), "The launch")
    rendered = make_pdf(story)
    assert make_pdf(story).pdf == rendered.pdf
    with pikepdf.open(io.BytesIO(rendered.pdf)) as pdf:
        found = {image.objgen for page in pdf.pages for image in page.obj.Resources.XObject.values()}
        assert len(found) == 1
