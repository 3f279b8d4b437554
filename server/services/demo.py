"""The example programme, made the way people would: set-up, invitations, typing, dispatches, receiving, the report."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from server.base.clock import Clock, fixed_clock
from server.base.errors import Refused
from server.base.i18n import _, mark, n_
from server.base.paths import DataDir
from server.services.demo_papers import file_papers
from server.services.documents import write_report
from server.services.folder import Folder, open_folder
from server.services.load import load
from server.services.receive import receive
from server.services.send import send
from server.services.setup import invite, set_up_hq, set_up_office

EXAMPLE = Path(__file__).resolve().parent.parent / "example"
#: who types in the example's offices
OFFICER = "Programme officer"
#: codes of the example's country offices, in alphabetical order
OFFICES = ("bd", "ec", "jm", "kg", "md", "ma", "rs", "tn")
#: the first reporting period of the example, and the days its files were typed, sent and consolidated
PERIOD = "y1"
#: what headquarters prints beside the annual report, and the forms of that one for people who go on editing
DOCUMENTS = (
    ("matrix", mark("Progress matrix")),
    ("workplan", mark("Work plan and budget")),
    ("finance", mark("Financial statement")),
    ("meeting", mark("Record of board meetings")),
    ("newsletter", mark("Newsletter")),
    ("activity", mark("Activity record")),
)
EDITABLE = ((".docx", mark("the annual report as a Word file")), (".xlsx", mark("its tables as an Excel workbook")))
_SET_UP, _SENT, _CONSOLIDATED = "2014-02-03T09:00:00Z", "2015-02-16T09:00:00Z", "2015-08-15T09:00:00Z"


@dataclass(frozen=True)
class Made:
    """Something the demo made: where, and what it is."""

    path: Path
    what: str


def make_demo(root: Path, language: str = "en") -> Iterator[Made]:
    """Make hq-empty, a folder per office, the dispatches, hq with all received, and the annual report in `root`.

    Yields each thing once it is there. Errors: Refused when `root` holds anything already.
    """
    if root.exists() and any(root.iterdir()):
        raise Refused(_("%(folder)s is not empty: choose a new folder for the example.", folder=root), "not_empty")
    yield from make_folders(root)
    with _opened(DataDir(root / "hq"), fixed_clock(_CONSOLIDATED)) as hq:
        report = root / "annual-report.pdf"
        pages = write_report(hq, "annual", report, period=PERIOD, language=language) or 0
        yield Made(report, n_("the annual report, %(num)s page", "the annual report, %(num)s pages", pages))
        yield from _documents(hq, root / "documents", language)


def make_folders(root: Path, programme: Path = EXAMPLE / "hq.json", *, keep_empty: bool = True) -> Iterator[Made]:
    """The data folders and the dispatches of the demo, of the programme in that file. Yields each once it is there.

    Without `keep_empty`, headquarters goes on in its folder, and none is left as it was before any dispatch.
    """
    root.mkdir(parents=True, exist_ok=True)
    setups = root / "setups"
    empty = DataDir(root / "hq-empty")
    with set_up_hq(empty, programme, None, fixed_clock(_SET_UP)) as hq:
        for code in OFFICES:
            invite(hq, code, setups / f"{code}.pdf")
    yield Made(empty.root, _("headquarters with the framework, before any dispatch"))
    dispatches = []
    for code in OFFICES:
        made, dispatch = _office(root, code, setups / f"{code}.pdf")
        dispatches.append(dispatch)
        yield made
        yield Made(dispatch, _("what it sends to headquarters, signed"))
    full = DataDir(root / "hq")
    if keep_empty:
        shutil.copytree(empty.root, full.root)
    else:
        empty.root.rename(full.root)
    with _opened(full, fixed_clock(_CONSOLIDATED)) as hq:
        for result in receive(hq, dispatches):
            if result.state != "imported":
                raise Refused(result.sentence, "demo")
    yield Made(full.root, _("headquarters, all dispatches received"))


def _documents(hq: Folder, target: Path, language: str) -> Iterator[Made]:
    """Every other document that headquarters prints of the year, and the annual report for the last edits."""
    target.mkdir()
    for kind, words in DOCUMENTS:
        file = target / f"{kind}.pdf"
        pages = write_report(hq, kind, file, period=PERIOD, language=language) or 0
        yield Made(file, n_("%(title)s, %(num)s page", "%(title)s, %(num)s pages", pages, title=_(words)))
    for name, words in ((f"annual-report{ending}", words) for ending, words in EDITABLE):
        write_report(hq, "annual", target / name, period=PERIOD, language=language)
        yield Made(target / name, _(words))


def _office(root: Path, code: str, setup: Path) -> tuple[Made, Path]:
    """Set an office up, type its year, send it."""
    data = DataDir(root / code)
    with set_up_office(data, setup, OFFICER, fixed_clock(_SET_UP), in_example=True) as folder:
        load(folder.engine, EXAMPLE / f"{code}.json", folder.author(), folder.office.code, fixed_clock(_SENT))
        file_papers(replace(folder, clock=fixed_clock(_SENT)), code)
        name = folder.office.name
    dispatch = root / "dispatches" / f"{code}-{PERIOD}.pdf"
    with _opened(data, fixed_clock(_SENT)) as folder:
        send(folder, dispatch, period=PERIOD)
    return Made(data.root, name), dispatch


def _opened(data: DataDir, clock: Clock) -> Folder:
    return open_folder(data, clock)
