"""Text for paper in any of the programme's scripts: bidi, shaping, line breaking, fonts in the PDF, paragraphs.

The rooms, from the bottom: `faces` (font files), `bidi` (levels and reordering), `shape` (HarfBuzz, words cached),
`linebreak` (where lines may end), `layout` (lines), `pdffont` (what a document embeds), `pen` (drawing operators of a
page), `paragraph` (a block).
"""
