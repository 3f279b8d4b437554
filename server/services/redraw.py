"""Draws the pages of a report dispatch again from its data: what people read is what the data says, or it is not.

The pages follow from the changes that their office held when it sent them, and those are named by the dispatch's tips.
So a receiver who has them can draw the same pages and compare what is drawn.
"""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from server import __version__
from server.base.errors import Refused, ValiseError
from server.base.i18n import _
from server.db.base import Base
from server.db.session import UnitSession
from server.reports.carrier.drawing import drawing_digest
from server.reports.sheets import Stamp
from server.services import vouching
from server.services.consolidate import progress_report
from server.services.pouch import short_fingerprint
from server.services.received import Judged
from server.sync import keys, tips
from server.sync.apply import apply_changesets
from server.sync.canonical import Changeset, decode
from server.sync.manifest import Manifest
from server.sync.payload import read_payload
from server.sync.scope import Allowed, allow_all, depends_on

#: What a comparison comes to.
SAME, DIFFERENT, OTHER_VERSION, NOT_COMPARED = "same", "different", "other_version", "not_compared"
#: Changes that are put together again for a comparison, at most: a larger report is compared when somebody asks.
_MOST_AT_ONCE = 5000


def compare_pages(
    connection: sa.Connection, data: bytes, manifest: Manifest, certificate: bytes, raws: list[bytes],
    most: int | None = _MOST_AT_ONCE, allowed: Allowed = allow_all,
) -> str:
    """Compare the pages of a sealed file with those drawn from its data: SAME, DIFFERENT, OTHER_VERSION, NOT_COMPARED.

    `connection` holds everything the dispatch builds on and brings; `raws` are all changes that the dispatch carries.
    `allowed` says whose changes counted for the sender.
    """
    if manifest.kind != "report" or manifest.parts != 1 or manifest.period is None or "cover" in manifest.extra:
        return NOT_COMPARED
    held = tips.upto(connection, manifest.tips)
    if held is None or (most is not None and len(held) > most):
        return NOT_COMPARED
    try:
        came = drawing_digest(data)
        drawn = drawing_digest(_drawn_again(held, manifest, certificate, raws, allowed))
    except ValiseError as failure:
        return DIFFERENT if isinstance(failure, Refused) and failure.code == "drawing_unreadable" else NOT_COMPARED
    if came == drawn:
        return SAME
    return DIFFERENT if manifest.app == __version__ else OTHER_VERSION


def compared(session: UnitSession, judged: Judged) -> str:
    """What the pages of a dispatch are worth, as far as its changes are here: one of compare_pages' words."""
    connection, manifest = session.connection(), judged.manifest
    if manifest.kind != "report" or manifest.counts.get("changesets", 0) > _MOST_AT_ONCE:
        return NOT_COMPARED
    authority = vouching.authority(session)

    def counted(change: Changeset) -> bool:
        return change.device == manifest.from_device or authority(change)

    try:
        raws = read_payload(judged.payload, find=tips.finder(connection, manifest.base)).raws
    except Refused:
        return NOT_COMPARED
    return compare_pages(connection, judged.data, manifest, judged.certificate, raws, allowed=counted)


def pages_sentence(state: str, app: str) -> str:
    """What a person is told of a comparison; nothing when there was none."""
    return {
        SAME: _("Its pages say what its data says."),
        DIFFERENT: _("Its pages do not say what its data says: call the office before you use either."),
        OTHER_VERSION: _("Its pages were drawn by Valise %(app)s and cannot be compared with its data here.", app=app),
    }.get(state, "")


def _drawn_again(
    held: list[bytes], manifest: Manifest, certificate: bytes, raws: list[bytes], allowed: Allowed
) -> bytes:
    """The pages as the office's Valise drew them, from nothing but its changes."""
    from server.reports.progress import progress_document  # noqa: PLC0415  (paper loads when drawn)

    scratch = sa.create_engine("sqlite://")
    try:
        with scratch.begin() as copy:
            Base.metadata.create_all(copy)
            apply_changesets(copy, held, allowed=allowed, lost=_outside(held))
        stamp = Stamp(
            datetime.fromtimestamp(manifest.made, UTC), manifest.number, short_fingerprint(manifest.dispatch, raws),
            keys.holder_of(certificate).title,
        )
        with Session(scratch) as session:
            editions = [progress_report(session, manifest.from_office, manifest.period or "", language)
                        for language in manifest.languages]
        return progress_document(editions[0], editions[1] if len(editions) > 1 else None, stamp).pdf
    finally:
        scratch.dispose()


def _outside(held: list[bytes]) -> set[bytes]:
    """What the office's changes build on without having it: changes that headquarters declared lost."""
    changes = [decode(raw) for raw in held]
    return {i for change in changes for i in depends_on(change)} - {change.id for change in changes}
