"""What is known: kept and merged, used offline, asked for; with a reader and a store in memory."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from known_memory import KnownMemory

from sescomposer.core.envelope import Envelope
from sescomposer.core.errors import AddressError, ServiceCallError
from sescomposer.core.message import Message
from sescomposer.core.parse import parse
from sescomposer.core.progress import NO_PROGRESS, Progress
from sescomposer.core.road import Road
from sescomposer.services.account import Account, WayIn
from sescomposer.services.account_ports import Came, unheard
from sescomposer.services.knowing import STALE_AFTER, Knowing, merged, timeline
from sescomposer.services.knowledge import Denied, EventKind, Identity, Known, MessageEvent, Quota, Suppressed
from sescomposer.services.ports import Intent, Outcome, SubmissionRecord, SubmissionState
from sescomposer.services.verification import VerificationState

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ACCOUNT = Account("work", WayIn.PROFILE, "eu-west-1", profile="mail")
DOMAIN = Identity("a.example", "DOMAIN", "SUCCESS", True)
KNOWN = Known("work", "eu-west-1", NOW, is_sandbox=True, quota=Quota(200, 1, 0), identities=(DOMAIN,))


class Reader:
    """Answers from memory and remembers what it was asked."""

    def __init__(self) -> None:
        self.known = KNOWN
        self.account = ACCOUNT
        self.asked: list[tuple[str, ...]] = []
        self.events: tuple[MessageEvent, ...] = ()

    def __call__(self, account: Account) -> "Reader":
        self.account = account
        return self

    def read(self, progress: Progress = NO_PROGRESS, came: Came = unheard) -> Known:
        self.asked.append(("read",))
        came(replace(self.known, identities=()), frozenset({"quota"}))
        return self.known

    def log_in(self, progress: Progress = NO_PROGRESS) -> Known:
        return self.known

    def identity(self, name: str) -> Identity:
        return replace(DOMAIN, name=name, dkim="SUCCESS", has_details=True)

    def suppressed(self, address: str) -> Suppressed | None:
        self.asked.append(("show", address))
        return None

    def suppress(self, address: str, reason: str) -> None:
        self.asked.append(("add", address, reason))

    def unsuppress(self, address: str) -> None:
        self.asked.append(("remove", address))

    def insights(self, reference: str) -> tuple[MessageEvent, ...]:
        self.asked.append(("insights", reference))
        return self.events


@pytest.fixture
def parts() -> tuple[Knowing, KnownMemory, Reader]:
    store, reader = KnownMemory(), Reader()
    return Knowing(store, reader), store, reader


Parts = tuple[Knowing, KnownMemory, Reader]


def _record(reference: str, region: str = "us-east-1") -> SubmissionRecord:
    intent = Intent("s", "0" * 64, 1, Envelope("a@a.example", ()), "work", Road.SES_V2, NOW, region=region)
    return SubmissionRecord(intent, Outcome("s", SubmissionState.ACCEPTED, NOW, reference))


def test_nothing_is_asked_before_it_is_asked_for(parts: Parts) -> None:
    knowing, _, reader = parts
    assert knowing.cached(ACCOUNT) is None
    assert reader.asked == []
    assert knowing.refresh(ACCOUNT) == KNOWN
    assert knowing.cached(ACCOUNT) == KNOWN
    assert knowing.cached(replace(ACCOUNT, region="us-east-1")) is None
    assert reader.asked == [("read",)]


def test_what_was_read_outlives_the_program(parts: Parts) -> None:
    knowing, store, reader = parts
    knowing.refresh(ACCOUNT)
    assert Knowing(store, reader).cached(ACCOUNT) == KNOWN


def test_full_disk_takes_nothing_from_the_answer(parts: Parts) -> None:
    knowing, store, _ = parts
    store.is_full = True
    known = knowing.refresh(ACCOUNT)
    assert known.identities == (DOMAIN,)
    assert known.failures == ("What was read could not be kept: The disk is full.",)
    assert knowing.cached(ACCOUNT) == known


def test_changed_account_is_read_from_the_disk_again(parts: Parts) -> None:
    knowing, store, _ = parts
    knowing.refresh(ACCOUNT)
    store.remove("work")
    assert knowing.cached(ACCOUNT) == KNOWN
    knowing.let_go("work")
    assert knowing.cached(ACCOUNT) is None


def test_unanswered_question_leaves_what_was_known() -> None:
    later = NOW + timedelta(hours=1)
    failed = replace(
        KNOWN, read_at=later, identities=(), quota=None, failures=("ListEmailIdentities was not answered: x",)
    )
    found = merged(failed, KNOWN)
    assert (found.identities, found.quota, found.read_at) == ((DOMAIN,), None, later)
    account = replace(KNOWN, quota=None, is_sandbox=None, failures=("GetAccount was not answered: x",))
    assert (merged(account, KNOWN).quota, merged(account, KNOWN).is_sandbox) == (KNOWN.quota, True)
    denied = replace(KNOWN, identities=(), denied=(Denied("ListEmailIdentities", "ses:ListEmailIdentities", "{}", ""),))
    assert merged(denied, KNOWN).identities == ()
    assert merged(failed, None) == failed


def test_details_of_an_identity_are_kept_through_a_refresh(parts: Parts) -> None:
    knowing, _, reader = parts
    knowing.refresh(ACCOUNT)
    assert knowing.details(ACCOUNT, "a.example").dkim == "SUCCESS"
    reader.known = replace(KNOWN, identities=(replace(DOMAIN, status="FAILED"),))
    (identity,) = knowing.refresh(ACCOUNT).identities
    assert (identity.dkim, identity.has_details, identity.status) == ("SUCCESS", True, "FAILED")


def test_verification_names_other_places(parts: Parts) -> None:
    knowing, store, _ = parts
    store.put(replace(KNOWN, region="us-east-1"))
    here = replace(KNOWN, identities=())
    found = knowing.verification(here, "ada@a.example")
    assert (found.state, found.elsewhere) == (VerificationState.UNVERIFIED, ("us-east-1",))
    assert knowing.verification(None, "ada@a.example").state is VerificationState.UNKNOWN


def test_findings_come_from_what_is_known(parts: Parts) -> None:
    knowing, _, _ = parts
    message = Message(parse(b"From: x@other.example\r\nTo: ada@a.example\r\n\r\n"))
    assert knowing.findings(ACCOUNT, message) == ()
    knowing.refresh(ACCOUNT)
    assert [finding.code for finding in knowing.findings(ACCOUNT, message)] == ["from-not-verified"]


def test_suppression_list_is_asked_with_the_wire_form(parts: Parts) -> None:
    knowing, _, reader = parts
    assert knowing.suppressed(ACCOUNT, "Ada <ada@bücher.example>") is None
    knowing.suppress(ACCOUNT, "ada@a.example", "COMPLAINT")
    knowing.unsuppress(ACCOUNT, "ada@a.example")
    assert reader.asked == [
        ("show", "ada@xn--bcher-kva.example"),
        ("add", "ada@a.example", "COMPLAINT"),
        ("remove", "ada@a.example"),
    ]
    for nonsense in ("", "nonsense", "a@b.example, c@d.example"):
        with pytest.raises(AddressError):
            knowing.unsuppress(ACCOUNT, nonsense)


def test_insights_are_asked_in_the_region_of_the_submission(parts: Parts) -> None:
    knowing, _, reader = parts
    late = MessageEvent("b@b.example", NOW + timedelta(seconds=1), EventKind.DELIVERY)
    early = MessageEvent("c@b.example", NOW, EventKind.SEND)
    reader.events = (late, early, late)
    assert knowing.insights(ACCOUNT, _record("m-1")) == (early, late)
    assert (reader.account.region, reader.asked) == ("us-east-1", [("insights", "m-1")])
    assert timeline(()) == ()


@pytest.mark.parametrize("record", [_record(""), replace(_record("m"), outcome=None)])
def test_submission_without_message_id_cannot_be_asked_for(parts: Parts, record: SubmissionRecord) -> None:
    knowing, _, reader = parts
    with pytest.raises(ServiceCallError, match="no message id"):
        knowing.insights(ACCOUNT, record)
    assert reader.asked == []


def test_cancelled_refresh_leaves_what_was_known(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    knowing, _, reader = parts
    knowing.refresh(ACCOUNT)

    def fail(*_: Any) -> Known:
        raise ServiceCallError("Nobody there.")

    monkeypatch.setattr(reader, "read", fail)
    with pytest.raises(ServiceCallError):
        knowing.refresh(ACCOUNT)
    assert knowing.cached(ACCOUNT) == KNOWN


def test_what_came_so_far_is_told_beside_what_was_known(parts: Parts) -> None:
    knowing, _, reader = parts
    told: list[Known] = []
    knowing.refresh(ACCOUNT)
    reader.known = replace(KNOWN, quota=Quota(200, 1, 7), is_sandbox=False)
    knowing.refresh(ACCOUNT, came=told.append)
    assert [(known.quota, known.is_sandbox, known.identities) for known in told] == [
        (Quota(200, 1, 7), True, (DOMAIN,))
    ]


def test_by_itself_is_read_only_what_is_old_and_was_not_tried(parts: Parts) -> None:
    knowing, _, reader = parts
    assert knowing.refresh_if_stale(ACCOUNT, NOW) == KNOWN
    assert knowing.refresh_if_stale(ACCOUNT, NOW + STALE_AFTER / 2) is None
    assert knowing.refresh_if_stale(ACCOUNT, NOW + STALE_AFTER) == KNOWN
    assert knowing.refresh_if_stale(ACCOUNT, NOW + STALE_AFTER * 1.5) is None
    assert knowing.refresh_if_stale(replace(ACCOUNT, way_in=WayIn.SMTP, name="smtp"), NOW) is None
    assert reader.asked == [("read",)] * 2
    knowing.let_go("work")
    assert knowing.refresh_if_stale(ACCOUNT, NOW + STALE_AFTER * 2) == KNOWN


def test_listeners_hear_what_is_newly_known(parts: Parts) -> None:
    knowing, _, _ = parts
    heard: list[Known] = []
    stop = knowing.on_change(heard.append)
    knowing.refresh(ACCOUNT)
    stop()
    knowing.refresh(ACCOUNT)
    assert heard == [KNOWN]
