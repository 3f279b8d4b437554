"""Commands on what came and went: undo an import, and the list of everything for those who ask later."""

from __future__ import annotations

from pathlib import Path

import click

from server.base.clock import system_clock
from server.base.errors import Refused
from server.base.i18n import _
from server.base.paths import DataDir, write_atomically
from server.cli.dispatches import as_json
from server.cli.folders import data_option
from server.db.session import read_session
from server.services import journal
from server.services import undo as undoing
from server.services.folder import open_folder

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("which", required=False)
@click.option("--last", is_flag=True, help="The latest import that can be undone.")
@click.option("--anyway", is_flag=True, help="Also what was built upon it; a verified backup is made first.")
@click.option("--json", "in_json", is_flag=True, help="One JSON document on stdout.")
@data_option
def undo(data: DataDir, which: str | None, last: bool, anyway: bool, in_json: bool) -> int:
    """Undo the import of WHICH: a file, its name, or the beginning of its hash or of its dispatch's id."""
    if bool(which) == last:
        raise click.UsageError(_("Name one file, or say --last."))
    with open_folder(data, system_clock) as folder:
        sha256 = undoing.named(folder, which) if which else undoing.last(folder)
        planned = undoing.plan(folder, sha256)
        try:
            done = undoing.undo(folder, sha256, anyway=anyway)
        except Refused as refused:
            if refused.code != "built_upon":
                raise
            return _not_undone(planned, in_json)
    click.echo(as_json(done.as_dict()) if in_json else done.sentence)
    return 0


def _not_undone(planned: undoing.Plan, in_json: bool) -> int:
    if in_json:
        click.echo(as_json({**planned.as_dict(), "state": "built_upon", "backup": None, "message": planned.lines()}))
    click.echo(_("Something was built upon this import, so that nothing was undone."), err=True)
    for line in planned.lines():
        click.echo(line, err=True)
    click.echo(_("To undo it all the same, say --anyway: a verified backup is made first."), err=True)
    return 1


@click.command()
@click.option("--to", "target", type=_FILE, help="Write a table (FILE.csv) or JSON (FILE.json) instead.")
@click.option("--json", "in_json", is_flag=True, help="One JSON document on stdout.")
@data_option
def audit(data: DataDir, target: Path | None, in_json: bool) -> None:
    """List every file that came and went, what became of it and why, and what else happened in this folder."""
    with open_folder(data, system_clock) as folder, read_session(folder.engine) as session:
        found = journal.audit(session)
    if target is not None:
        plain = target.suffix.lower() == ".json"
        content = (as_json(found) + "\n").encode() if plain else journal.as_csv(found)
        write_atomically(target, content, mode=0o644)
    if in_json:
        click.echo(as_json(found))
    elif target is not None:
        click.echo(_("%(file)s: %(came)s files came, %(went)s went.", file=target, came=len(found["inbox"]),
                     went=len(found["outbox"])))  # fmt: skip
    else:
        for line in journal.lines(found):
            click.echo(line)


COMMANDS = (undo, audit)
