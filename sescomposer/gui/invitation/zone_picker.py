"""A field for a time zone: type a city, a country or an offset, and choose among the zones that fit."""

from datetime import datetime
from functools import cache

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QComboBox, QCompleter, QWidget

from sescomposer.core.invitation.zone_data import aliases, zone_countries, zone_names
from sescomposer.core.invitation.zones import canonical_zone, offset_at, offset_text
from sescomposer.gui.invitation.rows import tame
from sescomposer.gui.widgets.field_line import FieldLine

FLOATING = ""
FLOATING_WORDS = "The viewer's own time"
_SEARCHED = Qt.ItemDataRole.UserRole
_Index = QModelIndex | QPersistentModelIndex
_MOST_SHOWN = 14


@cache
def zones() -> tuple[str, ...]:
    """Give the zones that are offered: the floating one, UTC, and all of the database but other names of them."""
    other_names = aliases()
    return (FLOATING, "UTC", *(name for name in zone_names() if name not in other_names))


@cache
def _searched(name: str) -> str:
    """What a zone is found by: its name, other names, its country."""
    country = zone_countries().get(name)
    others = [other for other, target in aliases().items() if target == name]
    return " ".join([name, *others, country.name if country else "", FLOATING_WORDS if not name else ""]).replace(
        "_", " "
    )


def zone_words(name: str, now: datetime) -> str:
    """Write a zone for people, with its offset now; an unknown one stays as it is written.

    >>> from datetime import UTC
    >>> zone_words("Europe/Berlin", datetime(2027, 7, 1, tzinfo=UTC))
    'Europe/Berlin (UTC+02:00 now)'
    """
    if not name:
        return FLOATING_WORDS
    known = canonical_zone(name)
    return f"{name} ({offset_text(offset_at(known, now))} now)" if known and name != "UTC" else name


class ZonesModel(QAbstractListModel):
    """The zones; offsets are worked out for those rows alone that are shown."""

    def __init__(self, now: datetime, parent: QWidget) -> None:
        super().__init__(parent)
        self._now = now

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Give the number of zones."""
        return 0 if parent.isValid() else len(zones())

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        """Give the words of a zone, or what it is found by."""
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return zone_words(zones()[index.row()], self._now)
        if role == _SEARCHED:
            name = zones()[index.row()]
            return f"{_searched(name)} {zone_words(name, self._now)} {name}"
        return None


class _Completer(QCompleter):
    """Finds zones by what they are searched for, and gives their words."""

    def pathFromIndex(self, index: _Index) -> str:
        """Give the words of a zone."""
        return str(index.data(Qt.ItemDataRole.DisplayRole))


class ZonePicker(QComboBox):
    """Chooses a zone.

    Signals:
        chosen(str): name of the zone that the user chose; "" for a time that floats.
        refused(str): a sentence about what was typed and is none; it stays as it was typed.
    """

    chosen = Signal(str)
    refused = Signal(str)

    def __init__(self, name: str, now: datetime, parent: QWidget) -> None:
        super().__init__(parent)
        self._now = now
        self._zone: str | None = None
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(18)
        self.setMaxVisibleItems(_MOST_SHOWN)
        self.setAccessibleName(name)
        self.setToolTip("Type a city, a country or an offset, such as Berlin or +05:30.")
        self.line = FieldLine(name, self)
        self.setLineEdit(self.line)
        self.setCompleter(None)  # type: ignore[arg-type]
        self.activated.connect(self._on_activated)
        self.line.editingFinished.connect(self._on_finished)
        tame(self)

    @property
    def zone(self) -> str:
        """The zone that is shown."""
        return self._zone or ""

    def show_zone(self, name: str) -> None:
        """Show a zone, one that nobody knows too."""
        if name != self._zone:
            self._zone = name
            self.setEditText(zone_words(name, self._now))
            self.line.setCursorPosition(0)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Have the zones ready, and let typing replace what is shown."""
        self._fill()
        super().focusInEvent(event)
        if event.reason() not in (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason):
            self.line.selectAll()

    def showPopup(self) -> None:
        """Show all zones."""
        self._fill()
        super().showPopup()

    def _fill(self) -> None:
        """Make the list, which a form that is only looked at does without."""
        if self.count():
            return
        words = self.currentText()
        model = ZonesModel(self._now, self)
        self.setModel(model)
        completer = _Completer(model, self)
        completer.setCompletionRole(_SEARCHED)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        completer.setMaxVisibleItems(_MOST_SHOWN)
        self.setCompleter(completer)
        self.setCurrentIndex(zones().index(self._zone) if self._zone in zones() else -1)
        self.setEditText(words)

    @Slot(int)
    def _on_activated(self, index: int) -> None:
        self._choose(zones()[index])

    @Slot()
    def _on_finished(self) -> None:
        """Take what was typed, if it names one zone."""
        typed = self.currentText().strip()
        if typed == zone_words(self.zone, self._now):
            return
        found = _named(typed, self._now)
        if found is None:
            self.refused.emit(f"{typed[:60]!r} is no time zone, or more than one. Choose one by its city.")
        else:
            self._choose(found)

    def _choose(self, name: str) -> None:
        is_new = name != self._zone
        self._zone = None
        self.show_zone(name)
        if is_new:
            self.chosen.emit(name)


def _named(typed: str, now: datetime) -> str | None:
    """Give the one zone that typed words name, None if there is none or more than one."""
    by_words = next((name for name in zones() if zone_words(name, now).casefold() == typed.casefold()), None)
    if by_words is not None:
        return by_words
    if typed.upper() == "UTC":
        return "UTC"
    if name := canonical_zone(typed):
        return name
    wanted = typed.casefold().replace("_", " ")
    fitting = [name for name in zones() if wanted and wanted in _searched(name).casefold()]
    return fitting[0] if len(fitting) == 1 else None


__all__ = ["FLOATING", "ZonePicker", "ZonesModel", "zone_words", "zones"]
