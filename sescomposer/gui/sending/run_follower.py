"""Follows a submission under way: which stage the sheet shows, how far it is, until when something waits."""

from collections.abc import Callable

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal, Slot

from sescomposer.gui.sending.batch_page import BatchPage
from sescomposer.gui.sending.progress_words import UploadRate, batch_words, waiting_words
from sescomposer.gui.sending.stage_banner import StageBanner
from sescomposer.gui.sending.stages import STAGES, Stage, stage_of
from sescomposer.gui.sending.submission_run import SubmissionRun
from sescomposer.services.ports import Clock, SubmissionState
from sescomposer.services.submitting import Step

_TICK_MS = 100
_SLOW_TICKS = 5
"""A keyring that answers before is not worth a word."""
_KEYRING_WORDS = "Your system may be asking you to unlock it. Nothing leaves before."
_BUSY = (SubmissionState.UPLOADING, SubmissionState.AWAITING)


class RunFollower(QObject):
    """Shows one run after the other in a banner, and its items in the list of a batch.

    Signals:
        stage_wanted(object): the `Stage` that fits now, whenever something was told.
    """

    stage_wanted = Signal(object)

    def __init__(self, banner: StageBanner, page: BatchPage, clock: Clock, parent: QObject) -> None:
        super().__init__(parent)
        self._banner = banner
        self._page = page
        self._clock = clock
        self._run: SubmissionRun | None = None
        self._is_batch = False
        self._step: Step | None = None
        self._octets = 0, 0
        self._elapsed = QElapsedTimer()
        self._rate = UploadRate(self._seconds)
        self._tick = QTimer(self, interval=_TICK_MS)
        self._tick.timeout.connect(self._on_tick)
        self._asks_keyring: Callable[[], bool] = lambda: False
        self._asked_ticks = 0
        page.counted.connect(self._on_counted)

    def begin(self, run: SubmissionRun, *, is_batch: bool, asks_keyring: Callable[[], bool]) -> None:
        """Follow a run; for as long as it waits for the keyring, that is what is told."""
        self._asks_keyring, self._asked_ticks = asks_keyring, 0
        self._run, self._is_batch = run, is_batch
        self._step = None
        self._octets = 0, 0
        self._elapsed.start()
        self._rate = UploadRate(self._seconds)
        run.told.connect(self._on_told)
        run.progressed.connect(self._on_progressed)
        self._tick.start()

    def end(self) -> None:
        """Follow it no longer: it has ended."""
        self._run = None
        self._tick.stop()

    @Slot()
    def show_state(self) -> None:
        """Show how far it is."""
        if self._run is None or self._asked_ticks >= _SLOW_TICKS:
            return
        if self._is_batch:
            done, total = self._page.done()
            self._say(batch_words(done, total, self._waiting_of_batch()))
            self._banner.show_progress(done, total)
        elif self._step is not None and self._step.state is SubmissionState.WAITING:
            self._say(waiting_words(self._step, self._clock.now()))
        elif self._step is not None and self._step.state is SubmissionState.UPLOADING and self._octets[1]:
            self._say(self._rate.words(*self._octets))
            self._banner.show_progress(*self._octets)

    @Slot()
    def _on_tick(self) -> None:
        was_slow = self._asked_ticks >= _SLOW_TICKS
        self._asked_ticks = self._asked_ticks + 1 if self._asks_keyring() else 0
        if self._asked_ticks == _SLOW_TICKS:
            self._banner.set_title("note", "Waiting for the keyring…")
            self._say(_KEYRING_WORDS)
        elif was_slow and not self._asked_ticks:
            self._say("")
            self._banner.set_title("note", STAGES[Stage.UPLOADING].title)
        self.show_state()

    def _seconds(self) -> float:
        return self._elapsed.elapsed() / 1000

    def _say(self, words: str) -> None:
        # What is said anew takes a selection away.
        if words != self._banner.sentence.words:
            self._banner.sentence.say(words)

    def _waiting_of_batch(self) -> str:
        """Say why the batch stands still, if it does."""
        steps = [row.step for row in self._page.rows if row.step and row.state is SubmissionState.WAITING]
        if not steps or self._run is None or self._run.control.is_paused:
            return ""
        return waiting_words(min(steps, key=lambda step: step.index), self._clock.now())

    @Slot(object, object)
    def _on_progressed(self, done: int, total: int) -> None:
        """Note it; steps come far more often than anybody can read them."""
        self._octets = done, total

    @Slot(object)
    def _on_told(self, step: Step) -> None:
        """Take a state on the way; the last ones come with the records."""
        if self._run is None:
            return
        if self._is_batch:
            self._page.take_step(step)
        elif not step.state.is_final:
            self._step = step
            self.stage_wanted.emit(stage_of(step.state))
            self.show_state()

    @Slot()
    def _on_counted(self) -> None:
        """Tell what a batch is doing as a whole."""
        if self._run is None or not self._is_batch:
            return
        counts = self._page.counts
        if self._run.control.is_paused:
            self.stage_wanted.emit(Stage.PAUSED)
        elif counts[SubmissionState.WAITING] and not any(counts[state] for state in _BUSY):
            self.stage_wanted.emit(Stage.WAITING)
        else:
            self.stage_wanted.emit(Stage.UPLOADING)
        self.show_state()
