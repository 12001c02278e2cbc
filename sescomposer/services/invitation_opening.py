"""Events inside what was signed or encrypted: what a submission holds, and the last message of an event to write on."""

import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from sescomposer.core.body_parts import body_parts
from sescomposer.core.compose import compose
from sescomposer.core.entity import Entity
from sescomposer.core.errors import EditError, EncodingError, ProtectionError
from sescomposer.core.identifiers import Identifiers
from sescomposer.core.invitation.calendar import Calendar
from sescomposer.core.invitation.event import event_of
from sescomposer.core.invitation.layouts import layout_for
from sescomposer.core.invitation.placement import calendar_of, place
from sescomposer.core.protection.decrypted import decrypted
from sescomposer.core.protection.facts import Reading
from sescomposer.core.protection.unsigned import unsigned
from sescomposer.core.structure import with_html, with_text
from sescomposer.services.invitation_making import bodies, mailbox_text
from sescomposer.services.invitation_messages import subject_for
from sescomposer.services.protection.protection_proof import is_encrypted

_MOST_FORESEEN = 2000
_LEGACY = "hp-legacy-display"
_SHOWN_TEXT = re.compile(r"\ASubject: [^\n]*\n\n")
_SHOWN_HTML = re.compile(r'<div class="header-protection-legacy-display">.*?</div>\n?', re.DOTALL)

Read = Callable[[Entity], Reading]
"""Opens and verifies every layer of a message, with keys for which nobody must be asked."""


@dataclass
class Opening:
    """Looks into protected messages; safe for several threads.

    Attributes:
        read: See `Read`; None where nothing can be decrypted.
    """

    read: Read | None = None
    _foreseen: "OrderedDict[str, Calendar | None]" = field(default_factory=OrderedDict, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    def foresee(self, sha256: str, sealed: Entity, written: Entity) -> None:
        """Remember which event encrypted octets hold, so that no key is needed to note it once they are accepted.

        Args:
            sha256: Of the sealed octets.
            sealed: Their root.
            written: The message that they were made of.
        """
        if not is_encrypted(sealed):
            return
        with self._lock:
            self._foreseen[sha256] = calendar_of(unsigned(written))
            while len(self._foreseen) > _MOST_FORESEEN:
                self._foreseen.popitem(last=False)

    def calendar_in(self, sha256: str, root: Entity) -> Calendar | None:
        """Give the calendar object of sealed octets, None where they hold none or cannot be opened.

        Raises:
            StoreError: what is decrypted cannot be kept for reading.
        """
        with self._lock:
            if sha256 in self._foreseen:
                return self._foreseen[sha256]
        return calendar_of(self.plain(root))

    def plain(self, root: Entity) -> Entity:
        """Give a message without what protects all of it, as far as that opens; itself where nothing does.

        Raises:
            StoreError: what is decrypted cannot be kept for reading.
        """
        root = unsigned(root)
        if self.read is None or not is_encrypted(root):
            return root
        reading = self.read(root)
        inside = reading.layers[0].inside if reading.layers else None
        if inside is None:
            return root
        try:
            return unsigned(decrypted(root, inside))
        except ProtectionError:
            # More fields than are told apart.
            return root


def written_anew(outer: Entity, calendar: Calendar, ids: Identifiers) -> Entity:
    """Give a message that says an event in words, in place of one that nobody can open again.

    Args:
        outer: What was sent; its From counts where the event has no organiser.
        calendar: Of the event.
        ids: Maker of boundaries.
    """
    event = event_of(calendar)
    text, html = bodies(event, None, None)
    author = mailbox_text(event.organizer) if event.organizer is not None else outer.header.get("From")
    guests = [mailbox_text(guest) for guest in event.attendees]
    made = compose(author, guests, subject_for(event), text=text, html=html, ids=ids)
    return place(made.root, calendar, layout_for(event.method), ids)


def without_shown_subject(root: Entity, ids: Identifiers) -> Entity:
    """Take out the subject that was written into text and HTML when the message was encrypted (RFC 9788 4.5.3.3)."""
    parts = body_parts(root)
    for part, write, shown in ((parts.text, with_text, _SHOWN_TEXT), (parts.html, with_html, _SHOWN_HTML)):
        if part is None or not part.content_type.get(_LEGACY):
            continue
        try:
            root = write(root, shown.sub("", part.text(), count=1), ids)
        except (EncodingError, EditError):
            continue  # in a charset that is unknown: it stays, as the rest of that body does
    return root


__all__ = ["Opening", "Read", "without_shown_subject", "written_anew"]
