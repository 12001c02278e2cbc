"""What the writer may have forgotten: the text beside the HTML, and the attachment that the text promises."""

from collections.abc import Iterator

from sescomposer.core.attachment_words import promise_in
from sescomposer.core.body_parts import body_parts
from sescomposer.core.checks.subject import Subject, kept
from sescomposer.core.entity import Entity
from sescomposer.core.errors import EncodingError
from sescomposer.core.findings import Finding, Fix, Severity, Where
from sescomposer.core.html.plain_text import plain_text
from sescomposer.core.identifiers import Identifiers
from sescomposer.core.message import Message
from sescomposer.core.structure import with_text


def text_alternative(subject: Subject) -> Iterator[Finding]:
    """Check that a message with HTML has text beside it."""
    parts = body_parts(subject.root)
    if parts.html is not None and parts.text is None:
        yield Finding(
            "no-text-alternative",
            Severity.WARNING,
            "There is HTML but no text: readers without HTML show nothing, and filters count it against the sender.",
            Where(parts.html.key),
            "RFC 2046 5.1.4",
            Fix("Make text from the HTML", _add_text) if kept(parts.html, _own_words) else None,
        )


def _add_text(message: Message, ids: Identifiers) -> Message:
    """Put the text of the HTML beside it."""
    html = body_parts(message.root).html
    if html is None:
        return message
    return message.edited(lambda root: with_text(root, plain_text(html.text()), ids))


def forgotten_attachment(subject: Subject) -> Iterator[Finding]:
    """Warn where subject or text speak of an attachment and there is none."""
    if not subject.forgotten_attachment:
        return
    parts = body_parts(subject.root)
    if parts.attachments:
        return
    leaf = parts.text or parts.html
    more = subject.more_attachment_words
    found = promise_in(subject.root.subject, more)
    where = Where(subject.root.key, "Subject")
    if not found and leaf is not None:
        found = promise_in(kept(leaf, _own_words), more)
        where = Where(leaf.key)
    if found:
        message = f"The message says {found!r}, but nothing is attached."
        yield Finding("attachment-forgotten", Severity.WARNING, message, where, "custom of mail readers")


def _own_words(leaf: Entity) -> str:
    """Give the text of a leaf without quoted lines; "" where it cannot be read."""
    try:
        text = leaf.text() if leaf.media_type != "text/html" else plain_text(leaf.text())
    except EncodingError:
        # What is wrong with the octets is another check's matter.
        return ""
    return "\n".join(line for line in text.split("\n") if not line.startswith(">"))
