"""Jobs of the bench that send, to a server in a process of its own that takes everything. Each gives `value`."""

import contextlib
import mmap
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench_tools import message_file, ms_of, private_mb, run_job

if TYPE_CHECKING:
    from sescomposer.core.seal import Sealed
    from sescomposer.ses.api_v2 import ApiV2Transport

IN_FLIGHT = 50
MESSAGES = 600
AWAY_SECONDS = 0.06
SMALL = b"From: a@example.com\r\nTo: b@example.org\r\nSubject: Hello\r\n\r\n" + b"Good day, and so on.\r\n" * 220


@contextlib.contextmanager
def _server(delay: float = 0.0) -> Iterator[str]:
    """Run the server and give its address."""
    words = [sys.executable, str(Path(__file__).with_name("bench_server.py")), str(delay)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        finally:
            process.kill()


class _Secrets:
    is_lasting = False
    trouble = ""

    def get(self, account: str) -> Any:
        from sescomposer.services.account import Secret

        return Secret(f"secret of {account}")

    def set(self, account: str, secret: object) -> None:
        raise NotImplementedError

    def remove(self, account: str) -> None:
        raise NotImplementedError


def _transport(url: str) -> "ApiV2Transport":
    from sescomposer.services.account import Account, EndpointKind, WayIn
    from sescomposer.ses.api_v2 import ApiV2Transport

    account = Account(
        "bench", WayIn.KEYS, "eu-west-1", user="AKIDEXAMPLE", endpoint=EndpointKind.CUSTOM, endpoint_url=url
    )
    transport = ApiV2Transport(account, _Secrets())
    transport.submit(_sealed(SMALL))
    return transport


def _sealed(octets: "bytes | mmap.mmap") -> "Sealed":
    from sescomposer.core.envelope import Envelope
    from sescomposer.core.octets import Octets
    from sescomposer.core.parse import parse
    from sescomposer.core.road import Road
    from sescomposer.core.seal import Sealed

    whole = Octets.of(octets)
    envelope = Envelope("a@example.com", ("b@example.org",))
    return Sealed(whole, "", envelope, parse(whole), Road.SES_V2, datetime.now(UTC))


def _plain(url: str) -> Callable[[bytes], object]:
    """Give the plain call of boto3, with a client that has sent once."""
    import boto3
    from botocore.config import Config

    settings: Any = {"max_pool_connections": IN_FLIGHT, "retries": {"total_max_attempts": 1, "mode": "standard"}}
    session = boto3.Session("AKIDEXAMPLE", "secret", region_name="eu-west-1")
    client = session.client("sesv2", endpoint_url=url, config=Config(**settings))

    def send(octets: bytes) -> object:
        return client.send_email(Content={"Raw": {"Data": octets}}, Destination={"ToAddresses": ["b@example.org"]})

    send(SMALL)
    return send


class _Watching:
    """A progress that looks at the memory now and then."""

    def __init__(self) -> None:
        self.most_mb = private_mb()
        self._calls = 0

    def step(self, done: int, total: int) -> None:
        self._calls += 1
        if self._calls % 32 == 0 or done == total:
            self.most_mb = max(self.most_mb, private_mb())


def send(folder: Path) -> dict[str, float]:
    """Submit 38 MB from a mapped file."""
    path = message_file(folder)
    with _server() as url, path.open("rb") as file:
        transport = _transport(url)
        sealed = _sealed(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        before, progress = private_mb(), _Watching()
        took = ms_of(lambda: transport.submit(sealed, progress))
        transport.close()
    return {"value": took, "memory": progress.most_mb - before}


def send_peer(folder: Path) -> dict[str, float]:
    """The same octets by boto3's plain call; reading them is not counted."""
    octets = message_file(folder).read_bytes()
    with _server() as url:
        call = _plain(url)
        return {"value": ms_of(lambda: call(octets))}


def batch(folder: Path) -> dict[str, float]:
    """Messages a second by our transport."""
    del folder
    with _server(AWAY_SECONDS) as url:
        transport, sealed = _transport(url), _sealed(SMALL)
        rate = _rate(lambda _: transport.submit(sealed))
        transport.close()
    return {"value": rate}


def batch_peer(folder: Path) -> dict[str, float]:
    """Messages a second by boto3's plain call."""
    del folder
    with _server(AWAY_SECONDS) as url:
        call = _plain(url)
        return {"value": _rate(lambda _: call(SMALL))}


def _rate(submit: Callable[[int], object]) -> float:
    """Submit with so many in flight, the connections made already, and give the messages a second."""
    with ThreadPoolExecutor(IN_FLIGHT) as pool:
        list(pool.map(submit, range(IN_FLIGHT)))
        started = time.perf_counter()
        list(pool.map(submit, range(MESSAGES)))
        return MESSAGES / (time.perf_counter() - started)


def stall(folder: Path) -> dict[str, float]:
    """Longest gap of the event loop while our transport submits 38 MB in a thread."""
    path = message_file(folder)
    with _server() as url, path.open("rb") as file:
        transport = _transport(url)
        sealed = _sealed(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        longest = _gap_while(lambda: transport.submit(sealed))
        transport.close()
    return {"value": longest}


def stall_peer(folder: Path) -> dict[str, float]:
    """The same by boto3's plain call in a thread."""
    octets = message_file(folder).read_bytes()
    with _server() as url:
        call = _plain(url)
        return {"value": _gap_while(lambda: call(octets))}


def _gap_while(action: Callable[[], object]) -> float:
    from bench_window import Gaps, application, run_until
    from PySide6.QtWidgets import QMainWindow, QPlainTextEdit

    app = application()
    window = QMainWindow()
    window.setCentralWidget(QPlainTextEdit())
    window.show()
    run_until(app, window.isVisible)
    gaps = Gaps()
    gaps.start()
    worker = threading.Thread(target=action)
    worker.start()
    run_until(app, lambda: not worker.is_alive())
    return gaps.stop()


if __name__ == "__main__":
    run_job({job.__name__: job for job in (send, send_peer, batch, batch_peer, stall, stall_peer)})
