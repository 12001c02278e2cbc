"""The questions that an account may not ask: what is not known therefore, and the statement that would allow each."""

from collections.abc import Iterable
from functools import partial

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QFont, QGuiApplication
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from sescomposer.gui.account_facts.fact_words import NOTHING_READ, without
from sescomposer.gui.icons import icon
from sescomposer.gui.widgets.empty_state import EmptyState
from sescomposer.gui.widgets.faint import Faint
from sescomposer.gui.widgets.fitting_text import FittingText
from sescomposer.gui.widgets.steady_scroll import SteadyScroll
from sescomposer.services.iam_policy import policy_of
from sescomposer.services.knowledge import Denied, Known

_ALL_ALLOWED = (
    "Nothing is denied",
    "Every question was allowed when this was read last. Where one is denied, the IAM statement that is missing stands "
    "here, to be copied.",
)
_INTRODUCTION = "Sending may be allowed all the same. Whoever keeps the IAM user or role can add these statements."


class DeniedPage(QWidget):
    """One block for each denied question, and a button that copies all of them as one policy."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._shown: tuple[Denied, ...] = ()
        self.blocks: list[QWidget] = []
        self.copy_all = QPushButton("Copy &all as one policy", self)
        self.copy_all.setIcon(icon("copy"))
        self.copy_all.setToolTip("Copy one IAM policy that allows everything listed here")
        self.copy_all.clicked.connect(self._copy_all)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(Faint(_INTRODUCTION, self), 1)
        head.addWidget(self.copy_all, 0, Qt.AlignmentFlag.AlignTop)
        self.empty = EmptyState("ok", self)
        self.pages = QStackedWidget(self)
        self.pages.addWidget(self._make_list(head))
        self.pages.addWidget(self.empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.addWidget(self.pages)
        self.show_denied(None)

    def show_denied(self, known: Known | None) -> None:
        """Show what an account may not ask."""
        denied = known.denied if known is not None else ()
        self.empty.say(*(_ALL_ALLOWED if known is not None else NOTHING_READ))
        self.pages.setCurrentIndex(0 if denied else 1)
        if denied != self._shown:
            self._shown = denied
            self._show_blocks(denied)

    def _make_list(self, head: QHBoxLayout) -> QWidget:
        page = QWidget(self)
        inside = QWidget(page)
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(0, 0, 8, 0)
        self._column.setSpacing(16)
        self._column.addStretch(1)
        area = SteadyScroll(inside, page)
        area.setAccessibleName("Denied calls")
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(area, 1)
        return page

    def _show_blocks(self, denied: Iterable[Denied]) -> None:
        for block in self.blocks:
            self._column.removeWidget(block)
            block.hide()
            block.deleteLater()
        self.blocks = [self._block(each) for each in denied]
        for index, block in enumerate(self.blocks):
            self._column.insertWidget(index, block)

    def _block(self, denied: Denied) -> QWidget:
        block = QWidget(self)
        title = QLabel(denied.operation or denied.action, block, textFormat=Qt.TextFormat.PlainText)
        font = QFont(title.font())
        font.setBold(True)
        title.setFont(font)
        copy = QPushButton("&Copy", block)
        copy.setToolTip(f"Copy the IAM statement for {denied.action}")
        copy.setAccessibleName(f"Copy the IAM statement for {denied.action}")
        copy.clicked.connect(partial(_copy, denied.statement))
        statement = FittingText(f"IAM statement for {denied.action}", block, fixed=True, lines=20)
        statement.say(denied.statement)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(title, 1)
        head.addWidget(copy)
        column = QVBoxLayout(block)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(_line(without(denied), block))
        column.addWidget(statement)
        request = f" (request {denied.request_id})" if denied.request_id else ""
        column.addWidget(_line(f"SES says: {denied.answer}{request}", block))
        return block

    @Slot()
    def _copy_all(self) -> None:
        _copy(policy_of(denied.statement for denied in self._shown))


def _line(words: str, parent: QWidget) -> FittingText:
    # The service's words hold long ARNs, which a label would not break.
    line = FittingText("About the denied call", parent)
    line.say(words)
    return line


def _copy(text: str, checked: bool = False) -> None:
    QGuiApplication.clipboard().setText(text)
