"""The fixed-width font of the editors and of the raw source, as the settings say."""

from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from sescomposer.gui.panes.raw_pane import RawPane
from sescomposer.gui.widgets.source_editor import SourceEditor
from sescomposer.services.settings import EDITOR_FONT, EDITOR_FONT_SIZE, WRAP_LINES, Settings

_LEAST_POINTS = 6
KEYS = (EDITOR_FONT.key, EDITOR_FONT_SIZE.key, WRAP_LINES.key)
"""Settings after whose change `apply_fonts` is to be called."""


def fixed_font(settings: Settings) -> QFont:
    """Give the font; what is not set is the system's."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    if family := settings.get(EDITOR_FONT).strip():
        font.setFamily(family)
        font.setStyleHint(QFont.StyleHint.Monospace)
    if size := settings.get(EDITOR_FONT_SIZE):
        font.setPointSize(max(size, _LEAST_POINTS))
    return font


def apply_fonts(widget: QWidget, settings: Settings) -> None:
    """Use the font in every editor and raw source inside a widget, and wrap or not."""
    font = fixed_font(settings)
    modes = QPlainTextEdit.LineWrapMode
    wrap = modes.WidgetWidth if settings.get(WRAP_LINES) else modes.NoWrap
    for editor in widget.findChildren(SourceEditor):
        if editor.font() != font:
            editor.setFont(font)
        if editor.lineWrapMode() != wrap:
            editor.setLineWrapMode(wrap)
    for raw in widget.findChildren(RawPane):
        raw.set_text_font(font)
