"""SMTP with a profile or the environment: long-term keys give a password, everything else a sentence."""

from pathlib import Path

import pytest

from sescomposer.core.errors import AccountError
from sescomposer.core.road import Road
from sescomposer.services.account import Account, Secret, WayIn
from sescomposer.ses.long_term_keys import smtp_credentials

KEY_ID = "AKIAIOSFODNN7EXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
PASSWORD = Secret("BMW5RDrXmmVs0lV7GpI4oLkHXpZ4stDsk6q91z1g38Pk")
HERE = Account("here", WayIn.ENVIRONMENT, "eu-west-1", Road.SMTP)
ROLE = Account("role", WayIn.PROFILE, "eu-west-1", Road.SMTP, profile="mail")


def set_environment(monkeypatch: pytest.MonkeyPatch, key_id: str = KEY_ID, token: str = "") -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key_id)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    if token:
        monkeypatch.setenv("AWS_SESSION_TOKEN", token)


def write_profile(home: Path, *more: str) -> None:
    folder = home / ".aws"
    folder.mkdir()
    lines = ["[mail]", f"aws_access_key_id = {KEY_ID}", f"aws_secret_access_key = {SECRET}", *more]
    (folder / "credentials").write_text("\n".join(lines))


def test_long_term_keys_of_the_environment_give_a_password(monkeypatch: pytest.MonkeyPatch) -> None:
    set_environment(monkeypatch)
    assert smtp_credentials(HERE) == (KEY_ID, PASSWORD)


def test_long_term_keys_of_a_profile_give_a_password(home: Path) -> None:
    write_profile(home)
    assert smtp_credentials(ROLE) == (KEY_ID, PASSWORD)


@pytest.mark.parametrize("key_id, token", [("ASIAIOSFODNN7EXAMPLE", ""), (KEY_ID, "token")])
def test_temporary_keys_of_the_environment_are_refused(
    key_id: str, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_environment(monkeypatch, key_id, token)
    with pytest.raises(AccountError, match="temporary credentials") as caught:
        smtp_credentials(HERE)
    assert SECRET not in f"{caught.value.sentence} {caught.value.hint}"


def test_temporary_keys_of_a_profile_are_refused(home: Path) -> None:
    write_profile(home, "aws_session_token = token")
    with pytest.raises(AccountError, match="temporary credentials"):
        smtp_credentials(ROLE)


def test_no_credentials_are_told(home: Path) -> None:
    with pytest.raises(AccountError, match="gives none"):
        smtp_credentials(HERE)
    with pytest.raises(AccountError, match="profile"):
        smtp_credentials(ROLE)
