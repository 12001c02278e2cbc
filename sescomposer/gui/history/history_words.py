"""Submissions in words: states, addresses, and every detail that is known. No Qt here."""

from dataclasses import asdict

from sescomposer.core.message import SendingOptions
from sescomposer.gui.history.evidence_words import EVIDENCE, evidence_details
from sescomposer.gui.models.envelope_words import unicode_form
from sescomposer.gui.sizes import human_size
from sescomposer.services.knowledge import EventKind
from sescomposer.services.ports import Intent, SubmissionRecord, SubmissionState

STATES: dict[SubmissionState, tuple[str, str, str]] = {
    SubmissionState.ACCEPTED: ("Accepted", "ok", "ok"),
    SubmissionState.REFUSED: ("Refused", "error", "error"),
    SubmissionState.NOT_SENT: ("Not sent", "close", "warning"),
    SubmissionState.UNKNOWN: ("Outcome unknown", "warning", "warning"),
    SubmissionState.WAITING: ("Waiting", "more", "note"),
}
"""Words, icon and colour of each state that a submission can be left in."""

EVENTS: dict[EventKind, tuple[str, str, str]] = {
    EventKind.SEND: ("Taken for sending", "send", "note"),
    EventKind.REJECT: ("Rejected by SES", "error", "error"),
    EventKind.BOUNCE: ("Bounced", "error", "error"),
    EventKind.COMPLAINT: ("Complaint", "warning", "warning"),
    EventKind.DELIVERY: ("Delivered", "ok", "ok"),
    EventKind.OPEN: ("Opened", "preview", "note"),
    EventKind.CLICK: ("Link clicked", "open", "note"),
    EventKind.RENDERING_FAILURE: ("Could not be rendered", "error", "error"),
    EventKind.DELIVERY_DELAY: ("Delayed", "more", "warning"),
    EventKind.SUBSCRIPTION: ("Subscription changed", "note", "note"),
    EventKind.OTHER: ("Another event", "note", "note"),
}

_NAMED_RECIPIENTS = 3

_OPTIONS = {
    "configuration_set": "Configuration set",
    "opens": "Open tracking",
    "clicks": "Click tracking",
    "contact_list": "Contact list",
    "topic": "Topic",
    "tenant": "Tenant",
    "source_arn": "Identity ARN (source)",
    "from_arn": "Identity ARN (From)",
    "return_path_arn": "Identity ARN (return path)",
    "endpoint": "Multi-region endpoint",
}

DETAILS = (
    *("State", "Answer", "Explanation", "Submitted", "Ended", "Return path", "Recipients"),
    *EVIDENCE,
    *(
        "Account",
        "Road",
        "Region",
        "Options",
        "Tags",
        "Overridden",
        "Message id",
        "Request id",
        "Error code",
        "Size",
        "SHA-256",
    ),
    *("Submission", "Batch", "Trace", "Not recorded"),
)
"""Names of all details, in order."""


def subject_of(record: SubmissionRecord) -> str:
    """Give the subject, or words where there is none."""
    return record.intent.subject.strip() or "(no subject)"


def recipients_in_short(intent: Intent) -> str:
    """Name the first recipients and count the others."""
    named = ", ".join(unicode_form(address) for address in intent.envelope.rcpt_to[:_NAMED_RECIPIENTS])
    more = len(intent.envelope.rcpt_to) - _NAMED_RECIPIENTS
    return f"{named} and {more} more" if more > 0 else named or "(nobody)"


def time_of(record: SubmissionRecord) -> str:
    """Give the time of submission, of this place."""
    return f"{record.intent.at.astimezone():%Y-%m-%d %H:%M:%S}"


def details_of(record: SubmissionRecord) -> dict[str, str]:
    """Give every detail by its name; "" for what there is none of."""
    intent, outcome = record.intent, record.outcome
    options = asdict(intent.options)
    tags = [f"{name} = {value}" for name, value in intent.options.tags]
    known = {
        "State": STATES[record.state][0],
        "Submitted": f"{intent.at.astimezone():%Y-%m-%d %H:%M:%S %z}",
        "Return path": unicode_form(intent.envelope.mail_from) if intent.envelope.mail_from else "(none)",
        "Recipients": "\n".join(unicode_form(address) for address in intent.envelope.rcpt_to) or "(nobody)",
        "Account": intent.account,
        "Road": intent.road.label,
        "Region": intent.region,
        "Options": "\n".join(f"{words}: {options[name]}" for name, words in _OPTIONS.items() if _is_set(options, name)),
        "Tags": "\n".join(tags),
        "Overridden": "\n".join(f"{code}: {reason}" for code, reason in intent.overrides),
        "Size": f"{human_size(intent.length)} ({intent.length:,} octets)",
        "SHA-256": intent.sha256,
        "Submission": intent.submission,
        "Batch": intent.batch,
        "Trace": intent.trace,
        "Not recorded": record.unrecorded,
        **evidence_details(intent.evidence),
    }
    if outcome is None:
        told = "No answer was recorded. Ask a recipient before it is sent again: otherwise it may come twice."
        return known | {"Explanation": told}
    return known | {
        "Answer": outcome.sentence,
        "Explanation": outcome.explanation,
        "Ended": f"{outcome.at.astimezone():%Y-%m-%d %H:%M:%S %z}",
        "Message id": outcome.reference,
        "Request id": outcome.request_id,
        "Error code": outcome.code,
    }


def _is_set(options: dict[str, object], name: str) -> bool:
    return bool(options[name] != getattr(SendingOptions(), name))
