"""Follows a submission under way: which stage the sheet shows, how far it is, until when something waits."""

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal, Slot

from sescomposer.gui.sending.batch_page import BatchPage
from sescomposer.gui.sending.progress_words import UploadRate, batch_words, waiting_words
from sescomposer.gui.sending.stage_banner import StageBanner
from sescomposer.gui.sending.stages import Stage, stage_of
from sescomposer.gui.sending.submission_run import SubmissionRun
from sescomposer.services.ports import Clock, SubmissionState
from sescomposer.services.submitting import Step

_TICK_MS = 100
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
        self._tick.timeout.connect(self.show_state)
        page.counted.connect(self._on_counted)

    def begin(self, run: SubmissionRun, *, is_batch: bool) -> None:
        """Follow a run."""
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
        if self._run is None:
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
