"""The local inbox over stores in a folder of the test's own, with a clock that stands still."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sescomposer.core.identifiers import SeededIdentifiers
from sescomposer.core.message import Road
from sescomposer.inbox.service import Inbox
from sescomposer.store.content import DiskContentStore
from sescomposer.store.inbox import InboxStore


class StoppedClock:
    """Always the same time."""

    def now(self) -> datetime:
        """Give it."""
        return datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def new_inbox(tmp_path: Path) -> Callable[[Road], Inbox]:
    """Make the local inbox of a road."""
    clock = StoppedClock()

    def new(road: Road = Road.SES_V2) -> Inbox:
        content = DiskContentStore(tmp_path / "content", clock)
        return Inbox(content, InboxStore(tmp_path / "inbox"), clock, SeededIdentifiers("inbox"), road)

    return new


@pytest.fixture
def inbox(new_inbox: Callable[[Road], Inbox]) -> Inbox:
    return new_inbox(Road.SES_V2)
