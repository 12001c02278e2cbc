"""Hostile HTML in the real preview: no connection, no file, no other page; unlocked images and nothing else."""

import ctypes
import json
import os
import re
import select
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

HERE = Path(__file__).parent
HOSTILE = sorted((HERE.parent / "data" / "html" / "hostile").glob("*.html"))
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63f8cfc0f01f00050001ff"
    "89993d1d0000000049454e44ae426082"
)
IN_OPEN, IN_ACCESS = 0x20, 0x01


@dataclass
class Listener:
    """A server on loopback that answers everything with an image and remembers every connection."""

    port: int
    connections: int = 0
    requests: list[str] = field(default_factory=list)

    @property
    def clear(self) -> list[str]:
        """Requests that came without TLS; for an address such as //host/x TLS is tried."""
        return [request for request in self.requests if not request.startswith("\x16\x03")]

    @property
    def paths(self) -> set[str]:
        return {request.split(" ")[1].lstrip("/") for request in self.clear}


def _answer(connection: socket.socket, listener: Listener) -> None:
    with connection:
        connection.settimeout(2)
        try:
            request = connection.recv(8192).decode("latin-1")
        except TimeoutError:
            return
        if request:
            listener.requests.append(request)
            head = f"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: {len(PNG)}\r\nConnection: close\r\n"
            connection.sendall((head + "Set-Cookie: seen=1; Path=/\r\n\r\n").encode() + PNG)


@pytest.fixture
def listener() -> Iterator[Listener]:
    with socket.create_server(("127.0.0.1", 0), backlog=100) as server:
        found = Listener(server.getsockname()[1])
        closing, closed = socket.socketpair()

        def serve() -> None:
            while server in (ready := select.select([server, closed], [], [])[0]):
                connection, _ = server.accept()
                found.connections += 1
                _answer(connection, found)
                if closed in ready:
                    break

        thread = threading.Thread(target=serve)
        thread.start()
        yield found
        closing.close()
        thread.join()
        closed.close()


@pytest.fixture
def watched_file(tmp_path: Path) -> Iterator[tuple[Path, int]]:
    """A picture, and an inotify descriptor that is readable once anybody has opened it."""
    if not sys.platform.startswith("linux"):
        pytest.skip("files are watched by inotify")
    path = tmp_path / "secret.png"
    path.write_bytes(PNG)
    libc = ctypes.CDLL(None, use_errno=True)
    watch = libc.inotify_init1(os.O_NONBLOCK)
    assert watch >= 0
    assert libc.inotify_add_watch(watch, os.fsencode(path), IN_OPEN | IN_ACCESS) >= 0
    yield path, watch
    os.close(watch)


def _opened(watch: int) -> bool:
    return bool(select.select([watch], [], [], 0)[0]) and len(os.read(watch, 4096)) >= struct.calcsize("iIII")


def _filled(folder: Path, port: int, secret: Path) -> list[Path]:
    """Write the hostile files with this port and file in them."""
    folder.mkdir()
    for path in HOSTILE:
        text = path.read_text(encoding="utf-8").replace("@/", f"http://127.0.0.1:{port}/")
        text = re.sub(r'@(?=[">&\s])', f"http://127.0.0.1:{port}", text)
        text = text.replace("$PORT", str(port)).replace("$FILE", str(secret))
        (folder / path.name).write_text(text, encoding="utf-8")
    return sorted(folder.glob("*.html"))


def _show(how: str, unlock: str, paths: list[Path]) -> dict[str, dict[str, object]]:
    environment = dict(os.environ, QT_QPA_PLATFORM="offscreen", PYTHONPATH=str(HERE.parents[1]))
    # Only here: tests run as root, where Chromium's sandbox does not.
    environment["QTWEBENGINE_DISABLE_SANDBOX"] = "1"
    command = [sys.executable, str(HERE / "preview_child.py"), how, unlock, *map(str, paths)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    lines = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    assert lines, done.stderr[-3000:]
    result: dict[str, dict[str, object]] = json.loads(lines[0][7:])
    if how == "web" and any(one["view"] != "WebPreview" for one in result.values()):
        pytest.skip("QtWebEngine cannot be started here")
    return result


def test_there_is_hostile_html() -> None:
    assert len(HOSTILE) >= 15


@pytest.mark.parametrize("how", ["web", "text"])
def test_hostile_html_reaches_nothing(
    how: str, listener: Listener, watched_file: tuple[Path, int], tmp_path: Path
) -> None:
    secret, watch = watched_file
    paths = _filled(tmp_path / "mail", listener.port, secret)
    _opened(watch)
    results = _show(how, "locked", paths)
    assert all(result["shown"] for result in results.values()), results
    if how == "web":
        assert all(str(result["address"]).startswith("sesmail://message/") for result in results.values())
    assert (listener.connections, listener.requests) == (0, [])
    assert not _opened(watch)


@pytest.mark.parametrize("how", ["web", "text"])
def test_unlocking_fetches_images_and_nothing_else(
    how: str, listener: Listener, watched_file: tuple[Path, int], tmp_path: Path
) -> None:
    secret, watch = watched_file
    paths = _filled(tmp_path / "mail", listener.port, secret)
    wanted = [path for path in paths if path.name in ("images.html", "hints.html", "script.html", "css.html")]
    _opened(watch)
    results = _show(how, "unlock", wanted)
    assert all(result["shown"] for result in results.values()), results
    assert {"image", "body-background"} <= listener.paths
    for word in ("script", "font", "link.css", "import", "connect", "prefetch", "onerror", "manifest", "ftp", "blob"):
        assert not [path for path in listener.paths if word in path], word
    for request in listener.clear:
        assert request.startswith("GET ")
        assert "\r\ncookie:" not in request.lower()
        assert "\r\nreferer:" not in request.lower()
    assert len(listener.paths) == len(listener.clear)
    assert not _opened(watch)
