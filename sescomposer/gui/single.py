"""One process, many windows: a second start hands its arguments to the first and ends.

The two speak over a local socket in the user's own runtime folder. On Windows that is a named pipe, which Qt speaks;
elsewhere the standard library does, since Qt's library of networks costs each window 2.5 MB.
"""

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtCore import QObject

    from sescomposer.gui.single_lines import LineListener


def hand_over(name: str, arguments: list[str]) -> bool:
    """Give arguments to the process that listens; False if there is none or it does not answer.

    Args:
        name: From `socket_place.socket_name`.
        arguments: Absolute paths and URLs; an empty list asks for an empty window.
    """
    if sys.platform == "win32":
        from sescomposer.gui.single_pipe import hand_over
    else:
        from sescomposer.gui.single_socket import hand_over
    return hand_over(name, arguments)


def new_listener(name: str, parent: "QObject | None" = None) -> "LineListener":
    """Make what takes the arguments of later starts; it does not listen yet."""
    if sys.platform == "win32":
        from sescomposer.gui.single_pipe import PipeListener as Listener
    else:
        from sescomposer.gui.single_socket import SocketListener as Listener
    return Listener(name, parent)
