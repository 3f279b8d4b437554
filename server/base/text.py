"""Text as it is kept: NFC, no control characters, no lone surrogates, line ends as \\n."""

from __future__ import annotations

import re
import unicodedata

_CONTROL = re.compile("[\u0000-\u0008\u000b-\u001f\u007f\ud800-\udfff\ufeff]")


def clean(text: str) -> str:
    """The text in NFC without control characters and outer blanks."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _CONTROL.sub("", lines)).strip()


def one_line(text: str) -> str:
    """Cleaned, with every run of blanks as one space."""
    return re.sub(r"\s+", " ", clean(text))


def shortened(text: str, most: int) -> str:
    """The text, or as many of its words as fit into `most` letters, with an ellipsis."""
    if len(text) <= most:
        return text
    kept = text[: most + 1].rsplit(maxsplit=1)[0] if " " in text[: most + 1] else text[:most]
    return f"{kept.rstrip(' ,;:')} …"


def fold(text: str) -> str:
    """For search: case-folded, without marks, Arabic letter forms and the article folded."""
    if text.isascii():  # most texts: nothing in them has marks, and NUL and the like are no words
        return text.casefold()
    plain = unicodedata.normalize("NFKD", clean(text).casefold())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    plain = plain.translate(_ARABIC)
    return re.sub(r"\b(?:\u0648|\u0628|\u0641|\u0643)?\u0627\u0644(?=\w{3})|\b\u0644\u0644(?=\w{3})", "", plain)


#: alef forms, alef maksura, ta marbuta, tatweel
_ARABIC = {0x622: 0x627, 0x623: 0x627, 0x625: 0x627, 0x671: 0x627, 0x649: 0x64A, 0x629: 0x647, 0x640: None}
