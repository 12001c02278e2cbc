"""Handing arguments to the process that is running already."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QProcess
from PySide6.QtNetwork import QLocalSocket
from pytestqt.qtbot import QtBot

from sescomposer.gui import single_pipe, single_socket
from sescomposer.gui.single import hand_over, new_listener
from sescomposer.gui.single_lines import LineListener
from sescomposer.gui.single_pipe import PipeListener
from sescomposer.gui.single_socket import SocketListener
from sescomposer.gui.socket_place import may_have_listener, socket_name


@pytest.fixture
def place(home: Path, tmp_path: Path) -> str:
    return socket_name(home / "run" / "sescomposer", tmp_path / "data")


@pytest.fixture(params=[SocketListener, PipeListener])
def listener(qtbot: QtBot, place: str, request: pytest.FixtureRequest) -> Iterator[LineListener]:
    """Each carrier; a start of today hands its arguments to either."""
    Path(place).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    made: LineListener = request.param(place)
    assert made.listen()
    yield made
    made.close()


_HAND_OVER = """
import json, sys
from sescomposer.gui.single import hand_over
place, arguments = json.loads(sys.stdin.readline())
print(hand_over(place, arguments))
"""


def _start(qtbot: QtBot, place: str, arguments: list[str]) -> QProcess:
    """Hand over in a child process, as a second start does: Qt's blocking calls would hold our own thread up."""
    process = QProcess()
    process.start(sys.executable, ["-c", _HAND_OVER])
    process.write(json.dumps([place, arguments]).encode() + b"\n")
    return process


def _answer(qtbot: QtBot, process: QProcess) -> str:
    qtbot.waitUntil(lambda: process.state() == QProcess.ProcessState.NotRunning, timeout=20_000)
    return bytes(process.readAllStandardOutput().data()).decode().strip()


@pytest.mark.parametrize("arguments", [[], ["/a b/ü.eml", "mailto:x@example.org"], ["/odd\udcff.eml"], ["/x" * 50_000]])
def test_arguments_arrive(qtbot: QtBot, place: str, listener: LineListener, arguments: list[str]) -> None:
    with qtbot.waitSignal(listener.arguments_received, timeout=20_000) as blocker:
        process = _start(qtbot, place, arguments)
    assert _answer(qtbot, process) == "True"
    assert blocker.args == [arguments]


def test_nobody_listens(qtbot: QtBot, place: str) -> None:
    assert not may_have_listener(place)
    assert not hand_over(place, [])


def test_socket_left_by_a_crash_is_taken_over(qtbot: QtBot, place: str) -> None:
    import socket

    Path(place).parent.mkdir(mode=0o700)
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(place)
    assert may_have_listener(place)
    assert not hand_over(place, [])
    assert not single_pipe.hand_over(place, [])
    listener = new_listener(place)
    assert listener.listen()
    listener.close()


def test_second_listener_leaves_the_first_alone(qtbot: QtBot, place: str, listener: LineListener) -> None:
    assert not new_listener(place).listen()
    with qtbot.waitSignal(listener.arguments_received, timeout=20_000):
        process = _start(qtbot, place, [])
    assert _answer(qtbot, process) == "True"


@pytest.mark.parametrize("line", [b"no json\n", json.dumps({"a": 1}).encode() + b"\n", b"[1]\n", b"\xff\n"])
def test_what_is_no_list_of_words_is_ignored(qtbot: QtBot, place: str, listener: LineListener, line: bytes) -> None:
    socket = QLocalSocket()
    with qtbot.assertNotEmitted(listener.arguments_received):
        with qtbot.waitSignal(socket.connected):
            socket.connectToServer(place)
        with qtbot.waitSignal(socket.disconnected):
            socket.write(line)


def test_one_that_connects_and_goes_disturbs_nobody(qtbot: QtBot, place: str, listener: LineListener) -> None:
    import socket

    with socket.socket(socket.AF_UNIX) as gone:
        gone.connect(place)
        gone.sendall(b"half a li")
    with qtbot.waitSignal(listener.arguments_received, timeout=20_000) as blocker:
        process = _start(qtbot, place, ["/later.eml"])
    assert _answer(qtbot, process) == "True"
    assert blocker.args == [["/later.eml"]]


def test_one_that_never_ends_its_line_is_cut(qtbot: QtBot, place: str, listener: LineListener) -> None:
    socket = QLocalSocket()
    with qtbot.waitSignal(socket.connected):
        socket.connectToServer(place)
    with qtbot.waitSignal(socket.disconnected, timeout=20_000):
        socket.write(b"[" * (1 << 21))


def test_close_frees_the_place(qtbot: QtBot, place: str, listener: LineListener) -> None:
    listener.close()
    assert not single_socket.hand_over(place, [])
    again = new_listener(place)
    assert again.listen()
    again.close()


def test_folder_that_others_can_enter_is_not_used(qtbot: QtBot, place: str) -> None:
    Path(place).parent.mkdir(mode=0o755)
    Path(place).parent.chmod(0o755)
    assert not new_listener(place).listen()


def test_data_folders_do_not_share_a_socket(tmp_path: Path) -> None:
    assert socket_name(tmp_path, tmp_path / "a") != socket_name(tmp_path, tmp_path / "b")
