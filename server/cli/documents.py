"""Commands that print: report and dump."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from server.base.clock import system_clock
from server.base.i18n import LANGUAGES, _
from server.base.paths import DataDir
from server.cli.folders import data_option
from server.services.documents import KINDS, write_report
from server.services.folder import open_folder
from server.sync.dump import canonical_state

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("kind", type=click.Choice(KINDS))
@click.option("--to", "target", required=True, type=_FILE, help="The file to write.")
@click.option("--period", help="Short name of the reporting period; Y1.2 is its second half, all every period.")
@click.option("--language", type=click.Choice(LANGUAGES), default="en")
@click.option("--office", help="Code of the office the document is of.")
@click.option("--layout", help="Name of the layout of an annual or progress report; without it the usual one.")
@click.option("--activity", help="Id of the activity whose record is printed; without it all of the period.")
@data_option
def report(
    data: DataDir, kind: str, target: Path, period: str | None, language: str, office: str | None, layout: str | None,
    activity: str | None,
) -> None:
    """Write a document; the name's ending says whether as PDF, Word or Excel file."""
    with open_folder(data, system_clock) as folder:
        pages = write_report(folder, kind, target, period=period, language=language, office=office, layout=layout,
                             activity=activity)
    if pages is None:
        click.echo(_("%(file)s: written, %(size)s bytes", file=target, size=target.stat().st_size))
    else:
        click.echo(_("%(file)s: %(pages)s pages", file=target, pages=pages))


@click.command()
@click.option("--json", "in_json", is_flag=True, help="One JSON document; without it one record per line.")
@data_option
def dump(data: DataDir, in_json: bool) -> None:
    """Print the canonical state: equal sets of changes give equal bytes."""
    with open_folder(data, system_clock) as folder, folder.engine.connect() as connection:
        content = canonical_state(connection)
    if in_json:
        lines = [line for line in content.splitlines() if line]
        content = b"[\n" + b",\n".join(lines) + b"\n]\n"
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


COMMANDS = (report, dump)
