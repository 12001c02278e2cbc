"""The wire between two starts where it is a Unix socket in the user's own runtime folder."""

import json
import os
import socket
import stat
from contextlib import closing, suppress
from pathlib import Path

from PySide6.QtCore import QObject, QSocketNotifier, Slot

from sescomposer.gui.single_lines import ANSWER, ANSWER_MS, MAXIMUM_OCTETS, LineListener

_MAXIMUM_PATH = 100
"""A socket's path has room for 104 octets on the narrowest platform."""

_CHUNK_OCTETS = 65536
_WAITING = 16


def hand_over(name: str, arguments: list[str]) -> bool:
    """See `single.hand_over`."""
    with closing(socket.socket(socket.AF_UNIX)) as wire:
        wire.settimeout(ANSWER_MS / 1000)
        try:
            wire.connect(name)
            wire.sendall(json.dumps(arguments).encode("ascii") + b"\n")
            return _answer(wire) == ANSWER
        except OSError:
            # Nobody there, or nobody who answers: this start becomes a process of its own.
            return False


def _answer(wire: socket.socket) -> bytes:
    answer = b""
    while len(answer) < len(ANSWER) and (more := wire.recv(len(ANSWER))):
        answer += more
    return answer


class SocketListener(LineListener):
    """See `single_lines.LineListener`."""

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path = Path(name)
        self._server: socket.socket | None = None
        self._notifier: QSocketNotifier | None = None

    def listen(self) -> bool:
        """See `LineListener`."""
        if not _is_usable(self._path) or _somebody_listens(self._path):
            return False
        server = socket.socket(socket.AF_UNIX)
        try:
            self._path.unlink(missing_ok=True)
            server.bind(os.fspath(self._path))
            server.listen(_WAITING)
        except OSError:
            server.close()
            return False
        server.setblocking(False)
        self._server = server
        self._notifier = QSocketNotifier(server.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_connection)
        return True

    def close(self) -> None:
        """See `LineListener`."""
        if self._server is None or self._notifier is None:
            return
        self._notifier.setEnabled(False)
        self._server.close()
        self._server = None
        with suppress(OSError):
            # Where it cannot be removed the next start finds that nobody listens.
            self._path.unlink(missing_ok=True)

    @Slot()
    def _on_connection(self) -> None:
        if self._server is None:
            return
        # One that went again meanwhile is nobody.
        with suppress(OSError):
            wire, _ = self._server.accept()
            _Connection(wire, self)


class _Connection(QObject):
    """One later start; it ends with its socket."""

    def __init__(self, wire: socket.socket, listener: SocketListener) -> None:
        super().__init__(listener)
        self._listener = listener
        self._wire = wire
        self._received = b""
        wire.setblocking(False)
        self._notifier = QSocketNotifier(wire.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_readable)
        self.destroyed.connect(wire.close)

    @Slot()
    def _on_readable(self) -> None:
        try:
            octets = self._wire.recv(_CHUNK_OCTETS)
        except BlockingIOError:
            return
        except OSError:
            octets = b""
        self._received += octets
        line, end, _ = self._received.partition(b"\n")
        if end:
            self._answer(line)
        elif not octets or len(line) > MAXIMUM_OCTETS:
            self._finish()

    def _answer(self, line: bytes) -> None:
        if self._listener.take(line):
            # Three octets have room in any buffer; if whoever asked is gone, so is the need for an answer.
            with suppress(OSError):
                self._wire.send(ANSWER)
        self._finish()

    def _finish(self) -> None:
        self._notifier.setEnabled(False)
        self._wire.close()
        self.deleteLater()


def _somebody_listens(path: Path) -> bool:
    """Whether somebody listens there, asking for nothing."""
    with closing(socket.socket(socket.AF_UNIX)) as wire:
        wire.settimeout(ANSWER_MS / 1000)
        try:
            wire.connect(os.fspath(path))
        except OSError:
            return False
        return True


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
