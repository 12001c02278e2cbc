"""The names of header fields that are known, for completion: with a sentence of help and the standard."""

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from sescomposer.core.header_registry import FieldInfo, info, names

HELP_ROLE = Qt.ItemDataRole.UserRole
STANDARD_ROLE = Qt.ItemDataRole.UserRole + 1

_NAME_ROLES = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole)
_HELP_ROLES = (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleDescriptionRole, HELP_ROLE)

_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class FieldNames(QAbstractListModel):
    """One row for each known name."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._infos = tuple(found for found in map(info, names()) if found is not None)

    def rowCount(self, parent: _Index = _ROOT) -> int:
        """Give the number of names."""
        return 0 if parent.isValid() else len(self._infos)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Give name, help or standard of a row."""
        known = self._infos[index.row()]
        if role in _NAME_ROLES:
            return known.name
        if role in _HELP_ROLES:
            return known.help
        return standard_of(known) if role == STANDARD_ROLE else None


def standard_of(known: FieldInfo) -> str:
    """Give where a field is defined, as a word for people.

    >>> known = info("Subject")
    >>> standard_of(known) if known else ""
    'RFC 5322'
    """
    return "not registered" if known.reference.startswith("none") else known.reference.partition(" (")[0]


def help_for(name: str) -> str:
    """Give the help of a field with its standard, what else can be said where nothing is known.

    >>> help_for("X-Anything")
    'X-Anything is nobody else’s field: any text.'
    """
    known = info(name)
    if known is None:
        return f"{name} is nobody else’s field: any text." if name else "Any name: printable ASCII without blanks."
    return f"{known.help} ({standard_of(known)})"
