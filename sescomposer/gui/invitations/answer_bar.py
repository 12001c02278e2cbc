"""The bar above a message that is the answer of a guest: who answered what, and what can be done with it."""

from collections.abc import Callable

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from sescomposer.core.entity import Entity
from sescomposer.core.errors import SesComposerError
from sescomposer.core.invitation.parts import event_parts
from sescomposer.core.message import Message
from sescomposer.gui.invitations.answer_news import AnswerNews, answers_in, note, update_of
from sescomposer.gui.tasks import TaskRunner
from sescomposer.gui.widgets.notice import Notice
from sescomposer.services.invitations import Invitations

_NOTED = "It is noted in the list of invitations."


class AnswerBar(Notice):
    """Hidden above every other message.

    Args:
        invitations: Gives the service; asked when a message has an event, and not before.
        runner: Reading is done there.

    Signals:
        show_wanted(str): the event of that UID shall be shown.
        message_wanted(object): a `Message` to open.
    """

    show_wanted = Signal(str)
    message_wanted = Signal(object)

    def __init__(self, invitations: Callable[[], Invitations], runner: TaskRunner, parent: QWidget) -> None:
        super().__init__("Answer of a guest", parent)
        self._invitations = invitations
        self._runner = runner
        self._root: Entity | None = None
        self._problem = ""
        self.news: tuple[AnswerNews, ...] = ()
        self.note_button = self.add_button("&Note the answer", "Show it at the guest in the list of invitations")
        self.update_button = self.add_button(
            "Make an update with this &time", "Note the answer, and open the update that it asks for, to be reviewed"
        )
        self.show_button = self.add_button("Sho&w the event", "Open the list of invitations at this event")
        self.note_button.clicked.connect(self.note)
        self.update_button.clicked.connect(self.make_update)
        self.show_button.clicked.connect(self._on_show)

    def show_answers_of(self, root: Entity | None) -> None:
        """Look on a worker whether a message is an answer, and say so."""
        if root is not None and self._root is not None and event_parts(root) == event_parts(self._root):
            self._root = root
            return
        self._root, self._problem = root, ""
        if root is None or not event_parts(root):
            self._show(())
        else:
            self._read()

    def _read(self) -> None:
        root, invitations = self._root, self._invitations()
        if root is not None:
            task = self._runner.start(lambda context: (root, answers_in(invitations, root)), quiet=True)
            task.succeeded.connect(self._on_read)
            task.failed.connect(self._on_failed)

    @Slot(object)
    def _on_read(self, answer: tuple[Entity, tuple[AnswerNews, ...]]) -> None:
        root, news = answer
        if self._root is not None and event_parts(root) == event_parts(self._root):
            self._show(news)

    def _show(self, news: tuple[AnswerNews, ...]) -> None:
        self.news = news
        is_noted = bool(news) and all(one.is_noted for one in news if one.invitation is not None)
        words = [one.words for one in news]
        if any(one.is_noted for one in news) and is_noted:
            words.append(_NOTED)
        if self._problem:
            words.append(self._problem)
        self.note_button.setVisible(any(one.can_be_noted for one in news))
        self.update_button.setVisible(any(one.has_proposal for one in news))
        self.show_button.setVisible(any(one.invitation is not None for one in news))
        self.say("\n".join(words), "warning" if self._problem else "note")

    @Slot()
    def note(self) -> None:
        """Note the answers in the ledger."""
        root, invitations = self._root, self._invitations()
        if root is not None and self.news:
            task = self._runner.start(lambda context: note(invitations, root), quiet=True)
            task.succeeded.connect(self._on_noted)
            task.failed.connect(self._on_failed)

    @Slot(object)
    def _on_noted(self, problems: tuple[str, ...]) -> None:
        self._problem = " ".join(problems)
        self._read()

    @Slot()
    def make_update(self) -> None:
        """Note the answer, and open the update that its proposal asks for."""
        root, invitations = self._root, self._invitations()
        answer = next((one.answer for one in self.news if one.has_proposal), None)
        if root is not None and answer is not None:
            task = self._runner.start(lambda context: update_of(invitations, root, answer), quiet=True)
            task.succeeded.connect(self._on_made)
            task.failed.connect(self._on_failed)

    @Slot(object)
    def _on_made(self, message: Message) -> None:
        self.message_wanted.emit(message)
        self._read()

    @Slot()
    def _on_show(self) -> None:
        uid = next((one.answer.uid for one in self.news if one.invitation is not None), "")
        self.show_wanted.emit(uid)

    @Slot(object)
    def _on_failed(self, error: SesComposerError) -> None:
        self.say("\n".join([*(one.words for one in self.news), f"{error.sentence} {error.hint}".strip()]), "warning")
