"""What can be done once the answers are there: mend what was refused, copy, deliver anyway, look into the inbox."""

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMainWindow

from sescomposer.core.errors import AccountError, SesComposerError, StoreError
from sescomposer.gui.composer import Composer
from sescomposer.gui.sending.goals import OF_ACCOUNT, Goal, goal_of, goal_of_trouble
from sescomposer.gui.sending.outcome_words import (
    deliveries_words,
    explanation_of,
    ids_of,
    outcome_sentence,
    outcome_title,
    report_of,
)
from sescomposer.gui.sending.stages import STAGES, Stage, stage_of_all
from sescomposer.gui.tasks import Context, Task
from sescomposer.services.ports import SubmissionRecord, SubmissionState

if TYPE_CHECKING:
    from sescomposer.gui.main_window import MainWindow
    from sescomposer.gui.sending.send_sheet import SendSheet


class AfterSending(QObject):
    """Acts for one sheet.

    Attributes:
        goal: Where the chosen item can be mended, None for nowhere.
    """

    def __init__(self, composer: Composer, sheet: "SendSheet") -> None:
        super().__init__(sheet)
        self._composer = composer
        self._sheet = sheet
        self._task: Task | None = None
        self.goal: Goal | None = None

    @property
    def has_history(self) -> bool:
        """Whether there is a history to look into."""
        return "history" in getattr(self._sheet.parentWidget(), "action", {})

    def show_records(self, records: tuple[SubmissionRecord, ...]) -> None:
        """Show records as the outcome: one in the banner, those of a batch in its list."""
        sheet = self._sheet
        stage = stage_of_all(records)
        sentence, title = outcome_sentence(stage, records), outcome_title(records, STAGES[stage].title)
        if sheet.is_batch:
            sheet.batch.show_records(records)
            self.look_for_goal()
            sheet.enter(stage, sentence, title=title)
            if sheet.way.is_local:
                self._look_up(records)
        else:
            self.look_for_goal()
            answer = records[0].outcome.sentence if records[0].outcome else ""
            explanation = explanation_of(records[0], has_history=self.has_history)
            sheet.enter(stage, sentence, answer, explanation, ids=ids_of(records[0]))
        self._tell_window(title)

    def _tell_window(self, title: str) -> None:
        """Mark in the window behind what became of its message; the draft stays."""
        window, ready = self._sheet.parentWidget(), self._sheet.ready
        if isinstance(window, QMainWindow) and ready is not None:
            now = self._composer.services.clock.now()
            window.statusBar().showMessage(f"{title} at {now:%H:%M:%S} ({ready.transport.account}).")

    def remember(self, records: tuple[SubmissionRecord, ...]) -> None:
        """Remember the way for the From address once something was accepted."""
        if not any(record.state is SubmissionState.ACCEPTED for record in records):
            return
        try:
            self._sheet.way.remember()
        except (AccountError, StoreError) as error:
            told = f"The account could not be remembered for this From address. {error.sentence}"
            explanation = self._sheet.banner.explanation
            explanation.say(f"{explanation.words} {told}".strip())

    # Going where it can be mended

    def look_for_goal(self) -> None:
        """Find where the chosen record leads to."""
        sheet = self._sheet
        record = sheet.records[max(0, sheet.batch.current) if sheet.is_batch else 0]
        transport, is_of_window = sheet.ready.transport if sheet.ready else None, sheet.parcel.is_of_window
        trouble = transport.trouble if transport else None
        if trouble is not None and record.state is SubmissionState.NOT_SENT:
            self.goal = goal_of_trouble(trouble)
            return
        self.goal = goal_of(
            record,
            self._composer.findings if is_of_window else (),
            transport.answer_to(record.intent) if transport else None,
            is_of_window=is_of_window,
            has_history=self.has_history,
        )

    def go(self) -> None:
        """Go there; for the account the sheet stays, so that it can be tried again."""
        from sescomposer.gui.sending.go_to import go_to

        goal, window = self.goal, self._sheet.parentWidget()
        if goal is None:
            return
        if goal.login:
            self._sign_in(goal.login)
        elif goal.target.kind in OF_ACCOUNT:
            self._open_accounts()
        elif window is not None:
            self._sheet.reject()
            go_to(cast("MainWindow", window), goal)

    def _sign_in(self, profile: str) -> None:
        from sescomposer.gui.accounts.sign_in_dialog import SignInDialog

        dialog = SignInDialog.show_for(self._composer.services, profile, self._composer.runner, self._sheet)
        dialog.signed_in.connect(self._on_signed_in)

    @Slot(str)
    def _on_signed_in(self, profile: str) -> None:
        """Seal and show it again; whether to send is asked anew."""
        if self._sheet.stage is Stage.NO_ACCOUNT:
            self._sheet.start_sealing()

    def _open_accounts(self) -> None:
        from sescomposer.gui.accounts.accounts_window import AccountsWindow

        account = self._sheet.way.account
        AccountsWindow.show_for(self._composer.services, self._sheet.parentWidget(), account.name if account else "")

    # The local inbox

    def deliver_anyway(self) -> None:
        """Let the local inbox take what it refused."""
        services, records = self._composer.services, self._sheet.records

        def operation(context: Context) -> tuple[SubmissionRecord, ...]:
            return tuple(services.deliver_anyway(record) for record in records)

        self._sheet.buttons["anyway"].setEnabled(False)
        self._task = self._composer.runner.start(operation, quiet=True)
        self._task.succeeded.connect(self._on_delivered)
        self._task.failed.connect(self._on_delivery_failed)
        self._task.finished.connect(self._on_delivery_finished)

    @Slot(object)
    def _on_delivered(self, records: tuple[SubmissionRecord, ...]) -> None:
        self._sheet.records = records
        self.show_records(records)
        self._sheet.submitted.emit(records)

    @Slot(object)
    def _on_delivery_failed(self, error: SesComposerError) -> None:
        self._sheet.banner.explanation.say(f"{error.sentence} {error.hint}".strip())

    @Slot()
    def _on_delivery_finished(self) -> None:
        self._sheet.buttons["anyway"].setEnabled(True)

    def _look_up(self, records: tuple[SubmissionRecord, ...]) -> None:
        """Ask the local inbox what became of the recipients of each item."""
        inbox = self._composer.services.inbox
        accepted = {
            index: record.outcome.reference
            for index, record in enumerate(records)
            if record.outcome is not None and record.state is SubmissionState.ACCEPTED
        }

        def operation(context: Context) -> dict[int, str]:
            return {index: deliveries_words(inbox.get(entry).deliveries) for index, entry in accepted.items()}

        self._task = self._composer.runner.start(operation, quiet=True)
        self._task.succeeded.connect(self._on_looked_up)
        self._task.failed.connect(self._on_delivery_failed)

    @Slot(object)
    def _on_looked_up(self, became: dict[int, str]) -> None:
        self._sheet.batch.show_became(became)

    def open_inbox(self) -> None:
        """Show the message in the local inbox."""
        from sescomposer.gui.inbox_window import InboxWindow

        index = max(0, self._sheet.batch.current) if self._sheet.is_batch else 0
        outcome = self._sheet.records[index].outcome
        window = self._sheet.parentWidget()
        self._sheet.accept()
        InboxWindow.show_for(self._composer.services, window, outcome.reference if outcome else "")

    def copy(self) -> None:
        """Copy what became of all items."""
        QGuiApplication.clipboard().setText(report_of(self._sheet.records))
