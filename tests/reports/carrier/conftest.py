"""Signers, pages and dispatches for the tests of the carrier."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from server.base.errors import Refused
from server.base.paths import asset_dir
from server.reports import carrier
from server.sync import keys

WHEN = datetime(2015, 1, 31, 16, 30, tzinfo=UTC)
MAGIC = b"\x28\xb5\x2f\xfd"


@dataclass(frozen=True)
class Signer:
    """A device of the programme: its key, its certificate, and the certificates that go with it."""

    key: EllipticCurvePrivateKey
    certificate: bytes
    chain: tuple[bytes, ...]


@pytest.fixture(scope="session")
def create_signer() -> Callable[..., Signer]:
    """Makes an office's device that a root certified, or one that certified itself."""
    root_key, root = keys.create_root("programme-1", "Programme root", WHEN)

    def create(title: str = "Kyrgyzstan country office", *, certified: bool = True) -> Signer:
        key = keys.device_key()
        holder = keys.Holder("office", "programme-1", "office-kg", "KG", "device-1", title)
        if not certified:
            return Signer(key, keys.self_signed(key, holder, WHEN), ())
        return Signer(key, keys.issue(root_key, root, key.public_key(), holder, WHEN), (root,))

    return create


@pytest.fixture(scope="session")
def signer(create_signer: Callable[..., Signer]) -> Signer:
    """One certified device."""
    return create_signer()


@pytest.fixture(scope="session")
def blank_pages() -> bytes:
    """One empty page: the smallest PDF there is."""
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(out, deterministic_id=True)
    return out.getvalue()


@pytest.fixture(scope="session")
def create_pages() -> Callable[[int], bytes]:
    """Draws pages of text with an embedded font, the same bytes every time."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen import canvas

    def create(count: int) -> bytes:
        pdfmetrics.registerFont(TTFont("CarrierTest", asset_dir() / "static" / "fonts" / "NotoSans-Regular.ttf"))
        out = io.BytesIO()
        page = canvas.Canvas(out, invariant=1, pageCompression=1, initialFontName="CarrierTest")
        for number in range(count):
            page.setFont("CarrierTest", 11)
            page.drawString(72, 760, f"Kyrgyzstan: progress report, page {number + 1}")
            page.bookmarkPage(f"p{number}")
            page.addOutlineEntry(f"Page {number + 1}", f"p{number}")
            page.linkRect("", f"p{number}", (72, 750, 200, 770))
            page.showPage()
        page.save()
        return out.getvalue()

    return create


@pytest.fixture(scope="session")
def create_dispatch(signer: Signer) -> Callable[..., bytes]:
    """Seals pages and payload by a signer."""

    def create(pages: bytes, payload: bytes = MAGIC + b"records " * 40, by: Signer = signer, **given: object) -> bytes:
        texts = {"title": "Progress report", "author": "Kyrgyzstan", "subject": "Year 1", "language": "en"}
        who = {"key": by.key, "certificate": by.certificate, "chain": by.chain}
        return carrier.seal(pages, payload, **{**who, **texts, "when": WHEN, **given})

    return create


@pytest.fixture(scope="session")
def small(create_dispatch: Callable[..., bytes], blank_pages: bytes) -> bytes:
    """The smallest dispatch: about 6 kB, so that a test can try every byte of it."""
    return create_dispatch(blank_pages)


@pytest.fixture(scope="session")
def printed(create_dispatch: Callable[..., bytes], create_pages: Callable[[int], bytes]) -> bytes:
    """A dispatch with three pages of text and a signature that can be clicked on the first."""
    return create_dispatch(create_pages(3), box=(380.0, 40.0, 560.0, 90.0))


@pytest.fixture
def code_of() -> Callable[[bytes], str]:
    """The code by which a file is refused; "opened" when it is not."""

    def refuse(data: bytes) -> str:
        try:
            carrier.open_sealed(data)
        except Refused as refusal:
            return refusal.code
        return "opened"

    return refuse


@pytest.fixture
def saved(tmp_path: Path) -> Callable[..., Path]:
    """Writes bytes to a file of the test."""

    def save(data: bytes, name: str = "dispatch.pdf") -> Path:
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return save
