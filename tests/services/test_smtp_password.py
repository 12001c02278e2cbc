"""The SMTP password of a secret key, against published vectors."""

import tomllib
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from sescomposer.core.errors import AccountError
from sescomposer.services.account import Secret
from sescomposer.services.smtp_password import derivation, smtp_password

VECTORS = tomllib.loads(
    (Path(__file__).resolve().parents[1] / "data" / "smtp_password" / "vectors.toml").read_text("utf-8")
)
SECRET = Secret(VECTORS["secret"])


@pytest.mark.parametrize("region", list(VECTORS["passwords"]))
def test_password_is_the_published_one(region: str) -> None:
    assert smtp_password(SECRET, region) == Secret(VECTORS["passwords"][region])


@pytest.mark.parametrize("vector", VECTORS["steps"], ids=lambda vector: vector["region"])
def test_every_step_is_the_published_one(vector: dict[str, object]) -> None:
    assert [key.hex() for key in derivation(SECRET, str(vector["region"]))] == vector["keys"]


@pytest.mark.parametrize("credentials", [{"key_id": "ASIAIOSFODNN7EXAMPLE"}, {"has_token": True}])
def test_temporary_credentials_are_refused(credentials: dict[str, str | bool]) -> None:
    with pytest.raises(AccountError, match="temporary credentials") as caught:
        smtp_password(SECRET, "us-east-1", **credentials)  # type: ignore[arg-type]
    assert "IAM user" in caught.value.hint
    assert SECRET.reveal() not in str(caught.value.__dict__)


@given(st.text(min_size=1, max_size=60).filter(lambda text: text.isprintable()), st.sampled_from(["eu-west-1", "x-1"]))
@settings(max_examples=50)
def test_password_has_44_characters_and_shows_no_secret(secret: str, region: str) -> None:
    password = smtp_password(Secret(secret), region, key_id="AKIAIOSFODNN7EXAMPLE")
    assert len(password.reveal()) == 44
    assert password.reveal().startswith("B")
    assert password.reveal() not in repr(password)
