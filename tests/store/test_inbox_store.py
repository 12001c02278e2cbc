"""Kept messages of the local inbox."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sescomposer.core.envelope import Envelope
from sescomposer.core.errors import SettingsError, StoreError
from sescomposer.services.ports import Delivery, DeliveryOutcome, InboxEntry
from sescomposer.store.inbox import InboxStore
from sescomposer.store.records import frame

ENTRY = InboxEntry(
    entry="0100-aaaa",
    received=datetime(2024, 5, 1, 12, 0, tzinfo=UTC),
    envelope=Envelope("a@example.com", ("b@example.com",)),
    submitted="a" * 64,
    delivered="b" * 64,
    changes=("The Date was replaced.",),
    deliveries=(Delivery("b@example.com", DeliveryOutcome.BOUNCED, "No such user.", "c" * 64),),
    refusal="",
    subject="Grüße",
)


@pytest.fixture
def store(tmp_path: Path) -> InboxStore:
    return InboxStore(tmp_path / "inbox")


def test_entries_are_given_newest_first(tmp_path: Path, store: InboxStore) -> None:
    assert store.all() == ()
    later = replace(ENTRY, entry="0100-abab", received=ENTRY.received + timedelta(hours=1))
    store.add(ENTRY)
    store.add(later)
    assert InboxStore(tmp_path / "inbox").all() == (later, ENTRY)
    assert store.named_content() == {"a" * 64, "b" * 64, "c" * 64}
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in (tmp_path / "inbox").iterdir())


def test_get_takes_an_unambiguous_start(store: InboxStore) -> None:
    store.add(ENTRY)
    store.add(replace(ENTRY, entry="0100-aaaa-2"))
    assert store.get("0100-aaaa") == ENTRY
    assert store.get("0100-aaaa-").entry == "0100-aaaa-2"
    for wrong, count in (("", "no message"), ("x", "no message"), ("0100-a", "2 messages")):
        with pytest.raises(StoreError, match=count):
            store.get(wrong)


def test_removed_entries_are_gone(store: InboxStore) -> None:
    store.add(ENTRY)
    store.add(replace(ENTRY, entry="other"))
    store.remove(ENTRY.entry)
    store.remove(ENTRY.entry)
    assert [entry.entry for entry in store.all()] == ["other"]
    assert store.clear() == 1
    assert store.all() == ()


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "a\0b", "x" * 300])
def test_id_that_leads_elsewhere_is_refused(store: InboxStore, name: str) -> None:
    with pytest.raises(StoreError, match="no id"):
        store.add(replace(ENTRY, entry=name))


def test_damaged_entry_is_kept_aside(tmp_path: Path, store: InboxStore) -> None:
    store.add(ENTRY)
    store.add(replace(ENTRY, entry="other"))
    path = tmp_path / "inbox" / "other.entry"
    path.write_bytes(path.read_bytes()[:-9])
    assert store.all() == (ENTRY,)
    assert (tmp_path / "inbox" / "other.entry.damaged").exists()


def test_newer_schema_is_told(tmp_path: Path, store: InboxStore) -> None:
    store.add(ENTRY)
    (tmp_path / "inbox" / "new.entry").write_bytes(frame({"format": "inbox entry", "schema": 2}))
    with pytest.raises(SettingsError, match="schema 2"):
        store.all()
    assert store.get(ENTRY.entry) == ENTRY


def test_full_and_read_only_disks_are_told(
    tmp_path: Path, store: InboxStore, disk_full_after: Callable[[int | None], None], read_only_disk: Path
) -> None:
    store.add(ENTRY)
    disk_full_after(5)
    with pytest.raises(StoreError, match="the disk is full"):
        store.add(replace(ENTRY, entry="other"))
    disk_full_after(None)
    assert store.all() == (ENTRY,)
    with pytest.raises(StoreError, match="read-only"):
        InboxStore(read_only_disk / "inbox").add(ENTRY)
