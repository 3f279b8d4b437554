"""Commands on open questions: conflicts lists them, resolve settles one."""

from __future__ import annotations

import json
from typing import Any

import click

from server.base.clock import system_clock
from server.base.i18n import _
from server.base.paths import DataDir
from server.cli.folders import data_option
from server.db.session import read_session
from server.services import conflicts as service
from server.services.folder import Folder, open_folder
from server.services.issues import Question, questions


@click.command()
@click.option("--json", "in_json", is_flag=True, help="One JSON document on stdout.")
@data_option
def conflicts(data: DataDir, in_json: bool) -> None:
    """List values that were set without sight of each other, and what else waits for a person."""
    with open_folder(data, system_clock) as folder:
        found, others = service.conflicts(folder), _questions(folder)
    if in_json:
        click.echo(_as_json([*(one.as_dict() for one in found), *(one.as_dict() for one in others)]))
        return
    for conflict in found:
        click.echo(conflict.sentence)
        for line in _about(conflict):
            click.echo(f"    {line}")
    for question in others:
        click.echo(f"{question.id}  {question.sentence} {question.advice}")
    if not found and not others:
        click.echo(_("No conflicts."))


@click.command()
@click.argument("conflict")
@click.option("--keep", required=True, help="mine, theirs or a value.")
@data_option
def resolve(data: DataDir, conflict: str, keep: str) -> None:
    """Choose the value of a conflict."""
    with open_folder(data, system_clock) as folder:
        kept = service.resolve(folder, conflict, keep)
    click.echo(_("%(conflict)s is settled: %(value)s", conflict=conflict, value=kept))


def _questions(folder: Folder) -> list[Question]:
    """All but wrong clocks, which nobody can settle: the doctor tells of those."""
    with read_session(folder.engine) as session:
        found = questions(session, folder.identity.office, folder.identity.hq)
    return [one for one in found if one.kind != "clock"]


def _about(conflict: service.Conflict) -> list[str]:
    """A line for each side: when its author's clock says it was set, and when it came."""
    told = []
    for side in conflict.sides:
        who = ", ".join(part for part in (side.person, side.office) if part)
        when = _("%(time)s (this clock cannot be right)", time=side.claimed) if side.doubt else side.claimed
        if side.mine:
            told.append(_("%(who)s, on this laptop: %(time)s", who=who, time=when))
        else:
            told.append(_("%(who)s: %(time)s, arrived %(came)s", who=who, time=when, came=side.arrived or "–"))
    return told


def _as_json(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True)


COMMANDS = (conflicts, resolve)
