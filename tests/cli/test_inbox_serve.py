"""The verb `inbox serve`: what it lists, refuses, prints, and that it ends by Ctrl+C."""

import json
import os
import signal
import smtplib
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from sescomposer.core.errors import ExitCode
from sescomposer.services.serving import answer_choices

ROOT = Path(__file__).resolve().parents[2]
FREE = ("--smtp-port", "0", "--tls-port", "0", "--http-port", "0")
MESSAGE = b"From: a@example.com\r\nTo: b@example.org\r\nSubject: Hi\r\n\r\nx\r\n"


@contextmanager
def serving(*options: str) -> Iterator[subprocess.Popen[str]]:
    """Run it in a child process; it is interrupted in the end."""
    command = [sys.executable, "-m", "sescomposer", "inbox", "serve", *FREE, *options]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=pipe, stderr=pipe, text=True) as child:
        try:
            yield child
        finally:
            if child.poll() is None:
                child.kill()


def send(port: int) -> None:
    with closing(smtplib.SMTP("127.0.0.1", port, local_hostname="client")) as client:
        client.sendmail("a@example.com", ["b@example.org"], MESSAGE)


def test_lists_every_answer(run: Callable[..., Any]) -> None:
    answer = run("inbox", "serve", "--list-answers")
    assert answer.status == ExitCode.FINE
    for name in answer_choices():
        assert f"{name}  (" in answer.text
    listed = json.loads(run("inbox", "serve", "--list-answers", "--json").text)["answers"]
    assert [row["code"] for row in listed] == list(answer_choices())
    assert all(row["sentence"] and row["roads"] for row in listed)


@pytest.mark.parametrize(
    "options",
    [
        ("--answer", "nothing-such"),
        ("--answer", "message-rejected:x"),
        ("--answer", "message-rejected:0"),
        ("--latency", "-1"),
        ("--latency", "1e9"),
        ("--cut", "sometimes"),
        ("--every", "0"),
    ],
)
def test_refuses_what_cannot_be_meant(run: Callable[..., Any], options: tuple[str, ...]) -> None:
    answer = run("inbox", "serve", *FREE, *options)
    assert answer.status == ExitCode.USAGE
    assert answer.err.startswith("sescomposer: ")


def test_a_taken_port_is_told(run: Callable[..., Any]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        answer = run("inbox", "serve", *FREE[2:], "--smtp-port", port)
    assert answer.status == ExitCode.NOTHING_DONE
    assert port in answer.err


@pytest.mark.skipif(os.name == "nt", reason="there is no such signal")
def test_tells_programs_where_it_listens_and_what_came(run: Callable[..., Any]) -> None:
    with serving("--json", "--answer", "message-rejected:1") as child:
        assert child.stdout is not None
        listening = json.loads(child.stdout.readline())["listening"]
        assert listening["is_loopback"]
        with pytest.raises(smtplib.SMTPDataError):
            send(listening["smtp_port"])
        send(listening["smtp_port"])
        refused, accepted = (json.loads(child.stdout.readline()) for _ in range(2))
        assert (refused["came"], refused["told"]) == ("refused", True)
        assert (accepted["came"], accepted["octets"]) == ("accepted", len(MESSAGE))
        child.send_signal(signal.SIGINT)
        assert child.wait(60) == ExitCode.INTERRUPTED
    assert accepted["entry"] in run("inbox", "list").text


@pytest.mark.skipif(os.name == "nt", reason="there is no such signal")
def test_tells_people_what_to_set_and_what_came() -> None:
    with serving("--require-auth", "--cut", "after") as child:
        assert child.stdout is not None
        assert child.stderr is not None
        head = [child.stdout.readline() for _ in range(6)]
        assert "not checked" in child.stderr.readline()
        assert "AWS_ENDPOINT_URL_SESV2=http://127.0.0.1:" in head[0]
        assert head[4].split()[-1].endswith("localhost.pem")
        assert "cut after the octets" in head[5]
        port = int(head[2].rpartition(":")[2])
        with pytest.raises(smtplib.SMTPSenderRefused, match="Authentication required"):
            send(port)
        child.send_signal(signal.SIGINT)
        _, said = child.communicate(timeout=60)
    assert child.returncode == ExitCode.INTERRUPTED
    assert "Traceback" not in said
