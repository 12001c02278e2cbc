"""Asking for the passphrase or PIN of a key: worker threads ask and wait, a window asks the user and never waits.

`ask_on_window` gives what services ask through. A question belongs to a window: it goes, as cancelled, when that
window closes, and with the task that asked it.
"""

import threading
from dataclasses import dataclass
from functools import partial
from itertools import count

import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QWidget

from sescomposer.core.errors import PassphraseError
from sescomposer.gui.asking import Question
from sescomposer.gui.directions import isolated
from sescomposer.gui.keys.passphrase_dialog import PassphraseDialog, PassphraseWords
from sescomposer.gui.tasks import current_token
from sescomposer.services.account import Secret
from sescomposer.services.protection.protection_ports import AskPassphrase, KeyEntry, KeyKind

_STAYS_OPEN = "It then stays open until it was not used for 15 minutes."
_REMEMBERED = "The keyring of the system keeps it then; where there is none, it is not asked for again in this run."


def ask_on_window(parent: QWidget) -> AskPassphrase:
    """Give what asks for passphrases in a dialog on the window of a widget; call it on the window's thread.

    What it gives is called on worker threads, and holds no widget. It gives None where the user cancels, where the
    window is closed or is not shown, and where the task may ask nobody. It raises `OperationCancelledError` where the
    task of the thread was cancelled, and `PassphraseError` on the window's own thread, which must not wait.
    """
    desk = _desk()
    return partial(desk.ask, desk.place_of(parent))


@dataclass(slots=True, eq=False)
class _Question(Question):
    """One question under way.

    Attributes:
        place: Number of the widget on whose window it is asked.
        words: What the dialog says.
    """

    place: int
    words: PassphraseWords


class PassphraseDesk(QObject):
    """Asks one question after another for all windows; there is one a process, made on the window's thread.

    Attributes:
        dialog: The one that is open, None if there is none.
    """

    _wanted = Signal(object)
    _dropped = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.dialog: PassphraseDialog | None = None
        self._asked: _Question | None = None
        self._waiting: list[_Question] = []
        self._places: dict[int, QWidget] = {}
        self._numbers = count(1)
        self._wanted.connect(self._on_wanted, Qt.ConnectionType.QueuedConnection)
        self._dropped.connect(self._on_dropped, Qt.ConnectionType.QueuedConnection)

    def place_of(self, widget: QWidget) -> int:
        """Give the number of a widget on whose window it is asked."""
        for number, known in self._places.items():
            if known is widget:
                return number
        number = next(self._numbers)
        self._places[number] = widget
        widget.destroyed.connect(partial(self._forget, number))
        return number

    def ask(self, place: int, entry: KeyEntry, why: str) -> Secret | None:
        """Ask and wait; see `ask_on_window`."""
        if threading.current_thread() is threading.main_thread():
            raise PassphraseError("A passphrase cannot be asked for from here.", hint="Try again from the window.")
        token = current_token()
        if token is not None and token.is_unattended:
            return None
        question = _Question(place, question_words(entry, why))
        self._wanted.emit(question)
        return question.wait(partial(self._dropped.emit, question))

    @Slot(object)
    def _on_wanted(self, question: _Question) -> None:
        question.is_taken = True
        self._waiting.append(question)
        self._show_next()

    @Slot(object)
    def _on_dropped(self, question: _Question) -> None:
        if question is self._asked and self.dialog is not None:
            self.dialog.reject()
        elif question in self._waiting:
            self._waiting.remove(question)

    def _show_next(self) -> None:
        while self.dialog is None and self._waiting:
            question = self._waiting.pop(0)
            widget = self._places.get(question.place)
            if question.is_dropped or widget is None or not widget.window().isVisible():
                question.done.set()
                continue
            self._asked = question
            window = widget.window()
            self.dialog = PassphraseDialog(question.words, window)
            self.dialog.finished.connect(self._on_finished)
            self._watch(self.dialog, True)
            self.dialog.open()

    @Slot()
    def _on_finished(self) -> None:
        dialog, self.dialog = self.dialog, None
        question, self._asked = self._asked, None
        if dialog is not None:
            self._watch(dialog, False)
            if question is not None:
                question.answer = dialog.take()
            dialog.deleteLater()
        if question is not None:
            question.done.set()
        self._show_next()

    def _watch(self, dialog: PassphraseDialog, is_wanted: bool) -> None:
        window = dialog.parentWidget()
        if window is not None:
            (window.installEventFilter if is_wanted else window.removeEventFilter)(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Give up what is asked on a window that goes; it is watched while it is asked on."""
        is_going = event.type() is QEvent.Type.Close or (event.type() is QEvent.Type.Hide and not event.spontaneous())
        if is_going and self.dialog is not None and self.dialog.parent() is watched:
            self._drop_waiting({number for number, widget in self._places.items() if widget.window() is watched})
            self.dialog.reject()
        return False

    def _forget(self, place: int, *_: object) -> None:
        """Answer what is asked on a widget that is gone, and its dialog with it."""
        self._places.pop(place, None)
        self._drop_waiting({place})
        if self._asked is not None and self._asked.place == place:
            if self.dialog is not None and shiboken6.isValid(self.dialog):
                self.dialog.reject()
                return
            question, self._asked, self.dialog = self._asked, None, None
            question.done.set()
            self._show_next()

    def _drop_waiting(self, places: set[int]) -> None:
        for question in [question for question in self._waiting if question.place in places]:
            self._waiting.remove(question)
            question.done.set()


def question_words(entry: KeyEntry, why: str) -> PassphraseWords:
    """Say whose passphrase is asked for.

    >>> words = question_words(KeyEntry("a1", KeyKind.FILE, "Ann Example", ("ann@example.org",), "a1"), "")
    >>> words.title, words.words.splitlines()[0]
    ('Passphrase of a key', 'Type the passphrase of the key of Ann Example, ann@example.org.')
    """
    what, closing = "passphrase", _REMEMBERED
    title, name = "Passphrase of a key", "Passphrase"
    if entry.kind is KeyKind.CARD or entry.asks_always:
        closing = _STAYS_OPEN
    if entry.kind is KeyKind.CARD:
        what, title, name = "PIN", "PIN of a card", "PIN"
        token = entry.details.get("token", "")
        where = f" on the card {isolated(token)}" if token else " on a card"
        closing = f"{closing} A card locks itself after a few wrong PINs."
    else:
        where = ""
    owner = ", ".join(isolated(each) for each in (entry.label, *entry.addresses[:1]) if each)
    of = "key" if entry.kind is KeyKind.DKIM else "key of"
    return PassphraseWords(title, f"Type the {what} of the {of} {owner}{where}.\n{closing}", why, name)


_shared: list[PassphraseDesk] = []


def _desk() -> PassphraseDesk:
    """Give the one of this process; it goes with the application."""
    if not _shared or not shiboken6.isValid(_shared[0]):
        _shared[:] = [PassphraseDesk(QCoreApplication.instance())]
    return _shared[0]
