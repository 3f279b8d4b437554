"""Photos scaled for the way and for the screen: upright, small, and without what the camera wrote into them.

Whatever a picture file does, it is at worst not scaled: nothing here fails on its content.
"""

from __future__ import annotations

import io
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

#: longest side of the copy that travels, in pixels, and its JPEG quality
LONGEST, QUALITY = 1600, 80
#: longest side of a picture in a list
SMALL = 320
#: how a PNG file begins
PNG = b"\x89PNG"
#: more pixels than a camera has; the decoder of JPEG scales while it reads, the others hold every pixel
_MOST_PIXELS, _MOST_UNSCALED = 120_000_000, 25_000_000
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "MPO")
#: forms of which one file may hold several pages that all count
_PAGED = ("TIFF",)


@dataclass(frozen=True)
class Picture:
    """A picture ready to be shown or sent; `width` and `height` in pixels."""

    data: bytes
    media_type: str
    width: int
    height: int


def scaled(content: bytes, longest: int = LONGEST) -> Picture | None:
    """The picture with its longest side at most `longest` pixels, nothing but its pixels in it; of a moving one the
    first frame. None for what is no picture, has several pages, is damaged, or claims more pixels than any camera."""
    try:
        return _scaled(content, longest)
    except Exception:  # a picture's decoder meets bytes of strangers and fails in many ways
        return None


def media_type(data: bytes) -> str:
    """Of a picture that `scaled` made."""
    return "image/png" if data.startswith(PNG) else "image/jpeg"


def _scaled(content: bytes, longest: int) -> Picture | None:
    from PIL import Image, ImageOps  # noqa: PLC0415  (a tenth of a second of the start)

    with Image.open(io.BytesIO(content), formats=_FORMATS) as opened:
        most = _MOST_PIXELS if opened.format in ("JPEG", "MPO") else _MOST_UNSCALED
        if opened.width * opened.height > most:
            return None
        if opened.format in _PAGED and getattr(opened, "n_frames", 1) > 1:
            return None
        drawn = opened.format in ("PNG", "GIF", "BMP")
        profile = opened.info.get("icc_profile")
        opened.draft("RGB", (longest, longest))
        picture = ImageOps.exif_transpose(opened)
        picture.load()
    if picture.mode.startswith(("I", "F")):
        picture = picture.convert("F").point(lambda value: value / 256).convert("L")
    elif picture.mode in ("P", "PA", "LA"):
        picture = picture.convert("RGBA")
    picture.thumbnail((longest, longest))
    if picture.mode == "RGBA":
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
    picture = _in_srgb(picture.convert("RGB"), profile)
    bare = Image.frombytes("RGB", picture.size, picture.tobytes())  # pixels, and nothing that clung to them
    found = io.BytesIO()
    bare.save(found, "JPEG", quality=QUALITY, optimize=True)
    best = found.getvalue()
    if drawn:  # a chart or a screen is smaller and sharper as it was
        sharp = io.BytesIO()
        bare.quantize(256).save(sharp, "PNG", optimize=True)
        if len(sharp.getvalue()) < len(best):
            best = sharp.getvalue()
    return Picture(best, media_type(best), bare.width, bare.height)


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """Colours as a screen without the camera's profile shows them; as they are when the profile is of no use."""
    if profile:
        from PIL import ImageCms  # noqa: PLC0415

        with suppress(Exception):
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            shown = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
            return shown or picture
    return picture
