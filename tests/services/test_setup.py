"""Setting up: a folder becomes headquarters or an office, or stays as it was."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from server.base.errors import Refused, RulesBroken, ValiseError
from server.base.paths import DataDir
from server.services.diagnostics import examine
from server.services.folder import is_set_up, open_folder
from server.services.receive import receive
from server.services.send import send
from server.services.setup import invite, set_up_hq, set_up_office
from server.sync import keys
from tests.services.world import EXAMPLE_FILES, NOW, Desk, Example, dump, log, rows, state

HQ_FILE = EXAMPLE_FILES / "hq.json"


def example_content() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(HQ_FILE.read_text(encoding="utf-8"))
    return content


def without_offices(content: dict[str, Any]) -> None:
    del content["records"]["office"]


def without_programme(content: dict[str, Any]) -> None:
    del content["records"]["programme"]


def two_headquarters(content: dict[str, Any]) -> None:
    content["records"]["office"].append({"id": "hq2", "code": "HQ2", "name": "Second", "kind": "hq"})


def unknown_table(content: dict[str, Any]) -> None:
    content["records"]["budjet"] = [{"id": "x"}]


def unknown_field(content: dict[str, Any]) -> None:
    content["records"]["country"][0]["capitol"] = "Dhaka"


def missing_reference(content: dict[str, Any]) -> None:
    content["records"]["office"][1]["country_id"] = "atlantis"


def other_format(content: dict[str, Any]) -> None:
    content["valise"] = 99


class TestHeadquarters:
    def test_the_example_file_makes_headquarters(self, desk: Desk):
        folder = desk.keep(set_up_hq(desk.folder("hq"), HQ_FILE, "Coordinator", NOW))
        assert folder.identity.hq
        assert folder.office.code == "HQ"
        assert folder.author().person == "Coordinator"
        assert len(rows(folder.data, "SELECT id FROM output")) == 7
        assert len(rows(folder.data, "SELECT id FROM office WHERE kind = 'country'")) == 8
        folder.close()
        assert all(finding.good for finding in examine(folder.data, NOW))

    def test_its_keys_are_readable_by_their_owner_only(self, desk: Desk):
        folder = desk.keep(set_up_hq(desk.folder("hq"), HQ_FILE, None, NOW))
        for path in (folder.data.key, folder.data.root_key):
            assert path.stat().st_mode & 0o077 == 0
        assert folder.data.root.stat().st_mode & 0o077 == 0
        root = keys.load(folder.data.root_key).certificates[0]
        assert keys.issued_by(keys.load(folder.data.key).certificates[0], root)

    def test_everything_typed_is_a_change_that_travels(self, desk: Desk):
        folder = desk.keep(set_up_hq(desk.folder("hq"), HQ_FILE, None, NOW))
        captured = rows(folder.data, "SELECT count(*) FROM sync_capture")[0][0]
        changes = rows(folder.data, "SELECT count(*) FROM sync_changeset")[0][0]
        assert (captured, changes > 0) == (0, True)

    @pytest.mark.parametrize(
        "spoil",
        [without_offices, without_programme, two_headquarters, unknown_table, unknown_field, missing_reference,
         other_format],
        ids=lambda spoil: spoil.__name__,
    )  # fmt: skip
    def test_a_broken_file_leaves_nothing_behind(self, desk: Desk, spoil: Callable[[dict[str, Any]], None]):
        content = example_content()
        spoil(content)
        file = desk.file("broken.json")
        file.write_text(json.dumps(content), encoding="utf-8")
        data = desk.folder("hq")
        with pytest.raises((Refused, RulesBroken)) as error:
            set_up_hq(data, file, None, NOW)
        assert_plain(error.value)
        assert left_in(data) == []
        set_up_hq(data, HQ_FILE, None, NOW).close()

    @pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"valise": 1}', b"\xff\xfe\x00", b"[" * 100_000])
    def test_a_file_of_another_kind_is_refused_in_one_sentence(self, desk: Desk, content: bytes):
        file = desk.file("broken.json")
        file.write_bytes(content)
        with pytest.raises(Refused) as error:
            set_up_hq(desk.folder("hq"), file, None, NOW)
        assert_plain(error.value)
        assert left_in(desk.folder("hq")) == []

    def test_a_missing_file_is_named(self, desk: Desk):
        with pytest.raises(Refused, match=r"nothing\.json"):
            set_up_hq(desk.folder("hq"), desk.file("nothing.json"), None, NOW)

    def test_an_occupied_folder_is_left_alone(self, desk: Desk):
        data = desk.copy("hq")
        before, files = state(data), left_in(data)
        with pytest.raises(Refused) as error:
            set_up_hq(data, HQ_FILE, None, NOW)
        assert error.value.code == "set_up_already"
        assert (state(data), left_in(data)) == (before, files)

    def test_other_files_in_the_folder_stay(self, desk: Desk):
        data = desk.folder("hq").create()
        (data.root / "notes.txt").write_text("mine")
        file = desk.file("broken.json")
        file.write_text("{}")
        with pytest.raises(Refused):
            set_up_hq(data, file, None, NOW)
        assert left_in(data) == ["notes.txt"]
        set_up_hq(data, HQ_FILE, None, NOW).close()
        assert (data.root / "notes.txt").read_text() == "mine"


class TestInvitations:
    def test_an_unknown_office_is_named(self, desk: Desk):
        with pytest.raises(Refused, match="ZZ") as error:
            invite(desk.open("hq"), "ZZ", desk.file("zz.pdf"))
        assert error.value.code == "no_office"
        assert not desk.file("zz.pdf").exists()

    def test_headquarters_does_not_invite_itself(self, desk: Desk):
        with pytest.raises(Refused) as error:
            invite(desk.open("hq"), "HQ", desk.file("hq.pdf"))
        assert error.value.code == "no_office"

    def test_an_office_sets_up_nobody(self, desk: Desk):
        office = desk.open("kg")
        before = dump(office)
        with pytest.raises(Refused) as error:
            invite(office, "MD", desk.file("md.pdf"))
        assert error.value.code == "not_hq"
        assert dump(office) == before
        assert not desk.file("md.pdf").exists()

    def test_an_office_sends_no_circulars(self, desk: Desk):
        office = desk.open("kg")
        with pytest.raises(Refused) as error:
            send(office, desk.file("md.pdf"), receiver="MD")
        assert error.value.code == "receiver"
        assert not desk.file("md.pdf").exists()

    def test_the_code_may_be_written_small(self, desk: Desk):
        assert invite(desk.open("hq"), "kg", desk.file("kg.pdf")).office.code == "KG"

    def test_it_carries_the_framework_and_no_other_offices_records(self, desk: Desk):
        """An office gets what headquarters defines for all, and its own records; not its neighbours'."""
        hq = desk.open("hq")
        data = desk.folder("md")
        desk.keep(set_up_office(data, invite(hq, "MD", desk.file("md.pdf")).file, None, NOW))
        owners = {owner for (owner,) in rows(data, "SELECT DISTINCT office FROM activity")}
        assert owners == {rows(data, "SELECT id FROM office WHERE code = ?", code)[0][0] for code in ("HQ", "MD")}


class TestOffices:
    def test_the_set_up_pdf_makes_an_office(self, example: Example, desk: Desk):
        folder = desk.keep(set_up_office(desk.folder("kg"), example.setup("kg"), "Officer", NOW))
        assert folder.office.code == "KG"
        assert folder.office.language == "ru"
        assert not folder.identity.hq
        assert not folder.data.root_key.exists()
        assert folder.author().person == "Officer"
        assert len(rows(folder.data, "SELECT id FROM output")) == 7
        folder.close()
        assert all(finding.good for finding in examine(folder.data, NOW))

    def test_its_framework_is_that_of_headquarters(self, example: Example, desk: Desk):
        folder = desk.keep(set_up_office(desk.folder("kg"), example.setup("kg"), None, NOW))
        hq = DataDir(example.root / "hq-empty")
        for table in ("output", "country", "office", "reporting_period", "milestone_type", "indicator", "device"):
            query = f"SELECT * FROM {table} ORDER BY id"
            assert rows(folder.data, query) == rows(hq, query)

    def test_a_dispatch_is_no_set_up(self, example: Example, desk: Desk):
        data = desk.folder("kg")
        with pytest.raises(Refused) as error:
            set_up_office(data, example.dispatch("kg"), None, NOW)
        assert error.value.code == "not_a_setup"
        assert left_in(data) == []

    def test_a_damaged_set_up_leaves_nothing_behind(self, example: Example, desk: Desk):
        spoiled = desk.file("spoiled.pdf")
        spoiled.write_bytes(example.setup("kg").read_bytes()[:-1])
        data = desk.folder("kg")
        with pytest.raises(Refused) as error:
            set_up_office(data, spoiled, None, NOW)
        assert error.value.code == "truncated"
        assert left_in(data) == []
        set_up_office(data, example.setup("kg"), None, NOW).close()

    def test_an_occupied_folder_is_left_alone(self, example: Example, desk: Desk):
        data = desk.copy("kg")
        before, files = state(data), left_in(data)
        with pytest.raises(Refused) as error:
            set_up_office(data, example.setup("md"), None, NOW)
        assert error.value.code == "set_up_already"
        assert (state(data), left_in(data)) == (before, files)

    def test_a_failure_in_the_middle_leaves_nothing_behind(
        self, example: Example, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ):
        from server.services import setup

        def full_disk(*_anything: object) -> None:
            raise OSError(28, "No space left on device")

        data = desk.folder("kg")
        monkeypatch.setattr(setup.keys, "store", full_disk)
        with pytest.raises(OSError, match="No space left"):
            set_up_office(data, example.setup("kg"), None, NOW)
        monkeypatch.undo()
        assert left_in(data) == []
        assert not is_set_up(data)
        set_up_office(data, example.setup("kg"), None, NOW).close()

    def test_a_second_laptop_gets_what_the_first_one_sent(self, desk: Desk):
        """Headquarters' copy of the office's records comes with the second invitation."""
        hq, first = desk.open("hq"), desk.open("kg")
        title = "Logged on the first laptop"
        logged = log(first, title)
        receive(hq, [send(first, desk.file("first.pdf"), period="y1").files[0]])
        second = desk.keep(set_up_office(desk.folder("second"), invite(hq, "KG", desk.file("2.pdf")).file, None, NOW))
        assert rows(second.data, "SELECT title FROM activity WHERE id = ?", logged) == [(title,)]
        assert second.identity.office == first.identity.office
        assert second.identity.device != first.identity.device


def test_a_folder_that_is_not_set_up_says_what_to_do(desk: Desk):
    with pytest.raises(Refused, match="set up") as error:
        open_folder(desk.folder("nothing"), NOW)
    assert error.value.code == "not_set_up"
    assert not desk.folder("nothing").root.exists()


def left_in(data: DataDir) -> list[str]:
    """Names of everything in the folder."""
    return sorted(str(path.relative_to(data.root)) for path in data.root.rglob("*")) if data.root.is_dir() else []


def assert_plain(error: ValiseError) -> None:
    """Sentences for people: nothing of the machinery shows."""
    for one in error.errors if isinstance(error, RulesBroken) else (error,):
        assert one.message.endswith((".", ")")), one.message
        assert not any(word in one.message for word in ("Traceback", "Error(", "sqlite", "None")), one.message
