"""Work in steps: one a turn, all at once, each once."""

from functools import partial

import pytest
from pytestqt.qtbot import QtBot

from sescomposer.gui.steps import Steps


def test_one_step_a_turn_in_order(qtbot: QtBot) -> None:
    done: list[int] = []
    steps = Steps(partial(done.append, number) for number in range(4))
    steps.begin()
    assert done == []
    steps.begin()
    qtbot.waitUntil(lambda: steps.is_done)
    assert done == [0, 1, 2, 3]


def test_finishing_does_what_is_left_once(qtbot: QtBot) -> None:
    done: list[int] = []
    steps = Steps(partial(done.append, number) for number in range(3))
    steps.begin()
    steps.finish()
    steps.finish()
    qtbot.wait(1)
    assert done == [0, 1, 2]


def test_a_step_cannot_run_the_others_within_itself() -> None:
    done: list[str] = []

    def first() -> None:
        steps.finish()
        done.append("first")

    steps = Steps([first, partial(done.append, "second")])
    steps.finish()
    assert done == ["first", "second"]


def test_what_stands_behind_a_step_that_fails_is_left_out() -> None:
    done: list[str] = []
    steps = Steps([lambda: 1 / 0, lambda: done.append("second")])
    with pytest.raises(ZeroDivisionError):
        steps.finish()
    steps.finish()
    assert done == []
    assert steps.is_done
    assert steps.has_failed
