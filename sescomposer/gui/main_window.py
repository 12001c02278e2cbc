"""One window, one message: it arranges panes, menus and toolbar, and holds no mail logic and no message."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QByteArray, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QCloseEvent, QDragEnterEvent, QDropEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QMainWindow, QMessageBox, QSplitter, QToolBar, QVBoxLayout, QWidget

from sescomposer.bootstrap import Services
from sescomposer.core.errors import SesComposerError
from sescomposer.core.message import Message
from sescomposer.gui.actions import ACTIONS, MENUS, ActionInfo, in_menu
from sescomposer.gui.composer import Composer
from sescomposer.gui.file_actions import FileActions
from sescomposer.gui.icons import icon
from sescomposer.gui.panes.attachment_strip import AttachmentStrip
from sescomposer.gui.panes.body_editors import BodyEditors
from sescomposer.gui.panes.header_form import HeaderForm
from sescomposer.gui.panes.problems_drawer import ProblemsDrawer
from sescomposer.gui.status_bar import MessageStatusBar
from sescomposer.gui.tasks import TaskRunner
from sescomposer.gui.view_area import ViewArea
from sescomposer.gui.views import make_views
from sescomposer.services.settings import ARRANGEMENT, GEOMETRY, LAYOUT, Arrangement

_SHARES = {Arrangement.WRITE: (58, 42), Arrangement.INSPECT: (38, 62), Arrangement.INVITE: (50, 50)}
_ARRANGED_VIEW = {Arrangement.WRITE: "preview", Arrangement.INSPECT: "source", Arrangement.INVITE: "preview"}


class MainWindow(QMainWindow):
    """The composer window.

    Signals:
        window_wanted(object): a `Message` for a new window, or None for an empty one.
        closed(object): the window itself, after it was closed.
    """

    window_wanted = Signal(object)
    closed = Signal(object)

    def __init__(
        self,
        services: Services,
        message: Message | None = None,
        *,
        path: Path | None = None,
        draft: str = "",
        saved: bool = True,
    ) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.services = services
        self.runner = TaskRunner(self)
        self.composer = Composer(services, self.runner, message or services.documents.new(), draft=draft, parent=self)
        self.composer.path = path
        self.composer.refused.connect(self.show_error)
        self.runner.failed.connect(self.show_error)
        self.runner.crashed.connect(self._on_crashed)
        self.files = FileActions(self)
        self.action: dict[str, QAction] = {}
        self._build_panes()
        self._build_actions()
        self.setAcceptDrops(True)
        self.composer.message_changed.connect(self._on_message_changed)
        self.composer.file_changed.connect(self._show_title)
        self._restore_layout()
        if message is not None:
            self.composer.open_message(message, path, saved=saved)
        self._on_message_changed()
        self._show_title()

    def sizeHint(self) -> QSize:
        """A size that shows both halves."""
        return QSize(1280, 820)

    @property
    def is_untouched(self) -> bool:
        """Whether the window holds a new message that nobody edited: opening a file may take its place."""
        return self.composer.path is None and self.composer.is_saved and not self.composer.undo_list.can_undo

    def open_message(self, message: Message, path: Path | None = None, *, saved: bool = True) -> None:
        """Show another message in this window."""
        self.composer.open_message(message, path, saved=saved)

    @Slot(object)
    def show_error(self, error: SesComposerError) -> None:
        """Say what happened and what to do, in the status bar and, where work was stopped, in a box."""
        text = f"{error.sentence} {error.hint}".strip()
        self.statusBar().showMessage(text, 15000)
        box = QMessageBox(QMessageBox.Icon.Warning, "SES Composer", error.sentence, parent=self)
        box.setInformativeText(error.hint)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()

    @Slot(str)
    def trigger(self, name: str) -> None:
        """Do one of the declared actions."""
        self.action[name].trigger()

    def _build_panes(self) -> None:
        """Left writes, right explains, below stand the problems."""
        left = QWidget(self)
        layout = QVBoxLayout(left)
        layout.setContentsMargins(8, 8, 4, 4)
        layout.setSpacing(8)
        self.header_form = HeaderForm(self.composer, left)
        self.editors = BodyEditors(self.composer, left)
        self.strip = AttachmentStrip(self.composer, left)
        layout.addWidget(self.header_form)
        layout.addWidget(self.editors, 1)
        layout.addWidget(self.strip)
        self.views = ViewArea(make_views(self.composer), self)
        self.halves = QSplitter(Qt.Orientation.Horizontal, self)
        self.halves.addWidget(left)
        self.halves.addWidget(self.views)
        self.halves.setChildrenCollapsible(False)
        self.problems = ProblemsDrawer(self.composer, self)
        self.storeys = QSplitter(Qt.Orientation.Vertical, self)
        self.storeys.addWidget(self.halves)
        self.storeys.addWidget(self.problems)
        self.storeys.setStretchFactor(0, 1)
        self.storeys.setCollapsible(0, False)
        self.setCentralWidget(self.storeys)
        status = MessageStatusBar(self.composer, self)
        status.action_wanted.connect(self.trigger)
        self.setStatusBar(status)

    def _build_actions(self) -> None:
        """Make menus and toolbar from the declared actions."""
        for info in ACTIONS:
            self.action[info.name] = self._make_action(info)
        for title in MENUS:
            menu = self.menuBar().addMenu(f"&{title}")
            menu.addActions([self.action[info.name] for info in in_menu(title)])
        bar = QToolBar("Main toolbar", self)
        bar.setObjectName("toolbar")
        bar.setMovable(False)
        bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        bar.setIconSize(QSize(18, 18))
        bar.addActions([self.action[info.name] for info in ACTIONS if info.toolbar])
        self.addToolBar(bar)

    def _make_action(self, info: ActionInfo) -> QAction:
        """Make one action and bind it to the method that does it."""
        action = QAction(info.label, self, checkable=info.checkable)
        if info.icon:
            action.setIcon(icon(info.icon))
        action.setShortcuts([QKeySequence(keys) for keys in info.keys])
        action.setStatusTip(info.help)
        keys = f" ({action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)})" if info.keys else ""
        action.setToolTip(info.help + keys)
        action.setIconText(info.words.removesuffix("..."))
        action.setObjectName(info.name)
        action.triggered.connect(partial(self._do, info.name))
        return action

    def _do(self, name: str, checked: bool = False) -> None:
        """Run an action: of the files, or of this window."""
        for doer in (self.files, self):
            method = getattr(doer, f"do_{name}", None)
            if method is not None:
                method(checked) if self.action[name].isCheckable() else method()
                return
        raise NotImplementedError(name)

    @Slot()
    def _on_message_changed(self) -> None:
        undo_list = self.composer.undo_list
        self.action["undo"].setEnabled(undo_list.can_undo)
        self.action["redo"].setEnabled(undo_list.can_redo)
        self.action["undo"].setText(f"&Undo {undo_list.undo_label}".rstrip())
        self.action["redo"].setText(f"&Redo {undo_list.redo_label}".rstrip())
        self._show_title()

    @Slot()
    def _show_title(self) -> None:
        """Name the message by its subject, its file, and whether it is saved."""
        composer = self.composer
        name = composer.root.subject.strip() or "New message"
        place = f" - {composer.path.name}" if composer.path else ""
        self.setWindowTitle(f"{name}{place}[*] - SES Composer")
        self.setWindowModified(not composer.is_saved)

    def do_undo(self) -> None:
        """Take a step back."""
        self.composer.undo()

    def do_redo(self) -> None:
        """Make a step again."""
        self.composer.redo()

    def do_view_source(self) -> QWidget:
        """Show tree and raw source."""
        return self.views.show_view("source")

    def do_view_preview(self) -> None:
        """Show the preview."""
        self.views.show_view("preview")

    def do_view_envelope(self) -> None:
        """Show the envelope."""
        self.views.show_view("envelope")

    def do_view_delivered(self) -> None:
        """Show what SES would deliver."""
        self.views.show_view("delivered")

    def do_split(self, checked: bool) -> None:
        """Show two views, or one."""
        self.views.set_split(checked)

    def do_find(self) -> None:
        """Search the raw source."""
        from sescomposer.gui.panes.tree_and_source import TreeAndSource

        view = self.views.show_view("source")
        if isinstance(view, TreeAndSource):
            view.open_search()

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

    def do_send(self) -> None:
        """Review and send."""
        from sescomposer.gui.dialogs.send_sheet import SendSheet

        SendSheet.show_for(self.composer, self)

    def do_inbox(self) -> None:
        """Open the local inbox."""
        from sescomposer.gui.inbox_window import InboxWindow

        InboxWindow.show_for(self.services, self)

    def do_palette(self) -> None:
        """Find any action."""
        from sescomposer.gui.dialogs.command_palette import CommandPalette

        chosen = CommandPalette.choose([self.action[info.name] for info in ACTIONS if info.name != "palette"], self)
        if chosen is not None:
            chosen.trigger()

    def do_settings(self) -> None:
        """Change settings."""
        from sescomposer.gui.dialogs.settings_dialog import SettingsDialog

        SettingsDialog.edit(self.services.settings, self)

    def do_help(self) -> None:
        """Show the help."""
        from sescomposer.gui.dialogs.help_dialog import HelpDialog

        HelpDialog.show_for(self)

    def do_about(self) -> None:
        """Show version, licences and folders."""
        from sescomposer.gui.dialogs.help_dialog import show_about

        show_about(self.services, self)

    def do_quit(self) -> None:
        """Close all windows."""
        QApplication.closeAllWindows()

    def do_close(self) -> None:
        """Close this window."""
        self.close()

    def do_next_zone(self) -> None:
        """Move the focus around: fields, editors, attachments, views, problems."""
        zones = (self.header_form, self.editors, self.strip, self.views, self.problems)
        visible = [zone for zone in zones if zone.isVisible()]
        focus = self.focusWidget()
        current = next((i for i, zone in enumerate(visible) if focus is not None and zone.isAncestorOf(focus)), -1)
        for step in range(1, len(visible) + 1):
            if _focus_into(visible[(current + step) % len(visible)]):
                return

    def do_arrange_write(self) -> None:
        """Arrange to write."""
        self._arrange(Arrangement.WRITE)

    def do_arrange_inspect(self) -> None:
        """Arrange to inspect."""
        self._arrange(Arrangement.INSPECT)

    def _arrange(self, arrangement: Arrangement) -> None:
        """Divide the window and show the view that goes with it."""
        left, right = _SHARES[arrangement]
        self.halves.setSizes([left * 100, right * 100])
        self.views.show_view(_ARRANGED_VIEW[arrangement])
        self.services.settings.set(ARRANGEMENT, arrangement)

    def _restore_layout(self) -> None:
        """Take the place, size and division that the last window had."""
        settings = self.services.settings
        self.resize(self.sizeHint())
        self.halves.setSizes([50, 50])
        self.storeys.setSizes([700, 110])
        if geometry := settings.get(GEOMETRY):
            self.restoreGeometry(QByteArray.fromBase64(geometry.encode("ascii")))
        if layout := settings.get(LAYOUT):
            self.halves.restoreState(QByteArray.fromBase64(layout.encode("ascii")))
        self.views.first.show_view("source")

    def _save_layout(self) -> None:
        """Remember place, size and division for the next window."""
        settings = self.services.settings
        try:
            settings.set(GEOMETRY, bytes(self.saveGeometry().toBase64().data()).decode("ascii"))
            settings.set(LAYOUT, bytes(self.halves.saveState().toBase64().data()).decode("ascii"))
        except SesComposerError as error:
            self.statusBar().showMessage(error.sentence)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask about an unsaved draft; stop the workers."""
        if not self.files.may_close():
            event.ignore()
            return
        self._save_layout()
        self.runner.close()
        event.accept()
        self.closed.emit(self)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take message files dropped anywhere outside the editors."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open dropped message files; attach the others."""
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        event.acceptProposedAction()
        messages = [path for path in paths if path.suffix.lower() == ".eml"]
        for path in messages:
            self.files.open_path(path)
        if others := [path for path in paths if path not in messages]:
            self.strip.attach_paths(others)

    @Slot(object)
    def _on_crashed(self, error: BaseException) -> None:
        """A fault of ours: the crash window shows it."""
        from sescomposer.gui.crash import report

        report(error)


def _focus_into(zone: QWidget) -> bool:
    """Give the focus to the first widget of a zone that takes it by Tab."""
    candidates = [zone, *zone.findChildren(QWidget)]
    for widget in candidates:
        if widget.isVisible() and widget.isEnabled() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            widget.setFocus(Qt.FocusReason.TabFocusReason)
            return True
    return False
