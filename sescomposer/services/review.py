"""What the send sheet shows before a submission, what stops it, and which of that a typed reason overrides."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sescomposer.core.checks import check
from sescomposer.core.errors import SubmissionError
from sescomposer.core.findings import Finding, Severity
from sescomposer.core.message import EnvelopeOverride, Message, Road
from sescomposer.core.seal import Sealed

if TYPE_CHECKING:
    from sescomposer.core.checks.invitation_life import Sent

UNPROVEN = frozenset({"protect-must", "protect-selfcheck", "protect-key-gone"})
"""Codes of errors that stop a submission on every road, also into the local inbox."""

NOT_OVERRIDABLE = frozenset({"no-recipient", "too-large"}) | UNPROVEN
"""Codes of errors that no reason overrides."""

_OVERRIDE = "Mend it, or give a reason to send all the same."
_NO_OVERRIDE = "Mend it first; no reason sends it as it stands."


class StaleError(SubmissionError):
    """The sealed octets are too old to be submitted; seal and show them again."""


class FindingsError(SubmissionError):
    """Findings of severity error stop the submission; `value` are those that nobody overrode."""


@dataclass(frozen=True)
class Review:
    """What the send sheet shows and what will be submitted, to the octet.

    Attributes:
        message: The message that was sealed; the first of several.
        sealed: One for each submission.
        findings: Of the sealed octets, worst first.
        sealed_at: When they were sealed.
        account, road, region: Where they would go.
        messages: The message of each of `sealed`; empty where all are of `message`.
        by_item: Findings of each of `sealed`, worst first.
        keys: Ids and names of the own keys that it was signed with: one that is gone by then stops a submission.
    """

    message: Message
    sealed: tuple[Sealed, ...]
    findings: tuple[Finding, ...]
    sealed_at: datetime
    account: str
    road: Road
    region: str = ""
    messages: tuple[Message, ...] = ()
    by_item: tuple[tuple[Finding, ...], ...] = ()
    keys: tuple[tuple[str, str], ...] = ()

    @property
    def errors(self) -> tuple[Finding, ...]:
        """Findings that stop a submission until they are mended or overridden."""
        return tuple(finding for finding in self.findings if finding.severity is Severity.ERROR)

    def message_of(self, index: int) -> Message:
        """Give the message that item number `index` was sealed from."""
        return self.messages[index] if index < len(self.messages) else self.message

    def findings_of(self, index: int) -> tuple[Finding, ...]:
        """Give the findings of item number `index`, worst first."""
        return self.by_item[index] if index < len(self.by_item) else self.findings


def can_override(finding: Finding) -> bool:
    """Whether a typed reason may override that finding.

    >>> from sescomposer.core.findings import Where
    >>> can_override(Finding("too-large", Severity.ERROR, "Too large.", Where(), "SES quotas"))
    False
    """
    return finding.code not in NOT_OVERRIDABLE


def reasons_of(review: Review, overrides: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Give the reasons that are words and belong to an error of the review which can be overridden, by its code."""
    codes = {error.code for error in review.errors if can_override(error)}
    return {code: reason.strip() for code, reason in overrides if code in codes and reason.strip()}


def refuse_errors(review: Review, reasons: Mapping[str, str]) -> None:
    """Raise `FindingsError` for errors without a reason, and for those that no reason overrides."""
    refuse_all([error for error in review.errors if error.code not in reasons])


def refuse_all(open_errors: Sequence[Finding]) -> None:
    """Raise `FindingsError` for errors, if there are any."""
    if open_errors:
        raise FindingsError(
            " ".join(dict.fromkeys(finding.message for finding in open_errors)),
            hint=_OVERRIDE if all(map(can_override, open_errors)) else _NO_OVERRIDE,
            value=tuple(open_errors),
        )


def findings_of(
    message: Message, sealed: Sealed, road: Road, sent_before: tuple["Sent", ...] = ()
) -> tuple[Finding, ...]:
    """Check sealed octets, with the envelope they go out with, against what was sent of their event; worst first."""
    override = EnvelopeOverride(sealed.envelope.mail_from, sealed.envelope.rcpt_to)
    as_sent = Message(sealed.root, override, message.options, message.protection)
    return worst_first([check(as_sent, road, now=sealed.sealed_at, sent_before=sent_before)])


def worst_first(found: Iterable[Sequence[Finding]]) -> tuple[Finding, ...]:
    """Give the findings of several items, each once, worst first."""
    once = dict.fromkeys(finding for findings in found for finding in findings)
    return tuple(sorted(once, key=lambda finding: finding.severity.rank))


__all__ = [
    "NOT_OVERRIDABLE",
    "UNPROVEN",
    "FindingsError",
    "Review",
    "StaleError",
    "can_override",
    "findings_of",
    "reasons_of",
    "refuse_all",
    "refuse_errors",
    "worst_first",
]
