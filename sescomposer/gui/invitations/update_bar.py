"""The bar above a message whose event guests have already: what the message would change for them."""

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget

from sescomposer.core.entity import Entity
from sescomposer.core.errors import SesComposerError
from sescomposer.core.invitation.event import event_of
from sescomposer.core.invitation.parts import calendar_parts
from sescomposer.core.invitation.placement import calendar_of
from sescomposer.gui.composer import Composer
from sescomposer.gui.invitations.invitation_words import counts_words, time_words, title_of
from sescomposer.gui.tasks import Context
from sescomposer.gui.widgets.notice import Notice
from sescomposer.services.invitation_messages import notice_for
from sescomposer.services.invitations import Invitations

_PAUSE_MS = 300


class UpdateBar(Notice):
    """Hidden above messages without an event, and above events that nobody was sent.

    Signals:
        show_wanted(str): the event of that UID shall be shown.
    """

    show_wanted = Signal(str)

    def __init__(self, composer: Composer, parent: QWidget) -> None:
        super().__init__("What guests have of the event", parent)
        self._composer = composer
        self._parts: tuple[Entity, ...] = ()
        self._uid = ""
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self.look)
        self.show_button = self.add_button("Sho&w the event", "Open the list of invitations at this event")
        self.show_button.setVisible(True)
        self.show_button.clicked.connect(self._on_show)
        composer.message_changed.connect(self._on_message_changed)
        composer.closed.connect(self._pause.stop)
        self._on_message_changed()

    @Slot()
    def _on_message_changed(self) -> None:
        parts = calendar_parts(self._composer.root)
        if parts != self._parts:
            self._parts = parts
            if parts:
                self._pause.start()
            else:
                self._pause.stop()
                self.say("")

    @Slot()
    def look(self) -> None:
        """Compare on a worker with what guests have."""
        root, parts = self._composer.root, self._parts
        services = self._composer.services

        def operation(context: Context) -> tuple[tuple[Entity, ...], str, str]:
            return parts, *words_of(services.invitations, root)

        task = self._composer.runner.start(operation, quiet=True)
        task.succeeded.connect(self._on_words)
        task.failed.connect(self._on_failed)

    @Slot(object)
    def _on_words(self, answer: tuple[tuple[Entity, ...], str, str]) -> None:
        parts, uid, words = answer
        if parts == self._parts:
            self._uid = uid
            self.say(words)

    @Slot(object)
    def _on_failed(self, error: SesComposerError) -> None:
        self.say(f"What guests have of this event is not known. {error.sentence}", "warning")

    @Slot()
    def _on_show(self) -> None:
        self.show_wanted.emit(self._uid)


def words_of(invitations: Invitations, root: Entity) -> tuple[str, str]:
    """Give the UID of the event in a message and what it changes for those who have it; "" twice for nothing.

    Raises:
        StoreError: the ledger cannot be read, or what was sent is gone.
    """
    calendar = calendar_of(root)
    if calendar is None or calendar.method not in ("REQUEST", "CANCEL"):
        return "", ""
    event = event_of(calendar)
    invitation = invitations.known(event.uid)
    if invitation is None:
        return "", ""
    have = f"Guests have “{title_of(invitation)}” since {time_words(invitation.last.at)}: {counts_words(invitation)}."
    if event.method == "CANCEL" or event.recurrence_id is not None:
        return event.uid, f"{have}\n{notice_for(event)}".rstrip()
    revision = invitations.revised(calendar)
    changes = [change.label for change in revision.changes] if revision is not None else []
    if not changes:
        return event.uid, f"{have} Nothing differs from that yet: edit the event, then send."
    asked = "Everybody is asked anew." if revision is not None and revision.is_raised else "Their answers stay."
    return event.uid, f"{have} This message changes: {', '.join(changes)}. {asked}"
