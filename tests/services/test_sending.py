"""Sending: the intent is on the disk before an octet leaves, each item leaves once, and every outcome is kept."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from sescomposer.bootstrap import Services
from sescomposer.core import compose
from sescomposer.core.envelope import Envelope
from sescomposer.core.errors import (
    OperationCancelledError,
    RefusedError,
    SesComposerError,
    StoreError,
    SubmissionError,
    UnknownOutcomeError,
)
from sescomposer.core.message import Message, Road
from sescomposer.core.octets import Octets
from sescomposer.core.parse import parse
from sescomposer.core.progress import Progress
from sescomposer.services.ports import Intent, Outcome, Receipt, SubmissionRecord, SubmissionState
from sescomposer.services.sending import FindingsError, Review, StaleError
from sescomposer.services.unknown import LOCAL_ACCOUNT, UnknownSubmission, advice

Answer = Callable[[Octets, Progress], Receipt]
ACCEPTED = Receipt("0102-abc", "Ok 0102-abc")


def accept(octets: Octets, progress: Progress) -> Receipt:
    """Take the whole message."""
    progress.step(len(octets), len(octets))
    return ACCEPTED


def fail_with(error: SesComposerError) -> Answer:
    """Give an answer that raises."""

    def answer(octets: Octets, progress: Progress) -> Receipt:
        raise error

    return answer


class Cancelled:
    """Progress of somebody who cancels at a step."""

    def __init__(self, at: int = 0) -> None:
        self.left = at

    def step(self, done: int, total: int) -> None:
        """Stop when it is time."""
        self.left -= 1
        if self.left < 0:
            raise OperationCancelledError


def message(services: Services, text: str = "Hello", **keywords: Any) -> Message:
    """A message that nothing is wrong with."""
    return compose("Ada <ada@a.example>", "b@b.example", "Hi", text=text, ids=services.ids, **keywords)


def of_two(review: Review) -> Review:
    """A batch of two items with different envelopes."""
    (item,) = review.sealed
    return replace(review, sealed=(item, replace(item, envelope=Envelope("ada@a.example", ("c@c.example",)))))


def test_sheet_transport_log_and_store_have_the_same_octets(services: Services, scripted: Any) -> None:
    transport = scripted(accept)
    review = services.sending.review(message(services, bcc="d@d.example"), transport)
    (record,) = services.sending.submit(review, transport)
    ((given, envelope),) = transport.given
    (sealed,) = review.sealed
    assert hashlib.sha256(given).hexdigest() == sealed.sha256 == record.intent.sha256
    assert bytes(services.content.open(sealed.sha256)) == given
    assert envelope == sealed.envelope == record.intent.envelope
    assert envelope.rcpt_to == ("b@b.example", "d@d.example")
    assert b"d@d.example" not in given
    assert record.intent.length == len(given)


def test_local_inbox_keeps_the_very_octets(services: Services) -> None:
    transport = services.local_transport(Road.SES_V2)
    review = services.sending.review(message(services), transport)
    (record,) = services.sending.submit(review, transport)
    assert record.outcome is not None
    entry = services.inbox.get(record.outcome.reference)
    assert entry.submitted == review.sealed[0].sha256
    assert bytes(services.inbox.submitted(entry.entry)) == bytes(review.sealed[0].octets)


def test_intent_is_durable_before_the_first_octet_leaves(services: Services, scripted: Any) -> None:
    seen: list[tuple[SubmissionRecord, ...]] = []

    def look(octets: Octets, progress: Progress) -> Receipt:
        seen.append(services.submissions.all())
        return ACCEPTED

    transport = scripted(look)
    review = services.sending.review(message(services), transport)
    services.sending.submit(review, transport)
    ((record,),) = seen
    assert (record.intent.sha256, record.outcome) == (review.sealed[0].sha256, None)


def test_states_come_in_order_and_awaiting_once(services: Services, scripted: Any) -> None:
    def twice_full(octets: Octets, progress: Progress) -> Receipt:
        progress.step(1, 2)
        progress.step(2, 2)
        progress.step(2, 2)
        return ACCEPTED

    states: list[tuple[int, SubmissionState]] = []
    transport = scripted(twice_full)
    review = services.sending.review(message(services), transport)
    services.sending.submit(review, transport, report=lambda step: states.append((step.index, step.state)))
    expected = (SubmissionState.UPLOADING, SubmissionState.AWAITING, SubmissionState.ACCEPTED)
    assert states == [(0, state) for state in expected]


FAILURES = [
    (RefusedError("554 No.", hint="Mend it."), SubmissionState.REFUSED, "554 No.", "Mend it."),
    (UnknownOutcomeError("No answer.", hint="Look."), SubmissionState.UNKNOWN, "No answer.", "Look."),
    (SubmissionError("Not connected."), SubmissionState.NOT_SENT, "Not connected.", ""),
    (StoreError("The disk is full."), SubmissionState.NOT_SENT, "The disk is full.", ""),
    (OperationCancelledError(), SubmissionState.NOT_SENT, "The operation was cancelled.", ""),
]


@pytest.mark.parametrize("error,state,sentence,explanation", FAILURES)
def test_what_went_wrong_becomes_a_recorded_outcome(
    services: Services, scripted: Any, error: SesComposerError, state: SubmissionState, sentence: str, explanation: str
) -> None:
    transport = scripted(fail_with(error))
    review = services.sending.review(message(services), transport)
    (record,) = services.sending.submit(review, transport)
    assert record.outcome is not None
    assert (record.state, record.outcome.sentence, record.outcome.explanation) == (state, sentence, explanation)
    assert services.submissions.all() == (record,)
    assert len(transport.given) == 1


def test_cancelling_after_the_last_octet_left_does_not_undo_acceptance(services: Services, scripted: Any) -> None:
    transport = scripted(accept)
    review = services.sending.review(message(services), transport)
    (record,) = services.sending.submit(review, transport, progress=Cancelled(at=1))
    assert record.state is SubmissionState.ACCEPTED


def test_cancelling_in_the_middle_sends_nothing(services: Services, scripted: Any) -> None:
    def half(octets: Octets, progress: Progress) -> Receipt:
        progress.step(1, len(octets))
        raise AssertionError("went on")

    transport = scripted(half)
    review = services.sending.review(message(services), transport)
    (record,) = services.sending.submit(review, transport, progress=Cancelled(at=1))
    assert record.state is SubmissionState.NOT_SENT


def test_batch_goes_on_behind_a_refused_item(services: Services, scripted: Any) -> None:
    transport = scripted(fail_with(RefusedError("554 No.")), accept)
    review = of_two(services.sending.review(message(services), transport))
    records = services.sending.submit(review, transport, in_flight=1)
    assert [record.state for record in records] == [SubmissionState.REFUSED, SubmissionState.ACCEPTED]
    assert [envelope.rcpt_to for _, envelope in transport.given] == [("b@b.example",), ("c@c.example",)]


def test_cancelled_batch_submits_nothing_further(services: Services, scripted: Any) -> None:
    transport = scripted(accept)
    review = of_two(services.sending.review(message(services), transport))
    records = services.sending.submit(review, transport, progress=Cancelled(at=2), in_flight=1)
    assert [record.state for record in records] == [SubmissionState.ACCEPTED, SubmissionState.NOT_SENT]
    assert len(transport.given) == 1
    assert len(services.submissions.all()) == 1


def test_batch_that_grows_old_submits_nothing_further(services: Services, scripted: Any, set_clock: Any) -> None:
    def slowly(octets: Octets, progress: Progress) -> Receipt:
        set_clock.advance(minutes=46)
        return ACCEPTED

    transport = scripted(slowly)
    review = of_two(services.sending.review(message(services), transport))
    records = services.sending.submit(review, transport, in_flight=1)
    assert [record.state for record in records] == [SubmissionState.ACCEPTED, SubmissionState.NOT_SENT]
    assert records[1].outcome is not None
    assert "46 minutes" in records[1].outcome.sentence


def test_old_review_is_refused(services: Services, scripted: Any, set_clock: Any) -> None:
    transport = scripted(accept)
    review = services.sending.review(message(services), transport)
    set_clock.advance(minutes=45)
    services.sending.submit(review, transport)
    set_clock.advance(seconds=1)
    with pytest.raises(StaleError, match="45 minutes ago"):
        services.sending.submit(review, transport)
    assert len(transport.given) == 1


class FullDisk:
    """A log that stops taking records, as on a full disk."""

    def __init__(self, services: Services, *, intents: int, outcomes: int) -> None:
        self.log = services.submissions
        self.left = {"intent": intents, "outcome": outcomes}

    def take(self, kind: str) -> None:
        """Use up one record."""
        self.left[kind] -= 1
        if self.left[kind] < 0:
            raise StoreError("Could not write: no space left.", hint="Make room.")

    def record_intent(self, intent: Intent) -> None:
        """Write, while there is room."""
        self.take("intent")
        self.log.record_intent(intent)

    def record_outcome(self, outcome: Outcome) -> None:
        """Write, while there is room."""
        self.take("outcome")
        self.log.record_outcome(outcome)

    def __getattr__(self, name: str) -> Any:
        """Leave the rest to the log."""
        return getattr(self.log, name)

    def all(self) -> tuple[SubmissionRecord, ...]:
        """Give what was written."""
        return self.log.all()


def test_acceptance_that_cannot_be_recorded_is_told_and_not_repeated(services: Services, scripted: Any) -> None:
    transport = scripted(accept)
    sending = replace(services.sending, submissions=FullDisk(services, intents=2, outcomes=0))
    review = of_two(sending.review(message(services), transport))
    records = sending.submit(review, transport)
    assert [record.state for record in records] == [SubmissionState.ACCEPTED] * 2
    assert {record.unrecorded for record in records} == {"Could not write: no space left. Make room."}
    assert len(transport.given) == 2
    assert [record.state for record in services.submissions.all()] == [SubmissionState.UNKNOWN] * 2


def test_item_whose_intent_cannot_be_recorded_is_not_sent(services: Services, scripted: Any) -> None:
    transport = scripted(accept)
    sending = replace(services.sending, submissions=FullDisk(services, intents=1, outcomes=1))
    review = of_two(sending.review(message(services), transport))
    records = sending.submit(review, transport, in_flight=1)
    assert [record.state for record in records] == [SubmissionState.ACCEPTED, SubmissionState.NOT_SENT]
    assert len(transport.given) == 1


def test_errors_stop_a_submission_until_each_has_a_reason(services: Services, scripted: Any) -> None:
    transport = scripted(accept)
    spoiled = parse(b"From: a@a.example\r\nTo: b@b.example\r\nTo: c@c.example\r\nSubject: s\r\n\r\nx\0y\r\n")
    review = services.sending.review(Message(spoiled), transport)
    codes = {error.code for error in review.errors}
    assert {"field-repeated", "nul"} <= codes
    reasons = [(code, "I want to see what happens") for code in sorted(codes)]
    for missing in range(len(reasons)):
        left = [*reasons[:missing], (reasons[missing][0], "  "), *reasons[missing + 1 :]]
        with pytest.raises(FindingsError):
            services.sending.submit(review, transport, overrides=left)
    assert not transport.given
    (record,) = services.sending.submit(review, transport, overrides=[*reasons, ("no-such", "x")])
    assert record.intent.overrides == tuple(reasons)
    assert services.submissions.all()[0].intent.overrides == tuple(reasons)


@pytest.mark.parametrize("code", ["no-recipient", "too-large"])
def test_some_errors_no_reason_overrides(services: Services, scripted: Any, code: str) -> None:
    transport = scripted(accept)
    transport.road = Road.SES_V1
    to = "" if code == "no-recipient" else "b@b.example"
    text = "x" if code == "no-recipient" else "0123456789\n" * 1_000_000
    made = compose("a@a.example", to, "s", text=text, ids=services.ids)
    review = services.sending.review(made, transport)
    assert code in {error.code for error in review.errors}
    with pytest.raises(FindingsError):
        services.sending.submit(review, transport, overrides=[(error.code, "please") for error in review.errors])
    assert not transport.given


def test_as_is_changes_nothing(services: Services, scripted: Any) -> None:
    octets = b"From: a@a.example\nBcc: secret@x.example\nSubject: s\n\nbare\rCR \xff\x00"
    transport = scripted(accept)
    review = services.sending.review_as_is(Octets.of(octets), Envelope("p@p.example", ("q@q.example",)), transport)
    reasons = [(error.code, "as it is") for error in review.errors]
    (record,) = services.sending.submit(review, transport, overrides=reasons)
    assert transport.given == [(octets, Envelope("p@p.example", ("q@q.example",)))]
    assert record.intent.sha256 == hashlib.sha256(octets).hexdigest()


def test_crash_between_intent_and_outcome_is_listed_and_never_repeated(services: Services, scripted: Any) -> None:
    class Crash(BaseException):
        """Stands for the end of the process."""

    def crash(octets: Octets, progress: Progress) -> Receipt:
        raise Crash

    transport = scripted(crash)
    review = services.sending.review(message(services), transport)
    with pytest.raises(Crash):
        services.sending.submit(review, transport)
    (unknown,) = services.unknown_submissions()
    assert (unknown.record.state, unknown.record.outcome) == (SubmissionState.UNKNOWN, None)
    assert "may come twice" in unknown.advice
    services.sending.settle([unknown.record])
    assert services.unknown_submissions() == ()
    assert services.submissions.all()[0].state is SubmissionState.UNKNOWN
    assert len(transport.given) == 1


def test_advice_for_the_local_inbox_is_the_answer(services: Services) -> None:
    transport = services.local_transport(Road.SES_V2)
    review = services.sending.review(message(services), transport)
    (accepted,) = services.sending.submit(review, transport)
    lost = replace(accepted, outcome=None)
    assert accepted.intent.account == LOCAL_ACCOUNT
    assert "it was accepted" in advice(lost, services.inbox.entries())
    assert "it was not sent" in advice(lost, ())
    assert UnknownSubmission(lost, "") == UnknownSubmission(lost, "")


def test_refused_by_the_local_inbox_then_delivered_anyway(services: Services) -> None:
    transport = services.local_transport(Road.SMTP)
    spoiled = parse(b"From: a@a.example\r\nFrom: a@a.example\r\nTo: b@b.example\r\n\r\nx\r\n")
    review = services.sending.review(Message(spoiled), transport)
    (refused,) = services.sending.submit(review, transport)
    assert refused.outcome is not None
    assert refused.outcome.sentence == "554 Transaction failed: Duplicate header 'From'."
    assert "stands more than once" in refused.outcome.explanation
    assert services.inbox.entries() == ()
    taken = services.deliver_anyway(refused)
    assert taken.state is SubmissionState.ACCEPTED
    (entry,) = services.inbox.entries()
    assert entry.refusal == refused.outcome.sentence
    assert services.submissions.all()[0].state is SubmissionState.ACCEPTED
    assert services.deliver_anyway(taken) is taken
