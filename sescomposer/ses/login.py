"""Signing in again to a single sign-on (AWS IAM Identity Center): the device flow of OAuth 2 (RFC 8628).

The token is written where the SDK looks for it, so that other programs of the user are signed in too.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sescomposer.core.errors import AccountError, LoginNeededError
from sescomposer.core.progress import NO_PROGRESS, Progress
from sescomposer.services.sign_in import SignInPrompt

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
SLOW_DOWN_SECONDS = 5
"""Added to the pause where the service asks for it (RFC 8628 section 3.5)."""

_PAUSE_SECONDS = 0.25


def sign_in(
    profile: str,
    tell: Callable[[SignInPrompt], None],
    progress: Progress = NO_PROGRESS,
    *,
    wait: Callable[[float], None] = time.sleep,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    client: Any = None,
) -> None:
    """Sign in to the single sign-on of a profile; blocks until the user did so on the page.

    Args:
        profile: Name of the profile.
        tell: Called once with the address and the code.
        progress: Asked four times a second, so that the wait can be cancelled.
        wait: Waits for seconds.
        now: The time with an offset.
        client: SDK client of "sso-oidc", None to make one.

    Raises:
        AccountError: the profile has no single sign-on, or the service does not answer.
        LoginNeededError: the user refused, or let the time pass.
        OperationCancelledError: cancelled.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    from sescomposer.ses.sessions import hush_sdk

    hush_sdk()
    settings = _settings(profile)
    own = client
    try:
        own = own or _new_client(settings["sso_region"])
        token = _token(own, settings, tell, _Polling(wait, now, progress, profile))
    except ClientError as error:
        raise _refused(error, profile) from error
    except BotoCoreError as error:
        raise AccountError(
            f"The sign-on service of the profile {profile!r} cannot be reached: {error}", value=profile
        ) from error
    finally:
        if client is None and own is not None:
            own.close()
    _keep(settings, token)


class _Polling:
    """How the answer of the user is waited for."""

    def __init__(
        self, wait: Callable[[float], None], now: Callable[[], datetime], progress: Progress, profile: str
    ) -> None:
        self._wait = wait
        self.now = now
        self._progress = progress
        self.profile = profile

    def pause(self, seconds: float) -> None:
        """Wait in small steps, so that a cancel is heard."""
        while seconds > 0:
            self._progress.step(0, 0)
            self._wait(min(seconds, _PAUSE_SECONDS))
            seconds -= _PAUSE_SECONDS


def _settings(profile: str) -> dict[str, str]:
    """Give start page, region, name of the session and scopes of a profile's sign-on."""
    import botocore.session
    from botocore.exceptions import BotoCoreError

    try:
        configured = botocore.session.Session().full_config
    except BotoCoreError as error:
        raise AccountError(f"The AWS configuration files cannot be read: {error}.") from error
    found = dict(configured["profiles"].get(profile, {}))
    if session := found.get("sso_session", ""):
        found.update(configured.get("sso_sessions", {}).get(session, {}))
    if "sso_start_url" not in found or "sso_region" not in found:
        raise AccountError(
            f"The AWS profile {profile!r} has no single sign-on.",
            hint="Set it up with the AWS command line: aws configure sso.",
            value=profile,
        )
    return {key: str(value) for key, value in found.items() if key.startswith("sso_")}


def _new_client(region: str) -> Any:
    import botocore.session
    from botocore import UNSIGNED
    from botocore.config import Config

    retries: Any = {"total_max_attempts": 3, "mode": "standard"}
    config = Config(signature_version=UNSIGNED, connect_timeout=30, read_timeout=60, retries=retries)
    return botocore.session.Session().create_client("sso-oidc", region_name=region, config=config)


def _token(
    client: Any, settings: dict[str, str], tell: Callable[[SignInPrompt], None], polling: _Polling
) -> dict[str, str]:
    """Register this program, show the code, and wait for the token."""
    scopes = [scope.strip() for scope in settings.get("sso_registration_scopes", "sso:account:access").split(",")]
    registered = client.register_client(
        clientName="sescomposer",
        clientType="public",
        **({"scopes": scopes} if "sso_session" in settings else {}),
    )
    who = {"clientId": registered["clientId"], "clientSecret": registered["clientSecret"]}
    device = client.start_device_authorization(**who, startUrl=settings["sso_start_url"])
    expires = polling.now() + timedelta(seconds=device["expiresIn"])
    tell(SignInPrompt(device.get("verificationUriComplete") or device["verificationUri"], device["userCode"], expires))
    answer = _poll(client, {**who, "deviceCode": device["deviceCode"]}, device.get("interval", 5), expires, polling)
    token = {
        "startUrl": settings["sso_start_url"],
        "region": settings["sso_region"],
        "accessToken": answer["accessToken"],
        "expiresAt": _written(polling.now() + timedelta(seconds=answer["expiresIn"])),
        **who,
        "registrationExpiresAt": _written(datetime.fromtimestamp(registered["clientSecretExpiresAt"], UTC)),
    }
    return token | ({"refreshToken": answer["refreshToken"]} if answer.get("refreshToken") else {})


def _poll(client: Any, who: dict[str, str], interval: float, expires: datetime, polling: _Polling) -> dict[str, Any]:
    while polling.now() < expires:
        polling.pause(interval)
        try:
            answer: dict[str, Any] = client.create_token(grantType=GRANT, **who)
        except client.exceptions.AuthorizationPendingException:
            continue
        except client.exceptions.SlowDownException:
            interval += SLOW_DOWN_SECONDS
            continue
        return answer
    raise _lapsed(polling.profile)


def _refused(error: "ClientError", profile: str) -> AccountError:
    said = error.response.get("Error", {})
    if said.get("Code") == "ExpiredTokenException":
        return _lapsed(profile)
    words = said.get("Message") or said.get("Code", "")
    return LoginNeededError(
        f"The sign-on service of the profile {profile!r} refused: {words}", hint="Sign in again.", value=profile
    )


def _lapsed(profile: str) -> LoginNeededError:
    return LoginNeededError(
        f"The code for signing in to the profile {profile!r} was not used in time.",
        hint="Sign in again.",
        value=profile,
    )


def _keep(settings: dict[str, str], token: dict[str, str]) -> None:
    """Write the token for the SDK; its own writer makes the file readable for the user alone."""
    from botocore.utils import JSONFileCache, SSOTokenLoader

    folder = Path.home() / ".aws" / "sso" / "cache"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        loader: Any = SSOTokenLoader(cache=JSONFileCache(str(folder)))
        loader.save_token(settings["sso_start_url"], token, session_name=settings.get("sso_session"))
    except OSError as error:
        raise AccountError(
            f"The sign-on cannot be kept in {str(folder)!r}: {error.strerror}.",
            hint="Check the folder, then try again.",
        ) from error


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


__all__ = ["SignInPrompt", "sign_in"]
