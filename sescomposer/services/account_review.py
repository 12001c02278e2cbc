"""What is known of an account beside what was found in the sealed octets: both stop a submission in the same way."""

from collections.abc import Iterable
from dataclasses import replace

from sescomposer.core.findings import Finding
from sescomposer.services.account_findings import NOT_PROVEN, account_findings
from sescomposer.services.knowledge import Known
from sescomposer.services.review import Review, worst_first


def with_account_findings(review: Review, known: Known | None, others: Iterable[Known] = ()) -> Review:
    """Give a review with what speaks against sending its messages through the account, each item with its own.

    Args:
        review: Of the sealed octets.
        known: What was last read of the account in its region; None for nothing, then the review stays as it is.
        others: What is known of other regions and accounts, to say where an identity is verified.
    """
    if known is None:
        return review
    elsewhere = tuple(others)
    by_item = tuple(
        worst_first([review.findings_of(index), _of_account(review, index, known, elsewhere)])
        for index in range(len(review.sealed))
    )
    return replace(review, findings=worst_first(by_item), by_item=by_item)


def _of_account(review: Review, index: int, known: Known, others: tuple[Known, ...]) -> tuple[Finding, ...]:
    """Give the findings for one item; a DKIM signature that sealing added proves the sender by itself."""
    found = account_findings(known, review.message_of(index), others)
    is_proven = review.sealed[index].root.header.first("DKIM-Signature") is not None
    return tuple(finding for finding in found if not (is_proven and finding.code == NOT_PROVEN))


__all__ = ["with_account_findings"]
