"""Words, numbers and dates of a newer Valise: every page still answers, and shows an unknown word as it is."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from server.base.paths import DataDir
from server.db.base import DecimalText, WholeNumber, synced_models
from server.services.documents import write_report
from server.services.folder import open_folder
from tests.web.conftest import CLOCK, CreateClient
from tests.web.test_pages import OF_ALL, OF_HQ

#: table -> columns whose words come from a list that may grow
CLOSED_LISTS = {
    "planned_activity": ("status", "rag"), "milestone": ("status",), "report": ("status",), "review": ("verdict",),
    "challenge": ("kind", "status"), "decision": ("status",), "agreement": ("kind", "stage"), "board": ("kind",),
    "knowledge_product": ("kind", "stage"), "document": ("kind",), "output": ("level",), "country": ("status",),
    "indicator": ("unit",),
}  # fmt: skip
#: table -> where the pages of its records are
OF_RECORDS = {"board": "boards", "meeting": "meetings", "decision": "decisions", "document": "documents",
              "knowledge_product": "products", "agreement": "agreements", "challenge": "challenges",
              "lesson": "lessons"}


@pytest.fixture
def spoiled(create_client: CreateClient, tmp_path: Path) -> Spoiled:
    """Headquarters with everything, for a newer Valise to write into."""
    client = create_client("hq")
    (folder,) = tmp_path.iterdir()
    return Spoiled(client, DataDir(folder))


@dataclass(frozen=True)
class Spoiled:
    """A client, and the folder it looks at."""

    client: FlaskClient
    data: DataDir

    def write(self, table: str, columns: tuple[str, ...], value: object) -> None:
        """A newer Valise wrote that into every record."""
        with closing(sqlite3.connect(self.data.database)) as connection:
            for column in columns:
                connection.execute(f"UPDATE {table} SET {column} = ?", (value,))
            connection.commit()

    def pages(self) -> dict[str, str]:
        """Every page by its address, those of single records too."""
        with closing(sqlite3.connect(self.data.database)) as connection:
            query = "SELECT id FROM %s WHERE office = (SELECT office FROM sync_replica) ORDER BY id LIMIT 1"
            activity, plan = (connection.execute(query % name).fetchone()[0]
                              for name in ("activity", "planned_activity"))
            others = [f"/{page}/{connection.execute(query % table).fetchone()[0]}"
                      for table, page in OF_RECORDS.items()]
        found = {}
        for address in (*OF_ALL, *OF_HQ, f"/activities/{activity}", f"/activities/{activity}/edit",
                        f"/workplan/{plan}/edit", *others, *(f"{one}/edit" for one in others),
                        *(f"{one}/attendance" for one in others if one.startswith("/meetings"))):
            answer = self.client.get(address)
            found[address] = answer.get_data(as_text=True)
            assert answer.status_code == 200, (address, found[address][-800:])
        return found


def test_unknown_words_are_shown_as_they_are(spoiled: Spoiled) -> None:
    for table, columns in CLOSED_LISTS.items():
        spoiled.write(table, columns, "unheard_of")
    pages = spoiled.pages()
    for address in ("/workplan", "/boards", "/decisions", "/documents", "/products", "/agreements", "/challenges"):
        assert "unheard_of" in pages[address], address


@pytest.mark.parametrize("kind", [WholeNumber, DecimalText])
def test_wider_numbers_break_no_page_and_no_report(spoiled: Spoiled, kind: type) -> None:
    for name, model in synced_models().items():
        columns = tuple(c.name for c in model.__table__.columns if type(c.type) is kind and c.name != "deleted")
        spoiled.write(name, columns, "about 40")
    spoiled.pages()
    with open_folder(spoiled.data, CLOCK) as folder:
        assert write_report(folder, "annual", spoiled.data.root.parent / "annual.pdf", period="y1") > 1
