"""Batches that a crash cut short: what was surely not sent goes on, what is unknown never does, nothing is lost."""

from collections.abc import Callable
from typing import Any

import pytest

from sescomposer.bootstrap import Services, make_services
from sescomposer.core import compose
from sescomposer.core.errors import RefusedError, StoreError, SubmissionError, ThrottledError
from sescomposer.core.octets import Octets
from sescomposer.core.progress import Progress
from sescomposer.services.ports import BatchPlan, Receipt, SubmissionRecord, SubmissionState
from sescomposer.services.send_control import SendControl
from sescomposer.services.sending import Review, StaleError, Step

S = SubmissionState
Answer = Callable[[Octets, Progress], Receipt]


class Crash(BaseException):
    """Stands for the end of the process."""


def accept(octets: Octets, progress: Progress) -> Receipt:
    """Take the whole message."""
    progress.step(len(octets), len(octets))
    return Receipt("0102-abc", "Ok 0102-abc")


def fail_with(error: BaseException) -> Answer:
    """Give an answer that raises."""

    def answer(octets: Octets, progress: Progress) -> Receipt:
        raise error

    return answer


throttle = fail_with(ThrottledError("Maximum sending rate exceeded."))


def review_of(services: Services, transport: Any, count: int) -> Review:
    """A batch of so many messages, each with a recipient of its own."""
    messages = [
        compose("Ada <ada@a.example>", f"r{number}@b.example", f"No. {number}", text="Hello", ids=services.ids)
        for number in range(count)
    ]
    return services.sending.review_all(messages, transport)


def recipients(transport: Any) -> list[str]:
    """Who was submitted to, in order."""
    return [envelope.rcpt_to[0].partition("@")[0] for _, envelope in transport.given]


def states(records: tuple[SubmissionRecord, ...]) -> list[SubmissionState]:
    return [record.state for record in records]


def crashed(services: Services, scripted: Any, count: int, *answers: Answer) -> list[str]:
    """Submit a batch that ends with the process; gives who was submitted to."""
    transport = scripted(*answers)
    with pytest.raises(Crash):
        services.sending.submit(review_of(services, transport, count), transport, in_flight=1, control=SendControl())
    return recipients(transport)


def test_plan_is_durable_before_the_first_octet_leaves(services: Services, scripted: Any) -> None:
    seen: list[tuple[BatchPlan, ...]] = []

    def look(octets: Octets, progress: Progress) -> Receipt:
        seen.append(services.submissions.plans())
        assert services.sending.resumable() == ()
        assert services.sending.unfinished() == ()
        return accept(octets, progress)

    transport = scripted(look)
    review = review_of(services, transport, 3)
    records = services.sending.submit(review, transport, in_flight=1)
    ((plan,), *_) = seen
    assert [item.sha256 for item in plan.items] == [item.sha256 for item in review.sealed]
    assert [item.submission for item in plan.items] == [record.intent.submission for record in records]
    assert services.submissions.plans() == ()


def test_only_what_was_surely_not_sent_is_resumed(services: Services, scripted: Any) -> None:
    answers = accept, fail_with(RefusedError("554 No.")), fail_with(Crash())
    assert crashed(services, scripted, 5, *answers) == ["r0", "r1", "r2"]
    (batch,) = services.sending.resumable()
    assert batch.counts == {S.ACCEPTED: 1, S.REFUSED: 1, S.UNKNOWN: 1, S.NOT_SENT: 2}
    assert (batch.left, batch.account) == ((3, 4), "work")
    transport = scripted(accept)
    steps: list[Step] = []
    records = services.sending.resume(batch, transport, report=steps.append)
    assert sorted(recipients(transport)) == ["r3", "r4"]
    assert states(records) == [S.ACCEPTED, S.REFUSED, S.UNKNOWN, S.ACCEPTED, S.ACCEPTED]
    assert {step.index for step in steps} == {3, 4}
    given = [hash(octets) for octets, _ in transport.given]
    assert given == [hash(bytes(services.content.open(records[index].intent.sha256))) for index in (3, 4)]
    assert services.sending.resumable() == ()
    assert len(services.sending.unfinished()) == 1
    with pytest.raises(SubmissionError, match="Nothing is left"):
        services.sending.resume(batch, transport)
    assert len(transport.given) == 2


def test_options_and_trace_are_resumed_too(services: Services, scripted: Any) -> None:
    crashed(services, scripted, 2, fail_with(Crash()))
    sealed: list[Any] = []

    class Keeping(scripted):  # type: ignore[misc]
        def submit(self, item: Any, progress: Progress) -> Receipt:
            sealed.append(item)
            return accept(item.octets, progress)

    (batch,) = services.sending.resumable()
    services.sending.resume(batch, Keeping(accept))
    planned = batch.plan.items[1]
    assert planned.trace
    assert (sealed[0].trace, sealed[0].options, sealed[0].envelope) == (
        planned.trace,
        planned.options,
        planned.envelope,
    )


def test_throttled_item_of_a_crash_was_surely_not_sent(services: Services, scripted: Any) -> None:
    transport = scripted(throttle)
    control = SendControl()

    def crash(step: Step) -> None:
        if step.state is S.WAITING:
            raise Crash

    with pytest.raises(Crash):
        services.sending.submit(review_of(services, transport, 1), transport, control=control, report=crash)
    (batch,) = services.sending.resumable()
    assert (batch.left, batch.counts) == ((0,), {S.NOT_SENT: 1})
    assert services.sending.unfinished() == ()
    other = scripted(accept)
    (record,) = services.sending.resume(batch, other)
    assert (record.state, len(other.given)) == (S.ACCEPTED, 1)
    assert states(services.submissions.all()) == [S.ACCEPTED]


def test_crash_in_the_second_try_is_unknown(services: Services, scripted: Any, passing_time: Any) -> None:
    transport = scripted(throttle, fail_with(Crash()))
    review = review_of(services, transport, 2)
    with pytest.raises(Crash):
        services.sending.submit(review, transport, control=SendControl(passing_time), in_flight=1)
    (batch,) = services.sending.resumable()
    assert (batch.left, batch.counts) == ((1,), {S.UNKNOWN: 1, S.NOT_SENT: 1})


def test_old_octets_and_other_accounts_are_not_resumed(services: Services, scripted: Any, set_clock: Any) -> None:
    crashed(services, scripted, 3, fail_with(Crash()))
    (batch,) = services.sending.resumable()
    transport = scripted(accept)
    transport.region = "us-east-1"
    with pytest.raises(SubmissionError, match="us-east-1"):
        services.sending.resume(batch, transport)
    set_clock.advance(minutes=46)
    assert services.sending.is_too_old(batch)
    with pytest.raises(StaleError, match="46 minutes"):
        services.sending.resume(batch, scripted(accept))
    assert not transport.given


def test_batch_under_way_elsewhere_is_not_resumed(services: Services, scripted: Any) -> None:
    crashed(services, scripted, 3, fail_with(Crash()))
    (batch,) = services.sending.resumable()
    refused: list[SubmissionError] = []

    def look(octets: Octets, progress: Progress) -> Receipt:
        assert services.sending.resumable() == ()
        for act in (lambda: services.sending.resume(batch, transport), lambda: services.sending.discard(batch)):
            with pytest.raises(SubmissionError, match="being sent already") as caught:
                act()
            refused.append(caught.value)
        return accept(octets, progress)

    transport = scripted(look)
    services.sending.resume(batch, transport, in_flight=1)
    assert (len(refused), recipients(transport)) == (4, ["r1", "r2"])


def test_discarded_batch_is_not_offered_again(services: Services, scripted: Any) -> None:
    crashed(services, scripted, 3, fail_with(Crash()))
    (batch,) = services.sending.resumable()
    services.sending.discard(batch)
    assert services.sending.resumable() == ()
    assert len(services.sending.unfinished()) == 1


def test_octets_of_a_plan_are_not_swept(services: Services, scripted: Any, set_clock: Any) -> None:
    crashed(services, scripted, 3, fail_with(Crash()))
    (batch,) = services.sending.resumable()
    set_clock.advance(days=1000)
    services.sweep()
    assert all(services.content.holds(item.sha256) for item in batch.plan.items)
    services.sending.discard(batch)
    set_clock.advance(days=1000)
    later = make_services(services.folders)
    later.clock = set_clock
    later.sweep()
    later.close()
    assert [later.content.holds(item.sha256) for item in batch.plan.items] == [True, False, False]


def test_item_whose_octets_are_gone_is_not_sent(
    services: Services, scripted: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    crashed(services, scripted, 3, fail_with(Crash()))
    (batch,) = services.sending.resumable()
    kept, gone = services.content.open, batch.plan.items[1].sha256

    def open_kept(sha256: str) -> Octets:
        if sha256 == gone:
            raise StoreError("There is no such entry.")
        return kept(sha256)

    monkeypatch.setattr(services.content, "open", open_kept)
    records = services.sending.resume(batch, transport := scripted(accept), in_flight=1)
    assert states(records) == [S.UNKNOWN, S.NOT_SENT, S.ACCEPTED]
    assert recipients(transport) == ["r2"]


def test_without_a_plan_on_the_disk_nothing_leaves(
    services: Services, scripted: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(plan: BatchPlan) -> None:
        raise StoreError("The disk is full.")

    transport = scripted(accept)
    review = review_of(services, transport, 2)
    monkeypatch.setattr(services.submissions, "record_plan", full)
    records = services.sending.submit(review, transport)
    assert states(records) == [S.NOT_SENT] * 2
    assert not transport.given


def waiting_batch(services: Services, scripted: Any) -> Any:
    """A batch of two that ended with the process while its first item waited to be tried again."""
    transport = scripted(throttle)
    control = SendControl()

    def stop(step: Step) -> None:
        if step.state is S.WAITING:
            raise Crash

    with pytest.raises(Crash):
        services.sending.submit(review_of(services, transport, 2), transport, in_flight=1, control=control, report=stop)
    (batch,) = services.sending.resumable()
    assert batch.left == (0, 1)
    return batch


def test_what_another_window_sent_meanwhile_is_not_discarded(services: Services, scripted: Any) -> None:
    shown = waiting_batch(services, scripted)
    services.sending.resume(shown, scripted(accept))
    with pytest.raises(SubmissionError, match="Nothing is left"):
        services.sending.discard(shown)
    assert states(services.submissions.all()) == [S.ACCEPTED, S.ACCEPTED]


def test_what_another_window_sent_meanwhile_is_not_sent_anew(services: Services, scripted: Any) -> None:
    shown = waiting_batch(services, scripted)
    anew = scripted(accept)
    review = review_of(services, anew, 2)
    services.sending.resume(shown, scripted(accept))
    with pytest.raises(SubmissionError, match="Nothing is left"):
        services.sending.submit(review, anew, instead_of=shown)
    assert anew.given == []


def test_what_another_window_sent_a_part_of_meanwhile_is_left_alone(services: Services, scripted: Any) -> None:
    shown = waiting_batch(services, scripted)
    with pytest.raises(Crash):
        services.sending.resume(shown, scripted(accept, fail_with(Crash())), in_flight=1)
    anew = scripted(accept)
    with pytest.raises(SubmissionError):
        services.sending.submit(review_of(services, anew, 2), anew, instead_of=shown)
    assert anew.given == []


def test_a_batch_is_discarded_only_when_its_messages_can_go_anew(
    services: Services, scripted: Any, set_clock: Any
) -> None:
    shown = waiting_batch(services, scripted)
    anew = scripted(accept)
    review = review_of(services, anew, 2)
    set_clock.advance(minutes=50)
    with pytest.raises(StaleError):
        services.sending.submit(review, anew, instead_of=shown)
    assert services.sending.resumable() == (shown,)
    records = services.sending.submit(review_of(services, anew, 2), anew, instead_of=shown)
    assert states(records) == [S.ACCEPTED, S.ACCEPTED]
    assert services.sending.resumable() == ()
    assert states(services.submissions.all())[:1] == [S.NOT_SENT]


def test_what_ends_while_the_log_is_read_is_not_called_unfinished(
    services: Services, scripted: Any, monkeypatch: Any
) -> None:
    """Another process begins behind the look for what runs, and is under way when the log is read."""
    running = services.submissions.running

    def look(octets: Octets, progress: Progress) -> Receipt:
        found = services.submissions.all()
        monkeypatch.setattr(services.submissions, "all", lambda: found)
        return accept(octets, progress)

    def late() -> frozenset[str]:
        found = running()
        services.sending.submit(review_of(services, scripted(look), 1), scripted(look))
        return found

    crashed(services, scripted, 1, fail_with(Crash()))
    monkeypatch.setattr(services.submissions, "running", late)
    assert len(services.sending.unfinished()) == 1


def test_an_outcome_that_came_meanwhile_is_not_settled_away(services: Services, scripted: Any) -> None:
    seen: list[SubmissionRecord] = []

    def look(octets: Octets, progress: Progress) -> Receipt:
        seen.extend(services.submissions.all())
        return accept(octets, progress)

    transport = scripted(look)
    services.sending.submit(review_of(services, transport, 1), transport)
    assert states(tuple(seen)) == [S.UNKNOWN]
    services.sending.settle(seen)
    assert states(services.submissions.all()) == [S.ACCEPTED]
