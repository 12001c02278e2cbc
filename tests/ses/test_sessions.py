"""Ways in: what a session reads and what it must not, second factors, single sign-on."""

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from sescomposer.core.errors import AccountError, LoginNeededError, OperationCancelledError, UnknownOutcomeError
from sescomposer.core.seal import Sealed
from sescomposer.services.account import Account, EndpointKind, Secret, WayIn
from sescomposer.services.sign_in import NOBODY, ProfileKind, Prompts, SignInPrompt
from sescomposer.ses.api_v2 import ApiV2Transport
from sescomposer.ses.clients import Clients, Timeouts, proxy_for
from sescomposer.ses.login import sign_in
from sescomposer.ses.sessions import profiles

ROOT = Path(__file__).resolve().parents[2]

CONFIG = """
[default]
region = us-west-2
aws_access_key_id = AKIDDEFAULT
aws_secret_access_key = default-secret
endpoint_url = {trap}
services = poisoned
ca_bundle = /nowhere/config.pem
retry_mode = nonsense
max_attempts = 9

[services poisoned]
sesv2 =
  endpoint_url = {trap}
ses =
  endpoint_url = {trap}

[profile plain]
region = eu-central-1
aws_access_key_id = AKIDPLAIN
aws_secret_access_key = plain-secret
services = poisoned

[profile role]
role_arn = arn:aws:iam::123456789012:role/sender
source_profile = plain
mfa_serial = arn:aws:iam::123456789012:mfa/zoe
region = eu-west-1

[profile process]
credential_process = {python} {script} --token hush

[profile empty]
region = eu-west-1

[profile office]
sso_session = office
sso_account_id = 123456789012
sso_role_name = sender

[sso-session office]
sso_start_url = https://office.example/start
sso_region = eu-west-1
sso_registration_scopes = sso:account:access
"""

ROLE_KEYS = {
    "AccessKeyId": "ASIAROLE",
    "SecretAccessKey": "role-secret",
    "SessionToken": "role-token",
    "Expiration": "2099-01-01T00:00:00Z",
}


@pytest.fixture
def trap(serve: Any) -> Iterator[Any]:
    """A server that nothing may reach."""
    server = serve()
    yield server
    assert server.connections == 0


@pytest.fixture(autouse=True)
def configured(home: Path, trap: Any) -> Path:
    """A configuration of the user that would lead mail astray."""
    folder = home / ".aws"
    folder.mkdir()
    script = folder / "process.py"
    script.write_text(f"print({json.dumps({'Version': 1, **ROLE_KEYS})!r})")
    (folder / "config").write_text(CONFIG.format(trap=trap.url, python=sys.executable, script=script))
    return folder


@pytest.fixture(autouse=True)
def poisoned(trap: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment that would lead mail astray; the metadata of a machine would be asked for."""
    from botocore.configprovider import BOTOCORE_DEFAUT_SESSION_VARIABLES

    for _, names, _, _ in BOTOCORE_DEFAUT_SESSION_VARIABLES.values():
        for name in [names] if isinstance(names, str) else names or []:
            if name not in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_PROFILE", "AWS_DEFAULT_PROFILE"):
                monkeypatch.setenv(name, "poison")
    values = {
        "AWS_ACCESS_KEY_ID": "AKIDENVIRONMENT",
        "AWS_SECRET_ACCESS_KEY": "environment-secret",
        "AWS_SESSION_TOKEN": "environment-token",
        "AWS_ENDPOINT_URL": trap.url,
        "AWS_ENDPOINT_URL_SESV2": trap.url,
        "AWS_ENDPOINT_URL_SES": trap.url,
        "AWS_BEARER_TOKEN_SES": "poison",
        "AWS_LAMBDA_FUNCTION_NAME": "poison",
        "_X_AMZN_TRACE_ID": "poison",
        "AWS_EXECUTION_ENV": "poison",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.2/poison",
        "BOTOCORE_EXPERIMENTAL__PLUGINS": "poison=poison",
        "REQUESTS_CA_BUNDLE": "/nowhere/requests.pem",
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_EC2_METADATA_DISABLED")


@pytest.fixture
def healthy(poisoned: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment without a word on AWS."""
    for name in [name for name in os.environ if "AWS" in name or "BOTO" in name]:
        monkeypatch.delenv(name)


class _Watched(dict[str, str]):
    """An environment that remembers what was asked for."""

    def __init__(self, values: dict[str, str]) -> None:
        super().__init__(values)
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        self.asked.add(str(name))
        return super().__contains__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self.asked.add(name)
        return super().get(name, default)

    def copy(self) -> dict[str, str]:
        self.asked.add("everything")
        return super().copy()


Submit = Callable[..., Any]


@pytest.fixture
def submit(serve: Any, secrets_kept: Any, sealed_as: Callable[..., Sealed]) -> Submit:
    """Submit through an account with a way in and give the request that arrived."""

    def run(way_in: WayIn, profile: str = "", prompts: Prompts = NOBODY) -> Any:
        server = serve()
        account = Account(
            "work",
            way_in,
            "eu-west-1",
            user="AKIDEXAMPLE" if way_in is WayIn.KEYS else "",
            profile=profile,
            endpoint=EndpointKind.CUSTOM,
            endpoint_url=server.url,
        )
        transport = ApiV2Transport(account, secrets_kept, prompts, Timeouts(5, 5))
        try:
            transport.submit(sealed_as())
        finally:
            transport.close()
        (request,) = server.arrived
        return request

    return run


def _signed_by(request: Any) -> str:
    return str(request.headers["authorization"].partition("Credential=")[2].partition("/")[0])


def test_a_keyring_account_reads_nothing_around_it(submit: Submit, monkeypatch: pytest.MonkeyPatch) -> None:
    watched = _Watched(dict(os.environ))
    monkeypatch.setattr(os, "environ", watched)
    request = submit(WayIn.KEYS)
    assert _signed_by(request) == "AKIDEXAMPLE"
    assert "/eu-west-1/ses/" in request.headers["authorization"]
    assert "x-amz-security-token" not in request.headers
    assert "poison" not in json.dumps(request.headers)
    asked = {name for name in watched.asked if name.startswith(("AWS", "BOTO", "_X_AMZN", "REQUESTS", "everything"))}
    # Looked at by the SDK in any case; the first is not used, the last only adds a header field for a proxy.
    assert asked <= {"AWS_EXECUTION_ENV", "BOTO_EXPERIMENTAL__ADD_PROXY_HOST_HEADER"}


def test_the_environment_is_used_where_it_is_the_way_in(
    submit: Submit, healthy: None, monkeypatch: pytest.MonkeyPatch, trap: Any
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDENVIRONMENT")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "environment-secret")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "environment-token")
    monkeypatch.setenv("AWS_ENDPOINT_URL", trap.url)
    before = dict(os.environ)
    request = submit(WayIn.ENVIRONMENT)
    assert _signed_by(request) == "AKIDENVIRONMENT"
    assert request.headers["x-amz-security-token"] == "environment-token"
    assert dict(os.environ) == before


def test_no_metadata_address_is_waited_for(
    submit: Submit, healthy: None, configured: Path, no_network: list[str]
) -> None:
    (configured / "config").unlink()
    with pytest.raises(AccountError, match="credentials"):
        submit(WayIn.ENVIRONMENT)
    assert no_network == []


def test_a_profile_signs_with_its_own_credentials(submit: Submit, healthy: None) -> None:
    request = submit(WayIn.PROFILE, "plain")
    assert _signed_by(request) == "AKIDPLAIN"
    assert "/eu-west-1/" in request.headers["authorization"], "the region of the account"


def test_a_process_gives_credentials(submit: Submit, healthy: None) -> None:
    request = submit(WayIn.PROFILE, "process")
    assert (_signed_by(request), request.headers["x-amz-security-token"]) == ("ASIAROLE", "role-token")


def test_a_profile_without_credentials_takes_no_others(
    submit: Submit, healthy: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDENVIRONMENT")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "environment-secret")
    with pytest.raises(AccountError, match="credentials"):
        submit(WayIn.PROFILE, "empty")


def test_a_profile_that_is_not_there_is_said(submit: Submit, healthy: None) -> None:
    with pytest.raises(AccountError, match="'nowhere'"):
        submit(WayIn.PROFILE, "nowhere")


def test_a_configuration_that_is_damaged_is_said(submit: Submit, healthy: None, configured: Path) -> None:
    (configured / "config").write_text("[profile plain\nthis is none")
    for way_in, profile in ((WayIn.PROFILE, "plain"), (WayIn.ENVIRONMENT, "")):
        with pytest.raises(AccountError, match="pars"):
            submit(way_in, profile)
    with pytest.raises(AccountError):
        profiles()


def test_nothing_heavy_is_imported_before_a_client_is_needed() -> None:
    script = "import sys, sescomposer.ses.api_v1, sescomposer.ses.api_v2, sescomposer.ses.login; "
    script += "sys.exit(bool({'boto3', 'botocore', 'ssl', 'http.client'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False).returncode == 0


def test_profiles_are_told_apart(healthy: None) -> None:
    found = {profile.name: profile for profile in profiles()}
    assert {name: profile.kind for name, profile in found.items()} == {
        "default": ProfileKind.KEYS,
        "plain": ProfileKind.KEYS,
        "role": ProfileKind.ROLE_WITH_MFA,
        "process": ProfileKind.PROCESS,
        "empty": ProfileKind.NOTHING,
        "office": ProfileKind.SINGLE_SIGN_ON,
    }
    assert found["role"].region == "eu-west-1"
    assert found["process"].detail == sys.executable, "words behind a command may be secrets"
    assert "secret" not in repr(found)


ASSUMED = """<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
<Credentials>{keys}</Credentials><AssumedRoleUser><AssumedRoleId>A:s</AssumedRoleId><Arn>arn:aws:sts::1:r</Arn>
</AssumedRoleUser></AssumeRoleResult></AssumeRoleResponse>"""


@pytest.fixture
def roles(serve: Any, reply: Any, healthy: None, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A server that hands out roles."""
    keys = "".join(f"<{name}>{value}</{name}>" for name, value in ROLE_KEYS.items())
    server = serve(answer=lambda _: reply(200, ASSUMED.format(keys=keys).encode(), {"Content-Type": "text/xml"}))
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", server.url)
    return server


def test_a_second_factor_is_asked_for(submit: Submit, roles: Any) -> None:
    questions: list[str] = []

    def code(question: str) -> Secret:
        questions.append(question)
        return Secret("123456")

    request = submit(WayIn.PROFILE, "role", Prompts(mfa=code))
    assert _signed_by(request) == "ASIAROLE"
    asked = parse_qs(roles.arrived[0].body.decode())
    assert (asked["TokenCode"], asked["RoleArn"]) == (["123456"], ["arn:aws:iam::123456789012:role/sender"])
    assert "mfa/zoe" in questions[0]


def test_a_second_factor_never_waits_on_a_terminal(submit: Submit, roles: Any) -> None:
    with pytest.raises(AccountError, match="second factor"):
        submit(WayIn.PROFILE, "role")
    assert roles.connections == 0


def test_a_second_factor_may_be_given_up(submit: Submit, roles: Any) -> None:
    def give_up(_: str) -> Secret:
        raise OperationCancelledError

    with pytest.raises(OperationCancelledError):
        submit(WayIn.PROFILE, "role", Prompts(mfa=give_up))


def test_a_role_that_may_not_be_assumed_is_about_the_account(submit: Submit, roles: Any, refusing: Any) -> None:
    roles.answer = refusing(403, "AccessDenied", "Not for you.")
    with pytest.raises(AccountError, match="Not for you"):
        submit(WayIn.PROFILE, "role", Prompts(mfa=lambda _: Secret("123456")))


class _SignOn:
    """The sign-on service and its page."""

    def __init__(self, reply: Any) -> None:
        self._reply = reply
        self.pending = ["AuthorizationPendingException", "SlowDownException"]
        self.refusal = ""

    def __call__(self, request: Any) -> Any:
        match request.path.partition("?")[0]:
            case "/client/register":
                return self._json({"clientId": "c", "clientSecret": "s", "clientSecretExpiresAt": 4102444800})
            case "/device_authorization":
                page = {"verificationUri": "https://office.example", "userCode": "ABCD-EFGH"}
                whole = {"verificationUriComplete": "https://office.example?code=ABCD-EFGH"}
                return self._json({**page, **whole, "deviceCode": "d", "expiresIn": 600, "interval": 1})
            case "/token" if self.refusal or self.pending:
                code = self.refusal or self.pending.pop(0)
                return self._reply(400, b'{"error": "x"}', {"x-amzn-ErrorType": code})
            case "/token":
                return self._json({"accessToken": "t", "expiresIn": 28800, "refreshToken": "r"})
        keys = {"accessKeyId": "ASIAOFFICE", "secretAccessKey": "x", "sessionToken": "y", "expiration": 4102444800000}
        return self._json({"roleCredentials": keys})

    def _json(self, value: object) -> Any:
        return self._reply(200, json.dumps(value).encode(), {"Content-Type": "application/json"})


@pytest.fixture
def sign_on(serve: Any, reply: Any, healthy: None, home: Path, monkeypatch: pytest.MonkeyPatch) -> _SignOn:
    """A sign-on service; the SDK looks for tokens in the home of the test."""
    from botocore.credentials import SSOProvider
    from botocore.tokens import SSOTokenProvider

    service = _SignOn(reply)
    server = serve(answer=service)
    for name in ("SSO", "SSO_OIDC"):
        monkeypatch.setenv(f"AWS_ENDPOINT_URL_{name}", server.url)
    for kind in (SSOProvider, SSOTokenProvider):
        monkeypatch.setattr(kind, "_SSO_TOKEN_CACHE_DIR", str(home / ".aws" / "sso" / "cache"))
    return service


def test_an_ended_sign_on_asks_to_sign_in_and_then_the_send_goes(submit: Submit, sign_on: _SignOn, home: Path) -> None:
    with pytest.raises(LoginNeededError) as caught:
        submit(WayIn.PROFILE, "office")
    assert caught.value.value == "office"
    told: list[SignInPrompt] = []
    waited: list[float] = []
    sign_in("office", told.append, wait=waited.append)
    (prompt,) = told
    assert (prompt.url, prompt.code) == ("https://office.example?code=ABCD-EFGH", "ABCD-EFGH")
    assert sum(waited) == pytest.approx(1 + 1 + 6), "the service asked for five seconds more"
    assert _signed_by(submit(WayIn.PROFILE, "office")) == "ASIAOFFICE"
    (kept,) = (home / ".aws" / "sso" / "cache").iterdir()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700


def test_a_refused_or_lapsed_sign_on_is_said(sign_on: _SignOn) -> None:
    sign_on.refusal = "AccessDeniedException"
    with pytest.raises(LoginNeededError, match="refused"):
        sign_in("office", lambda _: None, wait=lambda _: None)
    sign_on.refusal = "ExpiredTokenException"
    with pytest.raises(LoginNeededError, match="in time"):
        sign_in("office", lambda _: None, wait=lambda _: None)
    sign_on.refusal = "AuthorizationPendingException"
    times = iter(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=200 * n) for n in range(99))
    with pytest.raises(LoginNeededError, match="in time"):
        sign_in("office", lambda _: None, wait=lambda _: None, now=lambda: next(times))


def test_a_sign_on_can_be_cancelled_while_it_waits(sign_on: _SignOn, home: Path) -> None:
    class Cancelling:
        def step(self, done: int, total: int) -> None:
            raise OperationCancelledError

    with pytest.raises(OperationCancelledError):
        sign_in("office", lambda _: None, Cancelling(), wait=lambda _: None)
    assert not (home / ".aws" / "sso").exists()


def test_a_profile_without_sign_on_is_said(healthy: None) -> None:
    with pytest.raises(AccountError, match="no single sign-on"):
        sign_in("plain", lambda _: None)


def test_a_proxy_is_honoured_and_told_without_its_password(
    serve: Any,
    secrets_kept: Any,
    sealed_as: Callable[..., Sealed],
    healthy: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server = serve()
    monkeypatch.setenv("HTTP_PROXY", server.url.replace("//", "//user:hush@"))
    monkeypatch.setenv("NO_PROXY", "near.example")
    account = Account(
        "work", WayIn.KEYS, "eu-west-1", user="A", endpoint=EndpointKind.CUSTOM, endpoint_url="http://far.example"
    )
    transport = ApiV2Transport(account, secrets_kept)
    transport.submit(sealed_as())
    transport.close()
    assert server.arrived[0].path == "http://far.example/v2/email/outbound-emails"
    assert transport.proxy == proxy_for("http://far.example")
    assert proxy_for("http://far.example").endswith(server.url.partition("//")[2])
    assert "hush" not in proxy_for("http://far.example")
    assert proxy_for("http://near.example") == ""


def test_what_stays_on_this_machine_goes_through_no_proxy(
    serve: Any, account_at: Any, secrets_kept: Any, sealed_as: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without TLS the proxy would read the message; that is why http is allowed to this machine alone."""
    proxy, server = serve(), serve()
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, proxy.url)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    transport = ApiV2Transport(account_at(server.url), secrets_kept)
    transport.submit(sealed_as())
    transport.close()
    assert (len(proxy.arrived), len(server.arrived)) == (0, 1)
    assert transport.proxy == ""


def test_clients_are_made_once_and_closed_with_their_owner(
    serve: Any, account_at: Any, secrets_kept: Any, sealed_as: Any
) -> None:
    server = serve()
    clients = Clients(account_at(server.url), secrets_kept)
    assert secrets_kept.asked == 0, "nothing is made before it is needed"
    client = clients.sender("sesv2")
    assert clients.sender("sesv2") is client
    assert clients.asker("sesv2") is not client
    assert clients.asker("sesv2").meta.config.retries["total_max_attempts"] == 1, "its caller paces what it repeats"
    assert secrets_kept.asked == 1
    made = clients._made
    del clients
    assert made == {}


def test_a_body_is_never_submitted_twice_even_if_the_sdk_would(
    serve: Any, account_at: Any, secrets_kept: Any, sealed_as: Any, refusing: Any
) -> None:
    server = serve(answer=refusing(500, "InternalFailure", "Once more?"))
    transport = ApiV2Transport(account_at(server.url), secrets_kept)
    client = transport._clients.sender("sesv2")
    delays = iter([0])
    client.meta.events.register_first("needs-retry.sesv2.SendEmail", lambda **_: next(delays, None))
    with pytest.raises(UnknownOutcomeError):
        transport.submit(sealed_as())
    transport.close()
    assert len(server.arrived) == 1
