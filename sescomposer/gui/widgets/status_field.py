"""A field of the status bar: words that can be clicked, marked where they tell of trouble."""

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QIcon, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QStyle, QStyleOptionToolButton, QStylePainter, QToolButton, QWidget

from sescomposer.gui.icons import icon
from sescomposer.gui.theme import theme_of
from sescomposer.gui.tips import tip

_ICON = QSize(14, 14)
_FEWEST = 8
"""Characters, about, that are seen however narrow the window is."""


class StatusField(QToolButton):
    """A flat button. Trouble is told by an icon, by the words, and by colour.

    Words for which the bar has no room are cut short; the tool tip begins with them then. A window never becomes wider
    than its screen because of them.
    """

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._level = ""
        self._explanation = ""
        self.setAutoRaise(True)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setIconSize(_ICON)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    @property
    def level(self) -> str:
        """ "" where all is well, else "warning" or "error"."""
        return self._level

    def tell(self, words: str, explanation: str = "", level: str = "") -> None:
        """Show words; `explanation` becomes the tool tip; `level` is "", "warning" or "error"."""
        if words != self.text():
            self.setText(words.replace("&", "&&"))
            self.setAccessibleName(f"{self._name}: {words}")
        self._explanation = explanation
        self._show_tip()
        if level != self._level:
            self._level = level
            self.setIcon(icon(level, level) if level else QIcon())
            self._colour()

    @property
    def shown_words(self) -> str:
        """The words as there is room for them; `&` stands twice."""
        lacking = self.sizeHint().width() - self.width()
        if lacking <= 0:
            return self.text()
        room = self._width_of(self.text()) - lacking
        return self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room)

    def minimumSizeHint(self) -> QSize:
        """Room for the beginning of the words."""
        hint = self.sizeHint()
        words = self._width_of(self.text())
        return QSize(hint.width() - words + min(words, _FEWEST * self.fontMetrics().averageCharWidth()), hint.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Tell beside the mouse what is cut short."""
        super().resizeEvent(event)
        self._show_tip()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Write what there is room for."""
        painter = QStylePainter(self)
        option = QStyleOptionToolButton()
        self.initStyleOption(option)
        option.text = self.shown_words
        painter.drawComplexControl(QStyle.ComplexControl.CC_ToolButton, option)
        painter.end()

    def _width_of(self, words: str) -> int:
        return self.fontMetrics().size(Qt.TextFlag.TextShowMnemonic, words).width()

    def _show_tip(self) -> None:
        is_cut = self.shown_words != self.text()
        words = self.text().replace("&&", "&") if is_cut else ""
        self.setToolTip(tip(words, self._explanation))

    def changeEvent(self, event: QEvent) -> None:
        """Take the colours of a new palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ApplicationPaletteChange:
            self._colour()

    def _colour(self) -> None:
        palette = QPalette()
        if self._level:
            palette.setColor(QPalette.ColorRole.ButtonText, theme_of(self).text[self._level])
        self.setPalette(palette)
