"""The local inbox over stores in a folder of the test's own, with a clock that stands still."""

import gc
import hashlib
import ssl
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import pytest
from still_clock import StillClock

from sescomposer.core.identifiers import SeededIdentifiers
from sescomposer.core.message import Road
from sescomposer.inbox.service import Inbox
from sescomposer.inbox.serving import Serving
from sescomposer.services.ports import InboxEntry
from sescomposer.services.serving import Addresses, ServeOptions
from sescomposer.store.content import DiskContentStore
from sescomposer.store.inbox import InboxStore
from sescomposer.store.loopback_certificate import loopback_certificate


@pytest.fixture
def new_inbox(tmp_path: Path) -> Callable[[Road], Inbox]:
    """Make the local inbox of a road."""
    clock = StillClock()

    def new(road: Road = Road.SES_V2) -> Inbox:
        content = DiskContentStore(tmp_path / "content", clock)
        return Inbox(content, InboxStore(tmp_path / "inbox"), clock, SeededIdentifiers("inbox"), road)

    return new


@pytest.fixture
def inbox(new_inbox: Callable[[Road], Inbox]) -> Inbox:
    return new_inbox(Road.SES_V2)


@dataclass
class Served:
    """The local inbox as a server, with what waits for nothing.

    Attributes:
        waited: Seconds that it was told to wait.
    """

    serving: Serving
    inbox: Inbox
    waited: list[float] = field(default_factory=list)

    @property
    def addresses(self) -> Addresses:
        """Where it listens."""
        found = self.serving.addresses
        assert found is not None
        return found

    @cached_property
    def context(self) -> ssl.SSLContext:
        """What trusts its certificate alone."""
        context = ssl.create_default_context(cafile=str(self.addresses.certificate))
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        return context

    @property
    def entries(self) -> tuple[InboxEntry, ...]:
        """What the inbox has."""
        return self.inbox.entries()

    def only_entry(self, octets: bytes) -> InboxEntry:
        """Give the only entry; its octets are these."""
        (entry,) = self.entries
        assert bytes(self.inbox.submitted(entry.entry)) == octets
        assert entry.submitted == hashlib.sha256(octets).hexdigest()
        return entry


Serve = Callable[..., Served]


@pytest.fixture
def serve(tmp_path: Path, new_inbox: Callable[[Road], Inbox]) -> Iterator[Serve]:
    """Serve the local inbox on free ports, with options."""
    clock = StillClock()
    started: list[Served] = []

    def certificate() -> tuple[Path, Path]:
        made = loopback_certificate(tmp_path / "serving", datetime.now(UTC))
        return made.chain, made.key

    def start(require_auth: bool = False) -> Served:
        waited: list[float] = []
        inboxes = {road: new_inbox(road) for road in Road}
        content = inboxes[Road.SMTP].content
        serving = Serving(inboxes.__getitem__, content, clock, certificate, waited.append)
        served = Served(serving, inboxes[Road.SMTP], waited=waited)
        started.append(served)
        serving.start(ServeOptions(smtp_port=0, tls_port=0, http_port=0, require_auth=require_auth))
        return served

    yield start
    for served in started:
        served.serving.stop()


@pytest.fixture(autouse=True, scope="module")
def garbage_of_cut_connections() -> Iterator[None]:
    """Collect what clients left that were cut within a handshake: asyncio keeps their transports until then.

    Not before: their warnings would fail whichever test runs at that moment.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
    if was_enabled:
        gc.enable()
