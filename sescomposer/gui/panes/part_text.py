"""What an editor shows of a part: its text, or as much as helps with the reason why it cannot be edited there."""

from dataclasses import dataclass

from sescomposer.core import limits
from sescomposer.core.charset import decode_leniently
from sescomposer.core.entity import Entity
from sescomposer.core.errors import EditError, EncodingError
from sescomposer.core.structure import editable_text
from sescomposer.core.structure.paths import editable_path
from sescomposer.core.text import Text
from sescomposer.gui.reading.lifting import is_refused_by_signature

LONGEST_TEXT = 4_000_000
"""Characters that an editor is given unasked; it takes about 30 ms for each million."""

_SHOWN_OF_LINE = 2_000
_SHOWN_LINES = 2_000
_SHOWN_OCTETS = 200_000
_EMPTY = Text.of("")


@dataclass(frozen=True, slots=True)
class Shown:
    """What an editor shows.

    Attributes:
        part: The part it belongs to.
        text: What stands in the editor.
        reason: Why it cannot be edited, "" where it can.
        has_long_line: Whether that is because of a line that the editor would be slow with.
        can_be_edited_anyway: Whether the user may insist.
        is_signed: Whether it cannot because it is signed; lifting the signature lets it be edited.
    """

    part: Entity | None = None
    text: Text = _EMPTY
    reason: str = ""
    has_long_line: bool = False
    can_be_edited_anyway: bool = False
    is_signed: bool = False

    @property
    def is_locked(self) -> bool:
        """Whether it cannot be edited."""
        return bool(self.reason)


def shown_part(root: Entity, part: Entity | None, before: Shown, *, may_be_long: bool) -> Shown:
    """Give what an editor shows of a part.

    Args:
        root: The message.
        part: The part, None where there is none yet.
        before: What it shows now; kept where nothing changed.
        may_be_long: Whether the user insisted on editing a long text.
    """
    if part is None:
        return Shown()
    try:
        editable_path(root, part.key)
        text = before.text if part is before.part and not before.is_locked else editable_text(part)
    except (EditError, EncodingError) as error:
        if part is before.part and before.is_locked and not before.can_be_edited_anyway:
            return before
        why = f"{error.sentence} {error.hint}".strip()
        return Shown(part, Text.of(_some_of(part)), why, is_signed=is_refused_by_signature(error))
    if may_be_long:
        return Shown(part, text)
    return _shortened(part, text, before)


def _shortened(part: Entity, text: Text, before: Shown) -> Shown:
    """Give the text, or its beginning where the editor would be slow with all of it."""
    longest = text.longest_line
    has_long_line = longest > limits.EDITOR_LINE_CHARACTERS
    if not has_long_line and len(text) <= LONGEST_TEXT:
        return Shown(part, text)
    if part is before.part and before.can_be_edited_anyway:
        return before
    size = f"A line has {longest:,} characters" if has_long_line else f"The text has {len(text):,} characters"
    reason = f"{size}: typing here would be slow. Only its beginning is shown."
    return Shown(part, Text.of(_clipped(text)), reason, has_long_line, can_be_edited_anyway=True)


def _clipped(text: Text) -> str:
    """Give the first lines, and the beginning of each."""
    lines = []
    for number in range(min(text.line_count, _SHOWN_LINES)):
        start, stop = text.line_start(number), text.line_start(number + 1)
        line = text.slice(start, min(stop, start + _SHOWN_OF_LINE)).removesuffix("\n")
        lines.append(f"{line}…" if stop - start > _SHOWN_OF_LINE + 1 else line)
    return "\n".join(lines) + ("\n…" if text.line_count > _SHOWN_LINES else "")


def _some_of(part: Entity) -> str:
    """Give the beginning of what cannot be edited, as well as it can be read."""
    octets = part.content.read(0, min(len(part.content), _SHOWN_OCTETS))
    text = decode_leniently(octets, part.charset)
    if text is None:
        text = octets.decode("ascii", "replace")
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return _clipped(Text.of(plain.encode("utf-8", "replace").decode("utf-8")))
