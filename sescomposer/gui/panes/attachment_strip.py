"""The attachments and inline parts as cards: add, remove, order, describe, save, drag out."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import cast

from PySide6.QtCore import QItemSelectionModel, QPoint, QSize, Qt, Slot
from PySide6.QtGui import (
    QAction,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QGuiApplication,
    QImage,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
)
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QMenu, QToolButton, QVBoxLayout, QWidget

from sescomposer.core.entity import Entity, Key
from sescomposer.core.structure import attach, move, remove, with_disposition
from sescomposer.gui.card_order import may_land, with_cards_at
from sescomposer.gui.composer import Composer, Selection
from sescomposer.gui.drops import FileDrop, files_of, hide_hint, on_strip, show_hint
from sescomposer.gui.file_intake import FileIntake, Intake
from sescomposer.gui.icons import icon
from sescomposer.gui.models.attachment_model import AttachmentModel
from sescomposer.gui.part_kinds import file_name_for
from sescomposer.gui.sizes import human_size
from sescomposer.gui.tasks import Context
from sescomposer.gui.widgets.attachment_view import AttachmentView
from sescomposer.gui.widgets.progress_line import ProgressLine

ORIGIN = "attachments"
HINT = "Drop files here, or Ctrl+Shift+A"


class AttachmentStrip(QWidget):
    """One line while there is nothing; then a count and the cards, at most two rows of them in view."""

    def __init__(self, composer: Composer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._composer = composer
        self._is_target = False
        self.setAccessibleName("Attachments")
        self.setAcceptDrops(True)
        self.model = AttachmentModel(self)
        self.view = AttachmentView(self.model, self._write_part, self._may_land, self)
        self.setFocusProxy(self.view)
        self.words = QLabel(HINT, self)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.progress = ProgressLine(self)
        self.add_button = self._make_add_button()
        self._lay_out()
        self._make_actions()
        self.intake = FileIntake(composer, self)
        self.intake.started.connect(self.progress.follow)
        self.intake.taken.connect(self._on_taken)
        self.view.remove_wanted.connect(self._on_remove)
        self.view.drag_failed.connect(composer.refused)
        # Queued: the view is in the midst of the drag, and the cards change.
        self.view.move_wanted.connect(self._on_move, Qt.ConnectionType.QueuedConnection)
        self.view.customContextMenuRequested.connect(self._on_menu)
        self.view.selectionModel().currentChanged.connect(self._on_current_changed)
        composer.message_changed.connect(self._on_message_changed)
        composer.selection_changed.connect(self._on_selection_changed)
        composer.findings_changed.connect(self.model.show_findings)
        self._on_message_changed()
        self._show_count()

    def _make_add_button(self) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(icon("attach"))
        button.setIconSize(QSize(16, 16))
        button.setText("Attach...")
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setAutoRaise(True)
        button.setToolTip("Attach files (Ctrl+Shift+A)")
        button.setAccessibleName("Attach files")
        button.clicked.connect(self.choose_files)
        return button

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(8, 0, 0, 0)
        head.setSpacing(8)
        head.addWidget(self.words, 1)
        head.addWidget(self.progress)
        head.addWidget(self.add_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self.view)

    def _make_actions(self) -> None:
        """Declare what can be done with the selected parts, with its keys."""
        rows = (
            ("save", "Save part...", "", "save", self._on_save),
            ("properties", "Properties...", "F2", "settings", self._on_properties),
            ("inline", "Make inline", "", "", partial(self._dispose, "inline")),
            ("attachment", "Make attachment", "", "", partial(self._dispose, "attachment")),
            ("up", "Move up", "Ctrl+Up", "up", partial(self._shift, -1)),
            ("down", "Move down", "Ctrl+Down", "down", partial(self._shift, 1)),
            ("paste", "Paste", "Ctrl+V", "", self.paste),
            ("remove", "Remove", "Del", "remove", self._on_remove),
        )
        self.actions_by_name: dict[str, QAction] = {}
        for name, words, keys, icon_name, slot in rows:
            action = QAction(words, self.view)
            if icon_name:
                action.setIcon(icon(icon_name))
            action.setShortcut(QKeySequence(keys))
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            action.triggered.connect(slot)
            self.view.addAction(action)
            self.actions_by_name[name] = action
        properties = self.actions_by_name["properties"]
        properties.setShortcuts([QKeySequence(keys) for keys in ("F2", "Return", "Enter", "Alt+Return")])

    @property
    def selected(self) -> tuple[Entity, ...]:
        """The selected parts, in order."""
        rows = sorted(index.row() for index in self.view.selectionModel().selectedIndexes())
        return tuple(self.model.parts[row] for row in rows)

    @property
    def current(self) -> Entity | None:
        """The part that has the focus."""
        return self.model.part(self.view.currentIndex())

    @Slot()
    def choose_files(self) -> None:
        """Choose files and attach them."""
        names, _ = QFileDialog.getOpenFileNames(self, "Attach files", "", "All files (*)")
        self.attach_paths([Path(name) for name in names])

    def attach_paths(self, paths: Sequence[Path]) -> None:
        """Take snapshots of files on a worker, and attach them in one step; what cannot be read is named."""
        if paths:
            self.intake.take_files(paths)

    @Slot()
    def paste(self) -> None:
        """Attach the files or the image of the clipboard."""
        data = QGuiApplication.clipboard().mimeData()
        paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
        if paths:
            self.attach_paths(paths)
        elif data.hasImage():
            self.intake.take_image(cast(QImage, data.imageData()))

    @Slot(object)
    def _on_taken(self, intake: Intake) -> None:
        ids, attachments = self._composer.ids, intake.attachments

        def edit(root: Entity) -> Entity:
            for attachment in attachments:
                root = attach(root, attachment, ids)
            return root

        if attachments and self._composer.edit_root(edit, "attach files"):
            last = self.model.parts[-1].key
            self._show_current(last)
            self._composer.select(Selection(last, origin=ORIGIN))

    @Slot()
    def _on_message_changed(self) -> None:
        """Show the parts; the selection stays where it can."""
        before, keys = self.model.parts, {part.key for part in self.selected}
        current = self.current
        self.model.show_root(self._composer.root)
        if self.model.parts is before:
            return
        self.view.select_rows([row for row, part in enumerate(self.model.parts) if part.key in keys])
        if current is not None:
            self._show_current(current.key)
        self._show_count()

    def _show_count(self) -> None:
        """Say how many there are and how large; without any, how to add one."""
        count = len(self.model.parts)
        size = human_size(self.model.total())
        self.words.setText(HINT if not count else f"{count} {'part' if count == 1 else 'parts'} · {size}")
        self.view.setVisible(bool(count))
        self.view.fit()

    @Slot(object)
    def _on_selection_changed(self, selection: Selection) -> None:
        if selection.origin == ORIGIN:
            return
        if self.model.row_of(selection.key) >= 0:
            self._show_current(selection.key)
        else:
            self.view.select_rows([])

    def _show_current(self, key: Key) -> None:
        """Move to the card of a part without telling the composer."""
        row = self.model.row_of(key)
        if row < 0 or row == self.view.currentIndex().row():
            return
        model = self.view.selectionModel()
        model.blockSignals(True)
        model.setCurrentIndex(self.model.index(row), QItemSelectionModel.SelectionFlag.ClearAndSelect)
        model.blockSignals(False)
        self.view.scrollTo(self.model.index(row))
        self.view.viewport().update()

    @Slot()
    def _on_current_changed(self) -> None:
        part = self.current
        if part is not None:
            self._composer.select(Selection(part.key, origin=ORIGIN))

    @Slot()
    def _on_remove(self) -> None:
        """Remove the selected parts in one step; the next card becomes the current one."""
        keys, ids, row = [part.key for part in self.selected], self._composer.ids, self.view.currentIndex().row()

        def edit(root: Entity) -> Entity:
            for key in keys:
                root = remove(root, key, ids)
            return root

        if keys and self._composer.edit_root(edit, "remove part" if len(keys) == 1 else "remove parts"):
            rows = len(self.model.parts)
            if rows:
                self.view.setCurrentIndex(self.model.index(max(0, min(row, rows - 1))))

    @Slot()
    def _on_properties(self) -> None:
        from sescomposer.gui.dialogs.part_dialog import PartDialog

        part = self.current
        if part is not None:
            PartDialog.edit(self._composer, part, self)

    def _dispose(self, disposition: str) -> None:
        """Set the disposition of the selected parts."""
        keys = [part.key for part in self.selected]

        def edit(root: Entity) -> Entity:
            for key in keys:
                root = with_disposition(root, key, disposition)
            return root

        self._composer.edit_root(edit, f"make {disposition}")

    def _shift(self, step: int) -> None:
        """Move the current part before the one before it in the same container, or behind the one behind."""
        part, ids = self.current, self._composer.ids
        target = self._neighbour(part, step) if part is not None else None
        if part is None or target is None:
            return
        container = self._composer.root.trail(part.key)[-2]
        index = [child.key for child in container.children].index(target.key)
        self._composer.edit_root(lambda root: move(root, part.key, container.key, index, ids), "move part")

    def _neighbour(self, part: Entity, step: int) -> Entity | None:
        """Give the card beside a part's, if both stand in the same container."""
        row = self.model.row_of(part.key) + step
        trail = self._composer.root.trail(part.key)
        if not 0 <= row < len(self.model.parts) or len(trail) < 2 or not trail[-2].is_multipart:
            return None
        other = self.model.parts[row]
        return other if any(child.key == other.key for child in trail[-2].children) else None

    def _may_land(self, keys: Sequence[Key], gap: int) -> bool:
        """Whether parts can be dropped before the card of that number."""
        return may_land(self._composer.root, keys, gap)

    @Slot(object, int)
    def _on_move(self, keys: Sequence[Key], gap: int) -> None:
        """Move parts to where their cards were dropped, in one step."""
        words = "move part" if len(keys) == 1 else "move parts"
        self._composer.edit_root(lambda root: with_cards_at(root, keys, gap), words)

    @Slot()
    def _on_save(self) -> None:
        """Ask for a file and save the content of the part, decoded."""
        part = self.current
        if part is None:
            return
        chosen, _ = QFileDialog.getSaveFileName(self, "Save part", file_name_for(part))
        if chosen:
            path, documents = Path(chosen), self._composer.services.documents

            def operation(context: Context) -> None:
                documents.save_part(part, path, context)

            self.progress.follow(self._composer.runner.start(operation), f"Saving {path.name}")

    def _write_part(self, part: Entity, folder: Path) -> Path:
        """Write a part as a file, for a drag; raises `StoreError`."""
        path = folder / file_name_for(part)
        self._composer.services.documents.save_part(part, path)
        return path

    @Slot(QPoint)
    def _on_menu(self, place: QPoint) -> None:
        self.make_menu().popup(self.view.viewport().mapToGlobal(place))

    def make_menu(self) -> QMenu:
        """Make the menu of the current part; it goes when it is closed."""
        part, actions = self.current, self.actions_by_name
        for name, action in actions.items():
            action.setEnabled(part is not None or name == "paste")
        if part is not None:
            actions["inline"].setVisible(part.disposition != "inline")
            actions["attachment"].setVisible(part.disposition != "attachment")
            actions["up"].setEnabled(self._neighbour(part, -1) is not None)
            actions["down"].setEnabled(self._neighbour(part, 1) is not None)
        menu = QMenu(self.view)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions(list(actions.values()))
        menu.insertSeparator(actions["inline"])
        menu.insertSeparator(actions["paste"])
        return menu

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files and images from outside, and say so."""
        self.dragMoveEvent(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Say beside the mouse what will happen."""
        words = self._words_for(event)
        if not words:
            event.ignore()
            return
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        show_hint(self, words, event.position().toPoint())
        self._mark_target(True)

    def _words_for(self, event: QDropEvent) -> str:
        paths = files_of(event, self)
        if paths:
            return on_strip(paths).words()
        is_image = event.source() is not self.view and event.mimeData().hasImage()
        return FileDrop(attached=(Path("the image"),)).words() if is_image else ""

    def dragLeaveEvent(self, event: object) -> None:
        """Take the frame away."""
        self._mark_target(False)
        hide_hint(self)

    def dropEvent(self, event: QDropEvent) -> None:
        """Attach what was dropped, message files too."""
        self._mark_target(False)
        hide_hint(self)
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        paths = files_of(event, self)
        if paths:
            self.attach_paths(on_strip(paths).attached)
        elif event.mimeData().hasImage():
            self.intake.take_image(cast(QImage, event.mimeData().imageData()))

    def _mark_target(self, is_target: bool) -> None:
        self._is_target = is_target
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Frame the strip while files hover over it."""
        if self._is_target:
            painter = QPainter(self)
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Highlight), 2, Qt.PenStyle.DashLine))
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -2, -2), 6, 6)
            painter.end()
