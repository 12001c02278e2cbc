"""The short way to a message, for programs and the command line."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from sescomposer.core.entity import Entity
from sescomposer.core.header import HeaderField, HeaderSection, make_field
from sescomposer.core.identifiers import Identifiers
from sescomposer.core.message import Message
from sescomposer.core.structure import Attachment, attach, blank_message, embed, with_header_field, with_html, with_text

Addresses = str | Sequence[str]
"""Mailboxes and groups as text (RFC 5322 section 3.4): one string, or one for each."""


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
    root = _with_bodies(_with_fields(blank_message(), values, tuple(headers)), text, html, ids)
    for image in inline:
        root, _ = embed(root, _named(image, html or ""), ids)
    for file in attachments:
        root = attach(root, file, ids)
    return Message(root)


def _listed(addresses: Addresses) -> str:
    return addresses if isinstance(addresses, str) else ", ".join(addresses)


def _with_fields(root: Entity, named: list[tuple[str, str]], further: tuple[tuple[str, str], ...]) -> Entity:
    """Put fields before those of MIME; further Content-* fields replace what stands there."""
    fields: list[HeaderField] = [make_field(name, value) for name, value in named if value]
    fields += [make_field(name, value) for name, value in further if not _is_mime(name)]
    header = HeaderSection.of_fields((*fields, *root.header.fields))
    root = replace(root, header=header)
    for name, value in further:
        if _is_mime(name):
            root = with_header_field(root, root.key, name, value)
    return root


def _is_mime(name: str) -> bool:
    return name.lower() == "mime-version" or name.lower().startswith("content-")


def _with_bodies(root: Entity, text: str | None, html: str | None, ids: Identifiers) -> Entity:
    if text is not None:
        root = with_text(root, text, ids)
    return root if html is None else with_html(root, html, ids)


def _named(image: Attachment, html: str) -> Attachment:
    is_shown_by_name = image.file_name and f"cid:{image.file_name}" in html
    return replace(image, content_id=image.file_name) if is_shown_by_name and not image.content_id else image
