"""Commands for headquarters' word on laptops: list them, take off and put back, adopt, renew, declare lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import click

from server.base.clock import system_clock
from server.base.errors import Refused
from server.base.i18n import _, n_
from server.base.ids import is_short_for
from server.base.paths import DataDir
from server.cli.dispatches import as_json
from server.cli.folders import data_option
from server.db.session import UnitSession, read_session, write_session
from server.domain.records import Work
from server.services import apart as setting_apart
from server.services import laptops as service
from server.services import lost as losing
from server.services.folder import Folder, open_folder
from server.services.receive import resume

T = TypeVar("T")


@click.command()
@click.option("--json", "in_json", is_flag=True, help="One JSON document on stdout.")
@data_option
def laptops(data: DataDir, in_json: bool) -> None:
    """List the programme's laptops: their state, their certificates, and what of theirs is kept apart."""
    with open_folder(data, system_clock) as folder, read_session(folder.engine) as session:
        found = service.laptops(session, folder.clock)
        waiting = [one.as_dict() for one in setting_apart.apart(session)]
    if in_json:
        click.echo(as_json({"laptops": [one.as_dict() for one in found], "kept_apart": waiting}))
        return
    for one in found:
        last = _("dispatch %(number)s", number=one.last.number) if one.last else "–"
        until = _("until %(day)s", day=one.until.date().isoformat())
        told = [one.label, one.key, one.state, until, last, *([one.why] if one.why else [])]
        click.echo("  ".join(told))
    for each in waiting:
        click.echo(f"  {each['id'][:12]}  {each['person'] or '–'}  {each['claimed'][:19]}  {', '.join(each['titles'])}")


@click.command()
@click.argument("laptop")
@click.option("--why", help="The reason, for those who ask later.")
@click.option("--since", metavar="DISPATCH", help="The number of its first dispatch that does not count any more.")
@click.option("--replaced-by", metavar="LAPTOP", help="The laptop of the same office that took its place.")
@click.option("--put-back", is_flag=True, help="Put it back on the list instead.")
@data_option
def revoke(
    data: DataDir, laptop: str, why: str | None, since: str | None, replaced_by: str | None, put_back: bool
) -> None:
    """Headquarters: take LAPTOP (its label, or the beginning of its key) off the list, or put it back."""
    if put_back == bool(why):
        raise click.UsageError(_("Say --why, or --put-back."))
    with open_folder(data, system_clock) as folder:
        if put_back:
            device = _read(folder, lambda session: service.laptop(session, folder.clock, laptop)).id
            _write(folder, lambda work: service.put_back(work, device))
            found, _apart = service.again(folder, device)
            click.echo(_("%(laptop)s is on the list again: all that it wrote counts.", laptop=found.label))
            return
        found, count = service.revoke(folder, laptop, why or "", since=since, replaced_by=replaced_by)
    click.echo(n_("%(laptop)s is off the list: %(num)s change is kept apart. The next circulars tell the offices.",
                  "%(laptop)s is off the list: %(num)s changes are kept apart. The next circulars tell the offices.",
                  count, laptop=found.label))  # fmt: skip


@click.command()
@click.argument("laptop")
@data_option
def renew(data: DataDir, laptop: str) -> None:
    """Headquarters: certify the key of LAPTOP anew; the next circular brings it."""
    with open_folder(data, system_clock) as folder:
        device = _read(folder, lambda session: service.laptop(session, folder.clock, laptop)).id
        service.enrolled(folder, device)
        until = _write(folder, lambda work: service.renew(folder, work, device))
    click.echo(_("The certificate of %(laptop)s counts until %(day)s.", laptop=laptop, day=until.date().isoformat()))


@click.command()
@click.argument("what")
@click.option("--why", help="The reason, for those who ask later.")
@click.option("--take-back", is_flag=True, help="Keep it apart again instead.")
@data_option
def adopt(data: DataDir, what: str, why: str | None, take_back: bool) -> None:
    """Headquarters: let count what is kept apart: WHAT is one change, by the beginning of its id, or a laptop."""
    if take_back == bool(why):
        raise click.UsageError(_("Say --why, or --take-back."))
    with open_folder(data, system_clock) as folder:
        chosen = _read(folder, lambda session: _chosen(session, folder, what, setting_apart.adopted(session)
                                                       if take_back else setting_apart.apart(session)))  # fmt: skip
        if take_back:
            count = _write(folder, lambda work: setting_apart.keep_apart_again(work, chosen))
            click.echo(n_("%(num)s change is kept apart again.", "%(num)s changes are kept apart again.", count))
        else:
            count = _write(folder, lambda work: setting_apart.adopt(work, chosen, why))
            click.echo(n_("%(num)s change counts from now on.", "%(num)s changes count from now on.", count))


def _chosen(session: UnitSession, folder: Folder, what: str, among: Sequence[setting_apart.Apart]) -> list[str]:
    """Ids of the change, or of all changes of the laptop, that is named. Errors: NotFound, Refused."""
    found = [one.id for one in among if is_short_for(what, one.id)]
    if not found:
        device = service.laptop(session, folder.clock, what).id
        found = [one.id for one in among if one.device == device]
    if not found:
        raise Refused(_("Nothing of %(what)s is to be changed.", what=what), "nothing")
    return found


@click.command()
@click.option("--declare", metavar="CHANGE", help="Say that nobody holds it: its id or the beginning, or all.")
@click.option("--why", help="How that is known.")
@click.option("--json", "in_json", is_flag=True, help="One JSON document on stdout.")
@data_option
def lost(data: DataDir, declare: str | None, why: str | None, in_json: bool) -> None:
    """List what waiting dispatches wait for and who is asked for it; headquarters declares lost what nobody holds."""
    if bool(declare) != bool(why):
        raise click.UsageError(_("Say --declare and --why together."))
    with open_folder(data, system_clock) as folder:
        found = losing.missing(folder)
        went = []
        if declare:
            ids = [one.changeset for one in found if declare == "all" or is_short_for(declare, one.changeset)]
            if not ids:
                raise Refused(_("No dispatch waits for “%(what)s”.", what=declare), "nothing")
            _write(folder, lambda work: losing.declare_lost(folder, work, ids, why))
            went = [one.sentence for one in resume(folder)]
            found = losing.missing(folder)
    if in_json:
        click.echo(as_json({"missing": [one.as_dict() for one in found], "went_in": went}))
        return
    for sentence in went:
        click.echo(sentence)
    for one in found:
        click.echo(_("%(id)s: %(file)s of %(office)s waits for it since %(day)s; asked: %(holders)s",
                     id=one.changeset[:12], file=one.arrival.file_name or "–", office=one.office,
                     day=one.arrival.at[:10], holders=", ".join(one.holders)))  # fmt: skip
    if not found:
        click.echo(_("No dispatch waits for anything."))


def _read(folder: Folder, query: Callable[[UnitSession], T]) -> T:
    with read_session(folder.engine) as session:
        return query(session)


def _write(folder: Folder, command: Callable[[Work], T]) -> T:
    """One save by whoever types here."""
    author = folder.author()
    with write_session(folder.engine, author) as session:
        session.info["clock"] = folder.clock
        return command(Work(session, author, folder.clock))


COMMANDS = (laptops, revoke, renew, adopt, lost)
