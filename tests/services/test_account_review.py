"""Findings of the account beside those of the sealed octets: each item has its own, and all stop a submission."""

import tomllib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sescomposer.bootstrap import make_services
from sescomposer.core import SeededIdentifiers, compose, parse
from sescomposer.core.message import Message, Road
from sescomposer.core.progress import NO_PROGRESS, Progress
from sescomposer.core.seal import MemoryTarget, Sealed, seal
from sescomposer.services.account_findings import NOT_PROVEN
from sescomposer.services.account_review import with_account_findings
from sescomposer.services.knowledge import Identity, Known
from sescomposer.services.ports import Receipt
from sescomposer.services.review import Review
from sescomposer.services.sending import FindingsError
from sescomposer.store.folders import Folders

DATA = Path(__file__).parents[1] / "data" / "checks" / "bases"
KNOWN = Known(
    "work",
    "eu-west-1",
    datetime(2026, 1, 2, tzinfo=UTC),
    identities=(Identity("a.example", "DOMAIN", "SUCCESS", True),),
)


class Elsewhere:
    """A transport that takes everything."""

    account = "work"
    road = Road.SES_V2
    region = "eu-west-1"
    is_local = False

    def submit(self, sealed: Sealed, progress: Progress = NO_PROGRESS) -> Receipt:
        """Take it."""
        return Receipt("0102-a", "Ok")


def test_each_item_has_the_findings_of_its_own_sender(tmp_path: Path) -> None:
    services = make_services(Folders.below(tmp_path))
    senders = ("ada@a.example", "eve@other.example")
    messages = [compose(sender, "b@b.example", "Hi", text="x", ids=services.ids) for sender in senders]
    transport = Elsewhere()
    sealed = services.sending.review_all(messages, transport)
    assert with_account_findings(sealed, None) is sealed
    review = with_account_findings(sealed, KNOWN)
    assert "from-not-verified" not in {finding.code for finding in review.findings_of(0)}
    assert "from-not-verified" in {finding.code for finding in review.findings_of(1)}
    assert review.sealed == sealed.sealed
    with pytest.raises(FindingsError):
        services.sending.submit(review, transport)
    records = services.sending.submit(review, transport, overrides=[("from-not-verified", "just verified")])
    assert [record.intent.overrides for record in records] == [(), (("from-not-verified", "just verified"),)]
    services.close()


def test_a_dkim_signature_of_ours_proves_the_sender_of_an_invitation(tmp_path: Path) -> None:
    text = tomllib.loads((DATA / "invitation.toml").read_text("utf-8"))["once"]
    message = Message(parse(text.replace("\n", "\r\n").encode()))
    identity = Identity("example.com", "DOMAIN", "SUCCESS", True, dkim="NOT_STARTED", has_details=True)
    known = replace(KNOWN, identities=(identity,))
    now = datetime(2026, 1, 2, tzinfo=UTC)
    (plain,) = seal(message, Road.SES_V2, now=now, ids=SeededIdentifiers(), into=MemoryTarget)
    proven = replace(plain, root=parse(b"DKIM-Signature: v=1\r\n" + bytes(plain.octets)))

    def codes(sealed: Sealed) -> set[str]:
        review = Review(message, (sealed,), (), now, "work", Road.SES_V2)
        return {finding.code for finding in with_account_findings(review, known).findings}

    assert NOT_PROVEN in codes(plain)
    assert NOT_PROVEN not in codes(proven)
