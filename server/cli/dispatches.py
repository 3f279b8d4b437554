"""Commands on dispatches: send, receive, inspect."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from server.base.clock import system_clock
from server.base.i18n import _
from server.base.paths import DataDir
from server.base.text import one_line
from server.cli.folders import data_option
from server.services.folder import open_folder
from server.services.receive import inspect as inspect_file
from server.services.receive import receive as receive_files
from server.services.received import Step, Watch
from server.services.send import send as send_dispatch

_FILE = click.Path(path_type=Path, dir_okay=False)
#: back to the beginning of the line, and clear it (ECMA-48, EL)
_CLEAR = "\r\x1b[K"


def _size(_context: click.Context, _parameter: click.Parameter, value: str | None) -> int | None:
    """Bytes of `10MB`, `500kB` or a bare number."""
    if value is None:
        return None
    match = re.fullmatch(r"(\d+)\s*(k|M)?B?", value.strip(), re.IGNORECASE)
    if not match or not int(match[1]):
        raise click.BadParameter(_("give a size such as 10MB or 500kB"))
    return int(match[1]) * {"k": 1000, "m": 1_000_000}.get((match[2] or "").lower(), 1)


def as_json(content: Any) -> str:
    """One JSON document, readable."""
    return json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True)


@click.command()
@click.option("--to", "target", required=True, type=_FILE, help="The PDF to write.")
@click.option("--period", help="Short name of the reporting period.")
@click.option("--for", "receiver", default="hq", help="An office's code, hq, or replica for a second laptop.")
@click.option("--full", is_flag=True, help="Carry everything, whatever was acknowledged.")
@click.option("--eml", type=_FILE, help="Write an unsent e-mail with the PDF attached.")
@click.option("--max-size", callback=_size, help="Largest PDF the mailbox takes, such as 10MB.")
@click.option("--files", "evidence", type=click.Choice(["all", "fit", "none"]),
              help="Which photos and files go along: all in as many parts as it takes, those that fit, or none. "
                   "Those that fit is the rule when a size is given, all when not.")
@click.option("--cover-only/--whole-report", default=None,
              help="Whether the pages leave the report out; they do when the dispatch is sealed.")
@click.option("--openly", is_flag=True, help="Do not seal it, although the programme is confidential.")
@data_option
def send(data: DataDir, target: Path, **how: Any) -> None:
    """Write a signed PDF that people read and the receiver's Valise imports."""
    with open_folder(data, system_clock) as folder:
        sent = send_dispatch(folder, target, **how)
    for path in sent.files:
        click.echo(
            _(
                "%(file)s: dispatch %(number)s, %(changes)s changes, %(size)s bytes, fingerprint %(print)s",
                file=path,
                number=sent.number,
                changes=sent.changes,
                size=path.stat().st_size,
                print=sent.fingerprint,
            )
        )
    for sentence in (*(sent.readers.sentences() if sent.readers else ()), *sent.told_of_files()):
        click.echo(sentence)
    for draft in sent.drafts:
        click.echo(_("%(file)s: e-mail draft, not sent", file=draft))


@contextmanager
def meter() -> Iterator[Watch | None]:
    """On a terminal: how far receiving is, in one line of stderr that is gone at the end; None elsewhere."""
    if not sys.stderr.isatty():
        yield None
        return

    def show(step: Step) -> None:
        share = f"{100 * step.done // step.total} %" if step.total else "…"
        sys.stderr.write(f"{_CLEAR}{step.place + 1}/{step.files}  {one_line(step.file)}  {share}")
        sys.stderr.flush()

    try:
        yield show
    finally:
        sys.stderr.write(_CLEAR)
        sys.stderr.flush()


@click.command()
@click.argument("files", nargs=-1, required=True, type=_FILE)
@click.option("--json", "in_json", is_flag=True, help="One JSON document on stdout.")
@data_option
def receive(data: DataDir, files: tuple[Path, ...], in_json: bool) -> int:
    """Verify and import dispatches, in any order; each is whole or not at all."""
    with open_folder(data, system_clock) as folder, meter() as watch:
        results = receive_files(folder, files, watch)
    if in_json:
        click.echo(as_json([r.as_dict() for r in results]))
    else:
        for sentence in folder.resumed:
            click.echo(sentence)
    for result in results:
        if not in_json and result.accepted:
            click.echo(result.sentence)
        elif not result.accepted:
            click.echo(result.sentence, err=True)
    return 0 if all(r.accepted for r in results) else 1


@click.command()
@click.argument("file", type=_FILE)
@click.option("--json", "in_json", is_flag=True, help="One JSON document on stdout.")
@data_option
def inspect(data: DataDir, file: Path, in_json: bool) -> int:
    """Tell who signed a dispatch, what it carries and what it would change; changes nothing."""
    found = inspect_file(data, file, system_clock)
    click.echo(as_json(found.as_dict()) if in_json else "\n".join(found.lines()))
    if found.refusal and not in_json:
        click.echo(found.refusal, err=True)
    return 1 if found.refusal else 0


COMMANDS = (send, receive, inspect)
