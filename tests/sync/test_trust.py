"""Who counts: known devices, those the root vouches for, invited ones; everybody else gets a refusal of its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from server.base.errors import Refused
from server.sync import keys, trust
from server.sync.keys import Holder
from server.sync.trust import Invitation, KnownDevice

WHEN = datetime(2014, 2, 1, tzinfo=UTC)
NOW = datetime(2026, 6, 30, tzinfo=UTC)
KG = Holder("office", "programme-1", "office-kg", "KG", "device-kg", "Kyrgyzstan country office")
MD = Holder("office", "programme-1", "office-md", "MD", "device-md", "Moldova country office")
HQ = Holder("hq", "programme-1", "office-hq", "HQ", "device-hq", "Headquarters")
ROOT_KEY, ROOT = keys.create_root("programme-1", "Programme root", WHEN)
OTHER_KEY, OTHER_ROOT = keys.create_root("programme-1", "Programme root", WHEN)
KEY = keys.device_key()
ALONE = keys.self_signed(KEY, KG, WHEN)
ISSUED = keys.issue(ROOT_KEY, ROOT, KEY.public_key(), KG, WHEN)
HQ_KEY = keys.device_key()
HQ_ISSUED = keys.issue(ROOT_KEY, ROOT, HQ_KEY.public_key(), HQ, WHEN)
KNOWN = KnownDevice.of(ALONE)


CODES = (
    *("unknown_signer", "other_programme", "expired_signer", "revoked_signer", "signer_mismatch", "not_hq"),
    *("unknown_root", "unknown_invitation", "wrong_proof", "invitation_used"),
)
DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "dispatch-format.md"


def judge(certificate, **given):
    known = {"root": ROOT, "devices": [KNOWN], "programme_id": "programme-1", "at": NOW}
    return trust.judge(certificate, **{**known, **given})


def refused(call, *arguments, **given) -> str:
    with pytest.raises(Refused) as refusal:
        call(*arguments, **given)
    assert refusal.value.message.endswith(".")
    assert refusal.value.code in CODES
    return refusal.value.code


def test_the_document_tells_every_code():
    document = DOCUMENT.read_text("utf-8")
    assert [code for code in CODES if f"| `{code}` |" not in document] == []


class TestJudge:
    def test_a_filed_device_counts_by_its_key_whoever_certified_it(self):
        for certificate in (ALONE, ISSUED):
            verdict = judge(certificate, office="office-kg", device="device-kg")
            assert verdict.holder == KG
            assert verdict.standing == "known"
            assert verdict.key == keys.key_fingerprint(ALONE)
            assert verdict.fingerprint == keys.fingerprint(certificate)

    def test_the_root_vouches_for_a_device_that_is_not_filed_yet(self):
        verdict = judge(ISSUED, devices=[])
        assert verdict.standing == "issued"
        assert verdict.root == ROOT

    def test_a_stranger_is_unknown_whatever_it_calls_itself(self):
        stranger = keys.self_signed(keys.device_key(), KG, WHEN)
        by_other_root = keys.issue(OTHER_KEY, OTHER_ROOT, KEY.public_key(), KG, WHEN)
        assert refused(judge, stranger) == "unknown_signer"
        assert refused(judge, by_other_root, devices=[]) == "unknown_signer"
        assert refused(judge, ISSUED, devices=[], root=None) == "unknown_signer"
        assert refused(judge, ROOT) == "unknown_signer"
        assert refused(judge, b"no certificate") == "unknown_signer"

    def test_nobody_becomes_headquarters_by_saying_so(self):
        """Not even a device that is filed: only the root's word makes a headquarters."""
        claimed = keys.self_signed(KEY, replace(KG, role="hq"), WHEN)
        assert refused(judge, claimed) == "unknown_signer"
        assert refused(judge, claimed, from_hq=True) == "unknown_signer"

    def test_a_device_of_another_programme_is_told_so(self):
        other = keys.self_signed(KEY, replace(KG, programme="programme-2"), WHEN)
        assert refused(judge, other) == "other_programme"

    def test_an_expired_certificate_is_told_so(self):
        short = keys.issue(ROOT_KEY, ROOT, KEY.public_key(), KG, WHEN, until=datetime(2020, 1, 1, tzinfo=UTC))
        assert judge(short, at=datetime(2020, 1, 1, tzinfo=UTC)).standing == "known"
        assert refused(judge, short, at=datetime(2020, 1, 1, 0, 0, 1, tzinfo=UTC)) == "expired_signer"

    def test_a_clock_that_is_behind_refuses_nobody(self):
        assert judge(ISSUED, at=datetime(1980, 1, 1, tzinfo=UTC)).standing == "known"

    def test_a_revoked_device_is_refused_by_key_and_by_id(self):
        revoked = [replace(KNOWN, revoked=True)]
        new_key = keys.issue(ROOT_KEY, ROOT, keys.device_key().public_key(), KG, WHEN)
        assert refused(judge, ALONE, devices=revoked) == "revoked_signer"
        assert refused(judge, ISSUED, devices=revoked) == "revoked_signer"
        assert refused(judge, new_key, devices=revoked) == "revoked_signer"
        assert refused(judge, ALONE, devices=[KNOWN, *revoked]) == "revoked_signer"
        second_laptop = keys.issue(ROOT_KEY, ROOT, keys.device_key().public_key(), replace(KG, device="device-2"), WHEN)
        assert judge(second_laptop, devices=revoked).standing == "issued"

    def test_manifest_and_certificate_must_name_the_same_sender(self):
        assert refused(judge, ISSUED, office="office-md") == "signer_mismatch"
        assert refused(judge, ISSUED, office="office-kg", device="device-9") == "signer_mismatch"

    def test_a_filed_key_cannot_speak_for_another_office(self):
        moldova = keys.self_signed(KEY, MD, WHEN)
        assert refused(judge, moldova) == "signer_mismatch"

    def test_only_headquarters_sends_what_only_headquarters_may(self):
        assert refused(judge, ISSUED, from_hq=True) == "not_hq"
        assert judge(HQ_ISSUED, from_hq=True).holder.role == "hq"


class TestFirstContact:
    INVITATION = Invitation("invitation-1", bytes(range(32)), "office-kg")

    def contact(self, certificate=ALONE, shown=None, invitation_id="invitation-1", **given):
        known = {"invitations": [self.INVITATION], "devices": [], "programme_id": "programme-1", "at": NOW}
        return trust.accept_first_contact(
            certificate, self.proof(certificate) if shown is None else shown, invitation_id, **{**known, **given}
        )

    def proof(self, certificate=ALONE, **changed):
        said = {"office": "office-kg", "programme": "programme-1", "invitation_id": "invitation-1"}
        return trust.proof(self.INVITATION.secret, certificate, **{**said, **changed})

    def test_an_invited_device_counts(self):
        verdict = self.contact(office="office-kg", device="device-kg")
        assert verdict.standing == "invited"
        assert verdict.holder == KG
        assert KnownDevice(verdict.holder.office, verdict.holder.device, verdict.key) == KNOWN

    def test_the_same_device_may_come_twice_another_one_not(self):
        used = replace(self.INVITATION, used_by=keys.key_fingerprint(ALONE))
        assert self.contact(invitations=[used]).standing == "invited"
        second = keys.self_signed(keys.device_key(), replace(KG, device="device-2"), WHEN)
        assert refused(self.contact, second, invitations=[used]) == "invitation_used"

    def test_a_proof_holds_for_one_certificate_office_programme_and_invitation(self):
        other = keys.self_signed(keys.device_key(), KG, WHEN)
        wrong = [
            self.proof(other),
            self.proof(office="office-md"),
            self.proof(programme="programme-2"),
            self.proof(invitation_id="invitation-2"),
            trust.proof(bytes(32), ALONE, office="office-kg", programme="programme-1", invitation_id="invitation-1"),
            self.proof()[:-1],
            b"",
        ]
        assert {refused(self.contact, shown=shown) for shown in wrong} == {"wrong_proof"}

    def test_parts_of_a_proof_cannot_be_shifted_into_each_other(self):
        assert self.proof(office="ab", programme="c") != self.proof(office="a", programme="bc")

    def test_the_proof_is_the_documented_one(self):
        """Worked by hand from docs/dispatch-format.md, so that others can make it too."""
        import hashlib
        import hmac

        fingerprint = hashlib.sha256(ALONE).digest()
        parts = [b"valise first contact 1", fingerprint, b"office-kg", b"programme-1", b"invitation-1"]
        said = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
        assert self.proof() == hmac.digest(self.INVITATION.secret, said, "sha256")

    def test_an_invitation_is_for_its_office(self):
        moldova = keys.self_signed(keys.device_key(), MD, WHEN)
        shown = self.proof(moldova, office="office-md")
        assert refused(self.contact, moldova, shown) == "signer_mismatch"

    def test_an_invited_device_cannot_take_the_place_of_a_filed_one(self):
        """Devices are filed under their id: a new key must not come under the id of another device."""
        impostor = keys.self_signed(keys.device_key(), replace(KG, device="device-hq"), WHEN)
        assert refused(self.contact, impostor, devices=[KnownDevice.of(HQ_ISSUED)]) == "signer_mismatch"
        assert self.contact(impostor).standing == "invited"

    def test_an_invitation_does_not_make_a_headquarters(self):
        claimed = keys.self_signed(KEY, replace(KG, role="hq"), WHEN)
        assert refused(self.contact, claimed) == "signer_mismatch"

    def test_manifest_and_certificate_must_name_the_same_sender(self):
        assert refused(self.contact, office="office-md") == "signer_mismatch"

    def test_a_revoked_device_does_not_come_back_by_its_old_invitation(self):
        used = replace(self.INVITATION, used_by=keys.key_fingerprint(ALONE))
        again = {"invitations": [used], "devices": [replace(KNOWN, revoked=True)]}
        assert refused(self.contact, **again) == "revoked_signer"

    def test_unknown_invitation_other_programme_and_expiry_are_told(self):
        assert refused(self.contact, invitation_id="invitation-9") == "unknown_invitation"
        assert refused(self.contact, programme_id="programme-2") == "other_programme"
        assert refused(self.contact, at=datetime(2100, 1, 1, tzinfo=UTC)) == "expired_signer"

    def test_invitations_are_secret_and_different(self):
        first, second = (trust.create_invitation("invitation-1", "office-kg") for _ in range(2))
        assert len(first.secret) == trust.SECRET_BYTES
        assert first.secret != second.secret
        assert repr(first.secret) not in repr(first)


class TestSetUp:
    def test_the_first_set_up_brings_its_root(self):
        verdict = trust.judge_set_up(HQ_ISSUED, [ISSUED, ROOT], root=None, at=NOW)
        assert verdict.standing == "set_up"
        assert verdict.root == ROOT

    def test_later_ones_must_come_from_the_same_root(self):
        assert trust.judge_set_up(HQ_ISSUED, [], root=ROOT, at=NOW).standing == "issued"
        other = keys.issue(OTHER_KEY, OTHER_ROOT, HQ_KEY.public_key(), HQ, WHEN)
        assert refused(trust.judge_set_up, other, [OTHER_ROOT], root=ROOT, at=NOW) == "unknown_root"

    def test_a_set_up_without_a_root_that_vouches_for_it_is_refused(self):
        for chain in ([], [OTHER_ROOT], [HQ_ISSUED], [b"noise"]):
            assert refused(trust.judge_set_up, HQ_ISSUED, chain, root=None, at=NOW) == "unknown_root"

    def test_a_root_of_another_programme_does_not_vouch(self):
        root_key, root = keys.create_root("programme-2", "Another", WHEN)
        forged = keys._certificate(root_key, root, HQ_KEY.public_key(), HQ, NOW)
        assert refused(trust.judge_set_up, forged, [root], root=None, at=WHEN) == "unknown_root"

    def test_an_office_cannot_set_up_others(self):
        assert refused(trust.judge_set_up, ISSUED, [ROOT], root=None, at=NOW) == "not_hq"

    def test_programme_and_expiry_are_told(self):
        for code, given in (
            ("other_programme", {"programme_id": "programme-2", "at": NOW}),
            ("expired_signer", {"at": datetime(2100, 1, 1, tzinfo=UTC)}),
        ):
            assert refused(trust.judge_set_up, HQ_ISSUED, [ROOT], root=None, **given) == code
