"""Redaction: what must never stand in a log or a fault report."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sescomposer.services.redaction import redacted, without_addresses, without_secrets

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


@pytest.mark.parametrize(
    "text, secret",
    [
        ("access key AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE"),
        ("temporary ASIAIOSFODNN7EXAMPLE.", "ASIAIOSFODNN7EXAMPLE"),
        (f"found {SECRET} here", SECRET),
        (f"aws_secret_access_key = {SECRET}", SECRET),
        (f'{{"SecretAccessKey": "{SECRET}"}}', SECRET),
        ("connect(user='me', password='hunter2')", "hunter2"),
        ("password=hunter2&user=me", "hunter2"),
        ('password = "two \\" words"', "words"),
        ("SMTP_PASSWORD: hunter2", "hunter2"),
        ("passphrase=b'open sesame'", "sesame"),
        ("aws_session_token=FwoGZXIvYXdzEBY", "FwoGZXIvYXdzEBY"),
        ("X-Amz-Security-Token: FwoGZXIvYXdzEBY", "FwoGZXIvYXdzEBY"),
        ("Authorization: AWS4-HMAC-SHA256 Credential=AKIA/x, Signature=abcdef0123", "abcdef0123"),
        ("'Authorization': 'Basic dXNlcjpwYXNz'", "dXNlcjpwYXNz"),
        ("AUTH PLAIN AHVzZXIAcGFzcw==", "AHVzZXIAcGFzcw=="),
        ("Bearer eyJhbGciOiJIUzI1NiJ9.e30.x", "eyJhbGciOiJIUzI1NiJ9"),
        ("https://user:hunter2@proxy.example:8080/", "hunter2"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nIBAAKCAQEA\n-----END RSA PRIVATE KEY-----", "IBAAKCAQEA"),
        ("-----BEGIN PRIVATE KEY-----\nMIIEow cut off", "MIIEow"),
    ],
)
def test_secret_is_hidden(text: str, secret: str) -> None:
    assert secret in text
    assert secret not in without_secrets(text)


@pytest.mark.parametrize(
    "text",
    [
        "Line 41 is longer than 998 octets",
        "sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        'File "sescomposer/core/address.py", line 12, in parse_mailbox',
        "Content-Type: text/html; charset=utf-8",
    ],
)
def test_harmless_text_stays(text: str) -> None:
    assert redacted(text) == text


@pytest.mark.parametrize(
    "address",
    [
        "ada@example.org",
        "ada.lovelace+x@mail.example.co.uk",
        "josé@exämple.org",
        '"a b"@example.org',
        "用户@例子.公司",
        "root@localhost",
        "me@[192.0.2.1]",
    ],
)
@pytest.mark.parametrize("form", ["{}", "<{}>", "To: {},", "'{}'", "mailto:{}?subject=x", "recipient={}"])
def test_address_is_hidden(address: str, form: str) -> None:
    assert address not in without_addresses(form.format(address))


@given(st.from_regex(r"[A-Za-z0-9]{6,20}", fullmatch=True), st.text(max_size=30))
def test_password_is_hidden_whatever_stands_around_it(secret: str, around: str) -> None:
    text = f"{around} password='{secret}' {around}"
    assert f"'{secret}'" not in without_secrets(text)


@given(st.text(max_size=200))
def test_any_text_is_taken(text: str) -> None:
    assert isinstance(redacted(text), str)


def test_long_text_takes_linear_time() -> None:
    assert redacted("a" * 300_000) == "a" * 300_000
    assert redacted("password=" * 20_000)
    assert redacted("a." * 100_000)
    assert redacted("a." * 100_000 + "@")
    assert redacted("@" * 100_000)
    assert redacted('"' * 100_000 + "@")
    assert redacted("-----BEGIN PRIVATE KEY-----" * 2_000)
