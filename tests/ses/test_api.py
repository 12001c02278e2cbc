"""Both APIs as transports, against a server that records what arrives: octets, recipients, members, signature."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from sescomposer.core.errors import AccountError, OperationCancelledError, SubmissionError, UnknownOutcomeError
from sescomposer.core.message import EnvelopeOverride, SendingOptions, Tracking
from sescomposer.core.octets import Octets
from sescomposer.core.road import Road
from sescomposer.services.account import Account, EndpointKind, WayIn
from sescomposer.services.ports import Transport
from sescomposer.ses import streaming
from sescomposer.ses.api import ApiTransport
from sescomposer.ses.api_v1 import ApiV1Transport
from sescomposer.ses.api_v2 import ApiV2Transport
from sescomposer.ses.clients import Timeouts

TRANSPORTS: dict[Road, type[ApiTransport]] = {Road.SES_V2: ApiV2Transport, Road.SES_V1: ApiV1Transport}
ROADS = pytest.mark.parametrize("road", list(TRANSPORTS), ids=str)


@pytest.fixture
def transport_to(account_at: Callable[..., Account], secrets_kept: Any) -> Any:
    """Make transports that are closed with the test."""
    made: list[ApiTransport] = []

    def make(url: str, road: Road, **changes: Any) -> ApiTransport:
        made.append(TRANSPORTS[road](account_at(url, road, **changes), secrets_kept, timeouts=Timeouts(5, 5)))
        return made[-1]

    yield make
    for transport in made:
        transport.close()


@ROADS
def test_it_fits_the_port(road: Road, transport_to: Any) -> None:
    transport: Transport = transport_to("http://127.0.0.1:9", road)
    assert (transport.account, transport.road, transport.region) == ("work", road, "eu-west-1")
    assert not transport.is_local


@ROADS
def test_the_exact_octets_arrive_once_and_signed(
    road: Road, serve: Any, transport_to: Any, sealed_as: Any, big_message: bytes
) -> None:
    server = serve()
    sealed = sealed_as(big_message, road)
    receipt = transport_to(server.url, road).submit(sealed)
    (request,) = server.arrived
    assert request.message == bytes(sealed.octets)
    assert int(request.headers["content-length"]) == len(request.body)
    assert "transfer-encoding" not in request.headers
    assert "AKIDEXAMPLE/" in request.headers["authorization"]
    assert "/eu-west-1/ses/aws4_request" in request.headers["authorization"]
    assert receipt.reference.startswith("0100018c")
    assert (receipt.answer, receipt.request_id[:8]) == (f"200 {receipt.reference}", "7c1b1f0e")


@ROADS
def test_the_signature_covers_the_body(road: Road, serve: Any, transport_to: Any, sealed_as: Any) -> None:
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    server = serve()
    transport_to(server.url, road).submit(sealed_as(road=road))
    (request,) = server.arrived
    said = request.headers["authorization"]
    names = said.partition("SignedHeaders=")[2].partition(",")[0].split(";")
    again = AWSRequest("POST", server.url + request.path, {n: request.headers[n] for n in names}, request.body)
    again.context["timestamp"] = request.headers["x-amz-date"]
    signer = SigV4Auth(Credentials("AKIDEXAMPLE", "hush-hush/secret+key"), "ses", "eu-west-1")
    expected = signer.signature(signer.string_to_sign(again, signer.canonical_request(again)), again)
    assert said.endswith(f"Signature={expected}")


@ROADS
def test_the_body_is_swapped_and_not_held(
    road: Road, serve: Any, transport_to: Any, sealed_as: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[streaming.BodyReader] = []
    begin = streaming.BodyReader.begin

    def remembered(reader: streaming.BodyReader) -> None:
        begun.append(reader)
        begin(reader)

    monkeypatch.setattr(streaming.BodyReader, "begin", remembered)
    transport_to(serve().url, road).submit(sealed_as(road=road))
    (reader,) = begun
    assert reader.is_handed_over


@ROADS
def test_a_plain_call_sends_the_same_where_the_body_is_not_swapped(
    road: Road, serve: Any, transport_to: Any, sealed_as: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve()
    sealed = sealed_as(road=road)
    transport_to(server.url, road).submit(sealed)
    monkeypatch.setattr(streaming, "_swap", lambda **_: None)
    assert transport_to(server.url, road).submit(sealed).reference
    streamed, plain = server.arrived
    assert streamed.body == plain.body


class _LateCancel:
    """Cancels when all has left."""

    def step(self, done: int, total: int) -> None:
        """See `Progress`."""
        if done == total:
            raise OperationCancelledError


@ROADS
@pytest.mark.parametrize("is_plain", [False, True])
def test_what_has_left_is_not_called_cancelled(
    road: Road, is_plain: bool, serve: Any, transport_to: Any, sealed_as: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve()
    if is_plain:
        monkeypatch.setattr(streaming, "_swap", lambda **_: None)
        assert transport_to(server.url, road).submit(sealed_as(road=road), _LateCancel()).reference
    else:
        with pytest.raises(OperationCancelledError):
            transport_to(server.url, road).submit(sealed_as(road=road), _LateCancel())
    # Of what was cancelled the server may have seen the beginning.
    assert [request.is_whole for request in server.arrived if request.is_whole] == [True] * is_plain


@ROADS
def test_an_acceptance_that_cannot_be_read_is_unknown_of_a_plain_call_too(
    road: Road, serve: Any, transport_to: Any, sealed_as: Any, reply: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "_swap", lambda **_: None)
    for body in (b"[]", b"<a/>", b'"words"', b"{"):
        server = serve(answer=lambda _, body=body: reply(200, body))
        with pytest.raises(UnknownOutcomeError):
            transport_to(server.url, road).submit(sealed_as(road=road))
        assert len(server.arrived) == 1


MANY = b"From: A <a@example.com>\r\nTo: b@example.org, G: c@example.org;\r\nCc: d@example.org\r\n%s\r\nx\r\n"


def test_v2_tells_recipients_as_the_header_shows_them(serve: Any, transport_to: Any, sealed_as: Any) -> None:
    server = serve()
    transport = transport_to(server.url, Road.SES_V2)
    transport.submit(sealed_as(MANY % b"Bcc: e@example.org\r\n"))
    override = EnvelopeOverride(rcpt_to=("d@example.org", "f@example.org"))
    transport.submit(sealed_as(MANY % b"", envelope=override))
    first, second = (request.members for request in server.arrived)
    assert first["Destination"] == {
        "ToAddresses": ["b@example.org", "c@example.org"],
        "CcAddresses": ["d@example.org"],
        "BccAddresses": ["e@example.org"],
    }
    assert second["Destination"] == {"CcAddresses": ["d@example.org"], "BccAddresses": ["f@example.org"]}
    assert b"Bcc" not in server.arrived[0].message
    assert set(first) == {"Content", "Destination"}, "From stays as composed"


@pytest.mark.parametrize(
    "head, mail_from, expected",
    [
        (b"", None, None),
        (b"", "a@example.com", None),
        (b"", "bounces@example.net", "bounces@example.net"),
        (b"Sender: s@example.com\r\n", None, "s@example.com"),
    ],
)
def test_v2_names_another_return_path(
    head: bytes, mail_from: str | None, expected: str | None, serve: Any, transport_to: Any, sealed_as: Any
) -> None:
    server = serve()
    sealed = sealed_as(MANY % head, envelope=EnvelopeOverride(mail_from=mail_from))
    transport_to(server.url, Road.SES_V2).submit(sealed)
    assert server.arrived[0].members.get("FeedbackForwardingEmailAddress") == expected


def test_v1_tells_source_and_every_recipient(serve: Any, transport_to: Any, sealed_as: Any) -> None:
    server = serve()
    sealed = sealed_as(
        MANY % b"Bcc: e@example.org\r\n", Road.SES_V1, envelope=EnvelopeOverride(mail_from="bounces@example.net")
    )
    transport_to(server.url, Road.SES_V1).submit(sealed)
    members = server.arrived[0].members
    assert members["Source"] == "bounces@example.net"
    recipients = [members[f"Destinations.member.{number}"] for number in range(1, 5)]
    assert recipients == ["b@example.org", "c@example.org", "d@example.org", "e@example.org"]
    assert members["Action"] == "SendRawEmail"


OPTIONS = SendingOptions(
    configuration_set="news",
    tags=(("campaign", "may"), ("kind", "x")),
    opens=Tracking.DISABLED,
    clicks=Tracking.ENABLED,
    contact_list="people",
    topic="sport",
    tenant="shop",
    from_arn="arn:aws:ses:eu-west-1:1:identity/example.com",
    return_path_arn="arn:aws:ses:eu-west-1:1:identity/example.net",
)


def test_v2_gives_every_option_as_a_member(serve: Any, transport_to: Any, sealed_as: Any) -> None:
    server = serve()
    transport_to(server.url, Road.SES_V2).submit(sealed_as(options=OPTIONS))
    members = server.arrived[0].members
    tags = {tag["Name"]: tag["Value"] for tag in members.pop("EmailTags")}
    assert {key: tags[key] for key in ("campaign", "kind")} == {"campaign": "may", "kind": "x"}
    assert len(tags["sescomposer-id"]) > 8, "every submission can be found again"
    assert {key: value for key, value in members.items() if key not in ("Content", "Destination")} == {
        "ConfigurationSetName": "news",
        "ListManagementOptions": {"ContactListName": "people", "TopicName": "sport"},
        "TenantName": "shop",
        "FromEmailAddressIdentityArn": "arn:aws:ses:eu-west-1:1:identity/example.com",
        "FeedbackForwardingEmailAddressIdentityArn": "arn:aws:ses:eu-west-1:1:identity/example.net",
        "ConfigurationOverrides": {"Tracking": {"OpenTrackingEnabled": "DISABLED", "ClickTrackingEnabled": "ENABLED"}},
    }


def test_v1_gives_its_options_as_members(serve: Any, transport_to: Any, sealed_as: Any) -> None:
    server = serve()
    options = SendingOptions(
        configuration_set="news", tags=(("a", "1"),), source_arn="s", from_arn="f", return_path_arn="r", traceable=False
    )
    transport_to(server.url, Road.SES_V1).submit(sealed_as(road=Road.SES_V1, options=options))
    members = server.arrived[0].members
    names = (
        "ConfigurationSetName",
        "Tags.member.1.Name",
        "Tags.member.1.Value",
        "SourceArn",
        "FromArn",
        "ReturnPathArn",
    )
    assert [members[name] for name in names] == ["news", "a", "1", "s", "f", "r"]


@pytest.mark.parametrize(
    "road, options, name",
    [
        (Road.SES_V1, SendingOptions(tenant="shop"), "tenant"),
        (Road.SES_V1, SendingOptions(contact_list="people"), "contact list"),
        (Road.SES_V1, SendingOptions(opens=Tracking.DISABLED), "opens"),
        (Road.SES_V1, SendingOptions(endpoint="abc.123"), "endpoint"),
        (Road.SES_V2, SendingOptions(source_arn="one", from_arn="two"), "identity"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_option_that_a_road_does_not_have_stops_the_send(
    road: Road, options: SendingOptions, name: str, serve: Any, transport_to: Any, sealed_as: Any
) -> None:
    server = serve()
    with pytest.raises(SubmissionError, match=name) as caught:
        transport_to(server.url, road).submit(sealed_as(road=road, options=options))
    assert type(caught.value) is SubmissionError
    assert server.connections == 0


def test_an_option_that_the_author_wrote_as_a_field_goes_as_it_stands(
    serve: Any, transport_to: Any, sealed_as: Any
) -> None:
    server = serve()
    octets = b"From: a@example.com\r\nTo: b@example.org\r\nX-SES-TENANT: shop\r\n\r\nx\r\n"
    transport_to(server.url, Road.SES_V1).submit(sealed_as(octets, Road.SES_V1))
    assert b"X-SES-TENANT: shop\r\n" in server.arrived[0].message


@pytest.mark.parametrize(
    "road, override",
    [
        (Road.SES_V2, EnvelopeOverride(rcpt_to=())),
        (Road.SES_V1, EnvelopeOverride(rcpt_to=())),
        (Road.SES_V2, EnvelopeOverride(mail_from="")),
        (Road.SES_V1, EnvelopeOverride(mail_from="")),
    ],
)
def test_an_empty_envelope_stops_the_send(
    road: Road, override: EnvelopeOverride, serve: Any, transport_to: Any, sealed_as: Any
) -> None:
    server = serve()
    with pytest.raises(SubmissionError, match="names no"):
        transport_to(server.url, road).submit(sealed_as(road=road, envelope=override))
    assert server.connections == 0


@ROADS
def test_connections_are_kept_and_several_threads_may_submit(
    road: Road, serve: Any, transport_to: Any, sealed_as: Any
) -> None:
    server = serve()
    transport = transport_to(server.url, road)
    items = [sealed_as(b"From: a@example.com\r\nTo: b@example.org\r\n\r\n%d\r\n" % n, road) for n in range(24)]
    with ThreadPoolExecutor(4) as pool:
        receipts = list(pool.map(transport.submit, items))
    assert len(receipts) == len(server.arrived) == 24
    assert {request.message for request in server.arrived} == {bytes(item.octets) for item in items}
    assert server.connections <= 4


class _Cancelling:
    def __init__(self, at: int) -> None:
        self._at = at

    def step(self, done: int, total: int) -> None:
        if done >= self._at:
            raise OperationCancelledError


@ROADS
@pytest.mark.parametrize("at", [0, 500_000, 1 << 30], ids=["start", "middle", "end"])
def test_cancelling_ends_the_upload(
    road: Road, at: int, serve: Any, transport_to: Any, sealed_as: Any, big_message: bytes
) -> None:
    server = serve()
    sealed = sealed_as(big_message, road)
    with pytest.raises(OperationCancelledError):
        transport_to(server.url, road).submit(sealed, _Cancelling(min(at, len(sealed.octets))))
    server.close()
    assert not any(request.is_whole for request in server.arrived)


def test_a_secret_that_is_missing_is_said(serve: Any, transport_to: Any, sealed_as: Any, secrets_kept: Any) -> None:
    secrets_kept.remove("work")
    with pytest.raises(AccountError, match="no secret for"):
        transport_to(serve().url, Road.SES_V2).submit(sealed_as())


def test_smtp_credentials_do_not_open_the_api(serve: Any, transport_to: Any, sealed_as: Any) -> None:
    with pytest.raises(AccountError, match="SMTP credentials"):
        transport_to(serve().url, Road.SES_V2, way_in=WayIn.SMTP).submit(sealed_as())


def test_an_endpoint_that_is_no_url_is_said(transport_to: Any, sealed_as: Any) -> None:
    with pytest.raises(AccountError, match="endpoint"):
        transport_to("no url", Road.SES_V2).submit(sealed_as())


@pytest.mark.parametrize(
    "kind, road, host",
    [
        (EndpointKind.STANDARD, Road.SES_V2, "https://email.us-east-1.amazonaws.com"),
        (EndpointKind.FIPS, Road.SES_V2, "https://email-fips.us-east-1.amazonaws.com"),
        (EndpointKind.DUAL_STACK, Road.SES_V2, "https://email.us-east-1.api.aws"),
        (EndpointKind.STANDARD, Road.SES_V1, "https://email.us-east-1.amazonaws.com"),
        (EndpointKind.FIPS, Road.SES_V1, "https://email-fips.us-east-1.amazonaws.com"),
    ],
)
def test_the_endpoint_is_that_of_the_account(
    kind: EndpointKind, road: Road, host: str, transport_to: Any, account_at: Any
) -> None:
    transport = transport_to("https://elsewhere.example", road, endpoint=kind, region="us-east-1")
    transport.warm()
    client = transport._clients.sender(transport._service)
    assert client.meta.endpoint_url == host
    assert client.meta.config.retries["total_max_attempts"] == 1
    assert client.meta.config.max_pool_connections == 50


def test_every_thread_has_an_upload_of_its_own() -> None:
    seen: list[object] = []
    with streaming.under_way(streaming.Upload(Octets.of(b"x"))):
        thread = threading.Thread(target=lambda: seen.append(streaming._under_way.get()))
        thread.start()
        thread.join()
    assert seen == [None]
