"""The `valise` commands: thin words over services, for people who script, for support by phone, and for tests.

Exit code 0 done, 1 refused (each reason one sentence on stderr), 2 usage. May import services and below; no page.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import click
import sqlalchemy as sa

from server import __version__
from server.base.errors import RulesBroken, ValiseError
from server.base.i18n import _, use_language
from server.base.paths import DataDir, default_data_dir
from server.cli import care, conflicts, dispatches, documents, folders, history, trust
from server.db.trouble import told

#: how the desktop opens a window: (data folder, files to receive, port, browser only) -> exit code
OpenWindow = Callable[..., int]


def program(open_window: OpenWindow) -> click.Group:
    """The command group; `open_window` is what `valise` alone and `valise serve` start."""

    @click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
    @click.option("--data", type=click.Path(path_type=Path, file_okay=False), help="The data folder.")
    @click.version_option(__version__, prog_name="valise")
    @click.pass_context
    def valise(context: click.Context, data: Path | None) -> None:
        """The programme log that an office keeps offline and sends to headquarters as one signed PDF."""
        context.obj = data
        if context.invoked_subcommand is None:
            context.exit(open_window(folders.chosen(context, None).root))

    @valise.command()
    @click.option("--port", type=click.IntRange(0, 65535), default=0, help="0 takes any free port.")
    @folders.data_option
    def serve(data: DataDir, port: int) -> int:
        """The same app for the default browser."""
        return open_window(data.root, port=port, browser=True)

    for module in (folders, dispatches, conflicts, documents, history, trust, care):
        for command in module.COMMANDS:
            valise.add_command(command)
    return valise


def run(open_window: OpenWindow, arguments: Sequence[str] | None = None) -> None:
    """Run one command and end the process with its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    sys.exit(execute(open_window, given))


def execute(open_window: OpenWindow, arguments: Sequence[str]) -> int:
    """Run one command; its exit code. A PDF double-clicked in the file manager comes as the only argument."""
    if arguments and all(a.lower().endswith(".pdf") and Path(a).is_file() for a in arguments):
        return open_window(default_data_dir(), files=[Path(a) for a in arguments])
    try:
        with use_language("en"):
            result = program(open_window).main(list(arguments), prog_name="valise", standalone_mode=False)
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.Abort:
        return 1
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except RulesBroken as broken:
        for one in broken.errors:
            click.echo(one.message, err=True)
        return 1
    except ValiseError as error:
        click.echo(error.message, err=True)
        return 1
    except sa.exc.DatabaseError as error:
        click.echo(told(error).message, err=True)
        return 1
    except OSError as error:
        click.echo(_("%(why)s: check the file's name, its rights and the free disk space.", why=error), err=True)
        return 1
    return result if isinstance(result, int) else 0
