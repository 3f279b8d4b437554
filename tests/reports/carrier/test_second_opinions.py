"""What programs that are not ours say of a sealed file: poppler, qpdf, pyHanko and a PDF/A validator."""

from __future__ import annotations

import io
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from server.reports import carrier
from server.reports.carrier import form

WHEN = datetime(2015, 1, 31, 16, 30, tzinfo=UTC)
VALIDATOR = Path(__file__).resolve().parents[4] / "shared" / "tools" / "pdfa-check" / "pdfa-check"


def run(*command: object) -> str:
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, check=True).stdout


@pytest.mark.poppler
def test_pdfsig_says_valid_and_that_all_of_it_is_signed(require_tool, saved, printed):
    told = run(require_tool("pdfsig"), saved(printed))
    assert "Signature is Valid" in told
    assert "Total document signed" in told
    assert "ETSI.CAdES.detached" in told
    assert "Kyrgyzstan country office" in told
    assert told.count("Signature #") == 1


@pytest.mark.poppler
def test_pdfdetach_gives_the_data(require_tool, saved, printed, tmp_path):
    path = saved(printed)
    assert form.ATTACHMENT in run(require_tool("pdfdetach"), "-list", path)
    run(require_tool("pdfdetach"), "-save", "1", "-o", tmp_path / "data", path)
    assert (tmp_path / "data").read_bytes() == carrier.open_sealed(printed).payload


def test_qpdf_finds_nothing_wrong(require_tool, saved, printed, small):
    for data in (printed, small):
        assert "No syntax or stream encoding errors found" in run(require_tool("qpdf"), "--check", saved(data))


def test_openssl_verifies_the_container_over_the_signed_ranges(require_tool, saved, printed, signer, tmp_path):
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    place = form.places(printed)[0]
    signature = saved(bytes.fromhex(printed[place.open + 1 : place.close - 1].decode()), "signature.der")
    content = saved(printed[: place.open] + printed[place.close :], "content")
    root = saved(x509.load_der_x509_certificate(signer.chain[0]).public_bytes(Encoding.PEM), "root.pem")
    command = ("cms", "-verify", "-binary", "-inform", "DER", "-in", signature, "-content", content, "-CAfile", root)
    run(require_tool("openssl"), *command, "-purpose", "any", "-cades", "-out", tmp_path / "out")


@pytest.mark.parametrize("certified", [True, False])
def test_pyhanko_says_entire_file_and_no_modification(create_signer, create_dispatch, create_pages, certified):
    from asn1crypto import x509
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.diff_analysis import ModificationLevel
    from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    by = create_signer(certified=certified)
    data = create_dispatch(create_pages(1), by=by, box=(380.0, 40.0, 560.0, 90.0))
    anchor = x509.Certificate.load(by.chain[0] if certified else by.certificate)
    reader = PdfFileReader(io.BytesIO(data), strict=True)
    (signature,) = reader.embedded_regular_signatures
    context = ValidationContext(trust_roots=[anchor], allow_fetching=False, revocation_mode="soft-fail")
    status = validate_pdf_signature(signature, signer_validation_context=context)
    assert status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    assert status.modification_level == ModificationLevel.NONE
    assert status.intact
    assert status.valid
    assert status.trusted
    assert status.bottom_line
    assert status.docmdp_ok


@pytest.fixture(scope="module")
def report():
    """Pages as documents draw them, in three scripts, with a box for the signature."""
    from server.reports.story import Cover, Frame, SignatureBox, Story, render

    story = Story("en")
    story.contents()
    story.heading(1, "Bangladesh")
    story.paragraph(story.footnote("The focal point was named in April 2014.", "By letter."))
    story.table(["Country", "Left"], [("Bangladesh", story.footnote("12", "Budget less spent"))])
    story.footnotes()
    story.part("bn", "বাংলা")
    story.paragraph("সরকার এপ্রিল মাসে কর্মসূচি অনুমোদন করেছে।")
    story.part("ar", "العربية")
    story.paragraph("وافقت الحكومة على البرنامج في أبريل 2014.")
    cover = Cover("Joint programme", signature=SignatureBox(["Signed by the country office"]))
    return render(story, Frame("Progress report", cover=cover, when=WHEN))


@pytest.mark.slow
def test_sealed_and_archived_files_are_valid_pdf_a_3b(require, saved, printed, report, create_pages, create_dispatch):
    pages = create_pages(2)
    texts = {"title": "تقرير", "author": "HQ", "subject": "<&>", "language": "ar"}
    files = [
        saved(printed, "visible.pdf"),
        saved(create_dispatch(pages), "invisible.pdf"),
        saved(create_dispatch(report.pdf, box=report.signature_box, page=report.signature_page), "report.pdf"),
        saved(carrier.archive(pages, **texts, when=WHEN), "archived.pdf"),
    ]
    validate(require, "3b", files)


@pytest.mark.slow
@pytest.mark.parametrize("profile", ["3a", "ua1"])
def test_tagged_pages_are_valid_pdf_a_3a_and_pdf_ua_1_sealed_and_archived(
    require, saved, report, create_dispatch, profile
):
    """Also the signature's field has its place in what is read aloud."""
    texts = {"title": "Progress report", "author": "HQ", "subject": "Programme", "language": "en"}
    files = [
        saved(create_dispatch(report.pdf, box=report.signature_box, page=report.signature_page), "report.pdf"),
        saved(carrier.archive(report.pdf, **texts, when=WHEN), "archived.pdf"),
    ]
    validate(require, profile, files)


def validate(require, profile, files):
    """The validator passes every file."""
    require(VALIDATOR.is_file(), "the PDF/A validator beside the repository")
    told = subprocess.run([str(VALIDATOR), profile, *map(str, files)], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout
    assert told.stdout.count(f"PASS {profile}") == len(files), told.stdout
