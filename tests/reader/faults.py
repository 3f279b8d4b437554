"""What can be wrong with a dispatch, and the limits that several parts of the reader keep."""

import struct

MIB, CHUNK, ITEMS = 1 << 20, 1 << 16, 12_000_000
# As far as a file can make Python stumble over what is not there or of another type.
BROKEN = (LookupError, TypeError, AttributeError, ValueError, ArithmeticError, struct.error, RecursionError)


class Damaged(Exception):
    """The file is not what the document says it must be."""


class Waits(Exception):
    """What it builds on is not here, or a later version wrote it."""


def need(true: object, what: str) -> None:
    """Refuse the file unless this holds."""
    if not true:
        raise Damaged(what)
