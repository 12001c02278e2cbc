"""What a second start says to the first: one line of JSON with its arguments, answered "ok"."""

import json

from PySide6.QtCore import QObject, Signal

ANSWER = b"ok\n"
ANSWER_MS = 3000
MAXIMUM_OCTETS = 1 << 20


class LineListener(QObject):
    """Takes the arguments of later starts; what carries the lines derives from it.

    Signals:
        arguments_received(object): a list of str; empty for an empty window.
    """

    arguments_received = Signal(object)

    def listen(self) -> bool:
        """Begin to listen; False where it cannot be done (then every start is a process of its own)."""
        raise NotImplementedError

    def close(self) -> None:
        """Stop listening and remove the socket."""
        raise NotImplementedError

    def take(self, line: bytes) -> bool:
        """Tell of the arguments in a line; False where it is none of ours."""
        arguments = _arguments_of(line)
        if arguments is None:
            return False
        self.arguments_received.emit(arguments)
        return True


def _arguments_of(line: bytes) -> list[str] | None:
    try:
        value = json.loads(line)
    except ValueError:
        return None
    return value if isinstance(value, list) and all(isinstance(item, str) for item in value) else None
