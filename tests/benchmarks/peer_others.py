"""Peers that keep documents: pycrdt, which is Yjs in Rust, and git with a file for each record."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from itertools import count
from pathlib import Path
from typing import Any

from tests.benchmarks.peer_work import Workload


class Crdt:
    """A map of maps in memory; nothing is on a disk. A concurrent value that loses is gone, and nobody is told."""

    name = "pycrdt"

    def prepare(self, work: Workload, folder: Path) -> None:
        """A document with the records."""
        import pycrdt

        self.pycrdt, self.work = pycrdt, work
        document, records = self._empty()
        with document.transaction():
            for record in work.records:
                records[record.id] = pycrdt.Map(record.values)
        self.initial = document.get_update()

    def capture(self) -> float:
        """The edits, and the update that brings them."""
        document, records = self._filled()
        before = document.get_state()
        started = time.perf_counter()
        with document.transaction():
            for edit in self.work.edits:
                records[edit.id][edit.field] = edit.value
        self.delta = document.get_update(before)
        return time.perf_counter() - started

    def merge_initial(self) -> float:
        """Apply the whole."""
        return self._apply(self._empty()[0], self.initial)

    def merge_delta(self) -> float:
        """Apply the edits."""
        return self._apply(self._filled()[0], self.delta)

    def _apply(self, document: Any, update: bytes) -> float:
        started = time.perf_counter()
        document.apply_update(update)
        return time.perf_counter() - started

    def _empty(self) -> tuple[Any, Any]:
        document = self.pycrdt.Doc()
        return document, document.get("records", type=self.pycrdt.Map)

    def _filled(self) -> tuple[Any, Any]:
        document, records = self._empty()
        document.apply_update(self.initial)
        return document, records


class Git:
    """A JSON file for each record, one commit, and `git bundle`; what two change alike is a conflict for a person."""

    name = "git bundle"

    def prepare(self, work: Workload, folder: Path) -> None:
        """A repository with the records."""
        self.work, self.root, self.folders = work, folder, (f"git-{n}" for n in count())
        self.sender = folder / next(self.folders)
        self.texts = {record.id: dict(record.values) for record in work.records}
        self.sender.mkdir()
        self._git(self.sender, "init", "-q", "-b", "main")
        for id, values in self.texts.items():
            self._write(self.sender, id, values)
        self._commit(self.sender, "records")
        self.whole = folder / "whole.bundle"
        self._git(self.sender, "bundle", "create", "-q", str(self.whole), "main")
        self.initial = self.whole.read_bytes()
        self.received = folder / next(self.folders)
        self._git(folder, "clone", "-q", "-b", "main", str(self.whole), str(self.received))

    def capture(self) -> float:
        """The edits as files, a commit and its bundle."""
        at = self.root / next(self.folders)
        shutil.copytree(self.sender, at)
        bundle = at / "delta.bundle"
        started = time.perf_counter()
        for edit in self.work.edits:
            self._write(at, edit.id, {**self.texts[edit.id], edit.field: edit.value})
        self._commit(at, "edits")
        self._git(at, "bundle", "create", "-q", str(bundle), "HEAD~1..main")
        taken = time.perf_counter() - started
        self.delta = bundle.read_bytes()
        shutil.rmtree(at)
        return taken

    def merge_initial(self) -> float:
        """Clone the bundle."""
        at = self.root / next(self.folders)
        started = time.perf_counter()
        self._git(self.root, "clone", "-q", "-b", "main", str(self.whole), str(at))
        taken = time.perf_counter() - started
        shutil.rmtree(at)
        return taken

    def merge_delta(self) -> float:
        """Pull the second bundle."""
        at, bundle = self.root / next(self.folders), self.root / "delta.bundle"
        shutil.copytree(self.received, at)
        bundle.write_bytes(self.delta)
        started = time.perf_counter()
        self._git(at, "pull", "-q", "--ff-only", str(bundle), "main")
        taken = time.perf_counter() - started
        shutil.rmtree(at)
        return taken

    def _write(self, at: Path, id: str, values: dict[str, Any]) -> None:
        path = at / "records" / id[-2:] / f"{id}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values, ensure_ascii=False, indent=0), encoding="utf-8")

    def _commit(self, at: Path, why: str) -> None:
        self._git(at, "add", "records")
        self._git(at, "commit", "-q", "-m", why)

    def _git(self, at: Path, *arguments: str) -> None:
        quiet = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "Office",
                 "GIT_AUTHOR_EMAIL": "office@example.org", "GIT_COMMITTER_NAME": "Office",
                 "GIT_COMMITTER_EMAIL": "office@example.org"}  # fmt: skip
        subprocess.run(["git", "-C", str(at), *arguments], check=True, capture_output=True, env={**os.environ, **quiet})
