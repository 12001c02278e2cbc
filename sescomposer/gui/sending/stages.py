"""The stages of the send sheet: words, sign and buttons of each. No Qt here."""

from dataclasses import dataclass
from enum import StrEnum

from sescomposer.services.ports import SubmissionRecord, SubmissionState


class Stage(StrEnum):
    """What the sheet is doing: sealing comes before the states of a submission, which keep their own words."""

    SEALING = "sealing"
    FAILED = "failed"
    REVIEWING = SubmissionState.REVIEWING.value
    HOLDING = SubmissionState.HOLDING.value
    WAITING = SubmissionState.WAITING.value
    UPLOADING = SubmissionState.UPLOADING.value
    AWAITING = SubmissionState.AWAITING.value
    ACCEPTED = SubmissionState.ACCEPTED.value
    REFUSED = SubmissionState.REFUSED.value
    NOT_SENT = SubmissionState.NOT_SENT.value
    UNKNOWN = SubmissionState.UNKNOWN.value


@dataclass(frozen=True, slots=True)
class StageInfo:
    """How a stage is shown.

    Attributes:
        kind: Sign and colour: "note", "ok", "warning" or "error".
        title: A few words.
        sentence: What it means; filled in where more is known.
        buttons: Names of the buttons, in order.
        default: The one that Return presses, "" for none: Return never stops what is under way.
        shows_progress: Whether a bar runs.
    """

    kind: str
    title: str
    sentence: str = ""
    buttons: tuple[str, ...] = ("close",)
    shows_progress: bool = False

    @property
    def default(self) -> str:
        """The last button, but for that which stops what is under way."""
        return next((name for name in self.buttons[-1:] if name != "cancel"), "")


STAGES = {
    Stage.SEALING: StageInfo(
        "note", "Sealing the message…", "The octets that will be sent are written once.", ("cancel",), True
    ),
    Stage.FAILED: StageInfo("error", "The message could not be sealed", "", ("close", "seal")),
    Stage.REVIEWING: StageInfo("note", "Ready to send", "These octets will be sent, none other.", ("close", "confirm")),
    Stage.HOLDING: StageInfo("note", "Held back", "Nothing has left yet.", ("undo", "now"), True),
    Stage.WAITING: StageInfo("note", "Waiting…", "Nothing was accepted yet.", ("cancel",), True),
    Stage.UPLOADING: StageInfo("note", "Sending…", "", ("cancel",), True),
    Stage.AWAITING: StageInfo(
        "note", "Waiting for the answer…", "The last octet has left: this can no longer be stopped.", (), True
    ),
    Stage.ACCEPTED: StageInfo("ok", "Accepted", "", ("copy", "close", "inbox")),
    Stage.REFUSED: StageInfo("error", "Refused", "", ("copy", "anyway", "close")),
    Stage.NOT_SENT: StageInfo("warning", "Not sent", "", ("copy", "close", "seal")),
    Stage.UNKNOWN: StageInfo("warning", "Nobody knows whether it was sent", "", ("copy", "close")),
}

_WORST_FIRST = (Stage.UNKNOWN, Stage.REFUSED, Stage.NOT_SENT, Stage.ACCEPTED)


def stage_of(state: SubmissionState) -> Stage:
    """Give the stage that shows a state of a submission.

    >>> stage_of(SubmissionState.AWAITING)
    <Stage.AWAITING: 'awaiting answer'>
    """
    return Stage(state.value)


def stage_of_all(records: tuple[SubmissionRecord, ...]) -> Stage:
    """Give the stage that shows the outcome of a batch: the worst of its items."""
    stages = {stage_of(record.state) for record in records}
    return next(stage for stage in _WORST_FIRST if stage in stages)


def outcome_sentence(stage: Stage, records: tuple[SubmissionRecord, ...]) -> str:
    """Say what an outcome means."""
    account = records[0].intent.account
    match stage:
        case Stage.ACCEPTED:
            local = "The local inbox took the message; it did not leave this machine."
            words = local if account == "local inbox" else f"{account} took the message. That is not delivery yet."
        case Stage.REFUSED:
            words = "Nothing was sent. This is the answer:"
        case Stage.NOT_SENT:
            words = "Surely nothing was sent; you can try again."
        case _:
            words = (
                "It may have been sent. It is not sent again by itself: ask a recipient, or look at the account's "
                "events, before you repeat it."
            )
    counted = f" {_counts(records)}" if len(records) > 1 else ""
    return words + counted


def _counts(records: tuple[SubmissionRecord, ...]) -> str:
    """Count the items of a batch by their states."""
    states = [record.state for record in records]
    return ", ".join(f"{states.count(state)} {state}" for state in dict.fromkeys(states)) + "."


def report_of(records: tuple[SubmissionRecord, ...]) -> str:
    """Write what became of a submission, to be copied."""
    lines = []
    for record in records:
        intent, outcome = record.intent, record.outcome
        lines += [
            f"State: {record.state}",
            f"Time: {(outcome.at if outcome else intent.at).isoformat(timespec='seconds')}",
            f"Account: {intent.account} ({intent.road.label})",
            f"From: {intent.envelope.mail_from}",
            f"To: {', '.join(intent.envelope.rcpt_to)}",
            f"Octets: {intent.length}, SHA-256 {intent.sha256}",
        ]
        lines += [f"Message id: {outcome.reference}"] if outcome and outcome.reference else []
        lines += [f"Answer: {outcome.sentence}"] if outcome and outcome.sentence else []
        lines += [f"Meaning: {outcome.explanation}"] if outcome and outcome.explanation else []
        lines += [f"Not recorded: {record.unrecorded}"] if record.unrecorded else []
        lines.append("")
    return "\n".join(lines)
