"""The calendar object in the tree of a message: where it is, putting it there, keeping its copies the same (RFC 6047).

The main copy is the `text/calendar` part of the text; the same octets may be attached as a file. Every edit is root in,
root out. What is signed or encrypted is refused as every edit of it is.
"""

from dataclasses import replace
from itertools import pairwise

from sescomposer.core.body_parts import body_parts, related_root
from sescomposer.core.entity import Body, Entity, Given, Made
from sescomposer.core.errors import EditError
from sescomposer.core.header import HeaderSection
from sescomposer.core.identifiers import Identifiers
from sescomposer.core.invitation.calendar import Calendar, read_calendar
from sescomposer.core.invitation.layouts import Layout
from sescomposer.core.invitation.parts import CALENDAR_TYPES, calendar_parts
from sescomposer.core.lazy import kept
from sescomposer.core.octets import Octets
from sescomposer.core.quoted_printable import quoted_printable
from sescomposer.core.structure import attach, move, remove
from sescomposer.core.structure.attachment import Attachment, part_of
from sescomposer.core.structure.containers import inserted, wrapped
from sescomposer.core.structure.fields import CONTENT_TYPE, TRANSFER_ENCODING, encoding_field, with_parameter
from sescomposer.core.structure.leaf import is_clean
from sescomposer.core.structure.messages import is_empty_text, with_content_fields
from sescomposer.core.structure.paths import Path, editable_path, grafted, path_to
from sescomposer.core.transfer_encoding import TransferEncoding, decode

FILE_NAME = "invite.ics"
"""Name of the attached copy of an invitation."""

PUBLISHED_NAME = "event.ics"
"""Name of the file of an event that asks for no answer."""


# --- finding ---------------------------------------------------------------------------------------------------------


def calendar_part(root: Entity) -> Entity | None:
    """Give the part that counts: the first `text/calendar` that is no attachment, else the first there is.

    >>> from sescomposer.core.parse import parse
    >>> calendar_part(parse(b"Content-Type: text/calendar\\r\\n\\r\\n")).media_type
    'text/calendar'
    """
    parts = calendar_parts(root)
    ranked = (
        next((part for part in parts if _is_body(part)), None),
        next((part for part in parts if part.media_type == CALENDAR_TYPES[0]), None),
        next(iter(parts), None),
    )
    return next((part for part in ranked if part is not None), None)


def calendar_of(root: Entity) -> Calendar | None:
    """Read the calendar object of a message, None if it has none; read once for each part."""
    part = calendar_part(root)
    return None if part is None else kept(part, _calendar_in)


def copies(root: Entity) -> tuple[Entity, ...]:
    """Give the parts that hold the message's calendar object: those of the same octets or with the same UID."""
    main = calendar_part(root)
    if main is None:
        return ()
    return tuple(part for part in calendar_parts(root) if part is main or _is_copy(main, part))


def layout_of(root: Entity) -> Layout | None:
    """Tell where the calendar object stands; None if there is none, or it stands as no layout has it."""
    main = calendar_part(root)
    if main is None:
        return None
    root = _what_is_signed(root, main)
    if main is root:
        return Layout.SINGLE
    path = path_to(root, main.key)
    if not _is_body(main):
        is_file = main.media_type == CALENDAR_TYPES[0] and not _other_bodies(root, main)
        return Layout.PUBLISH_FILE if is_file else None
    if path[-2].media_type == "multipart/alternative" or _leads_alone(root, path):
        return _layout_of_alternative(root, path)
    is_beside = path[-2].media_type == "multipart/mixed" and path[-2].children[0] is not main and len(copies(root)) == 1
    return Layout.BESIDE if is_beside else None


def _what_is_signed(root: Entity, main: Entity) -> Entity:
    """Go into signatures in the open (RFC 1847): what readers place is what is signed."""
    while root.media_type == "multipart/signed" and root.is_multipart and root.children:
        inside = root.children[0]
        if inside.find(main.key) is None:
            break
        root = inside
    return root


def _leads_alone(root: Entity, path: Path) -> bool:
    """Whether it stands where the alternative would if there were a text."""
    parts = body_parts(root)
    return parts.text is None and parts.html is None and path[-2].children[0] is path[-1]


def _layout_of_alternative(root: Entity, path: Path) -> Layout | None:
    is_first = all(
        parent.media_type != "multipart/mixed" or parent.children[0] is child for parent, child in pairwise(path)
    )
    others = [part for part in copies(root) if part is not path[-1]]
    is_last = path[-2].children[-1] is path[-1] or not _is_alternative(path[-2])
    if not is_last or not is_first or any(map(_is_body, others)):
        return None
    return Layout.RECOMMENDED if others else Layout.LEAN


def _is_body(leaf: Entity) -> bool:
    return leaf.media_type == CALENDAR_TYPES[0] and leaf.disposition != "attachment"


def _other_bodies(root: Entity, main: Entity) -> bool:
    return any(part is not main for part in copies(root))


def _calendar_in(part: Entity) -> Calendar:
    return read_calendar(bytes(part.content))


def _is_copy(main: Entity, other: Entity) -> bool:
    if len(main.content) == len(other.content) and bytes(main.content) == bytes(other.content):
        return True
    return bool(_uids(main) & _uids(other))


def _uids(part: Entity) -> frozenset[str]:
    events = kept(part, _calendar_in).events
    return frozenset(uid for event in events if (uid := event.text("UID").strip()))


# --- changing --------------------------------------------------------------------------------------------------------


def with_calendar(root: Entity, calendar: Calendar) -> Entity:
    """Write the calendar object anew: the same octets in every copy, and their `method` parameters after METHOD.

    The transfer encoding of a copy stays while it can hold the octets, else it becomes base64.

    Raises:
        EditError: the message has no calendar part, or it is signed or encrypted.
    """
    parts = copies(root)
    if not parts:
        raise EditError("The message has no event.", hint="Add one first.")
    for part in parts:
        path = editable_path(root, part.key)
        root = grafted(path, _rewritten(path, calendar))
    return root


def without_calendar(root: Entity, ids: Identifiers) -> Entity:
    """Take the calendar object and all its copies out; containers of ours without a reason vanish.

    Raises:
        EditError: it is signed or encrypted.
    """
    for part in copies(root):
        root = remove(root, part.key, ids)
    return root


def _rewritten(path: Path, calendar: Calendar) -> Entity:
    part, line_end = path[-1], path[0].line_end
    header = _with_type(part, calendar, line_end)
    if bytes(part.content) == calendar.octets:
        return part if header is part.header else replace(part, header=header)
    body, encoding = _body_like(part, calendar.octets, line_end)
    if encoding is not part.transfer_encoding:
        header = header.with_field(TRANSFER_ENCODING, encoding_field(encoding, line_end))
    return replace(part, header=header, body=body, separator=part.separator or line_end, note="")


def _with_type(part: Entity, calendar: Calendar, line_end: bytes) -> HeaderSection:
    """The header section with `method`, `charset` and `component` that agree, changed only where they do not."""
    header, given = part.header, part.content_type
    is_text = part.media_type == CALENDAR_TYPES[0]
    if (is_text or given.get("method")) and (given.get("method") or "").upper() != calendar.method:
        header = with_parameter(header, CONTENT_TYPE, "method", calendar.method or None, line_end)
    if is_text and part.charset not in ("utf-8", "utf8") and _is_utf8(calendar.octets):
        header = with_parameter(header, CONTENT_TYPE, "charset", "UTF-8", line_end)
    if given.get("component") and calendar.events and (given.get("component") or "").upper() != "VEVENT":
        header = with_parameter(header, CONTENT_TYPE, "component", "VEVENT", line_end)
    return header


def _body_like(part: Entity, octets: bytes, line_end: bytes) -> tuple[Body, TransferEncoding]:
    """A body with exactly these octets, in the part's transfer encoding where that is possible."""
    encoding = part.transfer_encoding
    if encoding is TransferEncoding.SEVEN_BIT:
        written = octets
    elif encoding is TransferEncoding.QUOTED_PRINTABLE:
        written = quoted_printable(octets, line_end=line_end)
    else:
        return _in_base64(octets, line_end), TransferEncoding.BASE64
    # What could be taken for a delimiter needs a boundary made anew; base64 never does.
    is_exact = decode(Octets.of(written), encoding) == octets
    if line_end == b"\r\n" and is_exact and is_clean(Octets.of(written)) and b"\n--" not in b"\n" + written:
        return Given(Octets.of(written)), encoding
    return _in_base64(octets, line_end), TransferEncoding.BASE64


def _in_base64(octets: bytes, line_end: bytes) -> Made:
    return Made(Octets.of(octets), "", TransferEncoding.BASE64, line_end)


def _is_utf8(octets: bytes) -> bool:
    try:
        octets.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


# --- placing ---------------------------------------------------------------------------------------------------------


def place(root: Entity, calendar: Calendar, layout: Layout, ids: Identifiers) -> Entity:
    """Put a calendar object into the message, in place of the one it has.

    Args:
        root: The message; its text, images and attachments stay.
        calendar: What to put there; `method` of the parts follows it.
        layout: Where.
        ids: Maker of boundaries.

    Returns:
        The root. One that has the layout already keeps its parts, and only their octets change.

    Raises:
        EditError: something there is signed or encrypted, or the layout has no room for what the message holds.
    """
    if layout_of(root) is layout:
        return with_calendar(root, calendar)
    if layout is Layout.SINGLE:
        return _alone(root, calendar, ids)
    root = without_calendar(root, ids)
    match layout:
        case Layout.RECOMMENDED:
            root = _in_alternative(root, calendar, ids)
            return attach(root, _attached_copy(calendar), ids)
        case Layout.LEAN:
            return _in_alternative(root, calendar, ids)
        case Layout.BESIDE:
            return attach(root, Attachment(Octets.of(calendar.octets), "", _type(calendar), ""), ids)
        case Layout.PUBLISH_FILE:
            named = f'{_type(calendar)}; name="{PUBLISHED_NAME}"'
            return attach(root, Attachment(Octets.of(calendar.octets), PUBLISHED_NAME, named), ids)


def _attached_copy(calendar: Calendar) -> Attachment:
    return Attachment(Octets.of(calendar.octets), FILE_NAME, f'application/ics; name="{FILE_NAME}"')


def _type(calendar: Calendar) -> str:
    """Content-Type of the part, in the order in which calendars write it."""
    method = f"; method={calendar.method}" if calendar.method.replace("-", "").isalnum() else ""
    component = "; component=VEVENT" if calendar.events else ""
    return f"text/calendar; charset=UTF-8{method}{component}"


def _part(calendar: Calendar, line_end: bytes) -> Entity:
    return part_of(Attachment(Octets.of(calendar.octets), "", _type(calendar), ""), line_end)


def _in_alternative(root: Entity, calendar: Calendar, ids: Identifiers) -> Entity:
    """Put it behind the text and the HTML, in the alternative that holds them and leads the message."""
    part = _part(calendar, root.line_end)
    parts = body_parts(root)
    body = parts.html or parts.text
    if body is None:
        return _leading(root, part, ids)
    path = _alternative_of(editable_path(root, body.key))
    if not _is_alternative(path[-1]):
        key = path[-1].key
        root = wrapped(path, "alternative", ids, ours=True)
        path = path_to(root, key)[:-1]
    root = inserted(path, len(path[-1].children), part, "", ids)
    return _led(path_to(root, part.key), ids)


def _alternative_of(path: Path) -> Path:
    """The path to the outermost alternative around a body; else to what shows the body and is to be wrapped."""
    top, found = path, None
    while len(top) > 1:
        parent = top[-2]
        is_shown = parent.media_type == "multipart/related" and parent.is_multipart and top[-1] in related_root(parent)
        if not (is_shown or _is_alternative(parent)):
            break
        top = top[:-1]
        found = top if _is_alternative(parent) else found
    return found or top


def _is_alternative(entity: Entity) -> bool:
    return entity.is_multipart and entity.media_type == "multipart/alternative"


def _led(path: Path, ids: Identifiers) -> Entity:
    """Move what holds the text to the start of every multipart/mixed around it: Outlook looks nowhere else."""
    root = path[0]
    for parent, child in pairwise(path):
        if parent.media_type == "multipart/mixed" and parent.children[0] is not child:
            root = move(root, child.key, parent.key, 0, ids)
    return root


def _leading(root: Entity, part: Entity, ids: Identifiers) -> Entity:
    """Put it before the files of a message without text."""
    if not (root.is_multipart and root.media_type == "multipart/mixed"):
        root = wrapped((root,), "mixed", ids, ours=True)
    return inserted((root,), 0, part, "", ids)


def _alone(root: Entity, calendar: Calendar, ids: Identifiers) -> Entity:
    """Make it the whole body; refused where anything that somebody wrote or attached would go."""
    rest = without_calendar(root, ids)
    if not is_empty_text(rest):
        raise EditError(
            "The message has a text or files, and this layout has room for neither.",
            hint="Take them out first, or choose another layout.",
        )
    part = _part(calendar, root.line_end)
    header = with_content_fields(rest.header, part.header.fields, root.line_end)
    return replace(part, header=header, key=root.key)


__all__ = [
    "FILE_NAME",
    "PUBLISHED_NAME",
    "Layout",
    "calendar_of",
    "calendar_part",
    "calendar_parts",
    "copies",
    "layout_of",
    "place",
    "with_calendar",
    "without_calendar",
]
