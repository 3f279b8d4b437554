"""Pages as pictures while somebody looks: a document is drawn once and kept until the log changes."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock

from server.services.documents import Request, report_file
from server.services.folder import Folder

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
    _lock: Lock = field(default_factory=Lock)

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
