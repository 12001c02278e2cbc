"""The last look before anything leaves, on every road: proof of protection, and the policies as they stand now."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from sescomposer.core.errors import SubmissionError
from sescomposer.core.findings import Finding
from sescomposer.core.seal import Sealed
from sescomposer.services.batch import Batch
from sescomposer.services.ports import Intent, Transport
from sescomposer.services.review import UNPROVEN, refuse_all

if TYPE_CHECKING:
    from sescomposer.services.protecting import Protecting


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


__all__ = ["refuse_left", "refuse_other_way", "refuse_unprotected"]
