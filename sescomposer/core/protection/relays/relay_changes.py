"""What happens to messages on the way: a table of changes, applied to sealed octets to see what a signature bears."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, timedelta

from sescomposer.core.entity import Entity, Nested
from sescomposer.core.header import HeaderField, HeaderSection
from sescomposer.core.octets import Octets
from sescomposer.core.parse import parse
from sescomposer.core.protection.relays import relay_edits as edits

_CRLF = b"\r\n"
_FOOTER = b"-- \r\nThis message was checked by a server on the way.\r\n"
_HTML_FOOTER = b"<p>This message was checked by a server on the way.</p>\r\n"
_PIXEL = b'<img src="https://open.invalid/1.gif" width="1" height="1" alt="">\r\n'
_ADDED = (
    b"Return-Path: <0102@bounces.invalid>\r\n"
    b"Received: from relay.invalid by mx.invalid; Sat, 21 Nov 2026 12:00:00 +0000\r\n"
    b"DKIM-Signature: v=1; a=rsa-sha256; d=relay.invalid; s=s; h=from; bh=AAAA; b=AAAA\r\n"
    b"Feedback-ID: 1.relay:relay\r\n"
    b"X-Relay-Outgoing: 2026.11.21-192.0.2.1\r\n"
)
_LIST_BOUNDARY = b"=_list"


@dataclass(frozen=True)
class Change:
    """One change.

    Attributes:
        id: Names it.
        words: What is done, for people.
        by: Who does so, for people.
        change: Gives the changed octets of a message that was parsed, or the same octets (the same object) where there
            is nothing to change.
    """

    id: str
    words: str
    by: str
    change: Callable[[Entity], Octets]

    def transform(self, octets: Octets) -> Octets:
        """Give the changed octets of a message; the same object where there is nothing to change."""
        root = parse(octets)
        new = self.change(root)
        return octets if new is root.octets else new


def _each(change: Callable[[Entity], Entity]) -> Callable[[Entity], Octets]:
    """Change every leaf."""
    return lambda root: edits.mapped(root, change).octets


def _bodies(root: Entity) -> dict[str, Entity]:
    """Give the first plain text and the first HTML that a reader is shown, by media type."""
    attached = {
        id(inside) for entity in root.walk() if isinstance(entity.body, Nested) for inside in entity.body.entity.walk()
    }
    found: dict[str, Entity] = {}
    for entity in root.walk():
        if entity.is_text and entity.disposition != "attachment" and id(entity) not in attached:
            found.setdefault(entity.media_type, entity)
    return found


def _with_texts(root: Entity, texts: dict[str, bytes]) -> Octets:
    """Put a text behind the body of each media type named."""
    bodies = _bodies(root)
    added = {id(bodies[kind]): text for kind, text in texts.items() if kind in bodies}
    return edits.mapped(root, lambda leaf: edits.appended(leaf, added[id(leaf)]) if id(leaf) in added else leaf).octets


def _footer(root: Entity) -> Octets:
    return _with_texts(root, {"text/plain": _FOOTER, "text/html": _HTML_FOOTER})


def _pixel(root: Entity) -> Octets:
    return _with_texts(root, {"text/html": _PIXEL})


def _line_feeds(root: Entity) -> Octets:
    octets = root.octets
    head = octets.read(0, edits.WINDOW_OCTETS)
    if len(head) < len(octets):
        head = head[: head.rfind(_CRLF) + 2]
    return Octets.join((head.replace(_CRLF, b"\n"), octets[len(head) :]))


def _header(root: Entity) -> Octets:
    """Do to the outer header section what the service does, and fold every field anew."""
    kept = [field for field in root.header.fields if not field.name.lower().startswith("x-ses-")]
    fields = b"".join(_passed_on(field) for field in kept)
    header = HeaderSection(Octets.of(_ADDED + fields), _CRLF)
    return replace(root, header=header, separator=root.separator or _CRLF).octets


def _passed_on(field: HeaderField) -> bytes:
    match field.name.lower():
        case "":
            return field.octets
        case "message-id":
            return b"Message-ID: <0102-0304@relay.invalid>\r\n"
        case "date":
            return _a_second_later(field)
        case _:
            return edits.refolded(field.octets)


def _a_second_later(field: HeaderField) -> bytes:
    from email.utils import format_datetime, parsedate_to_datetime

    try:
        date = parsedate_to_datetime(field.body).astimezone(UTC) + timedelta(seconds=1)
    except (ValueError, OverflowError):
        # What is no date passes as it is.
        return edits.refolded(field.octets)
    return b"Date: " + format_datetime(date).encode("ascii") + _CRLF


def _wrapped(root: Entity) -> Octets:
    """Make the message the first part of another one, with a footer behind it, as mailing lists do."""
    fields = root.header.fields
    inside = [field for field in fields if field.name.lower().startswith("content-")]
    outside = [field for field in fields if not field.name.lower().startswith("content-")]
    kind = b'Content-Type: multipart/mixed; boundary="' + _LIST_BOUNDARY + b'"\r\n'
    mark = b"--" + _LIST_BOUNDARY
    return Octets.join(
        (
            *(field.octets for field in outside),
            *(kind, _CRLF, mark, _CRLF),
            *(field.octets for field in inside),
            *(_CRLF, root.body.octets, _CRLF, mark),
            *(b"\r\nContent-Type: text/plain\r\n\r\n", _FOOTER, mark, b"--\r\n"),
        )
    )


_RELAYS, _GATEWAYS, _TRACKING = "mail servers on the way", "gateways and archives", "tracking, also of SES"

CHANGES = (
    Change("headers", "Header fields are added and folded anew", _RELAYS, _header),
    Change("base64", "Base64 is wrapped anew", _GATEWAYS, _each(edits.rewrapped)),
    Change(
        "soft-breaks", "Soft line breaks of quoted-printable are moved", _GATEWAYS, _each(edits.with_other_soft_breaks)
    ),
    Change("blanks-stripped", "Blanks at line ends are taken away", _RELAYS, _each(edits.without_trailing_blanks)),
    Change("blanks-added", "Blanks are added at line ends", _GATEWAYS, _each(edits.with_trailing_blanks)),
    Change("line-feeds", "Line ends become LF alone", "mailboxes and programs on Unix", _line_feeds),
    Change("8bit", "Quoted-printable becomes 8-bit text, or the other way round", _RELAYS, _each(edits.converted)),
    Change("from", "Lines that start with “From ” get a >", "mailboxes in one file", _each(edits.with_marked_from)),
    Change("footer", "A footer is added to the text", "disclaimers and virus scanners", _footer),
    Change("list", "The message is put into another one with a footer", "mailing lists", _wrapped),
    Change("pixel", "An image that reports opening is added", _TRACKING, _pixel),
    Change("links", "Links are rewritten", "tracking and link protection", _each(edits.with_links)),
)
"""In the order to show them."""
