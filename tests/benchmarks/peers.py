"""Valise beside others who keep stores alike by files: 10,000 records of about twelve fields, and 496 edits.

For each: bytes of the file that brings the records, and of the one that brings the edits, against `zstd -19` of the
JSON (what a peer does not pack is packed alike); seconds to make the edits and have them ready for sending, and to
merge either file, against bare SQL. Then the import of the records against Morango's. Peers that are not installed are
skipped: `pip install .[peers]`, and git.

No two of them do the same work: docs/benchmarks.md says what each keeps, and what it loses.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from importlib.util import find_spec

from tests.benchmarks.dispatches import squeezed
from tests.benchmarks.peer_morango import Morango
from tests.benchmarks.peer_others import Crdt, Git
from tests.benchmarks.peer_sqlite import Bare, Sessions
from tests.benchmarks.peer_valise import Valise
from tests.benchmarks.peer_work import Peer, workload
from tests.benchmarks.rounds import Asked, Figure, end, run, taken

SIZE, EDITS = 10_000, 496
#: Morango's import of the same records takes at least so many times ours
BAR = 20
#: peer -> (whether it is here, what to install)
_NEEDED: dict[type[Peer], tuple[Callable[[], bool], str]] = {
    Sessions: (lambda: find_spec("apsw") is not None, "apsw"),
    Crdt: (lambda: find_spec("pycrdt") is not None, "pycrdt"),
    Git: (lambda: shutil.which("git") is not None, "git"),
    Morango: (lambda: find_spec("morango") is not None, "morango"),
}


def measure(asked: Asked) -> Iterator[Figure]:
    """All sides in turn in each round; the first round does not count."""
    work = workload(asked.size, EDITS)
    bare, ours = Bare(), Valise()
    others: list[Peer] = []
    for kind, (is_here, package) in _NEEDED.items():
        if is_here():
            others.append(kind())
        else:
            print(f"{kind.name}: skipped, {package} is not installed", flush=True)
    sides: list[Peer] = [bare, ours, *others]
    for side in sides:
        folder = asked.folder / side.name.replace(" ", "-")
        folder.mkdir()
        side.prepare(work, folder)
    works = ("capture", "merge_initial", "merge_delta")
    times: dict[tuple[str, str], list[float]] = {(side.name, name): [] for side in sides for name in works}
    whole: list[tuple[float, ...]] = []
    for number in range(asked.rounds + 1):
        for name in works:
            for side in sides:
                seconds = getattr(side, name)()
                if name == "merge_initial" and isinstance(side, Morango) and number:
                    whole.append((ours.apply_initial(), side.apply_initial(), ours.computed, side.computed))
                if number:
                    times[side.name, name].append(seconds)
    note = f"{asked.rounds} rounds, {len(work.records):,} records, {len(work.edits)} edits"
    for side in sides[1:]:
        yield Figure(f"{side.name}: bytes of the records", _least(side.initial), len(bare.initial), unit="bytes")
        yield Figure(f"{side.name}: bytes of the edits", _least(side.delta), len(bare.delta), unit="bytes")
        for name, told in zip(works, ("edits ready to be sent", "merge the records", "merge the edits"), strict=True):
            yield taken(f"{side.name}: {told}", times[side.name, name], times[bare.name, name], note=note)
    if whole:
        mine, theirs, my_work, their_work = [list(one) for one in zip(*whole, strict=True)]
        yield taken("import the records: us against Morango", mine, theirs, bar=1 / BAR, note=note)
        yield taken("the same, processor seconds", my_work, their_work, bar=1 / BAR, note=note)
        both = times[ours.name, "merge_initial"], times[Morango.name, "merge_initial"]
        yield taken("the same, from the bytes on", *both, note=note)


def _least(data: bytes) -> int:
    """Bytes of a file as it is, or packed where the peer leaves that to others."""
    return min(len(data), squeezed(data))


def main(arguments: list[str] | None = None) -> int:
    """The program."""
    return run(measure, size=SIZE, description=__doc__ or "", arguments=arguments)


if __name__ == "__main__":
    end(main())
