"""Batches: several in flight, kept back where the account is throttled, stopped, paused, and resumed after a crash."""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sescomposer.bootstrap import Services
from sescomposer.core import compose
from sescomposer.core.answers import ServiceAnswer
from sescomposer.core.errors import (
    AccountError,
    OperationCancelledError,
    RefusedError,
    StoreError,
    ThrottledError,
    UsageError,
)
from sescomposer.core.message import Message, Road
from sescomposer.core.octets import Octets
from sescomposer.core.progress import Progress
from sescomposer.core.service_answers import error_of
from sescomposer.services.pace import Pace
from sescomposer.services.ports import Receipt, SubmissionRecord, SubmissionState
from sescomposer.services.send_control import SendControl
from sescomposer.services.sending import Review, Step
from sescomposer.services.throttling import DELAYS_SECONDS

S = SubmissionState
Answer = Callable[[Octets, Progress], Receipt]


def accept(octets: Octets, progress: Progress) -> Receipt:
    """Take the whole message."""
    progress.step(len(octets), len(octets))
    return Receipt("0102-abc", "Ok 0102-abc")


def fail_with(error: BaseException) -> Answer:
    """Give an answer that raises."""

    def answer(octets: Octets, progress: Progress) -> Receipt:
        raise error

    return answer


RATE = "Maximum sending rate exceeded."
throttle = fail_with(ThrottledError(RATE))
daily = fail_with(
    error_of(ServiceAnswer(Road.SES_V2, "TooManyRequestsException", "Daily message quota exceeded.", 429))
)


def messages(services: Services, count: int) -> list[Message]:
    """So many messages, each with a recipient of its own."""
    return [
        compose("Ada <ada@a.example>", f"r{number}@b.example", f"No. {number}", text="Hello", ids=services.ids)
        for number in range(count)
    ]


def review_of(services: Services, transport: Any, count: int) -> Review:
    """A batch of so many."""
    return services.sending.review_all(messages(services, count), transport)


def recipients(transport: Any) -> list[str]:
    """Who was submitted to, in order."""
    return [envelope.rcpt_to[0].partition("@")[0] for _, envelope in transport.given]


def states(records: tuple[SubmissionRecord, ...]) -> list[SubmissionState]:
    return [record.state for record in records]


def sentences(records: tuple[SubmissionRecord, ...]) -> list[str]:
    return [record.outcome.sentence if record.outcome else "" for record in records]


# --- throttling --------------------------------------------------------------------------------------------------


def test_throttled_item_waits_told_and_growing_times(services: Services, scripted: Any, passing_time: Any) -> None:
    transport = scripted(*[throttle] * 11, accept)
    review = review_of(services, transport, 1)
    steps: list[Step] = []
    started = services.clock.now()
    services_sending = replace(services.sending, too_old=timedelta(days=1))
    (record,) = services_sending.submit(review, transport, report=steps.append, control=SendControl(passing_time))
    waits = [step for step in steps if step.state is S.WAITING]
    assert record.state is S.ACCEPTED
    assert {step.reason for step in waits} == {RATE}
    expected = [sum([*DELAYS_SECONDS, 600, 600][: number + 1]) for number in range(11)]
    assert [(step.until - started).total_seconds() for step in waits if step.until] == pytest.approx(expected)
    assert [step.state for step in steps[:3]] == [S.UPLOADING, S.WAITING, S.UPLOADING]
    assert len(transport.given) == 12
    (kept,) = services.submissions.all()
    assert (kept.state, services.sending.resumable()) == (S.ACCEPTED, ())


def test_without_a_control_nobody_could_stop_the_wait(services: Services, scripted: Any) -> None:
    transport = scripted(throttle, accept)
    (record,) = services.sending.submit(review_of(services, transport, 1), transport)
    assert (record.state, sentences((record,)), len(transport.given)) == (S.REFUSED, [RATE], 1)


def test_send_now_tries_at_once(services: Services, scripted: Any, passing_time: Any) -> None:
    transport = scripted(throttle, throttle, accept)
    control = SendControl(passing_time)

    def hurry(step: Step) -> None:
        if step.state is S.WAITING:
            control.send_now()

    review = review_of(services, transport, 1)
    (record,) = services.sending.submit(review, transport, control=control, report=hurry)
    assert (record.state, passing_time.waits, len(transport.given)) == (S.ACCEPTED, [], 3)


def test_stop_ends_the_wait_and_the_batch(services: Services, scripted: Any, passing_time: Any) -> None:
    transport = scripted(accept, throttle)
    control = SendControl(passing_time)
    passing_time.on_wait = control.stop
    review = review_of(services, transport, 4)
    records = services.sending.submit(review, transport, control=control, in_flight=1)
    assert states(records) == [S.ACCEPTED, S.REFUSED, S.NOT_SENT, S.NOT_SENT]
    assert sentences(records)[1:3] == [RATE, "It was stopped before it was sent."]
    assert records[1].outcome is not None
    assert "stopped" in records[1].outcome.explanation
    assert recipients(transport) == ["r0", "r1"]
    assert states(services.submissions.all()) == [S.ACCEPTED, S.REFUSED]
    assert services.sending.resumable() == ()


def test_cancelling_ends_a_wait(services: Services, scripted: Any, passing_time: Any) -> None:
    class Cancelled:
        def step(self, done: int, total: int) -> None:
            if passing_time.seconds > 2:
                raise OperationCancelledError

    transport = scripted(throttle)
    review = review_of(services, transport, 2)
    control = SendControl(passing_time)
    records = services.sending.submit(review, transport, control=control, progress=Cancelled(), in_flight=1)
    assert states(records) == [S.REFUSED, S.NOT_SENT]
    assert recipients(transport) == ["r0", "r0"]


def test_octets_that_grow_old_while_they_wait_are_given_up(
    services: Services, scripted: Any, passing_time: Any
) -> None:
    transport = scripted(throttle)
    review = review_of(services, transport, 1)
    (record,) = services.sending.submit(review, transport, control=SendControl(passing_time))
    assert record.outcome is not None
    assert (record.state, record.outcome.sentence) == (S.REFUSED, RATE)
    assert "minutes ago" in record.outcome.explanation
    assert passing_time.seconds < 3600


def test_quota_of_the_day_is_not_waited_for(services: Services, scripted: Any, passing_time: Any) -> None:
    transport = scripted(accept, daily)
    review = review_of(services, transport, 4)
    records = services.sending.submit(review, transport, control=SendControl(passing_time), in_flight=1)
    assert states(records) == [S.ACCEPTED, S.REFUSED, S.NOT_SENT, S.NOT_SENT]
    assert "24 hours is used up" in sentences(records)[3]
    assert (passing_time.waits, len(transport.given)) == ([], 2)


def test_account_that_cannot_be_used_is_asked_once(services: Services, scripted: Any) -> None:
    transport = scripted(fail_with(AccountError("The keyring is locked.")))
    records = services.sending.submit(review_of(services, transport, 3), transport, in_flight=1)
    assert states(records) == [S.NOT_SENT] * 3
    assert set(sentences(records)) == {"The keyring is locked."}
    assert len(transport.given) == 1


def test_all_items_wait_together_and_one_tries_first(services: Services, scripted: Any, passing_time: Any) -> None:
    together = threading.Barrier(3)
    lock = threading.Lock()
    now, most, calls = 0, 0, 0

    def answer(octets: Octets, progress: Progress) -> Receipt:
        nonlocal now, most, calls
        with lock:
            calls += 1
            number = calls
            now += 1
            most = max(most, now if number in (4, 5) else 0)
        if number <= 3:
            together.wait(10)
        with lock:
            now -= 1
        if number <= 4:
            raise ThrottledError(RATE)
        return accept(octets, progress)

    transport = scripted(answer)
    steps: list[Step] = []
    review = review_of(services, transport, 6)
    control = SendControl(passing_time)
    records = services.sending.submit(review, transport, control=control, in_flight=3, report=steps.append)
    assert states(records) == [S.ACCEPTED] * 6
    assert (most, len(transport.given)) == (1, 10)
    assert recipients(transport)[3:5] == ["r0", "r0"]
    told = [step for step in steps if step.state is S.WAITING]
    assert len({step.until for step in told}) == 2
    assert sum(passing_time.waits) == pytest.approx(1 + 2)


# --- in flight ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("in_flight", [2, 10, 50])
def test_that_many_are_in_flight_each_once(services: Services, scripted: Any, in_flight: int) -> None:
    full = threading.Barrier(in_flight)

    def answer(octets: Octets, progress: Progress) -> Receipt:
        full.wait(30)
        return accept(octets, progress)

    transport = scripted(answer)
    review = review_of(services, transport, in_flight * 2)
    records = services.sending.submit(review, transport, in_flight=in_flight)
    assert states(records) == [S.ACCEPTED] * in_flight * 2
    assert set(Counter(recipients(transport)).values()) == {1}
    assert sorted(recipients(transport)[:in_flight]) == sorted(f"r{number}" for number in range(in_flight))
    assert [record.intent.subject for record in records] == [f"No. {number}" for number in range(in_flight * 2)]
    assert {record.intent.submission for record in services.submissions.all()} == {
        record.intent.submission for record in records
    }
    assert len({record.intent.batch for record in records}) == 1


@pytest.mark.parametrize("in_flight", [0, 51])
def test_other_numbers_are_refused(services: Services, scripted: Any, in_flight: int) -> None:
    transport = scripted(accept)
    with pytest.raises(UsageError, match="at once"):
        services.sending.submit(review_of(services, transport, 2), transport, in_flight=in_flight)
    assert not transport.given


def test_fault_of_a_transport_is_raised_when_the_others_have_ended(services: Services, scripted: Any) -> None:
    both = threading.Barrier(2)
    lock = threading.Lock()
    answers = [fail_with(ZeroDivisionError()), accept]

    def answer(octets: Octets, progress: Progress) -> Receipt:
        both.wait(30)
        with lock:
            own = answers.pop()
        return own(octets, progress)

    transport = scripted(answer)
    review = review_of(services, transport, 2)
    with pytest.raises(ZeroDivisionError):
        services.sending.submit(review, transport, in_flight=2)
    assert sorted(states(services.submissions.all())) == [S.ACCEPTED, S.UNKNOWN]
    assert len(transport.given) == 2


def test_octets_of_all_items_are_counted(services: Services, scripted: Any) -> None:
    class Seen:
        def __init__(self) -> None:
            self.steps: list[tuple[int, int]] = []

        def step(self, done: int, total: int) -> None:
            self.steps.append((done, total))

    seen, transport = Seen(), scripted(accept)
    review = review_of(services, transport, 3)
    services.sending.submit(review, transport, progress=seen)
    whole = sum(len(item.octets) for item in review.sealed)
    assert seen.steps[-1] == (whole, whole)
    assert {total for _, total in seen.steps} == {whole}


def test_pace_keeps_items_back_and_tells_it(services: Services, scripted: Any, passing_time: Any) -> None:
    left: list[float] = []

    def answer(octets: Octets, progress: Progress) -> Receipt:
        left.append(passing_time.seconds)
        return accept(octets, progress)

    transport = scripted(answer)
    steps: list[Step] = []
    review = review_of(services, transport, 4)
    services.sending.submit(
        review, transport, control=SendControl(passing_time), pace=Pace(0.5), in_flight=1, report=steps.append
    )
    assert left == pytest.approx([0, 2, 4, 6])
    waits = [step for step in steps if step.state is S.WAITING]
    assert [step.index for step in waits] == [1, 2, 3]
    assert {step.reason for step in waits} == {"The account may send to 0.5 recipients a second."}


def test_paused_batch_goes_on_when_told(services: Services, scripted: Any, passing_time: Any) -> None:
    transport = scripted(accept)
    control = SendControl(passing_time)
    control.pause()
    steps: list[Step] = []
    given: list[int] = []

    def look() -> None:
        given.append(len(transport.given))
        if len(given) == 5:
            control.resume()

    passing_time.on_wait = look
    review = review_of(services, transport, 3)
    records = services.sending.submit(review, transport, control=control, report=steps.append)
    assert states(records) == [S.ACCEPTED] * 3
    assert given == [0] * 5
    assert steps[0] == Step(0, S.WAITING, None, "Paused.")


def test_send_now_does_not_wait_for_the_pace(services: Services, scripted: Any, passing_time: Any) -> None:
    transport = scripted(accept)
    control = SendControl(passing_time)
    passing_time.on_wait = control.send_now
    review = review_of(services, transport, 2)
    services.sending.submit(review, transport, control=control, pace=Pace(0.01), in_flight=1)
    assert sum(passing_time.waits) <= 1


# --- whoever listens ---------------------------------------------------------------------------------------------


def test_listener_is_told_of_intents_and_outcomes(services: Services, scripted: Any) -> None:
    heard: list[SubmissionRecord] = []
    sending = replace(services.sending, on_record=heard.append)
    transport = scripted(accept, fail_with(RefusedError("554 No.")))
    records = sending.submit(review_of(services, transport, 2), transport, in_flight=1)
    assert [record.outcome.state if record.outcome else None for record in heard] == [
        None,
        S.ACCEPTED,
        None,
        S.REFUSED,
    ]
    assert (heard[1], heard[3]) == records


def test_listener_that_fails_changes_nothing(services: Services, scripted: Any) -> None:
    def fail(record: SubmissionRecord) -> None:
        raise StoreError("The history is locked.", hint="Close the other program.")

    sending = replace(services.sending, on_record=fail)
    transport = scripted(accept)
    records = sending.submit(review_of(services, transport, 3), transport)
    assert states(records) == states(services.submissions.all()) == [S.ACCEPTED] * 3
    assert {record.unlisted for record in records} == {"The history is locked. Close the other program."}
    assert {record.unrecorded for record in records} == {""}
    assert len(transport.given) == 3


# --- review ------------------------------------------------------------------------------------------------------


def test_findings_know_their_item(services: Services, scripted: Any) -> None:
    transport = scripted(accept)
    fine, other = messages(services, 2)
    spoiled = compose("a@a.example", "b@b.example", "s", text="x", headers=[("Sender", "x")], ids=services.ids)
    without = compose("a@a.example", "", "s", text="x", ids=services.ids)
    review = services.sending.review_all([fine, without, other, spoiled], transport)
    codes = [{finding.code for finding in review.findings_of(index)} for index in range(4)]
    assert "no-recipient" in codes[1]
    assert "no-recipient" not in codes[0] | codes[2] | codes[3]
    assert set().union(*codes) == {finding.code for finding in review.findings}
    assert review.message_of(1) is without
    assert len(review.sealed) == 4


def test_nothing_to_send_is_no_batch(services: Services, scripted: Any) -> None:
    with pytest.raises(UsageError, match="no message"):
        services.sending.review_all([], scripted(accept))
