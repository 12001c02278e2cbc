"""What is known of accounts on the disk: comes back as it was, private, and damage reads as nothing."""

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sescomposer.core.errors import SettingsError, StoreError
from sescomposer.services.knowledge import (
    ContactList,
    Denied,
    GlobalEndpoint,
    Identity,
    Known,
    Quota,
    Tenant,
)
from sescomposer.store.knowledge import KnowledgeFiles
from sescomposer.store.knowledge_json import known_from_json, known_to_json

KNOWN = Known(
    "work / ../x",
    "eu-west-1",
    datetime(2026, 3, 1, 12, 30, 15, 250, tzinfo=timezone(timedelta(hours=2))),
    caller="arn:aws:iam::123456789012:user/ada",
    is_sandbox=True,
    sending_enabled=False,
    enforcement="PROBATION",
    quota=Quota(-1, 14, 7.5),
    identities=(Identity("a.example", "DOMAIN", "SUCCESS", True, "SUCCESS", "m.a.example", "PENDING", "one", True),),
    configuration_sets=("one", "zwei-ü"),
    contact_lists=(ContactList("news", ("weekly",)),),
    tenants=(Tenant("t", "ENABLED"),),
    endpoints=(GlobalEndpoint("e", "abc.d2f", "READY", ("eu-west-1",)),),
    denied=(Denied("ListTenants", "ses:ListTenants", "{}", "No.", "r"),),
    failures=("ListContactLists was not answered: x",),
)
TIMES = st.datetimes(timezones=st.just(UTC))
KNOWNS = st.builds(
    Known,
    account=st.text(max_size=8),
    region=st.text(max_size=8),
    read_at=TIMES,
    identities=st.lists(st.builds(Identity), max_size=2).map(tuple),
    configuration_sets=st.lists(st.text(max_size=5), max_size=2).map(tuple),
    contact_lists=st.just(()),
    tenants=st.just(()),
    endpoints=st.lists(st.builds(GlobalEndpoint, regions=st.lists(st.text(max_size=3), max_size=2).map(tuple))).map(
        lambda found: tuple(found[:2])
    ),
    denied=st.just(()),
    failures=st.lists(st.text(max_size=5), max_size=2).map(tuple),
    quota=st.none() | st.builds(Quota, *(st.floats(-1, 1e9) for _ in range(3))),
)


@pytest.fixture
def files(tmp_path: Path) -> KnowledgeFiles:
    return KnowledgeFiles(tmp_path / "data" / "knowledge")


def _only(tmp_path: Path) -> Path:
    (path,) = (tmp_path / "data" / "knowledge").iterdir()
    return path


def test_what_was_kept_comes_back_and_is_private(files: KnowledgeFiles, tmp_path: Path) -> None:
    assert (files.get("work", "eu-west-1"), files.all()) == (None, ())
    files.put(KNOWN)
    assert files.get(KNOWN.account, "eu-west-1") == KNOWN
    path = _only(tmp_path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert json.loads(path.read_text())["schema"] == 1


def test_each_account_and_region_is_kept_by_itself(files: KnowledgeFiles) -> None:
    all_known = [Known(name, region, KNOWN.read_at) for name in ("a", "b") for region in ("eu-west-1", "us-east-1")]
    for known in reversed(all_known):
        files.put(known)
    assert files.all() == tuple(all_known)
    files.remove("a")
    assert files.all() == tuple(all_known[2:])
    files.remove("a")


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(KNOWNS)
def test_values_survive_json(known: Known) -> None:
    assert known_from_json(json.loads(json.dumps(known_to_json(known)))) == known


@given(st.data())
def test_damaged_values_are_noticed_or_of_the_right_type(data: st.DataObject) -> None:
    values = known_to_json(KNOWN)
    name = data.draw(st.sampled_from(sorted(values)))
    values[name] = data.draw(
        st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.integers(), min_size=1)
    )
    try:
        known = known_from_json(values)
    except ValueError:
        return
    assert known_to_json(known)[name] == values[name] or name == "read_at"


@pytest.mark.parametrize(
    "octets",
    [b"", b"{", b"[]", b"null", b'{"schema": 1}', b"\xff\xfe", b'{"schema": "1"}', b"[" * 100_000],
)
def test_damaged_file_is_nothing_and_is_replaced(files: KnowledgeFiles, tmp_path: Path, octets: bytes) -> None:
    files.put(KNOWN)
    _only(tmp_path).write_bytes(octets)
    assert files.get(KNOWN.account, KNOWN.region) is None
    assert files.all() == ()
    files.put(KNOWN)
    assert files.get(KNOWN.account, KNOWN.region) == KNOWN


def test_cut_file_is_nothing(files: KnowledgeFiles, tmp_path: Path) -> None:
    files.put(KNOWN)
    path = _only(tmp_path)
    whole = path.read_bytes()
    for length in range(0, len(whole), 37):
        path.write_bytes(whole[:length])
        assert files.get(KNOWN.account, KNOWN.region) is None


def test_file_under_another_name_is_not_taken_for_it(files: KnowledgeFiles, tmp_path: Path) -> None:
    files.put(KNOWN)
    values: dict[str, Any] = json.loads(_only(tmp_path).read_text())
    _only(tmp_path).write_text(json.dumps({**values, "account": "other"}))
    assert files.get(KNOWN.account, KNOWN.region) is None


def test_newer_file_is_left_as_it_is(files: KnowledgeFiles, tmp_path: Path) -> None:
    files.put(KNOWN)
    path = _only(tmp_path)
    path.write_text('{"schema": 2, "new": true}')
    assert files.get(KNOWN.account, KNOWN.region) is None
    with pytest.raises(SettingsError, match="schema 2"):
        files.put(KNOWN)
    assert path.read_text() == '{"schema": 2, "new": true}'


def test_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    files = KnowledgeFiles(tmp_path / "data" / "knowledge")
    assert files.all() == ()
    with pytest.raises(StoreError):
        files.put(KNOWN)
