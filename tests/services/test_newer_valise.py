"""A real newer Valise and this one, at one programme: its columns, tables, words and types survive this one's hands.

The newer one is a copy of this one's code with a column, a table and a migration more and a column less; it runs in
processes of its own, by the command line.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from server.base.paths import DataDir
from server.db import migrate
from server.services.folder import Folder, open_folder
from server.services.load import record_id
from server.services.receive import receive
from server.services.send import send
from server.services.setup import set_up_hq, set_up_office
from tests.house import ROOT
from tests.services.world import NOW, log, shown

PROGRAMME = ROOT / "tests" / "golden" / "programme.json"
YEAR = ROOT / "tests" / "golden" / "year.json"
LAUNCH, PLAN, SDC = (
    record_id(table, name)
    for table, name in (("activity", "kg-launch"), ("planned_activity", "kg-plan"), ("donor", "sdc"))
)

_MIGRATION = '''"""A newer Valise: how it felt, and what nobody expected."""

import sqlalchemy as sa
from alembic import op

revision = "9001"
down_revision = "%s"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One column and one table more."""
    op.add_column("activity", sa.Column("mood", sa.Text(), nullable=True))
    columns = [sa.Column(name, sa.Text(), nullable=True) for name in ("office", "title")]
    op.create_table("surprise", sa.Column("id", sa.String(36), primary_key=True), *columns,
                    sa.Column("deleted", sa.Integer(), nullable=True))
    op.create_index("ix_surprise_office", "surprise", ["office"])
'''


@dataclass(frozen=True)
class Newer:
    """The newer Valise: where its code lies."""

    tree: Path

    def run(self, data: Path, *words: object) -> str:
        """One command on a data folder; what it says."""
        command = [sys.executable, "-m", "server", *map(str, words), "--data", str(data)]
        settings = {**os.environ, "PYTHONPATH": str(self.tree), "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(command, cwd=self.tree, env=settings, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    def dump(self, data: Path) -> list[dict[str, Any]]:
        """The canonical state."""
        found: list[dict[str, Any]] = json.loads(self.run(data, "dump", "--json"))
        return found

    def write(self, data: Path, *statements: str) -> None:
        """Records that its own screens would write; the triggers note them, the next command keeps them."""
        with closing(sqlite3.connect(data / "valise.db")) as connection:
            for statement in statements:
                connection.execute(statement)
            connection.commit()


@pytest.fixture(scope="module")
def newer(tmp_path_factory: pytest.TempPathFactory) -> Newer:
    """A tree of code that is one version ahead."""
    tree = tmp_path_factory.mktemp("newer")
    shutil.copytree(ROOT / "server", tree / "server", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("static", "templates"):
        (tree / name).symlink_to(ROOT / name)
    _edit(tree / "server/domain/activities/models.py", "    place: Mapped[Text]\n",
          "    place: Mapped[Text]\n    #: how it felt\n    mood: Mapped[Text]\n")
    _edit(tree / "server/domain/framework/models.py",
          "    #: the unit that receives the report\n    unit: Mapped[Text]\n", "")
    models = tree / "server/domain/challenges/models.py"
    models.write_text(models.read_text() + _TABLE)
    (tree / "server/db/migrations/versions/9001_newer.py").write_text(_MIGRATION % migrate.newest())
    return Newer(tree)


_TABLE = '''

class Surprise(Synced, Base):
    """Something nobody expected."""

    __tablename__ = "surprise"

    #: what it was
    title: Mapped[Text]
'''


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


@dataclass
class Story:
    """Headquarters and the first laptop are newer, the second laptop is of this version."""

    newer: Newer
    room: Path
    older: Folder

    @property
    def hq(self) -> Path:
        """The data folder of headquarters."""
        return self.room / "hq"

    @property
    def first(self) -> Path:
        """The data folder of the first laptop."""
        return self.room / "first"

    def file(self, name: str) -> Path:
        """A dispatch."""
        return self.room / f"{name}.pdf"

    def take(self, name: str) -> None:
        """The older one receives for certain."""
        (result,) = receive(self.older, [self.file(name)])
        assert result.state == "imported", result.sentence


@pytest.fixture(scope="module")
def story(newer: Newer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """All three have met; the newer laptop wrote what the older one does not know, and the older one received it."""
    tmp_path = tmp_path_factory.mktemp("story")
    hq, first = tmp_path / "hq", tmp_path / "first"
    set_up_hq(DataDir(hq), PROGRAMME, None, NOW).close()
    with open_folder(DataDir(hq), NOW) as folder, folder.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE donor SET unit = 'Migration desk' WHERE id = ?", (SDC,))
    open_folder(DataDir(hq), NOW).close()
    for name in ("setup-1", "setup-2"):
        newer.run(hq, "invite", "KG", "--to", tmp_path / f"{name}.pdf")
    newer.run(first, "setup", "office", tmp_path / "setup-1.pdf")
    newer.run(first, "load", YEAR)
    newer.write(
        first,
        f"UPDATE activity SET mood = 'proud', women = 'about 40' WHERE id = '{LAUNCH}'",
        f"UPDATE planned_activity SET status = 'halted_by_flood' WHERE id = '{PLAN}'",
        "INSERT INTO surprise(id, office, title, deleted)"
        f" SELECT 'a-surprise', office, 'A choir sang', 0 FROM activity WHERE id = '{LAUNCH}'",
    )
    newer.run(first, "send", "--to", tmp_path / "report.pdf", "--period", "Y1")
    newer.run(hq, "receive", tmp_path / "report.pdf")
    older = set_up_office(DataDir(tmp_path / "older"), tmp_path / "setup-2.pdf", "Colleague", NOW)
    told = Story(newer, tmp_path, older)
    log(older, "Seen by the older one")
    send(older, told.file("hello"), period="y2")
    newer.run(hq, "receive", told.file("hello"))
    for name, laptop in (("to-older", None), ("to-first", first)):
        newer.run(hq, "send", "--to", told.file(name), "--for", "KG", "--full")
        if laptop:
            newer.run(laptop, "receive", told.file(name))
        else:
            told.take(name)
    yield told
    told.older.close()


def test_what_is_newer_passes_through_and_shows_after_the_update(story: Story) -> None:
    older, newer = story.older, story.newer
    launch = shown(older, "activity", LAUNCH)
    assert (launch["title"], "mood" in launch) == ("Programme launched", False)
    log(older, "Launched, says the older one", id=LAUNCH)
    newer.write(story.first, f"UPDATE activity SET mood = 'moved' WHERE id = '{LAUNCH}'")
    newer.run(story.first, "send", "--to", story.file("swap"), "--for", "replica")
    story.take("swap")
    send(older, story.file("relayed"), period="y2", full=True)
    newer.run(story.hq, "receive", story.file("relayed"))
    at_hq = newer.dump(story.hq)
    (kept,) = (line for line in at_hq if line.get("id") == LAUNCH)
    assert (kept["mood"], kept["title"]) == ("moved", "Launched, says the older one")
    assert any(line.get("table") == "surprise" and line["title"] == "A choir sang" for line in at_hq)
    updated = story.room / "updated"
    shutil.copytree(older.data.root, updated)
    assert newer.dump(updated) == at_hq


def test_a_word_that_is_not_known_yet_is_shown_as_it_is_and_kept(story: Story) -> None:
    plan = shown(story.older, "planned_activity", PLAN)
    assert plan["status"] == "halted_by_flood"
    send(story.older, story.file("more"), period="y2", full=True)
    story.newer.run(story.hq, "receive", story.file("more"))
    kept = next(line for line in story.newer.dump(story.hq) if line.get("id") == PLAN)
    assert kept["status"] == "halted_by_flood"


def test_a_wider_type_is_shown_as_far_as_it_can_be_and_kept(story: Story) -> None:
    assert shown(story.older, "activity", LAUNCH)["women"] == "about 40"
    log(story.older, "Programme launched", id=LAUNCH, place="Bishkek", men=7)
    assert shown(story.older, "activity", LAUNCH)["women"] == "about 40"


def test_a_field_that_the_newer_one_dropped_is_handed_on(story: Story) -> None:
    """Headquarters' newer Valise does not show the donor's unit any more; it still passes it on."""
    donor = next(line for line in story.newer.dump(story.hq) if line.get("table") == "donor")
    assert "unit" not in donor
    assert shown(story.older, "donor", SDC)["unit"] == "Migration desk"


def test_an_older_valise_does_not_open_the_newer_folder(story: Story) -> None:
    from server.base.errors import Refused

    with pytest.raises(Refused, match="written by a newer Valise"):
        open_folder(DataDir(story.hq), NOW)
