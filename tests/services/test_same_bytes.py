"""The same records make the same bytes: every kind of document, in another process, time zone and hash order."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from server.base.paths import DataDir
from server.services import documents
from server.services.documents import FORMS, KINDS, Request, report_file
from server.services.folder import open_folder
from tests.services.world import NOW, Desk

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = ("en", "ar")


def digests(root: Path) -> dict[str, str]:
    """The digest of each document that the folder can print, in two languages and every form."""
    found = {}
    with open_folder(DataDir(root), NOW) as folder:
        for kind in KINDS:
            for language in LANGUAGES if kind in documents._TOLD else ():
                for form in FORMS:
                    content, _pages = report_file(folder, kind, form, Request("y1", language, None))
                    found[f"{kind} {language} {form}"] = hashlib.sha256(content).hexdigest()
    return found


@pytest.mark.slow
def test_every_document_is_the_same_bytes_in_another_process_zone_and_hash_order(desk: Desk) -> None:
    with desk.open("hq", NOW) as folder:
        root = folder.data.root
    here = digests(root)
    assert len(here) >= 7 * len(LANGUAGES) * len(FORMS)
    assert len(set(here.values())) == len(here), "two different documents are one"
    environment = {**os.environ, "PYTHONHASHSEED": "2014", "TZ": "Asia/Kathmandu", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "tests.services.test_same_bytes", str(root)]
    done = subprocess.run(command, check=True, capture_output=True, env=environment, cwd=ROOT)
    there = json.loads(done.stdout)
    assert [name for name in here if there.get(name) != here[name]] == []


if __name__ == "__main__":
    print(json.dumps(digests(Path(sys.argv[1]))))
