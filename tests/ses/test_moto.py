"""Both APIs against moto, a server that nobody here wrote. It is no oracle of envelopes, but of the protocol."""

import http.client
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sescomposer.core.errors import RefusedError
from sescomposer.core.message import EnvelopeOverride, SendingOptions
from sescomposer.core.road import Road
from sescomposer.core.seal import Sealed
from sescomposer.ses.api import ApiTransport
from sescomposer.ses.api_v1 import ApiV1Transport
from sescomposer.ses.api_v2 import ApiV2Transport
from sescomposer.ses.clients import Clients

TRANSPORTS: dict[Road, type[ApiTransport]] = {Road.SES_V2: ApiV2Transport, Road.SES_V1: ApiV1Transport}
ROADS = pytest.mark.parametrize("road", list(TRANSPORTS), ids=str)


@pytest.fixture(scope="module")
def moto_server() -> Iterator[str]:
    """moto on loopback."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def _ask(server: str, method: str, path: str) -> Any:
    connection = http.client.HTTPConnection(server.partition("//")[2])
    connection.request(method, path)
    answer = connection.getresponse().read()
    connection.close()
    return json.loads(answer)


def _kept(server: str) -> list[dict[str, Any]]:
    kept: list[dict[str, Any]] = _ask(server, "GET", "/moto-api/data.json").get("ses", {}).get("RawMessage", [])
    return kept


@pytest.fixture
def moto(moto_server: str, account_at: Any, secrets_kept: Any) -> Iterator[Clients]:
    """Clients of a moto that has forgotten everything and has verified one domain."""
    _ask(moto_server, "POST", "/moto-api/reset")
    clients = Clients(account_at(moto_server), secrets_kept)
    clients.asker("ses").verify_domain_identity(Domain="example.com")
    yield clients
    clients.close()


@ROADS
def test_a_message_is_accepted(
    road: Road,
    moto: Clients,
    moto_server: str,
    account_at: Any,
    secrets_kept: Any,
    sealed_as: Callable[..., Sealed],
    big_message: bytes,
) -> None:
    transport = TRANSPORTS[road](account_at(moto_server, road), secrets_kept)
    options = SendingOptions(tags=(("a", "1"),))
    receipt = transport.submit(sealed_as(big_message, road, options))
    transport.close()
    assert receipt.reference
    (kept,) = _kept(moto_server)
    assert kept["source"] == "a@example.com"
    assert "b@example.org" in str(kept["destinations"])


@ROADS
def test_an_identity_that_is_not_verified_is_refused_in_its_words(
    road: Road,
    moto: Clients,
    moto_server: str,
    account_at: Any,
    secrets_kept: Any,
    sealed_as: Callable[..., Sealed],
) -> None:
    transport = TRANSPORTS[road](account_at(moto_server, road), secrets_kept)
    octets = b"From: a@nowhere.example\r\nTo: b@example.org\r\n\r\nx\r\n"
    sealed = sealed_as(octets, road, envelope=EnvelopeOverride(mail_from="a@nowhere.example"))
    with pytest.raises(RefusedError, match="authority") as caught:
        transport.submit(sealed)
    transport.close()
    assert caught.value.answer is not None
    assert caught.value.answer.code == "MessageRejected"
    assert _kept(moto_server) == []
