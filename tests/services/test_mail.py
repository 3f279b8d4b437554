"""The e-mail draft opens in any mail program, unsent, with the dispatch attached as it is."""

from __future__ import annotations

import stat
import sys
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

import pytest

from server.base.i18n import use_language
from server.services.mail import cover_text, write_draft


def draft(tmp_path: Path, *, name: str = "kg-7.pdf", pdf: bytes = b"%PDF-1.7\n\x00\xff\r\n%%EOF", to: str | None = None,
          subject: str = "Dispatch 7", text: str = "See the attached PDF.\n") -> EmailMessage:
    """Write a draft and read it as a mail program does."""
    attachment = tmp_path / name
    attachment.write_bytes(pdf)
    write_draft(tmp_path / "draft.eml", to=to, subject=subject, text=text, attachment=attachment)
    message = BytesParser(policy=policy.default).parsebytes((tmp_path / "draft.eml").read_bytes())
    assert isinstance(message, EmailMessage)
    return message


def test_a_draft_is_unsent_and_carries_the_pdf_byte_by_byte(tmp_path: Path) -> None:
    pdf = bytes(range(256)) * 50
    message = draft(tmp_path, pdf=pdf, to="hq@valise.example")
    assert message["X-Unsent"] == "1"
    assert (message["To"], message["From"], message["Date"]) == ("hq@valise.example", None, None)
    (attached,) = message.iter_attachments()
    assert attached.get_content_type() == "application/pdf"
    assert (attached.get_filename(), attached.get_content()) == ("kg-7.pdf", pdf)


def test_words_and_names_of_every_script_arrive(tmp_path: Path) -> None:
    message = draft(tmp_path, name="отчет – تقرير.pdf", subject="Отчет за 2014 год – التقرير",
                    text="Первый год\nالسنة الأولى\nপ্রথম বছর\n")
    body = message.get_body()
    assert body is not None
    assert message["Subject"] == "Отчет за 2014 год – التقرير"
    assert body.get_content().replace("\r\n", "\n") == "Первый год\nالسنة الأولى\nপ্রথম বছর\n"
    assert [part.get_filename() for part in message.iter_attachments()] == ["отчет – تقرير.pdf"]


def test_lines_end_and_keep_to_the_lengths_that_mail_needs(tmp_path: Path) -> None:
    draft(tmp_path, pdf=b"x" * 5000, subject="A very long title " * 20)
    lines = (tmp_path / "draft.eml").read_bytes().split(b"\r\n")
    assert not any(b"\n" in line for line in lines)
    assert max(len(line) for line in lines) <= 998


def test_no_address_is_made_up(tmp_path: Path) -> None:
    assert draft(tmp_path)["To"] is None


@pytest.mark.parametrize("breach", ["Dispatch 7\nBcc: other@valise.example", "Dispatch 7\r\n\r\nother text"])
def test_a_title_of_two_lines_adds_no_header(tmp_path: Path, breach: str) -> None:
    message = draft(tmp_path, subject=breach, to="hq@valise.example\nCc: other@valise.example")
    assert message["Bcc"] is None
    assert message["Cc"] is None
    assert message["Subject"] == " ".join(breach.split())


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps rights elsewhere")
def test_other_programs_may_read_the_draft(tmp_path: Path) -> None:
    draft(tmp_path)
    assert stat.S_IMODE((tmp_path / "draft.eml").stat().st_mode) & 0o600 == 0o600


def test_the_cover_says_what_comes_and_what_to_do_with_it() -> None:
    text = cover_text("Country office", 7, "Year 1", "AB12-CD34")
    assert text.startswith("Country office sends dispatch 7 (Year 1) of its programme log.\n\n")
    assert "Drop it into Valise" in text
    assert text.endswith("Fingerprint: AB12-CD34\n")
    with use_language("fr"):
        assert "AB12-CD34" in cover_text("Country office", 7, "Year 1", "AB12-CD34")
