"""The window of keys and certificates: own keys, certificates of other people, roots, and policies of mailboxes."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QSize, Qt, Slot
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeySequence,
    QShortcut,
    QShowEvent,
)
from PySide6.QtWidgets import QCheckBox, QTabWidget, QVBoxLayout, QWidget

from sescomposer.bootstrap import Services
from sescomposer.core.errors import SesComposerError
from sescomposer.gui.companion_window import CompanionWindow
from sescomposer.gui.directions import isolated
from sescomposer.gui.drops import files_of, hide_hint, show_hint
from sescomposer.gui.keys.entries_page import EntriesPage
from sescomposer.gui.keys.identities_page import IdentitiesPage
from sescomposer.gui.keys.importing import KEYS, PEOPLE, ROOTS, Came, Imports
from sescomposer.gui.keys.keys_doing import KeysDoing
from sescomposer.gui.keys.page_words import MY_KEYS
from sescomposer.gui.keys.page_words import PEOPLE as PEOPLE_WORDS
from sescomposer.gui.keys.page_words import ROOTS as ROOT_WORDS
from sescomposer.gui.keys.questions import ask_mailbox
from sescomposer.gui.keys.shelf import Shelf, read_shelf
from sescomposer.gui.keys.shown import Shown
from sescomposer.gui.tasks import Context
from sescomposer.gui.widgets.notice import Notice
from sescomposer.gui.widgets.progress_line import ProgressLine
from sescomposer.services.protection.protection_ports import IdentityPolicy, KeyEntry, PersonKey, Policy

IDENTITIES = "identities"
_TITLES = {KEYS: "&My keys", PEOPLE: "&People", ROOTS: "&Roots", IDENTITIES: "I&dentities"}


class KeysWindow(CompanionWindow):
    """Pages behind tabs, and lines above them for what is wrong.

    Attributes:
        pages: The pages of entries, by name.
        identities: The page of the policies.
        imports, doing: What is done.
        shelf: What is shown.
    """

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services, parent)
        self.setWindowTitle("Keys and certificates")
        self.shelf = Shelf()
        self._typed: list[str] = []
        self._asked = 0
        self._wanted = ("", "")
        self.imports = Imports(services, self.runner, self)
        self.doing = KeysDoing(services, self.runner, self)
        self._build()
        self._connect()
        self._make_keys()
        self.setAcceptDrops(True)
        self.statusBar().setSizeGripEnabled(False)
        self.fit_screen()

    @classmethod
    def show_for(
        cls,
        services: Services,
        opener: QWidget | None = None,
        page: str = "",
        id_: str = "",
        files: Sequence[Path] = (),
    ) -> "KeysWindow":
        """Show the window of this process.

        Args:
            services: What it acts through.
            opener: The composer window; it goes with the last of them.
            page: "keys", "people", "roots" or "identities"; "" for that which is shown.
            id_: What to select there: id of a key, "address fingerprint", fingerprint of a root, or a mailbox.
            files: To import.
        """
        window = cls.of_process(services, opener)
        window.come_up()
        if page:
            window.show_entry(page, id_)
        if files:
            window.imports.take(files)
        return window

    def sizeHint(self) -> QSize:
        """Room for a list and what is selected in it."""
        return QSize(1000, 760)

    def show_entry(self, page: str, id_: str = "") -> None:
        """Show a page, and select an entry as soon as it is there."""
        self.tabs.setCurrentWidget(self._widget(page))
        self._wanted = (page, id_)
        self._select_wanted()

    @Slot()
    def look(self) -> None:
        """Read everything again, on a worker."""
        self._asked = number = self._asked + 1
        services, with_system, typed = self.services, self.system_box.isChecked(), tuple(self._typed)

        def operation(context: Context) -> tuple[int, Shelf]:
            return number, read_shelf(services, with_system=with_system, typed=typed)

        task = self.runner.start(operation, quiet=True)
        task.succeeded.connect(self._on_shelf)
        task.failed.connect(self._on_failed)
        self.progress.follow(task, "Reading keys")

    def showEvent(self, event: QShowEvent) -> None:
        """Read everything."""
        super().showEvent(event)
        if not event.spontaneous():
            self.look()

    def changeEvent(self, event: QEvent) -> None:
        """Look again when the window comes to the front: signed mail that is opened brings certificates."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow():
            self.look()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files, and say what becomes of them."""
        self._hover(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Say what becomes of them."""
        self._hover(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Say so no more."""
        hide_hint(self)

    def dropEvent(self, event: QDropEvent) -> None:
        """Import what is dropped."""
        hide_hint(self)
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self.imports.take(files_of(event, self), wants_roots=self.page == ROOTS)

    def _hover(self, event: QDropEvent) -> None:
        files = files_of(event, self)
        if not files:
            event.ignore()
            return
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        named = isolated(files[0].name) if len(files) == 1 else f"{len(files)} files"
        show_hint(self, f"Import {named}", event.position().toPoint())

    @property
    def page(self) -> str:
        """Name of the page that is shown."""
        return next(name for name in _TITLES if self._widget(name) is self.tabs.currentWidget())

    # --- building -------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.notice = Notice("What went wrong", self)
        self.trouble = Notice("What cannot be read", self)
        self.keyring = Notice("About the keyring", self)
        self.progress = ProgressLine(self)
        self.progress.cancel_button.setToolTip("Cancel")
        words = {KEYS: MY_KEYS, PEOPLE: PEOPLE_WORDS, ROOTS: ROOT_WORDS}
        self.pages = {name: EntriesPage(each, self) for name, each in words.items()}
        self.identities = IdentitiesPage(self)
        self.system_box = QCheckBox("Show those of the &system", self)
        self.pages[ROOTS].top.addWidget(self.system_box)
        self.tabs = QTabWidget(self)
        self.tabs.setAccessibleName("Pages of keys and certificates")
        self.tabs.setDocumentMode(True)
        for name, title in _TITLES.items():
            self.tabs.addTab(self._widget(name), title)
        centre = QWidget(self)
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(8)
        for widget in (self.trouble, self.notice, self.keyring):
            column.addWidget(widget)
        column.addWidget(self.tabs, 1)
        self.setCentralWidget(centre)
        self.statusBar().addPermanentWidget(self.progress)

    def _widget(self, page: str) -> QWidget:
        return self.identities if page == IDENTITIES else self.pages[page]

    def _connect(self) -> None:
        for page in self.pages.values():
            page.wanted.connect(self._on_wanted)
            page.copied.connect(self._on_told)
            page.list.selectionModel().selectionChanged.connect(self._show_buttons)
        self.pages[KEYS].list.activated.connect(self._on_activated)
        self.identities.changed.connect(self.doing.put_policy)
        self.identities.wanted.connect(self._on_wanted)
        self.system_box.toggled.connect(self.look)
        for doer in (self.imports, self.doing):
            doer.came.connect(self._on_came)
            doer.failed.connect(self._on_failed)
            doer.started.connect(self.progress.follow)
        self.doing.changed.connect(self._on_changed)

    def _make_keys(self) -> None:
        for keys, name in (("Ctrl+O", "import"), ("Del", "remove")):
            for page in self.pages.values():
                context = Qt.ShortcutContext.WidgetWithChildrenShortcut
                parent: QWidget = page if keys != "Del" else page.list
                QShortcut(QKeySequence(keys), parent, context=context).activated.connect(page.buttons[name].click)
        self.take_keys((("F5", self.look),))

    # --- showing --------------------------------------------------------------------------------------------------

    @Slot(object)
    def _on_shelf(self, answer: tuple[int, Shelf]) -> None:
        number, shelf = answer
        if number != self._asked:
            return
        self.shelf = shelf
        self.doing.keyring.is_lasting, self.doing.keyring.trouble = shelf.is_lasting, shelf.keyring
        self.trouble.say(" ".join(shelf.trouble), "error")
        self.keyring.say(shelf.keyring, "note")
        self.pages[KEYS].show_rows(shelf.keys)
        self.pages[PEOPLE].show_rows(shelf.people)
        self.pages[ROOTS].show_rows(shelf.roots)
        self.identities.show_rows(shelf.identities)
        self.system_box.setText(f"Show those of the &system ({shelf.system_roots})")
        self._select_wanted()
        self._show_buttons()

    def _select_wanted(self) -> None:
        page, id_ = self._wanted
        if not id_:
            return
        shown = self.identities if page == IDENTITIES else self.pages[page]
        if shown.select(id_):
            self._wanted = ("", "")
            # Who switched pages to see it would be left with whatever control stood first on that page.
            shown.list.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _show_buttons(self) -> None:
        """Enable what can be done with what is selected, and say what it would be."""
        person = self.pages[PEOPLE].selected
        accept = self.pages[PEOPLE].buttons["accept"]
        key = person.origin if person is not None else None
        is_accepted = isinstance(key, PersonKey) and key.is_accepted
        accept.setText("No longer &accept" if is_accepted else "&Accept...")
        own = self.pages[KEYS].selected
        self.pages[KEYS].enable(["trust"], own is not None and own.anchor is not None)
        root = self.pages[ROOTS].selected
        self.pages[ROOTS].enable(["remove"], root is not None and "system" not in root.cells)

    @Slot(object)
    def _on_came(self, came: Came) -> None:
        self.notice.say(came.trouble, "warning")
        self._on_told(came.sentence)
        self.show_entry(came.page, came.id)
        self.look()

    @Slot(object)
    def _on_changed(self, sentence: str) -> None:
        self.notice.say("")
        self._on_told(sentence)
        self.look()

    @Slot(object)
    def _on_failed(self, error: SesComposerError) -> None:
        self.notice.say(f"{error.sentence} {error.hint}".strip(), "error")
        self.look()

    # --- doing ----------------------------------------------------------------------------------------------------

    @Slot(str)
    def _on_wanted(self, name: str) -> None:
        self.notice.say("")
        match self.page, name:
            case (page, "import"):
                self.imports.choose(wants_roots=page == ROOTS)
            case (_, "lock"):
                self.services.keys.lock()
                self._on_told("All keys are closed.")
            case (_, "card"):
                self.doing.add_card()
            case (_, "gnupg"):
                self.doing.add_gnupg()
            case (_, "test"):
                self.doing.make_test()
            case (_, "dkim"):
                self.doing.make_dkim()
            case ("identities", "add"):
                self._add_mailbox()
            case ("identities", "reset"):
                self._reset_policy()
            case (page, _):
                self._do_with_selected(page, name)

    def _do_with_selected(self, page: str, name: str) -> None:
        shown = self.pages[page].selected
        match name, shown.origin if shown else None:
            case _, None:
                return
            case "export_certificate", _ if shown:
                self.doing.export_certificate(shown)
            case "trust", KeyEntry() if shown:
                self._trust(shown)
            case "try", KeyEntry() as entry:
                self.doing.try_key(entry)
            case "export_key", KeyEntry() as entry:
                self.doing.export_key(entry)
            case "remove", KeyEntry() as entry:
                self.doing.remove_key(entry, self._users_of(entry), self._needed_by(entry))
            case "accept", PersonKey() as key if shown:
                self.doing.accept(shown, key)
            case "remove", PersonKey() as key if shown:
                self.doing.forget_person(shown, key)
            case "remove", _ if shown:
                self.doing.remove_root(shown)

    def _users_of(self, entry: KeyEntry) -> tuple[str, ...]:
        policies = (identity.policy for identity in self.shelf.identities)
        return tuple(policy.address for policy in policies if entry.id in (policy.key, policy.dkim))

    def _needed_by(self, entry: KeyEntry) -> tuple[str, ...]:
        """Give mailboxes whose mail must be signed, and which use the key though it was not chosen for them."""
        return tuple(
            identity.policy.address
            for identity in self.shelf.identities
            if identity.policy.sign is Policy.MUST and not identity.policy.key and identity.signer == entry.id
        )

    def _trust(self, shown: Shown) -> None:
        if shown.anchor is not None:
            self.doing.trust_own(shown.anchor)

    def _add_mailbox(self) -> None:
        from sescomposer.core.address import parse_mailbox

        typed = ask_mailbox(self)
        if not typed:
            return
        try:
            address = parse_mailbox(typed).wire_addr_spec.lower()
        except SesComposerError as error:
            self._on_failed(error)
            return
        self._typed.append(address)
        self._wanted = (IDENTITIES, address)
        self.look()

    def _reset_policy(self) -> None:
        selected = self.identities.selected
        if selected is not None:
            self._typed.append(selected.policy.address)
            self.doing.put_policy(IdentityPolicy(selected.policy.address))

    @Slot()
    def _on_activated(self) -> None:
        self._on_wanted("try")
