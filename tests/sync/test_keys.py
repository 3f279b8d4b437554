"""Keys on disk, certificates and what they say, fingerprints."""

from __future__ import annotations

import os
import stat
import subprocess
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from server.base.errors import Refused
from server.sync import keys
from server.sync.keys import Holder

WHEN = datetime(2014, 2, 1, 8, tzinfo=UTC)
OFFICE = Holder("office", "programme-1", "office-kg", "KG", "device-1", "Kyrgyzstan country office")


@pytest.fixture(scope="module")
def root():
    return keys.create_root("programme-1", "Programme root", WHEN)


class TestCertificates:
    def test_an_issued_certificate_says_whom_it_is_for(self, root):
        key = keys.device_key()
        issued = keys.issue(*root, key.public_key(), OFFICE, WHEN)
        assert keys.holder_of(issued) == OFFICE
        assert keys.public_key_of(issued).public_numbers() == key.public_key().public_numbers()
        assert keys.issued_by(issued, root[1])

    def test_a_certificate_is_documented_by_itself_in_openssl_too(self, root, require_tool, tmp_path):
        path = tmp_path / "kg.der"
        path.write_bytes(keys.issue(*root, keys.device_key().public_key(), OFFICE, WHEN))
        command = (require_tool("openssl"), "x509", "-inform", "DER", "-noout", "-text", "-in", str(path))
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        assert "URI:valise:office/programme-1/office-kg/KG/device-1" in told
        assert "Digital Signature, Non Repudiation" in told
        assert "CA:FALSE" in told
        assert "prime256v1" in told

    def test_a_self_signed_certificate_is_issued_by_nobody(self, root):
        alone = keys.self_signed(keys.device_key(), OFFICE, WHEN)
        assert keys.holder_of(alone) == OFFICE
        assert not keys.issued_by(alone, root[1])
        assert not keys.issued_by(alone, alone)

    def test_a_root_does_not_vouch_for_a_root_nor_a_device_for_a_device(self, root):
        _other_key, other = keys.create_root("programme-1", "Programme root", WHEN)
        assert not keys.issued_by(root[1], root[1])
        assert not keys.issued_by(other, root[1])
        device = keys.device_key()
        holder = Holder("office", "programme-1", "office-md", "MD", "device-2")
        forged = keys._certificate(device, keys.self_signed(device, OFFICE, WHEN), device.public_key(), holder, WHEN)
        assert not keys.issued_by(forged, keys.self_signed(device, OFFICE, WHEN))

    def test_a_root_with_the_same_name_and_another_key_is_another_root(self, root):
        _key, impostor = keys.create_root("programme-1", "Programme root", WHEN)
        issued = keys.issue(*root, keys.device_key().public_key(), OFFICE, WHEN)
        assert not keys.issued_by(issued, impostor)

    def test_a_root_certifies_devices_of_its_own_programme_only(self, root):
        other = Holder("office", "programme-2", "office-kg", "KG", "device-1")
        for holder in (other, Holder("root", "programme-1")):
            with pytest.raises(ValueError, match="its own programme"):
                keys.issue(*root, keys.device_key().public_key(), holder, WHEN)

    @pytest.mark.parametrize(
        "holder",
        [
            Holder("hq", "p/1 %", "ö/ü", "HQ", "a b", "Siège – Координация – مكتب " * 5),
            Holder("office", "প্রকল্প", "%2F", "", "d", ""),
            OFFICE,
        ],
    )
    def test_any_text_survives_in_the_identity(self, holder):
        read = keys.holder_of(keys.self_signed(keys.device_key(), holder, WHEN))
        assert read.uri == holder.uri
        assert (read.programme, read.office, read.code, read.device) == (
            holder.programme,
            holder.office,
            holder.code,
            holder.device,
        )
        assert len(read.title.encode()) <= 64
        assert holder.title.startswith(read.title) or not holder.title

    @pytest.mark.parametrize(
        "holder",
        [
            Holder("office", "", "o", "KG", "d"),
            Holder("office", "p"),
            Holder("office", "p", "o"),
            Holder("root", "p", "o", "", "d"),
            Holder("minister", "p", "o", "", "d"),
            Holder("office", "p", "o" * 129, "", "d"),
        ],
    )
    def test_an_incomplete_holder_gets_no_certificate(self, holder):
        with pytest.raises(ValueError, match=r"certif"):
            keys.self_signed(keys.device_key(), holder, WHEN)

    def test_other_curves_get_no_certificate(self):
        with pytest.raises(ValueError, match="P-256"):
            keys.self_signed(ec.generate_private_key(ec.SECP384R1()), OFFICE, WHEN)

    def test_certificates_of_others_are_not_understood(self):
        key = keys.device_key()
        name = x509.Name([])
        builder = x509.CertificateBuilder(name, name, key.public_key(), 1, WHEN, WHEN)
        from cryptography.hazmat.primitives import hashes

        def identity(*uris: str) -> bytes:
            names = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(uri) for uri in uris])
            return builder.add_extension(names, critical=False).sign(key, hashes.SHA256()).public_bytes(Encoding.DER)

        plain = builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)
        good = "valise:office/p/o/KG/d"
        for bad in (
            plain,
            identity("https://example.org/a/b/c/d"),
            identity(good, good),
            identity("valise:office/p/o/KG"),
            identity("valise:office/p/o/KG/d/e"),
            identity("valise:king/p/o/KG/d"),
            identity("valise:office/p/o/%4BG/d"),
        ):
            with pytest.raises(ValueError, match="identity"):
                keys.holder_of(bad)
        assert keys.holder_of(identity(good)).code == "KG"
        with pytest.raises(ValueError, match=r"ASN\.1|parsing"):
            keys.holder_of(b"not a certificate")

    def test_the_same_key_and_holder_give_the_same_certificate(self, root):
        key = keys.device_key()
        assert keys.self_signed(key, OFFICE, WHEN) == keys.self_signed(key, OFFICE, WHEN)
        issued = [keys.issue(*root, key.public_key(), OFFICE, WHEN) for _ in range(2)]
        assert issued[0] == issued[1]
        assert issued[0] != keys.issue(*root, key.public_key(), OFFICE, datetime(2030, 1, 1, tzinfo=UTC))

    @pytest.mark.parametrize(
        ("clock", "until"),
        [
            (datetime(1980, 1, 1, tzinfo=UTC), 2055),
            (datetime(2026, 6, 30, tzinfo=UTC), 2056),
            (datetime(2028, 2, 29, tzinfo=UTC), 2058),
            (datetime(2399, 1, 1, tzinfo=UTC), 2129),
        ],
    )
    def test_validity_is_generous_and_not_led_astray_by_a_mad_clock(self, clock, until):
        certificate = keys.self_signed(keys.device_key(), OFFICE, clock)
        assert keys.valid_until(certificate).year == until
        assert x509.load_der_x509_certificate(certificate).not_valid_before_utc.year == 2000


class TestFingerprints:
    def test_the_short_one_is_four_groups_that_people_can_read_out(self):
        short = keys.short_fingerprint(keys.self_signed(keys.device_key(), OFFICE, WHEN))
        assert [len(group) for group in short.split(" ")] == [4, 4, 4, 4]
        assert set(short) <= set("0123456789ABCDEF ")

    def test_certifying_a_key_changes_its_certificate_but_not_its_name(self, root):
        key = keys.device_key()
        alone, issued = keys.self_signed(key, OFFICE, WHEN), keys.issue(*root, key.public_key(), OFFICE, WHEN)
        assert keys.fingerprint(alone) != keys.fingerprint(issued)
        assert keys.key_fingerprint(alone) == keys.key_fingerprint(issued)
        assert keys.short_fingerprint(alone) == keys.short_fingerprint(issued)


class TestStatements:
    def test_a_statement_is_verified_by_the_certificate_of_its_key_only(self, root):
        key = keys.device_key()
        certificate = keys.self_signed(key, OFFICE, WHEN)
        signature = keys.sign(key, b"purpose\0statement")
        assert keys.verifies(certificate, b"purpose\0statement", signature)
        assert not keys.verifies(certificate, b"purpose\0statements", signature)
        assert not keys.verifies(root[1], b"purpose\0statement", signature)
        for bad in (b"", signature[:-1], signature + b"\0"):
            assert not keys.verifies(certificate, b"purpose\0statement", bad)
        assert not keys.verifies(b"no certificate", b"purpose\0statement", signature)

    def test_the_same_statement_gives_the_same_signature(self):
        key = keys.device_key()
        assert keys.sign(key, b"x") == keys.sign(key, b"x")


class TestStore:
    def test_what_is_stored_is_loaded(self, tmp_path, root):
        path = tmp_path / "device.key"
        key = keys.device_key()
        certificates = (keys.issue(*root, key.public_key(), OFFICE, WHEN), root[1])
        keys.store(path, key, certificates)
        ring = keys.load(path)
        assert ring.certificates == certificates
        assert ring.key.private_numbers() == key.private_numbers()

    @pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
    def test_nobody_else_can_read_it_even_where_an_open_file_was_before(self, tmp_path):
        path = tmp_path / "device.key"
        path.write_text("old")
        path.chmod(0o644)
        keys.store(path, keys.device_key())
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert list(tmp_path.iterdir()) == [path]

    def test_a_failed_write_leaves_the_old_key(self, tmp_path, monkeypatch):
        path = tmp_path / "device.key"
        keys.store(path, keys.device_key())
        before = path.read_bytes()

        def fail(_descriptor: int) -> None:
            raise OSError("no space left on device")

        monkeypatch.setattr(os, "fsync", fail)
        with pytest.raises(OSError, match="no space"):
            keys.store(path, keys.device_key())
        assert path.read_bytes() == before
        assert list(tmp_path.iterdir()) == [path]

    def test_a_missing_or_broken_key_is_told_in_a_sentence(self, tmp_path):
        def code(content: bytes | None) -> str:
            path = tmp_path / "device.key"
            path.unlink(missing_ok=True)
            if content is not None:
                path.write_bytes(content)
            with pytest.raises(Refused, match="set-up file") as refused:
                keys.load(path)
            return refused.value.code

        keys.store(tmp_path / "good.key", keys.device_key())
        good = (tmp_path / "good.key").read_bytes()
        assert code(None) == "no_key"
        assert {code(b""), code(b"noise \0\xff"), code(good[:100]), code(good.replace(b"E", b"F"))} == {"broken_key"}
        broken = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
        assert code(good + broken) == "broken_key"
        with pytest.raises(Refused):
            keys.load(tmp_path)
