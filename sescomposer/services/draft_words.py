"""What lists show of a draft and searches look at, taken from its message."""

import re

from sescomposer.core.body_parts import body_parts
from sescomposer.core.entity import Entity
from sescomposer.core.envelope import RECIPIENT_FIELDS
from sescomposer.core.errors import SesComposerError
from sescomposer.core.message import Message
from sescomposer.services.draft_ports import Summary
from sescomposer.services.fullness import fullness

SEARCHED_CHARACTERS = 20_000
"""How much of text and of HTML a search looks at."""

_LARGEST_OCTETS = 1 << 20
_TAG = re.compile(r"<[^<>]*>")


def summary_of(message: Message) -> Summary:
    r"""Sum up a message.

    >>> from sescomposer.core.parse import parse
    >>> found = summary_of(Message(parse(b"To: a@example.org\r\nSubject: Plan\r\n\r\nDear  Ann\r\n")))
    >>> found.subject, found.recipients, found.text
    ('Plan', ('a@example.org',), 'Dear Ann')
    """
    root, held = message.root, fullness(message)
    fields = [field.decoded for name in RECIPIENT_FIELDS for field in root.header.all(name)]
    recipients = tuple(" ".join(words.split()) for words in (*fields, *(message.envelope.rcpt_to or ())))
    parts = body_parts(root)
    texts = (_searched(parts.text), _TAG.sub(" ", _searched(parts.html)))
    text = " ".join(" ".join(texts).split())
    return Summary(" ".join(root.subject.split()), tuple(filter(None, recipients)), text, held.text, held.parts)


def _searched(leaf: Entity | None) -> str:
    """Give the beginning of a text; nothing of one that cannot be read or is too large to be looked at in passing."""
    if leaf is None or len(leaf.body.octets) > _LARGEST_OCTETS:
        return ""
    try:
        return leaf.text()[:SEARCHED_CHARACTERS]
    except SesComposerError:
        return ""
