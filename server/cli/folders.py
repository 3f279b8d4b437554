"""Commands that make or fill a data folder: demo, setup, invite, load."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from server.base.clock import system_clock
from server.base.i18n import LANGUAGES, _, n_, use_language
from server.base.paths import DataDir, default_data_dir, write_atomically
from server.db.session import read_session
from server.services import setup
from server.services.demo import make_demo
from server.services.folder import open_folder
from server.services.load import load as load_file
from server.services.sheets.areas import KEYS
from server.services.sheets.writing import make_template

_FILE = click.Path(path_type=Path, dir_okay=False)


def chosen(context: click.Context, own: Path | None) -> DataDir:
    """The data folder named after the command, else before it, else the user's."""
    before = context.find_root().obj
    return DataDir((own or before or default_data_dir()).absolute())


def data_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--data DIR` for a command, handed to it as `data: DataDir`."""

    @wraps(command)
    def with_folder(own: Path | None, **options: Any) -> Any:
        return command(data=chosen(click.get_current_context(), own), **options)

    place = click.Path(path_type=Path, file_okay=False)
    return click.option("--data", "own", type=place, help="The data folder.")(with_folder)


@click.command()
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
@click.option("--language", type=click.Choice(LANGUAGES), default="en", help="Language of the annual report.")
@data_option
def demo(data: DataDir, directory: Path, language: str) -> None:
    """Make the example programme: headquarters, eight offices, their dispatches and the annual report."""
    for made in make_demo(directory.absolute(), language):
        click.echo(f"{made.path}  {made.what}")


@click.group("setup")
def set_up() -> None:
    """Make this folder headquarters, or an office."""


@set_up.command("hq")
@click.argument("file", type=_FILE)
@click.option("--person", help="Who types.")
@data_option
def set_up_hq(data: DataDir, file: Path, person: str | None) -> None:
    """Coordinate a programme whose framework is in FILE.json."""
    with setup.set_up_hq(data, file, person, system_clock) as folder:
        title = folder.programme_title
        click.echo(_("%(folder)s is headquarters of %(programme)s.", folder=data.root, programme=title))


@set_up.command("office")
@click.argument("file", type=_FILE)
@click.option("--person", help="Who types.")
@data_option
def set_up_office(data: DataDir, file: Path, person: str | None) -> None:
    """Join a programme with the set-up PDF that headquarters sent."""
    with setup.set_up_office(data, file, person, system_clock) as folder:
        click.echo(
            _(
                "%(folder)s is %(office)s in %(programme)s.",
                folder=data.root,
                office=folder.office.name,
                programme=folder.programme_title,
            )
        )


@click.command()
@click.argument("office")
@click.option("--to", "target", required=True, type=_FILE, help="The PDF to write.")
@data_option
def invite(data: DataDir, office: str, target: Path) -> None:
    """Headquarters: write the set-up PDF of an office."""
    with open_folder(data, system_clock) as folder:
        made = setup.invite(folder, office, target)
    click.echo(_("%(file)s sets up %(office)s: send it to that office only.", file=target, office=made.office.name))


@click.command()
@click.argument("file", type=_FILE)
@data_option
def load(data: DataDir, file: Path) -> None:
    """Create or update records from FILE.xlsx or FILE.json, as a person would through the forms: all or nothing."""
    with open_folder(data, system_clock) as folder:
        done = load_file(folder.engine, file, folder.author(), folder.office.code, system_clock)
    click.echo(n_("%(num)s record loaded.", "%(num)s records loaded.", done.total))


@click.command()
@click.argument("area", type=click.Choice(KEYS))
@click.option("--to", "target", required=True, type=_FILE, help="The workbook to write.")
@click.option("--language", type=click.Choice(LANGUAGES), default="en", help="Language of heads, notes and lists.")
@data_option
def template(data: DataDir, area: str, target: Path, language: str) -> None:
    """Write an empty Excel workbook of an area, with lists to choose from, to fill in and load."""
    with open_folder(data, system_clock) as folder, read_session(folder.engine) as session, use_language(language):
        content = make_template(session, area, folder.office, system_clock())
    write_atomically(target, content)
    click.echo(_("%(file)s: written, %(size)s bytes", file=target, size=len(content)))


COMMANDS = (demo, set_up, invite, load, template)
