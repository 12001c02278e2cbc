"""The preview of the window's message: the composer's message goes in, what the reader chose is kept."""

from typing import TypeVar

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from sescomposer.core.errors import StoreError
from sescomposer.core.html.preview_document import preview_document
from sescomposer.gui.composer import Composer
from sescomposer.gui.panes.preview_pane import PreviewPane
from sescomposer.services.settings import PREVIEW_DARK, PREVIEW_WIDTH, Setting

T = TypeVar("T")


class MessagePreview(QWidget):
    """Shows the composer's message as a reader does: of an encrypted one what it holds, once it is opened."""

    def __init__(self, composer: Composer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._composer = composer
        self._shown = composer.root
        self.pane = PreviewPane(composer.runner, self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.pane)
        self.setFocusProxy(self.pane)
        settings = composer.services.settings
        self.pane.set_width(settings.get(PREVIEW_WIDTH))
        self.pane.set_dark(settings.get(PREVIEW_DARK))
        self.pane.width_changed.connect(self._on_width_changed)
        self.pane.dark_changed.connect(self._on_dark_changed)
        composer.message_changed.connect(self._on_message_changed)
        composer.setting_changed.connect(self._on_setting_changed)
        composer.reader.changed.connect(self._on_read)
        self._on_message_changed(composer.revision)

    @Slot(int)
    def _on_message_changed(self, revision: int) -> None:
        root = self._composer.reader.readable or self._composer.root
        self._shown = root
        self.pane.show_document(preview_document(root, revision))

    @Slot()
    def _on_read(self) -> None:
        """Show what was opened, as soon as it is."""
        if (self._composer.reader.readable or self._composer.root) is not self._shown:
            self._on_message_changed(self._composer.revision)

    @Slot(int)
    def _on_width_changed(self, width: int) -> None:
        self._keep(PREVIEW_WIDTH, width)

    @Slot(bool)
    def _on_dark_changed(self, dark: bool) -> None:
        self._keep(PREVIEW_DARK, dark)

    @Slot(str)
    def _on_setting_changed(self, key: str) -> None:
        settings = self._composer.services.settings
        if key == PREVIEW_WIDTH.key:
            self.pane.set_width(settings.get(PREVIEW_WIDTH))
        elif key == PREVIEW_DARK.key:
            self.pane.set_dark(settings.get(PREVIEW_DARK))

    def _keep(self, setting: Setting[T], value: T) -> None:
        """Keep what was chosen, for the next window."""
        try:
            self._composer.services.settings.set(setting, value)
        except StoreError as error:
            self._composer.refused.emit(error)
