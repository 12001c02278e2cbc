"""Opening, starting and saving messages; attaching files. Every file is a snapshot before anything reads it."""

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sescomposer.core.body_parts import body_parts
from sescomposer.core.entity import Entity, Given
from sescomposer.core.errors import EditError, EncodingError, MessageError
from sescomposer.core.header import HeaderSection, make_field
from sescomposer.core.identifiers import Identifiers
from sescomposer.core.mailto import Mailto
from sescomposer.core.media_type import guess
from sescomposer.core.message import Message
from sescomposer.core.octets import EMPTY, Octets
from sescomposer.core.parse import parse
from sescomposer.core.progress import NO_PROGRESS, Progress
from sescomposer.core.structure import Attachment, editable_text, with_text

if TYPE_CHECKING:
    from sescomposer.core.invitation.calendar import Calendar
    from sescomposer.services.ports import ContentStore, Files

_HEAD_OCTETS = 4096
_SHOWN_OCTETS = 60


@dataclass(frozen=True)
class Documents:
    """Files in, messages out, and back."""

    content: "ContentStore"
    files: "Files"
    ids: Identifiers

    def open(self, path: Path, progress: Progress = NO_PROGRESS) -> Message:
        """Open a message file; any octets open, what is wrong with them is found later.

        Raises:
            UnreadableError: the file cannot be read.
            StoreError: no snapshot of it can be kept.
        """
        root = parse(self.content.keep_file(path, progress).octets)
        _look_ahead(root)
        return Message(root)

    def calendar(self, path: Path, progress: Progress = NO_PROGRESS) -> "Calendar":
        """Read a calendar file; raises as `open`, and `MessageError` where it holds no calendar object."""
        from sescomposer.core.invitation.calendar import read_calendar

        octets = self.content.keep_file(path, progress).octets
        calendar = read_calendar(octets.read(0, len(octets)))
        if calendar.is_calendar:
            return calendar
        start = octets.read(0, min(len(octets), _SHOWN_OCTETS)).decode("utf-8", "replace").strip()
        hint = f"It starts with {start!r}. An event starts with BEGIN:VCALENDAR." if start else "It is empty."
        raise MessageError(f"{path.name} holds no event.", hint=hint, value=start)

    def save(self, message: Message, path: Path, progress: Progress = NO_PROGRESS) -> None:
        """Save a draft: Bcc included.

        Raises:
            StoreError: the file cannot be written; what stood there before still does.
        """
        self.files.write(path, message.root.octets, progress)

    def save_octets(self, octets: Octets, path: Path, progress: Progress = NO_PROGRESS) -> None:
        """Save octets exactly: sealed ones, or a part as it stands; raises as `save`."""
        self.files.write(path, octets, progress)

    def save_part(self, entity: Entity, path: Path, progress: Progress = NO_PROGRESS) -> None:
        """Save the decoded content of a part; raises as `save`."""
        self.files.write(path, entity.content, progress)

    def attached(self, path: Path, progress: Progress = NO_PROGRESS) -> Attachment:
        """Take a snapshot of a file, ready for `structure.attach`; raises as `open`."""
        octets = self.content.keep_file(path, progress).octets
        return Attachment(octets, path.name, guess(path.name, octets.read(0, min(len(octets), _HEAD_OCTETS))))

    def pasted(self, octets: bytes, name: str) -> Attachment:
        """Keep octets from the clipboard, ready for `structure.attach`."""
        kept = self.content.keep(octets).octets
        return Attachment(kept, name, guess(name, octets[:_HEAD_OCTETS]))

    def new(self) -> Message:
        """Give an empty message; see `new_message`."""
        return new_message()

    def from_mailto(self, wish: Mailto) -> Message:
        """Start the message that a link asks for; further fields stand before those of MIME."""
        root = self.new().root
        header = root.header
        for name, value in (("To", wish.to), *wish.fields):
            new = make_field(name, value)
            is_there = header.first(name) is not None
            header = header.with_field(name, new) if is_there else header.inserted(_before_mime(header), new)
        message = Message(replace(root, header=header))
        return message.edited(lambda r: with_text(r, wish.body, self.ids)) if wish.body else message


def _look_ahead(root: Entity) -> None:
    """Work out once what every pane asks of a message: here nobody waits for it, in a pane the window would."""
    _ = root.octets.newlines, root.subject
    for header_field in root.header.fields:
        _ = header_field.name
    parts = body_parts(root)
    for leaf in (parts.text, parts.html):
        if leaf is not None:
            # A text that cannot be edited has nothing to work out; its editor says why.
            with suppress(EditError, EncodingError):
                _ = editable_text(leaf).longest_line


def new_message() -> Message:
    """Give an empty message: a text part and the fields of the form.

    >>> new_message().root.media_type
    'text/plain'
    """
    names = ("From", "To", "Subject", "MIME-Version", "Content-Type", "Content-Transfer-Encoding")
    values = ("", "", "", "1.0", "text/plain; charset=utf-8", "7bit")
    fields = [make_field(name, value) for name, value in zip(names, values, strict=True)]
    return Message(Entity(HeaderSection.of_fields(fields), b"\r\n", Given(EMPTY)))


def _before_mime(header: HeaderSection) -> int:
    """Give the index of the first field of MIME; behind the last field if there is none."""
    names = [field.name.lower() for field in header.fields]
    return next((i for i, name in enumerate(names) if name.startswith(("mime-", "content-"))), len(names))
