"""The third tab of the editors: the event of the message, as a form or as text; nothing is built before it is shown."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QStackedLayout, QWidget

from sescomposer.core.body_parts import body_parts
from sescomposer.core.entity import Entity
from sescomposer.gui.composer import Composer, Selection

if TYPE_CHECKING:
    from sescomposer.gui.invitation.event_pages import EventPages


class InvitationTab(QWidget):
    """Shows the event of the message, or how to get one.

    Signals:
        open_wanted(): the user wants to choose a calendar file.
        paste_wanted(): the user wants the event of the clipboard's text.
        export_wanted(): the user wants the event as a file.
    """

    open_wanted = Signal()
    paste_wanted = Signal()
    export_wanted = Signal()
    name = "calendar"

    def __init__(self, composer: Composer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._composer = composer
        self._pages: EventPages | None = None
        self._shown: Entity | None = None
        self._stack = QStackedLayout(self)
        self._stack.setContentsMargins(0, 0, 0, 0)
        composer.message_changed.connect(self._on_message_changed)
        composer.replaced.connect(self._on_replaced)
        composer.setting_changed.connect(self._on_setting_changed)

    @property
    def pages(self) -> "EventPages":
        """What the tab shows, made when it is first asked for."""
        if self._pages is None:
            from sescomposer.gui.fonts import apply_fonts
            from sescomposer.gui.invitation.event_pages import EventPages

            self._pages = EventPages(self._composer, self)
            self._pages.open_wanted.connect(self.open_wanted)
            self._pages.paste_wanted.connect(self.paste_wanted)
            self._pages.export_wanted.connect(self.export_wanted)
            self._stack.addWidget(self._pages)
            self.setFocusProxy(self._pages)
            apply_fonts(self._pages, self._composer.services.settings)
        return self._pages

    def holds(self, selection: Selection) -> bool:
        """Whether a selection lies in the event."""
        calendar = body_parts(self._composer.root).calendar
        return calendar is not None and calendar.key == selection.key and selection.origin != self.name

    def follow(self, selection: Selection) -> None:
        """Show what was selected elsewhere."""
        self.pages.text.follow(selection)

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what changed while the tab was hidden."""
        super().showEvent(event)
        self._show()

    @Slot()
    def _on_message_changed(self) -> None:
        # Hidden, it costs a keystroke nothing.
        if self.isVisible():
            self._show()

    @Slot()
    def _on_replaced(self) -> None:
        self._shown = None
        if self._pages is not None:
            self._pages.forget()

    @Slot(str)
    def _on_setting_changed(self, key: str) -> None:
        if key.startswith("invitation.") and self.isVisible():
            self._shown = None
            self._show()

    def _show(self) -> None:
        if self._shown is not self._composer.root:
            self._shown = self._composer.root
            self.pages.show_event()
