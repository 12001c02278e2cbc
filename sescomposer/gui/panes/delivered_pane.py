"""What SES would deliver of the message as it stands: what changes in words, and line by line."""

from dataclasses import dataclass

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from sescomposer.core.line_difference import DiffLine, octets_difference
from sescomposer.gui.composer import Composer
from sescomposer.gui.tasks import Context
from sescomposer.gui.widgets.diff_view import DiffView

PAUSE_MS = 250
_LEAD = "What SES would deliver of this draft. Values that the service chooses are examples."
_ADDED = (
    "SES adds on the way what cannot be known before: Received, its own DKIM-Signature, Feedback-ID and "
    "X-SES-Outgoing. The body stays as it is, unless open or click tracking is on."
)


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a worker found for a revision."""

    revision: int
    changes: tuple[str, ...]
    lines: tuple[DiffLine, ...]


class DeliveredPane(QWidget):
    """Compares the message as sealed with the message as delivered; only while it is seen, and after a pause."""

    def __init__(self, composer: Composer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._composer = composer
        self._shown_revision = -1
        self._busy = False
        self.changes = self._label("Changes")
        self.difference = DiffView(self)
        self.difference.setAccessibleName("As sealed and as delivered")
        self.difference.setFrameShape(QFrame.Shape.NoFrame)
        lead, added = self._label("About this view"), self._label("What SES adds")
        lead.setText(_LEAD)
        added.setText(_ADDED)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        layout.addWidget(lead)
        layout.addWidget(self.changes)
        layout.addWidget(self.difference, 1)
        layout.addWidget(added)
        self.setFocusProxy(self.difference)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self._ask)
        composer.message_changed.connect(self._on_message_changed)

    @property
    def shown_revision(self) -> int:
        """Revision of the message that is shown, -1 before the first."""
        return self._shown_revision

    def _label(self, name: str) -> QLabel:
        label = QLabel(self, wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        label.setAccessibleName(name)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return label

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up."""
        super().showEvent(event)
        if self._shown_revision != self._composer.revision:
            self._ask()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nothing is worked out while nobody looks."""
        super().hideEvent(event)
        self._pause.stop()

    @Slot()
    def _on_message_changed(self) -> None:
        if self.isVisible():
            self._pause.start()

    @Slot()
    def _ask(self) -> None:
        """Work it out on a worker, one at a time."""
        if self._busy:
            self._pause.start()
            return
        self._busy = True
        services, revision, sealed = self._composer.services, self._composer.revision, self._composer.sealed_root()

        def operation(context: Context) -> _Answer:
            root, changes = services.would_deliver(sealed)
            return _Answer(revision, changes, octets_difference(sealed.octets, root.octets))

        task = self._composer.runner.start(operation)
        task.succeeded.connect(self._on_answer)
        task.finished.connect(self._on_finished)

    @Slot(object)
    def _on_answer(self, answer: _Answer) -> None:
        if answer.revision != self._composer.revision:
            return
        self._shown_revision = answer.revision
        self.changes.setText("\n".join(f"\u2022 {change}" for change in answer.changes) or "Nothing is changed.")
        bar = self.difference.verticalScrollBar()
        place = bar.value()
        self.difference.show_difference(answer.lines)
        bar.setValue(place)

    @Slot()
    def _on_finished(self) -> None:
        self._busy = False
