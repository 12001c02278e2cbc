"""`accounts test|identities|quota|suppression` against a server on loopback, and without one."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from sescomposer.core.errors import ExitCode
from sescomposer.services import call_pace

Run = Callable[..., Any]
QUOTA = {"Max24HourSend": 200.0, "MaxSendRate": 1.0, "SentLast24Hours": 50.0}
DENIED = (403, "AccessDeniedException", {"message": "User: x is not authorized to perform: ses:GetAccount"})
IDENTITIES = [
    {"IdentityName": "a.example", "IdentityType": "DOMAIN", "SendingEnabled": True, "VerificationStatus": "SUCCESS"},
    {"IdentityName": "b\x1b[31m@b.example", "IdentityType": "EMAIL_ADDRESS", "VerificationStatus": "PENDING"},
]
ANSWERS: dict[tuple[str, str], tuple[int, str, dict[str, Any]]] = {
    ("GET", "account"): (200, "", {"ProductionAccessEnabled": False, "SendingEnabled": True, "SendQuota": QUOTA}),
    ("POST", "list-identities"): (200, "", {"EmailIdentities": IDENTITIES}),
    ("GET", "addresses/gone@b.example"): (404, "NotFoundException", {"message": "none"}),
    ("GET", "addresses/b@b.example"): (
        200,
        "",
        {"SuppressedDestination": {"EmailAddress": "b@b.example", "Reason": "BOUNCE", "LastUpdateTime": 1772366400}},
    ),
}


class Ses(ThreadingHTTPServer):
    """Answers like SES where a test says how, else with nothing."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers = dict(ANSWERS)
        self.asked: list[tuple[str, str, str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Ses

    def log_message(self, *words: object) -> None:
        """Say nothing."""

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = self.path.removeprefix("/v2/email/").partition("?")[0].removeprefix("suppression/").replace("%40", "@")
        self.server.asked.append((self.command, path, body.decode()))
        status, code, value = self.server.answers.get((self.command, path), (200, "", {}))
        octets = json.dumps(value).encode()
        self.send_response(status)
        for name, text in (("x-amzn-ErrorType", code), ("Content-Type", "application/json")):
            self.send_header(name, text)
        self.send_header("Content-Length", str(len(octets)))
        self.end_headers()
        self.wfile.write(octets)

    do_GET = do_POST = do_PUT = do_DELETE = _answer


@pytest.fixture
def ses(run: Run, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ses]:
    """A server, and an account "work" that asks it; nobody waits for a turn."""
    real = call_pace.CallPace
    monkeypatch.setattr(call_pace, "CallPace", lambda: real(0))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hush-hush")
    server = Ses()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    options = ("--way-in", "environment", "--region", "eu-west-1", "--endpoint", server.url)
    assert run("accounts", "add", "work", *options).status == 0
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def test_login_is_tried(run: Run, ses: Ses) -> None:
    answer = run("accounts", "test", "work")
    assert answer.status == ExitCode.FINE
    assert "access      sandbox: verified recipients only" in answer.text
    assert "quota       50 of 200, 150 left (recipients in 24 hours)" in answer.text
    assert [path for _, path, _ in ses.asked] == ["account"]
    assert "hush-hush" not in answer.text + answer.err


def test_login_that_may_not_ask_works_and_names_the_statement(run: Run, ses: Ses) -> None:
    ses.answers["GET", "account"] = DENIED
    answer = run("accounts", "test", "work")
    assert answer.status == ExitCode.FINE
    assert '"Action": "ses:GetAccount"' in answer.err


def test_wrong_key_is_told(run: Run, ses: Ses) -> None:
    ses.answers["GET", "account"] = (403, "UnrecognizedClientException", {"message": "The security token is invalid."})
    answer = run("accounts", "test", "work")
    assert answer.status == ExitCode.NOTHING_DONE
    assert "does not know the access key" in answer.err


def test_quota_is_shown_as_json(run: Run, ses: Ses) -> None:
    answer = run("accounts", "quota", "work", "--json")
    found = json.loads(answer.text)
    assert (answer.status, found["schema"], found["account"], found["is_sandbox"]) == (0, 1, "work", True)
    assert found["quota"] == {"max_24_hours": 200, "rate": 1, "sent_24_hours": 50, "left": 150}


def test_denied_quota_is_a_refusal_with_its_statement(run: Run, ses: Ses) -> None:
    ses.answers["GET", "account"] = DENIED
    answer = run("accounts", "quota", "work")
    assert answer.status == ExitCode.REFUSED
    assert '"Action": "ses:GetAccount"' in answer.err


def test_identities_are_read_once_and_anew_when_asked(run: Run, ses: Ses) -> None:
    answer = run("accounts", "identities", "work")
    assert answer.status == ExitCode.FINE
    assert answer.text.splitlines() == [
        "a.example  domain  verified",
        "b\\x1b[31m@b.example  email address  not verified (PENDING)",
    ]
    assert "Read 20" in answer.err
    asked = len(ses.asked)
    found = json.loads(run("accounts", "identities", "work", "--json").text)
    assert [identity["name"] for identity in found["identities"]] == ["a.example", "b\x1b[31m@b.example"]
    assert len(ses.asked) == asked
    ses.answers["POST", "list-identities"] = (200, "", {"EmailIdentities": []})
    assert run("accounts", "identities", "work", "--refresh").text == ""
    assert len(ses.asked) > asked


def test_what_was_read_is_shown_without_a_server_with_its_time(run: Run, ses: Ses) -> None:
    run("accounts", "identities", "work")
    ses.shutdown()
    ses.server_close()
    assert "a.example  domain  verified" in run("accounts", "identities", "work").text
    answer = run("accounts", "quota", "work")
    assert answer.status == ExitCode.FINE
    assert "150 left" in answer.text
    assert "GetAccount was not answered" in answer.err
    assert "This was read 20" in answer.err
    refreshed = run("accounts", "identities", "work", "--refresh")
    assert (refreshed.status, refreshed.text) == (ExitCode.NOTHING_DONE, "")
    assert "network" in refreshed.err


def test_suppression_list_is_shown_added_to_and_removed_from(run: Run, ses: Ses) -> None:
    shown = run("accounts", "suppression", "work", "show", "b@b.example")
    assert (shown.status, shown.text) == (0, "b@b.example  suppressed: BOUNCE, since 2026-03-01T12:00:00+00:00\n")
    gone = run("accounts", "suppression", "work", "show", "gone@b.example", "--json")
    assert json.loads(gone.text)["suppressed"] is False
    assert run("accounts", "suppression", "work", "add", "c@b.example", "--reason", "complaint").status == 0
    assert run("accounts", "suppression", "work", "remove", "c@b.example").status == 0
    put, delete = ses.asked[-2:]
    assert (put[0], json.loads(put[2])) == ("PUT", {"EmailAddress": "c@b.example", "Reason": "COMPLAINT"})
    assert delete[:2] == ("DELETE", "addresses/c@b.example")
    assert run("accounts", "suppression", "work", "remove", "nonsense").status == ExitCode.USAGE


def test_denied_suppression_names_its_statement(run: Run, ses: Ses) -> None:
    ses.answers["PUT", "addresses"] = (403, "AccessDeniedException", {"message": "No."})
    answer = run("accounts", "suppression", "work", "add", "c@b.example")
    assert answer.status == ExitCode.REFUSED
    assert '"Action": "ses:PutSuppressedDestination"' in answer.err


def test_unknown_account_is_wrong_usage(run: Run) -> None:
    for words in (["test"], ["identities"], ["quota"]):
        assert run("accounts", *words, "nobody").status == ExitCode.USAGE


def test_smtp_login_is_tried_without_sending(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from sescomposer.ses.smtp import SmtpTransport

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hush-hush")
    monkeypatch.setattr(SmtpTransport, "check", lambda transport: transport.server.host)
    run("accounts", "add", "mail", "--way-in", "environment", "--region", "eu-west-1", "--road", "smtp")
    answer = run("accounts", "test", "mail")
    assert (answer.status, answer.text) == (0, "login       works at email-smtp.eu-west-1.amazonaws.com\n")
