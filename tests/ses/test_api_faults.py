"""What goes wrong on the way, each with how often the server saw the message: never more than once."""

import json
import logging
import socket
import traceback
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ProxyConnectionError

from sescomposer.core.errors import (
    RefusedError,
    SubmissionError,
    ThrottledError,
    UnknownOutcomeError,
)
from sescomposer.core.road import Road
from sescomposer.services.account import Account
from sescomposer.ses.api import ApiTransport
from sescomposer.ses.api_v1 import ApiV1Transport
from sescomposer.ses.api_v2 import ApiV2Transport
from sescomposer.ses.clients import Timeouts
from sescomposer.ses.translate import submission_error

TRANSPORTS: dict[Road, type[ApiTransport]] = {Road.SES_V2: ApiV2Transport, Road.SES_V1: ApiV1Transport}
ROADS = pytest.mark.parametrize("road", list(TRANSPORTS), ids=str)
SECRET = "hush-hush/secret+key"


@pytest.fixture
def failure(account_at: Callable[..., Account], secrets_kept: Any, sealed_as: Any, big_message: bytes) -> Any:
    """Submit 3 MB to a URL and give the error; at most a second is waited for an answer."""

    def submit(url: str, road: Road, big: bool = True, **changes: Any) -> Any:
        transport = TRANSPORTS[road](account_at(url, road, **changes), secrets_kept, timeouts=Timeouts(5, 0.5))
        try:
            with pytest.raises(SubmissionError) as caught:
                transport.submit(sealed_as(big_message, road) if big else sealed_as(road=road))
        finally:
            transport.close()
        shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value.answer) + caught.value.hint
        assert SECRET not in shown
        assert SECRET not in repr(transport) + repr(vars(transport))
        return caught.value

    return submit


@pytest.fixture
def nobody() -> str:
    """A URL at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return f"http://127.0.0.1:{listening.getsockname()[1]}"


def _answer(error: SubmissionError) -> Any:
    return error.answer


@ROADS
def test_a_refused_connection_sends_nothing(road: Road, nobody: str, failure: Any) -> None:
    error: Any = failure(nobody, road)
    assert type(error) is SubmissionError
    assert _answer(error).code == "EndpointConnectionError"


@ROADS
def test_a_name_that_is_not_known_sends_nothing(road: Road, failure: Any, no_network: list[str]) -> None:
    error: Any = failure("http://nowhere.invalid", road)
    no_network.clear()
    assert type(error) is SubmissionError


@ROADS
@pytest.mark.parametrize(
    "fault, kind",
    [
        ("RESET_AT_ONCE", SubmissionError),
        ("RESET_DURING", SubmissionError),
        ("RESET_AFTER", UnknownOutcomeError),
        ("SILENT", UnknownOutcomeError),
    ],
)
def test_a_broken_connection_is_as_sure_as_the_octets_that_left(
    road: Road, fault: str, kind: type[SubmissionError], serve: Any, faults: Any, failure: Any
) -> None:
    server = serve(fault=faults[fault])
    error: Any = failure(server.url, road)
    server.close()
    assert type(error) is kind
    assert server.connections == 1
    whole = [request for request in server.arrived if request.is_whole]
    assert len(whole) == (kind is UnknownOutcomeError)
    assert error.outcome_unknown == bool(whole)


ANSWERS = [
    (400, "MessageRejected", "Email address is not verified.", RefusedError),
    (400, "BadRequestException", "Duplicate header 'Date'.", RefusedError),
    (429, "TooManyRequestsException", "Maximum sending rate exceeded.", ThrottledError),
    (400, "Throttling", "Maximum sending rate exceeded.", ThrottledError),
    (403, "ExpiredTokenException", "The security token included in the request is expired", RefusedError),
    (403, "SignatureDoesNotMatch", "Signature expired: 20261121T000000Z is now earlier than", RefusedError),
    (403, "RequestTimeTooSkewed", "The difference between the request time is too large.", RefusedError),
    (403, "UnrecognizedClientException", "The security token included in the request is invalid.", RefusedError),
    (500, "InternalFailure", "", UnknownOutcomeError),
    (503, "ServiceUnavailable", "Try later.", UnknownOutcomeError),
    (504, "GatewayTimeout", "", UnknownOutcomeError),
    (408, "RequestTimeoutException", "Too slow.", UnknownOutcomeError),
]


@ROADS
@pytest.mark.parametrize("status, code, text, kind", ANSWERS, ids=[row[1] for row in ANSWERS])
def test_an_answer_is_kept_as_it_came_and_nothing_is_repeated(
    road: Road,
    status: int,
    code: str,
    text: str,
    kind: type[SubmissionError],
    serve: Any,
    refusing: Any,
    failure: Any,
) -> None:
    server = serve(answer=refusing(status, code, text))
    error: Any = failure(server.url, road, big=False)
    assert type(error) is kind
    assert len(server.arrived) == 1
    answer = _answer(error)
    assert (answer.code, answer.status, answer.region) == (code, status, "eu-west-1")
    assert answer.request_id.startswith("7c1b1f0e")
    assert text in error.sentence
    assert answer.step == ("SendEmail" if road is Road.SES_V2 else "SendRawEmail")
    assert answer.road is road
    assert error.hint


@ROADS
def test_a_refusal_before_the_body_was_read_is_a_refusal(
    road: Road, serve: Any, refusing: Any, faults: Any, failure: Any
) -> None:
    server = serve(answer=refusing(413, "RequestEntityTooLargeException", "Too large."), fault=faults.EARLY)
    error: Any = failure(server.url, road)
    assert type(error) is RefusedError
    assert len(server.arrived) == 1


@ROADS
def test_an_acceptance_that_cannot_be_read_is_unknown(road: Road, serve: Any, reply: Any, failure: Any) -> None:
    for body in (b"<html>Welcome to the hotel</html>", b"", json.dumps({"Message": "hello"}).encode()):
        server = serve(answer=lambda _, body=body: reply(200, body))
        error = failure(server.url, road, big=False)
        assert type(error) is UnknownOutcomeError
        assert len(server.arrived) == 1


@ROADS
@pytest.mark.parametrize("status", [301, 307])
def test_nobody_is_followed_elsewhere(road: Road, status: int, serve: Any, reply: Any, failure: Any) -> None:
    elsewhere = serve()
    server = serve(answer=lambda _: reply(status, b"", {"Location": elsewhere.url + "/v2/email/outbound-emails"}))
    failure(server.url, road, big=False)
    assert len(server.arrived) == 1
    assert elsewhere.connections == 0


@ROADS
def test_a_connection_that_was_hung_up_since_is_made_anew(
    road: Road, serve: Any, accepting: Any, account_at: Any, secrets_kept: Any, sealed_as: Any
) -> None:
    server = serve(answer=lambda request: replace(accepting(request), hangs_up=True))
    transport = TRANSPORTS[road](account_at(server.url, road), secrets_kept)
    for _ in range(3):
        transport.submit(sealed_as(road=road))
        server.wait_for_hang_up()
    transport.close()
    assert (len(server.arrived), server.connections) == (3, 3)


def test_a_certificate_that_is_trusted_opens_the_way(
    serve: Any, certificate: Any, account_at: Any, secrets_kept: Any, sealed_as: Any, big_message: bytes
) -> None:
    made = certificate()
    server = serve(tls=made.context)
    transport = ApiV2Transport(account_at(server.url, ca_bundle=str(made.bundle)), secrets_kept)
    sealed = sealed_as(big_message)
    transport.submit(sealed)
    transport.close()
    assert server.arrived[0].message == bytes(sealed.octets)
    assert len(server.arrived[0].headers["authorization"]) > 100


@ROADS
@pytest.mark.parametrize("fault", ["self-signed", "wrong name", "expired"])
def test_a_wrong_certificate_sends_nothing(road: Road, fault: str, serve: Any, certificate: Any, failure: Any) -> None:
    made = certificate("DNS:elsewhere.example" if fault == "wrong name" else "IP:127.0.0.1", fault == "expired")
    server = serve(tls=made.context)
    trusted = {} if fault == "self-signed" else {"ca_bundle": str(made.bundle)}
    error: Any = failure(server.url, road, **trusted)
    server.close()
    assert type(error) is SubmissionError
    assert _answer(error).code == "SSLError"
    assert server.arrived == []
    words = {"self-signed": "self-signed", "wrong name": "match", "expired": "expired"}[fault]
    assert words in error.sentence


def test_a_bundle_that_is_not_there_sends_nothing(serve: Any, certificate: Any, failure: Any) -> None:
    server = serve(tls=certificate().context)
    assert type(failure(server.url, Road.SES_V2, ca_bundle="/nowhere/bundle.pem")) is SubmissionError
    assert server.arrived == []


@ROADS
def test_no_log_holds_a_secret_a_signature_or_the_message(
    road: Road,
    serve: Any,
    refusing: Any,
    failure: Any,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    server = serve(answer=refusing(403, "InvalidClientTokenId", "No."))
    failure(server.url, road, big=False)
    signature = server.arrived[0].headers["authorization"].rpartition("Signature=")[2]
    for hidden in (SECRET, signature, "Hello"):
        assert hidden not in caplog.text


def test_a_proxy_that_failed_behind_the_last_octet_leaves_doubt(account_at: Callable[..., Account]) -> None:
    """Older versions of urllib3 call every reset that comes through a proxy a failure to connect to it."""
    error = ProxyConnectionError(proxy_url="http://proxy.example", error=OSError("reset"))
    told = [
        submission_error(error, account_at("http://127.0.0.1:1"), "SendEmail", road=Road.SES_V2, may_have_left=left)
        for left in (True, False)
    ]
    assert [type(each) for each in told] == [UnknownOutcomeError, SubmissionError]


def test_a_body_that_left_is_not_submitted_plain_even_if_the_sdk_would_build_another(
    serve: Any, account_at: Any, secrets_kept: Any, sealed_as: Any, refusing: Any
) -> None:
    server = serve(answer=refusing(500, "InternalFailure", "Once more?"))
    transport = ApiV2Transport(account_at(server.url), secrets_kept)
    events = transport._clients.sender("sesv2").meta.events
    delays = iter([0])
    events.register_first("needs-retry.sesv2.SendEmail", lambda **_: next(delays, None))

    def rebuilt(request: Any, **_: object) -> None:
        if server.arrived:
            request.body = b"{}"

    events.register_first("before-send.sesv2.SendEmail", rebuilt)
    with pytest.raises(UnknownOutcomeError):
        transport.submit(sealed_as())
    transport.close()
    assert len(server.arrived) == 1
