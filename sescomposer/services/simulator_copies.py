"""Copies of a message for the mailbox simulator of SES, one for each scenario, told apart by label and subject.

The simulator costs no reputation and counts no bounce (SES Developer Guide, using the mailbox simulator); the local
inbox plays the same scenarios without an account.
"""

from dataclasses import dataclass, replace

from sescomposer.core.entity import Entity
from sescomposer.core.errors import UsageError
from sescomposer.core.header import HeaderField, HeaderSection, make_field
from sescomposer.core.message import EnvelopeOverride, Message
from sescomposer.services.simulator import DOMAIN, SCENARIOS, Scenario

_TAKEN_OUT = ("Cc", "Bcc", "Resent-To", "Resent-Cc", "Resent-Bcc", "Message-ID")
_LABEL_CHARACTERS = 32


@dataclass(frozen=True)
class SimulatorCopy:
    """A message for one scenario.

    Attributes:
        scenario: What happens to it; its `explanation` is the sentence of what it should lead to.
        recipient: Its mailbox, with the label behind "+".
        message: What to send.
    """

    scenario: Scenario
    recipient: str
    message: Message


def simulator_copies(message: Message, label: str) -> tuple[SimulatorCopy, ...]:
    """Make a copy for every scenario, in their order; the message itself stays as it is.

    To holds the simulator's mailbox alone, Cc and Bcc are taken out, the subject names the scenario, and each copy gets
    a Message-ID of its own when it is sealed. The return path of the envelope, the options and the body are kept.

    Args:
        message: The message.
        label: Tells these copies from those of another time; at most 32 letters and digits, such as a token.

    Raises:
        UsageError: the label is none.
        HeaderError: the subject cannot be stored.

    >>> from sescomposer.core import compose
    >>> from sescomposer.core.identifiers import SeededIdentifiers
    >>> message = compose("a@a.example", "b@b.example", "Hi", text="x", ids=SeededIdentifiers())
    >>> copy = simulator_copies(message, "order42")[1]
    >>> copy.recipient, copy.message.root.subject, copy.message.root.header.get("To")
    ('bounce+order42@simulator.amazonses.com', '[simulator: bounce] Hi', 'bounce+order42@simulator.amazonses.com')
    """
    if not (label.isascii() and label.isalnum() and len(label) <= _LABEL_CHARACTERS):
        raise UsageError(
            f"{label!r} is no label for the simulator.",
            hint=f"It has 1 to {_LABEL_CHARACTERS} letters and digits.",
            value=label,
        )
    return tuple(_copy(message, scenario, label) for scenario in SCENARIOS)


def _copy(message: Message, scenario: Scenario, label: str) -> SimulatorCopy:
    """Make the copy for one scenario."""
    recipient = f"{scenario.local_part}+{label}@{DOMAIN}"
    envelope = EnvelopeOverride(message.envelope.mail_from, (recipient,))
    root = _addressed(message.root, recipient, f"[simulator: {scenario.local_part}] {message.root.subject}".rstrip())
    return SimulatorCopy(scenario, recipient, replace(message, root=root, envelope=envelope))


def _addressed(root: Entity, recipient: str, subject: str) -> Entity:
    """Give the message with that one recipient and that subject; where they stood, they stand."""
    header = root.header
    for name in _TAKEN_OUT:
        header = header.without(name)
    for name, value in (("To", recipient), ("Subject", subject)):
        header = _with_single(header, make_field(name, value, line_end=root.line_end))
    return replace(root, header=header, separator=root.separator or root.line_end)


def _with_single(header: HeaderSection, field: HeaderField) -> HeaderSection:
    """Put a field in the place of the first one of its name and take further ones out."""
    found = [i for i, old in enumerate(header.fields) if old.name.lower() == field.name.lower()]
    for index in reversed(found[1:]):
        header = header.replaced_at(index, None)
    return header.with_field(field.name, field)


__all__ = ["SimulatorCopy", "simulator_copies"]
