"""Saving a message as it would be sent where it is to be signed or encrypted: sealed as for sending, kept in a file."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sescomposer.bootstrap import Services
    from sescomposer.core.message import Message, Road
    from sescomposer.core.progress import Progress
    from sescomposer.gui.composer import Composer
    from sescomposer.services.protection.protection_ports import AskPassphrase

_COPIES = (
    "The encrypted copy for {people} was saved. Each Bcc recipient gets a copy of their own; those are not in the file."
)


@dataclass(frozen=True)
class Saving:
    """What is saved, and how; called on a worker.

    Attributes:
        services: What it acts through.
        message: As it is written.
        road: Whose limits hold.
        path: The file.
        ask: Asks for the passphrase of a key.
    """

    services: "Services"
    message: "Message"
    road: "Road"
    path: Path
    ask: "AskPassphrase"

    def opened(self) -> "Saving":
        """Open the keys, which stay open for the saving; gives itself. Raises as `save` does."""
        protecting = self.services.protecting
        protecting.protector(protecting.plan(self.message), self.ask)
        return self

    def save(self, progress: "Progress") -> str:
        """Seal, prove and write; gives what is to be told, "" for nothing.

        Raises:
            ProtectionError: it cannot be signed or encrypted as is wanted, or its key stays closed.
            FindingsError: its signature is not as it must be; nothing is written.
            StoreError: it cannot be written.
            OperationCancelledError: cancelled.
        """
        from sescomposer.services.review import UNPROVEN, refuse_all

        services = self.services
        review = services.sending.review(self.message, services.local_transport(self.road), progress, self.ask)
        refuse_all([error for error in review.errors if error.code in UNPROVEN])
        first = review.sealed[0]
        services.documents.save_octets(first.octets, self.path, progress)
        return _COPIES.format(people=", ".join(first.envelope.rcpt_to)) if len(review.sealed) > 1 else ""


def is_wanted(composer: "Composer") -> bool:
    """Whether the message of a window is sealed with a key, or may be: what is not planned yet is looked at closer."""
    planned = composer.planned
    if planned is None or planned.trouble:
        return True
    if planned.protection != composer.message.protection:
        return True
    return planned.plan is not None and planned.plan.needs_protector


__all__ = ["Saving", "is_wanted"]
