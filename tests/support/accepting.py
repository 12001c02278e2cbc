"""A server for tests that serves each connection on a thread of its own; what is said on it is its subclass's."""

import contextlib
import socket
import threading


class AcceptingServer:
    """Listens on loopback as soon as it is made; a subclass sets its own values before.

    Args:
        timeout: Seconds that a connection waits for the other side, None for ever.
        small_buffer: Whether the system keeps little that was not read: else its buffers take megabytes, and the
            sender is done before anything is read.

    Attributes:
        connections: How many connections were made.
        open: The sockets of its connections, also of those that ended; whoever wraps one adds that.
    """

    def __init__(self, *, timeout: float | None = None, small_buffer: bool = False) -> None:
        self._timeout = timeout
        self.connections = 0
        self.open: list[socket.socket] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        if small_buffer:
            self._listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    @property
    def port(self) -> int:
        """Its port."""
        return int(self._listening.getsockname()[1])

    def close(self) -> None:
        """Stop, and close every connection."""
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for connection in list(self.open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()

    def wait_for_hang_up(self) -> None:
        """Wait until every connection was hung up."""
        for thread in self._threads[1:]:
            thread.join()

    def talk(self, connection: socket.socket) -> None:
        """Serve one connection; `OSError` and `EOFError` say that the other side went."""
        raise NotImplementedError

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            self.open.append(connection)
            connection.settimeout(self._timeout)
            thread = threading.Thread(target=self._serve, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            self.talk(connection)
        except (OSError, EOFError):
            pass  # the other side went; what came is kept
        finally:
            with contextlib.suppress(OSError):
                connection.close()
