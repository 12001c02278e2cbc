"""The reader with the SDK's real client: against a recording server, and against moto."""

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from moto import mock_aws
from still_clock import StillClock

from sescomposer.core.errors import ServiceCallError
from sescomposer.services.account import Account, WayIn
from sescomposer.services.call_pace import CallPace
from sescomposer.services.knowledge import Quota
from sescomposer.ses.reader import SesReader

MakeAccount = Callable[..., Account]


def _reader(account: Account, secrets: Any, waits: list[float]) -> SesReader:
    at = [0.0]

    def wait(seconds: float) -> None:
        waits.append(seconds)
        at[0] += seconds

    return SesReader(account, secrets, StillClock(), CallPace(monotonic=lambda: at[0], wait=wait))


def test_every_attempt_leaves_once_at_the_pace(
    serve: Any, account_at: MakeAccount, secrets_kept: Any, reply: Any
) -> None:
    answers = iter([(429, "TooManyRequestsException"), (500, "InternalFailure"), (200, "")])
    quota = {"SendQuota": {"Max24HourSend": -1, "MaxSendRate": 14, "SentLast24Hours": 7}}

    def answer(request: Any) -> Any:
        status, code = next(answers)
        headers = {"Content-Type": "application/json", "x-amzn-ErrorType": code}
        return reply(status, json.dumps(quota if status == 200 else {"message": "Later."}).encode(), headers)

    server = serve(answer=answer)
    waits: list[float] = []
    reader = _reader(account_at(server.url), secrets_kept, waits)
    known = reader.log_in()
    reader.close()
    assert known.quota == Quota(-1, 14, 7)
    assert [(request.method, request.path) for request in server.arrived] == [("GET", "/v2/email/account")] * 3
    assert sum(waits) == pytest.approx(2.0 + 4.0)


def test_odd_address_stays_inside_its_place_of_the_path(
    serve: Any, account_at: MakeAccount, secrets_kept: Any, reply: Any
) -> None:
    server = serve(answer=lambda request: reply(200, b"{}", {"Content-Type": "application/json"}))
    reader = _reader(account_at(server.url), secrets_kept, [])
    reader.unsuppress("a/../b?x=1#y@b.example")
    reader.close()
    (request,) = server.arrived
    assert request.path == "/v2/email/suppression/addresses/a%2F..%2Fb%3Fx%3D1%23y%40b.example"


def test_server_that_is_gone_is_told_as_such(account_at: MakeAccount, secrets_kept: Any) -> None:
    reader = _reader(account_at("http://127.0.0.1:9"), secrets_kept, [])
    with pytest.raises(ServiceCallError, match="GetAccount was not answered: EndpointConnectionError") as caught:
        reader.read()
    reader.close()
    assert "network" in caught.value.hint


@mock_aws
def test_moto_gives_identities_sets_and_contact_lists(monkeypatch: pytest.MonkeyPatch, secrets_kept: Any) -> None:
    account = Account("work", WayIn.KEYS, "eu-west-1", user="AKIDEXAMPLE")
    reader = _reader(account, secrets_kept, [])
    writer = boto3.client(
        "sesv2", region_name="eu-west-1", aws_access_key_id="AKIDEXAMPLE", aws_secret_access_key="hush"
    )
    writer.create_email_identity(EmailIdentity="a.example")
    writer.create_configuration_set(ConfigurationSetName="one")
    topic: Any = {"TopicName": "weekly", "DisplayName": "W", "DefaultSubscriptionStatus": "OPT_IN"}
    writer.create_contact_list(ContactListName="news", Topics=[topic])
    found = reader.identity("a.example")
    assert (found.name, found.kind, found.has_details) == ("a.example", "DOMAIN", True)
    with pytest.raises(ServiceCallError, match="NotFoundException"):
        reader.identity("b.example")
    # moto does not know all questions, and says so by an exception of its own.
    monkeypatch.setattr(reader, "_account_values", lambda reading, go_on: None)
    lists = reader._lists()[:3]
    monkeypatch.setattr(reader, "_lists", lambda: lists)
    known = reader.read()
    assert (known.failures, known.denied) == ((), ())
    assert known.caller.startswith("arn:aws:")
    assert [identity.name for identity in known.identities] == ["a.example"]
    assert known.configuration_sets == ("one",)
    assert [(found.name, found.topics) for found in known.contact_lists] == [("news", ("weekly",))]
    writer.close()
    reader.close()
