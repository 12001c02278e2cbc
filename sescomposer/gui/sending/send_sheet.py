"""The send sheet: seals on a worker, shows what will be sent, holds it back, submits it once, shows the answers.

Nothing of it blocks: a window-modal dialog whose stages follow from answers of workers. While octets are on their way
it cannot be closed, so that no answer is ever missed.
"""

from PySide6.QtCore import QDeadlineTimer, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QSplitter, QVBoxLayout, QWidget

from sescomposer.core import limits
from sescomposer.core.errors import AccountError, SesComposerError
from sescomposer.gui.composer import Composer
from sescomposer.gui.fonts import apply_fonts
from sescomposer.gui.sending.after_sending import AfterSending
from sescomposer.gui.sending.batch_model import rows_of_batch, rows_of_review
from sescomposer.gui.sending.batch_page import BatchPage
from sescomposer.gui.sending.goals import goal_of_trouble
from sescomposer.gui.sending.outcome_words import explanation_of, ids_of, outcome_sentence, outcome_title
from sescomposer.gui.sending.parcel import Parcel, parcel_of, unsent_parcel
from sescomposer.gui.sending.review_page import ReviewPage
from sescomposer.gui.sending.run_follower import RunFollower
from sescomposer.gui.sending.sheet_buttons import SheetButtons
from sescomposer.gui.sending.stage_banner import StageBanner
from sescomposer.gui.sending.stages import ENDED, STAGES, UNDER_WAY, Stage, stage_of_all
from sescomposer.gui.sending.stop_question import StopQuestion
from sescomposer.gui.sending.submission_run import SubmissionRun
from sescomposer.gui.sending.way import Ready, Way
from sescomposer.gui.sizes import human_size
from sescomposer.gui.tasks import Context, Task
from sescomposer.services.ports import SubmissionRecord
from sescomposer.services.sending import Review, StaleError
from sescomposer.services.settings import HOLD_SECONDS

_TICK_MS = 100
_STEERING = ("cancel", "stop", "pause", "resume", "hurry")


class SendSheet(QDialog):
    """The sheet of one window.

    Attributes:
        stage: What it shows.
        review: What was sealed and would be submitted; None before, and for a batch that goes on as it was sealed.
        records: How it ended; empty before.

    Signals:
        stage_changed(object): the `Stage` that is shown now.
        submitted(object): tuple of `SubmissionRecord`, once the answers are there.
    """

    stage_changed = Signal(object)
    submitted = Signal(object)

    def __init__(self, composer: Composer, way: Way, parent: QWidget | None = None, parcel: Parcel | None = None):
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.parcel = parcel or parcel_of(composer)
        self.setWindowTitle(f"Send: {self.parcel.title}")
        self._composer = composer
        self._sending = composer.services.sending
        self.way = way
        self.stage = Stage.SEALING
        self.ready: Ready | None = None
        self.review: Review | None = None
        self.records: tuple[SubmissionRecord, ...] = ()
        self.run: SubmissionRun | None = None
        self._task: Task | None = None
        self._hold = QTimer(self, interval=_TICK_MS)
        self._hold.timeout.connect(self._on_tick)
        self._deadline = QDeadlineTimer()
        self._age = QTimer(self, singleShot=True, interval=limits.HOLD_OLD_SECONDS * 1000)
        self._age.timeout.connect(self._on_old)
        self._build()
        apply_fonts(self, composer.services.settings)
        # A dialog that sizes itself would take two thirds of the screen at most.
        self.resize(self.sizeHint())
        self.start_sealing()

    @classmethod
    def show_for(cls, composer: Composer, way: Way, parent: QWidget, parcel: Parcel | None = None) -> "SendSheet":
        """Open the sheet over a window; returns at once."""
        sheet = cls(composer, way, parent, parcel)
        sheet.open()
        return sheet

    def sizeHint(self) -> QSize:
        """Room for both halves, and not more than a small screen has."""
        screen = self.screen().availableGeometry()
        return QSize(min(1120, screen.width() - 48), min(720, screen.height() - 64))

    @property
    def is_batch(self) -> bool:
        """Whether there are several items, or one whose fate is told in a list."""
        parcel = self.parcel
        several = self.review is not None and len(self.review.sealed) > 1
        return several or parcel.resumed is not None or bool(parcel.expected)

    # Building

    def _build(self) -> None:
        self.banner = StageBanner(self)
        self.batch = BatchPage(self)
        self.batch.chosen.connect(self._on_item_chosen)
        self.batch.hide()
        self.page = ReviewPage(self._composer.runner, self)
        self.page.reasons_changed.connect(self._show_buttons)
        self.page.hide()
        self._storeys = QSplitter(Qt.Orientation.Vertical, self)
        self._storeys.setChildrenCollapsible(False)
        self._storeys.setHandleWidth(16)
        self._storeys.addWidget(self.batch)
        self._storeys.addWidget(self.page)
        self._storeys.setStretchFactor(1, 1)
        self._storeys.hide()
        self._row = SheetButtons(self)
        self._row.pressed.connect(self._do)
        self.buttons = self._row.by_name
        self._row.name("confirm", "&Send to the local inbox" if self.way.is_local else "&Send")
        self._follower = RunFollower(self.banner, self.batch, self._composer.services.clock, self)
        self._follower.stage_wanted.connect(self._on_stage_wanted)
        self._after = AfterSending(self._composer, self)
        self._question = StopQuestion(self)
        self._question.stop_wanted.connect(self._stop)
        self._room = QWidget(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(16)
        column.addWidget(self.banner)
        column.addWidget(self._storeys, 1)
        column.addWidget(self._room, 1)
        column.addWidget(self._row)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            shortcut = QShortcut(QKeySequence(keys), self, autoRepeat=False)
            shortcut.activated.connect(self._on_confirm_keys)

    @Slot(str)
    def _do(self, name: str) -> None:
        """Do what a button says."""
        deeds = {
            "copy": self._after.copy,
            "goto": self._after.go,
            "anyway": self._after.deliver_anyway,
            "close": self.reject,
            "cancel": self._stop,
            "again": self.start_sealing,
            "undo": self._undo,
            "seal": self._seal_again,
            "now": self._submit,
            "hurry": self._hurry,
            "pause": self._pause,
            "resume": self._go_on,
            "stop": self._stop,
            "confirm": self.confirm,
            "inbox": self._after.open_inbox,
        }
        deeds[name]()

    # Stages

    def enter(
        self,
        stage: Stage,
        sentence: str = "",
        answer: str = "",
        explanation: str = "",
        *,
        ids: str = "",
        title: str = "",
    ) -> None:
        """Show a stage; see `StageBanner.say`."""
        info = STAGES[stage]
        self.stage = stage
        self._hold.stop()
        if stage not in UNDER_WAY or stage is Stage.AWAITING:
            self._question.close()
        self.banner.bar.setVisible(info.shows_progress)
        self.banner.show_progress(0, 0)
        self.banner.say(info.kind, title or info.title, sentence or info.sentence, answer, explanation, ids)
        self.page.set_editable(stage is Stage.REVIEWING)
        self.page.setVisible(
            self.review is not None and (stage in (Stage.REVIEWING, Stage.HOLDING) or not self.is_batch)
        )
        self._show_buttons()
        self._focus()
        self.stage_changed.emit(stage)

    def _names(self) -> list[str]:
        """Give the names of the buttons that make sense now."""
        missing = {
            "anyway": not self.way.is_local,
            "inbox": not self.way.is_local,
            "goto": self._after.goal is None,
            "copy": not self.records,
            "seal": self.stage is Stage.NOT_SENT and not self._can_seal_again,
        }
        return [name for name in STAGES[self.stage].buttons_of(self.is_batch) if not missing.get(name)]

    @property
    def _can_seal_again(self) -> bool:
        return self.parcel.resumed is None

    @Slot()
    def _show_buttons(self) -> None:
        """Show the buttons of the stage; Return presses the default one."""
        if self._after.goal is not None:
            self._row.name("goto", self._after.goal.words)
        self._default = self._row.show_names(self._names())
        may_send = self.way.is_local or self.page.findings.is_settled
        self.buttons["confirm"].setEnabled(may_send)
        if self.stage is Stage.REVIEWING:
            self.banner.set_title(
                *(("note", STAGES[self.stage].title) if may_send else ("warning", "Not ready to send"))
            )

    def _focus(self) -> None:
        """Put the focus where Return does what is meant, or where something is missing."""
        wanted: QWidget = self._default or self.banner
        if not wanted.isEnabled():
            wanted = self.page.findings.first_open or self.buttons["close"]
        wanted.setFocus(Qt.FocusReason.OtherFocusReason)

    # Sealing

    @Slot()
    def start_sealing(self) -> None:
        """Open the way, seal the messages and show them."""
        self._seal("")

    def _seal_again(self) -> None:
        """Seal what was not sent anew, and nothing else."""
        if self.records and self.review is not None:
            self.parcel = unsent_parcel(self.parcel, self.review, self.records)
        self.start_sealing()

    def _seal(self, why: str) -> None:
        self._age.stop()
        self.records = ()
        self._after.goal = None
        parcel, way, sending = self.parcel, self.way, self._sending

        def operation(context: Context) -> tuple[Ready, Review | None]:
            ready = way.open()
            return ready, None if parcel.resumed else parcel.review(sending, ready, context)

        self._why = why
        self.enter(Stage.SEALING)
        self._row.enable(_STEERING, True)
        self._task = self._composer.runner.start(operation, quiet=True)
        self._task.progressed.connect(self._on_seal_progressed)
        self._task.succeeded.connect(self._on_sealed)
        self._task.failed.connect(self._on_seal_failed)
        self._task.cancelled.connect(self._on_seal_cancelled)
        self._task.crashed.connect(self._on_seal_crashed)

    @Slot(object, object)
    def _on_seal_progressed(self, done: int, total: int) -> None:
        if self.stage is Stage.SEALING:
            self.banner.show_progress(done, total)

    @Slot(object)
    def _on_sealed(self, answer: tuple[Ready, Review | None]) -> None:
        self.ready, self.review = answer
        self._room.hide()
        self._storeys.show()
        if self.parcel.resumed is not None:
            self.batch.show()
            self.batch.show_items(rows_of_batch(self.parcel.resumed))
            self._submit()
        elif self.review is not None:
            self.page.show_review(self.review, self.way, self.ready)
            self.batch.setVisible(self.is_batch)
            if self.is_batch:
                self.batch.show_items(rows_of_review(self.review, self.parcel.expected))
            self._age.start()
            self._enter_review(self._why)

    def _enter_review(self, first: str = "") -> None:
        """Show what stands ready, and what stands in the way."""
        assert self.review is not None
        words = STAGES[Stage.REVIEWING].sentence
        if self.review.errors and self.way.is_local:
            words += " There are errors: the local inbox answers as SES would."
        elif self.review.errors:
            words = "Each error needs to be mended, or a reason to send all the same."
        self.enter(Stage.REVIEWING, f"{first} {words}".strip())

    @Slot(int)
    def _on_item_chosen(self, index: int) -> None:
        """Show another item of a batch."""
        if self.review is not None and self.ready is not None and self.page.isVisible():
            self.page.show_item(self.review, index, self.way, self.ready)
        if self.stage in ENDED:
            self._look_for_goal()

    @Slot(object)
    def _on_seal_failed(self, error: SesComposerError) -> None:
        if isinstance(error, AccountError):
            self._after.goal = goal_of_trouble(error)
            self.enter(Stage.NO_ACCOUNT, error.sentence, explanation=f"{error.hint} Nothing was sent.".strip())
        else:
            self.enter(Stage.FAILED, error.sentence, explanation=error.hint)

    @Slot(object)
    def _on_seal_crashed(self, error: BaseException) -> None:
        self.enter(Stage.FAILED, "A fault of SES Composer stopped the sealing; nothing was sent.")

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
        self.enter(Stage.HOLDING)
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
        """Submit what was reviewed, or go on with a batch; once."""
        is_resumed = self.parcel.resumed is not None and self.stage is Stage.SEALING
        if self.ready is None or not (is_resumed or self.stage in (Stage.REVIEWING, Stage.HOLDING)):
            return
        submit = self.parcel.submit(self._sending, self.review, tuple(self.page.findings.reasons.items()))
        self._age.stop()
        first = f"0 of {human_size(len(self.review.sealed[0].octets))}" if self.review else ""
        self.enter(Stage.UPLOADING, "" if self.is_batch else first)
        self.run = SubmissionRun(self._composer.runner, submit, self.ready, self)
        self.run.succeeded.connect(self._on_records)
        self.run.failed.connect(self._on_submit_failed)
        self.run.crashed.connect(self._on_submit_crashed)
        self.run.cancelled.connect(self._on_never_begun)
        self._follower.begin(self.run, is_batch=self.is_batch)

    @Slot(object)
    def _on_stage_wanted(self, stage: Stage) -> None:
        """Follow the submission."""
        if self.stage in UNDER_WAY and stage is not self.stage:
            self.enter(stage)

    def _pause(self) -> None:
        if self.run is not None:
            self.run.control.pause()
            self.enter(Stage.PAUSED)

    def _go_on(self) -> None:
        if self.run is not None:
            self.run.control.resume()
            self.enter(Stage.UPLOADING)
            self._follower.show_state()

    def _hurry(self) -> None:
        if self.run is not None:
            self.run.control.send_now()

    @Slot(object)
    def _on_records(self, records: tuple[SubmissionRecord, ...]) -> None:
        """Show how it ended."""
        self._follower.end()
        self.show_records(records)
        told = self._after.remember(self.way, records)
        if told:
            self.banner.explanation.say(f"{self.banner.explanation.words} {told}".strip())
        self.submitted.emit(records)
        if self.is_batch and self.way.is_local:
            self._after.look_up(records)

    def show_records(self, records: tuple[SubmissionRecord, ...]) -> None:
        """Show records as the outcome; those of a batch by its list."""
        self.records = records
        stage = stage_of_all(records)
        sentence, title = outcome_sentence(stage, records), outcome_title(records, STAGES[stage].title)
        if self.is_batch:
            self.batch.show_records(records)
            self._look_for_goal(stage)
            self.enter(stage, sentence, title=title)
        else:
            record = records[0]
            self._look_for_goal(stage)
            answer = record.outcome.sentence if record.outcome else ""
            explanation = explanation_of(record, has_history=self._after.has_history)
            self.enter(stage, sentence, answer, explanation, ids=ids_of(record))
        self._after.tell_window(title)

    def _look_for_goal(self, stage: Stage | None = None) -> None:
        """Find where the chosen item can be mended."""
        index = max(0, self.batch.current) if self.is_batch else 0
        self._after.look_for_goal(self.records[index], self.ready, is_of_window=self.parcel.is_of_window)
        if stage is None:
            self._show_buttons()

    @Slot(object)
    def _on_submit_failed(self, error: SesComposerError) -> None:
        """Nothing was submitted: too old, under way elsewhere, or an error stands open."""
        self._follower.end()
        if self.review is None:
            self.enter(Stage.NOT_SENT, error.sentence, explanation=error.hint)
        elif isinstance(error, StaleError):
            self._seal(f"{error.sentence} It has been sealed anew: look again.")
        else:
            self.enter(Stage.REVIEWING, error.sentence, explanation=error.hint)

    @Slot(object)
    def _on_submit_crashed(self, error: BaseException) -> None:
        self._follower.end()
        self.enter(Stage.UNKNOWN, "A fault of SES Composer stopped it; whether it was sent cannot be told.")

    @Slot()
    def _on_never_begun(self) -> None:
        self._follower.end()
        if self.review is None:
            super().reject()
        else:
            self._enter_review("Cancelled; nothing was sent.")

    # Closing

    @Slot()
    def _stop(self) -> None:
        """Ask the worker to stop; what became of it follows."""
        self._row.enable(_STEERING, False)
        if self.stage is Stage.SEALING and self._task is not None:
            self._task.cancel()
        elif self.run is not None:
            self.run.control.stop()
            if not self.is_batch:
                self.run.cancel()

    @Slot()
    def reject(self) -> None:
        """Close, unless octets are on their way: then ask, or wait for the answer."""
        match self.stage:
            case Stage.SEALING:
                self._stop()
            case Stage.WAITING | Stage.UPLOADING | Stage.PAUSED:
                self._question.ask(self.batch.done() if self.is_batch else None)
            case Stage.AWAITING:
                self.banner.sentence.say("The last octet has left. This window stays until the answer is there.")
            case _:
                super().reject()

    def done(self, result: int) -> None:
        """Stop what counts down."""
        for timer in (self._hold, self._age):
            timer.stop()
        self._follower.end()
        super().done(result)
