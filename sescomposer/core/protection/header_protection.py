"""Header protection (RFC 9788): copies of what people read, inside what is signed or encrypted, and reading them.

Date and Message-ID are left out: the service overwrites both, and copies inside would contradict what arrives.
"""

import re
from dataclasses import dataclass, replace
from html import escape

from sescomposer.core.body_parts import body_parts
from sescomposer.core.entity import Entity
from sescomposer.core.errors import EditError, EncodingError
from sescomposer.core.folding import fold
from sescomposer.core.header import HeaderField, HeaderSection
from sescomposer.core.identifiers import Identifiers
from sescomposer.core.structure.fields import CONTENT_TYPE, is_content, with_parameter
from sescomposer.core.structure.leaf import editable_text, splice
from sescomposer.core.structure.paths import grafted, path_to

PROTECTED_FIELDS = (
    "From",
    "Sender",
    "Reply-To",
    "To",
    "Cc",
    "Subject",
    "In-Reply-To",
    "References",
    "Comments",
    "Keywords",
)
"""What is copied inside, where the message has it."""

HIDDEN_SUBJECT = "[...]"
"""What stands in place of the subject outside of encrypted content (RFC 9788 section 3.2.1)."""

_DROPPED_OUTSIDE = ("Comments", "Keywords")
_OUTER = "HP-Outer"
_SCHEMES = ("clear", "cipher")
_OLD_SCHEME = "v1"
_PLACEHOLDERS = (HIDDEN_SUBJECT, "...", "Encrypted Message")
_CRLF = b"\r\n"
_PLACES = [
    re.compile(opening, re.IGNORECASE)
    for opening in (r"<body\b[^>]*>", r"</head\s*>", r"<html\b[^>]*>", r"<!doctype\b[^>]*>")
]
"""Behind the first of these that HTML has, the subject is shown."""


@dataclass(frozen=True, slots=True)
class ProtectedFields:
    """The header fields that an entity holds inside its protection.

    Attributes:
        scheme: "clear" for signed, "cipher" for encrypted (RFC 9788), "v1" for the older way of OpenPGP.
        fields: The copies.
        outer: Name and unfolded body of each field that was outside when it was sent; only for "cipher".
    """

    scheme: str
    fields: tuple[HeaderField, ...]
    outer: tuple[tuple[str, str], ...] = ()

    def all(self, name: str) -> tuple[str, ...]:
        """Give the decoded text of each copy of a field."""
        return tuple(field.decoded for field in self.fields if field.name.lower() == name.lower())


def with_header_protection(
    entity: Entity, root: Entity, encrypted: bool, *, ids: Identifiers | None = None, is_openpgp: bool = False
) -> Entity:
    r"""Give the entity with copies of the fields that people read, to be signed or encrypted.

    Args:
        entity: What `entity_to_sign` gave, CRLF everywhere.
        root: The message it came from.
        encrypted: Whether it will be encrypted; then it says too what stands outside.
        ids: Maker of boundaries. Where there is one and it will be encrypted, the subject is also written at the top
            of the text, for readers that show no protected fields (RFC 9788 section 5.2.2).
        is_openpgp: Whether it says so in the older way as well, which is read by more programs of OpenPGP.

    >>> from sescomposer.core.parse import parse
    >>> from sescomposer.core.protection.protected_entity import entity_to_sign
    >>> root = parse(b"Subject: a\r\nDate: today\r\nContent-Type: text/plain\r\n\r\nHi\r\n")
    >>> inside = with_header_protection(entity_to_sign(root), root, False)
    >>> [field.name for field in inside.header.fields], inside.content_type.get("hp")
    (['Subject', 'Content-Type', 'Content-Transfer-Encoding'], 'clear')
    """
    if encrypted and ids is not None and (subject := root.subject.strip()):
        entity = _with_subject_shown(entity, subject, ids)
    copies = [_ended(field) for field in root.header.fields if _is_protected(field)]
    if encrypted:
        outside = with_hidden_fields(root.header)
        copies += [_outer_field(field) for field in outside.fields if _is_protected(field)]
    header = _with_parameter(entity.header, "hp", "cipher" if encrypted else "clear")
    if is_openpgp:
        header = _with_parameter(header, "protected-headers", _OLD_SCHEME)
    kept = [field for field in header.fields if is_content(field)]
    return replace(entity, header=HeaderSection.of_fields([*copies, *kept], _CRLF))


def with_hidden_fields(header: HeaderSection) -> HeaderSection:
    r"""Give the fields that stay outside of encrypted content: the subject says nothing, comments and keywords go.

    >>> from sescomposer.core.octets import Octets
    >>> bytes(with_hidden_fields(HeaderSection.of_octets(Octets.of(b"Subject: a\r\nComments: b\r\n"))).octets)
    b'Subject: [...]\r\n'
    """
    for name in _DROPPED_OUTSIDE:
        header = header.without(name)
    found = header.first("Subject")
    if found is None:
        return header
    shown = HeaderField(f"{found.name}: {HIDDEN_SUBJECT}".encode("ascii") + _CRLF)
    first = next(index for index, field in enumerate(header.fields) if _is_subject(field))
    rest = [shown if index == first else field for index, field in enumerate(header.fields)]
    fields = [field for field in rest if field is shown or not _is_subject(field)]
    return HeaderSection.of_fields(fields, _CRLF)


def protected_fields(inside: Entity) -> ProtectedFields | None:
    """Give the fields that the root of protected content holds; None where it protects none.

    Fields of a message that is merely attached are no protected ones: only what says that it is counts.
    """
    scheme = inside.content_type.get("hp").strip().lower()
    if scheme not in _SCHEMES:
        scheme = inside.content_type.get("protected-headers").strip().lower()
        if scheme != _OLD_SCHEME:
            return None
    fields = tuple(field for field in inside.header.fields if _is_copy(field))
    outer = tuple(_named(field.body) for field in inside.header.all(_OUTER))
    return ProtectedFields(scheme, fields, outer if scheme == "cipher" else ())


def differing(root: Entity, protected: ProtectedFields) -> tuple[str, ...]:
    """Give the names of fields whose copy inside says something else than the message says outside.

    A subject that was hidden on purpose is none of them.
    """
    names = dict.fromkeys(field.name.lower() for field in protected.fields)
    called = {field.name.lower(): field.name for field in reversed(protected.fields)}
    return tuple(called[name] for name in names if not _agrees(root, protected, name))


def _agrees(root: Entity, protected: ProtectedFields, name: str) -> bool:
    outside = sorted(_plain(field.decoded) for field in root.header.all(name))
    if outside == sorted(map(_plain, protected.all(name))):
        return True
    if protected.scheme == "cipher":
        sent = (
            HeaderField(f"{outer}: {body}\r\n".encode()).decoded
            for outer, body in protected.outer
            if outer.lower() == name
        )
        return outside == sorted(map(_plain, sent))
    is_hidden = name == "subject" and all(text in _PLACEHOLDERS for text in outside)
    return protected.scheme == _OLD_SCHEME and is_hidden


def _plain(text: str) -> str:
    return " ".join(text.split())


def _named(body: str) -> tuple[str, str]:
    name, _, rest = body.partition(":")
    return name.strip(), rest.strip()


def _is_copy(field: HeaderField) -> bool:
    return field.is_field and not is_content(field) and field.name.lower() not in (_OUTER.lower(), "mime-version")


def _is_protected(field: HeaderField) -> bool:
    return field.name.lower() in _PROTECTED_NAMES


_PROTECTED_NAMES = frozenset(name.lower() for name in PROTECTED_FIELDS)


def _is_subject(field: HeaderField) -> bool:
    return field.name.lower() == "subject"


def _ended(field: HeaderField) -> HeaderField:
    return field if field.octets.endswith(_CRLF) else HeaderField(field.octets + _CRLF)


def _outer_field(field: HeaderField) -> HeaderField:
    return HeaderField(fold(_OUTER, f"{field.name}: {field.body}"))


def _with_parameter(header: HeaderSection, name: str, value: str) -> HeaderSection:
    if header.first(CONTENT_TYPE) is None:
        header = header.with_field(CONTENT_TYPE, b"Content-Type: text/plain; charset=us-ascii\r\n")
    return with_parameter(header, CONTENT_TYPE, name, value, _CRLF)


def _with_subject_shown(entity: Entity, subject: str, ids: Identifiers) -> Entity:
    """Write the subject at the top of the texts of the body (RFC 9788 section 5.2.2)."""
    parts = body_parts(entity)
    for leaf in (parts.text, parts.html):
        if leaf is None:
            continue
        try:
            if leaf.media_type == "text/html":
                at, added = _html_display(str(editable_text(leaf)), subject)
            else:
                at, added = 0, f"Subject: {subject}\n\n"
            shown = splice(entity, leaf.key, at, 0, added, ids)
        except (EditError, EncodingError):
            # A text that is signed already, or that cannot be written back as it was, is left as it is.
            continue
        path = path_to(shown, leaf.key)
        header = with_parameter(path[-1].header, CONTENT_TYPE, "hp-legacy-display", "1", _CRLF)
        entity = grafted(path, replace(path[-1], header=header))
    return entity


def _html_display(html: str, subject: str) -> tuple[int, str]:
    """Give place and text of what shows the subject in HTML."""
    display = f'<div class="header-protection-legacy-display"><pre>Subject: {escape(subject)}</pre></div>\n'
    for place in _PLACES:
        if found := place.search(html):
            return found.end(), display
    return 0, display
