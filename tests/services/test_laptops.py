"""Headquarters and its laptops: listed, off the list with a cut, back on, their changes adopted."""

from __future__ import annotations

import pytest

from server.base.errors import NotFound, Refused, RulesBroken, ValiseError
from server.db.session import read_session
from server.services import apart, vouching
from server.services.receive import receive
from server.services.send import send
from server.sync import keys, tips
from server.sync.canonical import Changeset, Op, sealed
from server.sync.manifest import Manifest
from tests.services.trusting import back, circular, listed, named, of, points_of, revoke, save, sound, told, waiting
from tests.services.world import Desk, Laptops, copy_folder, dump, log, rows, shown


class TestList:
    def test_each_laptop_has_a_label_a_key_and_a_state(self, laptops: Laptops) -> None:
        found = [one for one in listed(laptops.hq).values() if one.office.code == "KG"]
        assert [(one.label, one.state) for one in found] == [("KG-1", "trusted"), ("KG-2", "trusted")]
        assert not any(one.off for one in found)
        assert found[1].last is not None
        assert of(laptops.hq, laptops.hq).here

    def test_one_that_joined_is_met_until_the_next_circular(self, desk: Desk) -> None:
        hq = desk.open("hq-empty")
        receive(hq, [desk.example.dispatch("kg")])
        (met,) = [one for one in listed(hq).values() if one.office.code == "KG"]
        assert (met.state, met.enrolled) == ("met", None)
        send(hq, desk.file("circular.pdf"), receiver="KG")
        assert listed(hq)[met.id].state == "trusted"

    def test_it_is_named_by_label_or_key(self, laptops: Laptops) -> None:
        theirs = of(laptops.hq, laptops.theirs)
        with read_session(laptops.hq.engine) as session:
            for name in ("kg-2", theirs.key, theirs.key[:9], theirs.id):
                assert named(session, laptops.hq, name) == theirs.id
            for name in ("KG-9", "", "nothing"):
                with pytest.raises(NotFound):
                    named(session, laptops.hq, name)


class TestOff:
    def test_what_it_sent_counts_and_what_it_signs_is_refused(self, laptops: Laptops, desk: Desk) -> None:
        hq, theirs = laptops.hq, laptops.theirs
        first = log(theirs, "Before")
        laptops.give(theirs, hq)
        one, count = revoke(hq, theirs, "stolen")
        assert (one.state, one.why, count) == ("off", "stolen", 0)
        assert shown(hq, "activity", first)["title"] == "Before"
        log(theirs, "After")
        (result,) = receive(hq, [send(theirs, desk.file("late.pdf")).files[0]])
        assert (result.state, result.code) == ("refused", "revoked_signer")
        sound(hq)

    def test_from_one_of_its_dispatches_on_nothing_counts(self, laptops: Laptops) -> None:
        hq, theirs = laptops.hq, laptops.theirs
        kept = log(theirs, "Honest")
        laptops.give(theirs, hq)
        for title in ("By the thief", "Again"):
            log(theirs, title)
        laptops.give(theirs, hq)
        with read_session(hq.engine) as session:
            found = points_of(session, theirs)
        number = found[0].arrival.number
        assert found[0].apart >= 2
        assert str(found[0].apart) in found[0].words
        _one, count = revoke(hq, theirs, "stolen", since=str(number))
        assert count == found[0].apart
        assert shown(hq, "activity", kept)["title"] == "Honest"
        assert rows(hq.data, "SELECT count(*) FROM activity WHERE title IN ('By the thief','Again')") == [(0,)]
        assert any("By the thief" in title for one in waiting(hq) for title in one.titles)
        sound(hq)

    def test_a_colleague_hears_it_with_the_next_circular_and_judges_alike(self, laptops: Laptops, desk: Desk) -> None:
        hq, mine, theirs = laptops.hq, laptops.mine, laptops.theirs
        laptops.give(theirs, hq)
        revoke(hq, theirs, "stolen")
        late = log(theirs, "After")
        laptops.give(theirs, mine)  # it has not heard
        assert shown(mine, "activity", late)["title"] == "After"
        circular(hq, mine, desk)
        assert shown(mine, "activity", late) == {}
        laptops.give(mine, hq)
        assert [one.person for one in waiting(hq)]
        assert shown(hq, "activity", late) == {}
        sound(hq, mine)

    def test_the_laptop_itself_is_told_when_it_hears(self, laptops: Laptops, desk: Desk) -> None:
        hq, theirs = laptops.hq, laptops.theirs
        laptops.give(theirs, hq)
        assert told(theirs) == []
        revoke(hq, theirs, "lost")
        circular(hq, theirs, desk)
        (sentence,) = told(theirs)
        assert "off its list" in sentence
        late = log(theirs, "After")
        assert shown(theirs, "activity", late) == {}
        back(hq, theirs)
        circular(hq, theirs, desk, "again.pdf")
        assert told(theirs) == []
        assert shown(theirs, "activity", late)["title"] == "After"
        laptops.give(theirs, hq)
        assert shown(hq, "activity", late)["title"] == "After"
        sound(hq, theirs)

    def test_what_is_missing_in_the_answers_is_said(self, laptops: Laptops) -> None:
        hq, theirs = laptops.hq, laptops.theirs
        before = dump(hq)
        with pytest.raises(RulesBroken) as broken:
            revoke(hq, theirs, " ", replaced_by=laptops.hq.identity.device)
        assert [one.field for one in broken.value.errors] == ["why", "replaced_by"]
        for code, refused in (("this_laptop", lambda: revoke(hq, hq, "why")), ("on_list", lambda: back(hq, theirs))):
            with pytest.raises(Refused) as error:
                refused()
            assert error.value.code == code
        assert dump(hq) == before
        revoke(hq, theirs, "lost")
        with pytest.raises(Refused) as error:
            revoke(hq, theirs, "again")
        assert error.value.code == "off_already"

    def test_only_headquarters_says_so(self, laptops: Laptops) -> None:
        with pytest.raises(ValiseError):
            revoke(laptops.mine, laptops.theirs, "I say so")
        assert not of(laptops.mine, laptops.theirs).off

    def test_of_a_fork_both_branches_go_on_counting(self, laptops: Laptops, desk: Desk) -> None:
        hq, theirs = laptops.hq, laptops.theirs
        laptops.give(theirs, hq)
        theirs.close()
        copy = desk.open(copy_folder(theirs.data.root, desk.room / "twin"))
        theirs = desk.open(theirs.data)
        one, other = log(theirs, "One branch"), log(copy, "Other branch")
        for number, laptop in enumerate((theirs, copy)):
            (result,) = receive(hq, [send(laptop, desk.file(f"fork-{number}.pdf")).files[0]])
            assert result.state == "imported"
        revoke(hq, theirs, "sold")
        assert [shown(hq, "activity", row)["title"] for row in (one, other)] == ["One branch", "Other branch"]
        sound(hq)


class TestAdoption:
    def test_a_change_counts_and_is_taken_back(self, laptops: Laptops, desk: Desk) -> None:
        hq, theirs = laptops.hq, laptops.theirs
        laptops.give(theirs, hq)
        row = log(theirs, "Good work")
        laptops.give(theirs, hq)
        with read_session(hq.engine) as session:
            number = points_of(session, theirs)[0].arrival.number
        revoke(hq, theirs, "left", since=str(number))
        ids = [one.id for one in waiting(hq)]
        assert shown(hq, "activity", row) == {}
        with pytest.raises(ValiseError) as error:
            save(hq, lambda work: apart.adopt(work, ids, " "))
        assert error.value.field == "note"
        assert save(hq, lambda work: apart.adopt(work, ids, "confirmed by telephone")) == len(ids)
        assert shown(hq, "activity", row)["title"] == "Good work"
        with read_session(hq.engine) as session:
            assert [one.adopted for one in apart.adopted(session)] == ["confirmed by telephone"] * len(ids)
        circular(hq, laptops.mine, desk)
        assert shown(laptops.mine, "activity", row)["title"] == "Good work"
        save(hq, lambda work: apart.keep_apart_again(work, ids))
        assert shown(hq, "activity", row) == {}
        assert [one.id for one in waiting(hq)] == ids
        sound(hq, laptops.mine)

    @pytest.mark.parametrize("name", ["", "x" * 64, "0" * 64])
    def test_what_is_not_kept_apart_cannot_be_adopted(self, laptops: Laptops, name: str) -> None:
        with pytest.raises(NotFound):
            save(laptops.hq, lambda work: apart.adopt(work, [name], "why"))
        with pytest.raises(NotFound):
            save(laptops.hq, lambda work: apart.keep_apart_again(work, [name]))


class TestRelayed:
    def test_a_revoked_laptop_proves_what_it_wrote_itself_and_nothing_else(self, laptops: Laptops) -> None:
        hq, theirs = laptops.hq, laptops.theirs
        laptops.give(theirs, hq)
        revoke(hq, theirs, "stolen")
        ring = keys.load(theirs.data.key)
        found = {}
        for device in (theirs.identity.device, laptops.mine.identity.device):
            change = sealed(Changeset(
                "e" * 32, f"office:{theirs.identity.office}", 1, None, 1, "Thief", theirs.identity.office, device, 0,
                [Op("activity", "x", {"office": theirs.identity.office, "title": "Forged"})],
            ))  # fmt: skip
            statement = tips.tip_statement(change.stream, 1, change.id)
            manifest = Manifest(
                dispatch="0" * 32, programme="p", kind="exchange", from_office="o", from_device="d",
                from_incarnation="f" * 32, number=1, serial=1, to_office="t", to_incarnation=None,
                tips={change.stream: [(1, change.id.hex())]},
                signatures={change.id.hex(): keys.sign(ring.key, statement)},
            )  # fmt: skip
            with read_session(hq.engine) as session:
                found[device] = vouching._vouched(session, manifest, [change])
        assert len(found[theirs.identity.device]) == 1
        assert found[laptops.mine.identity.device] == set()
