"""Photographs for paper: upright, scaled down, without transparency and without what the camera wrote into them."""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

from server.base.errors import RuleBroken
from server.base.i18n import _
from server.reports.flow import Block, Piece
from server.reports.text.pen import Pen
from server.reports.text.structure import Tag

#: The longer side on paper: 150 dots an inch over the text column.
_PIXELS = 1200
#: More than a telephone takes; a file that claims more is not opened.
_MOST_PIXELS = 120_000_000


@dataclass(frozen=True, slots=True)
class Photo:
    """A JPEG ready to be embedded, RGB; `width` and `height` in pixels."""

    jpeg: bytes
    width: int
    height: int


def prepare_photo(data: bytes) -> Photo:
    """Read a picture file (JPEG, PNG, WebP). Raises RuleBroken when it is none, or larger than any camera's."""
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as opened:
            if opened.width * opened.height > _MOST_PIXELS:
                raise RuleBroken(_("This picture is too large to print. Make it smaller and add it again."))
            opened.draft("RGB", (_PIXELS * 2, _PIXELS * 2))
            picture = ImageOps.exif_transpose(opened)
            picture.thumbnail((_PIXELS, _PIXELS))
            if picture.mode in ("RGBA", "LA", "PA", "P"):
                layer = picture.convert("RGBA")
                picture = Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)
            picture = picture.convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise RuleBroken(_("This file is not a picture that can be printed. Choose a JPEG or PNG file.")) from error
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=80, optimize=True)
    return Photo(target.getvalue(), picture.width, picture.height)


class PhotoBlock(Block):
    """A photograph in the flow, centred; `share` of the column's width at most, and never higher than 320 points."""

    before = 6.0
    after = 4.0
    keep_next = True

    def __init__(self, photo: Photo, share: float = 0.75, alternative: str = "") -> None:
        self.photo, self.share = photo, share
        self.tag = Tag("Figure", alternative=alternative)

    def size(self, width: float) -> tuple[float, float]:
        """Width and height on paper in points; small pictures are not blown up beyond 100 dots an inch."""
        photo = self.photo
        wide = min(width * self.share, photo.width * 0.72)
        high = wide * photo.height / photo.width
        return (wide, high) if high <= 320 else (320 * photo.width / photo.height, 320.0)

    def least(self, width: float) -> float:
        return self.size(width)[1]

    def take(self, width: float, room: float, fresh: bool) -> tuple[Piece | None, Block | None]:
        wide, high = self.size(width)
        if high > room and not fresh:
            return None, self

        def draw(pen: Pen, x: float, top: float, width: float) -> None:
            pen.photo(self.photo.jpeg, x + (width - wide) / 2, top - high, wide, high, self.tag)

        return Piece(high, draw), None


class EmptyFrame(Block):
    """A frame as wide as a photograph with words in its middle, where a photograph is missing."""

    before = 6.0
    after = 4.0
    keep_next = True

    def __init__(self, words: Block, share: float = 0.6, height: float = 110.0) -> None:
        self.words, self.share, self.height = words, share, height

    def least(self, width: float) -> float:
        return self.height

    def take(self, width: float, room: float, fresh: bool) -> tuple[Piece | None, Block | None]:
        if self.height > room and not fresh:
            return None, self
        wide = width * self.share
        piece, _rest = self.words.take(wide - 24, self.height - 24, True)

        def draw(pen: Pen, x: float, top: float, width: float) -> None:
            left = x + (width - wide) / 2
            pen.rectangle(left, top - self.height, wide, self.height, "#f4f8fb", "#c9d4dc")
            if piece is not None:
                piece.draw(pen, left + 12, top - (self.height - piece.height) / 2, wide - 24)

        return Piece(self.height, draw), None
