"""Widgets are collected on the window's thread, whatever a worker allocates."""

import gc
import threading

import pytest
from PySide6.QtWidgets import QWidget

from sescomposer.gui.garbage import GarbageCollector


@pytest.mark.usefixtures("qapp")
def test_garbage_of_widgets_waits_for_the_window_when_a_worker_allocates() -> None:
    gc.enable()
    collector = GarbageCollector()
    try:
        threads: list[str] = []

        def dropped() -> None:
            widget = QWidget()
            widget.destroyed.connect(lambda: threads.append(threading.current_thread().name))
            widget.__dict__["itself"] = widget

        dropped()
        worker = threading.Thread(target=lambda: [[object() for _ in range(10)] for _ in range(20_000)], name="worker")
        worker.start()
        worker.join()
        assert threads == []
        while collector.collect() >= 0:
            pass
        gc.collect()
        assert threads in ([], [threading.main_thread().name])
    finally:
        collector.stop()
    assert gc.isenabled()
    gc.disable()


@pytest.mark.usefixtures("qapp")
def test_collects_what_is_due_by_the_thresholds() -> None:
    collector = GarbageCollector()
    try:
        gc.collect()
        assert collector.collect() == -1
        kept = [[object()] for _ in range(gc.get_threshold()[0] * 3)]
        assert collector.collect() == 0
        assert kept
    finally:
        collector.stop()
