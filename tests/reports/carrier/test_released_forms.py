"""Files that released versions sealed still open, byte for byte, and the document tells every code.

`golden/form-1.pdf` was sealed once by form 1 of the carrier, by a key that was thrown away. It is never made anew: when
it no longer opens, the reader has stopped reading what offices have sent.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

from server.reports import carrier
from server.reports.carrier import diagnosis
from server.sync import keys, trust

GOLDEN = Path(__file__).with_name("golden")
DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "dispatch-format.md"


def test_form_1_opens():
    data = (GOLDEN / "form-1.pdf").read_bytes()
    assert hashlib.sha256(data).hexdigest() == "e39d4a50b9cc76a42ea7dd410d75e8f329231e431b728705ceb15c4c5c36e4cf"
    opened = carrier.open_sealed(data)
    assert opened.payload == b"\x28\xb5\x2f\xfd" + bytes(range(256)) * 4
    assert opened.signed_at == datetime(2014, 12, 31, 23, 59, 59, tzinfo=UTC)
    holder = keys.Holder("office", "golden-programme", "golden-office", "KG", "golden-device", "Country office")
    assert keys.holder_of(opened.certificate) == holder
    verdict = trust.judge(
        opened.certificate,
        root=opened.chain[0],
        devices=[],
        programme_id="golden-programme",
        at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    assert verdict.standing == "issued"


def test_the_document_tells_every_code_of_the_carrier():
    document = DOCUMENT.read_text("utf-8")
    codes = {diagnosis.refusal(name).code for name in diagnosis._SENTENCES} | {"appended", "too_large", "unreadable"}
    assert [code for code in sorted(codes) if f"| `{code}` |" not in document] == []
