"""Test certificates, exported keys, expiry; and that no private key or passphrase lies or shows in the clear."""

import subprocess
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from key_company import FILE_SECRET, Asked, LockedKeyring, pgp_key

from sescomposer.core.errors import (
    PassphraseError,
    SesComposerError,
)
from sescomposer.services.account import Secret
from sescomposer.services.protection.keys import Keys

if TYPE_CHECKING:
    from authority import Authority


def test_test_certificate_is_marked(keys: Keys) -> None:
    entry = keys.make_test("Ann", "ann@example.org")
    pair = keys.unlock(entry)
    assert pair.certificate.is_test
    assert entry.addresses == ("ann@example.org",)


@pytest.mark.parametrize("compatible", [False, True])
def test_export_opens_elsewhere(keys: Keys, authority: "Authority", tmp_path: Path, compatible: bool) -> None:
    pair = authority.leaf(depth=2)
    entry = keys.import_file(authority.p12(pair), FILE_SECRET)
    with pytest.raises(PassphraseError, match="never written without a passphrase"):
        keys.export(entry.id, Secret(""))
    (tmp_path / "out.p12").write_bytes(keys.export(entry.id, Secret("pässword"), compatible))
    command = ["openssl", "pkcs12", "-in", str(tmp_path / "out.p12"), "-passin", "pass:pässword", "-nodes"]
    done = subprocess.run(command, capture_output=True, timeout=60, check=True)
    assert load_pem_private_key(done.stdout, None).private_numbers() == pair.key.private_numbers()  # type: ignore[union-attr]
    assert done.stdout.count(b"BEGIN CERTIFICATE") == 3


def test_expiry_is_told_30_and_7_days_before(keys: Keys, authority: "Authority") -> None:
    now = authority.now
    ends = {31: None, 29: "notice", 7: "warning", 1: "warning", -1: "expired"}
    for days in ends:
        until = now + timedelta(days=days)
        pair = authority.leaf(f"d{days}@example.org", kind="p256", not_after=until, cn=f"In {days}")
        keys.import_file(authority.pem(pair))
    told = keys.expiring(now)
    assert [(each.entry.label, each.urgency.value) for each in told] == [
        ("In -1", "expired"),
        ("In 1", "warning"),
        ("In 7", "warning"),
        ("In 29", "notice"),
    ]
    assert [each.sentence for each in told[:2]] == [
        f"The key 'In -1' has expired on {now - timedelta(days=1):%Y-%m-%d}.",
        "The key 'In 1' ends in 1 day.",
    ]
    assert [each.days for each in told] == [-1, 1, 7, 29]


def test_last_day_and_the_end_of_a_chain_are_told(keys: Keys, authority: "Authority") -> None:
    pair = authority.leaf("d0@example.org", kind="p256", not_after=authority.now + timedelta(hours=3), cn="Today")
    keys.import_file(authority.pem(pair))
    assert [each.sentence for each in keys.expiring(authority.now)] == ["The key 'Today' ends within a day."]
    keys.remove(keys.all()[0].id)
    keys.import_file(authority.pem(authority.leaf(kind="p256", not_after=datetime(2050, 1, 1, tzinfo=UTC))))
    (chain,) = keys.expiring(datetime(2046, 2, 1, tzinfo=UTC))
    assert chain.sentence == "A certificate above that of the key 'Ann Example' has expired on 2046-01-01."
    pgp = keys.import_file(pgp_key())
    keys.make_dkim("example.org", "mail")
    assert pgp not in [each.entry for each in keys.expiring(authority.now)]


def test_no_private_key_lies_on_the_disk_in_the_clear(
    keys: Keys, authority: "Authority", tmp_path: Path, every_written_file: Callable[[], list[bytes]]
) -> None:
    pairs = [authority.leaf(), authority.leaf(kind="p256")]
    entries = [keys.import_file(authority.pem(pairs[0]))]
    entries.append(keys.import_file(authority.p12(pairs[1]), FILE_SECRET, keep_passphrase=False))
    entries.append(keys.make_test("Ann", "ann@example.org"))
    dkim = keys.make_dkim("example.org", "mail")
    pgp = keys.import_file(pgp_key("typed"), Secret("typed"))
    keys.lock()
    opened = [keys.unlock(entry, Asked(["secret"])).key for entry in entries]
    opened.append(keys.dkim_key(dkim))
    keys.secret_of(pgp)
    for entry in (*entries, dkim, pgp):
        keys.export(entry.id, Secret("other"))
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "passing").write_bytes(b"seen though removed")
    written = every_written_file()
    assert b"seen though removed" in written
    assert len(written) >= 10
    for key in opened:
        numbers = key.private_numbers()
        secrets = [numbers.private_value] if hasattr(numbers, "private_value") else [numbers.d, numbers.p, numbers.q]
        raw = [number.to_bytes((number.bit_length() + 7) // 8, "big") for number in secrets]
        assert not [octets for octets in written for each in raw if each in octets]
    assert not [octets for octets in written for mark in (b"PRIVATE KEY", b"typed", b'secret"') if mark in octets]


def test_nothing_shows_a_secret(keys: Keys, ring: LockedKeyring, authority: "Authority") -> None:
    entry = keys.import_file(authority.p12(authority.leaf()), FILE_SECRET)
    keys.unlock(entry)
    (kept,) = ring.kept.values()
    shown = repr(keys) + repr(vars(keys)) + repr(entry) + repr(keys.unlock(entry))
    assert kept not in shown
    asked = keys.import_file(authority.p12(authority.leaf("b@example.org")), FILE_SECRET, keep_passphrase=False)
    with pytest.raises(SesComposerError) as told:
        keys.unlock(asked, Asked(["hush-hush", "hush-hush"]))
    error: BaseException | None = told.value
    while error is not None:
        assert "hush" not in f"{error!r} {vars(error)}"
        error = error.__cause__ or error.__context__
