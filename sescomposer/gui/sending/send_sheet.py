"""The send sheet: seals on a worker, shows what will be sent, holds it back, submits it once, shows the answers.

Nothing of it blocks: a window-modal dialog whose stages follow from answers of workers. While octets are on their way
it cannot be closed, so that no answer is ever missed.
"""

from PySide6.QtCore import QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from sescomposer.core import limits
from sescomposer.core.errors import AccountError, ProtectionError, SesComposerError
from sescomposer.core.protection.relays.survival import Offer
from sescomposer.gui.composer import Composer
from sescomposer.gui.fonts import apply_fonts
from sescomposer.gui.keys.passphrase_prompt import ask_on_window
from sescomposer.gui.protection.offering import take_offer
from sescomposer.gui.protection.proving import Proving
from sescomposer.gui.sending.after_sending import AfterSending
from sescomposer.gui.sending.batch_model import rows_of_batch, rows_of_review
from sescomposer.gui.sending.goals import GOAL_OF_KEYS, goal_of_protection, goal_of_trouble
from sescomposer.gui.sending.hold_back import HoldBack, title_of
from sescomposer.gui.sending.parcel import Parcel, parcel_of, unsent_parcel
from sescomposer.gui.sending.run_follower import RunFollower
from sescomposer.gui.sending.sheet_frame import SheetFrame
from sescomposer.gui.sending.stages import STAGES, UNDER_WAY, Stage
from sescomposer.gui.sending.stop_question import StopQuestion
from sescomposer.gui.sending.submission_run import SubmissionRun
from sescomposer.gui.sending.way import Ready, Way
from sescomposer.gui.sizes import human_size
from sescomposer.gui.tasks import Context, Task
from sescomposer.services.ports import SubmissionRecord
from sescomposer.services.review import UNPROVEN
from sescomposer.services.sending import Review, StaleError
from sescomposer.services.settings import HOLD_SECONDS

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
        self._first = ""
        self.records: tuple[SubmissionRecord, ...] = ()
        self.run: SubmissionRun | None = None
        self._task: Task | None = None
        self._is_given_up = False
        self._hold = HoldBack(self)
        self._hold.ticked.connect(self._on_tick)
        self._hold.over.connect(self._submit)
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
        self._frame = frame = SheetFrame(self._composer.runner, self)
        self.banner, self.batch, self.page, self.buttons = frame.banner, frame.batch, frame.page, frame.row.by_name
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(frame)
        self.batch.chosen.connect(self._on_item_chosen)
        self.page.reasons_changed.connect(self._show_buttons)
        frame.row.pressed.connect(self._do)
        frame.row.name("confirm", "&Send to the local inbox" if self.way.is_local else "&Send")
        self._follower = RunFollower(self.banner, self.batch, self._composer.services.clock, self)
        self._follower.stage_wanted.connect(self._on_stage_wanted)
        self._after = AfterSending(self._composer, self)
        self._ask = ask_on_window(self)
        self._proving = Proving(self._composer.runner, self.page.protection, self._composer.services.protecting, self)
        self._proving.offer_wanted.connect(self._on_offer_wanted)
        self._question = StopQuestion(self)
        self._question.stop_wanted.connect(self._stop)
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
        self.stage = stage
        self._hold.stop()
        if stage not in UNDER_WAY or stage is Stage.AWAITING:
            self._question.close()
        if self.ready is not None:
            is_shown = self.review is not None and (stage in (Stage.REVIEWING, Stage.HOLDING) or not self.is_batch)
            self._frame.show_pages(batch=self.is_batch, review=is_shown)
        self._name_buttons()
        self._frame.show_stage(stage, self._names(), title, sentence, answer, explanation, ids)
        self._show_readiness()
        self.stage_changed.emit(stage)

    def _names(self) -> list[str]:
        """Give the names of the buttons that make sense now."""
        missing = {
            "anyway": not self.way.is_local,
            "inbox": not self.way.is_local,
            "goto": self._after.goal is None,
            "copy": not self.records,
            # Of a batch that goes on as it was sealed, what is left stays in the log and is offered again.
            "seal": self.stage is Stage.NOT_SENT and self.parcel.resumed is not None,
        }
        return [name for name in STAGES[self.stage].buttons_of(self.is_batch) if not missing.get(name)]

    def _name_buttons(self) -> None:
        """Write on the buttons what they do now."""
        if self._after.goal is not None:
            self._frame.row.name("goto", self._after.goal.words)
        self.buttons["confirm"].setEnabled(self._may_send)

    @property
    def _is_unproven(self) -> bool:
        """Whether what stands in review is not protected as it must be."""
        return self.review is not None and any(error.code in UNPROVEN for error in self.review.errors)

    @property
    def _may_send(self) -> bool:
        if self._is_unproven:
            return False
        return self.way.is_local or self.page.findings.is_settled

    @Slot()
    def _show_buttons(self) -> None:
        """Show the buttons of the stage anew; the focus stays where it is."""
        self._name_buttons()
        self._frame.row.show_names(self._names())
        self._show_readiness()

    def _show_readiness(self) -> None:
        """Say above a review whether it can be sent."""
        if self.stage is Stage.REVIEWING:
            self.banner.sentence.say(f"{self._first} {self._review_words}".strip())
            kind, title = ("note", STAGES[self.stage].title) if self._may_send else ("warning", "Not ready to send")
            self.banner.set_title(kind, title)

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
        self._proving.stop()
        parcel, way, sending, ask = self.parcel, self.way, self._sending, self._ask

        def operation(context: Context) -> tuple[Ready, Review | None]:
            ready = way.open()
            return ready, None if parcel.resumed else parcel.review(sending, ready, context, ask)

        self._why = why
        self._is_given_up = False
        self.enter(Stage.SEALING)
        self._frame.row.enable(_STEERING, True)
        self._task = self._composer.runner.start(operation, quiet=True)
        self._task.progressed.connect(self._on_seal_progressed)
        self._task.succeeded.connect(self._on_sealed)
        self._task.failed.connect(self._on_seal_failed)
        self._task.cancelled.connect(self._on_seal_cancelled)
        self._task.crashed.connect(self._on_seal_crashed)

    @Slot(object, object)
    def _on_seal_progressed(self, done: int, total: int) -> None:
        if self.stage is Stage.SEALING:
            self.banner.note_progress(done, total)

    @Slot(object)
    def _on_sealed(self, answer: tuple[Ready, Review | None]) -> None:
        if self._is_given_up:
            # What was sealed before it could be stopped is wanted by nobody.
            super().reject()
            return
        self.ready, self.review = answer
        if self.parcel.resumed is not None:
            self.batch.show_items(rows_of_batch(self.parcel.resumed))
            self._submit()
        elif self.review is not None:
            self._after.goal = GOAL_OF_KEYS if self._is_unproven and self.parcel.is_of_window else None
            self.page.show_review(self.review, self.way, self.ready)
            self._proving.begin(self.review, can_mend=self._can_mend)
            self._proving.show_item(0)
            if self.is_batch:
                self.batch.show_items(rows_of_review(self.review, self.parcel.expected))
            self._age.start()
            self._enter_review(self._why)

    def _enter_review(self, first: str = "") -> None:
        """Show what stands ready, and what stands in the way."""
        self._first = first
        self.enter(Stage.REVIEWING, f"{first} {self._review_words}".strip())

    @property
    def _review_words(self) -> str:
        """What a review waits for."""
        words = STAGES[Stage.REVIEWING].sentence
        if self.review is None or not self.review.errors:
            return words
        if self._is_unproven:
            return "It is not protected as it must be, so it goes nowhere, not even into the local inbox: see below."
        if self.way.is_local:
            return f"{words} There are errors: the local inbox answers as SES would."
        if self._may_send:
            return f"{words} Each error has its reason."
        return "Each error needs to be mended, or a reason to send all the same."

    @Slot(int)
    def _on_item_chosen(self, index: int) -> None:
        """Show another item of a batch."""
        if self.review is not None and self.ready is not None and self.page.isVisible():
            self.page.show_item(self.review, index, self.way, self.ready)
            self._proving.show_item(index)
        if self.records:
            self._after.look_for_goal()
            self._show_buttons()

    @Slot(object)
    def _on_seal_failed(self, error: SesComposerError) -> None:
        if isinstance(error, AccountError):
            self._after.goal = goal_of_trouble(error)
            self.enter(Stage.NO_ACCOUNT, error.sentence, explanation=f"{error.hint} Nothing was sent.".strip())
        else:
            hint = error.hint
            if isinstance(error, ProtectionError):
                self._after.goal = goal_of_protection(error) if self.parcel.is_of_window else None
                hint = f"{hint} Nothing was sent."
            self.enter(Stage.FAILED, error.sentence, explanation=hint)

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

    @property
    def _can_mend(self) -> bool:
        """Whether what is sealed is the message of the window itself."""
        if self.review is None or not self.parcel.is_of_window or self.parcel.expected:
            return False
        return all(message is self._composer.message for message in self.review.messages)

    @Slot(object)
    def _on_offer_wanted(self, offer: Offer) -> None:
        """Write the message so that its signature survives more, and seal it anew."""
        if self.stage is Stage.REVIEWING and self._can_mend and take_offer(self._composer, offer, self):
            self.parcel = parcel_of(self._composer)
            self._seal("It was written otherwise and sealed anew: look again.")

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
        self.enter(Stage.HOLDING)
        self._hold.begin(seconds)

    @Slot(int, int)
    def _on_tick(self, passed_ms: int, all_ms: int) -> None:
        self.banner.show_progress(passed_ms, all_ms)
        self.banner.set_title("note", title_of(passed_ms, all_ms))

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
        self._follower.begin(self.run, is_batch=self.is_batch, asks_keyring=self.ready.asks_keyring)

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
        self.records = records
        self._after.show_records(records)
        self._after.remember(records)
        self.submitted.emit(records)

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
        self._frame.row.enable(_STEERING, False)
        if self.stage is Stage.SEALING and self._task is not None:
            self._is_given_up = True
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
        self._hold.stop()
        self._age.stop()
        self._proving.stop()
        self._follower.end()
        super().done(result)
