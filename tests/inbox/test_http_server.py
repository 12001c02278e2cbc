"""The local inbox by both SES APIs: the SDK's own clients, exact octets, every answer, cut connections, odd bodies."""

import base64
import contextlib
import http.client
import io
import json
import random
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, HTTPClientError
from hypothesis import given
from hypothesis import strategies as st

from sescomposer.core.answers import ServiceAnswer
from sescomposer.core.parse import parse
from sescomposer.core.road import Road
from sescomposer.core.service_answers import explain
from sescomposer.inbox.http_body import BodyError, read_body
from sescomposer.inbox.http_call import MalformedCallError, form_call, json_call
from sescomposer.inbox.http_envelope import wish_of_v1
from sescomposer.services.serving import Came, Cut, Fault, answer_choices

HEAD = b"From: a@example.com\r\nTo: b@example.org\r\nSubject: Hi\r\n\r\n"
MESSAGE = HEAD + b".\r\n..\r\n\xff\x00\xc3\xa9 ~?>+/=\n\r\r\n"
BOTH = pytest.mark.parametrize("road", [Road.SES_V1, Road.SES_V2])
Talk = Callable[[Any, Road], Callable[..., dict[str, Any]]]


@pytest.fixture
def talk() -> Iterator[Talk]:
    """Give the send operation of the SDK's client for a road: octets and members in, its answer out."""
    with contextlib.ExitStack() as stack:

        def client(served: Any, road: Road) -> Any:
            config = Config(retries={"total_max_attempts": 1}, connect_timeout=30, read_timeout=30)
            made = boto3.client(
                "ses" if road is Road.SES_V1 else "sesv2",
                region_name="eu-west-1",
                aws_access_key_id="AKIDEXAMPLE",
                aws_secret_access_key="any",
                endpoint_url=served.addresses.url,
                config=config,
            )
            stack.callback(made.close)
            return made

        def talking(served: Any, road: Road) -> Callable[..., dict[str, Any]]:
            made = client(served, road)
            if road is Road.SES_V1:
                return lambda octets=MESSAGE, **members: made.send_raw_email(RawMessage={"Data": octets}, **members)
            return lambda octets=MESSAGE, **members: made.send_email(Content={"Raw": {"Data": octets}}, **members)

        talking.client = client  # type: ignore[attr-defined]
        yield talking


@BOTH
def test_keeps_exactly_what_boto3_submits(serve: Callable[..., Any], talk: Talk, road: Road) -> None:
    served = serve()
    octets = MESSAGE.replace(b"\xff\x00\xc3\xa9", b"plain").replace(b"\n\r\r\n", b"\r\n")
    answer = talk(served, road)(octets)
    entry = served.only_entry(octets)
    assert answer["MessageId"] == entry.entry
    assert answer["ResponseMetadata"]["RequestId"]
    assert (entry.envelope.mail_from, entry.envelope.rcpt_to) == ("a@example.com", ("b@example.org",))
    (line,) = served.serving.journal()
    assert (line.came, line.road, line.octets, line.entry) == (Came.ACCEPTED, road, len(octets), entry.entry)
    assert line.rcpt_to == ("b@example.org",)


@BOTH
def test_a_message_of_many_megabytes(serve: Callable[..., Any], talk: Talk, road: Road) -> None:
    text = base64.encodebytes(random.Random(1).randbytes(3_000_001)).replace(b"\n", b"\r\n")
    octets = HEAD[:-2] + b"Content-Transfer-Encoding: base64\r\n\r\n" + text
    served = serve()
    talk(served, road)(octets)
    served.only_entry(octets)


def test_parameters_win_over_header_fields(serve: Callable[..., Any], talk: Talk) -> None:
    served = serve()
    destination = {"CcAddresses": ["C <c@example.org>"], "BccAddresses": ["d@example.org", "c@example.org"]}
    talk(served, Road.SES_V2)(
        HEAD,
        Destination=destination,
        FromEmailAddress="Z <z@example.com>",
        ReplyToAddresses=["r@example.com"],
        FeedbackForwardingEmailAddress="bounces@example.com",
        ConfigurationSetName="news",
        EmailTags=[{"Name": "a", "Value": "b"}],
    )
    entry = served.only_entry(HEAD)
    assert entry.envelope.mail_from == "bounces@example.com"
    assert entry.envelope.rcpt_to == ("c@example.org", "d@example.org")
    delivered = parse(served.inbox.delivered(entry.entry)).header
    assert (delivered.get("From"), delivered.get("Reply-To")) == ("Z <z@example.com>", "r@example.com")
    assert "From was replaced." in entry.changes


def test_source_and_destinations_of_v1(serve: Callable[..., Any], talk: Talk) -> None:
    served = serve()
    many = [f"r{number}@example.org" for number in range(12)]
    talk(served, Road.SES_V1)(HEAD, Source="s@example.com", Destinations=many)
    entry = served.only_entry(HEAD)
    assert (entry.envelope.mail_from, entry.envelope.rcpt_to) == ("s@example.com", tuple(many))


@BOTH
def test_refuses_what_ses_refuses_in_its_words(serve: Callable[..., Any], talk: Talk, road: Road) -> None:
    served = serve()
    with pytest.raises(ClientError) as caught:
        talk(served, road)(b"To: b@example.org\r\n\r\nHi\r\n")
    said = caught.value.response["Error"]
    assert said["Message"] == "Missing required header 'From'."
    assert said["Code"] == ("InvalidParameterValue" if road is Road.SES_V1 else "BadRequestException")
    assert not served.entries


def test_v1_takes_ten_megabytes_and_says_so(serve: Callable[..., Any], talk: Talk) -> None:
    served = serve()
    octets = HEAD + (b"x" * 76 + b"\r\n") * 134_500
    with pytest.raises(ClientError, match=f"more than 10485760 bytes long: '{len(octets)}'"):
        talk(served, Road.SES_V1)(octets)
    assert not served.entries


@BOTH
def test_every_answer_reaches_the_client_and_is_known_again(serve: Callable[..., Any], talk: Talk, road: Road) -> None:
    served = serve()
    send = talk(served, road)
    answers = {name: answer for name, answer in answer_choices().items() if road in answer.wires}
    assert len(answers) > 80
    for name, answer in answers.items():
        served.serving.faults.set(Fault(answer, latency=2.5, times=1), road)
        with pytest.raises(ClientError) as caught:
            send()
        response, wanted = caught.value.response, answer.example(road)
        text = response["Error"].get("Message") or ""
        assert (response["Error"]["Code"], text) == (wanted.code, wanted.text), name
        assert response["ResponseMetadata"]["HTTPStatusCode"] == wanted.status, name
        assert response["ResponseMetadata"]["RequestId"], name
        said = ServiceAnswer(road, wanted.code, text, wanted.status, step=wanted.step)
        assert explain(said).is_known, name
        assert explain(said).code == explain(wanted).code, name
    assert served.waited == [2.5] * len(answers)
    assert not served.entries


def test_modelled_errors_become_their_exceptions(serve: Callable[..., Any], talk: Any) -> None:
    served = serve()
    served.serving.faults.set(Fault(answer_choices()["message-rejected"]))
    for road in (Road.SES_V1, Road.SES_V2):
        client = talk.client(served, road)
        with pytest.raises(client.exceptions.MessageRejected):
            talk(served, road)()


@BOTH
@pytest.mark.parametrize("cut", [Cut.BEFORE, Cut.DURING, Cut.AFTER])
def test_cuts_the_connection_where_told(serve: Callable[..., Any], talk: Talk, road: Road, cut: Cut) -> None:
    served = serve()
    served.serving.faults.set(Fault(latency=1.0, cut=cut, times=1))
    send = talk(served, road)
    with pytest.raises((ConnectionClosedError, HTTPClientError)):
        send(HEAD)
    assert bool(served.entries) is (cut is Cut.AFTER)
    assert served.waited == [1.0]
    (line,) = served.serving.journal()
    assert (line.came, line.told) == (Came.CUT, True)
    send(HEAD)
    assert len(served.entries) == 1 + (cut is Cut.AFTER)


def test_what_programs_ask_before_they_send(serve: Callable[..., Any], talk: Any) -> None:
    served = serve()
    served.serving.faults.set(Fault(cut=Cut.BEFORE))
    account = talk.client(served, Road.SES_V2).get_account()
    assert account["SendingEnabled"]
    assert account["SendQuota"]["MaxSendRate"] > 0
    assert talk.client(served, Road.SES_V1).get_send_quota()["Max24HourSend"] > 0
    assert [line.came for line in served.serving.journal()] == [Came.ANSWERED, Came.ANSWERED]


def test_says_what_it_does_not_serve(serve: Callable[..., Any], talk: Any) -> None:
    served = serve()
    v1, v2 = talk.client(served, Road.SES_V1), talk.client(served, Road.SES_V2)
    with pytest.raises(ClientError, match="InvalidAction"):
        v1.list_identities()
    with pytest.raises(ClientError, match="UnknownOperation"):
        v2.list_email_identities()
    simple = {"Subject": {"Data": "Hi"}, "Body": {"Text": {"Data": "bGlnaHQ="}}}
    with pytest.raises(ClientError, match="raw messages only"):
        v2.send_email(Content={"Simple": simple}, FromEmailAddress="a@example.com")


def request(served: Any, body: Any, **fields: str) -> tuple[int, bytes, str]:
    """Send a request by hand; gives status, body and error type."""
    connection = http.client.HTTPConnection("127.0.0.1", served.addresses.http_port, timeout=30)
    with contextlib.closing(connection):
        headers = {name.replace("_", "-"): value for name, value in fields.items()}
        is_chunked = "Transfer-Encoding" in headers
        connection.request("POST", "/v2/email/outbound-emails", body, headers, encode_chunked=is_chunked)
        response = connection.getresponse()
        return response.status, response.read(), response.headers.get("x-amzn-ErrorType", "")


def test_bodies_in_chunks(serve: Callable[..., Any]) -> None:
    served = serve()
    body = json.dumps({"Content": {"Raw": {"Data": base64.b64encode(HEAD).decode()}}}).encode()
    status, _, _ = request(served, io.BytesIO(body), Transfer_Encoding="chunked")
    assert status == 200
    served.only_entry(HEAD)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"\xff",
        b'{"Content": {"Raw": {"Data": "no base64!"}}}',
        b'{"Content": {"Raw": {"Data": "bGlna"}}}',
        b'{"Content": {"Raw": {"Data": "bG=naA=="}}}',
    ],
)
def test_what_is_no_call_is_refused_and_the_connection_lives(serve: Callable[..., Any], body: bytes) -> None:
    served = serve()
    status, _, kind = request(served, body)
    assert (status, kind) == (400, "SerializationException")
    assert not served.entries


@pytest.mark.parametrize("name", ["x", "-1"])
def test_a_length_that_is_none_is_refused(serve: Callable[..., Any], name: str) -> None:
    assert request(serve(), b"", Content_Length=name)[0] == 400


def test_a_body_that_is_too_long_is_not_read(serve: Callable[..., Any]) -> None:
    served = serve()
    for length in (str(1 << 40), "9" * 5000):
        status, _, kind = request(served, b"", Content_Length=length)
        assert (status, kind) == (413, "RequestEntityTooLargeException")


def test_a_number_of_a_member_without_end_is_none() -> None:
    assert wish_of_v1({f"Destinations.member.{'9' * 5000}": "b@b.example"}).rcpt_to is None


@pytest.mark.parametrize("member", ["FromEmailAddress", "FeedbackForwardingEmailAddress"])
def test_no_parameter_writes_a_header_field_of_its_own(serve: Callable[..., Any], member: str) -> None:
    served = serve()
    data = base64.b64encode(HEAD).decode()
    body = json.dumps({"Content": {"Raw": {"Data": data}}, member: "a@example.com\r\nBcc: x@example.org"})
    assert request(served, body.encode())[0] == 400
    assert not served.entries


# The readers themselves


@given(st.binary(max_size=400), st.booleans())
def test_json_gives_the_octets_however_the_text_is_escaped(octets: bytes, is_escaped: bool) -> None:
    text = json.dumps({"Content": {"Raw": {"Data": base64.b64encode(octets).decode()}}, "TenantName": '"Data": "x"'})
    if is_escaped:
        text = text.replace("/", "\\/").replace("+", "\\u002b")
    call = json_call(bytearray(text.encode()))
    assert b"".join(call.octets()) == octets
    assert call.members["TenantName"] == '"Data": "x"'


@given(st.binary(max_size=400), st.integers(1, 50), st.booleans())
def test_a_form_gives_the_octets_wherever_windows_are_cut(octets: bytes, window: int, is_lower: bool) -> None:
    from urllib.parse import urlencode

    import sescomposer.inbox.http_call as module

    body = urlencode(
        {"Action": "SendRawEmail", "RawMessage.Data": base64.b64encode(octets).decode(), "Source": "a+b&c=d"}
    )
    if is_lower:
        body = body.replace("%2F", "%2f").replace("%2B", "%2b").replace("%3D", "%3d")
    before, module.WINDOW = module.WINDOW, window
    try:
        call = form_call(bytearray(body.encode()))
        assert b"".join(call.octets()) == octets
    finally:
        module.WINDOW = before
    assert call.members["Source"] == "a+b&c=d"


@given(st.binary(max_size=300))
def test_no_octets_make_the_readers_fail_otherwise(octets: bytes) -> None:
    for read in (json_call, form_call):
        with contextlib.suppress(MalformedCallError):
            b"".join(read(bytearray(octets)).octets())
    for fields in ({"Transfer-Encoding": "chunked"}, {"Content-Length": "5"}):
        with contextlib.suppress(BodyError):
            read_body(io.BytesIO(octets), fields)
