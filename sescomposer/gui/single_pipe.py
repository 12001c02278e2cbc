"""The wire between two starts where it is a named pipe of Windows: Qt's local sockets.

They run everywhere; elsewhere `single_socket` does the same without Qt's library of networks.
"""

import json

from PySide6.QtCore import QObject, Slot
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from sescomposer.gui.single_lines import ANSWER, ANSWER_MS, MAXIMUM_OCTETS, LineListener


def hand_over(name: str, arguments: list[str]) -> bool:
    """See `single.hand_over`."""
    socket = QLocalSocket()
    socket.connectToServer(name)
    if not socket.waitForConnected(ANSWER_MS):
        return False
    socket.write(json.dumps(arguments).encode("ascii") + b"\n")
    answer = b""
    while len(answer) < len(ANSWER) and socket.waitForReadyRead(ANSWER_MS):
        answer += bytes(socket.readAll().data())
    socket.abort()
    return answer == ANSWER


class PipeListener(LineListener):
    """See `single_lines.LineListener`."""

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_connection)
        self._received: dict[QLocalSocket, bytes] = {}

    def listen(self) -> bool:
        """See `LineListener`."""
        # Qt would take the place of a socket in use without a word.
        if somebody_listens(self._name):
            return False
        QLocalServer.removeServer(self._name)
        return self._server.listen(self._name)

    def close(self) -> None:
        """See `LineListener`."""
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
        if end and self.take(line):
            socket.write(ANSWER)
            socket.flush()
        elif end or len(line) > MAXIMUM_OCTETS:
            socket.abort()


def somebody_listens(name: str) -> bool:
    """Whether somebody listens there, asking for nothing."""
    socket = QLocalSocket()
    socket.connectToServer(name)
    connected = socket.waitForConnected(ANSWER_MS)
    socket.abort()
    return connected
