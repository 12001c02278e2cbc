"""A clock that tests set."""

from datetime import UTC, datetime, timedelta


class StillClock:
    """Stands at a time until it is set to another; by default in January 2026."""

    def __init__(self, time: datetime = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)) -> None:
        self.time = time

    def now(self) -> datetime:
        """Give the time."""
        return self.time

    def advance(self, **units: float) -> None:
        """Let time pass."""
        self.time += timedelta(**units)
