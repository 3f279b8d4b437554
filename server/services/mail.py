"""An e-mail draft with a dispatch attached: an .eml file that the mail program opens ready to send."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from server.base.i18n import _
from server.base.paths import write_atomically
from server.base.text import one_line


def write_draft(target: Path, *, to: str | None, subject: str, text: str, attachment: Path | None) -> None:
    """Write an unsent message (`X-Unsent: 1`, as mail programs know it) to `target`, with `attachment` if there is one.
    """
    message = EmailMessage(policy=SMTP)
    message["X-Unsent"] = "1"
    message["Subject"] = one_line(subject)
    if to:
        message["To"] = one_line(to)
    message.set_content(text)
    if attachment is not None:
        message.add_attachment(attachment.read_bytes(), maintype="application", subtype="pdf", filename=attachment.name)
    write_atomically(target, message.as_bytes(), mode=0o644)


def cover_text(office: str, number: int, period: str, fingerprint: str) -> str:
    """The words of the mail that carries a dispatch."""
    return _(
        "%(office)s sends dispatch %(number)s (%(period)s) of its programme log.\n\n"
        "Open the PDF to read the report. Drop it into Valise to import the data inside it.\n"
        "Fingerprint: %(print)s\n",
        office=office,
        number=number,
        period=period,
        print=fingerprint,
    )
