"""Tasks: outcomes arrive on the window's thread, whatever the operation does."""

import sys
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, Slot
from pytestqt.qtbot import QtBot

from sescomposer.core.errors import OperationCancelledError, UnreadableError
from sescomposer.gui.tasks import TURN_SECONDS, Context, TaskRunner


class Collector(QObject):
    """Notes what came, and on which thread."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[object, ...]] = []
        self.threads: set[int] = set()

    @Slot(object)
    def on_value(self, value: object) -> None:
        self.seen.append((value,))
        self.threads.add(threading.get_ident())

    @Slot(object, object)
    def on_step(self, done: int, total: int) -> None:
        self.seen.append((done, total))
        self.threads.add(threading.get_ident())


@pytest.fixture
def runner(qtbot: QtBot) -> Iterator[TaskRunner]:
    made = TaskRunner()
    yield made
    made.close()


def test_value_arrives_on_the_window_thread(qtbot: QtBot, runner: TaskRunner) -> None:
    collector = Collector()
    task = runner.start(lambda context: threading.get_ident())
    task.succeeded.connect(collector.on_value)
    with qtbot.waitSignal(task.finished):
        assert runner.running == 1
    assert collector.threads == {threading.get_ident()}
    assert collector.seen != [(threading.get_ident(),)]
    assert runner.running == 0


def test_steps_are_reported_in_order_and_hold_more_than_32_bits(qtbot: QtBot, runner: TaskRunner) -> None:
    def operation(context: Context) -> None:
        context.step(1, 1 << 40)
        context.step(1 << 40, 1 << 40)

    collector = Collector()
    task = runner.start(operation)
    task.progressed.connect(collector.on_step)
    with qtbot.waitSignal(task.finished):
        pass
    assert collector.seen == [(1, 1 << 40), (1 << 40, 1 << 40)]


def test_error_of_ours_fails_the_task_and_reaches_the_default(qtbot: QtBot, runner: TaskRunner) -> None:
    def operation(context: Context) -> None:
        raise UnreadableError("The file cannot be read.")

    with qtbot.waitSignal(runner.failed) as default:
        task = runner.start(operation)
        with qtbot.waitSignal(task.failed) as own:
            pass
    assert default.args is not None
    assert own.args == default.args
    assert isinstance(default.args[0], UnreadableError)


def test_quiet_task_does_not_reach_the_default(qtbot: QtBot, runner: TaskRunner) -> None:
    def operation(context: Context) -> None:
        raise UnreadableError("The file cannot be read.")

    with qtbot.assertNotEmitted(runner.failed):
        task = runner.start(operation, quiet=True)
        with qtbot.waitSignal(task.finished):
            pass


def test_other_exception_is_a_crash(qtbot: QtBot, runner: TaskRunner) -> None:
    with qtbot.waitSignal(runner.crashed) as blocker:
        runner.start(lambda context: 1 // 0)
    assert blocker.args is not None
    assert isinstance(blocker.args[0], ZeroDivisionError)


def test_cancel_stops_at_the_next_step(qtbot: QtBot, runner: TaskRunner) -> None:
    entered = threading.Event()

    def operation(context: Context) -> None:
        entered.set()
        while True:
            context.step(0, 0)

    task = runner.start(operation)
    assert entered.wait(5)
    with qtbot.waitSignal(task.cancelled):
        task.cancel()


def test_cancelled_before_it_began_never_runs(qtbot: QtBot) -> None:
    runner = TaskRunner(workers=1)
    gate = threading.Event()
    ran: list[int] = []
    runner.start(lambda context: gate.wait(5))
    task = runner.start(lambda context: ran.append(1))
    task.cancel()
    with qtbot.waitSignal(task.cancelled):
        gate.set()
    runner.close()
    assert ran == []


def test_close_waits_for_workers_and_cancels_what_waits(qtbot: QtBot) -> None:
    runner = TaskRunner(workers=1)
    left = threading.Event()

    def operation(context: Context) -> None:
        try:
            while True:
                context.step(0, 0)
        except OperationCancelledError:
            left.set()
            raise

    runner.start(operation)
    waiting = runner.start(lambda context: None)
    runner.close()
    assert left.is_set()
    with qtbot.waitSignal(waiting.cancelled):
        pass


def test_result_that_came_in_spite_of_cancelling_is_delivered(qtbot: QtBot, runner: TaskRunner) -> None:
    entered, gate = threading.Event(), threading.Event()

    def operation(context: Context) -> str:
        entered.set()
        assert gate.wait(5)
        return "sent"

    task = runner.start(operation)
    assert entered.wait(5)
    task.cancel()
    with qtbot.waitSignal(task.succeeded) as blocker, qtbot.assertNotEmitted(task.cancelled):
        gate.set()
    assert blocker.args == ["sent"]


def test_the_window_waits_a_millisecond_for_a_worker(qtbot: QtBot, runner: TaskRunner) -> None:
    before = sys.getswitchinterval()
    try:
        sys.setswitchinterval(0.005)
        with qtbot.waitSignal(runner.start(lambda context: None).finished):
            assert sys.getswitchinterval() == pytest.approx(TURN_SECONDS)
    finally:
        sys.setswitchinterval(before)


def test_a_task_that_a_late_outcome_starts_is_cancelled(qtbot: QtBot) -> None:
    runner = TaskRunner()
    first = runner.start(lambda context: 1)
    later: list[object] = []

    def on_late() -> None:
        task = runner.start(lambda context: later.append("ran"))
        task.cancelled.connect(lambda: later.append("cancelled"))

    first.finished.connect(on_late)
    runner.close()
    qtbot.waitUntil(lambda: later == ["cancelled"])
    assert runner.running == 0
