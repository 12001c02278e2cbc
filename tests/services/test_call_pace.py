"""Turns: a second apart for all who ask, also from several threads, and given up when the user cancels."""

import itertools
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sescomposer.core.errors import OperationCancelledError
from sescomposer.services.call_pace import SLICE, CallPace


class Time:
    """Time that passes only by waiting."""

    def __init__(self) -> None:
        self.at = 5.0

    def monotonic(self) -> float:
        return self.at

    def wait(self, seconds: float) -> None:
        assert 0 < seconds <= SLICE
        self.at += seconds


@given(st.lists(st.floats(0, 3), max_size=20))
def test_turns_are_a_second_apart(pauses: list[float]) -> None:
    time = Time()
    pace = CallPace(monotonic=time.monotonic, wait=time.wait)
    starts = []
    for pause in pauses:
        time.at += pause
        pace.turn()
        starts.append(time.at)
    assert all(later - earlier >= 1 - 1e-6 for earlier, later in itertools.pairwise(starts))


def test_back_off_holds_for_everybody() -> None:
    time = Time()
    pace = CallPace(monotonic=time.monotonic, wait=time.wait)
    pace.turn()
    pace.back_off(8)
    pace.turn()
    assert time.at == pytest.approx(13)


def test_wait_is_given_up_when_cancelled() -> None:
    time = Time()
    pace = CallPace(monotonic=time.monotonic, wait=time.wait)
    pace.turn()

    def cancel() -> None:
        if time.at > 5.4:
            raise OperationCancelledError

    with pytest.raises(OperationCancelledError):
        pace.turn(cancel)
    assert time.at < 6


def test_threads_get_different_turns() -> None:
    lock, at, starts = threading.Lock(), [0.0], []

    def wait(seconds: float) -> None:
        with lock:
            at[0] += seconds

    pace = CallPace(monotonic=lambda: at[0], wait=wait)

    def ask() -> None:
        pace.turn()
        starts.append(at[0])

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(int(start + 1e-6) for start in starts)[-1] >= 7
    assert len(starts) == 8
