"""Pages as pictures while somebody looks: a document is drawn once and kept until the log changes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import TYPE_CHECKING

from server.base.i18n import _
from server.domain.reporting.figures import Figures
from server.services.documents import Request, report_file
from server.services.folder import Folder

if TYPE_CHECKING:
    from server.reports.story import Story

#: how finely the pages of a draft are drawn, 1 is 72 points to the inch, and how many of them
_DRAFT_SCALE, _SHOWN = 1.25, 3
#: documents kept at a time: turning pages must not draw them again, and memory is small
_KEPT = 4
#: pictures of pages kept at a time
_PICTURES = 24


@dataclass(frozen=True)
class Drawn:
    """A document as PDF/A, and how many pages it has."""

    pdf: bytes
    pages: int


@dataclass
class Shelf:
    """What was drawn last, for one process."""

    _documents: OrderedDict[tuple[object, ...], Drawn] = field(default_factory=OrderedDict)
    _pictures: OrderedDict[tuple[object, ...], bytes] = field(default_factory=OrderedDict)
    _figures: OrderedDict[tuple[object, ...], Figures] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)
    #: another one: who types must not wait until a whole document is drawn
    _counting: Lock = field(default_factory=Lock)

    def figures(self, folder: Folder, report: str, compute: Callable[[], Figures]) -> Figures:
        """The figures of a report (its id): `compute` gathers them, once until the log changes."""
        key = (*_state(folder), report)
        with self._counting:
            if key not in self._figures:
                self._figures.clear()
                self._figures[key] = compute()
            return self._figures[key]

    def document(self, folder: Folder, kind: str, request: Request) -> Drawn:
        """The document as the log is now. Errors: NotFound, Refused."""
        key = (*_state(folder), kind, request)
        with self._lock:
            found = self._documents.get(key)
            if found is None:
                content, pages = report_file(folder, kind, ".pdf", request)
                found = self._documents[key] = Drawn(content, pages or 0)
            self._documents.move_to_end(key)
            while len(self._documents) > _KEPT:
                self._documents.popitem(last=False)
        return found

    def picture(self, folder: Folder, kind: str, request: Request, page: int, scale: float) -> bytes:
        """A page (from 1) as PNG. Errors: IndexError when there is no such page, NotFound, Refused."""
        from server.reports.office.pictures import page_picture  # noqa: PLC0415  (loads when looked at)

        drawn = self.document(folder, kind, request)
        key = (*_state(folder), kind, request, page, scale)
        with self._lock:
            found = self._pictures.get(key)
            if found is None:
                found = self._pictures[key] = page_picture(drawn.pdf, page - 1, scale)
            self._pictures.move_to_end(key)
            while len(self._pictures) > _PICTURES:
                self._pictures.popitem(last=False)
        return found


def _state(folder: Folder) -> tuple[object, ...]:
    """What a document depends on beside the request: the changes in the log, and the day."""
    with folder.engine.connect() as connection:
        newest = connection.exec_driver_sql("SELECT max(n), count(*) FROM sync_changeset").one()
    return str(folder.data.root), *newest, folder.clock().date()


@dataclass(frozen=True)
class Draft:
    """A text that is being typed, as it will be printed: its pages as PNG, and bytes of the PDF they make alone."""

    pages: tuple[bytes, ...]
    size: int


def draft_pages(heading: str, text: str, language: str, when: datetime) -> Draft:
    """The pages that one section makes, in the styles of the report: the rest of it need not be drawn for that.

    `text` has its figures filled in. At most _SHOWN pages come as pictures.
    """
    from server.reports.frame import Frame  # noqa: PLC0415  (paper loads when drawn)
    from server.reports.manuscript import Manuscript, typeset  # noqa: PLC0415
    from server.reports.office.pictures import page_pictures  # noqa: PLC0415
    from server.reports.parts.narrative import write_text  # noqa: PLC0415

    def tell(story: Story) -> None:
        story.heading(1, heading)
        write_text(story, text, _("Nothing is written yet."))

    drawn = typeset(Manuscript(language, Frame(title=heading, when=when), tell))
    return Draft(tuple(page_pictures(drawn.pdf, _DRAFT_SCALE, _SHOWN)), len(drawn.pdf))
