"""Commands on dispatches: send, receive, inspect, conflicts, resolve."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import click

from server.base.clock import system_clock
from server.base.i18n import _
from server.base.paths import DataDir
from server.cli.folders import data_option
from server.services import conflicts as conflict_service
from server.services.folder import open_folder
from server.services.receive import inspect as inspect_file
from server.services.receive import receive as receive_files
from server.services.send import send as send_dispatch

_FILE = click.Path(path_type=Path, dir_okay=False)


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
@data_option
def send(
    data: DataDir, target: Path, period: str | None, receiver: str, full: bool, eml: Path | None, max_size: int | None
) -> None:
    """Write a signed PDF that people read and the receiver's Valise imports."""
    with open_folder(data, system_clock) as folder:
        sent = send_dispatch(folder, target, period=period, receiver=receiver, full=full, eml=eml, max_size=max_size)
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
    for draft in sent.drafts:
        click.echo(_("%(file)s: e-mail draft, not sent", file=draft))


@click.command()
@click.argument("files", nargs=-1, required=True, type=_FILE)
@click.option("--json", "in_json", is_flag=True, help="One JSON document on stdout.")
@data_option
def receive(data: DataDir, files: tuple[Path, ...], in_json: bool) -> int:
    """Verify and import dispatches, in any order; each is whole or not at all."""
    with open_folder(data, system_clock) as folder:
        results = receive_files(folder, files)
    if in_json:
        click.echo(as_json([r.as_dict() for r in results]))
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


@click.command()
@click.option("--json", "in_json", is_flag=True, help="One JSON document on stdout.")
@data_option
def conflicts(data: DataDir, in_json: bool) -> None:
    """List values that were set without sight of each other."""
    with open_folder(data, system_clock) as folder:
        found = conflict_service.conflicts(folder)
    if in_json:
        click.echo(as_json([c.as_dict() for c in found]))
        return
    for conflict in found:
        click.echo(conflict.sentence)
    if not found:
        click.echo(_("No conflicts."))


@click.command()
@click.argument("conflict")
@click.option("--keep", required=True, help="mine, theirs or a value.")
@data_option
def resolve(data: DataDir, conflict: str, keep: str) -> None:
    """Choose the value of a conflict."""
    with open_folder(data, system_clock) as folder:
        kept = conflict_service.resolve(folder, conflict, keep)
    click.echo(_("%(conflict)s is settled: %(value)s", conflict=conflict, value=kept))


COMMANDS = (send, receive, inspect, conflicts, resolve)
