"""The settings file: what its owner wrote into it stays, and a damaged one is never overwritten."""

from collections.abc import Callable
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from sescomposer.core.errors import SettingsError, StoreError
from sescomposer.services.settings import HOLD_SECONDS, Settings
from sescomposer.store.settings import SettingsFile

_BY_HAND = """\
# Mine.
schema = 1

[sending]
hold_seconds = 3  # long enough

# Dark at night.
[window]
appearance = 'dark'
"""


def test_file_is_made_private_when_first_saved(tmp_path: Path) -> None:
    file = SettingsFile(tmp_path / "config" / "settings.toml")
    assert file.load() == {}
    file.save({"sending.hold_seconds": 9, "window.appearance": "dark", "a.b.c": ("x", "y"), "d": True})
    assert file.load() == {"sending.hold_seconds": 9, "window.appearance": "dark", "a.b.c": ["x", "y"], "d": True}
    path = tmp_path / "config" / "settings.toml"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert "schema = 1" in path.read_text()


def test_comments_and_order_stay(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(_BY_HAND)
    Settings(SettingsFile(path)).set(HOLD_SECONDS, 10)
    assert path.read_text() == _BY_HAND.replace("hold_seconds = 3 ", "hold_seconds = 10 ")


def test_equal_values_leave_the_file_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(_BY_HAND)
    file = SettingsFile(path)
    file.save(file.load())
    assert path.read_text() == _BY_HAND


def test_key_that_is_left_out_goes(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(_BY_HAND)
    SettingsFile(path).save({"window.appearance": "dark"})
    assert SettingsFile(path).load() == {"window.appearance": "dark"}
    assert "# Dark at night." in path.read_text()


@pytest.mark.parametrize("octets", [b"[sending\n", b"\xff\xfe", b"schema = 2\n", b"schema = 'x'\n", b"a = 1\na = 2\n"])
def test_file_that_cannot_be_used_is_left_as_it_is(tmp_path: Path, octets: bytes) -> None:
    path = tmp_path / "settings.toml"
    path.write_bytes(octets)
    with pytest.raises(SettingsError) as caught:
        SettingsFile(path).load()
    assert caught.value.hint
    with pytest.raises(SettingsError):
        SettingsFile(path).save({"a": 1})
    assert path.read_bytes() == octets


def test_full_disk_leaves_the_old_settings(tmp_path: Path, disk_full_after: Callable[[int | None], None]) -> None:
    file = SettingsFile(tmp_path / "settings.toml")
    file.save({"a": 1})
    disk_full_after(4)
    with pytest.raises(StoreError, match="the disk is full"):
        file.save({"a": 2})
    disk_full_after(None)
    assert file.load() == {"a": 1}


def test_read_only_disk_is_told(read_only_disk: Path) -> None:
    with pytest.raises(StoreError, match="read-only"):
        SettingsFile(read_only_disk / "settings.toml").save({"a": 1})


_keys = st.sampled_from(["a", "b.a", "b.b", "c.d.e", "c.d.f"])
_values = st.one_of(st.booleans(), st.integers(-(2**53), 2**53), st.text(max_size=8), st.lists(st.text(max_size=4)))


@given(st.lists(st.dictionaries(_keys, _values, max_size=4), max_size=4))
@settings(max_examples=50, deadline=None)
def test_saved_values_are_loaded(tmp_path_factory: pytest.TempPathFactory, saves: list[dict[str, object]]) -> None:
    file = SettingsFile(tmp_path_factory.mktemp("settings") / "settings.toml")
    for values in saves:
        file.save(values)
        assert file.load() == values
        assert {key: type(value) for key, value in file.load().items()} == {k: type(v) for k, v in values.items()}
