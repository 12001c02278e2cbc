"""Where to mend what the service refused: from the answer to a place, and the words of the button there. No Qt here."""

from collections.abc import Iterable
from dataclasses import dataclass

from sescomposer.core.answers import ServiceAnswer
from sescomposer.core.errors import AccountError, LoginNeededError, ProtectionError
from sescomposer.core.explanation import Target, TargetKind
from sescomposer.core.findings import Finding
from sescomposer.core.message import Road
from sescomposer.core.service_answers import answer_of_wire, explain, findings_behind
from sescomposer.services.ports import SubmissionRecord, SubmissionState
from sescomposer.services.unknown import LOCAL_ACCOUNT

_STEPS = ("auth", "mail-from", "rcpt-to", "data", "connect", "ehlo", "starttls")
_ACCOUNT = "Open the &accounts…"
_OPTIONS = "&Go to the options"
_WORDS = {
    TargetKind.FIELD: "&Go to {}",
    TargetKind.PART: "&Go to the part",
    TargetKind.RECIPIENTS: "&Go to the recipients",
    TargetKind.SIZE: "&Go to the attachments",
    TargetKind.IDENTITY: _ACCOUNT,
    TargetKind.ACCOUNT: _ACCOUNT,
    TargetKind.SECRET: _ACCOUNT,
    TargetKind.REGION: _ACCOUNT,
    TargetKind.CONFIGURATION_SET: _OPTIONS,
    TargetKind.TAGS: _OPTIONS,
    TargetKind.OPTIONS: _OPTIONS,
}
OF_ACCOUNT = (TargetKind.IDENTITY, TargetKind.ACCOUNT, TargetKind.SECRET, TargetKind.REGION)
"""Kinds of places that are no part of the message."""
_LONGEST_NAME = 30
_NOWHERE = Target(TargetKind.NONE)


@dataclass(frozen=True)
class Goal:
    """A place to go to.

    Attributes:
        words: For the button, with its access key.
        target: The place; NETWORK, CLOCK and NONE never are one.
        finding: What was found in the message at that very place, None for nothing.
        login: Name of the profile to sign in to, "" for none.
        history: Id of the submission to look up in the history, "" for none.
        action: Name of the window's action to do, "" for none.
    """

    words: str
    target: Target = _NOWHERE
    finding: Finding | None = None
    login: str = ""
    history: str = ""
    action: str = ""


GOAL_OF_KEYS = Goal("Open &keys and certificates…", action="keys")
"""Where to go when there is no key or certificate for what is wanted."""

GOAL_OF_PROBLEMS = Goal("&Look at the problems", action="check")
"""Where to go when the message itself cannot be signed as it is: its problems list the parts, and mend them."""


def goal_of(
    record: SubmissionRecord,
    findings: Iterable[Finding],
    answer: ServiceAnswer | None = None,
    *,
    is_of_window: bool = True,
    has_history: bool = False,
) -> Goal | None:
    """Give where to go after an outcome, None for nowhere.

    Args:
        record: What became of it.
        findings: Of the message in the window.
        answer: As it came; None to read it back from the record.
        is_of_window: Whether the message can be mended in the window.
        has_history: Whether there is a history.
    """
    if record.state is SubmissionState.ACCEPTED:
        return None
    if record.state is SubmissionState.UNKNOWN:
        return Goal("Look into the &history", history=record.intent.submission) if has_history else None
    answer = answer or _answer_of(record)
    if answer is None:
        return None
    behind = findings_behind(answer, findings) if is_of_window else ()
    target = explain(answer).target
    if target.kind in OF_ACCOUNT or (is_of_window and target.kind in _WORDS):
        return Goal(_words(target), target, next(iter(behind), None))
    return Goal("&Go to the problem", target, behind[0]) if behind else None


def goal_of_trouble(error: AccountError) -> Goal:
    """Give where to go when the account cannot be used."""
    if isinstance(error, LoginNeededError):
        return Goal("Sign &in…", Target(TargetKind.ACCOUNT), login=error.value if isinstance(error.value, str) else "")
    return Goal(_ACCOUNT, Target(TargetKind.ACCOUNT))


def goal_of_protection(error: ProtectionError) -> Goal:
    """Give where to go when a message cannot be signed or encrypted as is wanted.

    >>> goal_of_protection(ProtectionError("8-bit octets.", position=7)).action
    'check'
    """
    return GOAL_OF_PROBLEMS if error.position >= 0 else GOAL_OF_KEYS


def _words(target: Target) -> str:
    name = target.value if 0 < len(target.value) <= _LONGEST_NAME else "the header fields"
    return _WORDS[target.kind].format(name.replace("&", "&&"))


def _answer_of(record: SubmissionRecord) -> ServiceAnswer | None:
    """Read an answer back from its record; None where nobody answered."""
    outcome, intent = record.outcome, record.intent
    if outcome is None or not outcome.sentence or not (outcome.code or intent.account == LOCAL_ACCOUNT):
        return None
    answer = answer_of_wire(outcome.sentence, intent.road)
    if intent.road is not Road.SMTP or explain(answer).is_known:
        return answer
    # A record does not keep which command of SMTP was answered.
    tried = (answer_of_wire(outcome.sentence, intent.road, step) for step in _STEPS)
    return next((other for other in tried if explain(other).is_known), answer)
