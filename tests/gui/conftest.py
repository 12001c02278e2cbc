"""What tests of panes share: services over a folder of their own, and a composer with the sample message."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from sescomposer.bootstrap import Services, make_services
from sescomposer.gui.composer import Composer
from sescomposer.gui.tasks import TaskRunner
from sescomposer.services.sample import sample_message
from sescomposer.store.folders import Folders

_MANY = 20_000


@pytest.fixture(autouse=True)
def garbage_stays_on_this_thread() -> Iterator[None]:
    """Collect as the program does (see `gui.garbage`): a worker that collects widgets ends the process."""
    gc.disable()
    yield
    if gc.get_count()[0] > _MANY:
        gc.collect()


@pytest.fixture(autouse=True, scope="session")
def nothing_stays_on_the_clipboard() -> Iterator[None]:
    """Empty it at the end: the offscreen platform lets go of what Python put there when Python is gone, and falls."""
    yield
    application = QGuiApplication.instance()
    if application is not None:
        QGuiApplication.clipboard().clear()


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    """The real services over an empty folder."""
    made = make_services(Folders.below(tmp_path))
    yield made
    made.close()


@pytest.fixture
def composer(services: Services, qtbot: QtBot) -> Iterator[Composer]:
    """A composer that holds the sample message; its work has ended when the test has."""
    runner = TaskRunner()
    made = Composer(services, runner, sample_message(services.ids))
    yield made
    qtbot.waitUntil(lambda: runner.running == 0)
    made.deleteLater()
    runner.close()
