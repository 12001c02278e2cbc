"""Finds any action by a few letters of its name."""

from PySide6.QtCore import QSortFilterProxyModel, QStringListModel, Qt, Slot
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QDialog, QLineEdit, QListView, QVBoxLayout, QWidget


class CommandPalette(QDialog):
    """A line to type in and the actions that match; Enter runs the chosen one."""

    def __init__(self, actions: list[QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Find any action")
        self.chosen: QAction | None = None
        self._actions = [action for action in actions if action.isEnabled()]
        self._model = QSortFilterProxyModel(self)
        self._model.setSourceModel(QStringListModel([_row(action) for action in self._actions], self))
        self._model.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.words = QLineEdit(self, placeholderText="Type part of a name", clearButtonEnabled=True)
        self.words.setAccessibleName("Part of the action's name")
        self.list = QListView(self)
        self.list.setAccessibleName("Actions")
        self.list.setModel(self._model)
        self.list.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        layout = QVBoxLayout(self)
        layout.addWidget(self.words)
        layout.addWidget(self.list)
        self.resize(520, 420)
        self.words.textChanged.connect(self._on_typed)
        self.words.returnPressed.connect(self._on_chosen)
        self.list.activated.connect(self._on_chosen)
        self._on_typed("")

    @classmethod
    def choose(cls, actions: list[QAction], parent: QWidget | None = None) -> QAction | None:
        """Let the user choose an action; None if none was."""
        dialog = cls(actions, parent)
        dialog.exec()
        return dialog.chosen

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and Down move in the list while the focus stays in the line."""
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            step = 1 if event.key() == Qt.Key.Key_Down else -1
            row = min(max(self.list.currentIndex().row() + step, 0), self._model.rowCount() - 1)
            self.list.setCurrentIndex(self._model.index(row, 0))
            return
        super().keyPressEvent(event)

    @Slot(str)
    def _on_typed(self, words: str) -> None:
        self._model.setFilterWildcard("*".join(words.split()))
        self.list.setCurrentIndex(self._model.index(0, 0))

    @Slot()
    def _on_chosen(self) -> None:
        index = self._model.mapToSource(self.list.currentIndex())
        if index.isValid():
            self.chosen = self._actions[index.row()]
            self.accept()


def _row(action: QAction) -> str:
    """Name, help and shortcut of an action in one line."""
    keys = action.shortcut().toString()
    name = action.text().replace("&", "").removesuffix("...")
    return f"{name}   {action.statusTip()}" + (f"   [{keys}]" if keys else "")
