"""What a send sheet is made of: banner, list of a batch, review, buttons. It knows stages, and nothing of sending."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from sescomposer.gui.sending.batch_page import BatchPage
from sescomposer.gui.sending.review_page import ReviewPage
from sescomposer.gui.sending.sheet_buttons import SheetButtons
from sescomposer.gui.sending.stage_banner import StageBanner
from sescomposer.gui.sending.stages import STAGES, Stage
from sescomposer.gui.tasks import TaskRunner

_GAP = 16
_STOREYS = [180, 400]


class SheetFrame(QWidget):
    """The widgets of one sheet.

    Attributes:
        banner: Stage, what it means, the service's words.
        batch: The items of a batch, above the review.
        page: The review.
        row: The buttons.
    """

    def __init__(self, runner: TaskRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.banner = StageBanner(self)
        self.batch = BatchPage(self)
        self.page = ReviewPage(runner, self)
        self.row = SheetButtons(self)
        self._storeys = QSplitter(Qt.Orientation.Vertical, self)
        self._storeys.setChildrenCollapsible(False)
        self._storeys.setHandleWidth(_GAP)
        self._storeys.addWidget(self.batch)
        self._storeys.addWidget(self.page)
        self._storeys.setStretchFactor(1, 1)
        self._storeys.setSizes(_STOREYS)
        self._room = QWidget(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(_GAP, _GAP, _GAP, _GAP)
        column.setSpacing(_GAP)
        column.addWidget(self.banner)
        column.addWidget(self._storeys, 1)
        column.addWidget(self._room, 1)
        column.addWidget(self.row)
        self.show_pages(batch=False, review=False)

    def show_pages(self, *, batch: bool, review: bool) -> None:
        """Show the list of a batch, the review, both or neither."""
        self.batch.setVisible(batch)
        self.page.setVisible(review)
        self._storeys.setVisible(batch or review)
        self._room.setVisible(not batch and not review)

    def show_stage(
        self, stage: Stage, names: list[str], title: str, sentence: str, answer: str, explanation: str, ids: str
    ) -> None:
        """Show a stage with its buttons, and give the focus to that which Return presses; see `StageBanner.say`."""
        info = STAGES[stage]
        self.banner.bar.setVisible(info.shows_progress)
        self.banner.show_progress(0, 0)
        self.banner.say(info.kind, title or info.title, sentence or info.sentence, answer, explanation, ids)
        self.page.set_editable(stage is Stage.REVIEWING)
        default = self.row.show_names(names)
        self._focus(default)

    def _focus(self, default: QWidget | None) -> None:
        """Put the focus where Return does what is meant, or where something is missing."""
        wanted: QWidget = default or self.banner
        if not wanted.isEnabled():
            wanted = self.page.findings.first_open or self.row.by_name["close"]
        wanted.setFocus(Qt.FocusReason.OtherFocusReason)
