"""A secret that an account cannot do without: what is said where there is none."""

import pytest

from sescomposer.core.errors import AccountError
from sescomposer.services.account import Secret
from sescomposer.services.secrets import MemorySecrets, required


class Lasting(MemorySecrets):
    """Stands for a keyring."""

    is_lasting = True
    trouble = ""


@pytest.mark.parametrize(
    "secrets, hint",
    [
        (Lasting(), "Open the accounts and type its secret again."),
        (MemorySecrets(), f"{MemorySecrets.trouble} Open the accounts and type its secret again."),
    ],
)
def test_a_missing_secret_is_told_with_the_state_of_the_keyring(secrets: MemorySecrets, hint: str) -> None:
    with pytest.raises(AccountError, match="no secret for the account 'work'") as caught:
        required(secrets, "work")
    assert caught.value.hint == hint
    secrets.set("work", Secret("hush"))
    assert required(secrets, "work") == Secret("hush")
