"""The pace of an account: never more recipients than its rate allows, and no waiting without need."""

import hypothesis.strategies as st
import pytest
from hypothesis import given

from sescomposer.services.knowledge import Quota
from sescomposer.services.pace import Bucket, Pace

RATES = st.floats(0.2, 500)
MESSAGES = st.lists(st.tuples(st.integers(1, 50), st.floats(0, 3)), min_size=1, max_size=60)


def starts(rate: float, messages: list[tuple[int, float]]) -> list[tuple[float, int]]:
    """Give when each message leaves, and with how many recipients: each as soon as it is there and may."""
    pace, now, left = Pace(rate), 100.0, []
    for recipients, pause in messages:
        now += pause
        while seconds := pace.start(recipients, now):
            now += seconds
        left.append((now, recipients))
    return left


@given(RATES, MESSAGES)
def test_no_span_holds_more_than_its_rate_and_one_second(rate: float, messages: list[tuple[int, float]]) -> None:
    capacity = max(rate, 1.0)
    left = starts(rate, messages)
    for first, (begin, _) in enumerate(left):
        total = 0.0
        for now, recipients in left[first:]:
            # A message larger than a second's worth goes out when nothing else did; others pay for it.
            assert total + min(recipients, capacity) <= capacity + rate * (now - begin) + 1e-3
            total += recipients


@given(RATES, MESSAGES)
def test_nothing_waits_longer_than_what_left_before_costs(rate: float, messages: list[tuple[int, float]]) -> None:
    capacity = max(rate, 1.0)
    bucket = Bucket(rate, capacity, 0.0)
    owed = 0.0
    for recipients, _ in messages:
        assert bucket.wait(recipients, 0.0) <= max(0.0, owed + min(recipients, capacity) - capacity) / rate + 1e-6
        bucket = bucket.taken(recipients, 0.0)
        owed += recipients


def test_one_large_message_leaves_at_once_and_is_paid_back() -> None:
    pace = Pace(1)
    assert pace.start(50, 0.0) == 0.0
    assert pace.start(1, 0.0) == pytest.approx(50)
    assert pace.start(1, 49.0) == pytest.approx(1)
    assert pace.start(1, 50.0) == 0.0


def test_hurried_message_is_paid_back_too() -> None:
    pace = Pace(10)
    pace.take(25, 0.0)
    assert pace.start(10, 0.0) == pytest.approx(2.5)


def test_clock_that_goes_back_gives_no_tokens() -> None:
    bucket = Bucket(1.0, 0.0, 100.0)
    assert bucket.filled(50.0) == bucket


def test_pace_of_an_account() -> None:
    found = Pace.of_quota(Quota(200, 14, 0))
    assert found is not None
    assert found.rate == 14
    assert Pace.of_quota(Quota(-1, 0, 0)) is None
    with pytest.raises(ValueError, match="more than 0"):
        Pace(0)
