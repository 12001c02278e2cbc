"""The short way to a message, for programs and the command line."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from sescomposer.core.entity import Entity
from sescomposer.core.header import HeaderField, HeaderSection, make_field
from sescomposer.core.identifiers import Identifiers
from sescomposer.core.message import Message
from sescomposer.core.octets import Octets
from sescomposer.core.sender_domain import domain_of
from sescomposer.core.structure import Attachment, arranged, with_header_field

Addresses = str | Sequence[str]
"""Mailboxes and groups as text (RFC 5322 section 3.4): one string, or one for each."""

_VERSION = b"MIME-Version: 1.0\r\n"


def compose(
    from_: Addresses,
    to: Addresses,
    subject: str,
    *,
    cc: Addresses = (),
    bcc: Addresses = (),
    reply_to: Addresses = (),
    text: str | None = None,
    html: str | None = None,
    attachments: Iterable[Attachment] = (),
    inline: Iterable[Attachment] = (),
    headers: Iterable[tuple[str, str]] = (),
    ids: Identifiers,
) -> Message:
    """Compose a message.

    Args:
        from_, to, cc, bcc, reply_to: Decoded text in any script; nothing is written for an empty one.
        subject: Decoded text on one line.
        text, html: Bodies with any line ends; with both they stand in a multipart/alternative.
        attachments: Files, in order.
        inline: Images shown by the HTML, which names them `cid:` and their Content-ID. One without a Content-ID
            takes its file name where the HTML says `cid:` and that name, else a new one.
        headers: Further fields as pairs of name and decoded value, in order.
        ids: Maker of boundaries and Content-IDs.

    Returns:
        A message that is 7-bit, with CRLF and short lines. Date and Message-ID are stamped when it is sealed.

    Raises:
        HeaderError: a name or value cannot be stored (CR, LF, NUL, unpaired surrogates).
        EncodingError: a body holds unpaired surrogates.
        EditError: there are inline images and no HTML.

    >>> from sescomposer.core.identifiers import SeededIdentifiers
    >>> message = compose("a@a.example", "b@b.example", "Hi", text="Dear B,", ids=SeededIdentifiers())
    >>> print(bytes(message.root.octets).decode().replace("\\r", ""))
    From: a@a.example
    To: b@b.example
    Subject: Hi
    MIME-Version: 1.0
    Content-Type: text/plain; charset=utf-8
    Content-Transfer-Encoding: 7bit
    <BLANKLINE>
    Dear B,
    """
    named = (("From", from_), ("To", to), ("Cc", cc), ("Bcc", bcc), ("Reply-To", reply_to), ("Subject", subject))
    values = [(name, _listed(value)) for name, value in named]
    further = tuple(headers)
    fields = [make_field(name, value) for name, value in values if value]
    fields += [make_field(name, value) for name, value in further if not _is_mime(name)]
    images = [_named(image, html or "", _listed(from_), ids) for image in inline]
    root = _as_message(fields, arranged(text, html, images, attachments, ids))
    for name, value in further:
        if _is_mime(name):
            root = with_header_field(root, root.key, name, value)
    return Message(root)


def _listed(addresses: Addresses) -> str:
    return addresses if isinstance(addresses, str) else ", ".join(addresses)


def _as_message(fields: list[HeaderField], body: Entity) -> Entity:
    """Put the fields of a message before those of its body."""
    octets = [field.octets for field in fields]
    header = HeaderSection.of_octets(Octets.of(b"".join((*octets, _VERSION, bytes(body.header.octets)))))
    return replace(body, header=header)


def _is_mime(name: str) -> bool:
    return name.lower() == "mime-version" or name.lower().startswith("content-")


def _named(image: Attachment, html: str, from_: str, ids: Identifiers) -> Attachment:
    """Give an image the Content-ID that the HTML uses for it, or a new one."""
    if image.content_id:
        return image
    if image.file_name and f"cid:{image.file_name}" in html:
        return replace(image, content_id=image.file_name)
    return replace(image, content_id=ids.content_id(domain_of(from_)))
