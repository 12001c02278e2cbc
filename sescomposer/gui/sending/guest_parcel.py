"""The copies of an invitation for single guests, sent as one batch."""

from dataclasses import replace
from typing import TYPE_CHECKING

from sescomposer.core.invitation.event import event_of
from sescomposer.core.invitation.guests import guest_copies
from sescomposer.core.invitation.people import key_of
from sescomposer.core.invitation.placement import calendar_of
from sescomposer.core.message import Message
from sescomposer.gui.sending.parcel import Parcel

if TYPE_CHECKING:
    from sescomposer.gui.composer import Composer


def guest_parcel(composer: "Composer") -> Parcel:
    """Give one message for each guest, which names no other guest; none for the organiser."""
    message = composer.message
    title = f"{message.root.subject.strip() or 'no subject'} (one message for each guest)"
    return Parcel(title, lambda: messages_for_guests(message), is_of_window=True)


def messages_for_guests(message: Message) -> tuple[Message, ...]:
    """Make them, in the order of the guests; who is no guest gets none.

    Raises:
        MessageError, EditError: see `guest_copies`.
    """
    calendar = calendar_of(message.root)
    organizer = event_of(calendar).organizer if calendar is not None else None
    host = key_of(organizer.mailbox) if organizer is not None else ""
    copies = guest_copies(message.root)
    for_others = tuple(copy for copy in copies if key_of(copy.guest.mailbox) != host) or copies
    envelope = replace(message.envelope, rcpt_to=None)
    return tuple(replace(message, root=copy.root, envelope=envelope) for copy in for_others)
