"""No file but the one its signer sealed is ever opened; and each kind of damage is called by its name."""

from __future__ import annotations

import hashlib
import random
import tracemalloc
import zlib
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.base.errors import Refused
from server.base.i18n import use_language
from server.reports import carrier
from server.reports.carrier import cms, diagnosis, form, reading, signing

WHEN = datetime(2015, 1, 31, tzinfo=UTC)


def flipped(data: bytes, at: int, bits: int) -> bytes:
    return data[:at] + bytes((data[at] ^ bits,)) + data[at + 1 :]


def with_container(data: bytes, container: bytes) -> bytes:
    place = form.places(data)[0]
    room = place.close - place.open - 2
    digits = container.hex().encode().ljust(room, b"0")
    assert len(digits) == room
    return data[: place.open + 1] + digits + data[place.close - 1 :]


def container_in(data: bytes) -> bytes:
    place = form.places(data)[0]
    raw = bytes.fromhex(data[place.open + 1 : place.close - 1].decode())
    return raw[: cms.length(raw)]


def digest_of(data: bytes) -> bytes:
    place = form.places(data)[0]
    return hashlib.sha256(data[: place.open] + data[place.close :]).digest()


class TestEveryByte:
    """One byte changed anywhere, one byte missing from the end, one byte more."""

    def test_every_byte_of_a_file_counts(self, small, code_of):
        assert code_of(small) == "opened"
        codes = {code_of(flipped(small, at, bits)) for at in range(len(small)) for bits in (0x01, 0x20, 0xFF)}
        # A digit of the ByteRange makes the file look longer or shorter than it is.
        assert codes <= {"altered", "truncated", "appended"}

    def test_every_bit_of_signature_and_pointers_counts(self, small, code_of):
        place = form.places(small)[0]
        everything = range(place.found - 20, place.close + 120)
        assert "opened" not in {code_of(flipped(small, at, 1 << bit)) for at in everything for bit in range(8)}

    def test_bytes_of_a_long_file_count(self, create_dispatch, create_pages, code_of):
        data = create_dispatch(create_pages(30), random.Random(1).randbytes(1 << 20))
        for at in random.Random(2).sample(range(len(data)), 150):
            assert code_of(flipped(data, at, 0x04)) == "altered", at

    def test_every_cut_is_called_a_cut(self, small, code_of):
        assert code_of(b"") == "empty"
        assert {code_of(small[:length]) for length in range(1, len(small))} == {"truncated"}

    def test_a_cut_tells_how_much_arrived_once_it_can(self, small):
        with pytest.raises(Refused, match=rf"{len(small) - 7:,} of its {len(small):,} bytes"):
            carrier.open_sealed(small[:-7])

    @pytest.mark.parametrize("more", [b"\n", b"\0", b" ", b"\r\n", b"%%EOF\n", b"-- \nScanned for viruses\n" * 9])
    def test_anything_behind_the_end_is_told(self, small, code_of, more):
        assert code_of(small + more) == "appended"

    def test_bytes_before_the_beginning_are_refused(self, small, code_of):
        assert {code_of(more + small) for more in (b"\n", b"\xef\xbb\xbf", b"From: office\r\n\r\n" * 30)} == {"altered"}

    def test_a_file_sent_as_text_is_altered(self, small, code_of):
        assert code_of(small.replace(b"\n", b"\r\n")) == "altered"
        assert code_of(small.decode("latin-1").encode("utf-8")) == "altered"

    def test_a_download_filled_up_with_zeros_is_cut_short(self, small, code_of):
        assert code_of(small[:3000] + bytes(len(small) - 3000)) == "truncated"


class TestContainer:
    """The hole of the signature is the one place that the digest does not cover."""

    def test_padding_letter_case_and_length_of_the_hole_are_fixed(self, small, code_of):
        place = form.places(small)[0]
        hole = small[place.open + 1 : place.close - 1]
        assert hole.endswith(b"00")
        for other in (hole.upper(), hole[:-2] + b"01", hole[:-1] + b" ", b" " + hole[:-1], bytes(len(hole))):
            assert code_of(small[: place.open + 1] + other + small[place.close - 1 :]) == "altered"

    def test_the_container_of_another_dispatch_does_not_fit(self, small, create_dispatch, blank_pages, code_of):
        other = create_dispatch(blank_pages, subject="Year 2")
        assert code_of(with_container(small, container_in(other))) == "altered"

    def test_a_stranger_who_signs_the_same_bytes_is_seen_as_a_stranger(self, small, create_signer, signer):
        """The file is sound, so the carrier opens it; that its signer is nobody is for the trust to say."""
        from server.sync import trust

        stranger = create_signer(certified=False)
        made = signing.container(digest_of(small), key=stranger.key, certificate=stranger.certificate, chain=())
        opened = carrier.open_sealed(with_container(small, made))
        assert opened.certificate == stranger.certificate
        known = trust.KnownDevice.of(signer.certificate)
        with pytest.raises(Refused) as refused:
            trust.judge(
                opened.certificate,
                root=signer.chain[0],
                devices=[known],
                programme_id="programme-1",
                at=opened.signed_at,
            )
        assert refused.value.code == "unknown_signer"

    def test_other_writings_of_the_same_signature_are_refused(self, small, signer, code_of):
        """An ECDSA signature (r, s) is as valid as (r, n - s); only the smaller s is accepted."""
        from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

        container = container_in(small)
        signature = cms.verify(container, digest_of(small)).signature
        r, s = decode_dss_signature(signature)
        for other in (encode_dss_signature(r, cms.ORDER - s), encode_dss_signature(r, s + cms.ORDER)):
            if len(other) == len(signature):
                assert code_of(with_container(small, container.replace(signature, other))) == "altered"
        high = encode_dss_signature(r, cms.ORDER - s)
        assert cms.canonical_signature(high) == signature

    def test_certificates_cannot_be_added_dropped_or_exchanged(self, small, signer, create_signer, code_of):
        container = container_in(small)
        found = cms.verify(container, digest_of(small))
        names = cms._issuer_and_serial(found.certificate)
        attributes = cms.signed_attributes(digest_of(small), found.certificate, found.others)
        stranger = create_signer(certified=False).certificate

        def told(others: tuple[bytes, ...]) -> str:
            changed = cms.Container(found.certificate, others, found.signature)
            made = cms._put_together(changed, names, attributes, cms._DIGEST_WRITINGS[0])
            room = form.places(small)[0]
            if 2 * len(made) > room.close - room.open - 2:
                with pytest.raises(cms.WrongSignature):
                    cms.verify(made, digest_of(small))
                return "altered"
            return code_of(with_container(small, made))

        assert told(found.others) == "opened"
        assert {told(()), told((stranger,)), told((*found.others, stranger))} == {"altered"}

    @pytest.mark.parametrize("length", [0, 1, 2, 3, 40, 400])
    def test_a_container_of_noise_is_refused(self, small, code_of, length):
        noise = random.Random(length).randbytes(length)
        for start in (b"", b"\x30\x80", b"\x30\x84\xff\xff\xff\xff", b"\x30\x82\x01\x00", b"\x30\x00"):
            assert code_of(with_container(small, start + noise)) == "altered"

    def test_deep_nesting_costs_nothing(self, small, code_of):
        nested = b""
        while len(nested) < 900:
            nested = b"\x30\x82" + len(nested).to_bytes(2) + nested if len(nested) > 255 else b"\x30\x00" + nested
        assert code_of(with_container(small, nested)) == "altered"

    @pytest.mark.parametrize("bad", ["rsa", "p384"])
    def test_other_kinds_of_keys_are_not_accepted(self, small, bad, code_of):
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import ec, rsa
        from cryptography.x509.oid import NameOID

        key = rsa.generate_private_key(65537, 1024) if bad == "rsa" else ec.generate_private_key(ec.SECP384R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "x")])
        built = x509.CertificateBuilder(name, name, key.public_key(), 1, WHEN, WHEN)
        certificate = built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
        found = cms.Container(certificate, (), b"0" * 70)
        names = cms._issuer_and_serial(certificate)
        attributes = cms.signed_attributes(digest_of(small), certificate, ())
        made = cms._put_together(found, names, attributes, cms._DIGEST_WRITINGS[0])
        with pytest.raises(cms.UnknownForm, match="P-256"):
            cms.verify(made, digest_of(small))


class TestTwoSignatures:
    """What a signature covers is said once."""

    def test_two_places_that_both_fit_are_refused(self, small, code_of):
        place = form.places(small)[0]
        hole = small[place.open + 1 : place.close - 1]
        head = b"/ByteRange [ 0 %d %d %d                  ] /Contents <"
        start = len(small) + len(head % (10_000, 10_000, 100)) - 1
        second = head % (start, start + len(hole) + 2, 0)
        second = second.replace(b" ] ", b" " * (start + 1 - len(small) - len(second)) + b" ] ")
        forged = small + second + hole + b">"
        assert len(form.places(forged)) == 2
        assert code_of(forged) == "two_signatures"

    def test_a_second_one_inside_what_is_signed_is_refused(
        self, monkeypatch, create_signer, create_dispatch, blank_pages
    ):
        from server.reports.carrier import sealing

        monkeypatch.setattr(sealing, "_prove", lambda *_: None)
        forged = create_dispatch(blank_pages, by=create_signer("/ByteRange [ 0 1 2 3 ]"))
        with pytest.raises(Refused) as refused:
            carrier.open_sealed(forged)
        assert refused.value.code == "two_signatures"


class TestHostileSigners:
    """A valid signature is no reason to trust the sizes in a file."""

    @pytest.fixture
    def seal_stream(self, monkeypatch, create_dispatch, blank_pages):
        """Seals a stream that is not what seal would have made of a payload."""
        from server.reports.carrier import sealing

        def create(stream: bytes) -> bytes:
            monkeypatch.setattr(sealing, "_prove", lambda *_: None)
            monkeypatch.setattr(sealing.zlib, "compress", lambda *_: stream)
            made = create_dispatch(blank_pages)
            monkeypatch.undo()
            return made

        return create

    def test_a_bomb_is_refused_at_the_limit(self, seal_stream):
        bomb = seal_stream(zlib.compress(bytes(300 << 20), 9))
        assert len(bomb) < 400_000
        tracemalloc.start()
        with pytest.raises(Refused) as refused:
            carrier.open_sealed(bomb, max_payload=1 << 20)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert refused.value.code == "too_large"
        assert peak < 8 << 20

    @pytest.mark.parametrize("stream", [b"not zlib", zlib.compress(b"x" * 99)[:-2], zlib.compress(b"x") + b"more"])
    def test_a_broken_stream_is_refused(self, seal_stream, code_of, stream):
        assert code_of(seal_stream(stream)) == "altered"

    def test_a_payload_of_exactly_the_limit_opens_and_one_more_byte_does_not(self, create_dispatch, blank_pages):
        data = create_dispatch(blank_pages, bytes(5000))
        assert len(carrier.open_sealed(data, max_payload=5000).payload) == 5000
        with pytest.raises(Refused) as refused:
            carrier.open_sealed(data, max_payload=4999)
        assert refused.value.code == "too_large"

    def test_a_pointer_to_anything_but_the_attachment_is_refused(
        self, monkeypatch, create_dispatch, blank_pages, code_of
    ):
        from server.reports.carrier import sealing

        patch = sealing._patch

        def astray(data: bytearray, at: int, before: bytes, numbers: tuple[int, ...]) -> None:
            patch(data, at, before, (numbers[0] + 2, numbers[1] - 2) if b"Dispatch" in before else numbers)

        monkeypatch.setattr(sealing, "_prove", lambda *_: None)
        monkeypatch.setattr(sealing, "_patch", astray)
        assert code_of(create_dispatch(blank_pages)) == "altered"

    def test_a_form_of_a_later_version_asks_for_an_update(self, monkeypatch, create_dispatch, blank_pages, code_of):
        from server.reports.carrier import sealing

        monkeypatch.setattr(sealing, "_prove", lambda *_: None)
        monkeypatch.setattr(sealing, "_TAIL", sealing._TAIL.replace(b"[ 1 ", b"[ 2 "))
        monkeypatch.setattr(form, "VERSION", 2)
        newer = create_dispatch(blank_pages)
        monkeypatch.undo()
        assert code_of(newer) == "unsupported"
        # Its signature may be of a kind unknown here; an old one that was damaged is not mistaken for that.
        assert code_of(with_container(newer, b"\x30\x03\x02\x01\x05")) == "unsupported"
        assert code_of(flipped(newer, 300, 1)) == "altered"


class TestBorder:
    """Nothing but Refused comes out, whatever goes in."""

    @settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(data=st.data())
    def test_any_rearrangement_is_refused(self, small, code_of, data):
        start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(small))] * 2)))
        piece = data.draw(st.sampled_from([b"", small[start:end] * 2, small[start:end][::-1], b"\xff" * 50]))
        other = small[:start] + piece + small[end:]
        assert (code_of(other) == "opened") == (other == small)

    @settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(noise=st.binary(max_size=400))
    def test_noise_is_refused(self, code_of, noise):
        assert code_of(noise) != "opened"
        assert code_of(b"%PDF-1.7\n" + noise + b"\n%%EOF\n") != "opened"

    @pytest.mark.parametrize("error", [RecursionError(), MemoryError(), KeyError("x"), ZeroDivisionError()])
    def test_an_unforeseen_error_becomes_a_refusal(self, monkeypatch, small, code_of, error):
        def fail(*_: object) -> None:
            raise error

        monkeypatch.setattr(reading.cms, "verify", fail)
        assert code_of(small) == "altered"

    def test_a_file_over_the_limit_is_refused_unread(self, small, saved):
        with pytest.raises(Refused) as refused:
            carrier.open_sealed(small, max_file=len(small) - 1)
        assert refused.value.code == "too_large"
        with pytest.raises(Refused) as refused:
            carrier.read_bounded(saved(small), len(small) - 1)
        assert refused.value.code == "too_large"
        assert carrier.read_bounded(saved(small), len(small)) == small

    def test_a_file_that_cannot_be_read_is_told(self, tmp_path):
        for path in (tmp_path / "gone.pdf", tmp_path):
            with pytest.raises(Refused) as refused:
                carrier.read_bounded(path)
            assert refused.value.code == "unreadable"

    def test_every_sentence_is_one_and_says_what_to_do(self):
        for code in diagnosis._SENTENCES:
            with use_language("en"):
                sentence = diagnosis.refusal(code).message
            assert sentence.endswith(".")
            assert any(word in sentence for word in ("Ask", "ask", "Pick", "Update", "Copy")), sentence
