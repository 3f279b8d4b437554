"""What programs that people have do to a dispatch, and what the person who gets the result is told."""

from __future__ import annotations

import io
import subprocess

import pikepdf
import pytest

from server.reports.carrier import signing


def run(*command: object) -> None:
    subprocess.run([str(part) for part in command], capture_output=True, check=True)


@pytest.mark.parametrize("options", [(), ("--object-streams=generate",), ("--linearize",), ("--qdf",)])
def test_saved_anew_by_qpdf(require_tool, saved, printed, code_of, options):
    path = saved(printed)
    run(require_tool("qpdf"), *options, path, path.with_name("out.pdf"))
    assert code_of(path.with_name("out.pdf").read_bytes()) == "resaved"


def test_a_password_put_on_it_by_qpdf(require_tool, saved, printed, code_of):
    path = saved(printed)
    run(require_tool("qpdf"), "--encrypt", "a", "b", "256", "--", path, path.with_name("out.pdf"))
    assert code_of(path.with_name("out.pdf").read_bytes()) == "protected"


def test_saved_anew_by_pikepdf(printed, code_of):
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(printed)) as pdf:
        pdf.save(out)
    assert code_of(out.getvalue()) == "resaved"


@pytest.mark.parametrize(
    ("taken", "code"),
    [
        (("/AcroForm", "/Perms", "annotations"), "resaved"),
        (("/Names", "/AF"), "stripped"),
        (("/AcroForm", "/Perms", "annotations", "/Names", "/AF"), "printed"),
    ],
)
def test_parts_taken_out(printed, code_of, taken, code):
    """The signature stripped; the data stripped, as some mail gateways do; both."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(printed)) as pdf:
        for name in taken:
            if name == "annotations":
                del pdf.pages[0].obj["/Annots"]
            else:
                del pdf.Root[name]
        pdf.save(out)
    assert code_of(out.getvalue()) == code


def test_converted_by_ghostscript(require_tool, saved, printed, code_of, tmp_path):
    path = saved(printed)
    common = (require_tool("gs"), "-q", "-dNOPAUSE", "-dBATCH")
    run(*common, "-sDEVICE=pdfwrite", f"-sOutputFile={tmp_path / 'direct.pdf'}", path)
    direct = (tmp_path / "direct.pdf").read_bytes()
    # newer versions keep the attachment, older ones drop it: without a signature it is a printed copy either way
    assert code_of(direct) == "printed"
    run(*common, "-sDEVICE=ps2write", f"-sOutputFile={tmp_path / 'printed.ps'}", path)
    run(*common, "-sDEVICE=pdfwrite", f"-sOutputFile={tmp_path / 'again.pdf'}", tmp_path / "printed.ps")
    assert code_of((tmp_path / "again.pdf").read_bytes()) == "printed"
    run(*common, "-r40", "-sDEVICE=pdfimage24", f"-sOutputFile={tmp_path / 'scan.pdf'}", path)
    assert code_of((tmp_path / "scan.pdf").read_bytes()) == "printed"


@pytest.mark.poppler
def test_printed_by_cairo(require_tool, saved, printed, code_of):
    path = saved(printed)
    run(require_tool("pdftocairo"), "-pdf", path, path.with_name("out.pdf"))
    assert code_of(path.with_name("out.pdf").read_bytes()) == "printed"


def test_changes_saved_on_top(printed, code_of):
    """A note or a second signature is appended as a revision of its own."""
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(io.BytesIO(printed))
    writer.root["/Note"] = generic.pdf_string("approved")
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)
    assert out.getvalue().startswith(printed)
    assert code_of(out.getvalue()) == "saved_on_top"


def test_a_second_signature_on_top(printed, create_signer, code_of):
    from asn1crypto import x509
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields, signers

    stranger = create_signer(certified=False)
    signer = signing._DeviceSigner(stranger.key, x509.Certificate.load(stranger.certificate), ())
    metadata = signers.PdfSignatureMetadata(
        field_name="Second", md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES
    )
    with pikepdf.open(io.BytesIO(printed)) as pdf:
        del pdf.Root["/Perms"]  # a program that respects the first signature would not sign at all
        out = io.BytesIO()
        pdf.save(out)
    second = signers.sign_pdf(IncrementalPdfFileWriter(out), metadata, signer).getvalue()
    assert code_of(second) == "resaved"
    tail = second[len(out.getvalue()) :]
    assert b"/ByteRange" in tail
    assert code_of(printed + tail) == "saved_on_top"


def test_a_pdf_that_never_was_a_dispatch(blank_pages, create_pages, code_of):
    assert {code_of(blank_pages), code_of(create_pages(1))} == {"not_a_dispatch"}


@pytest.mark.parametrize("data", [b"PK\x03\x04" + bytes(60), b"<html>Log in</html>", b"\0" * 500, b"a"])
def test_a_file_that_is_no_pdf(data, code_of):
    assert code_of(data) == "not_pdf"


@pytest.mark.parametrize(
    "producer",
    [b"(cairo 1.18)", b"(Skia/PDF m120)", b"<FEFF%b>" % "Microsoft: Print To PDF".encode("utf-16-be").hex().encode()],
)
def test_what_a_printer_wrote_is_told_as_perhaps_a_copy(producer, code_of):
    assert code_of(b"%PDF-1.4\n1 0 obj <</Producer " + producer + b">> endobj\n%%EOF\n") == "printed"
