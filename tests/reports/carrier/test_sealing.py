"""What comes out of the seal: data and pages intact, one revision, the same bytes, and valid for everybody else."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pikepdf
import pytest

from server.base.errors import Refused
from server.reports import carrier
from server.reports.carrier import form

WHEN = datetime(2015, 1, 31, 16, 30, tzinfo=UTC)


def test_a_sealed_file_gives_back_payload_certificate_chain_and_time(small, signer):
    opened = carrier.open_sealed(small)
    assert opened.payload == b"\x28\xb5\x2f\xfd" + b"records " * 40
    assert opened.certificate == signer.certificate
    assert opened.chain == signer.chain
    assert opened.signed_at == WHEN
    assert opened.fingerprint == hashlib.sha256(signer.certificate).hexdigest()


@pytest.mark.parametrize("payload", [b"\x01", b"\0" * 70_000, os.urandom(200_000), b"endstream endobj %%EOF" * 9])
def test_any_payload_survives(create_dispatch, blank_pages, payload):
    assert carrier.open_sealed(create_dispatch(blank_pages, payload)).payload == payload


def test_a_payload_may_carry_other_dispatches_as_files(create_dispatch, blank_pages, small, code_of):
    """The marks that a reader looks for are in such a payload too, in the clear."""
    inside = b"\x28\xb5\x2f\xfd" + small + b"between" + small
    outer = create_dispatch(blank_pages, inside)
    assert carrier.open_sealed(outer).payload == inside
    at = outer.find(b"between")
    assert code_of(outer[:at] + b"BETWEEN" + outer[at + 7 :]) == "altered"
    assert code_of(outer[:-1]) == "truncated"


def test_a_device_that_certified_itself_may_carry_a_root_it_does_not_descend_from(
    create_signer, create_dispatch, blank_pages, signer
):
    alone = create_signer(certified=False)
    assert carrier.open_sealed(create_dispatch(blank_pages, by=alone)).chain == ()
    with_root = type(alone)(alone.key, alone.certificate, signer.chain)
    assert carrier.open_sealed(create_dispatch(blank_pages, by=with_root)).chain == signer.chain


def test_the_signers_own_certificate_in_the_chain_is_carried_once(create_dispatch, blank_pages, signer):
    twice = type(signer)(signer.key, signer.certificate, (*signer.chain, signer.certificate, *signer.chain))
    assert create_dispatch(blank_pages, by=twice) == create_dispatch(blank_pages)


def test_the_time_is_told_in_utc(create_dispatch, blank_pages):
    bishkek = datetime(2015, 2, 1, 2, 15, tzinfo=timezone(timedelta(hours=5, minutes=45)))
    opened = carrier.open_sealed(create_dispatch(blank_pages, when=bishkek))
    assert opened.signed_at == datetime(2015, 1, 31, 20, 30, tzinfo=UTC)


def test_pages_links_and_bookmarks_stay(create_pages, printed):
    with pikepdf.open(io.BytesIO(create_pages(3))) as before, pikepdf.open(io.BytesIO(printed)) as after:
        assert [page.Contents.read_bytes() for page in before.pages] == [
            page.Contents.read_bytes() for page in after.pages
        ]
        with after.open_outline() as outline:
            assert [item.title for item in outline.root] == ["Page 1", "Page 2", "Page 3"]
        assert [str(one.Subtype) for one in after.pages[0].Annots] == ["/Link", "/Widget"]
        assert [str(one.Subtype) for one in after.pages[1].Annots] == ["/Link"]
        assert after.Root.Lang == "en"
        assert str(after.docinfo.Title) == "Progress report"


def test_there_is_one_revision_and_the_signature_forbids_changes(printed):
    assert printed.count(b"startxref") == 1
    with pikepdf.open(io.BytesIO(printed)) as pdf:
        signature = pdf.Root.Perms.DocMDP
        assert signature.Reference[0].TransformParams.P == 1
        assert [int(number) for number in signature.ByteRange][-2:] == [
            len(printed) - int(signature.ByteRange[3]),
            int(signature.ByteRange[3]),
        ]


def test_the_name_of_the_attachment_is_one_that_readers_do_not_block():
    assert not form.ATTACHMENT.endswith((".bin", ".exe", ".zip"))


@pytest.mark.parametrize("title", ["", "Отчёт & <план>", "تقرير (التقدم)", "/ByteRange [ 0 1 2 3 ]", "]]> %%EOF \\"])
def test_no_text_of_a_person_breaks_the_file(create_dispatch, blank_pages, title):
    data = create_dispatch(blank_pages, title=title, author=title, subject=title)
    assert carrier.open_sealed(data).payload
    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert str(pdf.docinfo.Title) == title
        with pdf.open_metadata() as metadata:
            assert (metadata.get("dc:title") or "") == title


def test_a_file_that_its_receiver_would_refuse_does_not_leave(create_signer, create_dispatch, blank_pages):
    """The signer's name is written in the clear, so this one reads as a second ByteRange."""
    with pytest.raises(Refused) as refused:
        create_dispatch(blank_pages, by=create_signer("/ByteRange [ 0 1 2 3 ]"))
    assert refused.value.code == "two_signatures"


def test_a_key_that_does_not_fit_its_certificate_seals_nothing(create_signer, create_dispatch, blank_pages, signer):
    stranger = create_signer()
    with pytest.raises(ValueError, match="another key"):
        create_dispatch(blank_pages, by=type(signer)(stranger.key, signer.certificate, ()))


def test_the_same_input_is_the_same_bytes(create_dispatch, create_pages, printed):
    assert create_dispatch(create_pages(3), box=(380.0, 40.0, 560.0, 90.0)) == printed


def test_another_process_on_another_day_makes_the_same_bytes(saved, create_pages, signer, printed):
    """Also where hashes of strings, and so the order of sets, differ."""
    from server.sync import keys

    path = saved(create_pages(3), "pages.pdf")
    keys.store(path.with_name("device.key"), signer.key, (signer.certificate, *signer.chain))
    script = (
        "import sys, pathlib, datetime\n"
        "from server.reports import carrier\n"
        "from server.sync import keys\n"
        "path = pathlib.Path(sys.argv[1]); ring = keys.load(path.with_name('device.key'))\n"
        "when = datetime.datetime(2015, 1, 31, 16, 30, tzinfo=datetime.UTC)\n"
        "payload = b'\\x28\\xb5\\x2f\\xfd' + b'records ' * 40\n"
        "sys.stdout.buffer.write(carrier.seal(path.read_bytes(), payload, key=ring.key,\n"
        "  certificate=ring.certificates[0], chain=ring.certificates[1:], title='Progress report',\n"
        "  author='Kyrgyzstan', subject='Year 1', language='en', when=when, box=(380.0, 40.0, 560.0, 90.0)))\n"
    )
    root = Path(__file__).resolve().parents[3]
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(root), "TZ": "Asia/Kathmandu"}
        command = [sys.executable, "-c", script, str(path)]
        made = subprocess.run(command, env=environment, capture_output=True, check=True)
        assert made.stdout == printed


def test_without_deterministic_signing_only_the_signature_differs(monkeypatch, create_dispatch, blank_pages, small):
    """Some libraries cannot sign deterministically (RFC 6979); the rest of the file must not notice."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    from server.reports.carrier import signing

    monkeypatch.setattr(signing, "sign", lambda key, data: key.sign(data, ec.ECDSA(hashes.SHA256())))
    other = create_dispatch(blank_pages)
    place = form.places(small)[0]
    assert other != small
    assert other[: place.open] == small[: place.open]
    assert other[place.close :] == small[place.close :]
    assert carrier.open_sealed(other).payload == carrier.open_sealed(small).payload


def test_seal_adds_little(blank_pages, create_dispatch):
    """Data, seal, two certificates and the dressing of PDF/A together: under 7 kB beyond pages and payload."""
    assert len(create_dispatch(blank_pages, b"x")) - len(blank_pages) < 7_000


def test_archived_pages_are_the_same_bytes_every_time_and_no_dispatch(create_pages, code_of):
    texts = {"title": "Annual report", "author": "Headquarters", "subject": "", "language": "fr", "when": WHEN}
    assert carrier.archive(create_pages(2), **texts) == carrier.archive(create_pages(2), **texts)
    assert code_of(carrier.archive(create_pages(2), **texts)) == "not_a_dispatch"


def test_opening_does_not_load_the_libraries_that_write():
    script = (
        "import sys\nfrom server.reports import carrier\n"
        "loaded = {'pikepdf', 'pyhanko', 'asn1crypto', 'PIL', 'reportlab'} & set(sys.modules)\n"
        "sys.exit(f'loaded: {loaded}' if loaded else 0)"
    )
    root = Path(__file__).resolve().parents[3]
    subprocess.run([sys.executable, "-c", script], cwd=root, check=True)
