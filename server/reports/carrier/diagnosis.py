"""Says what happened to a file that is no sound dispatch. Nothing here is trusted, and nothing is parsed as PDF.

The marks it looks for, and what common programs do to them, are in docs/dispatch-format.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import islice

from server.base.errors import Refused
from server.base.i18n import _, n_, number_text
from server.reports.carrier import form

#: Beginning and end of a PDF lie within these many bytes (ISO 32000-1, Annex H.3, notes 13 and 18).
_EDGE = 1024
_KEYWORD = form.KEYWORD.encode()
#: The keyword as a UTF-16 text string of the properties, plain or in hexadecimal digits.
_KEYWORD_WRITINGS = tuple(
    writing
    for text in (_KEYWORD, form.KEYWORD.encode("utf-16-be"))
    for writing in (text, text.hex().encode(), text.hex().upper().encode())
)
_SIGNATURE = re.compile(rb"/Type\s*/Sig\b")
#: The program that wrote a PDF, as it names itself: plain or in hexadecimal digits, perhaps in UTF-16.
_PRODUCER = re.compile(rb"/(?:Producer|Creator)\s*(?:\(([^)]{1,200})|<((?:[0-9A-Fa-f]{2}){1,200})>)")
#: Programs that turn a printout, a picture or another PDF into a PDF without its data, in lower case.
_PRINTERS = (
    *(b"cairo", b"skia/pdf", b"ghostscript", b"quartz pdfcontext", b"print to pdf", b"distiller", b"pdfcreator"),
    *(b"cutepdf", b"bullzip", b"dopdf", b"novapdf", b"imagemagick", b"img2pdf", b"scan", b"paper capture"),
    *(b"image conversion", b"xerox", b"ricoh", b"canon ", b"epson", b"konica", b"kyocera", b"lexmark"),
)
#: A file names its producer once or twice; one that does so millions of times only wants to be read for long.
_MOST_PRODUCERS = 16
_ENCRYPTED = re.compile(rb"/Encrypt\s+\d{1,10}\s+\d{1,5}\s+R")


def _empty() -> str:
    return _("This file is empty. Ask the sender to send it again.")


def _not_pdf() -> str:
    return _("This file is not a PDF. Pick the PDF file that Valise made.")


def _truncated() -> str:
    return _("The end of this file is missing: it was cut short on the way. Copy or download it again.")


def _altered() -> str:
    return _(
        "This file was changed after it was signed, or damaged on the way. Nothing was taken from it."
        " Ask the sender for the original file."
    )


def _resaved() -> str:
    return _(
        "Another program saved this PDF anew, and that broke its signature."
        " Ask the sender for the file that Valise made, sent without opening and saving it in between."
    )


def _saved_on_top() -> str:
    return _(
        "A program saved changes into this PDF after it was signed, such as a note or a second signature."
        " Ask the sender for the file as Valise made it."
    )


def _stripped() -> str:
    return _(
        "The data inside this PDF was taken out on the way; some mail services do that."
        " Ask the sender for the file on a USB stick or inside a ZIP archive."
    )


def _protected() -> str:
    return _("A password was put on this PDF, which broke its signature. Ask the sender for the file without one.")


def _printed() -> str:
    return _(
        "This is a printed or converted copy of a Valise report: people can read it, but there is no data inside."
        " Ask the sender for the PDF that Valise made."
    )


def _reprinted() -> str:
    return _(
        "This is a printed copy of a Valise dispatch: printing took its signature away, so the data inside cannot be"
        " trusted. Ask the sender for the PDF that Valise made, as it is."
    )


def _perhaps_printed() -> str:
    return _(
        "This PDF comes from a program that prints, scans or converts, and there is no data inside."
        " If it is a copy of a Valise report, ask the sender for the PDF that Valise made."
    )


def _not_a_dispatch() -> str:
    return _("This PDF was not made by Valise for sending: there is no data inside. Pick the PDF that Valise made.")


def _two_signatures() -> str:
    return _(
        "This PDF says in two places what its signature covers. Do not use it; ask the sender for the original file."
    )


def _unsupported() -> str:
    return _("This file was made by a newer version of Valise. Update Valise, then open the file again.")


_SENTENCES: dict[str, Callable[[], str]] = {
    "empty": _empty,
    "not_pdf": _not_pdf,
    "truncated": _truncated,
    "altered": _altered,
    "resaved": _resaved,
    "saved_on_top": _saved_on_top,
    "stripped": _stripped,
    "protected": _protected,
    "printed": _printed,
    "reprinted": _reprinted,
    "perhaps_printed": _perhaps_printed,
    "not_a_dispatch": _not_a_dispatch,
    "two_signatures": _two_signatures,
    "unsupported": _unsupported,
}


#: Sentences that differ in how sure they are, or in what the printer left, share a code.
_CODES = {"perhaps_printed": "printed", "reprinted": "printed"}


def refusal(code: str) -> Refused:
    """The refusal of that code, its sentence in the current language."""
    return Refused(_SENTENCES[code](), _CODES.get(code, code))


def too_large(limit: int) -> Refused:
    """A file or its data is larger than `limit` bytes."""
    return Refused(
        _(
            "This file is larger than %(limit)s MB, more than a dispatch can be. Check that it is the right file,"
            " or ask the sender to send it in parts.",
            limit=number_text(limit // (1 << 20)),
        ),
        "too_large",
    )


def diagnose(data: bytes, not_understood: bool = False) -> Refused:
    """The refusal that fits a file whose verification failed.

    `not_understood`: its signature container was not of the known form, which a newer version's would not be either.
    """
    if not data:
        return refusal("empty")
    found = form.places(data)
    if len(found) > 1:
        return refusal("two_signatures")
    if len(found) == 1:
        return _of_ours(data, found[0], not_understood)
    if b"%PDF-" not in data[:_EDGE] and not b"%PDF-".startswith(data):
        return refusal("not_pdf")
    return refusal(_of_others(data))


def _of_ours(data: bytes, place: form.Place, not_understood: bool) -> Refused:
    """The signature dictionary is where it says it is, as it is in no file that was written anew."""
    if len(data) < place.end:
        return Refused(
            _(
                "This file was cut short on the way: %(here)s of its %(whole)s bytes arrived."
                " Copy or download it again.",
                here=number_text(len(data)),
                whole=number_text(place.end),
            ),
            "truncated",
        )
    if len(data) > place.end:
        behind = data[place.end :]
        return refusal("saved_on_top") if b"startxref" in behind else _appended(len(behind))
    tail = form.TAIL.match(data, place.close)
    newer = tail is None or int(tail[1]) > form.VERSION
    if not_understood and newer:
        return refusal("unsupported")
    if tail is not None and form.ranges_outside(data, int(tail[2]), int(tail[2]) + int(tail[3])) > 1:
        return refusal("two_signatures")
    return refusal("altered")


def _appended(count: int) -> Refused:
    return Refused(
        n_(
            "Something added %(num)s byte behind the end of this file, which its signature does not cover."
            " Ask the sender to send it again, on a USB stick or inside a ZIP archive.",
            "Something added %(num)s bytes behind the end of this file, which its signature does not cover."
            " Ask the sender to send it again, on a USB stick or inside a ZIP archive.",
            count,
        ),
        "appended",
    )


def _of_others(data: bytes) -> str:
    """The code of a PDF in which no signature dictionary is where it says it is."""
    if b"%%EOF" not in data[-_EDGE:]:
        return "truncated"
    has_data = form.MEDIA_MARK in data
    has_signature = bool(_SIGNATURE.search(data) and form.ANY_RANGE.search(data))
    is_ours = has_data or any(writing in data for writing in _KEYWORD_WRITINGS)
    if is_ours and _ENCRYPTED.search(data):
        return "protected"
    if has_data and not has_signature and _comes_from_a_printer(data):
        return "reprinted"
    if has_data:
        return "altered" if form.HEAD.search(data) or form.TAIL.search(data) else "resaved"
    if is_ours:
        return "stripped" if has_signature else "printed"
    return "perhaps_printed" if _comes_from_a_printer(data) else "not_a_dispatch"


def _comes_from_a_printer(data: bytes) -> bool:
    for match in islice(_PRODUCER.finditer(data), _MOST_PRODUCERS):
        words = bytes.fromhex(match[2].decode("ascii")) if match[2] else match[1]
        if any(name in words.replace(b"\0", b"").lower() for name in _PRINTERS):
            return True
    return False
