"""What the reader asks about signing by the service, against the SDK's own model of it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from sescomposer.core.errors import DeniedError, ServiceCallError
from sescomposer.services.account import Account, WayIn
from sescomposer.services.call_pace import CallPace
from sescomposer.services.knowledge import IdentityCertificate
from sescomposer.ses.reader import SesReader

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class Bench:
    """A reader whose client is answered by a stub."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.client: Any = boto3.client(
            "sesv2", region_name="eu-west-1", aws_access_key_id="AKIDEXAMPLE", aws_secret_access_key="hush"
        )
        self.stub = Stubber(self.client)
        self.stub.activate()
        account = Account("work", WayIn.KEYS, "eu-west-1", user="AKIDEXAMPLE")
        pace = CallPace(monotonic=self.now, wait=self.wait)
        self.reader = SesReader(account, None, None, pace, clients=self)  # type: ignore[arg-type]  # neither is asked

    def now(self) -> float:
        return self.seconds

    def wait(self, seconds: float) -> None:
        self.seconds += seconds

    def asker(self, service: str) -> Any:
        return self.client

    def close(self) -> None:
        self.client.close()

    def answer(self, method: str, response: dict[str, Any], expected: dict[str, Any]) -> None:
        self.stub.add_response(method, response, expected)

    def refuse(self, method: str, code: str, status: int) -> None:
        self.stub.add_client_error(method, code, "", status)

    def done(self) -> None:
        self.stub.assert_no_pending_responses()


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.reader.close()


@pytest.mark.parametrize(
    "options, signs",
    [
        ({"MessageSecurityOptions": {"SigningScheme": {"SmimeScheme": {"SignatureFormat": "DETACHED"}}}}, True),
        ({"MessageSecurityOptions": {"SigningScheme": {"DefaultScheme": {}}}}, False),
        ({}, False),
    ],
)
def test_configuration_set_says_whether_it_signs(bench: Bench, options: dict[str, Any], signs: bool) -> None:
    bench.answer("get_configuration_set", {"ConfigurationSetName": "s", **options}, {"ConfigurationSetName": "s"})
    assert bench.reader.set_signs("s") is signs
    bench.done()


def test_certificates_of_an_identity_are_read_page_by_page(bench: Bench) -> None:
    arn = "arn:aws:acm:eu-west-1:123456789012:certificate/abc"
    first = {"FromAddress": "Ann@a.example", "Status": "ACTIVE", "CertificateArn": arn, "CertificateExpiryTime": NOW}
    second = {"FromAddress": "bob@a.example", "Status": "FAILED", "CertificateArn": arn}
    bench.answer(
        "list_email_identity_certificates", {"Certificates": [first], "NextToken": "t"}, {"EmailIdentity": "a.example"}
    )
    bench.answer(
        "list_email_identity_certificates",
        {"Certificates": [second]},
        {"EmailIdentity": "a.example", "NextToken": "t"},
    )
    found = bench.reader.certificates("a.example")
    bench.done()
    assert found == (
        IdentityCertificate("Ann@a.example", "ACTIVE", arn, NOW),
        IdentityCertificate("bob@a.example", "FAILED", arn),
    )
    assert [certificate.is_active for certificate in found] == [True, False]


def test_identity_that_is_none_has_no_certificates(bench: Bench) -> None:
    bench.refuse("list_email_identity_certificates", "NotFoundException", 404)
    assert bench.reader.certificates("a.example") == ()


def test_denied_question_about_signing_names_what_is_missing(bench: Bench) -> None:
    bench.refuse("get_configuration_set", "AccessDeniedException", 403)
    with pytest.raises(DeniedError) as caught:
        bench.reader.set_signs("s")
    assert json.loads(caught.value.statement)["Resource"] == "arn:aws:ses:eu-west-1:*:configuration-set/s"


def test_sdk_that_does_not_know_of_signing_is_never_taken_for_a_no(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sescomposer.ses import features

    monkeypatch.setattr(features, "signs_smime", lambda: False)
    for ask in (bench.reader.set_signs, bench.reader.certificates):
        with pytest.raises(ServiceCallError, match="does not know of it"):
            ask("s")
