"""Letters of Ann to Bob, for tests of what protects them."""

from dataclasses import replace
from typing import Any

from sescomposer.bootstrap import Services
from sescomposer.core import compose
from sescomposer.core.message import NOT_CHOSEN, Message, Protection
from sescomposer.core.octets import Octets
from sescomposer.core.progress import Progress
from sescomposer.services.ports import Receipt
from sescomposer.services.protection.protection_ports import IdentityPolicy, Policy
from sescomposer.services.review import Review

ANN, BOB, EVE = "ann@example.org", "bob@example.org", "eve@example.org"
SIGN, ENCRYPT, BOTH = Protection(sign=True), Protection(encrypt=True), Protection(sign=True, encrypt=True)


def accept(octets: Octets, progress: Progress) -> Receipt:
    """Take the whole message."""
    progress.step(len(octets), len(octets))
    return Receipt("0102-abc", "Ok 0102-abc", "request-1")


def letter(services: Services, protection: Protection = NOT_CHOSEN, **fields: Any) -> Message:
    """Ann writes to Bob."""
    given = {"text": "Tea at four?", **fields}
    made = compose(f"Ann <{ANN}>", given.pop("to", BOB), "Tea", ids=services.ids, **given)
    return replace(made, protection=protection)


def codes(review: Review) -> set[str]:
    return {finding.code for finding in review.findings}


def must(services: Services, **policies: Any) -> None:
    """Let Ann's mail be signed, whatever happens."""
    services.policies.put(IdentityPolicy(ANN, **({"sign": Policy.MUST} | policies)))
