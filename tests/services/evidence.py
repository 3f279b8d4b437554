"""Photos and papers for tests: made, filed as evidence of an activity, and looked for where they should be."""

from __future__ import annotations

import io
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from server.db.session import read_session, write_session
from server.domain.activities.queries import activity
from server.domain.documents.queries import DocumentFacts, documents
from server.domain.records import Work
from server.services import files, filing
from server.services.folder import Folder
from server.services.load import record_id
from server.services.pouch import Packed
from server.services.send import send
from tests.services.world import Desk, log


def photo(seed: int = 1, size: tuple[int, int] = (320, 240), **saved: Any) -> bytes:
    """A picture that no other seed gives: noise, as large in bytes as a photo of its size."""
    noise = random.Random(seed).randbytes(size[0] * size[1] * 3)
    found = io.BytesIO()
    Image.frombytes("RGB", size, noise).save(found, "JPEG", quality=90, **saved)
    return found.getvalue()


def paper(seed: int, size: int) -> bytes:
    """A file that is no picture and cannot be compressed."""
    return b"%PDF-paper" + random.Random(seed).randbytes(size - 10)


def file(folder: Folder, contents: Sequence[bytes], names: Sequence[str] = ()) -> tuple[str, list[DocumentFacts]]:
    """Log an activity and file its evidence, as the form does. The activity, and its documents."""
    where = {"output_id": record_id("output", "output-5"), "country_id": None} if folder.identity.hq else {}
    shows = log(folder, "Training of focal points", **where)
    file_more(folder, shows, contents, names)
    return shows, evidence(folder, shows)


def file_more(
    folder: Folder, shows: str, contents: Sequence[bytes], names: Sequence[str] = (), *, place: bool = False
) -> filing.Filing:
    """File evidence of an activity that is logged already."""
    author = folder.author()
    with write_session(folder.engine, author) as session:
        session.info["clock"] = folder.clock
        uploads = [filing.Upload(name, lambda content=content: content)
                   for name, content in zip(names or [f"photo-{n}.jpg" for n in range(99)], contents, strict=False)]
        work = Work(session, author, folder.clock)
        return filing.file_evidence(work, folder.data, shows, "", "", uploads, place=place)


def evidence(folder: Folder, shows: str) -> list[DocumentFacts]:
    """The documents of an activity, as a folder has them."""
    with read_session(folder.engine) as session:
        return documents(session, activity(session, shows).evidence_ids)


def travelling(found: Sequence[DocumentFacts]) -> list[str]:
    """Hashes of what travels."""
    return [one.copy_sha256 or one.sha256 or "" for one in found]


def here(folder: Folder, hashes: Sequence[str]) -> list[bool]:
    """Which files a folder has, whole."""
    return [files.is_here(folder.data, one) and bool(files.content(folder.data, one)) for one in hashes]


def to_hq(office: Folder, desk: Desk, name: str = "a.pdf", **how: Any) -> Packed:
    return send(office, desk.file(name), period="y1", **how)


def circular(hq: Folder, desk: Desk, name: str = "circular.pdf", **how: Any) -> Path:
    return send(hq, desk.file(name), receiver="KG", **how).files[0]
