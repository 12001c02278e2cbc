"""Facts in two columns: sign and name, and what is known; the words wrap and can be selected."""

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from sescomposer.gui.account_facts.fact_words import Fact
from sescomposer.gui.icons import pixmap
from sescomposer.gui.theme import theme_of

_SIGN = QSize(16, 16)


class FactLines(QWidget):
    """A grid of facts; its labels are used again."""

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self._rows: list[tuple[QLabel, QLabel, QLabel]] = []
        self.facts: tuple[Fact, ...] = ()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(2, 1)

    def show_facts(self, facts: Iterable[Fact]) -> None:
        """Show these facts."""
        self.facts = tuple(facts)
        while len(self._rows) < len(self.facts):
            self._add_row()
        for index, labels in enumerate(self._rows):
            fact = self.facts[index] if index < len(self.facts) else None
            for label in labels:
                label.setVisible(fact is not None)
            if fact is not None:
                labels[1].setText(fact.name)
                labels[2].setText(fact.words)
                labels[2].setAccessibleName(f"{fact.name}: {fact.words}")
        self._draw_signs()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._draw_signs()

    def _add_row(self) -> None:
        top = Qt.AlignmentFlag.AlignTop
        row = len(self._rows)
        sign, name, words = QLabel(self), QLabel(self), QLabel(self)
        sign.setFixedSize(_SIGN)
        for label in (name, words):
            label.setTextFormat(Qt.TextFormat.PlainText)
        words.setWordWrap(True)
        words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._grid.addWidget(sign, row, 0, top)
        self._grid.addWidget(name, row, 1, top)
        self._grid.addWidget(words, row, 2)
        self._rows.append((sign, name, words))

    def _draw_signs(self) -> None:
        theme, scale = theme_of(self), self.devicePixelRatioF()
        for fact, labels in zip(self.facts, self._rows, strict=False):
            labels[0].setPixmap(pixmap(fact.sign, _SIGN, theme.text[fact.sign], scale))
