"""The status bar: the message measured against the limits of its road, and where it is kept."""

from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QPalette, QShowEvent
from PySide6.QtWidgets import QComboBox, QStatusBar, QStyle, QStyleOption, QWidget

from sescomposer.core import limits
from sescomposer.core.entity import Entity
from sescomposer.core.envelope import recipients
from sescomposer.core.header import HeaderSection
from sescomposer.core.lazy import kept
from sescomposer.core.message import EnvelopeOverride, Road
from sescomposer.gui.composer import Composer
from sescomposer.gui.directions import isolated
from sescomposer.gui.protection.protection_words import NOT_PROTECTED
from sescomposer.gui.sizes import human_size
from sescomposer.gui.tips import tip
from sescomposer.gui.widgets.gauge import Gauge
from sescomposer.gui.widgets.status_field import StatusField
from sescomposer.services.regions import region

if TYPE_CHECKING:
    from sescomposer.gui.account_choice import AccountChoice

_LOOK_MS = 1000
_MARGIN = 8
_ROAD_TIP = "The way into SES whose limits the message is measured against"


class MessageStatusBar(QStatusBar):
    """Size, recipients, parts, what is kept, protection and road.

    Signals:
        action_wanted(str): a field was clicked; the name of the window's action that explains it.
    """

    action_wanted = Signal(str)

    def __init__(self, composer: Composer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._composer = composer
        self._changed_at = composer.services.clock.now()
        self._choice: AccountChoice | None = None
        self._counted: tuple[HeaderSection, EnvelopeOverride, int] | None = None
        self.setSizeGripEnabled(False)
        self.size_words = self._field("Size", "view_source")
        self.gauge = Gauge("Size against the limit", self)
        self.recipients = self._field("Recipients", "view_envelope")
        self.parts = self._field("Parts", "view_source")
        self.saved = self._field("Kept", "save")
        self.protection = StatusField("Protection", self)
        self.protection.tell(NOT_PROTECTED)
        self.region = self._field("Account", "accounts")
        self.road = self._make_road()
        fields = (self.gauge, self.size_words, self.recipients, self.parts, self.saved, self.protection, self.region)
        for widget in (*fields, self.road):
            self.addPermanentWidget(widget)
        self._look = QTimer(self, interval=_LOOK_MS)
        self._look.timeout.connect(self._show_saved)
        self.messageChanged.connect(self._on_told)
        composer.message_changed.connect(self._on_message_changed)
        composer.road_changed.connect(self._show_limits)
        composer.file_changed.connect(self._on_file_changed)
        self._show_limits()
        self._show_saved()

    def _field(self, name: str, action: str) -> StatusField:
        field = StatusField(name, self)
        # The lambda drops the switch that Qt tells.
        field.clicked.connect(lambda checked=False: self.action_wanted.emit(action))
        return field

    def _make_road(self) -> QComboBox:
        road = QComboBox(self)
        road.setAccessibleName("Road whose limits hold")
        road.setToolTip(_ROAD_TIP)
        road.setFrame(False)
        for each in Road:
            road.addItem(each.label, each.value)
        road.activated.connect(self._on_road_chosen)
        return road

    def follow(self, choice: "AccountChoice") -> None:
        """Show region and road of the account in use; it decides the road, the user only where there is none."""
        self._choice = choice
        choice.changed.connect(self._show_account)
        self._show_account()

    @Slot()
    def _show_account(self) -> None:
        account = self._choice.account if self._choice is not None else None
        if account is None:
            self.region.tell("local inbox", "No account is used: nothing leaves this machine. Click for the accounts.")
        else:
            told = f"{isolated(account.name)}: {region(account.region).label}. Click for the accounts."
            self.region.tell(account.region, told)
        name = isolated(account.name) if account else ""
        reason = f"The account “{name}” goes over {account.road.label}; that is changed there." if account else ""
        self.road.setEnabled(account is None)
        self.road.setToolTip(tip(reason or _ROAD_TIP))
        self.road.setAccessibleDescription(reason)

    def showEvent(self, event: QShowEvent) -> None:
        """Look at the journal as long as somebody looks at us."""
        super().showEvent(event)
        self._look.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Rest."""
        super().hideEvent(event)
        self._look.stop()

    @Slot(str)
    def _on_told(self, sentence: str) -> None:
        """Keep all of a sentence within reach: the bar may have room for its beginning alone."""
        self.setToolTip(tip(sentence))
        self.setAccessibleDescription(sentence)

    @property
    def shown_sentence(self) -> str:
        """What is shown of the sentence: as much as there is room for beside the fields, on one line."""
        sentence = " ".join(self.currentMessage().split())
        return self.fontMetrics().elidedText(sentence, Qt.TextElideMode.ElideRight, self._room().width())

    def _room(self) -> QRect:
        """Give the place beside the fields."""
        room = self.rect().adjusted(_MARGIN, 0, -_MARGIN, 0)
        if self.isRightToLeft():
            room.setLeft(self.gauge.geometry().right() + _MARGIN)
        else:
            room.setRight(self.gauge.geometry().left() - _MARGIN)
        return room

    def paintEvent(self, event: QPaintEvent) -> None:
        """Write the sentence; Qt would write all of it, below the fields too."""
        if not self.currentMessage():
            super().paintEvent(event)
            return
        painter = QPainter(self)
        option = QStyleOption()
        option.initFrom(self)
        self.style().drawPrimitive(QStyle.PrimitiveElement.PE_PanelStatusBar, option, painter, self)
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        flags = Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        painter.drawText(self._room(), flags, self.shown_sentence)
        painter.end()

    @Slot()
    def _on_message_changed(self) -> None:
        self._changed_at = self._composer.services.clock.now()
        self._show_limits()
        self._show_saved()

    @Slot()
    def _on_file_changed(self) -> None:
        self._changed_at = self._composer.services.clock.now()
        self._show_saved()

    @Slot()
    def _show_limits(self) -> None:
        composer = self._composer
        self._show_size(len(composer.root.octets), composer.road)
        self._show_count(self.recipients, self._count_recipients(), limits.RECIPIENTS, "recipients")
        self._show_count(self.parts, kept(composer.root, _leaves), limits.PARTS, "parts")
        self.road.setCurrentIndex(self.road.findData(composer.road.value))

    def _show_size(self, size: int, road: Road) -> None:
        most = road.octets
        words = f"{human_size(size)} of {human_size(most)}"
        level = ""
        if size > most:
            words, level = f"{words}, {human_size(size - most)} too much", "error"
        elif size > min(most, limits.SES_V2_OCTETS_SAFE):
            level = "warning"
        self.size_words.tell(words, f"{size:,} of {most:,} octets that {road.label} takes", level)
        self.gauge.measure(size, most, level or "note")
        self.gauge.setToolTip(self.size_words.toolTip())

    @staticmethod
    def _show_count(field: StatusField, count: int, most: int, things: str) -> None:
        beyond = count - most
        words = f"{count} of {most} {things}" + (f", {beyond} too many" if beyond > 0 else "")
        field.tell(words, f"SES takes at most {most} {things} in one message", "error" if beyond > 0 else "")

    def _count_recipients(self) -> int:
        """Count the recipients; only another header section or another override asks for it."""
        message = self._composer.message
        known = self._counted
        if known is None or known[0] is not message.root.header or known[1] is not message.envelope:
            known = (message.root.header, message.envelope, len(recipients(message)))
            self._counted = known
        return known[2]

    @Slot()
    def _show_saved(self) -> None:
        """Say where the message is kept and since when, or why it cannot be."""
        composer = self._composer
        trouble = "" if composer.is_saved else composer.services.journal.trouble()
        ago = _ago(self._changed_at, composer.services.clock.now())
        if trouble:
            self.saved.tell("not kept!", f"{trouble} Save the draft in another place.", "error")
        elif not composer.is_saved:
            told = "Each second the draft is written to the journal; a crash costs at most that. Click to save it."
            self.saved.tell(f"draft kept {ago}" if ago else "keeping draft", told)
        elif composer.path is not None:
            self.saved.tell(f"saved {ago or 'just now'}", str(composer.path))
        else:
            self.saved.tell("unchanged", "A new message. Click to save it.")

    @Slot(int)
    def _on_road_chosen(self, index: int) -> None:
        self._composer.set_road(Road(self.road.itemData(index)))


def _leaves(entity: Entity) -> int:
    """Count the parts that are no multiparts; each container remembers its sum."""
    own = 0 if entity.is_multipart else 1
    return own + sum(kept(child, _leaves) for child in entity.children)


def _ago(then: datetime, now: datetime) -> str:
    """Say how long ago something was, "" below a second.

    >>> from datetime import timedelta
    >>> noon = datetime(2026, 1, 1, 12)
    >>> [_ago(noon, noon + timedelta(seconds=s)) for s in (0, 1.2, 59, 61, 7200)]
    ['', '1 s ago', '59 s ago', '1 min ago', '2 h ago']
    """
    seconds = int((now - then).total_seconds())
    if seconds < 1:
        return ""
    if seconds < 60:
        return f"{seconds} s ago"
    return f"{seconds // 60} min ago" if seconds < 3600 else f"{seconds // 3600} h ago"
