"""Where the first process of a user listens for later starts; imports nothing that a start would have to wait for."""

import os
import sys
import zlib
from pathlib import Path


def socket_name(runtime: Path, data: Path) -> str:
    """Name the socket of the process that works on a data folder; two data folders never share a process.

    >>> socket_name(Path("/run/user/7/sescomposer"), Path("/home/x/data")).rpartition("-")[0].replace(os.sep, "/")
    '/run/user/7/sescomposer/window'
    """
    name = f"window-{zlib.crc32(os.fsencode(data)):08x}"
    return f"sescomposer-{name}" if sys.platform == "win32" else str(runtime / name)


def may_have_listener(name: str) -> bool:
    """Whether it is worth asking: without a socket there nobody listens."""
    return sys.platform == "win32" or os.path.exists(name)
