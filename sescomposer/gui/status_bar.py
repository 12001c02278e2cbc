"""The status bar: the message measured against the limits of its road."""

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QComboBox, QLabel, QProgressBar, QStatusBar, QWidget

from sescomposer.core import limits
from sescomposer.core.envelope import recipients
from sescomposer.core.message import Protection, Road
from sescomposer.gui.composer import Composer
from sescomposer.gui.sizes import human_size

_JOURNAL_LOOK_MS = 1000


class MessageStatusBar(QStatusBar):
    """Size, recipients, parts, what is saved, protection and road."""

    def __init__(self, composer: Composer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._composer = composer
        self.size_words = QLabel(self)
        self.gauge = QProgressBar(self, textVisible=False)
        self.gauge.setFixedSize(90, 10)
        self.gauge.setAccessibleName("Size against the limit")
        self.recipients = QLabel(self)
        self.parts = QLabel(self)
        self.saved = QLabel(self)
        self.protection = QLabel(self)
        self.road = QComboBox(self)
        self.road.setAccessibleName("Road whose limits hold")
        self.road.setToolTip("The way into SES whose limits the message is measured against")
        for road in Road:
            self.road.addItem(road.label, road.value)
        for widget in (
            self.size_words,
            self.gauge,
            self.recipients,
            self.parts,
            self.saved,
            self.protection,
            self.road,
        ):
            self.addPermanentWidget(widget)
        self._look = QTimer(self, interval=_JOURNAL_LOOK_MS)
        self._look.timeout.connect(self._show_saved)
        self._look.start()
        self.road.activated.connect(self._on_road_chosen)
        composer.message_changed.connect(self._on_message_changed)
        composer.road_changed.connect(self._on_message_changed)
        composer.file_changed.connect(self._show_saved)
        self._on_message_changed()

    @Slot()
    def _on_message_changed(self) -> None:
        composer = self._composer
        size, largest = len(composer.root.octets), composer.road.octets
        self.size_words.setText(f"{human_size(size)} of {human_size(largest)}")
        self.gauge.setValue(min(100, size * 100 // largest))
        self.gauge.setToolTip(f"{size:,} of {largest:,} octets")
        count = len(recipients(composer.message))
        self.recipients.setText(f"{count} of {limits.RECIPIENTS} recipients")
        parts = sum(1 for entity in composer.root.walk() if not entity.is_multipart)
        self.parts.setText(f"{parts} of {limits.PARTS} parts")
        wanted = composer.message.protection
        self.protection.setText("not signed" if wanted is Protection.NONE else wanted.value)
        self.road.setCurrentIndex(self.road.findData(composer.road.value))
        self._show_saved()

    @Slot()
    def _show_saved(self) -> None:
        """Say where the message is kept, or why it cannot be."""
        trouble = self._composer.services.journal.trouble()
        if trouble:
            self.saved.setText("not kept!")
            self.saved.setToolTip(trouble)
        elif self._composer.is_saved:
            self.saved.setText("saved" if self._composer.path else "unchanged")
            self.saved.setToolTip(str(self._composer.path or "A new message"))
        else:
            self.saved.setText("draft kept")
            self.saved.setToolTip("Every second the draft is written to the journal; a crash costs at most that.")

    @Slot(int)
    def _on_road_chosen(self, index: int) -> None:
        self._composer.set_road(Road(self.road.itemData(index)))
