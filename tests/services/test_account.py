"""What an account is, beside its rules: what a message through it begins with."""

import pickle

import pytest

from sescomposer.core.message import Message, SendingOptions
from sescomposer.core.parse import parse
from sescomposer.services.account import Account, Secret, WayIn

ACCOUNT = Account("work", WayIn.KEYS, "eu-west-1", configuration_set="news")


def test_a_message_begins_with_the_configuration_set_of_its_account() -> None:
    message = ACCOUNT.begun(Message(parse(b"From: a@a.example\r\n\r\n")))
    assert (message.account, message.options.configuration_set) == ("work", "news")


def test_a_message_that_asks_for_a_set_keeps_it() -> None:
    own = Message(parse(b"\r\n"), options=SendingOptions(configuration_set="own"))
    in_field = Message(parse(b"X-SES-Configuration-Set: field\r\n\r\n"))
    assert ACCOUNT.begun(own).options.configuration_set == "own"
    assert ACCOUNT.begun(in_field).options.configuration_set == ""


def test_a_secret_is_written_nowhere() -> None:
    with pytest.raises(TypeError):
        pickle.dumps(Secret("hush"))
    assert "hush" not in f"{Secret('hush')!r} {Secret('hush')} {[Secret('hush')]}"
