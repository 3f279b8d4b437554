"""Photos scaled for the way and for the screen: upright, small, and without what the camera wrote into them.

Where a photo was taken stays in its copy only when a person wants that; nothing else of the camera's ever does.

Whatever a picture file does, it is at worst not scaled: nothing here fails on its content.
"""

from __future__ import annotations

import io
import math
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
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
#: how files of the forms begin that are read here
_BEGINNINGS = (b"\xff\xd8\xff", PNG, b"GIF8", b"BM", b"II*\x00", b"MM\x00*")
#: why a picture cannot be scaled: it has several pages, too many pixels, is damaged, or of a form that is not read
PAGED, HUGE, DAMAGED, FOREIGN = "paged", "huge", "damaged", "foreign"
#: where EXIF keeps a place, and of that latitude and longitude with their halves of the globe
_GPS, _HALVES, _DEGREES = 0x8825, {1: ("N", "S"), 3: ("E", "W")}, {2: 90, 4: 180}


@dataclass(frozen=True)
class Picture:
    """A picture ready to be shown or sent; `width` and `height` in pixels."""

    data: bytes
    media_type: str
    width: int
    height: int


def scaled(content: bytes, longest: int = LONGEST, *, place: bool = False) -> Picture | None:
    """The picture with its longest side at most `longest` pixels, nothing but its pixels in it; of a moving one the
    first frame. `place`: latitude and longitude stay in it, if it has them.

    None for what is no picture, has several pages, is damaged, or claims more pixels than any camera."""
    try:
        return _scaled(content, longest, place)
    except Exception:  # a picture's decoder meets bytes of strangers and fails in many ways
        return None


def trouble(content: bytes) -> str:
    """Why `scaled` gives None for that content: PAGED, HUGE, DAMAGED or FOREIGN."""
    from PIL import Image  # noqa: PLC0415

    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as opened:
            if opened.width * opened.height > _most(opened):
                return HUGE
            return PAGED if _is_paged(opened) else DAMAGED
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return HUGE
    except Exception:  # as above
        ours = content.startswith(_BEGINNINGS) or (content[:4], content[8:12]) == (b"RIFF", b"WEBP")
        return DAMAGED if ours else FOREIGN


def has_place(path: Path) -> bool:
    """Whether a picture's file says where it was taken. Only its beginning is read."""
    from PIL import Image  # noqa: PLC0415

    try:
        with Image.open(path, formats=_FORMATS) as opened:
            return _place(opened) is not None
    except Exception:  # as above
        return False


def media_type(data: bytes) -> str:
    """Of a picture that `scaled` made."""
    return "image/png" if data.startswith(PNG) else "image/jpeg"


def _most(opened: Image.Image) -> int:
    return _MOST_PIXELS if opened.format in ("JPEG", "MPO") else _MOST_UNSCALED


def _is_paged(opened: Image.Image) -> bool:
    return opened.format in _PAGED and getattr(opened, "n_frames", 1) > 1


def _place(opened: Image.Image) -> Image.Exif | None:
    """Latitude and longitude in an EXIF block of their own, made anew; None when they are not there or senseless."""
    from PIL import Image  # noqa: PLC0415

    known = opened.getexif().get_ifd(_GPS)
    kept: dict[int, object] = {}
    for tag, halves in _HALVES.items():
        kept[tag] = next((half for half in halves if known.get(tag) == half), None)
    for tag, most in _DEGREES.items():
        degrees = tuple(known.get(tag, ()))
        whole = len(degrees) == 3 and all(math.isfinite(part) and part >= 0 for part in degrees)
        kept[tag] = degrees if whole and degrees[0] <= most else None
    if None in kept.values():
        return None
    found = Image.Exif()
    found.get_ifd(_GPS).update(kept)
    return found


def _scaled(content: bytes, longest: int, keep_place: bool) -> Picture | None:
    from PIL import Image, ImageOps  # noqa: PLC0415  (a tenth of a second of the start)

    with Image.open(io.BytesIO(content), formats=_FORMATS) as opened:
        if opened.width * opened.height > _most(opened) or _is_paged(opened):
            return None
        place = None
        if keep_place:
            with suppress(Exception):
                place = _place(opened)
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
    bare.save(found, "JPEG", quality=QUALITY, optimize=True, exif=b"" if place is None else place.tobytes())
    best = found.getvalue()
    if drawn and place is None:  # a chart or a screen is smaller and sharper as it was
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
