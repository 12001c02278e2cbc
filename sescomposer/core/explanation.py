"""What an answer of the service means: whether the message was accepted, when to try again, and where to mend it."""

from dataclasses import dataclass
from enum import StrEnum


class Certainty(StrEnum):
    """What is sure about a message after an answer that is no acceptance."""

    REFUSED = "refused"
    """The service answered, and did not accept it."""
    NOT_SENT = "not-sent"
    """It never reached the service whole."""
    UNKNOWN = "unknown"
    """It may have been accepted: after a failure of the server or no answer, once all octets may have left."""


class Wait(StrEnum):
    """Whether waiting alone helps."""

    NONE = "none"
    RATE = "rate"
    """Seconds, at most ten minutes: too much came at once."""
    DAY = "day"
    """Until the messages of the last 24 hours no longer count."""


class TargetKind(StrEnum):
    """Kinds of places where something can be mended."""

    FIELD = "field"
    PART = "part"
    IDENTITY = "identity"
    RECIPIENTS = "recipients"
    CONFIGURATION_SET = "configuration-set"
    TAGS = "tags"
    OPTIONS = "options"
    ACCOUNT = "account"
    REGION = "region"
    SIZE = "size"
    SECRET = "secret"
    NETWORK = "network"
    CLOCK = "clock"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Target:
    """The place to go to.

    Attributes:
        kind: What is to be mended.
        value: Which one, as the service named it, "" where it did not: name of a field, words of a part (such as its
            file name), identities or addresses separated by commas, a tag, name of an option, a region, octets. Text on
            one line without control characters; it comes from outside and is never markup.
    """

    kind: TargetKind
    value: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """An answer in our words.

    Attributes:
        code: Our name of it, lower case with dashes.
        sentence: What it means, naming what is to be mended. Plain text on one line.
        hint: What the user can do.
        target: Where.
        certainty, wait: See there.
        is_known: False where only the class of the answer is explained, because its words are in no table.
    """

    code: str
    sentence: str
    hint: str
    target: Target
    certainty: Certainty
    wait: Wait = Wait.NONE
    is_known: bool = True
