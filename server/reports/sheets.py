"""What drawing takes beside a document's facts, and what it gives: light enough to be imported at the start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from server.base import i18n


@dataclass(frozen=True)
class Letter:
    """What the pages say. `facts` are label and value, `steps` what the reader does with the file, in order.

    `language` is by default the one that the words are asked for in.
    """

    title: str
    programme: str
    sender: str
    receiver: str
    facts: Sequence[tuple[str, str]]
    text: str
    steps: Sequence[str]
    tables: Sequence[tuple[str, Sequence[str], Sequence[Sequence[str]]]] = ()
    language: str = field(default_factory=i18n.language)


@dataclass(frozen=True)
class Stamp:
    """What the pages say of the dispatch they are part of.

    `number`: the dispatch's number, None for pages that are no dispatch. `fingerprint`: of what it carries, short.
    `signer`: who signs, in words; empty when nobody does. `when`: the document's date.
    """

    when: datetime
    number: int | None = None
    fingerprint: str = ""
    signer: str = ""


@dataclass(frozen=True)
class Rendered:
    """The pages. `signature_box` is (left, bottom, right, top) in points on page `signature_page`, counted from 0."""

    pdf: bytes
    pages: int
    signature_box: tuple[float, float, float, float] | None = None
    signature_page: int = 0
