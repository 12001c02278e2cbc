"""Finds any action by a few letters of its name."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QHeaderView,
    QLabel,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

_KEYS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -8, Qt.Key.Key_PageDown: 8}


class CommandPalette(QDialog):
    """A line to type in and the actions that match; Enter runs the chosen one."""

    def __init__(self, actions: Sequence[QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Find any action")
        self.chosen: QAction | None = None
        self.shown: list[QAction] = []
        self._actions = [action for action in actions if action.isEnabled()]
        self.words = QLineEdit(self, placeholderText="Type part of a name", clearButtonEnabled=True)
        self.words.setAccessibleName("Part of the action's name")
        self.list = self._make_list()
        self.nothing = QLabel("No action has these words in its name or its help.", self)
        self.nothing.setContentsMargins(8, 8, 8, 8)
        layout = QVBoxLayout(self)
        layout.setSpacing(8)
        layout.addWidget(self.words)
        layout.addWidget(self.nothing)
        layout.addWidget(self.list, 1)
        self.words.textChanged.connect(self._on_typed)
        self.words.returnPressed.connect(self._on_chosen)
        self.list.itemActivated.connect(self._on_chosen)
        self.list.itemClicked.connect(self._on_chosen)
        self._on_typed("")

    def sizeHint(self) -> QSize:
        """Room for a dozen actions."""
        return QSize(680, 440)

    @classmethod
    def choose(cls, actions: Sequence[QAction], parent: QWidget | None = None) -> QAction | None:
        """Let the user choose an action; None if none was."""
        dialog = cls(actions, parent)
        dialog.exec()
        dialog.deleteLater()
        return dialog.chosen

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and Down move in the list while the focus stays in the line."""
        step = _KEYS.get(Qt.Key(event.key()))
        if step is None or not self.shown:
            super().keyPressEvent(event)
            return
        self._choose_row(min(max(self._current_row() + step, 0), len(self.shown) - 1))

    def _make_list(self) -> QTreeWidget:
        rows = QTreeWidget(self)
        rows.setAccessibleName("Actions")
        rows.setColumnCount(3)
        rows.setHeaderHidden(True)
        rows.setRootIsDecorated(False)
        rows.setUniformRowHeights(True)
        rows.setAllColumnsShowFocus(True)
        rows.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        rows.setIconSize(QSize(16, 16))
        header = rows.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.ResizeToContents)
        return rows

    @Slot(str)
    def _on_typed(self, typed: str) -> None:
        """Show what has every word, names before helps."""
        words = typed.lower().split()
        ranked = [(rank, action) for action in self._actions if (rank := _rank(action, words)) is not None]
        self.shown = [action for _, action in sorted(ranked, key=lambda pair: pair[0])]
        self.list.clear()
        self.list.addTopLevelItems([_row(action) for action in self.shown])
        self.nothing.setVisible(not self.shown)
        if self.shown:
            self._choose_row(0)

    def _choose_row(self, row: int) -> None:
        self.list.setCurrentIndex(self.list.model().index(row, 0))

    def _current_row(self) -> int:
        return self.list.currentIndex().row()

    @Slot()
    def _on_chosen(self) -> None:
        if self.shown:
            self.chosen = self.shown[self._current_row()]
            self.accept()


def _name(action: QAction) -> str:
    return action.text().replace("&&", "\0").replace("&", "").replace("\0", "&").removesuffix("...")


def _rank(action: QAction, words: Sequence[str]) -> int | None:
    """Say how well an action fits, 0 best; None if it lacks one of the words."""
    name, help_text = _name(action).lower(), action.statusTip().lower()
    if not all(word in name or word in help_text for word in words):
        return None
    if all(any(part.startswith(word) for part in name.split()) for word in words):
        return 0
    return 1 if all(word in name for word in words) else 2


def _row(action: QAction) -> QTreeWidgetItem:
    """Name, help and shortcut of an action."""
    keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
    row = QTreeWidgetItem([_name(action), action.statusTip(), keys])
    row.setIcon(0, action.icon())
    return row
