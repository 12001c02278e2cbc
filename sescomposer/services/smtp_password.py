"""The SMTP password that belongs to a secret access key (SES Developer Guide, obtaining SMTP credentials).

It is a Signature Version 4 key of a fixed date, good in one region alone. The user name is the access key id.
"""

import base64
from collections.abc import Iterator

from sescomposer.core.errors import AccountError
from sescomposer.services.account import Secret

_VERSION = b"\x04"
_DATE = "11111111"
_SERVICE = "ses"
_TERMINAL = "aws4_request"
_MESSAGE = "SendRawEmail"

_TEMPORARY = "ASIA"


def is_temporary(key_id: str) -> bool:
    """Whether an access key id is one of temporary credentials: those come with a session token and end by themselves.

    >>> is_temporary("ASIAIOSFODNN7EXAMPLE"), is_temporary("AKIAIOSFODNN7EXAMPLE")
    (True, False)
    """
    return key_id.upper().startswith(_TEMPORARY)


def smtp_password(secret: Secret, region: str, *, key_id: str = "", has_token: bool = False) -> Secret:
    """Derive the SMTP password of a secret access key.

    Args:
        secret: The secret access key of an IAM user.
        region: Of the SMTP host; the password is good there alone.
        key_id: The access key id that belongs to it, to tell temporary credentials.
        has_token: Whether a session token belongs to it.

    Raises:
        AccountError: the credentials are temporary; no password comes of those.

    >>> smtp_password(Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"), "us-east-1").reveal()
    'BLBM/9hSUELfq8Gw+rU1YcBjkOxGbhT2XG763xVLGWL9'
    """
    if has_token or is_temporary(key_id):
        raise AccountError(
            "No SMTP password can be made of temporary credentials (single sign-on, assumed role, session token).",
            hint="Send over an API, or use the access key of an IAM user or an SMTP user name and password.",
        )
    *_, key = derivation(secret, region)
    return Secret(base64.b64encode(_VERSION + key).decode("ascii"))


def derivation(secret: Secret, region: str) -> Iterator[bytes]:
    """Give the key after each step of the derivation, 32 octets each; the last one is what the password holds.

    >>> [len(key) for key in derivation(Secret("any"), "us-east-1")]
    [32, 32, 32, 32, 32]
    """
    import hashlib  # here: their library is large, and rules of accounts ask this module of key ids alone
    import hmac

    key = f"AWS4{secret.reveal()}".encode()
    for words in (_DATE, region, _SERVICE, _TERMINAL, _MESSAGE):
        key = hmac.new(key, words.encode(), hashlib.sha256).digest()
        yield key
