"""One IAM policy of all statements that are missing, to be copied into the policy of a user or role."""

import json
from collections.abc import Iterable

_VERSION = "2012-10-17"
"""Of the policy language (IAM User Guide, Version); it is no date of ours."""


def policy_of(statements: Iterable[str]) -> str:
    """Give a policy that holds every statement once, those for the same resource in one.

    Args:
        statements: Statements as JSON, each with effect, one action and one resource.

    >>> one = '{"Effect": "Allow", "Action": "ses:GetAccount", "Resource": "*"}'
    >>> json.loads(policy_of([one, one]))["Statement"]
    [{'Effect': 'Allow', 'Action': ['ses:GetAccount'], 'Resource': '*'}]
    """
    actions: dict[tuple[str, str], list[str]] = {}
    for text in statements:
        read = json.loads(text)
        found = actions.setdefault((read["Effect"], read["Resource"]), [])
        if read["Action"] not in found:
            found.append(read["Action"])
    rows = [{"Effect": effect, "Action": names, "Resource": resource} for (effect, resource), names in actions.items()]
    return json.dumps({"Version": _VERSION, "Statement": rows}, indent=2)
