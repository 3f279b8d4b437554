"""Bytes of a dispatch: its payload against `zstd -19` of the changed values as JSON, and a whole PDF of ten changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from server.base.clock import fixed_clock
from server.base.paths import DataDir
from server.db.session import Author, read_session, write_session
from server.domain.activities.commands import log_activity
from server.domain.activities.queries import Filter, activities
from server.domain.records import Work
from server.services.demo import EXAMPLE
from server.services.folder import Folder, open_folder
from server.services.load import enter, load, read_file, record_id
from server.services.receive import receive
from server.services.send import send
from server.services.setup import invite, set_up_hq, set_up_office
from server.sync import tips
from server.sync.canonical import Changeset, decode
from server.sync.payload import write_payload
from tests.benchmarks import stock, texts
from tests.benchmarks.dispatches import manifest, squeezed, values_as_json
from tests.benchmarks.rounds import Asked, Figure, end, run

SIZE, BAR, LARGEST_DELTA = 10_000, 1.05, 60_000
_TYPED, _SENT, _CHANGED = "2015-02-01T09:00:00Z", "2015-02-16T09:00:00Z", "2015-08-03T09:00:00Z"


def measure(asked: Asked) -> Iterator[Figure]:
    """Payloads of many activities, of the example programme and of ten changes; then the PDF of those ten."""
    yield _payload(f"payload: {asked.size:,} activities", list(stock.changesets(texts.activities(asked.size))))
    yield _payload("payload: the example programme", _example(asked.folder / "example"))
    with _office_after_a_circular(asked.folder) as office:
        _change_ten(office)
        sent = send(office, asked.folder / "delta.pdf", period="y1")
        size = (asked.folder / "delta.pdf").stat().st_size
        yield Figure("PDF of ten changed activities", size, LARGEST_DELTA, 1.0, "bytes",
                     f"{sent.changes} changesets, report in two languages")  # fmt: skip


def _payload(name: str, changes: Sequence[Changeset]) -> Figure:
    """Size of the payload without its manifest, against the JSON's; with the manifest in the note."""
    whole = len(write_payload(manifest(), changes))
    alone = len(write_payload(manifest(), []))
    bare = squeezed(values_as_json(changes))
    return Figure(name, whole, bare, BAR, "bytes", f"{len(changes):,} changesets, {alone} bytes without any")


def _example(root: Path) -> list[Changeset]:
    """Everything the example's offices entered, as headquarters holds it."""
    with stock.headquarters(root) as folder:
        for code, _language in texts.OFFICES:
            author = Author("Programme officer", record_id("office", code), hq=False)
            file = read_file(EXAMPLE / f"{code}.json")
            with write_session(folder.engine, author) as session:
                enter(Work(session, author, stock.CLOCK), file)
        with read_session(folder.engine) as session:
            return [decode(raw) for raw in tips.delta(session.connection(), None)]


def _office_after_a_circular(root: Path) -> Folder:
    """The example's office in Kyrgyzstan: its year was sent, received, and the receipt came back."""
    hq, office = DataDir(root / "delta-hq"), DataDir(root / "delta-kg")
    with set_up_hq(hq, EXAMPLE / "hq.json", None, fixed_clock(_TYPED)) as folder:
        invite(folder, "KG", root / "setup.pdf")
    with set_up_office(office, root / "setup.pdf", "Programme officer", fixed_clock(_TYPED)) as folder:
        load(folder.engine, EXAMPLE / "kg.json", folder.author(), "KG", fixed_clock(_TYPED))
    with open_folder(office, fixed_clock(_SENT)) as folder:
        send(folder, root / "first.pdf", period="y1")
    with open_folder(hq, fixed_clock(_SENT)) as folder:
        assert [one.state for one in receive(folder, [root / "first.pdf"])] == ["imported"]
        send(folder, root / "circular.pdf", receiver="KG")
    with open_folder(office, fixed_clock(_SENT)) as folder:
        assert [one.state for one in receive(folder, [root / "circular.pdf"])] == ["imported"]
    return open_folder(office, fixed_clock(_CHANGED))


def _change_ten(folder: Folder) -> None:
    """Four activities get a new narrative, six are new; ten saves."""
    new = iter(texts.activities(10, seed=3, offices=(("kg", "ru"),)))
    with read_session(folder.engine) as session:
        known = [one.id for one in activities(session, Filter(office=folder.identity.office)).items]
    for number in range(10):
        values = dict(next(new).values)
        at = known[number] if number < min(4, len(known)) else None
        author = folder.author()
        with write_session(folder.engine, author) as session:
            session.info["clock"] = folder.clock
            chosen = {name: values[name] for name in ("narrative", "narrative_local")} if at else values
            log_activity(Work(session, author, folder.clock), chosen, id=at)


def main(arguments: list[str] | None = None) -> int:
    """The program."""
    return run(measure, size=SIZE, description=__doc__ or "", arguments=arguments)


if __name__ == "__main__":
    end(main())
