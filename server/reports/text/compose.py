"""Font programs to embed: the glyphs a document uses, and new ones that draw several of them as one."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import uharfbuzz as hb
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables import _g_l_y_f as glyf

from server.reports.text.faces import Face

#: Glyphs with their offsets from one origin (number, x, y in 1/1000 of the size), drawn as one.
Composition = tuple[tuple[int, int, int], ...]

#: Tables a PDF reader has no use for: text is shaped already.
_DROPPED_TABLES = (
    *("GSUB", "GPOS", "GDEF", "BASE", "JSTF", "MATH", "name", "OS/2", "post", "cmap"),
    *("kern", "STAT", "gasp", "DSIG", "meta"),
)


def compose_font(face: Face, compositions: Sequence[Composition]) -> tuple[bytes, dict[Composition, int]]:
    """A TrueType program that has a glyph for each composition, and the glyphs' numbers."""
    data, numbers = _subset(face, {glyph for composition in compositions for glyph, _x, _y in composition})
    places: dict[Composition, int] = {c: numbers[c[0][0]] for c in compositions if len(c) == 1 and c[0][1:] == (0, 0)}
    several = sorted({c for c in compositions if c not in places})
    if not several:
        return data, places
    font = TTFont(io.BytesIO(data), recalcTimestamp=False)
    order = list(font.getGlyphOrder())
    outlines, metrics = font["glyf"], font["hmtx"]
    for composition in several:
        name = f"composed{len(order)}"
        places[composition] = len(order)
        outlines.glyphs[name] = _composite(composition, numbers, order, face)
        metrics.metrics[name] = (round(sum(face.advance(g) for g, _x, _y in composition) / face.scale), 0)
        order.append(name)
    font.setGlyphOrder(order)
    outlines.glyphOrder = order
    for name in order[-len(several) :]:
        outlines.glyphs[name].recalcBounds(outlines)
        metrics.metrics[name] = (metrics.metrics[name][0], getattr(outlines.glyphs[name], "xMin", 0))
    target = io.BytesIO()
    font.save(target, reorderTables=False)
    return target.getvalue(), places


def _subset(face: Face, glyphs: set[int]) -> tuple[bytes, dict[int, int]]:
    """The face with these glyphs only, and their new numbers."""
    wanted = hb.SubsetInput()
    wanted.glyph_set.update(glyphs)
    wanted.drop_table_tag_set.update([int.from_bytes(tag.ljust(4).encode(), "big") for tag in _DROPPED_TABLES])
    wanted.flags = hb.SubsetFlags.NO_HINTING | hb.SubsetFlags.NO_LAYOUT_CLOSURE
    plan = hb.SubsetPlan(face.hb_face, wanted)
    numbers = plan.old_to_new_glyph_mapping
    return bytes(plan.execute().blob.data), {glyph: int(numbers[glyph]) for glyph in glyphs}


def _composite(composition: Composition, numbers: dict[int, int], order: Sequence[str], face: Face) -> Any:
    """A glyph made of others."""
    glyph = glyf.Glyph()
    glyph.numberOfContours = -1
    glyph.components = []
    for number, x, y in composition:
        part = glyf.GlyphComponent()
        part.glyphName = order[numbers[number]]
        part.x, part.y = round(x / face.scale), round(y / face.scale)
        part.flags = glyf.ARGS_ARE_XY_VALUES
        glyph.components.append(part)
    return glyph
