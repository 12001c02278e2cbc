"""The system's clock and randomness."""

from datetime import UTC, datetime, timedelta

from sescomposer.services.system import SystemClock, SystemIdentifiers


def test_clock_gives_the_time_with_the_local_offset() -> None:
    now = SystemClock().now()
    assert now.utcoffset() == datetime.now().astimezone().utcoffset()
    assert abs(now - datetime.now(UTC)) < timedelta(minutes=1)


def test_identifiers_differ() -> None:
    ids = SystemIdentifiers()
    assert len({ids.token() for _ in range(100)}) == 100
