"""Declared settings: typed, checked where they are set, never the reason that nothing starts."""

from collections.abc import Mapping

import pytest

from sescomposer.core.errors import SettingsError, StoreError
from sescomposer.core.message import Road
from sescomposer.services import settings as declared
from sescomposer.services.settings import (
    APPEARANCE,
    FIRST_START_DONE,
    HOLD_SECONDS,
    MORE_ATTACHMENT_WORDS,
    ROAD,
    SETTINGS,
    Appearance,
    MemorySettings,
    Setting,
    Settings,
)


def test_defaults_hold_until_something_is_set() -> None:
    settings = Settings(MemorySettings())
    assert settings.get(HOLD_SECONDS) == 5
    assert settings.get(ROAD) is Road.SES_V2
    assert settings.get(APPEARANCE) is Appearance.SYSTEM
    assert not settings.problems


def test_values_keep_their_type() -> None:
    store = MemorySettings()
    settings = Settings(store)
    settings.set(APPEARANCE, Appearance.DARK)
    settings.set(FIRST_START_DONE, True)
    settings.set(MORE_ATTACHMENT_WORDS, ("one", "two"))
    again = Settings(store)
    assert again.get(APPEARANCE) is Appearance.DARK
    assert again.get(FIRST_START_DONE) is True
    assert again.get(MORE_ATTACHMENT_WORDS) == ("one", "two")
    assert type(store.load()["window.appearance"]) is str


@pytest.mark.parametrize("value", [-1, 31, "5", 5.0, True, None])
def test_refused_value_is_told_and_not_stored(value: object) -> None:
    store = MemorySettings()
    settings = Settings(store)
    with pytest.raises(SettingsError, match=r"sending\.hold_seconds"):
        settings.set(HOLD_SECONDS, value)  # type: ignore[misc]
    assert store.load() == {}


def test_unusable_stored_value_gives_the_default_and_a_problem() -> None:
    store = MemorySettings()
    store.save({"sending.hold_seconds": 99, "window.appearance": "pink", "checks.more_attachment_words": [1]})
    settings = Settings(store)
    assert settings.get(HOLD_SECONDS) == 5
    assert settings.get(APPEARANCE) is Appearance.SYSTEM
    assert settings.get(MORE_ATTACHMENT_WORDS) == ()
    assert len(settings.problems) == 3


def test_keys_that_nobody_declared_stay() -> None:
    store = MemorySettings()
    store.save({"later.key": 1})
    Settings(store).set(HOLD_SECONDS, 7)
    assert store.load() == {"later.key": 1, "sending.hold_seconds": 7}


def test_reset_gives_the_default_again() -> None:
    store = MemorySettings()
    settings = Settings(store)
    told: list[str] = []
    settings.on_change(told.append)
    settings.set(HOLD_SECONDS, 7)
    settings.reset(HOLD_SECONDS)
    assert settings.get(HOLD_SECONDS) == 5
    assert store.load() == {}
    assert told == [HOLD_SECONDS.key] * 2


def test_damaged_store_gives_defaults_and_refuses_to_be_written() -> None:
    class Damaged:
        def load(self) -> Mapping[str, object]:
            raise SettingsError("The settings are damaged.")

        def save(self, values: Mapping[str, object]) -> None:
            raise AssertionError(values)

    settings = Settings(Damaged())
    assert settings.problems == ("The settings are damaged.",)
    assert settings.get(HOLD_SECONDS) == 5
    with pytest.raises(SettingsError):
        settings.set(HOLD_SECONDS, 7)


def test_value_that_could_not_be_written_does_not_count() -> None:
    class Full(MemorySettings):
        def save(self, values: object) -> None:
            raise StoreError("The disk is full.")

    settings = Settings(Full())
    with pytest.raises(StoreError):
        settings.set(HOLD_SECONDS, 7)
    assert settings.get(HOLD_SECONDS) == 5


def test_every_setting_is_declared_once_with_a_default_that_it_allows() -> None:
    constants = [value for value in vars(declared).values() if isinstance(value, Setting)]
    assert constants == list(SETTINGS)
    assert len({setting.key for setting in SETTINGS}) == len(SETTINGS)
    for setting in SETTINGS:
        assert setting.checked(setting.default) == setting.default
        assert bool(setting.label) == bool(setting.help)
