"""SMTP credentials of a profile or of the environment: long-term access keys have them, temporary ones none."""

from sescomposer.core.errors import AccountError
from sescomposer.services.account import Account, Secret
from sescomposer.services.sign_in import NOBODY, Prompts
from sescomposer.services.smtp_password import smtp_password


def smtp_credentials(account: Account, prompts: Prompts = NOBODY) -> tuple[str, Secret]:
    """Give SMTP user name and password for what the way in of an account resolves to now; may ask the network.

    Args:
        account: With `WayIn.PROFILE` or `WayIn.ENVIRONMENT`.
        prompts: How a second factor is asked for.

    Raises:
        AccountError: there are no credentials, they cannot be had, or they are temporary.
        LoginNeededError: the single sign-on of the profile has ended.
    """
    from sescomposer.ses.sessions import session_for
    from sescomposer.ses.translate import SDK_ERRORS, account_error

    try:
        found = session_for(account, None, prompts).get_credentials()
        keys = None if found is None else found.get_frozen_credentials()
    except SDK_ERRORS as error:
        raise account_error(error, account) from error
    if keys is None or not keys.access_key or not keys.secret_key:
        raise AccountError(
            f"The account {account.name!r} has no credentials: its way in ({account.way_in}) gives none.",
            hint="Check the AWS configuration files and the environment, or use another way in.",
            value=account.name,
        )
    password = smtp_password(
        Secret(keys.secret_key), account.region, key_id=keys.access_key, has_token=bool(keys.token)
    )
    return keys.access_key, password
