"""A dialog that does its work itself: it stays until that is done, and says in place what went wrong."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from sescomposer.core.errors import SesComposerError
from sescomposer.gui.keys.shown import breakable
from sescomposer.gui.tasks import Context, Task, TaskRunner
from sescomposer.gui.widgets.note_line import NoteLine

_WIDTH = 560


class WorkDialog(QDialog):
    """Fields above, a line for what went wrong, and buttons; what extends it gives the operation.

    Attributes:
        form: For the fields.
        note: What went wrong.

    Signals:
        done_with(object): what the operation gave; the dialog is closed.
    """

    done_with = Signal(object)

    def __init__(self, title: str, words: str, ok: str, runner: TaskRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.runner = runner
        self._task: Task | None = None
        self.words = QLabel(breakable(words), self)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setWordWrap(True)
        self.form = QFormLayout()
        self.form.setHorizontalSpacing(16)
        self.form.setVerticalSpacing(8)
        self.form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.fields = QWidget(self)
        self.fields.setLayout(self.form)
        self.form.setContentsMargins(0, 0, 0, 0)
        self.note = NoteLine(self)
        self.progress = QProgressBar(self)
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(8)
        self.progress.setAccessibleName("Working")
        self.progress.hide()
        buttons = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(buttons.Ok | buttons.Cancel, self)
        self.ok_button = self.buttons.button(buttons.Ok)
        self.ok_button.setText(ok)
        self.ok_button.setDefault(True)
        self.buttons.button(buttons.Cancel).setAutoDefault(False)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(16)
        for widget in (self.words, self.fields, self.note, self.progress, self.buttons):
            column.addWidget(widget)

    def sizeHint(self) -> QSize:
        """Wide enough for a fingerprint and a sentence."""
        width = max(_WIDTH, super().sizeHint().width())
        return QSize(width, self._column.totalHeightForWidth(width))

    def showEvent(self, event: QShowEvent) -> None:
        """Begin at the first field; the buttons were made before the fields, and come after them."""
        super().showEvent(event)
        if event.spontaneous():
            return
        fields = [each for each in self.fields.findChildren(QWidget) if each.focusPolicy() & Qt.FocusPolicy.TabFocus]
        if fields:
            last = fields[-1]
            for button in self.buttons.buttons():
                self.setTabOrder(last, button)
                last = button
            first = next((each for each in fields if each.isVisible() and each.isEnabled()), fields[0])
            first.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def is_ready(self) -> bool:
        """Whether all that is needed was given."""
        return True

    def operation(self) -> Callable[[Context], object]:
        """Give what is done on a worker; it holds values alone."""
        raise NotImplementedError

    def accept(self) -> None:
        """Begin the work; the dialog closes when it is done."""
        if self._task is None and self.is_ready:
            self.note.clear()
            self._task = self.runner.start(self.operation(), quiet=True)
            self._task.succeeded.connect(self._on_succeeded)
            self._task.failed.connect(self.show_trouble)
            self._task.finished.connect(self._on_finished)
            self._show_state()

    def reject(self) -> None:
        """Give up, and what is under way with it."""
        if self._task is not None:
            self._task.cancel()
        super().reject()

    @Slot(object)
    def show_trouble(self, error: SesComposerError) -> None:
        """Say what went wrong; the dialog stays."""
        # Before the task has told all: what is disabled takes no focus.
        self._task = None
        self._show_state()
        self.say(f"{error.sentence} {error.hint}".strip())
        self.focus_again()

    def say(self, sentence: str, role: str = "error") -> None:
        """Say something above the buttons, "" for nothing; the dialog grows where it has to."""
        if sentence:
            self.note.say(sentence, role=role)
        else:
            self.note.clear()
        self._column.activate()
        self.resize(self.width(), max(self.height(), self._column.totalHeightForWidth(self.width())))

    def focus_again(self) -> None:
        """Go to where it can be mended."""

    @Slot()
    def _show_state(self) -> None:
        is_working = self._task is not None
        self.fields.setEnabled(not is_working)
        self.progress.setVisible(is_working)
        self.ok_button.setEnabled(not is_working and self.is_ready)

    @Slot(object)
    def _on_succeeded(self, result: object) -> None:
        if self.isVisible():
            super().accept()
        # What was done is told even where the user gave up a moment too late.
        self.done_with.emit(result)

    @Slot()
    def _on_finished(self) -> None:
        self._task = None
        self._show_state()
