"""How a part is told in words and by an icon, in the tree and wherever parts are listed."""

from collections.abc import Sequence

from PySide6.QtGui import QIcon

from sescomposer.core.entity import Entity
from sescomposer.core.notes import Note
from sescomposer.gui.icons import icon
from sescomposer.gui.panes.raw_text import shown
from sescomposer.gui.part_kinds import icon_of as icon_of_type
from sescomposer.gui.tips import tip

_SEALED_OFF = {"multipart/signed": "signed, read-only", "multipart/encrypted": "encrypted, read-only"}
_SEALED_OFF_ICONS = {"multipart/signed": "sign", "multipart/encrypted": "lock"}
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


def part_tip(entity: Entity, is_locked: bool, found: Sequence[str] = (), told: str = "") -> str:
    """Give the tool tip of a part: what it is, how long, why it is as it is, what is told and what was found."""
    note = _REASONS.get(Note(entity.note), "") if entity.note else ""
    return tip(
        entity.media_type,
        safe_name(entity.file_name),
        f"{len(entity.octets):,} octets",
        f"Content-ID {shown(entity.content_id.encode('utf-8', 'replace')).text}" if entity.content_id else "",
        "It lies below a signature or inside encryption and cannot be edited." if is_locked else "",
        told,
        note,
        *found[:_MOST_FOUND],
        f"and {len(found) - _MOST_FOUND} problems more" if len(found) > _MOST_FOUND else "",
    )


def icon_of(entity: Entity) -> QIcon:
    """Give the icon of a kind of part, in the colour of the kind."""
    if is_sealed_off(entity):
        return icon(_SEALED_OFF_ICONS[entity.media_type], "part_signature")
    return icon(*icon_of_type(entity.media_type))
