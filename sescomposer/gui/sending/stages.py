"""The stages of the send sheet: words, sign and buttons of each. No Qt here."""

from dataclasses import dataclass
from enum import StrEnum

from sescomposer.services.ports import SubmissionRecord, SubmissionState


class Stage(StrEnum):
    """What the sheet is doing: sealing comes before the states of a submission, which keep their own words."""

    SEALING = "sealing"
    FAILED = "failed"
    NO_ACCOUNT = "no account"
    PAUSED = "paused"
    REVIEWING = SubmissionState.REVIEWING.value
    HOLDING = SubmissionState.HOLDING.value
    WAITING = SubmissionState.WAITING.value
    UPLOADING = SubmissionState.UPLOADING.value
    AWAITING = SubmissionState.AWAITING.value
    ACCEPTED = SubmissionState.ACCEPTED.value
    REFUSED = SubmissionState.REFUSED.value
    NOT_SENT = SubmissionState.NOT_SENT.value
    UNKNOWN = SubmissionState.UNKNOWN.value


UNDER_WAY = (Stage.WAITING, Stage.PAUSED, Stage.UPLOADING, Stage.AWAITING)
"""Stages of a submission that has begun and not ended."""

ENDED = (Stage.ACCEPTED, Stage.REFUSED, Stage.NOT_SENT, Stage.UNKNOWN)
"""Stages of a submission that has ended."""

_STOPPING = ("cancel", "stop", "pause", "resume")


@dataclass(frozen=True, slots=True)
class StageInfo:
    """How a stage is shown.

    Attributes:
        kind: Sign and colour: "note", "ok", "warning" or "error".
        title: A few words.
        sentence: What it means; filled in where more is known.
        buttons: Names of the buttons, in order.
        shows_progress: Whether a bar runs.
        batch_buttons: Those of a batch, where they are others.
    """

    kind: str
    title: str
    sentence: str = ""
    buttons: tuple[str, ...] = ("close",)
    shows_progress: bool = False
    batch_buttons: tuple[str, ...] = ()

    @property
    def default(self) -> str:
        """The last button, but for those that steer what is under way: Return never stops it. "" for none."""
        return next((name for name in self.buttons[-1:] if name not in _STOPPING), "")

    def buttons_of(self, is_batch: bool) -> tuple[str, ...]:
        """Give the buttons of one message or of a batch."""
        return (self.batch_buttons or self.buttons) if is_batch else self.buttons


STAGES = {
    Stage.SEALING: StageInfo(
        "note", "Sealing the message…", "The octets that will be sent are written once.", ("cancel",), True
    ),
    Stage.FAILED: StageInfo("error", "The message could not be sealed", "", ("close", "goto", "seal")),
    Stage.NO_ACCOUNT: StageInfo("error", "The account cannot be used", "", ("close", "again", "goto")),
    Stage.REVIEWING: StageInfo(
        "note", "Ready to send", "These octets will be sent, none other.", ("goto", "close", "confirm")
    ),
    Stage.HOLDING: StageInfo("note", "Held back", "Nothing has left yet.", ("undo", "now"), True),
    Stage.WAITING: StageInfo(
        "note", "Waiting…", "Nothing was accepted yet.", ("hurry", "stop"), True, ("hurry", "pause", "stop")
    ),
    Stage.PAUSED: StageInfo("note", "Paused", "What is on its way goes on; nothing else starts.", ("resume", "stop")),
    Stage.UPLOADING: StageInfo("note", "Sending…", "", ("cancel",), True, ("pause", "stop")),
    Stage.AWAITING: StageInfo(
        "note",
        "Waiting for the answer…",
        "The last octet has left: this can no longer be stopped.",
        (),
        True,
        ("pause", "stop"),
    ),
    Stage.ACCEPTED: StageInfo("ok", "Accepted", "", ("copy", "goto", "close", "inbox")),
    Stage.REFUSED: StageInfo("error", "Refused", "", ("copy", "goto", "anyway", "close")),
    Stage.NOT_SENT: StageInfo("warning", "Not sent", "", ("copy", "goto", "close", "seal")),
    Stage.UNKNOWN: StageInfo("warning", "Nobody knows whether it was sent", "", ("copy", "goto", "close")),
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
