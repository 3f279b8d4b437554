"""Morango, which Kolibri's laptops sync with: a Django project in a temporary folder, each store a process of its own.

Its operations run in the process that has the store: serialise and queue at the sender, then buffers, dequeue and
deserialise at the receiver; what would go over the network is the same JSON, gzip-packed, in a file.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from itertools import count
from pathlib import Path
from typing import Any

from tests.benchmarks.peer_work import Workload

_WORKER = Path(__file__).with_name("peer_morango_worker.py")
_MODELS = '''
from django.db import models
from morango.models.core import SyncableModel

class Activity(SyncableModel):
    morango_profile = "log"
    morango_model_name = "activity"
    key = models.CharField(max_length=36, db_index=True)
{fields}

    def calculate_source_id(self, *args, **kwargs):
        return self.key

    def calculate_partition(self, *args, **kwargs):
        return "office"
'''


class Morango:
    """Whole records with counters per laptop; of two concurrent values one is kept apart, and shown to nobody."""

    name = "Morango"

    def prepare(self, work: Workload, folder: Path) -> None:
        """The project, and a store with the records."""
        self.root, self.files = folder, (f"morango-{n}.db" for n in count())
        self.project = folder / "morango-project"
        app = self.project / "peer"
        app.mkdir(parents=True)
        (app / "__init__.py").touch()
        numbers = {name for record in work.records for name, value in record.values.items() if isinstance(value, int)}
        kinds = {name: "IntegerField" if name in numbers else "TextField" for name in work.fields}
        fields = "\n".join(f"    {name} = models.{kind}(null=True, blank=True)" for name, kind in kinds.items())
        (app / "models.py").write_text(_MODELS.format(fields=fields), encoding="utf-8")
        records = [[record.id, dict(record.values)] for record in work.records]
        edits = [[edit.id, edit.field, edit.value] for edit in work.edits]
        (self.project / "work.json").write_text(json.dumps([records, edits]), encoding="utf-8")
        self.empty, self.sender, self.received = (folder / next(self.files) for _n in range(3))
        self._ask("empty", self.empty)
        shutil.copyfile(self.empty, self.sender)
        self._ask("fill", self.sender, self.project / "initial.gz")
        self.initial = (self.project / "initial.gz").read_bytes()
        shutil.copyfile(self.empty, self.received)
        self.merged = self._ask("receive", self.received, self.project / "initial.gz", str(len(records)))

    def capture(self) -> float:
        """The edits saved one by one in one transaction, and written into its store for sending."""
        database = self.root / next(self.files)
        shutil.copyfile(self.sender, database)
        taken = self._ask("edit", database, self.project / "delta.gz")
        self.delta = (self.project / "delta.gz").read_bytes()
        return float(taken["capture"])

    def merge_initial(self) -> float:
        """From the bytes to the rows."""
        return self._received(self.empty, "initial.gz")

    def merge_delta(self) -> float:
        """The same with the edits."""
        return self._received(self.received, "delta.gz")

    def _received(self, database: Path, file: str) -> float:
        fresh = self.root / next(self.files)
        shutil.copyfile(database, fresh)
        self.merged = self._ask("receive", fresh, self.project / file, "0")
        return float(self.merged["whole"])

    def apply_initial(self) -> float:
        """Of the merge before: without unpacking and without making the buffers."""
        return float(self.merged["apply"])

    @property
    def computed(self) -> float:
        """Processor seconds of that."""
        return float(self.merged["computed"])

    def _ask(self, what: str, database: Path, *more: Any) -> dict[str, float]:
        command = [sys.executable, str(_WORKER), str(self.project), what, str(database), *map(str, more)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
        return found
