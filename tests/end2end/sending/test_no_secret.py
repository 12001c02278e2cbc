"""A marked secret goes through every road, with success, failure and a crash of ours: it is on the wire alone."""

import base64
import json
import logging
import os
import smtplib
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from sescomposer.bootstrap import Services, make_services
from sescomposer.cli.app import main
from sescomposer.core.errors import ExitCode
from sescomposer.core.message import Message
from sescomposer.core.parse import parse
from sescomposer.core.road import Road
from sescomposer.services.account import Secret, WayIn
from sescomposer.services.history_ports import HistoryQuery
from sescomposer.services.receipts import receipt_text
from sescomposer.services.smtp_password import smtp_password
from sescomposer.store.folders import Folders
from sescomposer.store.log import start_log

ROOT = Path(__file__).resolve().parents[3]
# None of them looks like a secret, so that nothing that only hides what looks like one hides a leak.
KEY = "Marked/key+of_the%test&no?9"
PASSWORD = "Marked/password+of_the%test&no?8"
TOKEN = "Marked/session+of_the%test&no?7" * 9
DERIVED = smtp_password(Secret(KEY), "eu-west-1").reveal()


def forms(secret: str) -> dict[str, bytes]:
    """Give the octets by which a secret could be found, by how they are written."""
    octets = secret.encode()
    found = {
        "plain": octets,
        "hex": octets.hex().encode(),
        "HEX": octets.hex().upper().encode(),
        "quoted": quote(secret, safe="").encode(),
        "quoted but for slashes": quote(secret).encode(),
        "form": quote_plus(secret).encode(),
        "JSON": json.dumps(secret).strip('"').replace("/", "\\/").encode(),
        "UTF-16": secret.encode("utf-16-le"),
    }
    for before in range(3):
        text = base64.b64encode(bytes(before) + octets)
        # Without the characters that hold bits of what stands before and behind.
        whole = text[(0, 2, 3)[before] : (before + len(octets)) * 8 // 6]
        found[f"base64 behind {before}"] = whole
        found[f"base64 for URLs behind {before}"] = whole.translate(bytes.maketrans(b"+/", b"-_"))
    return found


def leaks(octets: bytes, secrets: tuple[str, ...]) -> list[str]:
    """Give how octets show a secret."""
    return [f"{form} of {secret[:12]}" for secret in secrets for form, text in forms(secret).items() if text in octets]


@dataclass(frozen=True)
class Way:
    """An account and what of it is secret.

    Attributes:
        road: Of the account.
        secret: In the keyring.
        marks: What must be nowhere.
        travels: What of that goes over the wire.
        changes: Of the account.
    """

    road: Road
    secret: str
    marks: tuple[str, ...]
    travels: tuple[bytes, ...] = ()
    changes: dict[str, Any] = field(default_factory=dict)


def _login(password: str) -> bytes:
    return base64.b64encode(f"\0AKIAEXAMPLE\0{password}".encode())


WAYS = {
    "key-v2": Way(Road.SES_V2, KEY, (KEY,)),
    "key-v1": Way(Road.SES_V1, KEY, (KEY,)),
    "password": Way(Road.SMTP, PASSWORD, (PASSWORD,), (_login(PASSWORD),)),
    "derived": Way(Road.SMTP, KEY, (KEY, DERIVED), (_login(DERIVED),), {"way_in": WayIn.KEYS}),
    "token-v2": Way(
        Road.SES_V2, "", (KEY, TOKEN), (TOKEN.encode(),), {"way_in": WayIn.PROFILE, "user": "", "profile": "work"}
    ),
}


@pytest.fixture
def outside(tmp_path: Path, home: Path) -> Path:
    """Where the secrets come from: a program for the profile, and a keyring for another process."""
    folder = tmp_path / "outside"
    folder.mkdir()
    answer = {"Version": 1, "AccessKeyId": "ASIAEXAMPLE", "SecretAccessKey": KEY, "SessionToken": TOKEN}
    (folder / "answer.json").write_text(json.dumps({**answer, "Expiration": "2099-01-01T00:00:00Z"}))
    (home / ".aws").mkdir()
    config = f"[profile work]\nregion = eu-west-1\ncredential_process = cat {folder / 'answer.json'}\n"
    (home / ".aws" / "config").write_text(config)
    (folder / "outside_keyring.py").write_text(_KEYRING)
    return folder


_KEYRING = """\
import pathlib
from keyring.backend import KeyringBackend

class Ring(KeyringBackend):
    priority = 5.0

    def get_password(self, service, username):
        return pathlib.Path(__file__).with_name("secret").read_text()

    def set_password(self, service, username, password):
        raise NotImplementedError

    def delete_password(self, service, username):
        raise NotImplementedError
"""


@pytest.fixture
def debug_log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """The log file, and the records before anything is hidden of them, at the lowest level."""
    end = start_log(Folders.of_platform().log, logging.DEBUG)
    caplog.set_level(logging.DEBUG)
    logging.getLogger("sescomposer").debug("the log is on")
    yield caplog
    end()


@pytest.fixture
def nowhere(home: Path, capfd: pytest.CaptureFixture[str], debug_log: Any) -> Callable[..., None]:
    """Hold that no secret is in a file, the log, what was printed, the receipts, or what else is handed in."""

    def check(marks: tuple[str, ...], *more: str | bytes) -> None:
        services = make_services()
        receipts = [receipt_text(entry) for entry in services.history.find(HistoryQuery())]
        services.close()
        assert receipts
        printed = capfd.readouterr()
        texts = [*receipts, printed.out, printed.err, debug_log.text, *more]
        found = {"text": leaks(b"\0".join(t.encode() if isinstance(t, str) else t for t in texts), marks)}
        paths = [path for path in home.rglob("*") if path.is_file()]
        assert {"submissions", "history.sqlite3", "sescomposer.log", "accounts.toml"} <= {path.name for path in paths}
        found |= {str(path): leaks(path.read_bytes(), marks) for path in paths}
        assert not {place: how for place, how in found.items() if how}

    return check


def _echo(way: Way) -> dict[str, Any]:
    """A refusal in which the service repeats what it was given, as SES does with what it was to sign."""
    if way.road is Road.SMTP:
        return {"replies": {"AUTH": f"501 Cannot parse AUTH PLAIN {way.travels[0].decode()} ({way.marks[-1]})"}}
    canonical = f"host:localhost x-amz-date:20261121T000000Z x-amz-security-token:{TOKEN}  host;x-amz-date"
    words = f"The Canonical String for this request should have been 'POST /v2/email {canonical} e3b0'"
    return {"answers": ((403, "SignatureDoesNotMatch", words),)}


FAULTS: dict[str, Callable[[Way], dict[str, Any]]] = {
    "none": lambda way: {},
    "refused": _echo,
    "reset": lambda way: {"cut": "after"},
}


@pytest.fixture
def account_of(outside: Path, account_for: Any, ring: Any, good_certificate: Any) -> Callable[[Way, int], None]:
    """Keep the account of a way, whose server speaks TLS."""

    def keep(way: Way, port: int) -> None:
        ring.kept = {"work": way.secret}
        (outside / "secret").write_text(way.secret)
        account_for(way.road, port, **{"is_tls": True, "ca_bundle": good_certificate.bundle, **way.changes})

    return keep


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", WAYS)
def test_a_secret_is_on_the_wire_alone(
    name: str, fault: str, serve: Any, good_certificate: Any, account_of: Any, letter: Path, nowhere: Any
) -> None:
    way = WAYS[name]
    server = serve(way.road, certificate=good_certificate, **FAULTS[fault](way))
    account_of(way, server.port)
    statuses = {"none": ExitCode.FINE, "refused": ExitCode.REFUSED, "reset": ExitCode.UNKNOWN}
    assert main(["send", str(letter), "--account", "work", "--json"]) == statuses[fault]
    assert main(["accounts", "list", "--json"]) == ExitCode.FINE
    server.close()
    nowhere(way.marks)
    assert all(text in server.wire[True] for text in way.travels)
    assert leaks(bytes(server.wire[False]), way.marks) == []
    assert KEY.encode() not in server.wire[True]


@pytest.mark.parametrize(
    "words", [f"echo {KEY}", f'echo \'{{"SecretAccessKey": "{KEY}"}}\'', "false", "no-such-program"]
)
def test_a_program_for_credentials_that_gives_none(
    words: str, serve: Any, good_certificate: Any, account_of: Any, home: Path, letter: Path, nowhere: Any
) -> None:
    way = WAYS["token-v2"]
    server = serve(way.road, certificate=good_certificate)
    account_of(way, server.port)
    config = home / ".aws" / "config"
    config.write_text(f"[profile work]\ncredential_process = {words}\n")
    assert main(["send", str(letter), "--account", "work", "--json"]) == ExitCode.NOTHING_DONE
    server.close()
    config.unlink()
    nowhere(way.marks)
    assert server.connections == 0


@pytest.mark.parametrize("name", WAYS)
def test_a_fault_of_ours_tells_no_secret(
    name: str,
    serve: Any,
    good_certificate: Any,
    account_of: Any,
    letter: Path,
    nowhere: Any,
    monkeypatch: pytest.MonkeyPatch,
    expect_log: Callable[[str], None],
) -> None:
    import botocore.auth

    from sescomposer.gui.fault import fault_of

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("a fault")

    # Where the secret is in use.
    monkeypatch.setattr(smtplib.SMTP, "auth", fail)
    monkeypatch.setattr(botocore.auth.SigV4Auth, "signature", fail)
    way = WAYS[name]
    server = serve(way.road, certificate=good_certificate)
    account_of(way, server.port)
    assert main(["send", str(letter), "--account", "work"]) == ExitCode.FAULT
    services = make_services()
    with pytest.raises(RuntimeError) as caught:
        _submit(services, letter)
    report = fault_of(caught.value, "thread task_0")
    expect_log("a fault")
    logging.getLogger("sescomposer.fault").exception("%s", report.report, exc_info=caught.value)
    services.close()
    server.close()
    nowhere(way.marks, report.report, report.sentence, repr(services.__dict__))
    assert server.taken == []


def _submit(services: Services, letter: Path) -> None:
    transport = services.transport("work")
    review = services.sending.review(Message(parse(letter.read_bytes())), transport)
    services.sending.submit(review, transport)


def _processes(root: int) -> Iterator[int]:
    """Give a process and all below it."""
    yield root
    for task in Path(f"/proc/{root}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield from _processes(int(child))


@pytest.mark.skipif(sys.platform != "linux", reason="processes are looked at in /proc")
@pytest.mark.parametrize("name", ["key-v2", "password", "token-v2"])
def test_a_process_that_sends_shows_no_secret(
    name: str, serve: Any, good_certificate: Any, account_of: Any, letter: Path, outside: Path, nowhere: Any
) -> None:
    way = WAYS[name]
    server = serve(way.road, certificate=good_certificate, silent="after")
    account_of(way, server.port)
    places = os.pathsep.join((str(ROOT), str(outside)))
    environment = {**os.environ, "PYTHONPATH": places, "PYTHON_KEYRING_BACKEND": "outside_keyring.Ring"}
    command = [sys.executable, "-m", "sescomposer", "send", str(letter), "--account", "work"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environment, stdout=pipe, stderr=pipe) as child:
        assert server.reached.wait(40)
        shown = b""
        for process in _processes(child.pid):
            for what in ("cmdline", "environ", "comm"):
                shown += Path(f"/proc/{process}/{what}").read_bytes()
        server.close()
        said = child.communicate(timeout=40)
    assert child.returncode == ExitCode.UNKNOWN, said
    assert b"sescomposer" in shown
    nowhere(way.marks, shown, *said)
    assert server.taken
