"""Submissions whose outcome nobody knows, and how their fate can be found out. Nothing is ever sent again by itself."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sescomposer.core.errors import StoreError
from sescomposer.services.history_ports import History
from sescomposer.services.ports import InboxEntry, SubmissionRecord, Submissions

LOCAL_ACCOUNT = "local inbox"


@dataclass(frozen=True, slots=True)
class UnknownSubmission:
    """A submission that was begun and has no outcome; `advice` says how to find out."""

    record: SubmissionRecord
    advice: str


def advice(record: SubmissionRecord, entries: Iterable[InboxEntry]) -> str:
    """Say how the fate of a submission can be found out.

    Args:
        record: One without outcome.
        entries: What the local inbox holds: of what was sent there, the answer is known.
    """
    intent = record.intent
    if intent.account != LOCAL_ACCOUNT:
        return (
            "Ask a recipient, or look for it in the sending statistics and events of the account at that time. "
            "Send it again only when you know that it did not arrive: otherwise it may come twice."
        )
    same = [entry for entry in entries if (entry.submitted, entry.envelope) == (intent.sha256, intent.envelope)]
    if any(entry.received >= intent.at for entry in same):
        return "The local inbox holds these octets: it was accepted."
    return "The local inbox holds no such message: it was not sent, and you can send it again."


def still_unknown(
    records: Sequence[SubmissionRecord], history: History, log: Submissions
) -> tuple[SubmissionRecord, ...]:
    """Give those whose outcome the history does not know either; of the others the log is told what it missed.

    An outcome that came while the log could not be written stands in the history alone.

    Raises:
        StoreError: the log still cannot be written; then it will be asked again.
    """
    try:
        entries = {name: history.get(name).record for name in history.states(r.intent.submission for r in records)}
    except StoreError:
        # Without the history nothing is known of them: that is told, which is no harm.
        return tuple(records)
    unknown = []
    for record in records:
        found = entries.get(record.intent.submission)
        if found is None or found.outcome is None or found.intent.at != record.intent.at:
            unknown.append(record)
        else:
            log.record_outcome(found.outcome)
    return tuple(unknown)
