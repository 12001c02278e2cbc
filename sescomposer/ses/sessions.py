"""Sessions of the SDK, one for each way in; and the profiles there are to choose from.

Importing the SDK takes a quarter of a second: it is imported by the functions, on the worker that needs it first.
"""

import logging
from typing import TYPE_CHECKING, Any

from sescomposer.core.errors import AccountError
from sescomposer.services.account import Account, Secret, WayIn
from sescomposer.services.sign_in import NOBODY, Profile, ProfileKind, Prompts

if TYPE_CHECKING:
    import boto3
    import botocore.session

_NO_METADATA = ("container-role", "iam-role")
"""Providers that ask an address of the cloud machine; elsewhere they only cost a wait."""


def session_for(account: Account, secret: Secret | None, prompts: Prompts = NOBODY) -> "boto3.Session":
    """Give a session for the way in of an account.

    Args:
        account: With any way in but SMTP.
        secret: The secret key of `WayIn.KEYS`, else None.
        prompts: How a second factor is asked for.

    Raises:
        AccountError: the way in has no session, its secret is missing, or there is no such profile.
    """
    import boto3

    hush_sdk()
    match account.way_in:
        case WayIn.KEYS:
            core = _keys_session(account, secret)
        case WayIn.PROFILE:
            core = _profile_session(account.profile, prompts)
        case WayIn.ENVIRONMENT:
            core = _chain_session(None, prompts)
            _without(core, _NO_METADATA[1:])
        case WayIn.SMTP:
            raise AccountError(
                f"The account {account.name!r} has SMTP credentials; they do not open the API.",
                hint="Choose SMTP as its transport, or give it an access key or a profile.",
                value=account.name,
            )
    return boto3.Session(botocore_session=core, region_name=account.region)


def profiles() -> tuple[Profile, ...]:
    """Give the profiles of the AWS configuration files by name; what is read is never a secret.

    Raises:
        AccountError: a file cannot be understood.
    """
    import botocore.session
    from botocore.exceptions import BotoCoreError

    try:
        configured = botocore.session.Session().full_config["profiles"]
    except BotoCoreError as error:
        raise AccountError(f"The AWS configuration files cannot be read: {error}.") from error
    return tuple(described(name, settings) for name, settings in sorted(configured.items()))


def described(name: str, settings: dict[str, Any]) -> Profile:
    """Describe one profile by its settings.

    >>> described("work", {"role_arn": "arn:aws:iam::1:role/r", "mfa_serial": "m", "region": "eu-west-1"}).kind.value
    'assumed role with a second factor'
    """
    kinds = (
        ("web_identity_token_file", ProfileKind.WEB_IDENTITY),
        ("role_arn", ProfileKind.ROLE_WITH_MFA if "mfa_serial" in settings else ProfileKind.ROLE),
        ("sso_session", ProfileKind.SINGLE_SIGN_ON),
        ("sso_start_url", ProfileKind.SINGLE_SIGN_ON),
        ("login_session", ProfileKind.LOGIN),
        ("aws_access_key_id", ProfileKind.KEYS),
        ("credential_process", ProfileKind.PROCESS),
    )
    key, kind = next((pair for pair in kinds if pair[0] in settings), ("", ProfileKind.NOTHING))
    value = str(settings.get(key, ""))
    # The words behind a command may be secrets.
    detail = value.partition(" ")[0] if kind is ProfileKind.PROCESS else value
    return Profile(name, kind, str(settings.get("region", "")), detail)


def hush_sdk() -> None:
    """Keep the SDK's own records out of every log: on its lower levels they hold signatures and session tokens."""
    for name in ("boto3", "botocore", "urllib3"):
        logging.getLogger(name).setLevel(logging.ERROR)


def _keys_session(account: Account, secret: Secret | None) -> "botocore.session.Session":
    from sescomposer.ses.isolation import IsolatedSession

    if secret is None:
        raise AccountError(
            f"There is no secret key for the account {account.name!r}.",
            hint="Open the accounts and type the secret key again.",
            value=account.name,
        )
    return IsolatedSession(account.user, secret.reveal())


def _profile_session(profile: str, prompts: Prompts) -> "botocore.session.Session":
    core = _chain_session(profile, prompts)
    # A profile without credentials must not fall through to those of the machine.
    _without(core, _NO_METADATA)
    return core


def _chain_session(profile: str | None, prompts: Prompts) -> "botocore.session.Session":
    import botocore.session
    from botocore.exceptions import BotoCoreError

    core = botocore.session.Session(profile=profile)
    if profile is not None and profile not in core.available_profiles:
        raise AccountError(
            f"There is no AWS profile {profile!r}.",
            hint="Choose another profile for the account, or add this one to ~/.aws/config.",
            value=profile,
        )
    try:
        provider = core.get_component("credential_provider").get_provider("assume-role")
    except BotoCoreError as error:
        raise AccountError(f"The AWS configuration cannot be used: {error}.", value=profile) from error
    # The SDK would ask on the terminal, and wait there for ever.
    provider._prompter = _asker(prompts)
    return core


def _without(core: "botocore.session.Session", names: tuple[str, ...]) -> None:
    resolver = core.get_component("credential_provider")
    for name in names:
        resolver.remove(name)


def _asker(prompts: Prompts) -> Any:
    def ask(question: str) -> str:
        if prompts.mfa is None:
            raise AccountError(
                "The profile asks for the code of a second factor, and there is nobody to ask.",
                hint="Send from the window, or use a profile without a second factor.",
            )
        return prompts.mfa(question).reveal()

    return ask
