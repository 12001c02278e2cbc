"""One process, many windows: a second start hands its arguments to the first and ends.

The two speak over a local socket in the user's own runtime folder: one line of JSON with the arguments, answered "ok".
"""

import json
import os
import stat
import sys
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtNetwork import QLocalServer, QLocalSocket

_ANSWER = b"ok\n"
_ANSWER_MS = 3000
_MAXIMUM_OCTETS = 1 << 20
_MAXIMUM_PATH = 100
"""A socket's path has room for 104 octets on the narrowest platform."""


def hand_over(name: str, arguments: list[str]) -> bool:
    """Give arguments to the process that listens; False if there is none or it does not answer.

    Args:
        name: From `socket_place.socket_name`.
        arguments: Absolute paths and URLs; an empty list asks for an empty window.
    """
    socket = QLocalSocket()
    socket.connectToServer(name)
    if not socket.waitForConnected(_ANSWER_MS):
        return False
    socket.write(json.dumps(arguments).encode("ascii") + b"\n")
    answer = b""
    while len(answer) < len(_ANSWER) and socket.waitForReadyRead(_ANSWER_MS):
        answer += bytes(socket.readAll().data())
    socket.abort()
    return answer == _ANSWER


class Listener(QObject):
    """Takes the arguments of later starts.

    Signals:
        arguments_received(object): a list of str; empty for an empty window.
    """

    arguments_received = Signal(object)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_connection)
        self._received: dict[QLocalSocket, bytes] = {}

    def listen(self) -> bool:
        """Begin to listen; False where it cannot be done (then every start is a process of its own)."""
        if sys.platform != "win32" and not _is_usable(Path(self._name)):
            return False
        # Qt would take the place of a socket in use without a word.
        if somebody_listens(self._name):
            return False
        QLocalServer.removeServer(self._name)
        return self._server.listen(self._name)

    def close(self) -> None:
        """Stop listening and remove the socket."""
        self._server.close()

    @Slot()
    def _on_connection(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            self._received[socket] = b""
            socket.readyRead.connect(self._on_ready_read)
            socket.disconnected.connect(self._on_disconnected)
            self._read(socket)

    @Slot()
    def _on_ready_read(self) -> None:
        self._read(self.sender())

    @Slot()
    def _on_disconnected(self) -> None:
        socket = self.sender()
        self._received.pop(socket, None)  # type: ignore[call-overload]
        socket.deleteLater()

    def _read(self, socket: QObject) -> None:
        if not isinstance(socket, QLocalSocket) or socket not in self._received:
            return
        self._received[socket] += bytes(socket.readAll().data())
        line, end, _ = self._received[socket].partition(b"\n")
        if end:
            arguments = _arguments_of(line)
            if arguments is not None:
                socket.write(_ANSWER)
                socket.flush()
                self.arguments_received.emit(arguments)
            else:
                socket.abort()
        elif len(line) > _MAXIMUM_OCTETS:
            socket.abort()


def somebody_listens(name: str) -> bool:
    """Whether somebody listens there, asking for nothing."""
    socket = QLocalSocket()
    socket.connectToServer(name)
    connected = socket.waitForConnected(_ANSWER_MS)
    socket.abort()
    return connected


def _arguments_of(line: bytes) -> list[str] | None:
    try:
        value = json.loads(line)
    except ValueError:
        return None
    return value if isinstance(value, list) and all(isinstance(item, str) for item in value) else None


def _is_usable(path: Path) -> bool:
    """Whether the folder is the user's alone: a socket elsewhere could be another's."""
    if len(os.fsencode(path)) > _MAXIMUM_PATH:
        return False
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = path.parent.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid() and not status.st_mode & 0o077
