"""The IAM statement that is missing where a question is denied; from the service's own words where they name it."""

import json
import re
from dataclasses import dataclass

_DENIED = re.compile(
    r"not authorized to perform:?\s+[`'\"]?(?P<action>[\w-]+:\w+)['\"]?"
    r"(?:\s+on resource:?\s+[`'\"]?(?P<resource>(?:arn:[^\s`'\"]+|\*)))?"
)
_ACCOUNT = re.compile(r"arn:[\w-]+:(?:iam|sts)::(?P<account>\d{12}):")
_EXPLICIT = re.compile(r"explicit deny")


@dataclass(frozen=True, slots=True)
class Missing:
    """What an account lacks.

    Attributes:
        action: Such as "ses:GetAccount".
        resource: ARN or "*".
        is_forbidden: Whether a policy denies it explicitly; then allowing it elsewhere does not help.
    """

    action: str
    resource: str
    is_forbidden: bool = False

    @property
    def statement(self) -> str:
        """The statement that would allow it, as JSON to copy."""
        return statement(self.action, self.resource)


def statement(action: str, resource: str = "*") -> str:
    """Give one statement of an IAM policy as JSON.

    >>> json.loads(statement("ses:GetAccount"))
    {'Effect': 'Allow', 'Action': 'ses:GetAccount', 'Resource': '*'}
    """
    return json.dumps({"Effect": "Allow", "Action": action, "Resource": resource}, indent=2)


def arn(resource: str, region: str, *, partition: str = "aws", account_id: str = "") -> str:
    """Give the ARN of a resource of SES; what is not known of it is "*".

    >>> arn("identity/example.com", "eu-west-1")
    'arn:aws:ses:eu-west-1:*:identity/example.com'
    >>> arn("*", "eu-west-1")
    '*'
    """
    return resource if resource == "*" else f"arn:{partition}:ses:{region}:{account_id or '*'}:{resource}"


def account_in(text: str) -> str:
    """Give the number of the AWS account that an ARN of a user or role in a text names, "" without one.

    >>> account_in("User: arn:aws:iam::123456789012:user/ada is not authorized")
    '123456789012'
    """
    found = _ACCOUNT.search(text)
    return found["account"] if found else ""


def missing(action: str, resource: str, text: str) -> Missing:
    """Give what a denied call lacks.

    Args:
        action: Of the call, where the text names none.
        resource: Of the call, where the text names none.
        text: The service's own words.

    >>> missing("ses:GetAccount", "*", "User: x is not authorized to perform: ses:ListTenants on resource: arn:aws:a")
    Missing(action='ses:ListTenants', resource='arn:aws:a', is_forbidden=False)
    """
    found = _DENIED.search(text)
    is_forbidden = _EXPLICIT.search(text) is not None
    if not found:
        return Missing(action, resource, is_forbidden)
    return Missing(found["action"], (found["resource"] or resource).rstrip(".,;"), is_forbidden)
