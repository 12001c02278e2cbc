"""The reader against the SDK's own model of the service: every call, pages, denials, throttling, nobody there."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError, UnauthorizedSSOTokenError
from botocore.stub import Stubber
from still_clock import StillClock

from sescomposer.core.errors import (
    AccountError,
    DeniedError,
    LoginNeededError,
    OperationCancelledError,
    ServiceCallError,
)
from sescomposer.core.progress import NO_PROGRESS
from sescomposer.services.account import Account, EndpointKind, WayIn
from sescomposer.services.call_pace import CallPace
from sescomposer.services.knowledge import (
    ContactList,
    EventKind,
    GlobalEndpoint,
    Identity,
    Quota,
    Tenant,
)
from sescomposer.ses.reader import SesReader

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ACCOUNT = Account("work", WayIn.KEYS, "eu-west-1", user="AKIDEXAMPLE")
GET_ACCOUNT = {
    "ProductionAccessEnabled": False,
    "SendingEnabled": True,
    "EnforcementStatus": "PROBATION",
    "SendQuota": {"Max24HourSend": 200.0, "MaxSendRate": 1.0, "SentLast24Hours": 50.0},
    "VdmAttributes": {"VdmEnabled": "ENABLED"},
}
CALLER = {"UserId": "x", "Account": "123456789012", "Arn": "arn:aws:iam::123456789012:user/ada"}
LISTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("list_email_identities", {"PageSize": 1000}),
    ("list_configuration_sets", {}),
    ("list_contact_lists", {}),
    ("list_tenants", {}),
    ("list_multi_region_endpoints", {"PageSize": 1000}),
)


class Time:
    """Time that passes only by waiting."""

    def __init__(self) -> None:
        self.at = 0.0
        self.waits: list[float] = []

    def monotonic(self) -> float:
        return self.at

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.at += seconds


class Bench:
    """A reader whose clients are answered by stubs."""

    def __init__(self, account: Account = ACCOUNT) -> None:
        self.time = Time()
        self.clients: dict[str, Any] = {}
        self.stubs: dict[str, Stubber] = {}
        for service in ("sesv2", "sts"):
            client = boto3.client(
                service,
                region_name="eu-west-1",
                aws_access_key_id="AKIDEXAMPLE",
                aws_secret_access_key="hush",
                config=Config(retries={"total_max_attempts": 1}),
            )
            self.clients[service] = client
            self.stubs[service] = Stubber(client)
            self.stubs[service].activate()
        pace = CallPace(monotonic=self.time.monotonic, wait=self.time.wait)
        self.reader = SesReader(account, None, StillClock(NOW), pace, clients=self)  # type: ignore[arg-type]

    def asker(self, service: str) -> Any:
        return self.clients[service]

    def close(self) -> None:
        for client in self.clients.values():
            client.close()

    def answer(self, method: str, response: dict[str, Any], expected: dict[str, Any] | None = None) -> None:
        service = "sts" if method == "get_caller_identity" else "sesv2"
        self.stubs[service].add_response(method, response, {} if expected is None else expected)

    def refuse(self, method: str, code: str, text: str = "", status: int = 400, **expected: Any) -> None:
        service = "sts" if method == "get_caller_identity" else "sesv2"
        self.stubs[service].add_client_error(
            method,
            code,
            text,
            status,
            expected_params=expected or None,
            response_meta={"RequestId": "r-1"},
        )

    def done(self) -> None:
        for stub in self.stubs.values():
            stub.assert_no_pending_responses()


@pytest.fixture
def bench() -> Any:
    made = Bench()
    yield made
    made.reader.close()


def _everything(bench: Bench, denied: str = "", code: str = "AccessDeniedException", text: str = "No.") -> None:
    """Answer all questions with next to nothing, but refuse one."""
    bench.answer("get_caller_identity", CALLER)
    for method, expected in (("get_account", {}), *LISTS):
        if method == denied:
            bench.refuse(method, code, text, 403 if code == "AccessDeniedException" else 400)
        else:
            key = {
                "list_email_identities": "EmailIdentities",
                "list_configuration_sets": "ConfigurationSets",
                "list_contact_lists": "ContactLists",
                "list_tenants": "Tenants",
                "list_multi_region_endpoints": "MultiRegionEndpoints",
            }.get(method)
            bench.answer(method, GET_ACCOUNT if key is None else {key: []}, expected)


def test_everything_is_read_page_by_page(bench: Bench) -> None:
    bench.answer("get_caller_identity", CALLER)
    bench.answer("get_account", GET_ACCOUNT)
    first = {
        "IdentityName": "a.example",
        "IdentityType": "DOMAIN",
        "SendingEnabled": True,
        "VerificationStatus": "SUCCESS",
    }
    second = {"IdentityName": "B@b.example", "IdentityType": "EMAIL_ADDRESS", "VerificationStatus": "PENDING"}
    bench.answer("list_email_identities", {"EmailIdentities": [first], "NextToken": "t"}, {"PageSize": 1000})
    bench.answer("list_email_identities", {"EmailIdentities": [second]}, {"PageSize": 1000, "NextToken": "t"})
    bench.answer("list_configuration_sets", {"ConfigurationSets": ["one"], "NextToken": "u"})
    bench.answer("list_configuration_sets", {"ConfigurationSets": ["two"]}, {"NextToken": "u"})
    bench.answer("list_contact_lists", {"ContactLists": [{"ContactListName": "news"}]})
    topic = {"TopicName": "weekly", "DisplayName": "Weekly", "DefaultSubscriptionStatus": "OPT_IN"}
    bench.answer("get_contact_list", {"ContactListName": "news", "Topics": [topic]}, {"ContactListName": "news"})
    bench.answer("list_tenants", {"Tenants": [{"TenantName": "t", "SendingStatus": "ENABLED"}]})
    row = {"EndpointName": "e", "EndpointId": "abc.d2f", "Status": "READY", "Regions": ["eu-west-1", "us-east-1"]}
    bench.answer("list_multi_region_endpoints", {"MultiRegionEndpoints": [row]}, {"PageSize": 1000})
    steps: list[tuple[int, int]] = []

    class Steps:
        def step(self, done: int, total: int) -> None:
            steps.append((done, total))

    known = bench.reader.read(Steps())
    bench.done()
    assert (known.account, known.region, known.read_at, known.caller) == ("work", "eu-west-1", NOW, CALLER["Arn"])
    assert (known.is_sandbox, known.sending_enabled, known.enforcement) == (True, True, "PROBATION")
    assert (known.quota, known.has_insights) == (Quota(200, 1, 50), True)
    assert known.identities == (
        Identity("a.example", "DOMAIN", "SUCCESS", True),
        Identity("B@b.example", "EMAIL_ADDRESS", "PENDING", False),
    )
    assert known.configuration_sets == ("one", "two")
    assert known.contact_lists == (ContactList("news", ("weekly",)),)
    assert known.tenants == (Tenant("t", "ENABLED"),)
    assert known.endpoints == (GlobalEndpoint("e", "abc.d2f", "READY", ("eu-west-1", "us-east-1")),)
    assert (known.denied, known.failures) == ((), ())
    assert steps[-1] == (7, 7)
    assert bench.time.at == pytest.approx(9.0)  # ten calls, a second apart


@pytest.mark.parametrize("method", ["get_account", *(name for name, _ in LISTS)])
def test_denied_question_names_its_statement_and_does_not_stop_the_rest(bench: Bench, method: str) -> None:
    _everything(bench, denied=method)
    known = bench.reader.read()
    bench.done()
    operation = bench.clients["sesv2"].meta.method_to_api_mapping[method]
    (denied,) = known.denied
    assert (denied.operation, denied.action, denied.request_id) == (operation, f"ses:{operation}", "r-1")
    assert json.loads(denied.statement) == {"Effect": "Allow", "Action": f"ses:{operation}", "Resource": "*"}
    assert denied.answer == "AccessDeniedException: No."
    assert known.failures == ()
    assert (known.quota is None) == (method == "get_account")


def test_denied_topics_keep_the_list_and_name_its_arn(bench: Bench) -> None:
    bench.answer("get_caller_identity", CALLER)
    bench.answer("get_account", GET_ACCOUNT)
    bench.answer("list_email_identities", {"EmailIdentities": []}, {"PageSize": 1000})
    bench.answer("list_configuration_sets", {"ConfigurationSets": []})
    bench.answer("list_contact_lists", {"ContactLists": [{"ContactListName": "news"}]})
    bench.refuse("get_contact_list", "AccessDeniedException", "No.", 403, ContactListName="news")
    bench.answer("list_tenants", {"Tenants": []})
    bench.answer("list_multi_region_endpoints", {"MultiRegionEndpoints": []}, {"PageSize": 1000})
    known = bench.reader.read()
    assert known.contact_lists == (ContactList("news"),)
    (denied,) = known.denied
    assert json.loads(denied.statement)["Resource"] == "arn:aws:ses:eu-west-1:123456789012:contact-list/news"


def test_words_of_the_service_give_the_exact_action_and_resource(bench: Bench) -> None:
    text = (
        "User: arn:aws:sts::210987654321:assumed-role/r/s is not authorized to perform: ses:GetEmailIdentity on"
        " resource: arn:aws:ses:eu-west-1:210987654321:identity/a.example with an"
        " explicit deny in an identity-based policy"
    )
    bench.refuse("get_email_identity", "AccessDeniedException", text, 403)
    with pytest.raises(DeniedError) as caught:
        bench.reader.identity("a.example")
    resource = json.loads(caught.value.statement)["Resource"]
    assert resource == "arn:aws:ses:eu-west-1:210987654321:identity/a.example"
    assert "explicitly" in caught.value.hint


def test_identity_is_read_with_its_details(bench: Bench) -> None:
    bench.answer(
        "get_email_identity",
        {
            "IdentityType": "DOMAIN",
            "VerifiedForSendingStatus": True,
            "VerificationStatus": "SUCCESS",
            "DkimAttributes": {"Status": "PENDING"},
            "MailFromAttributes": {
                "MailFromDomain": "bounce.a.example",
                "MailFromDomainStatus": "FAILED",
                "BehaviorOnMxFailure": "REJECT_MESSAGE",
            },
            "ConfigurationSetName": "one",
        },
        {"EmailIdentity": "a.example"},
    )
    found = bench.reader.identity("a.example")
    expected = Identity("a.example", "DOMAIN", "SUCCESS", True, "PENDING", "bounce.a.example", "FAILED", "one", True)
    assert found == expected


def test_denied_identity_without_words_has_an_arn_without_the_account(bench: Bench) -> None:
    bench.refuse("get_email_identity", "AccessDeniedException", "", 403)
    with pytest.raises(DeniedError) as caught:
        bench.reader.identity("a.example")
    assert json.loads(caught.value.statement)["Resource"] == "arn:aws:ses:eu-west-1:*:identity/a.example"


def test_address_is_looked_up_put_and_taken_off_the_suppression_list(bench: Bench) -> None:
    row = {"EmailAddress": "b@b.example", "Reason": "BOUNCE", "LastUpdateTime": NOW}
    bench.answer("get_suppressed_destination", {"SuppressedDestination": row}, {"EmailAddress": "b@b.example"})
    bench.refuse("get_suppressed_destination", "NotFoundException", "none", 404, EmailAddress="c@b.example")
    wanted = {"EmailAddress": "c@b.example", "Reason": "COMPLAINT"}
    bench.answer("put_suppressed_destination", {}, wanted)
    bench.answer("delete_suppressed_destination", {}, {"EmailAddress": "c@b.example"})
    bench.refuse("delete_suppressed_destination", "NotFoundException", "none", 404, EmailAddress="d@b.example")
    found = bench.reader.suppressed("b@b.example")
    assert found is not None
    assert (found.reason, found.since) == ("BOUNCE", NOW)
    assert bench.reader.suppressed("c@b.example") is None
    bench.reader.suppress("c@b.example", "COMPLAINT")
    bench.reader.unsuppress("c@b.example")
    bench.reader.unsuppress("d@b.example")
    bench.done()


def test_insights_are_events_by_time_with_explanations(bench: Bench) -> None:
    later, bounce = datetime(2026, 3, 2, tzinfo=UTC), {"BounceType": "PERMANENT", "BounceSubType": "NoEmail"}
    bench.answer(
        "get_message_insights",
        {
            "MessageId": "m",
            "Insights": [
                {
                    "Destination": "b@b.example",
                    "Isp": "Example",
                    "Events": [
                        {
                            "Timestamp": later,
                            "Type": "BOUNCE",
                            "Details": {"Bounce": {**bounce, "DiagnosticCode": "550 5.1.1"}},
                        },
                        {"Timestamp": NOW, "Type": "SEND"},
                    ],
                },
                {"Destination": "c@b.example", "Events": [{"Timestamp": later, "Type": "NOVEL"}]},
            ],
        },
        {"MessageId": "m"},
    )
    send, bounced, novel = bench.reader.insights("m")
    assert (send.kind, send.at, send.recipient, send.isp) == (EventKind.SEND, NOW, "b@b.example", "Example")
    assert bounced.details == "PERMANENT, NoEmail, 550 5.1.1"
    assert bounced.explanation.startswith("Hard bounce: there is no such address.")
    assert (novel.kind, novel.details) == (EventKind.OTHER, "NOVEL")


def test_insights_that_are_not_there_say_why(bench: Bench) -> None:
    bench.refuse("get_message_insights", "NotFoundException", "Not here.", 404)
    with pytest.raises(ServiceCallError, match="Not here") as caught:
        bench.reader.insights("m")
    assert "Virtual Deliverability Manager" in caught.value.hint
    assert caught.value.answer is not None
    assert caught.value.answer.request_id == "r-1"


def test_throttled_question_backs_off_and_is_answered(bench: Bench) -> None:
    for _ in range(2):
        bench.refuse("get_account", "TooManyRequestsException", "Slow down.", 429)
    bench.answer("get_account", GET_ACCOUNT)
    bench.answer("get_caller_identity", CALLER)
    assert bench.reader.log_in().quota == Quota(200, 1, 50)
    assert bench.time.at == pytest.approx(1.0 + 2.0 + 4.0)


def test_question_throttled_for_long_is_noted(bench: Bench) -> None:
    bench.answer("get_caller_identity", CALLER)
    bench.answer("get_account", GET_ACCOUNT)
    for _ in range(4):
        bench.refuse("list_email_identities", "TooManyRequestsException", "Slow down.", 429)
    bench.answer("list_configuration_sets", {"ConfigurationSets": ["one"]})
    for method, key, expected in (
        ("list_contact_lists", "ContactLists", {}),
        ("list_tenants", "Tenants", {}),
        ("list_multi_region_endpoints", "MultiRegionEndpoints", {"PageSize": 1000}),
    ):
        bench.answer(method, {key: []}, expected)
    known = bench.reader.read()
    bench.done()
    assert known.configuration_sets == ("one",)
    assert known.failures == ("ListEmailIdentities was answered with an error: TooManyRequestsException: Slow down.",)


def test_pages_without_end_are_left(bench: Bench) -> None:
    bench.clients["sesv2"].list_tenants = lambda **_: {"Tenants": [], "NextToken": "t"}
    bench.answer("get_caller_identity", CALLER)
    bench.answer("get_account", GET_ACCOUNT)
    for method, expected in LISTS:
        if method != "list_tenants":
            bench.answer(method, {}, expected)
    assert bench.reader.read().failures == ("ListTenants gives the same page again and again.",)


def test_wrong_key_ends_everything(bench: Bench) -> None:
    bench.refuse("get_caller_identity", "InvalidClientTokenId", "The security token is invalid.", 403)
    with pytest.raises(AccountError, match="does not know the access key"):
        bench.reader.read()


def test_operation_that_the_sdk_lacks_is_noted(bench: Bench) -> None:
    real = bench.clients["sesv2"]

    class Older:
        meta = real.meta

        def __getattr__(self, name: str) -> Any:
            if name == "list_tenants":
                raise AttributeError(name)
            return getattr(real, name)

    bench.answer("get_caller_identity", CALLER)
    bench.answer("get_account", GET_ACCOUNT)
    for method, expected in LISTS:
        if method != "list_tenants":
            bench.answer(method, {}, expected)
    bench.clients["sesv2"] = Older()
    (failure,) = bench.reader.read().failures
    assert failure == "ListTenants cannot be asked: the installed AWS SDK does not have it."


def _raising(bench: Bench, error: Exception, calls: list[str]) -> None:
    def raising(operation: str) -> Callable[..., Any]:
        def call(**_: Any) -> Any:
            calls.append(operation)
            raise error

        return call

    for method in ("get_account", *(name for name, _ in LISTS)):
        setattr(bench.clients["sesv2"], method, raising(method))


def test_nobody_there_is_told_at_once(bench: Bench) -> None:
    bench.answer("get_caller_identity", CALLER)
    calls: list[str] = []
    _raising(bench, EndpointConnectionError(endpoint_url="https://email.eu-west-1.amazonaws.com"), calls)
    with pytest.raises(ServiceCallError, match="EndpointConnectionError"):
        bench.reader.read()
    assert calls == ["get_account"]


def test_lost_answer_is_asked_for_once_more(bench: Bench) -> None:
    bench.answer("get_caller_identity", CALLER)
    calls: list[str] = []
    _raising(bench, ReadTimeoutError(endpoint_url="https://email.eu-west-1.amazonaws.com"), calls)
    with pytest.raises(ServiceCallError):
        bench.reader.log_in()
    assert calls == ["get_account", "get_account"]


def test_refusal_of_everything_is_an_error(bench: Bench) -> None:
    bench.answer("get_caller_identity", CALLER)
    calls: list[str] = []
    refusal = ClientError({"Error": {"Code": "OptInRequired", "Message": "No."}}, "GetAccount")
    _raising(bench, refusal, calls)
    with pytest.raises(ServiceCallError, match="GetAccount was not answered: OptInRequired"):
        bench.reader.read()


def test_a_web_page_in_place_of_an_answer_is_told_as_one(bench: Bench) -> None:
    bench.answer("get_caller_identity", CALLER)
    said: Any = {
        "Error": {"Code": "404", "Message": "<!doctype HTML> <html lang=en>"},
        "ResponseMetadata": {"HTTPStatusCode": 404},
    }
    page = ClientError(said, "GetAccount")
    _raising(bench, page, [])
    with pytest.raises(ServiceCallError) as caught:
        bench.reader.read()
    assert caught.value.sentence == "GetAccount was answered with an error: a web page with the status 404."
    assert "check the endpoint" in caught.value.hint


def test_reading_is_cancelled_while_it_waits(bench: Bench) -> None:
    bench.answer("get_caller_identity", CALLER)

    class Cancelling:
        def step(self, done: int, total: int) -> None:
            if bench.time.at > 0.4:
                raise OperationCancelledError

    with pytest.raises(OperationCancelledError):
        bench.reader.read(Cancelling())
    assert bench.time.at < 1.0


def test_ended_single_sign_on_asks_to_sign_in() -> None:
    bench = Bench(Account("sso", WayIn.PROFILE, "eu-west-1", profile="mail"))

    def ended(**_: Any) -> Any:
        raise UnauthorizedSSOTokenError

    bench.clients["sts"].get_caller_identity = ended
    with pytest.raises(LoginNeededError) as caught:
        bench.reader.read()
    assert caught.value.value == "mail"
    bench.reader.close()


def test_smtp_credentials_ask_nothing() -> None:
    reader = Bench(Account("mail", WayIn.SMTP, "eu-west-1", user="AKIDEXAMPLE")).reader
    asked: list[Callable[[], object]] = [
        reader.read,
        reader.log_in,
        lambda: reader.identity("a.example"),
        lambda: reader.suppressed("a@a.example"),
        lambda: reader.insights("m"),
    ]
    for ask in asked:
        with pytest.raises(AccountError, match="SMTP credentials only"):
            ask()
    reader.close()


def test_an_endpoint_of_ones_own_is_not_asked_who_asks() -> None:
    account = Account("own", WayIn.KEYS, "eu-west-1", user="A", endpoint=EndpointKind.CUSTOM, endpoint_url="http://h")
    bench = Bench(account)
    bench.answer("get_account", GET_ACCOUNT)
    assert bench.reader.log_in(NO_PROGRESS).caller == ""
    bench.reader.close()
