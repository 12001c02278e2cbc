"""What became of a submission, in words: what it means, how to find out what nobody knows, a report. No Qt here."""

from collections import Counter
from collections.abc import Iterable, Sequence

from sescomposer.core.control_fields import TRACE_TAG
from sescomposer.gui.sending.stages import Stage
from sescomposer.services.ports import Delivery, SubmissionRecord, SubmissionState
from sescomposer.services.unknown import LOCAL_ACCOUNT


def outcome_title(records: Sequence[SubmissionRecord], title: str) -> str:
    """Give the title of an outcome; of several items, how many ended how."""
    return title if len(records) == 1 else counts_words(record.state for record in records)


def counts_words(states: Iterable[SubmissionState]) -> str:
    """Count items by their states, always in the same order.

    >>> counts_words([SubmissionState.REFUSED, SubmissionState.ACCEPTED, SubmissionState.ACCEPTED])
    '2 accepted, 1 refused'
    """
    counts = Counter(states)
    return ", ".join(f"{counts[state]:,} {state}" for state in SubmissionState if counts[state])


def outcome_sentence(stage: Stage, records: Sequence[SubmissionRecord]) -> str:
    """Say what an outcome means."""
    account = records[0].intent.account
    is_one = len(records) == 1
    match stage:
        case Stage.ACCEPTED:
            what = "the message" if is_one else "the messages"
            local = f"The local inbox took {what}; nothing left this machine."
            return local if account == LOCAL_ACCOUNT else f"{account} took {what}. That is not delivery yet."
        case Stage.REFUSED:
            return "Nothing was sent. This is the answer:" if is_one else "Choose a message to see the answer to it."
        case Stage.NOT_SENT:
            return "Surely nothing was sent; you can try again." if is_one else "What was not sent can be sent again."
        case _:
            if is_one:
                return "It may have been sent. It is not sent again by itself."
            return "What is unknown may have been sent. Nothing is sent again by itself: choose a message to find out."


def explanation_of(record: SubmissionRecord, *, has_history: bool = False) -> str:
    """Give what an outcome means and what to do, with what could not be written down.

    Args:
        record: The record.
        has_history: Whether there is a history to look into.
    """
    said = [record.outcome.explanation if record.outcome else ""]
    if record.state is SubmissionState.UNKNOWN:
        said += ways_to_find_out(record, has_history=has_history)
    if record.unrecorded:
        said.append(f"The outcome could not be recorded; do not send again because of that. {record.unrecorded}")
    if record.unlisted:
        said.append(f"It could not be taken up into the history. {record.unlisted}")
    return " ".join(words for words in said if words)


def ways_to_find_out(record: SubmissionRecord, *, has_history: bool = False) -> list[str]:
    """Say how to find out whether a submission arrived, when nobody knows."""
    intent, outcome = record.intent, record.outcome
    if intent.account == LOCAL_ACCOUNT:
        return ["Look into the local inbox: what it holds was accepted."]
    said = []
    if outcome and outcome.reference:
        said.append(f"Ask SES for the events of the message id {outcome.reference} (GetMessageInsights).")
    if intent.trace:
        said.append(f"If it was accepted, the account's events name it by the tag {TRACE_TAG}={intent.trace}.")
    told = record.outcome.explanation if record.outcome else ""
    said += [] if "ask a recipient" in told.lower() else ["Or ask a recipient."]
    said.append("Send it again only when you know that it did not arrive.")
    return [*said, *(["The history keeps it."] if has_history else [])]


def ids_of(record: SubmissionRecord) -> str:
    """Give the ids by which the service knows a submission, to be copied."""
    outcome = record.outcome
    if outcome is None:
        return ""
    named = (
        ("Message id", outcome.reference),
        ("Code", outcome.code),
        ("Request id", outcome.request_id),
    )
    return "\n".join(f"{name}: {value}" for name, value in named if value)


def deliveries_words(deliveries: Iterable[Delivery]) -> str:
    """Say what became of the recipients in the local inbox."""
    return "; ".join(f"{delivery.outcome}: {delivery.explanation}" for delivery in deliveries)


def report_of(records: Iterable[SubmissionRecord]) -> str:
    """Write what became of a submission, to be copied."""
    return "\n".join(line for record in records for line in (*_report_lines(record), ""))


def _report_lines(record: SubmissionRecord) -> list[str]:
    intent, outcome = record.intent, record.outcome
    region = f", {intent.region}" if intent.region else ""
    lines = [
        f"State: {record.state}",
        f"Time: {(outcome.at if outcome else intent.at).isoformat(timespec='seconds')}",
        f"Account: {intent.account} ({intent.road.label}{region})",
        f"From: {intent.envelope.mail_from}",
        f"To: {', '.join(intent.envelope.rcpt_to)}",
        f"Subject: {intent.subject}",
        f"Octets: {intent.length}, SHA-256 {intent.sha256}",
    ]
    lines += [f"Trace: {TRACE_TAG}={intent.trace}"] if intent.trace else []
    lines += [ids_of(record)] if ids_of(record) else []
    lines += [f"Answer: {outcome.sentence}"] if outcome and outcome.sentence else []
    lines += [f"Meaning: {outcome.explanation}"] if outcome and outcome.explanation else []
    lines += [f"Not recorded: {record.unrecorded}"] if record.unrecorded else []
    lines += [f"Not in the history: {record.unlisted}"] if record.unlisted else []
    return lines
