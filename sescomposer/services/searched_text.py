"""The text of a message by which the history finds it: names and addresses, what a reader reads, names of files."""

from sescomposer.core.entity import Entity
from sescomposer.core.errors import EncodingError
from sescomposer.core.html.plain_text import plain_text

MOST_CHARACTERS = 50_000
MOST_OCTETS = 500_000
"""Longer texts are left out: nobody wrote them."""

_FIELDS = ("From", "Sender", "Reply-To", "To", "Cc", "Subject", "Message-ID")
_MOST_PARTS = 100


def searched_text(root: Entity) -> str:
    r"""Give the text that is searched, cut where it is long; what cannot be decoded is left out.

    >>> from sescomposer.core.parse import parse
    >>> searched_text(parse(b"From: =?utf-8?Q?=C3=84da?= <a@a.example>\r\nContent-Type: text/html\r\n\r\n<p>Hi"))
    'Äda <a@a.example>\nHi'
    """
    found = [field.decoded for name in _FIELDS for field in root.header.all(name)]
    left = MOST_CHARACTERS
    for number, part in enumerate(root.walk()):
        if number >= _MOST_PARTS or left <= 0:
            break
        for text in (part.file_name, _text(part)):
            if text:
                found.append(text[:left])
                left -= len(text)
    return "\n".join(found)


def _text(part: Entity) -> str:
    """Give the text of a leaf, "" where it has none that can be read."""
    if not part.is_text or len(part.octets) > MOST_OCTETS:
        return ""
    try:
        text = part.text()
    except EncodingError:
        return ""
    return plain_text(text).strip() if part.media_type == "text/html" else text.strip()
