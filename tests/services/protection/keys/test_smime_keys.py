"""Own S/MIME keys: imported, kept encrypted, opened with passphrases of the keyring or of the user, what goes wrong."""

import subprocess
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from key_company import FILE_SECRET, Asked, LockedKeyring, Maker

from sescomposer.core.errors import (
    CertificateError,
    KeyGoneError,
    PassphraseError,
    ProtectionError,
    StoreError,
)
from sescomposer.services.account import Secret
from sescomposer.services.protection.keys import Keys
from sescomposer.services.protection.protection_ports import KeyKind
from sescomposer.services.secrets import MemorySecrets
from sescomposer.store.keys import KeyFolder

if TYPE_CHECKING:
    from authority import Authority


def test_p12_is_kept_with_a_passphrase_of_ours_in_the_keyring(
    all_rounds: None, keys: Keys, new_keys: Maker, ring: LockedKeyring, authority: "Authority", tmp_path: Path
) -> None:
    pair = authority.leaf(depth=2)
    entry = keys.import_file(authority.p12(pair), FILE_SECRET)
    assert entry.fingerprint == pair.certificate.fingerprint
    assert (entry.id, entry.kind, entry.label) == (entry.fingerprint[:16], KeyKind.FILE, "Ann Example")
    assert entry.addresses == ("ann@example.org",)
    assert entry.certificates == tuple(each.der for each in (pair.certificate, *pair.chain))
    assert keys.all() == (entry,)
    assert keys.trouble == ""
    kept = ring.kept["sescomposer", f"key:{entry.id}"]
    assert len(kept) == 32
    again = new_keys().unlock(entry)
    assert again.key.private_numbers() == pair.key.private_numbers()
    assert (again.certificate, again.chain) == (pair.certificate, pair.chain)
    (file,) = (tmp_path / "keys").glob("*.p12")
    done = subprocess.run(
        ["openssl", "pkcs12", "-in", str(file), "-passin", f"pass:{kept}", "-info", "-noout"],
        capture_output=True,
        timeout=60,
        check=True,
    )
    assert b"PBES2, PBKDF2, AES-256-CBC, Iteration 600000, PRF hmacWithSHA256" in done.stderr


def test_pem_pair_without_a_passphrase_is_encrypted(keys: Keys, authority: "Authority") -> None:
    pair = authority.leaf(kind="p256")
    entry = keys.import_file(authority.pem(pair))
    assert keys.unlock(entry).key.private_numbers() == pair.key.private_numbers()
    with pytest.raises(PassphraseError, match="no passphrase that could be asked for"):
        keys.import_file(authority.pem(pair), keep_passphrase=False)


@pytest.mark.parametrize("passphrase", [None, Secret("wrong"), Secret("")])
def test_wrong_passphrase_of_the_file_keeps_nothing(
    keys: Keys, ring: LockedKeyring, authority: "Authority", passphrase: Secret | None
) -> None:
    with pytest.raises(PassphraseError):
        keys.import_file(authority.p12(authority.leaf()), passphrase)
    assert (keys.all(), ring.kept) == ((), {})


def test_what_is_no_key_is_told(keys: Keys, authority: "Authority") -> None:
    certificate = authority.root_pem
    for octets in (
        b"",
        b"text",
        b"<html>",
        certificate,
        b"0\x82" + bytes(200),
        b"\xc5\x10damaged",
        b"\x00" * (11 << 20),
    ):
        with pytest.raises(CertificateError) as told:
            keys.import_file(octets)
        assert told.value.sentence.endswith(".")
    assert keys.all() == ()


def test_passphrase_that_is_asked_for_each_time_is_kept_nowhere(
    keys: Keys, new_keys: Maker, ring: LockedKeyring, authority: "Authority"
) -> None:
    entry = keys.import_file(authority.p12(authority.leaf()), FILE_SECRET, keep_passphrase=False)
    assert entry.asks_always
    assert ring.kept == {}
    ask = Asked(["wrong", "secret"])
    assert keys.unlock(entry, ask).certificate == authority.leaf().certificate
    assert ask.whys == ["", "That passphrase is wrong."]
    assert ring.kept == {}
    with pytest.raises(PassphraseError, match="was not given"):
        new_keys().unlock(entry)


def test_answers_that_stay_wrong_end(keys: Keys, authority: "Authority") -> None:
    entry = keys.import_file(authority.p12(authority.leaf()), FILE_SECRET, keep_passphrase=False)
    for answers in (["a", "a", "a"], ["a", "b", "c", "d"]):
        ask = Asked(list(answers))
        with pytest.raises(PassphraseError, match="is wrong"):
            keys.unlock(entry, ask)
        assert len(ask.whys) == (2 if answers[0] == answers[1] else 3)
    with pytest.raises(PassphraseError, match="was not given"):
        keys.unlock(entry, Asked(["a", None]))


def test_open_key_is_dropped_when_it_is_idle_or_locked(keys: Keys, authority: "Authority", set_clock: Any) -> None:
    entry = keys.import_file(authority.p12(authority.leaf(kind="p256")), FILE_SECRET, keep_passphrase=False)
    assert not keys.is_open(entry)
    pair = keys.unlock(entry, Asked(["secret"]))
    for _ in range(3):
        set_clock.advance(minutes=14)
        assert keys.unlock(entry) is pair
    set_clock.advance(minutes=15)
    assert not keys.is_open(entry)
    with pytest.raises(PassphraseError):
        keys.unlock(entry)
    keys.unlock(entry, Asked(["secret"]))
    assert keys.is_open(entry)
    keys.lock()
    with pytest.raises(PassphraseError):
        keys.unlock(entry)


def test_without_a_keyring_the_user_is_asked_after_the_next_start(
    new_keys: Maker, authority: "Authority", set_clock: Any
) -> None:
    keys = new_keys(MemorySecrets())
    assert "in memory until the program ends" in keys.trouble
    entry = keys.import_file(authority.p12(authority.leaf()), FILE_SECRET)
    assert not entry.asks_always
    keys.unlock(entry)
    later = new_keys(MemorySecrets())
    with pytest.raises(PassphraseError, match="was not given"):
        later.unlock(entry)
    later.unlock(entry, Asked(["secret"]))
    set_clock.advance(minutes=15)
    assert not later.is_open(entry)
    later.unlock(entry)


def test_without_a_keyring_locking_forgets_what_was_typed(new_keys: Maker, authority: "Authority") -> None:
    keys = new_keys(MemorySecrets())
    typed = keys.import_file(authority.p12(authority.leaf()), FILE_SECRET)
    open_one = keys.import_file(authority.pem(authority.leaf("bob@example.org")))
    keys.lock()
    with pytest.raises(PassphraseError, match="was not given"):
        keys.unlock(typed)
    keys.unlock(typed, Asked(["secret"]))
    keys.lock()
    with pytest.raises(PassphraseError, match="was not given"):
        keys.unlock(typed)
    keys.unlock(open_one)  # nobody could type its passphrase


def test_without_a_keyring_a_key_without_passphrase_is_lost_and_says_so(
    new_keys: Maker, authority: "Authority"
) -> None:
    keys = new_keys(MemorySecrets())
    entry = keys.import_file(authority.pem(authority.leaf()))
    keys.unlock(entry)
    with pytest.raises(KeyGoneError, match="The keyring has no passphrase for the key 'Ann Example'") as told:
        new_keys(MemorySecrets()).unlock(entry)
    assert "Import the key again" in told.value.hint


def test_locked_keyring_is_told_and_nothing_is_lost(
    keys: Keys, ring: LockedKeyring, authority: "Authority", tmp_path: Path
) -> None:
    entry = keys.import_file(authority.p12(authority.leaf()), FILE_SECRET)
    before = sorted(path.read_bytes() for path in (tmp_path / "keys").glob("*.p12"))
    ring.is_locked = True
    keys.lock()
    uses: Sequence[Callable[[], object]] = (
        lambda: keys.unlock(entry),
        lambda: keys.import_file(authority.p12(authority.leaf()), FILE_SECRET),
        lambda: keys.import_file(authority.pem(authority.leaf("bob@example.org"))),
        lambda: keys.make_dkim("example.org", "s1"),
    )
    for use in uses:
        with pytest.raises(KeyGoneError, match="it is locked") as told:
            use()
        assert "Unlock the keyring" in told.value.hint
    assert keys.all() == (entry,)
    assert sorted(path.read_bytes() for path in (tmp_path / "keys").glob("*.p12")) == before
    ring.is_locked = False
    keys.unlock(entry)


def test_key_that_is_imported_again_keeps_its_passphrase(
    keys: Keys, new_keys: Maker, ring: LockedKeyring, authority: "Authority"
) -> None:
    entry = keys.import_file(authority.p12(authority.leaf()), FILE_SECRET)
    kept = dict(ring.kept)
    assert keys.import_file(authority.pem(authority.leaf())).id == entry.id
    assert ring.kept == kept
    assert len(keys.all()) == 1
    new_keys().unlock(entry)


def test_two_programs_that_import_one_key_at_once_can_open_it(
    new_keys: Maker, authority: "Authority", ring: LockedKeyring
) -> None:
    octets = authority.pem(authority.leaf())
    threads = [threading.Thread(target=new_keys().import_file, args=(octets,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    keys = new_keys()
    (entry,) = keys.all()
    assert keys.unlock(entry).certificate == authority.leaf().certificate
    assert len(ring.kept) == 1


def test_keyring_that_lost_or_changed_the_passphrase_is_told(
    keys: Keys, ring: LockedKeyring, authority: "Authority"
) -> None:
    entry = keys.import_file(authority.p12(authority.leaf()), FILE_SECRET)
    for name in ring.kept:
        ring.kept[name] = "changed"
    with pytest.raises(KeyGoneError, match="does not open the key"):
        keys.unlock(entry)
    ring.kept.clear()
    with pytest.raises(KeyGoneError, match="has no passphrase for the key"):
        keys.unlock(entry)


def test_removed_key_is_gone_also_where_it_was_open(
    keys: Keys, new_keys: Maker, ring: LockedKeyring, authority: "Authority", tmp_path: Path
) -> None:
    entry = keys.import_file(authority.p12(authority.leaf()), FILE_SECRET)
    keys.unlock(entry)
    new_keys().remove(entry.id)
    assert ring.kept == {}
    assert not list((tmp_path / "keys").glob("*.p12"))
    for use in (
        keys.unlock,
        keys.secret_of,
        lambda gone: keys.get(gone.id),
        lambda gone: keys.export(gone.id, Secret("x")),
    ):
        with pytest.raises((KeyGoneError, ProtectionError)):
            use(entry)
    with pytest.raises(KeyGoneError, match="was removed"):
        keys.unlock(entry)
    keys.remove(entry.id)


def test_key_is_removed_though_the_keyring_is_locked(keys: Keys, ring: LockedKeyring, authority: "Authority") -> None:
    entry = keys.import_file(authority.p12(authority.leaf()), FILE_SECRET)
    ring.is_locked = True
    with pytest.raises(ProtectionError, match="is removed, but its passphrase stays in the keyring"):
        keys.remove(entry.id)
    assert keys.all() == ()


def test_full_disk_keeps_the_old_key(keys: Keys, authority: "Authority", monkeypatch: pytest.MonkeyPatch) -> None:
    entry = keys.import_file(authority.p12(authority.leaf()), FILE_SECRET)

    def full(*_: object) -> None:
        raise StoreError("Could not keep the key: the disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr(KeyFolder, "add", full)
        with pytest.raises(StoreError):
            keys.import_file(authority.pem(authority.leaf()))
    keys.unlock(entry)


def test_several_threads_ask_once(keys: Keys, authority: "Authority") -> None:
    entry = keys.import_file(authority.p12(authority.leaf()), FILE_SECRET, keep_passphrase=False)
    ask = Asked(["secret"])
    threads = [threading.Thread(target=keys.unlock, args=(entry, ask)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ask.whys == [""]
