"""The sweep of the content store: what drafts, submissions or the inbox name stays."""

import gc
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sescomposer.bootstrap import make_services
from sescomposer.core.envelope import Envelope
from sescomposer.core.message import Message, Road
from sescomposer.core.parse import parse
from sescomposer.services.ports import Intent
from sescomposer.store.folders import Folders

TWO_HOURS = timedelta(hours=2)


class LaterClock:
    def now(self) -> datetime:
        return datetime.now(UTC) + TWO_HOURS


def test_the_sweep_removes_what_nobody_names(tmp_path: Path) -> None:
    services = make_services(Folders.below(tmp_path))
    services.clock = LaterClock()
    nobodys = services.content.keep(b"n" * 100_000).sha256
    drafts = services.content.keep(b"Subject: x\r\n\r\n" + b"d" * 100_000)
    services.journal.note("draft", Message(parse(drafts.octets)))
    sent = services.content.keep(b"s" * 100_000).sha256
    envelope = Envelope("a@example.com", ("b@example.org",))
    services.submissions.record_intent(
        Intent("1", sent, 100_000, envelope, "local inbox", Road.SES_V2, services.clock.now())
    )
    named = drafts.sha256
    del drafts
    services.journal.flush()
    gc.collect()
    assert services.sweep() == 100_000
    assert not services.content.holds(nobodys)
    assert services.content.holds(named)
    assert services.content.holds(sent)
    services.close()
