"""One window, one message: it arranges panes, menus and toolbar, and holds no mail logic and no message.

The first window of a start is painted with its menus and toolbar alone; the panes, and all that they import, follow in
the next turns of the event loop.
"""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtGui import QAction, QCloseEvent, QKeyEvent, QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget

from sescomposer.core.errors import SesComposerError
from sescomposer.gui import crash
from sescomposer.gui.menus import RecentFiles, describe, fill_menu_bar, make_actions, make_toolbar
from sescomposer.gui.steps import Steps
from sescomposer.gui.tasks import TaskRunner
from sescomposer.gui.window_drops import DropWindow
from sescomposer.gui.window_layout import WindowLayout, place
from sescomposer.gui.window_panes import WindowPanes, imports
from sescomposer.services.settings import RECENT_FILES

if TYPE_CHECKING:
    from PySide6.QtWidgets import QSplitter

    from sescomposer.bootstrap import Services
    from sescomposer.core.message import Message
    from sescomposer.gui.account_choice import AccountChoice
    from sescomposer.gui.composer import Composer
    from sescomposer.gui.drops import FileDrop
    from sescomposer.gui.file_actions import FileActions
    from sescomposer.gui.panes.attachment_strip import AttachmentStrip
    from sescomposer.gui.panes.body_editors import BodyEditors
    from sescomposer.gui.panes.header_form import HeaderForm
    from sescomposer.gui.panes.problems_drawer import ProblemsDrawer
    from sescomposer.gui.reading.window_reading import WindowReading
    from sescomposer.gui.send_actions import SendActions
    from sescomposer.gui.status_bar import MessageStatusBar
    from sescomposer.gui.view_area import ViewArea
    from sescomposer.gui.widgets.info_bars import InfoBars
    from sescomposer.gui.window_events import WindowEvents
    from sescomposer.gui.window_invitation import WindowInvitation
    from sescomposer.gui.window_protection import WindowProtection

_NEW = "New message"
_ERROR_MS = 15_000


class MainWindow(DropWindow):
    """The composer window.

    Attributes:
        account_choice: Which account the message goes through; there once the window is complete.

    Signals:
        window_wanted(object): a `Message` for a new window, also with its path, and with the id of its draft; the id
            of a draft of the list; or None for an empty one.
        closed(object): the window itself, after it was closed.
    """

    window_wanted = Signal(object)
    closed = Signal(object)

    composer: "Composer"
    files: "FileActions"
    sending: "SendActions"
    header_form: "HeaderForm"
    editors: "BodyEditors"
    strip: "AttachmentStrip"
    views: "ViewArea"
    problems: "ProblemsDrawer"
    info: "InfoBars"
    status: "MessageStatusBar"
    account_choice: "AccountChoice"
    invitation: "WindowInvitation"
    events: "WindowEvents"
    protection: "WindowProtection"
    reading: "WindowReading"
    _doers: tuple[object, ...]
    halves: "QSplitter"
    storeys: "QSplitter"
    layout_keeper: WindowLayout

    def __init__(
        self,
        services: "Services",
        message: "Message | Callable[[], Message] | None" = None,
        *,
        path: Path | None = None,
        draft: str = "",
        saved: bool = True,
        staged: bool = False,
    ) -> None:
        """Make the window.

        Args:
            services: What it acts through.
            message: The message, or what makes it once the window is painted; None for an empty one.
            path: The file it came from.
            draft: Id of the draft in the journal that the window goes on with.
            saved: Whether the message is as the file has it.
            staged: Whether the panes follow the first paint; until `complete`, there are none.
        """
        super().__init__()
        self.services = services
        self._is_blank = message is None
        self._typed: list[QKeyEvent] = []
        self._error_shown = ""
        self.runner = TaskRunner(self)
        self.runner.failed.connect(self.show_error)
        self.runner.crashed.connect(self._on_crashed)
        self._build_actions()
        self._steps = Steps(self._building(message, path, draft, saved), self)
        place(self, services.settings)
        self.setWindowTitle(f"{_NEW}[*]")
        if staged:
            blank = _Blank(self)
            blank.painted.connect(self._steps.begin)
            self.setCentralWidget(blank)
        else:
            self.complete()

    def complete(self) -> None:
        """Make what is missing of the panes now, without waiting for the next turns of the event loop."""
        self._steps.finish()

    def _building(
        self, message: "Message | Callable[[], Message] | None", path: Path | None, draft: str, saved: bool
    ) -> tuple[Callable[[], object], ...]:
        """Give the steps from the frame to the window that can be used."""
        return (
            *imports(),
            partial(self._make_composer, message, path, draft, saved),
            lambda: self._panes.make_left(),
            lambda: self._panes.make_right(),
            lambda: self._panes.make_centre(),
            partial(self._show_panes, path),
            self._make_account,
            self._outline_menus,
            self._give_focus,
        )

    def _outline_menus(self) -> None:
        from sescomposer.gui.theme import outline_menus

        outline_menus(self)

    def _make_composer(
        self, message: "Message | Callable[[], Message] | None", path: Path | None, draft: str, saved: bool
    ) -> None:
        from PySide6.QtCore import Qt

        from sescomposer.gui.composer import Composer
        from sescomposer.gui.file_actions import FileActions
        from sescomposer.gui.reading.window_reading import WindowReading
        from sescomposer.gui.send_actions import SendActions
        from sescomposer.gui.window_openers import WindowOpeners
        from sescomposer.gui.window_views import WindowViews
        from sescomposer.services.documents import new_message

        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        given = message() if callable(message) else message
        self.composer = Composer(self.services, self.runner, given or new_message(), draft=draft, parent=self)
        self.composer.refused.connect(self.show_error)
        self.composer.safekeeping.troubled.connect(self._on_no_checkpoint)
        if given is not None:
            # Before the panes, which so show it once.
            self.composer.open_message(given, path, saved=saved)
        self.files = FileActions(self)
        self.sending = SendActions(self)
        self.reading = WindowReading(self)
        self._doers = (WindowOpeners(self), WindowViews(self), self.reading)
        self._panes = WindowPanes(self.composer, self)

    def _show_panes(self, path: Path | None) -> None:
        """Put the panes into the window and let them follow the message and the settings."""
        from sescomposer.gui.fonts import apply_fonts

        panes = self._panes
        self.header_form, self.editors, self.strip = panes.header_form, panes.editors, panes.strip
        self.views, self.problems, self.info = panes.views, panes.problems, panes.info
        self.halves, self.storeys = panes.halves, panes.storeys
        self.status = panes.status
        panes.status.action_wanted.connect(self.trigger)
        describe(self.action)
        self.editors.messages_dropped.connect(self.open_paths)
        self.setAcceptDrops(True)
        self.composer.message_changed.connect(self._on_message_changed)
        self.composer.file_changed.connect(self._show_title)
        self.composer.setting_changed.connect(self._on_setting_changed)
        self.layout_keeper = WindowLayout(self, self.halves, self.views, self.services.settings)
        self.layout_keeper.restore()
        self.views.split_changed.connect(self.layout_keeper.make_room)
        self.views.split_changed.connect(self.action["split"].setChecked)
        apply_fonts(self, self.services.settings)
        self.views.made.connect(self._on_view_made)
        if path is not None:
            self._say_if_no_mail(path)
        self._on_message_changed()
        self.setCentralWidget(panes.centre)
        self.setStatusBar(panes.status)
        self.composer.check_soon()

    def _make_account(self) -> None:
        """Say which account the message goes through."""
        from sescomposer.gui.window_account import WindowAccount
        from sescomposer.gui.window_events import WindowEvents
        from sescomposer.gui.window_invitation import WindowInvitation
        from sescomposer.gui.window_protection import WindowProtection

        self._account = WindowAccount(self)
        self.invitation = WindowInvitation(self)
        self.events = WindowEvents(self)
        self.account_choice = self._account.choice
        self.protection = WindowProtection(self)

    def _give_focus(self) -> None:
        """Let the user write, and write what was typed while there was nothing to write into."""
        # Else the window system's first focus is the button that dismisses a notice, and what is typed is lost.
        self.header_form.main["From"].focus_value()
        typed, self._typed = self._typed, []
        for event in typed:
            QApplication.sendEvent(self.focusWidget() or self, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keep what is typed before there are panes."""
        if self._steps.is_done:
            super().keyPressEvent(event)
        else:
            self._typed.append(event.clone())

    def sizeHint(self) -> QSize:
        """A size that shows both halves."""
        return QSize(1280, 820)

    @property
    def is_untouched(self) -> bool:
        """Whether the window holds a new message that nobody edited: opening a file may take its place."""
        self.complete()
        if self._steps.has_failed:
            return False
        undo_list = self.composer.undo_list
        return self._is_blank and self.composer.is_saved and not undo_list.can_undo and not undo_list.can_redo

    def open_message(
        self, message: "Message", path: Path | None = None, *, saved: bool = True, draft: str = ""
    ) -> None:
        """Show another message in this window; see `Composer.open_message`."""
        self.complete()
        self._is_blank = False
        self.composer.open_message(message, path, saved=saved, draft=draft)
        if path is not None:
            self._say_if_no_mail(path)

    @Slot(object)
    def open_paths(self, paths: Sequence[Path]) -> None:
        """Open message files: here if the window is untouched, else each in a new one; events go into this message."""
        from sescomposer.gui.drops import CALENDAR, is_key_file

        keys = tuple(filter(is_key_file, paths))
        if keys:
            from sescomposer.gui.keys.key_files_box import KeyFilesBox

            KeyFilesBox.ask(self.services, keys, self).attach_wanted.connect(self.strip.attach_paths)
        for path in paths:
            if path in keys:
                continue
            if path.suffix.lower() == CALENDAR:
                self.invitation.open_path(path, here=True)
            else:
                self.files.open_path(path)

    def _say_if_no_mail(self, path: Path) -> None:
        """Say that a file opened has no header: any octets open, but few of them are a message then."""
        root = self.composer.root
        if not len(root.header.octets):
            what = "has no header fields: all of it is shown as text" if len(root.octets) else "holds nothing"
            self.tell(f"{path.name} is hardly a message. It {what}.", "warning")

    def recover(self, draft: str, message: "Message", path: Path | None, *, kept: bool = False) -> None:
        """Go on in this window with a draft under its id; see `Composer.recover`."""
        self.complete()
        self._is_blank = False
        self.composer.recover(draft, message, path, kept=kept)

    def tell(self, sentence: str, kind: str = "note") -> None:
        """Say something above the panes until it is dismissed; `kind` is "note", "warning" or "error"."""
        self.complete()
        if not self._steps.has_failed:
            self.info.tell(sentence, kind)

    @Slot(object)
    def show_error(self, error: SesComposerError) -> None:
        """Say what happened and what to do, in the status bar and in a box."""
        from PySide6.QtCore import Qt
        from PySide6.QtWidgets import QMessageBox

        self.complete()
        self._error_shown = f"{error.sentence} {error.hint}".strip()
        self.statusBar().showMessage(self._error_shown, _ERROR_MS)
        box = QMessageBox(QMessageBox.Icon.Warning, "SES Composer", error.sentence, parent=self)
        # A sentence may quote what a message holds.
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setInformativeText(error.hint)
        self.reading.offer_lift(error, box)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()

    @Slot(object)
    def _on_no_checkpoint(self, error: SesComposerError) -> None:
        """Say it without a box: whatever is done next goes on."""
        self.tell(f"No checkpoint could be kept. {error.sentence} {error.hint}".strip(), "warning")

    @Slot(str)
    def trigger(self, name: str) -> None:
        """Do one of the declared actions."""
        self.action[name].trigger()

    def try_to_keep(self, keep: Callable[[], None]) -> None:
        """Keep something that the message can do without, such as a setting; where that fails it is told."""
        try:
            keep()
        except SesComposerError as error:
            self.tell(f"{error.sentence} {error.hint}".strip(), "warning")

    def _build_actions(self) -> None:
        """Make menus and toolbar from the declared actions."""
        self.action: dict[str, QAction] = make_actions(self, self._do)
        settings = self.services.settings
        self.recent = RecentFiles(lambda: settings.get(RECENT_FILES), self._open_recent, self)
        fill_menu_bar(self, self.action, self.recent)
        self.toolbar = make_toolbar(self, self.action)
        self.addToolBar(self.toolbar)

    def _open_recent(self, path: Path) -> None:
        self.complete()
        self.files.open_path(path)

    def _end_typing(self) -> None:
        from sescomposer.gui.widgets.field_line import end_typing

        end_typing(self)

    @property
    def doers(self) -> tuple[object, ...]:
        """Who does the actions, by methods of their names."""
        return (
            self.files,
            self.sending,
            self.invitation,
            self.events,
            self.protection,
            self._account,
            *self._doers,
            self,
        )

    def _do(self, name: str) -> None:
        """Run an action of this window, or of what acts for it."""
        self.complete()
        if self._steps.has_failed:
            # There is nothing to act on; the fault is told already.
            self.close()
            return
        self._end_typing()
        method = next(getattr(doer, f"do_{name}") for doer in self.doers if hasattr(doer, f"do_{name}"))
        if self.action[name].isCheckable():
            method(self.action[name].isChecked())
        else:
            method()

    @Slot()
    def _on_message_changed(self) -> None:
        if self._error_shown and self.statusBar().currentMessage() == self._error_shown:
            # What went wrong is over once the work goes on.
            self.statusBar().clearMessage()
        undo_list = self.composer.undo_list
        for name, words, label, can in (
            ("undo", "&Undo", undo_list.undo_label, undo_list.can_undo),
            ("redo", "&Redo", undo_list.redo_label, undo_list.can_redo),
        ):
            self.action[name].setEnabled(can)
            self.action[name].setText(f"{words} {label.replace('&', '&&')}".rstrip())
        self._show_title()

    @Slot()
    def _show_title(self) -> None:
        """Name the message by its subject, its file, and whether it is saved."""
        from sescomposer.gui.directions import isolated

        composer = self.composer
        name = " ".join(composer.root.subject.split()) or _NEW
        place = f" \N{EM DASH} {isolated(composer.path.name)}" if composer.path else ""
        self.setWindowTitle(f"{isolated(name)}{place}".replace("[*]", "[*][*]") + "[*]")
        self.setWindowModified(not composer.is_saved)

    @Slot(str)
    def _on_setting_changed(self, key: str) -> None:
        from sescomposer.gui.fonts import KEYS, apply_fonts

        if key in KEYS:
            apply_fonts(self, self.services.settings)

    @Slot(object)
    def _on_view_made(self, view: QWidget) -> None:
        from sescomposer.gui.fonts import apply_fonts

        apply_fonts(view, self.services.settings)

    def do_undo(self) -> None:
        """Take a step back."""
        self.composer.undo()

    def do_redo(self) -> None:
        """Make a step again."""
        self.composer.redo()

    def do_attach(self) -> None:
        """Attach files."""
        self.strip.choose_files()

    def do_image(self) -> None:
        """Put an image into the HTML."""
        self.editors.choose_image()

    def do_field(self) -> None:
        """Add a header field."""
        self.header_form.add_field()

    def do_text_from_html(self) -> None:
        """Make the text from the HTML."""
        self.editors.make_text_from_html()

    def do_check(self) -> None:
        """Open the problems."""
        self.problems.open_drawer()

    def do_next_problem(self) -> None:
        """Go to the next problem."""
        self.problems.go_to_next()

    def do_quit(self) -> None:
        """Close all windows."""
        QApplication.closeAllWindows()

    def do_close(self) -> None:
        """Close this window."""
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask about an unsaved draft; stop the workers."""
        self.complete()
        if not self._steps.has_failed:
            self._end_typing()
            if not self.files.may_close():
                event.ignore()
                return
            self.try_to_keep(self.layout_keeper.keep)
            self.composer.close()
        self.runner.close()
        event.accept()
        self.closed.emit(self)

    def take_dropped(self, files: "FileDrop") -> None:
        """Open dropped messages, attach the other files."""
        self.open_paths((*files.opened, *files.events, *files.keys))
        self.strip.attach_paths(files.attached)

    @Slot(object)
    def _on_crashed(self, error: BaseException) -> None:
        """A fault of ours: the crash window shows it."""
        crash.report(error)


class _Blank(QWidget):
    """Stands where the panes will be.

    Signals:
        painted(): the window is on the screen.
    """

    painted = Signal()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        self.painted.emit()
