"""The From row offers mailboxes: while something is typed, by Alt+Down, and by the button at its end."""

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence

from sescomposer.gui.account_choice import AccountChoice
from sescomposer.gui.composer import Composer
from sescomposer.gui.models.from_offers import Offers, from_offers
from sescomposer.gui.panes.header_form import HeaderForm
from sescomposer.gui.tasks import Context, Task
from sescomposer.gui.widgets.chips import RecipientEdit
from sescomposer.gui.widgets.offers_popup import OffersPopup

_ALL = "Choose a From address (Alt+Down)"
_OPENS = (Qt.Key.Key_Down, Qt.Key.Key_F4)


class FromCompletion(QObject):
    """Follows the account in use.

    Attributes:
        offers: What is offered, as soon as a worker has found it out.
        popup: The list.
        button: Opens the list.
    """

    def __init__(self, composer: Composer, choice: AccountChoice, form: HeaderForm) -> None:
        super().__init__(form)
        self._composer = composer
        self._choice = choice
        self._row = form.main["From"]
        field = self._row.value
        assert isinstance(field, RecipientEdit)
        self._field = field
        self.offers = Offers()
        self._looking: Task | None = None
        self.popup = OffersPopup(field.line_edit, "From addresses")
        self.popup.chosen.connect(self._on_chosen)
        field.line_edit.textEdited.connect(self._on_typed)
        field.line_edit.installEventFilter(self)
        self.button = self._row.add_tool("down", _ALL)
        self.button.clicked.connect(self.show_all)
        self._add_action()
        choice.changed.connect(self._look)
        self._look()

    def _add_action(self) -> None:
        """Let Alt+Down work on the chip of the row too."""
        action = QAction("Choose an address", self._row)
        action.setShortcut(QKeySequence("Alt+Down"))
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.triggered.connect(self.show_all)
        self._row.addAction(action)

    @Slot()
    def show_all(self) -> None:
        """List every offer; what is typed narrows it down."""
        self._field.line_edit.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.popup.show_offers(self.offers.fitting(self._field.line_edit.text()))
        self.popup.choose_first()

    @Slot(str)
    def _on_typed(self, text: str) -> None:
        fitting = self.offers.fitting(text) if text.strip() else ()
        is_whole = len(fitting) == 1 and fitting[0].text == text.strip()
        self.popup.show_offers(() if is_whole else fitting)

    @Slot(str)
    def _on_chosen(self, text: str) -> None:
        """Write from that mailbox alone."""
        self._field.show_text("")
        self._field.show_text(text)
        self._field.edited.emit(self._field.text())
        self._field.line_edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Open the list by the plain Down key where nothing is typed."""
        is_press = event.type() == QEvent.Type.KeyPress
        if is_press and isinstance(event, QKeyEvent) and event.key() in _OPENS and not event.modifiers():
            self.show_all()
            return True
        return False

    @Slot()
    def _look(self) -> None:
        """Find out on a worker what the account in use has to offer."""
        account, known, services = self._choice.account, self._choice.known, self._composer.services

        def operation(context: Context) -> Offers:
            return from_offers(account, known, services.knowing.all(), services.accounts.remembered())

        self._looking = task = self._composer.runner.start(operation, quiet=True)
        task.succeeded.connect(self._on_offers)

    @Slot(object)
    def _on_offers(self, offers: Offers) -> None:
        if self.sender() is not self._looking:
            # Another account, or more that is known of it, was looked at since.
            return
        self.offers = offers
        self.button.setEnabled(bool(offers.rows))
