"""What the SDK raises, in our exceptions: nothing above this package sees one of its types.

An answer of the service keeps its own words. Where no answer came, what the body knows decides: if its last octet was
not handed to the connection nothing was sent, else the outcome is unknown.
"""

import re

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    CredentialRetrievalError,
    EndpointConnectionError,
    InvalidConfigError,
    LoginError,
    MetadataRetrievalError,
    NoAuthTokenError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    RefreshWithMFAUnsupportedError,
    SSOError,
    TokenRetrievalError,
    UnknownCredentialError,
)
from botocore.parsers import ResponseParserError

from sescomposer.core.answers import ServiceAnswer
from sescomposer.core.errors import (
    AccountError,
    LoginNeededError,
    SesComposerError,
    UnknownOutcomeError,
)
from sescomposer.core.road import Road
from sescomposer.core.service_answers import error_of
from sescomposer.services.account import Account, WayIn
from sescomposer.services.redaction import HIDDEN, without_secrets
from sescomposer.ses.streaming import NotSwappedError, RepeatedError

SDK_ERRORS = (BotoCoreError, ClientError, ResponseParserError, NotSwappedError, RepeatedError)
"""All that a call of the SDK raises by itself."""

UNREADABLE = (LookupError, ValueError, TypeError, AttributeError)
"""What the SDK stumbles over where an acceptance is nothing that it can read, such as the page of a hotel."""

_SIGN_ON = (SSOError, TokenRetrievalError)
_LOGIN = (LoginError,)
_CREDENTIALS = (
    NoCredentialsError,
    PartialCredentialsError,
    CredentialRetrievalError,
    ProfileNotFound,
    InvalidConfigError,
    UnknownCredentialError,
    RefreshWithMFAUnsupportedError,
    MetadataRetrievalError,
    NoAuthTokenError,
)
_TOKEN = re.compile(r"(?i)(x-amz-security-token\s{0,4}[:=]\s{0,4})[^\s'\"]+")
_BEFORE_CONNECTED = (EndpointConnectionError, ConnectTimeoutError)
"""Not that of a proxy: older versions of urllib3 raise it for every reset of a connection through one."""


def submission_error(
    error: Exception, account: Account, step: str, *, road: Road, may_have_left: bool
) -> SesComposerError:
    """Give our exception for one of the SDK's that ended a submission.

    Args:
        error: One of `SDK_ERRORS`.
        account: Whose submission it was.
        step: The operation.
        road: The API.
        may_have_left: Whether the last octet was handed to the connection, or nobody knows.
    """
    if is_about_account(error):
        return account_error(error, account)
    answer = answer_of(error, road, step, account.region)
    content_left = may_have_left and not isinstance(error, _BEFORE_CONNECTED)
    found = error_of(answer, content_left=content_left)
    if content_left and not isinstance(error, ClientError) and not found.outcome_unknown:
        # Such as TLS that breaks while the answer is read: nobody refused, and the message may be there.
        return UnknownOutcomeError(found.sentence, hint=found.hint, value=found.value, answer=answer)
    return found


def answer_of(error: Exception, road: Road, step: str, region: str) -> ServiceAnswer:
    """Give what the service said, or the way to it, as a value.

    >>> error = ClientError({"Error": {"Code": "MessageRejected", "Message": "No."}}, "SendEmail")
    >>> answer_of(error, Road.SES_V2, "SendEmail", "eu-west-1").wire
    'MessageRejected: No.'
    """
    if not isinstance(error, ClientError):
        return ServiceAnswer(road, type(error).__name__, _one_line(str(error)), step=step, region=region)
    said, about = error.response.get("Error", {}), error.response.get("ResponseMetadata", {})
    return ServiceAnswer(
        road,
        said.get("Code") or "",
        _without_token(_one_line(said.get("Message") or "")),
        about.get("HTTPStatusCode", 0),
        about.get("RequestId", ""),
        step,
        region,
    )


def is_about_account(error: Exception) -> bool:
    """Whether the credentials could not be had; then nothing was sent."""
    return isinstance(error, (*_SIGN_ON, *_LOGIN, *_CREDENTIALS)) or (
        # A role that may not be assumed, a session that has ended: answers of other services than SES.
        isinstance(error, ClientError) and error.operation_name in ("AssumeRole", "GetRoleCredentials", "CreateToken")
    )


def account_error(error: Exception, account: Account) -> AccountError:
    """Give our exception where the credentials of an account could not be had."""
    # They may be those of a program of the user's, which prints what it likes.
    words = without_secrets(_one_line(str(error)))
    if isinstance(error, _SIGN_ON) and account.way_in is WayIn.PROFILE:
        return LoginNeededError(
            f"The single sign-on of the profile {account.profile!r} has ended: {words}",
            hint="Sign in again.",
            value=account.profile,
        )
    if isinstance(error, (*_SIGN_ON, *_LOGIN)):
        hint = f"Sign in with the AWS command line: aws login --profile {account.profile or 'default'}."
    else:
        hint = "Check the way in of the account."
    return AccountError(f"The account {account.name!r} cannot be used: {words}", hint=hint, value=account.name)


def _without_token(text: str) -> str:
    """Hide the session token, which the service repeats where a signature does not match.

    >>> _without_token("should have been 'POST / x-amz-security-token:IQoJb3 x-amz-date:1'")
    "should have been 'POST / x-amz-security-token:[hidden] x-amz-date:1'"
    """
    return _TOKEN.sub(rf"\g<1>{HIDDEN}", text)


def _one_line(text: str) -> str:
    return " ".join(text.split())
