"""Statements that are missing: from the words of the service in every form that was seen, and without them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sescomposer.ses.iam import account_in, arn, missing, statement

_USER = "arn:aws:iam::123456789012:user/ada"
_RESOURCE = "arn:aws:ses:eu-west-1:123456789012:identity/a.example"


@pytest.mark.parametrize(
    "text",
    [
        f"User: {_USER} is not authorized to perform: ses:GetEmailIdentity on resource: {_RESOURCE}",
        f"User `{_USER}' is not authorized to perform `ses:GetEmailIdentity' on resource `{_RESOURCE}'",
        f"User: x is not authorized to perform: ses:GetEmailIdentity on resource: {_RESOURCE} because no identity-based"
        " policy allows the ses:GetEmailIdentity action",
        f"x is not authorized to perform: ses:GetEmailIdentity on resource: {_RESOURCE}.",
    ],
)
def test_action_and_resource_are_read_from_the_words(text: str) -> None:
    found = missing("ses:Other", "*", text)
    assert (found.action, found.resource, found.is_forbidden) == ("ses:GetEmailIdentity", _RESOURCE, False)


def test_what_the_words_do_not_name_is_taken_from_the_call() -> None:
    text = "User: x is not authorized to perform: ses:ListTenants with an explicit deny in a service control policy"
    found = missing("ses:GetAccount", "*", text)
    assert (found.action, found.resource, found.is_forbidden) == ("ses:ListTenants", "*", True)
    assert missing("ses:GetAccount", "*", "").statement == statement("ses:GetAccount")


@pytest.mark.parametrize("partition", ["aws", "aws-us-gov", "aws-eusc"])
def test_arn_names_partition_region_and_account(partition: str) -> None:
    found = arn("tenant/t/*", "us-gov-west-1", partition=partition, account_id="123456789012")
    assert found == f"arn:{partition}:ses:us-gov-west-1:123456789012:tenant/t/*"


def test_account_is_read_from_a_user_or_a_role() -> None:
    assert account_in("arn:aws-us-gov:sts::123456789012:assumed-role/r/s") == "123456789012"
    assert account_in("arn:aws:ses:eu-west-1:123456789012:identity/x") == ""


@given(st.text(), st.text())
def test_statement_is_json_whatever_the_service_says(text: str, resource: str) -> None:
    found = json.loads(missing("ses:GetAccount", resource, text).statement)
    assert set(found) == {"Effect", "Action", "Resource"}
    assert missing("ses:GetAccount", resource, "not authorized to perform: " + text).statement
