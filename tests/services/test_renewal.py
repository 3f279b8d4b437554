"""Laptops whose key or certificate ends, changes that nobody has, and what people are told of their laptop."""

from __future__ import annotations

import shutil
from base64 import b64decode, b64encode
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from server.base.errors import NotFound, Refused, ValiseError
from server.base.paths import DataDir
from server.db.session import read_session
from server.domain.records import save as write
from server.services import lost
from server.services.diagnostics import examine
from server.services.folder import Folder
from server.services.receive import receive, resume
from server.services.send import send
from server.services.setup import invite, set_up_office
from server.services.standing import standing
from server.sync import keys, replica
from server.sync.models import Device
from tests.services.trusting import circular, of, renew, revoke, save, sound, told
from tests.services.world import Desk, Laptops, dump, log, log_much, pretend_received, rows, shown


class TestNewKey:
    def test_a_laptop_with_a_lost_key_joins_again_and_the_old_one_is_shown_as_replaced(
        self, laptops: Laptops, desk: Desk
    ) -> None:
        hq, theirs = laptops.hq, laptops.theirs
        row = log(theirs, "Before the key was lost")
        laptops.give(theirs, hq)
        theirs.close()
        theirs.data.key.unlink()
        assert any("key" in finding.sentence and not finding.good for finding in examine(theirs.data, desk.clock))
        setup = invite(hq, "KG", desk.file("again.pdf")).file
        new = desk.keep(set_up_office(desk.folder("new"), setup, "Colleague", desk.clock))
        assert new.identity.device != theirs.identity.device
        assert shown(new, "activity", row)["title"] == "Before the key was lost"
        later = log(new, "With the new key")
        receive(hq, [send(new, desk.file("new.pdf")).files[0]])
        revoke(hq, theirs, "its key was lost", replaced_by=new.identity.device)
        old = of(hq, theirs)
        assert (old.state, old.replaced_by) == ("replaced", of(hq, new).label)
        assert of(hq, new).state == "trusted"
        assert [shown(hq, "activity", one)["title"] for one in (row, later)] == [
            "Before the key was lost", "With the new key"]  # fmt: skip
        sound(hq, new)

    def test_the_key_file_is_for_its_owner_only(self, laptops: Laptops) -> None:
        for folder in (laptops.hq, laptops.mine):
            assert folder.data.key.stat().st_mode & 0o777 == 0o600
        assert laptops.hq.data.root_key.stat().st_mode & 0o777 == 0o600


class TestCertificates:
    def _ending(self, hq: Folder, laptop: Folder, until: datetime) -> None:
        """As if the laptop's certificate had been issued long ago."""
        ring = keys.load(hq.data.root_key)
        with read_session(hq.engine) as session:
            row = session.get(Device, laptop.identity.device)
            assert row is not None
            old = b64decode(row.certificate or "")
        issued = keys.issue(
            ring.key, ring.certificates[0], keys.public_key_of(old), keys.holder_of(old), hq.clock(), until=until
        )
        values = {"certificate": b64encode(issued).decode(), "fingerprint": keys.fingerprint(issued)}
        save(hq, lambda work: write(work, Device, values, id=laptop.identity.device))

    def test_one_that_ends_soon_is_told_on_both_sides_and_renewed(self, laptops: Laptops, desk: Desk) -> None:
        hq, mine = laptops.hq, laptops.mine
        self._ending(hq, mine, hq.clock() + timedelta(days=90))
        assert of(hq, mine).state == "ending"
        circular(hq, mine, desk)
        (sentence,) = told(mine)
        assert "renew" in sentence
        hq.close()
        assert any("KG-1" in finding.sentence and finding.good for finding in examine(hq.data, desk.clock))
        hq = desk.open(hq.data)
        key = of(hq, mine).key
        save(hq, lambda work: renew(hq, work, mine))
        assert (of(hq, mine).state, of(hq, mine).key) == ("trusted", key)
        circular(hq, mine, desk, "renewed.pdf")
        assert told(mine) == []
        (result,) = receive(hq, [send(mine, desk.file("signed.pdf")).files[0]])
        assert result.state == "imported"

    def test_one_that_has_ended_is_refused_until_it_is_renewed(self, laptops: Laptops, desk: Desk) -> None:
        hq, mine = laptops.hq, laptops.mine
        self._ending(hq, mine, hq.clock() + timedelta(days=2))
        circular(hq, mine, desk)
        log(mine, "Signed with the old certificate")
        sent = send(mine, desk.file("old.pdf")).files[0]
        late = desk.open(desk.again(hq).data, lambda: desk.clock() + timedelta(days=3))
        (result,) = receive(late, [sent])
        assert (result.state, result.code) == ("refused", "expired_signer")
        assert of(late, mine).state == "expired"
        save(late, lambda work: renew(late, work, mine))
        (result,) = receive(late, [sent])  # the renewed certificate speaks for the key that signed it
        assert result.state == "imported", result.sentence

    def test_renewal_needs_the_programmes_key(self, laptops: Laptops) -> None:
        laptops.hq.data.root_key.rename(laptops.hq.data.root / "elsewhere.pem")
        with pytest.raises(Refused) as refused:
            save(laptops.hq, lambda work: renew(laptops.hq, work, laptops.mine))
        assert refused.value.code == "no_root_key"


class TestLost:
    def _gap(self, laptops: Laptops, desk: Desk) -> tuple[Path, ...]:
        """A dispatch in parts, of which the second never came."""
        laptops.give(laptops.mine, laptops.hq)
        log_much(laptops.mine, 60)
        parts = send(laptops.mine, desk.file("parts.pdf"), max_size=110_000).files
        assert len(parts) > 2
        results = receive(laptops.hq, [parts[0], *parts[2:]])
        assert [one.state for one in results].count("waiting") == len(parts) - 2
        return parts

    def test_what_is_missing_is_listed_with_who_is_asked(self, laptops: Laptops, desk: Desk) -> None:
        self._gap(laptops, desk)
        found = lost.missing(laptops.hq)
        assert found
        assert {one.office for one in found} == {"Kyrgyzstan country office"}
        assert all(one.holders == ("Kyrgyzstan country office",) for one in found)
        assert lost.missing(laptops.hq, "another office") == []

    def test_declared_lost_the_waiting_go_in_and_the_lost_may_turn_up(self, laptops: Laptops, desk: Desk) -> None:
        parts, hq = self._gap(laptops, desk), laptops.hq
        ids = [one.changeset for one in lost.missing(hq)]
        with pytest.raises(ValiseError) as error:
            save(hq, lambda work: lost.declare_lost(hq, work, ids, ""))
        assert error.value.field == "note"
        with pytest.raises(NotFound):
            save(hq, lambda work: lost.declare_lost(hq, work, ["0" * 64], "burned"))
        before = rows(hq.data, "SELECT count(*) FROM activity")[0][0]
        save(hq, lambda work: lost.declare_lost(hq, work, ids, "the laptop burned"))
        assert {one.state for one in resume(hq)} == {"imported"}
        assert rows(hq.data, "SELECT count(*) FROM activity")[0][0] > before
        assert lost.missing(hq) == []
        sound(hq)
        setup = invite(hq, "KG", desk.file("newcomer.pdf")).file  # the word travels with what builds on the lost
        newcomer = desk.keep(set_up_office(desk.folder("newcomer"), setup, "Colleague", desk.clock))
        sound(newcomer)
        (result,) = receive(hq, [parts[1]])
        assert result.state == "imported", result.sentence
        assert not [line for line in dump(hq).splitlines() if b'"fork"' in line]
        with read_session(hq.engine) as session:
            assert [one.here for one in lost.declared(session)] == [True] * len(ids)
        sound(hq)

    def test_what_cannot_even_be_read_needs_everything_again(self, laptops: Laptops, desk: Desk) -> None:
        """Headquarters lost what it had acknowledged: no word helps, the office sends everything."""
        hq, mine = laptops.hq, laptops.mine
        laptops.give(mine, hq)
        log(mine, "On the lost dispatch")
        pretend_received(mine, hq)
        log(mine, "On the next one")
        (result,) = receive(hq, [send(mine, desk.file("next.pdf")).files[0]])
        assert result.state == "waiting"
        (found,) = lost.missing(hq)
        assert not found.readable
        with pytest.raises(Refused) as refused:
            save(hq, lambda work: lost.declare_lost(hq, work, [found.changeset], "burned"))
        assert refused.value.code == "unreadable"
        receive(hq, [send(mine, desk.file("all.pdf"), full=True).files[0]])
        assert lost.missing(hq) == []


class TestStanding:
    @pytest.mark.parametrize("why", [
        "database older than its witness", "another machine", "own stream continued elsewhere", "witness missing"])
    def test_a_new_name_is_told_for_a_month_in_one_sentence(self, desk: Desk, why: str) -> None:
        folder = desk.open("kg")
        with folder.engine.begin() as connection:
            replica.rotate(connection, why, folder.clock)
        (sentence,) = told(folder)
        assert "Nothing is lost" in sentence or "nothing is lost" in sentence or "Both are kept" in sentence
        with read_session(folder.engine) as session:
            assert standing(session, lambda: folder.clock() + timedelta(days=31)) == []

    def test_a_copied_folder_says_so(self, desk: Desk) -> None:
        data = desk.copy("kg")
        shutil.copytree(data.root, desk.room / "copied")
        copied = desk.open(DataDir(desk.room / "copied"))
        (sentence,) = told(copied)
        assert "copied or moved" in sentence
        assert told(desk.open(data)) == []
