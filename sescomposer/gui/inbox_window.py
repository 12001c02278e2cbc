"""The window of the local inbox: what was sent without an account, one window a process, beside the composers.

It looks once a second, on a worker, whether messages came or went, for other processes send there too.
"""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QModelIndex, QSize, Qt, Slot
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QMessageBox,
    QWidget,
)

from sescomposer.bootstrap import Services
from sescomposer.core.envelope import envelope_of
from sescomposer.core.message import EnvelopeOverride, Message
from sescomposer.core.octets import Octets
from sescomposer.core.parse import parse
from sescomposer.core.seal import STAMPED_FIELDS
from sescomposer.gui.companion_window import LookingWindow
from sescomposer.gui.fonts import apply_fonts
from sescomposer.gui.invitations.answer_bar import AnswerBar
from sescomposer.gui.models.inbox_model import RECEIVED, RECIPIENTS, SUBJECT, InboxModel
from sescomposer.gui.panes.inbox_detail import InboxDetail, LoadedEntry, load
from sescomposer.gui.report_window import ReportWindow
from sescomposer.gui.tasks import Context
from sescomposer.gui.widgets.empty_state import EmptyState
from sescomposer.gui.widgets.entries import (
    below_one_another,
    count_words,
    entry_list,
    on_delete,
    pages_of,
    storeys_of,
    told_button,
    turned_to,
)
from sescomposer.gui.widgets.notice import Notice
from sescomposer.gui.widgets.search_line import SearchLine
from sescomposer.services.ports import Delivery, InboxEntry
from sescomposer.services.sent_again import signed_again

LOOK_MS = 1000
_EMPTY = (
    "Nothing was sent here yet",
    "Write a message and press Ctrl+Enter: what you send without an account arrives here, and nothing leaves this "
    "machine. You will see what was submitted, what SES would deliver, and what it would refuse.\n\n"
    "Some addresses play a part: success@, bounce@, ooto@, complaint@ and suppressionlist@simulator.amazonses.com, "
    "also with a label such as bounce+order42@.",
)
_NOT_FOUND = ("Nothing found", "No message holds what you search for in its subject or its addresses.")
Look = tuple[frozenset[str], tuple[InboxEntry, ...]]


class InboxWindow(LookingWindow):
    """List above, one message below."""

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services, parent, interval=LOOK_MS)
        self.setWindowTitle("Local inbox")
        self.model = InboxModel(self)
        self.detail = InboxDetail(self.services, self.runner, self)
        self._names: frozenset[str] | None = None
        self._looking = False
        self._wanted = ""
        self._build()
        self._connect()
        self.settle()

    @classmethod
    def show_for(cls, services: Services, opener: QWidget | None = None, entry: str = "") -> "InboxWindow":
        """Show the window of this process, and a message by its id.

        Args:
            services: What it acts through.
            opener: The composer window that new messages open beside; the last one that closes takes this one along.
            entry: Id of the message to select, "" for none in particular.
        """
        window = cls.of_process(services, opener)
        if entry:
            window.select_entry(entry)
        window.come_up()
        return window

    def sizeHint(self) -> QSize:
        """Room for list and message."""
        return QSize(1040, 760)

    @property
    def current(self) -> InboxEntry | None:
        """The selected message."""
        row = self.list.currentIndex().row()
        return self.model.rows[row] if 0 <= row < len(self.model.rows) else None

    def select_entry(self, entry: str) -> None:
        """Select a message by its id, as soon as it is there."""
        self._wanted = entry
        self.search.clear()
        self._select_wanted()
        self.look()

    # Building

    def _build(self) -> None:
        self.search = SearchLine("Search subjects and addresses", "Search the local inbox", self)
        self.count = QLabel(self)
        self.notice = Notice("Trouble", self)
        self.answers = AnswerBar(lambda: self.services.invitations, self.runner, self)
        self.served = Notice("Serving", self)
        show_serving = self.served.add_button("Ser&ving...", "Show the addresses, and what comes")
        show_serving.setVisible(True)
        show_serving.clicked.connect(self._on_serving_wanted)
        self.new_button = told_button(
            "new", "&Open as new message", "Open a copy to change and send again (Ctrl+O)", self
        )
        self.save_button = told_button("save", "Save &as...", "Save the octets in view exactly (Ctrl+S)", self)
        self.delete_button = told_button("remove", "De&lete", "Delete the selected message (Del)", self)
        self.clear_button = told_button("", "Cle&ar inbox...", "Delete all messages of the local inbox", self)
        self.list = entry_list(
            self.model, "Messages of the local inbox", self, fitting=[RECEIVED], stretching=[SUBJECT, RECIPIENTS]
        )
        self.empty = EmptyState("inbox", self)
        self.storeys = storeys_of(self.list, self.detail, (168, 552), self)
        self.pages = pages_of(self.empty, self.storeys, self)
        centre = QWidget(self)
        below_one_another(centre, (self._build_top(), self.notice, self.served, self.answers), self.pages)
        self.setCentralWidget(centre)

    def _build_top(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.search, 1)
        row.addWidget(self.count)
        row.addSpacing(8)
        for button in (self.new_button, self.save_button, self.delete_button, self.clear_button):
            row.addWidget(button)
        return row

    def _connect(self) -> None:
        self.search.textChanged.connect(self._on_search)
        self.list.selectionModel().currentRowChanged.connect(self._on_current_changed)
        self.model.modelReset.connect(self._on_reset)
        self.detail.report_wanted.connect(self._on_report_wanted)
        self.answers.show_wanted.connect(self._on_event_wanted)
        self.answers.message_wanted.connect(self._on_message_wanted)
        self.detail.tabs.currentChanged.connect(self._show_state)
        self.detail.signature.chosen.connect(self._show_state)
        self.new_button.clicked.connect(self.open_as_new)
        self.save_button.clicked.connect(self.save_as)
        self.delete_button.clicked.connect(self.delete_current)
        self.clear_button.clicked.connect(self.ask_to_clear)
        self.take_keys(
            (
                ("Ctrl+F", self.search.take_focus),
                ("Ctrl+O", self.open_as_new),
                ("Ctrl+S", self.save_as),
            )
        )
        on_delete(self.list, self.delete_current)

    # Looking

    @Slot()
    def look(self) -> None:
        """Look on a worker whether messages came or went."""
        if self._looking:
            return
        self._looking = True
        inbox, known = self.services.inbox, self._names

        def operation(context: Context) -> Look | None:
            names = inbox.names()
            return None if names == known else (names, inbox.entries())

        task = self.runner.start(operation)
        task.succeeded.connect(self._on_looked)
        task.finished.connect(self._on_look_finished)

    @Slot(object)
    def _on_looked(self, answer: Look | None) -> None:
        if answer is not None:
            self._names, entries = answer
            self.notice.say("")
            before = self.current
            self._wanted = self._wanted or (before.entry if before else "")
            self.model.show_entries(entries)
            self._select_wanted()
        self._show_state()

    @Slot()
    def _on_look_finished(self) -> None:
        self._looking = False

    @Slot(str)
    def _on_search(self, text: str) -> None:
        before = self.current
        self._wanted = before.entry if before else ""
        self.model.search(text)
        self._select_wanted()
        self._show_state()

    @Slot()
    def _on_reset(self) -> None:
        self._show_state()

    def _select_wanted(self) -> None:
        """Select what was wanted, else the newest."""
        row = self.model.row_of(self._wanted) if self._wanted else -1
        if row >= 0:
            self._wanted = ""
        if row < 0 and self.current is None and self.model.rows:
            row = 0
        if row >= 0:
            self.list.setCurrentIndex(self.model.index(row, 0))
            self.list.scrollTo(self.model.index(row, 0))

    @Slot(QModelIndex, QModelIndex)
    def _on_current_changed(self, current: QModelIndex) -> None:
        entry = self.current
        self._show_state()
        if entry is None or (self.detail.loaded is not None and self.detail.loaded.entry == entry):
            return
        inbox = self.services.inbox
        task = self.runner.start(lambda context: load(inbox, entry))
        task.succeeded.connect(self._on_loaded)

    @Slot(object)
    def _on_loaded(self, loaded: LoadedEntry) -> None:
        if self.current == loaded.entry:
            self.detail.show_loaded(loaded)
            self.answers.show_answers_of(loaded.submitted)
            self._show_state()

    @Slot()
    def _show_state(self) -> None:
        """Show what there is, and what can be done with it."""
        at = self.services.served_at
        self.served.say(f"Other programs send here: SMTP {at.host}:{at.smtp_port}, SES APIs {at.url}." if at else "")
        found, total = len(self.model.rows), self.model.total
        page = self.storeys if found else self.empty
        if turned_to(self.pages, page) and found and not self.search.text():
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)
        if self._names is not None:
            self.empty.say(*(_NOT_FOUND if total else _EMPTY))
        self.count.setText(count_words(found, total, "message"))
        current, loaded = self.current, self.detail.loaded
        is_loaded = current is not None and loaded is not None and loaded.entry == current
        self.detail.setEnabled(is_loaded)
        for button in (self.new_button, self.save_button):
            button.setEnabled(is_loaded)
        self.delete_button.setEnabled(current is not None)
        self.clear_button.setEnabled(total > 0)
        shown = self.detail.shown_octets
        self.save_button.setText(f"Save {shown[0]} &as..." if shown else "Save &as...")

    # What can be done

    @Slot()
    def open_as_new(self) -> None:
        """Open a copy of the submitted message in a composer window of its own."""
        loaded = self.detail.loaded
        if loaded is None or not self.new_button.isEnabled():
            return
        wanted = getattr(self.companion.opener, "window_wanted", None)
        if wanted is not None:
            wanted.emit((as_new_message(loaded), None))

    @Slot()
    def save_as(self) -> None:
        """Ask for a file and write the octets in view there."""
        shown, loaded = self.detail.shown_octets, self.detail.loaded
        if shown is None or loaded is None or not self.save_button.isEnabled():
            return
        word, octets = shown
        name = f"{loaded.entry.entry}-{word}.eml"
        chosen, _ = QFileDialog.getSaveFileName(self, f"Save {word} octets", str(Path.home() / name))
        if chosen:
            self.save_octets(octets, Path(chosen))

    def save_octets(self, octets: Octets, path: Path) -> None:
        """Write octets exactly, on a worker."""
        documents = self.services.documents

        def operation(context: Context) -> str:
            documents.save_octets(octets, path, context)
            return f"Saved as {path}"

        self.runner.start(operation).succeeded.connect(self._on_told)

    @Slot()
    def delete_current(self) -> None:
        """Delete the selected message; the next one is selected."""
        entry = self.current
        if entry is None:
            return
        row, inbox = self.list.currentIndex().row(), self.services.inbox
        near = self.model.rows[row + 1 : row + 2] or self.model.rows[max(row - 1, 0) : row]
        self._wanted = near[0].entry if near else ""
        task = self.runner.start(lambda context: inbox.remove(entry.entry))
        task.succeeded.connect(self.look)

    @Slot()
    def ask_to_clear(self) -> None:
        """Ask, then delete all messages."""
        total = self.model.total
        box = QMessageBox(QMessageBox.Icon.Warning, "SES Composer", f"Delete all {total:,} messages?", parent=self)
        box.setInformativeText("They are gone then; what was saved to files stays.")
        delete = box.addButton("&Delete all", QMessageBox.ButtonRole.DestructiveRole)
        box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        delete.clicked.connect(self._on_clear)
        box.open()

    @Slot()
    def _on_clear(self) -> None:
        inbox = self.services.inbox
        self.runner.start(lambda context: inbox.clear()).succeeded.connect(self.look)

    @Slot(object)
    def _on_report_wanted(self, delivery: Delivery) -> None:
        inbox = self.services.inbox

        def operation(context: Context) -> tuple[str, Octets]:
            octets = inbox.report(delivery)
            octets.line_count()
            return delivery.recipient, octets

        self.runner.start(operation).succeeded.connect(self._on_report)

    @Slot(object)
    def _on_report(self, answer: tuple[str, Octets]) -> None:
        recipient, octets = answer
        report = ReportWindow(f"Report for {recipient}", parse(octets), self.runner, self)
        apply_fonts(report, self.services.settings)
        report.save_wanted.connect(self.save_octets)
        report.show()

    @Slot()
    def _on_serving_wanted(self) -> None:
        from sescomposer.gui.serving.serving_window import ServingWindow

        ServingWindow.show_for(self.services, self.companion.opener, InboxWindow.show_for)

    @Slot(str)
    def _on_event_wanted(self, uid: str) -> None:
        from sescomposer.gui.invitations.invitations_window import InvitationsWindow

        InvitationsWindow.show_for(self.services, self.companion.opener, uid)

    @Slot(object)
    def _on_message_wanted(self, message: Message) -> None:
        wanted = getattr(self.companion.opener, "window_wanted", None)
        if wanted is not None:
            wanted.emit((message, None))


def as_new_message(loaded: LoadedEntry) -> Message:
    """Give a copy of a submitted message to write on; recipients that no field names stay in the envelope.

    It is another message: what sealing stamped is stamped anew, and what was signed is signed anew.
    """
    root, protection = signed_again(loaded.submitted)
    header = root.header
    for name in STAMPED_FIELDS:
        header = header.without(name)
    message = Message(replace(root, header=header), protection=protection)
    named, given = envelope_of(message), loaded.entry.envelope
    mail_from = None if named.mail_from == given.mail_from else given.mail_from
    rcpt_to = None if named.rcpt_to == given.rcpt_to else given.rcpt_to
    return replace(message, envelope=EnvelopeOverride(mail_from, rcpt_to))
