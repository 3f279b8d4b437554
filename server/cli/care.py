"""Commands that look after a folder: backup, restore, doctor."""

from __future__ import annotations

from pathlib import Path

import click

from server.base.clock import system_clock
from server.base.i18n import _
from server.base.paths import DataDir
from server.cli.dispatches import as_json
from server.cli.folders import data_option
from server.db.backup import restore_backup, write_backup
from server.services.backups import note_backup
from server.services.diagnostics import examine

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("file", type=_FILE)
@data_option
def backup(data: DataDir, file: Path) -> None:
    """Write the whole data folder as one verified file."""
    done = write_backup(data, file.absolute())
    note_backup(data, system_clock)
    click.echo(
        _("%(file)s: %(parts)s parts, %(size)s bytes, verified", file=done.path, parts=done.parts, size=done.size)
    )


@click.command()
@click.argument("file", type=_FILE)
@data_option
def restore(data: DataDir, file: Path) -> None:
    """Put a backup into the data folder; what was there is moved aside, never deleted."""
    aside = restore_backup(file.absolute(), data, system_clock())
    click.echo(_("%(folder)s was restored.", folder=data.root))
    if aside:
        click.echo(_("What was there before lies in %(folder)s.", folder=aside))


@click.command()
@click.option("--json", "in_json", is_flag=True, help="One JSON document on stdout.")
@data_option
def doctor(data: DataDir, in_json: bool) -> int:
    """Rebuild the records from the changes and compare; check files, chains and the database."""
    findings = examine(data, system_clock)
    if in_json:
        click.echo(as_json([f.as_dict() for f in findings]))
    else:
        for finding in findings:
            click.echo(finding.sentence, err=not finding.good)
    return 0 if all(f.good for f in findings) else 1


COMMANDS = (backup, restore, doctor)
