"""What a way in may have to ask its user: a code of a second factor, or a visit to a sign-in page; and which profiles
there are to choose from."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sescomposer.services.account import Secret


@dataclass(frozen=True, slots=True)
class SignInPrompt:
    """What the user of a single sign-on is told.

    Attributes:
        url: Address of the page, with the code filled in where the service gives such an address.
        code: The code that the page shows or asks for.
        expires: Until when it can be used.
    """

    url: str
    code: str
    expires: datetime


@dataclass(frozen=True, slots=True)
class Prompts:
    """How the user is asked; what has no callback is refused with `AccountError` and never waits on a terminal.

    Attributes:
        mfa: Gets the question, gives the code of the second factor; called on the thread that needs it. It may raise
            `OperationCancelledError`.
    """

    mfa: Callable[[str], Secret] | None = None


NOBODY = Prompts()
"""Nobody can be asked."""


class ProfileKind(StrEnum):
    """How a named AWS profile gets its credentials."""

    SINGLE_SIGN_ON = "single sign-on"
    LOGIN = "console login"
    ROLE = "assumed role"
    ROLE_WITH_MFA = "assumed role with a second factor"
    WEB_IDENTITY = "web identity"
    PROCESS = "process"
    KEYS = "access key"
    NOTHING = "no credentials"


@dataclass(frozen=True, slots=True)
class Profile:
    """One named profile of the AWS configuration files; holds no secret.

    Attributes:
        name: Its name.
        kind: How it gets its credentials.
        region: The region it names, "" for none.
        detail: What it stands on: start page, role, first word of the command, access key id; "" for nothing.
    """

    name: str
    kind: ProfileKind
    region: str = ""
    detail: str = ""
