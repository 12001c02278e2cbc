"""Files of keys, people, policies and roots: kept whole or not at all, by two processes at once, damage left alone."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sescomposer.core.errors import KeyGoneError, SettingsError, StoreError
from sescomposer.core.protection.certificates.certificate import Certificate
from sescomposer.services.protection.protection_ports import (
    IdentityPolicy,
    KeyEntry,
    KeyKind,
    PersonKey,
    PersonKind,
    Policy,
)
from sescomposer.store.keys import KeyFolder
from sescomposer.store.people import PeopleFile
from sescomposer.store.policies import PolicyFile
from sescomposer.store.roots import RootFiles

if TYPE_CHECKING:
    from authority import Authority

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ENTRY = KeyEntry(
    id="00aa11bb22cc33dd",
    kind=KeyKind.FILE,
    label="Änn",
    addresses=("Ann@example.org", "ann@example.net"),
    fingerprint="00aa11bb22cc33dd" * 4,
    certificates=(b"own", b"chain"),
    details={"passphrase": "ours"},
    added=NOW,
)
BARE = KeyEntry("b0", KeyKind.GNUPG, "", (), "b0", public=b"\x99public", asks_always=True)
PERSON = PersonKey("bob@example.org", PersonKind.SMIME, "f1", b"der", "file bob.cer", NOW, chain=(b"ca",))
MUST = IdentityPolicy("ann@example.org", sign=Policy.MUST, encrypt=Policy.NEVER, key="a1", dkim="d1")


@pytest.fixture
def keys(tmp_path: Path) -> KeyFolder:
    return KeyFolder(tmp_path / "keys")


def _files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if not path.name.endswith((".lock", ".json")))


def test_keys_come_back_as_they_were_kept(keys: KeyFolder, tmp_path: Path) -> None:
    assert keys.all() == ()
    keys.add(ENTRY, b"encrypted")
    keys.add(BARE)
    again = KeyFolder(tmp_path / "keys")
    assert again.all() == (ENTRY, BARE)
    assert again.octets(ENTRY.id) == b"encrypted"
    for path in (tmp_path / "keys").iterdir():
        assert path.stat().st_mode & 0o077 == 0
    assert (tmp_path / "keys").stat().st_mode & 0o077 == 0


def test_key_takes_the_place_of_one_with_its_id(keys: KeyFolder, tmp_path: Path) -> None:
    keys.add(ENTRY, b"old")
    keys.add(BARE)
    keys.add(replace(ENTRY, label="new"), b"new")
    assert [entry.label for entry in keys.all()] == ["new", ""]
    assert keys.octets(ENTRY.id) == b"new"
    assert len(_files(tmp_path / "keys")) == 1


def test_removed_key_is_gone_with_its_file(keys: KeyFolder, tmp_path: Path) -> None:
    keys.add(ENTRY, b"encrypted")
    keys.remove(ENTRY.id)
    keys.remove(ENTRY.id)
    assert keys.all() == ()
    assert _files(tmp_path / "keys") == []
    with pytest.raises(KeyGoneError, match="was removed"):
        keys.octets(ENTRY.id)


def test_key_whose_file_was_taken_away_is_told(keys: KeyFolder, tmp_path: Path) -> None:
    keys.add(ENTRY, b"encrypted")
    (tmp_path / "keys" / _files(tmp_path / "keys")[0]).unlink()
    with pytest.raises(KeyGoneError):
        keys.octets(ENTRY.id)


def test_full_disk_keeps_the_old_key(
    keys: KeyFolder, tmp_path: Path, disk_full_after: Callable[[int | None], None]
) -> None:
    keys.add(ENTRY, b"old")
    before = (tmp_path / "keys" / "keys.json").read_bytes()
    for octets in (0, 2, 100):  # of the key, and of the list behind it
        disk_full_after(octets)
        with pytest.raises(StoreError, match="the disk is full"):
            keys.add(replace(ENTRY, label="new"), b"new key")
        disk_full_after(None)
        assert keys.octets(ENTRY.id) == b"old"
        assert keys.all() == (ENTRY,)
        assert (tmp_path / "keys" / "keys.json").read_bytes() == before
    keys.add(BARE)
    assert len(_files(tmp_path / "keys")) == 1


def test_two_processes_lose_nothing(tmp_path: Path, typist: list[str]) -> None:
    command = [sys.executable, str(Path(__file__).with_name("key_adder.py")), str(tmp_path)]
    running = [subprocess.Popen([*command, prefix], stderr=subprocess.PIPE) for prefix in "ab"]
    for process in running:
        _, errors = process.communicate()
        assert (process.returncode, errors) == (0, b"")
    names = {f"{prefix}{number}" for prefix in "ab" for number in range(12)}
    kept = KeyFolder(tmp_path / "keys")
    assert {entry.id for entry in kept.all()} == names
    assert all(kept.octets(name) == name.encode() * 100 for name in names)
    assert {key.fingerprint for key in PeopleFile(tmp_path / "people").all()} == names
    assert {policy.address for policy in PolicyFile(tmp_path / "policies").all()} == {f"{n}@example.org" for n in names}


DAMAGE = {
    "no JSON": b"{",
    "a list": b"[]",
    "no schema": b'{"rows": []}',
    "newer": b'{"schema": 99, "rows": []}',
    "no rows": b'{"schema": 1, "rows": 5}',
    "row of another kind": b'{"schema": 1, "rows": [7]}',
    "row without anything": b'{"schema": 1, "rows": [{}]}',
    "deep": b"[" * 100_000,
}


@pytest.mark.parametrize("octets", DAMAGE.values(), ids=list(DAMAGE))
def test_damage_is_told_and_left_alone(tmp_path: Path, octets: bytes) -> None:
    file = tmp_path / "keys.json"
    file.write_bytes(octets)
    uses: tuple[Callable[[], object], ...] = (
        KeyFolder(tmp_path).all,
        lambda: KeyFolder(tmp_path).add(BARE),
        lambda: KeyFolder(tmp_path).add(ENTRY, b"key"),
        PeopleFile(file).all,
        lambda: PeopleFile(file).put(PERSON),
        PolicyFile(file).all,
        lambda: PolicyFile(file).put(MUST),
    )
    for use in uses:
        with pytest.raises(SettingsError):
            use()
        assert file.read_bytes() == octets


def test_name_of_a_file_elsewhere_is_damage(tmp_path: Path) -> None:
    keys = KeyFolder(tmp_path / "keys")
    keys.add(ENTRY, b"encrypted")
    list_file = tmp_path / "keys" / "keys.json"
    text = json.loads(list_file.read_bytes())
    text["rows"][0]["file"] = "../secret"
    list_file.write_text(json.dumps(text))
    with pytest.raises(SettingsError, match="no name of a file of ours"):
        keys.octets(ENTRY.id)


def test_keys_of_a_row_that_are_not_known_do_no_harm(tmp_path: Path) -> None:
    keys = KeyFolder(tmp_path)
    keys.add(BARE)
    value = json.loads((tmp_path / "keys.json").read_bytes())
    value["rows"][0]["later"] = 1
    (tmp_path / "keys.json").write_text(json.dumps(value))
    keys.add(ENTRY, b"x")
    assert keys.all() == (BARE, ENTRY)
    assert json.loads((tmp_path / "keys.json").read_bytes())["rows"][0]["later"] == 1


def test_people_are_kept_by_address_kind_and_fingerprint(tmp_path: Path) -> None:
    people = PeopleFile(tmp_path / "people.json")
    other = replace(PERSON, address="carl@example.org", last_used=NOW, is_accepted=True, chain=())
    pgp = replace(PERSON, kind=PersonKind.OPENPGP)
    for key in (PERSON, other, pgp, replace(PERSON, source="")):
        people.put(key)
    assert PeopleFile(tmp_path / "people.json").all() == (replace(PERSON, source=""), other, pgp)
    people.remove("bob@example.org", "f1")
    people.remove("nobody@example.org", "f1")
    assert people.all() == (other,)


def test_policies_are_kept_as_far_as_they_differ(tmp_path: Path) -> None:
    file = tmp_path / "config" / "policies.json"
    policies = PolicyFile(file)
    policies.put(replace(MUST, address="Ann@Example.org"))
    assert PolicyFile(file).all() == (MUST,)
    policies.put(IdentityPolicy("bob@example.org"))
    assert policies.all() == (MUST,)
    policies.put(IdentityPolicy("ann@example.org"))
    assert policies.all() == ()


def test_policy_of_an_unknown_word_is_damage(tmp_path: Path) -> None:
    file = tmp_path / "policies.json"
    file.write_text('{"schema": 1, "rows": [{"address": "a@b.example", "sign": "perhaps"}]}')
    with pytest.raises(SettingsError, match="cannot be read"):
        PolicyFile(file).all()


@settings(max_examples=25)
@given(
    st.builds(
        KeyEntry,
        id=st.from_regex(r"\A[0-9a-f]{16}\Z"),
        kind=st.sampled_from(KeyKind),
        label=st.text(),
        addresses=st.lists(st.text()).map(tuple),
        fingerprint=st.text(),
        certificates=st.lists(st.binary(max_size=30)).map(tuple),
        public=st.binary(max_size=30),
        details=st.dictionaries(st.text(), st.text(), max_size=3),
        asks_always=st.booleans(),
        added=st.none() | st.datetimes(timezones=st.just(UTC)),
    )
)
def test_any_entry_comes_back(tmp_path_factory: pytest.TempPathFactory, entry: KeyEntry) -> None:
    keys = KeyFolder(tmp_path_factory.mktemp("keys"))
    keys.add(entry)
    assert keys.all() == (entry,)


def test_roots_are_added_and_removed(tmp_path: Path, authority: "Authority") -> None:
    ca = authority.intermediates(1)[0]
    roots = RootFiles(tmp_path / "roots", lambda: (ca,))
    assert roots.own() == ()
    roots.add(authority.root)
    roots.add(authority.root)
    assert roots.own() == (authority.root,)
    assert roots.system() == (ca,)
    roots.remove("../" + authority.root.fingerprint)
    assert roots.own() == (authority.root,)
    roots.remove(authority.root.fingerprint.upper())
    roots.remove(authority.root.fingerprint)
    assert RootFiles(tmp_path / "roots", tuple).own() == ()


def test_damaged_root_is_told_and_left_alone(tmp_path: Path, authority: "Authority") -> None:
    roots = RootFiles(tmp_path, tuple)
    roots.add(authority.root)
    for octets in (b"text", authority.intermediates(1)[0].der):
        (file,) = tmp_path.glob("*.der")
        file.write_bytes(octets)
        with pytest.raises(SettingsError, match="is damaged"):
            roots.own()
        assert file.read_bytes() == octets
    assert isinstance(Certificate(authority.root.der), Certificate)


@pytest.mark.parametrize("before", [b"", b"older"])
def test_full_disk_leaves_no_file_of_a_key_that_the_list_does_not_name(
    keys: KeyFolder, tmp_path: Path, disk_full_after: Callable[[int | None], None], before: bytes
) -> None:
    """The key fits on it, the list that names it does not."""
    if before:
        keys.add(ENTRY, before)
    left = _files(tmp_path / "keys") if before else []
    disk_full_after(40)
    with pytest.raises(StoreError, match="the disk is full"):
        keys.add(ENTRY, b"encrypted")
    disk_full_after(None)
    assert _files(tmp_path / "keys") == left
    assert [keys.octets(entry.id) for entry in keys.all()] == ([before] if before else [])


def test_people_are_read_anew_once_somebody_else_changed_the_file(tmp_path: Path) -> None:
    ours, theirs = PeopleFile(tmp_path / "people.json"), PeopleFile(tmp_path / "people.json")
    assert ours.all() == ()
    theirs.put(PERSON)
    assert ours.all() == (PERSON,)
    assert ours.all() is ours.all()
    theirs.put(replace(PERSON, is_accepted=True))
    assert ours.all() == (replace(PERSON, is_accepted=True),)
    (tmp_path / "people.json").write_text("{", "utf-8")
    with pytest.raises(SettingsError):
        ours.all()
    (tmp_path / "people.json").unlink()
    assert ours.all() == ()
