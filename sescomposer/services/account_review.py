"""What is known of an account beside what was found in the sealed octets: both stop a submission in the same way."""

from collections.abc import Iterable
from dataclasses import replace

from sescomposer.services.account_findings import account_findings
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
        worst_first([review.findings_of(index), account_findings(known, review.message_of(index), elsewhere)])
        for index in range(len(review.sealed))
    )
    return replace(review, findings=worst_first(by_item), by_item=by_item)


__all__ = ["with_account_findings"]
