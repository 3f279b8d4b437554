"""An hour in the life of an office: `python -m tests.office_life [--keep DIR]`.

Headquarters and the laptops of one country office, each with a clock of its own (1970, 2026, 2099), work by the command
line with everything that goes wrong between them: a stick pulled out, files lost, late and twice, a cloned disk, a
restored backup, a laptop that hands on for another, the same thing typed on two laptops. At the end all must hold the
same records, and everything typed must be there, or replaced by somebody who saw it, or wait in a conflict. Prints a
diary and a verdict; exit code 0 or 1. Needs libfaketime (Debian and Ubuntu: apt install faketime).
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from contextlib import nullcontext
from itertools import count
from pathlib import Path

from tests.faults.laptops import Diary, Failed, Laptop, Ledger, activity, faketime
from tests.house import ROOT

EXAMPLE = ROOT / "server" / "example"


class Hour:
    """The office, its headquarters, and what happens between them in one hour."""

    def __init__(self, room: Path, library: Path) -> None:
        self.room, self.library = room, library
        self.diary, self.ledger = Diary(), Ledger()
        self.stick = room / "stick"
        self.stick.mkdir(parents=True)
        self.hq = self.laptop("headquarters", "2026-11-24T08:00")
        self.first = self.laptop("first laptop", "1970-01-01T00:10")
        self.second = self.laptop("second laptop", "2099-12-31T20:00")
        self.third = self.laptop("third laptop", "2026-11-23T23:30")
        self.clone = self.laptop("cloned laptop", "2026-03-29T00:55")
        self._files = count(1)

    def laptop(self, name: str, clock: str) -> Laptop:
        """A machine with an empty place for a data folder."""
        folder = self.room / name.replace(" ", "-")
        return Laptop(name, folder, clock, self.diary, self.ledger, self.library)

    @property
    def office(self) -> tuple[Laptop, ...]:
        """All laptops of the country office."""
        return (self.first, self.second, self.third, self.clone)

    def new_file(self, sender: Laptop) -> Path:
        """A name on the stick."""
        return self.stick / f"{next(self._files):02}-{sender.name.replace(' ', '-')}.pdf"

    def carry(self, sender: Laptop, receiver: Laptop) -> Path:
        """A dispatch from one to the other, without a mishap."""
        to = "KG" if sender is self.hq else "hq" if receiver is self.hq else "replica"
        path = sender.send(self.new_file(sender), to)
        (result,) = receiver.receive(path)
        if result["state"] not in ("imported", "already"):
            raise Failed(f"{receiver.name} does not take {path.name} in: {result['message']}")
        return path

    def live(self) -> None:
        """The whole hour. Errors: Failed."""
        for chapter in (
            self.begin, self.pull_the_stick_out, self.lose_one_and_keep_one_back, self.type_the_same_on_two,
            self.settle, self.clone_a_disk, self.restore_a_backup, self.hand_on, self.repeat, self.meet_everybody,
        ):  # fmt: skip
            chapter()
        self.judge()

    def begin(self) -> None:
        """Headquarters sets three laptops up, and hears of each."""
        self.diary.chapter("Headquarters begins the programme; three laptops join, with clocks in 1970, 2099 and 2026")
        self.hq.run("setup", "hq", EXAMPLE / "hq.json", "--person", "Programme manager")
        for laptop in (self.first, self.second, self.third):
            setup = self.stick / f"setup-{laptop.name.replace(' ', '-')}.pdf"
            self.hq.run("invite", "KG", "--to", setup)
            laptop.run("setup", "office", setup, "--person", laptop.name)
        self.first.run("load", EXAMPLE / "kg.json")
        for laptop in (self.second, self.third, self.first):
            self.carry(laptop, self.hq)
        for laptop in (self.first, self.second, self.third):
            self.carry(self.hq, laptop)

    def pull_the_stick_out(self) -> None:
        """The target vanishes during a send; then a file is copied by half only."""
        self.diary.chapter("The stick is pulled out")
        self.first.log_new("visit", "Visit to the migration service")
        away = self.stick.rename(self.room / "in-the-pocket")
        self.stick.write_text("no stick here", "utf-8")
        self.first.send(self.stick / "report.pdf", "hq", code=1)
        self.stick.unlink()
        away.rename(self.stick)
        whole = self.first.send(self.new_file(self.first), "hq")
        half = self.stick / "half.pdf"
        half.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
        (refused,) = self.hq.receive(half, code=1)
        if refused["state"] != "refused":
            raise Failed("half a file was not refused")
        self.hq.receive(whole)

    def lose_one_and_keep_one_back(self) -> None:
        """One dispatch never arrives, another only at the end of the hour."""
        self.diary.chapter("A dispatch is lost, another will come late")
        self.first.log_new("training", "Training for local authorities")
        lost = self.first.send(self.new_file(self.first), "hq")
        self.diary.note(f"{lost.name} is lost")
        lost.unlink()
        self.second.log_new("workshop", "Workshop with the statistical office")
        self.late = self.second.send(self.new_file(self.second), "hq")
        self.diary.note(f"{self.late.name} lies in a drawer")
        self.first.log_new("radio", "Radio broadcast on remittances")
        self.carry(self.first, self.hq)
        self.carry(self.hq, self.second)
        self.carry(self.hq, self.third)
        self.second.log("training", "Training for local authorities and schools", place="Osh")

    def type_the_same_on_two(self) -> None:
        """Two laptops change the same fields without having heard of each other."""
        self.diary.chapter("Two laptops type over the same records")
        self.first.log("training", "Training for village councils", narrative="Forty people came.")
        self.first.log("visit", "Visit to the state migration service")
        self.second.log("visit", "Visit to the migration service in Bishkek")
        self.third.log("radio", "Radio programme on remittances")
        self.first.log("radio", "Radio broadcast on remittances and returns")
        self.hq.type({("milestone_type", "endorsement"): {"title": "Endorsed by the government"}})
        self.carry(self.first, self.second)
        self.carry(self.second, self.first)
        self.carry(self.third, self.first)

    def settle(self) -> None:
        """One settles what another goes on typing at."""
        self.diary.chapter("Conflicts are settled, here and there, not all")
        self.first.resolve(activity("training"), "Training for village councils and schools")
        self.second.resolve(activity("training"), "Training for councils, authorities and schools")
        self.second.resolve(activity("visit"), "Visit to the migration service in Bishkek")
        self.third.log("visit", "A second visit to the migration service")
        self.carry(self.second, self.hq)
        self.carry(self.first, self.hq)
        self.carry(self.third, self.hq)

    def clone_a_disk(self) -> None:
        """A copy of the whole folder goes on beside its original."""
        self.diary.chapter("The first laptop's disk is cloned, and both go on")
        shutil.copytree(self.first.folder, self.clone.folder)
        self.first.log_new("interview", "Interview on the original disk")
        self.clone.log_new("survey", "Survey on the cloned disk")
        self.first.log("radio", "Radio series, written on the original disk")
        self.clone.log("radio", "Radio series, written on the cloned disk")
        self.carry(self.clone, self.hq)
        self.carry(self.first, self.hq)
        self.carry(self.hq, self.clone)

    def restore_a_backup(self) -> None:
        """The second laptop loses a day; what it had sent comes back from headquarters."""
        self.diary.chapter("The second laptop is restored from a backup")
        backup = self.room / "second.valise-backup"
        self.second.run("backup", backup)
        self.second.log_new("forum", "Forum after the backup")
        self.second.log("workshop", "Workshop with the national statistical office")
        self.carry(self.second, self.hq)
        self.second.run("restore", backup)
        if any(spot == activity("forum") for spot in self.second.state()):
            raise Failed("the backup knows what came after it")
        self.second.log_new("fair", "Fair after the restore")
        self.second.log("workshop", "Workshop, typed after the restore")
        self.carry(self.second, self.hq)
        self.carry(self.hq, self.second)

    def hand_on(self) -> None:
        """The third laptop carries what the first one logged, before the first one's own word arrives."""
        self.diary.chapter("The third laptop hands on what the first one logged")
        self.first.log_new("handbook", "Handbook for returning migrants")
        to_third = self.carry(self.first, self.third)
        own = self.first.send(self.new_file(self.first), "hq")
        self.carry(self.third, self.hq)
        self.hq.receive(own, to_third, code=None)
        # the office's dispatch to headquarters, dropped into another laptop of the office
        self.clone.receive(own, code=None)

    def repeat(self) -> None:
        """Everything once more in any order, and the late one at last."""
        self.diary.chapter("Somebody drops everything on the stick in again; the late dispatch arrives")
        files = sorted(path for path in self.stick.glob("[0-9]*.pdf") if path != self.late)
        self.hq.receive(*reversed(files), code=None)
        (late,) = self.hq.receive(self.late)
        if late["state"] != "imported":
            raise Failed(f"the late dispatch does not go in: {late['message']}")
        self.third.receive(*files[::2], code=None)

    def meet_everybody(self) -> None:
        """Everybody sends to headquarters and hears from it, twice: what had crossed is then everywhere."""
        self.diary.chapter("Everybody sends to headquarters and hears from it")
        for _round in range(2):
            for laptop in self.office:
                self.carry(laptop, self.hq)
            for laptop in self.office:
                self.carry(self.hq, laptop)

    def judge(self) -> None:
        """Same changes, same state; nothing typed is lost; every folder is sound. Errors: Failed."""
        self.diary.chapter("The verdict")
        everybody = (self.hq, *self.office)
        for laptop in everybody:
            laptop.is_sound()
        dumps = {laptop.name: laptop.dump() for laptop in everybody}
        different = [name for name, dump in dumps.items() if dump != dumps[self.hq.name]]
        if different:
            raise Failed(f"not the same as headquarters: {', '.join(different)}")
        states = [laptop.state() for laptop in everybody]
        waits = [laptop.open_values() for laptop in everybody]
        if any(one != waits[0] for one in waits):
            raise Failed("the same conflicts are not open everywhere")
        lost = self.ledger.lost(states, waits[0])
        self.diary.note(self.ledger.told(states, waits[0]))
        if lost:
            raise Failed("lost: " + "; ".join(f"{one.value} ({one.laptop})" for one in lost))


def live_in(room: Path, library: Path) -> str | None:
    """Live the hour in `room`; None when all is well, or what is not."""
    try:
        Hour(room, library).live()
    except Failed as failed:
        return str(failed)
    return None


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.office_life", description=__doc__)
    parser.add_argument("--keep", type=Path, metavar="DIR", help="a new folder in which everything is left to look at")
    given = parser.parse_args()
    library = faketime()
    if library is None:
        print("libfaketime is missing: install it (apt install faketime) and try again.", file=sys.stderr)
        return 1
    began = time.monotonic()
    with nullcontext(given.keep) if given.keep else tempfile.TemporaryDirectory() as room:
        wrong = live_in(Path(room).absolute(), library)
    took = f"{time.monotonic() - began:.0f} seconds"
    print(f"\nSomething is wrong ({took}): {wrong}" if wrong else f"\nNothing was lost, and all agree ({took}).")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
