"""The send sheet: seals on a worker, shows what will be sent, holds it back, submits it once, shows the answer.

Nothing of it blocks: a window-modal dialog whose stages follow from answers of workers. While octets are on their way
it cannot be closed, so that no answer is ever missed.
"""

from functools import partial

from PySide6.QtCore import QDeadlineTimer, QObject, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QMainWindow,
    QMessageBox,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from sescomposer.core import limits
from sescomposer.core.errors import SesComposerError
from sescomposer.gui.composer import Composer
from sescomposer.gui.fonts import apply_fonts
from sescomposer.gui.icons import icon
from sescomposer.gui.sending.review_page import ReviewPage
from sescomposer.gui.sending.stage_banner import StageBanner
from sescomposer.gui.sending.stages import STAGES, Stage, outcome_sentence, report_of, stage_of, stage_of_all
from sescomposer.gui.sizes import human_size
from sescomposer.gui.tasks import Context, Task
from sescomposer.services.ports import SubmissionRecord, Transport
from sescomposer.services.sending import Review, StaleError, Step
from sescomposer.services.settings import HOLD_SECONDS

_TICK_MS = 100
_UNDER_WAY = (Stage.WAITING, Stage.UPLOADING, Stage.AWAITING)
_BUTTONS = (
    ("copy", "Cop&y", "copy", "Copy state, answer and hash"),
    ("anyway", "&Deliver anyway", "", "Let the local inbox take what SES would refuse; its words are kept beside it"),
    ("close", "&Close", "", "Go back to writing (Esc)"),
    ("cancel", "&Cancel", "close", "Stop; nothing is sent"),
    ("undo", "&Undo", "undo", "Take it back; nothing is sent"),
    ("seal", "&Seal again", "", "Seal the message anew and review it"),
    ("now", "Send &now", "send", "Do not wait any longer"),
    ("confirm", "&Send", "send", "Send exactly these octets (Ctrl+Enter)"),
    ("inbox", "Open in local &inbox", "inbox", "Show the message as it was submitted and as it would be delivered"),
)


class _Teller(QObject):
    """Brings the states of a submission from the worker to the window's thread.

    Signals:
        told(object): a `Step`.
    """

    told = Signal(object)

    def report(self, step: Step) -> None:
        """See `services.submitting.Report`."""
        self.told.emit(step)


class SendSheet(QDialog):
    """The sheet of one window.

    Signals:
        stage_changed(object): the `Stage` that is shown now.
        submitted(object): tuple of `SubmissionRecord`, once the answers are there.
    """

    stage_changed = Signal(object)
    submitted = Signal(object)

    def __init__(self, composer: Composer, transport: Transport, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setWindowTitle(f"Send: {composer.root.subject.strip() or 'no subject'}")
        self._composer = composer
        self._sending = composer.services.sending
        self.transport = transport
        self.stage = Stage.SEALING
        self.review: Review | None = None
        self.records: tuple[SubmissionRecord, ...] = ()
        self._task: Task | None = None
        self._teller = _Teller()
        self._teller.told.connect(self._on_told, Qt.ConnectionType.QueuedConnection)
        self._hold = QTimer(self, interval=_TICK_MS)
        self._hold.timeout.connect(self._on_tick)
        self._deadline = QDeadlineTimer()
        self._progress = 0, 0
        self._paint = QTimer(self, singleShot=True, interval=_TICK_MS)
        self._paint.timeout.connect(self._show_progress)
        self._age = QTimer(self, singleShot=True, interval=limits.HOLD_OLD_SECONDS * 1000)
        self._age.timeout.connect(self._on_old)
        self._build()
        apply_fonts(self, composer.services.settings)
        # A dialog that sizes itself would take two thirds of the screen at most.
        self.resize(self.sizeHint())
        self.start_sealing()

    @classmethod
    def show_for(cls, composer: Composer, parent: QWidget) -> "SendSheet":
        """Open the sheet over a window, for the account in use; returns at once."""
        sheet = cls(composer, composer.services.local_transport(composer.road), parent)
        sheet.open()
        return sheet

    def sizeHint(self) -> QSize:
        """Room for both halves, and not more than a small screen has."""
        screen = self.screen().availableGeometry()
        return QSize(min(1120, screen.width() - 48), min(720, screen.height() - 64))

    # Building

    def _build(self) -> None:
        self.banner = StageBanner(self)
        self.page = ReviewPage(self._composer.runner, self)
        self.page.reasons_changed.connect(self._show_buttons)
        self.page.hide()
        self.buttons = {row[0]: self._make_button(*row) for row in _BUTTONS}
        self.buttons["confirm"].setText("&Send to the local inbox" if self.transport.is_local else "&Send")
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.buttons["copy"])
        row.addStretch(1)
        for name in self.buttons:
            if name != "copy":
                row.addWidget(self.buttons[name])
        self._room = QWidget(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(16)
        column.addWidget(self.banner)
        column.addWidget(self.page, 1)
        column.addWidget(self._room, 1)
        column.addLayout(row)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            shortcut = QShortcut(QKeySequence(keys), self, autoRepeat=False)
            shortcut.activated.connect(self._on_confirm_keys)

    def _make_button(self, name: str, words: str, icon_name: str, tip: str) -> QPushButton:
        button = QPushButton(words, self)
        if icon_name:
            button.setIcon(icon(icon_name))
        button.setToolTip(tip)
        button.setAccessibleDescription(tip)
        button.setAutoDefault(False)
        button.clicked.connect(partial(self._do, name))
        return button

    def _do(self, name: str, checked: bool = False) -> None:
        """Do what a button says."""
        deeds = {
            "copy": self._copy,
            "anyway": self._deliver_anyway,
            "close": self.reject,
            "cancel": self._cancel,
            "undo": self._undo,
            "seal": self.start_sealing,
            "now": self._submit,
            "confirm": self.confirm,
            "inbox": self._open_inbox,
        }
        deeds[name]()

    # Stages

    def _enter(self, stage: Stage, sentence: str = "", answer: str = "", explanation: str = "") -> None:
        """Show a stage."""
        info = STAGES[stage]
        self.stage = stage
        self._hold.stop()
        self.banner.bar.setVisible(info.shows_progress)
        self.banner.show_progress(0, 0)
        self.banner.say(info.kind, info.title, sentence or info.sentence, answer, explanation)
        self.page.set_editable(stage is Stage.REVIEWING)
        self._show_buttons()
        self._focus()
        self.stage_changed.emit(stage)

    @Slot()
    def _show_buttons(self) -> None:
        """Show the buttons of the stage; Return presses the default one."""
        names = [name for name in STAGES[self.stage].buttons if name != "anyway" or self.transport.is_local]
        for name, button in self.buttons.items():
            button.setVisible(name in names)
            button.setDefault(name == STAGES[self.stage].default)
        may_send = self.transport.is_local or self.page.findings.is_settled
        self.buttons["confirm"].setEnabled(may_send)
        if self.stage is Stage.REVIEWING:
            self.banner.set_title(
                *(("note", STAGES[self.stage].title) if may_send else ("warning", "Not ready to send"))
            )

    def _focus(self) -> None:
        """Put the focus where Return does what is meant, or where something is missing."""
        default = STAGES[self.stage].default
        wanted: QWidget = self.buttons[default] if default else self.banner
        if not wanted.isEnabled():
            wanted = self.page.findings.first_open or self.buttons["close"]
        wanted.setFocus(Qt.FocusReason.OtherFocusReason)

    # Sealing

    @Slot()
    def start_sealing(self) -> None:
        """Seal the message as it is now and show it."""
        self._seal("")

    def _seal(self, why: str) -> None:
        self._age.stop()
        message, transport, sending = self._composer.message, self.transport, self._sending

        def operation(context: Context) -> Review:
            review = sending.review(message, transport, context)
            for item in review.sealed:
                # The raw view asks for lines; of 40 MB they are better counted here.
                item.octets.line_count()
            return review

        self._why = why
        self._enter(Stage.SEALING)
        self._task = self._composer.runner.start(operation, quiet=True)
        self._task.progressed.connect(self._on_progressed)
        self._task.succeeded.connect(self._on_sealed)
        self._task.failed.connect(self._on_seal_failed)
        self._task.cancelled.connect(self._on_seal_cancelled)
        self._task.crashed.connect(self._on_seal_crashed)

    @Slot(object)
    def _on_sealed(self, review: Review) -> None:
        self.review = review
        self.page.show_review(review, self.transport)
        self._room.hide()
        self.page.show()
        self._age.start()
        self._enter_review(self._why)

    def _enter_review(self, first: str = "") -> None:
        """Show what stands ready, and what stands in the way."""
        assert self.review is not None
        words = STAGES[Stage.REVIEWING].sentence
        if self.review.errors and self.transport.is_local:
            words += " There are errors: the local inbox answers as SES would."
        elif self.review.errors:
            words = "Each error needs to be mended, or a reason to send all the same."
        self._enter(Stage.REVIEWING, f"{first} {words}".strip())

    @Slot(object)
    def _on_seal_failed(self, error: SesComposerError) -> None:
        self._enter(Stage.FAILED, error.sentence, explanation=error.hint)

    @Slot(object)
    def _on_seal_crashed(self, error: BaseException) -> None:
        self._enter(Stage.FAILED, "A fault of SES Composer stopped the sealing; nothing was sent.")

    @Slot()
    def _on_seal_cancelled(self) -> None:
        super().reject()

    @Slot()
    def _on_old(self) -> None:
        """Octets that have lain here too long are sealed anew."""
        if self.stage is Stage.REVIEWING:
            self._seal("The octets were 45 minutes old and have been sealed anew: look again.")

    # Holding

    @Slot()
    def _on_confirm_keys(self) -> None:
        if self.stage is Stage.REVIEWING and self.buttons["confirm"].isEnabled():
            self.confirm()

    @Slot()
    def confirm(self) -> None:
        """Hold the reviewed octets back for as long as the setting says, then submit them."""
        if self.stage is not Stage.REVIEWING or self.review is None:
            return
        if self._sending.is_stale(self.review):
            self._on_old()
            return
        seconds = self._composer.services.settings.get(HOLD_SECONDS)
        if not seconds:
            self._submit()
            return
        self._deadline = QDeadlineTimer(seconds * 1000)
        self._held_ms = seconds * 1000
        self._enter(Stage.HOLDING)
        self._hold.start()
        self._on_tick()

    @Slot()
    def _on_tick(self) -> None:
        left_ms = self._deadline.remainingTime()
        if left_ms <= 0:
            self._submit()
            return
        self.banner.show_progress(self._held_ms - left_ms, self._held_ms)
        seconds = -(-left_ms // 1000)
        self.banner.set_title("note", f"Sending in {seconds} second{'s' if seconds > 1 else ''}")

    def _undo(self) -> None:
        """Take back what is held."""
        self._enter_review("Taken back; nothing was sent.")

    # Submitting

    @Slot()
    def _submit(self) -> None:
        """Submit what was reviewed, once."""
        if self.stage not in (Stage.REVIEWING, Stage.HOLDING) or self.review is None:
            return
        review, transport, sending, teller = self.review, self.transport, self._sending, self._teller
        overrides = tuple(self.page.findings.reasons.items())

        def operation(context: Context) -> tuple[SubmissionRecord, ...]:
            return sending.submit(review, transport, overrides=overrides, progress=context, report=teller.report)

        self._age.stop()
        self._enter(Stage.UPLOADING, f"0 of {human_size(len(review.sealed[0].octets))}")
        self._task = self._composer.runner.start(operation, quiet=True)
        self._task.progressed.connect(self._on_progressed)
        self._task.succeeded.connect(self._on_records)
        self._task.failed.connect(self._on_submit_failed)
        self._task.crashed.connect(self._on_submit_crashed)
        self._task.cancelled.connect(self._on_never_begun)

    @Slot(object, object)
    def _on_progressed(self, done: int, total: int) -> None:
        """Note how far it is; steps come far more often than anybody can read them."""
        self._progress = done, total
        if not self._paint.isActive():
            self._paint.start()

    @Slot()
    def _show_progress(self) -> None:
        done, total = self._progress
        if self.stage is Stage.UPLOADING:
            self.banner.sentence.say(f"{human_size(done)} of {human_size(total)}")
        if self.stage in (Stage.SEALING, Stage.UPLOADING):
            self.banner.show_progress(done, total)

    @Slot(object)
    def _on_told(self, step: Step) -> None:
        """Follow a state on the way; the last one comes with the records."""
        if self.stage in _UNDER_WAY and not step.state.is_final and stage_of(step.state) is not self.stage:
            self._enter(stage_of(step.state), step.reason)

    @Slot(object)
    def _on_records(self, records: tuple[SubmissionRecord, ...]) -> None:
        """Show how it ended."""
        self.records = records
        stage = stage_of_all(records)
        told = next(record for record in records if stage_of(record.state) is stage)
        answer = told.outcome.sentence if told.outcome else ""
        explanation = told.outcome.explanation if told.outcome else ""
        unrecorded = next((record.unrecorded for record in records if record.unrecorded), "")
        if unrecorded:
            explanation = (
                f"{explanation} The outcome could not be recorded; do not send again because of that. {unrecorded}"
            ).strip()
        self._enter(stage, outcome_sentence(stage, records), answer, explanation)
        self._tell_window(stage)
        self.submitted.emit(records)

    @Slot(object)
    def _on_submit_failed(self, error: SesComposerError) -> None:
        """Nothing was submitted: too old, or an error stands open."""
        if isinstance(error, StaleError):
            self._seal(f"{error.sentence} It has been sealed anew: look again.")
        else:
            self._enter(Stage.REVIEWING, error.sentence, explanation=error.hint)

    @Slot(object)
    def _on_submit_crashed(self, error: BaseException) -> None:
        self._enter(Stage.UNKNOWN, "A fault of SES Composer stopped it; whether it was sent cannot be told.")

    @Slot()
    def _on_never_begun(self) -> None:
        self._enter_review("Cancelled; nothing was sent.")

    def _tell_window(self, stage: Stage) -> None:
        """Mark in the window behind what became of its message; the draft stays."""
        window = self.parentWidget()
        if isinstance(window, QMainWindow):
            now = self._composer.services.clock.now()
            window.statusBar().showMessage(f"{STAGES[stage].title} at {now:%H:%M:%S} ({self.transport.account}).")

    # After it

    def _deliver_anyway(self) -> None:
        services, records = self._composer.services, self.records

        def operation(context: Context) -> tuple[SubmissionRecord, ...]:
            return tuple(services.deliver_anyway(record) for record in records)

        self.buttons["anyway"].setEnabled(False)
        self._task = self._composer.runner.start(operation, quiet=True)
        self._task.succeeded.connect(self._on_records)
        self._task.failed.connect(self._on_anyway_failed)

    @Slot(object)
    def _on_anyway_failed(self, error: SesComposerError) -> None:
        self.buttons["anyway"].setEnabled(True)
        self.banner.explanation.say(f"{error.sentence} {error.hint}".strip())

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(report_of(self.records))

    def _open_inbox(self) -> None:
        from sescomposer.gui.inbox_window import InboxWindow

        reference = next((r.outcome.reference for r in self.records if r.outcome and r.outcome.reference), "")
        window = self.parentWidget()
        self.accept()
        InboxWindow.show_for(self._composer.services, window, reference)

    # Closing

    def _cancel(self) -> None:
        """Ask the worker to stop; what became of it follows."""
        if self._task is not None:
            self.buttons["cancel"].setEnabled(False)
            self._task.cancel()

    @Slot()
    def reject(self) -> None:
        """Close, unless octets are on their way: then ask, or wait for the answer."""
        match self.stage:
            case Stage.SEALING:
                self._cancel()
            case Stage.WAITING | Stage.UPLOADING:
                self._ask_to_stop()
            case Stage.AWAITING:
                self.banner.sentence.say("The last octet has left. This window stays until the answer is there.")
            case _:
                super().reject()

    def _ask_to_stop(self) -> None:
        """Ask whether to stop the upload; it goes on meanwhile."""
        box = QMessageBox(QMessageBox.Icon.Question, "SES Composer", "Stop sending?", parent=self)
        box.setInformativeText("The message is on its way. If it has not left completely, nothing is sent.")
        stop = box.addButton("&Stop sending", QMessageBox.ButtonRole.DestructiveRole)
        go_on = box.addButton("&Go on", QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(go_on)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        stop.clicked.connect(self._cancel)
        self.stage_changed.connect(box.close)
        box.open()

    def done(self, result: int) -> None:
        """Stop what counts down."""
        for timer in (self._hold, self._age, self._paint):
            timer.stop()
        super().done(result)
