"""The last look before anything leaves, on every road: proof of protection, and the policies as they stand now."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from sescomposer.core.errors import SubmissionError
from sescomposer.core.findings import Finding, Severity, Where
from sescomposer.core.seal import Sealed
from sescomposer.services.batch import Batch
from sescomposer.services.ports import Intent, Transport
from sescomposer.services.review import UNPROVEN, refuse_all

if TYPE_CHECKING:
    from sescomposer.services.protection.protecting import Protecting

_STANDARD = "own keys"


def refuse_unprotected(
    protecting: "Protecting | None", sealed: Sequence[Sealed], found: Sequence[Finding], transport: Transport
) -> None:
    """Refuse what failed its own verification, and what the policy of its From mailbox forbids.

    Args:
        protecting: Knows the policies; None where there are none.
        sealed: What would be submitted.
        found: Findings of the review.
        transport: Where to.

    Raises:
        FindingsError: something of it is not to be sent; no reason overrides that.
        StoreError: the policies cannot be read.
    """
    refused = [finding for finding in found if finding.code in UNPROVEN]
    if protecting is not None:
        for item in sealed:
            refused += protecting.refusal(item.root, item.evidence, is_local=transport.is_local)
    refuse_all(refused)


def refuse_gone(protecting: "Protecting | None", keys: Sequence[tuple[str, str]]) -> None:
    """Refuse what was signed with a key that was removed meanwhile: nobody stands for that signature any more.

    Args:
        protecting: Knows the keys.
        keys: Ids and names, from the review.

    Raises:
        FindingsError: one of them is gone; no reason overrides that.
        StoreError: the keys cannot be read.
    """
    if protecting is None or not keys:
        return
    there = {entry.id for entry in protecting.keys.all()}
    gone = [name for key, name in keys if key not in there]
    refuse_all([_gone(name) for name in gone])


def _gone(name: str) -> Finding:
    words = f"The key of {name!r} was removed after the message was signed with it: nothing was sent. Review it again."
    return Finding("protect-key-gone", Severity.ERROR, words, Where(field="From"), _STANDARD)


def refuse_left(
    protecting: "Protecting | None", batch: Batch, reopened: Callable[[Intent], Sealed], transport: Transport
) -> None:
    """Refuse to go on with a batch where a policy that was set meanwhile forbids one of its items; see above."""
    if protecting is not None and protecting.demands_anything():
        sealed = [reopened(batch.plan.items[index]) for index in batch.left]
        refuse_unprotected(protecting, sealed, (), transport)


def refuse_other_way(batch: Batch, transport: Transport) -> None:
    """Refuse a transport that the batch was not sealed and shown for."""
    planned = batch.plan.items[0]
    if (transport.account, transport.road, transport.region) != (planned.account, planned.road, planned.region):
        raise SubmissionError(
            f"The batch goes through {planned.account} ({planned.road.label} {planned.region}), not through "
            f"{transport.account} ({transport.road.label} {transport.region}).".replace(" )", ")"),
            hint="Use the account as it was, or seal the messages anew.",
            value=transport.account,
        )


__all__ = ["refuse_gone", "refuse_left", "refuse_other_way", "refuse_unprotected"]
