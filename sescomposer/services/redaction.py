"""Takes secrets and mail addresses out of text that is logged, shown in a fault report or copied by the user."""

import re

HIDDEN = "[hidden]"
HIDDEN_ADDRESS = "[address]"

# Every repetition is bounded or cannot begin twice in one run: the time is linear in the text, whatever it holds.
# Access key ids of AWS by their documented prefixes (long-lived, temporary, and the kinds that stand for principals).
_ACCESS_KEY = re.compile(r"\b(?:AKIA|ASIA|ABIA|ACCA|AROA|AIDA|AGPA|ANPA|ANVA|APKA|ASCA)[A-Z0-9]{12,}\b")
# Whatever follows the name of a secret: as JSON, as a keyword argument, as a query parameter, as a header field.
_NAMED = re.compile(
    r"""(?ix)
    (?P<name> (?: pass(?:word|wd|phrase|code) | secret | token | api[_-]?key | signature | credentials?
        | private[_-]?key ) [\w-]{0,40} )
    (?P<between> ["']? \s{0,4} (?: => | [=:] ) \s{0,4} )
    (?P<value> [brf]? "(?:\\.|[^"\\])*" | [brf]? '(?:\\.|[^'\\])*' | [^\s,;&})\]]+ )
    """
)
_AUTHORIZATION = re.compile(r"(?i)\b((?:proxy-)?authorization[\"']?\s{0,4}[=:]\s{0,4})[^\r\n]+")
_SMTP_AUTH = re.compile(r"(?i)\b(AUTH\s{1,4}(?:PLAIN|LOGIN|XOAUTH2|CRAM-MD5|SCRAM-[\w-]{1,20})\s{1,4})\S+")
_BEARER = re.compile(r"(?i)\b(bearer\s{1,4})[\w.~+/=-]{8,}")
_USER_INFO = re.compile(r"(?i)\b([a-z][a-z0-9+.-]{0,20}://[^\s/:@]{0,256}:)[^\s/@]{1,256}@")
_PEM = re.compile(r"-----BEGIN ([A-Z ]{0,40}PRIVATE KEY)-----.*?(?:-----END \1-----|\Z)", re.DOTALL)
# Secret access keys have no prefix: 40 characters of base64 that hold both cases and a digit.
_SECRET_KEY = re.compile(
    r"(?<![A-Za-z0-9+/])(?=[A-Za-z0-9+/]{0,39}[a-z])(?=[A-Za-z0-9+/]{0,39}[A-Z])(?=[A-Za-z0-9+/]{0,39}[0-9])"
    r"[A-Za-z0-9+/]{40}(?![A-Za-z0-9+/=])"
)
_ADDRESS = re.compile(
    r"""(?:"[^"\r\n]{1,64}"|[^\s<>()\[\],;:"'=@\\]{1,64}+)@(?:\[[^\]\s]{1,64}\]|[\w.-]{0,255}[^\W_])"""
)


def without_secrets(text: str) -> str:
    """Hide AWS keys, passwords, tokens, Authorization and private keys.

    >>> without_secrets("key AKIAIOSFODNN7EXAMPLE, password='hunter2', Authorization: AWS4-HMAC-SHA256 x")
    'key [hidden], password=[hidden], Authorization: [hidden]'
    """
    text = _PEM.sub(HIDDEN, text)
    text = _AUTHORIZATION.sub(rf"\g<1>{HIDDEN}", text)
    text = _SMTP_AUTH.sub(rf"\g<1>{HIDDEN}", text)
    text = _BEARER.sub(rf"\g<1>{HIDDEN}", text)
    text = _NAMED.sub(rf"\g<name>\g<between>{HIDDEN}", text)
    text = _USER_INFO.sub(rf"\g<1>{HIDDEN}@", text)
    text = _ACCESS_KEY.sub(HIDDEN, text)
    return _SECRET_KEY.sub(HIDDEN, text)


def without_addresses(text: str) -> str:
    """Hide mail addresses, in any script.

    >>> without_addresses("to <ada@example.org> and josé@exämple.org")
    'to <[address]> and [address]'
    """
    return _ADDRESS.sub(HIDDEN_ADDRESS, text) if "@" in text else text


def redacted(text: str) -> str:
    """Hide secrets and mail addresses."""
    return without_addresses(without_secrets(text))
