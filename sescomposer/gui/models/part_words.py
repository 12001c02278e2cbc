"""How a part is told in words and by an icon, in the tree and wherever parts are listed."""

from collections.abc import Sequence

from PySide6.QtGui import QIcon

from sescomposer.core.entity import Entity
from sescomposer.core.notes import Note
from sescomposer.gui.icons import icon
from sescomposer.gui.panes.raw_text import shown
from sescomposer.gui.tips import tip

_SEALED_OFF = {"multipart/signed": "signed, read-only", "multipart/encrypted": "encrypted, read-only"}
_REASONS = {
    Note.TOO_DEEP: "It is nested too deep to be opened; its octets are kept as they are.",
    Note.TOO_MANY_PARTS: "The message has too many parts; this one was not opened, its octets are kept as they are.",
    Note.NO_BOUNDARY: "It names no boundary, so its parts cannot be told apart.",
    Note.BOUNDARY_IN_USE: "Its boundary is that of a part around it.",
    Note.ENCODED_MESSAGE: "A message inside a message must not be encoded; this one was not opened.",
    Note.START_MISSING: "No delimiter starts its first part.",
    Note.NO_PARTS: "Nothing follows its delimiter.",
}
_MOST_FOUND = 5


def is_sealed_off(entity: Entity) -> bool:
    """Whether nothing inside of a container may be edited, because it is signed or encrypted."""
    return entity.is_multipart and entity.media_type in _SEALED_OFF


def safe_name(name: str) -> str:
    """Give a file name that can stand in a line: nothing of it hides or turns the line around.

    >>> safe_name("a.pdf") == "\\u2068a.pdf\\u2069", "RLO" in safe_name("fdp.\\u202eexe")
    (True, True)
    """
    return f"\u2068{shown(name.encode('utf-8', 'replace')).text}\u2069" if name else ""


def details(entity: Entity, is_locked: bool) -> str:
    """Say what tells parts apart: name, charset, encoding, disposition; and what hinders edits."""
    charset = entity.charset if entity.is_text else ""
    encoding = "" if entity.children else entity.transfer_encoding.value
    state = _SEALED_OFF.get(entity.media_type, "") if entity.is_multipart else ""
    if is_locked:
        state = "read-only"
    opened = f"not opened: {entity.note}" if entity.note else ""
    words = (safe_name(entity.file_name), charset, encoding, entity.disposition, state, opened)
    return ", ".join(word for word in words if word)


def part_tip(entity: Entity, is_locked: bool, found: Sequence[str] = ()) -> str:
    """Give the tool tip of a part: what it is, how long, why it is as it is, and what was found."""
    note = _REASONS.get(Note(entity.note), "") if entity.note else ""
    return tip(
        entity.media_type,
        safe_name(entity.file_name),
        f"{len(entity.octets):,} octets",
        f"Content-ID {shown(entity.content_id.encode('utf-8', 'replace')).text}" if entity.content_id else "",
        "It lies below a signature or inside encryption and cannot be edited." if is_locked else "",
        note,
        *found[:_MOST_FOUND],
        f"and {len(found) - _MOST_FOUND} problems more" if len(found) > _MOST_FOUND else "",
    )


def icon_of(entity: Entity) -> QIcon:
    """Give the icon of a kind of part, in the colour of the kind."""
    kind, _, subtype = entity.media_type.partition("/")
    match kind, subtype:
        case "multipart", "signed":
            return icon("sign", "part_signature")
        case "multipart", "encrypted":
            return icon("lock", "part_signature")
        case "multipart", _:
            return icon("tree", "part_multipart")
        case "message", _:
            return icon("envelope", "part_message")
        case "text", "html":
            return icon("html", "part_html")
        case "text", "calendar":
            return icon("invitation", "part_calendar")
        case "text", _:
            return icon("text", "part_text")
        case "image", _:
            return icon("image", "part_image")
        case _, "pdf":
            return icon("pdf", "part_file")
        case _, "pkcs7-signature" | "pgp-signature" | "x-pkcs7-signature":
            return icon("key", "part_signature")
        case _:
            return icon("file", "part_file")
