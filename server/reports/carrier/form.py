"""What a sealed dispatch looks like from outside: names, limits, and the few bytes a reader finds before it trusts any.

The signature dictionary is written in the clear, its keys in the order of the alphabet and its ByteRange padded with
spaces to a fixed width. So a reader finds it without a PDF parser, and a program that saved the file anew shows by
having lost the padding.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

#: The form of the carrier described in docs/dispatch-format.md. A reader refuses a higher one.
VERSION = 1
#: Name of the attachment. Readers block names that end in .bin, .exe or .zip.
ATTACHMENT = "valise-dispatch.cbor.zst"
#: Media type of the attachment. It survives most programs that save a PDF anew.
MEDIA_TYPE = "application/vnd.valise.dispatch"
#: The media type's mark in the raw bytes, however a program escapes the solidus before it.
MEDIA_MARK = MEDIA_TYPE.rpartition("/")[2].encode()
#: What stands right before and right behind a stream's bytes.
STREAM = (b"stream\n", b"\nendstream")
#: Name of the signature field.
FIELD = "OfficeSignature"
#: In the document's properties; survives conversions that drop data and signature.
KEYWORD = "valise-dispatch"

#: Default limits of a reader, in bytes.
MAX_FILE = 64 << 20
MAX_PAYLOAD = 64 << 20
#: The hex digits of the signature; two certificates and a signature take about 3,000.
MAX_HOLE = 64 << 10
#: Numbers of the dictionary are patched into this placeholder; a file of MAX_FILE never needs all ten digits.
PLACEHOLDER = 1234567890

_NUMBER = rb"(0|[1-9]\d{0,9})"
#: Up to and including the `<` of Contents: hole begins, hole ends, bytes signed behind it.
HEAD = re.compile(rb"/ByteRange \[ 0 " + _NUMBER + rb" " + _NUMBER + rb" " + _NUMBER + rb" {2,40}\] /Contents <")
#: From the byte behind the `>` of Contents: form, offset and length of the payload's stream, time of signing (UTC).
TAIL = re.compile(
    rb" /Dispatch \[ " + _NUMBER + rb" " + _NUMBER + rb" " + _NUMBER + rb" {2,40}\]"
    rb" /Filter /Adobe\.PPKLite /M \(D:(\d{14})\+00'00'\) "
)
#: A ByteRange in any writing.
ANY_RANGE = re.compile(rb"/ByteRange\s*\[")


@dataclass(frozen=True)
class Place:
    """Where one signature dictionary says that its parts lie.

    found: where its ByteRange is written; open: the `<` of Contents; close: behind its `>`; end: of the signed file.
    """

    found: int
    open: int
    close: int
    end: int


def places(data: bytes) -> list[Place]:
    """The signature dictionaries of `data` that are where they say they are. Anything inside a payload is not."""
    found = []
    for match in HEAD.finditer(data):
        opens, closes, behind = (int(group) for group in match.groups())
        is_hole = opens + 2 <= closes <= opens + 2 + MAX_HOLE and data[closes - 1 : closes] == b">"
        if is_hole and match.end() == opens + 1:
            found.append(Place(match.start(), opens, closes, closes + behind))
    return found


def ranges_outside(data: bytes, start: int, end: int) -> int:
    """How many ByteRanges are written outside the payload's bytes; a payload may carry dispatches as files."""
    return sum(1 for match in ANY_RANGE.finditer(data) if not start <= match.start() < end)
