"""SMTP to Postfix, which nobody here wrote, where it is installed and may be started: what arrives, what it refuses."""

import base64
import os
import shutil
import socket
import socketserver
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from sescomposer.core.errors import ExitCode
from sescomposer.core.road import Road

MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
myhostname = postfix.example
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
disable_dns_lookups = yes
smtpd_tls_security_level = encrypt
smtpd_tls_cert_file = {folder}/chain.pem
smtpd_tls_key_file = {folder}/key.pem
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:{logins}
smtpd_recipient_restrictions = check_recipient_access inline:{{gone@example.org=REJECT}}, $smtpd_relay_restrictions
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_proxy_filter = 127.0.0.1:{keeps}
message_size_limit = 1000000
"""
MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
rewrite unix - - n - - trivial-rewrite
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
tlsmgr unix - - n 1000? 1 tlsmgr
cleanup unix n - n - 0 cleanup
postlog unix-dgram n - n - 1 postlogd
"""


class Logins(socketserver.StreamRequestHandler):
    """Tells Postfix, in the protocol of Dovecot, whether a login is right."""

    right = b""

    def handle(self) -> None:
        self.wfile.write(b"VERSION\t1\t1\nMECH\tPLAIN\tplaintext\nSPID\t1\nCUID\t1\nCOOKIE\t%032d\nDONE\n" % 0)
        for line in self.rfile:
            kind, *words = line.rstrip(b"\n").split(b"\t")
            if kind == b"AUTH":
                is_right = b"resp=" + self.right in words
                self.wfile.write(b"OK\t%s\tuser=work\n" % words[0] if is_right else b"FAIL\t%s\n" % words[0])


class Keeps:
    """What stands behind Postfix."""

    def __init__(self) -> None:
        self.arrived: list[tuple[str, list[str], bytes]] = []

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        """Take it."""
        self.arrived.append((envelope.mail_from, envelope.rcpt_tos, envelope.original_content))
        return "250 Ok 0102-kept"


@pytest.fixture
def keeps(unused: int) -> Iterator[tuple[Keeps, int]]:
    """The server behind Postfix."""
    kept = Keeps()
    controller = Controller(kept, "127.0.0.1", unused)
    controller.start()
    yield kept, unused
    controller.stop()


@pytest.fixture
def logins(ring: Any) -> Iterator[int]:
    """Knows the password of the account."""
    right = base64.b64encode(b"\0AKIAEXAMPLE\0" + ring.kept["work"].encode())
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), type("Knows", (Logins,), {"right": right})) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


@pytest.fixture
def postfix(good_certificate: Any, keeps: tuple[Keeps, int], logins: int, wait_for: Any) -> Iterator[int]:
    """Postfix with folders of its own; gives its port."""
    if shutil.which("postfix") is None or os.geteuid() != 0:
        pytest.skip("Postfix is not installed, or may not be started: root alone may")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    # Below the folder of the test no other user may look, and Postfix is one.
    with tempfile.TemporaryDirectory(prefix="postfix-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        for place in ("spool", "data"):
            (folder / place).mkdir()
        shutil.chown(folder / "data", "postfix", "postfix")
        shutil.copy(good_certificate.bundle, folder / "chain.pem")
        shutil.copy(Path(good_certificate.bundle).with_name("key.pem"), folder / "key.pem")
        (folder / "main.cf").write_text(MAIN.format(folder=folder, logins=logins, keeps=keeps[1]))
        (folder / "master.cf").write_text(MASTER.format(port=port))
        log = (folder / "said").open("wb")
        with log, subprocess.Popen(["postfix", "-c", name, "start-fg"], stdout=log, stderr=log) as process:
            try:
                wait_for(lambda: process.poll() is not None or _listens(port), "Postfix listens")
                yield port
            finally:
                subprocess.run(["postfix", "-c", name, "stop"], capture_output=True, check=False)
                process.wait(20)
                print(*(path.read_text() for path in (folder / "said", folder / "log") if path.exists()))


def _listens(port: int) -> bool:
    with socket.socket() as knocking:
        return knocking.connect_ex(("127.0.0.1", port)) == 0


def test_postfix_gets_the_octets_and_refuses_in_its_own_words(
    postfix: int,
    keeps: tuple[Keeps, int],
    account_for: Callable[..., Any],
    send: Any,
    letter: Path,
    ring: Any,
    large_letter: Path,
) -> None:
    account_for(Road.SMTP, postfix)
    sent = send(letter)
    assert (sent.status, sent.receipt["message_id"]) == (ExitCode.FINE, "0102-kept")
    ((mail_from, rcpt_to, content),) = keeps[0].arrived
    assert (mail_from, rcpt_to) == ("a@example.com", ["b@example.org"])
    assert content.endswith(b"\r\n" + sent.octets)
    assert content.startswith(b"Received: from ")

    refused = letter.with_name("refused.eml")
    refused.write_bytes(letter.read_bytes().replace(b"b@example.org", b"b@example.org, gone@example.org"))
    for path, words in ((refused, "554 5.7.1 <gone@example.org>"), (large_letter, "552 5.3.4 Message size exceeds")):
        answer = send(path)
        assert answer.status == ExitCode.REFUSED
        assert answer.receipt["answer"].startswith(words)
        assert answer.receipt["explanation"]
    ring.kept = {"work": "another"}
    answer = send(letter)
    assert (answer.status, answer.receipt["code"]) == (ExitCode.REFUSED, "535")
    assert len(keeps[0].arrived) == 1
