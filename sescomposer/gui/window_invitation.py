"""What a composer window does with events: shows the tab, takes calendar files and the clipboard, exports."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog

from sescomposer.core.errors import MessageError
from sescomposer.services.settings import Arrangement

if TYPE_CHECKING:
    from sescomposer.core.invitation.calendar import Calendar
    from sescomposer.gui.main_window import MainWindow
    from sescomposer.gui.tasks import Context

FILTER = "Calendar files (*.ics *.ical *.ifb *.vcs);;All files (*)"
_TAB = 2


class WindowInvitation(QObject):
    """The actions about events of one window."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        tab = window.editors.invitation
        tab.open_wanted.connect(self._on_open_wanted)
        tab.paste_wanted.connect(self._on_paste_wanted)
        tab.export_wanted.connect(self.do_export_event)

    def do_invitation(self) -> None:
        """Show the invitation tab, and put the focus there."""
        tab = self._window.editors.invitation
        self._window.editors.tabs.setCurrentIndex(_TAB)
        tab.pages.focus()

    def do_view_invitation(self) -> None:
        """Show how clients show the event."""
        self._window.views.show_view("invitation")

    def do_arrange_invite(self) -> None:
        """Arrange to invite: the form at the left, how clients show it at the right."""
        window = self._window
        window.try_to_keep(lambda: window.layout_keeper.arrange(Arrangement.INVITE))
        window.editors.tabs.setCurrentIndex(_TAB)

    def open_path(self, path: Path, *, here: bool = False) -> None:
        """Make an event of a calendar file.

        Args:
            path: The file.
            here: Whether it goes into this message anyway; else only into that of an untouched window.
        """
        documents = self._window.services.documents

        def operation(context: "Context") -> "tuple[Calendar, bool]":
            return documents.calendar(path, context), here

        self._window.files.run(operation, f"Opening {path.name}", self._on_read)

    @Slot(object)
    def _on_read(self, answer: "tuple[Calendar, bool]") -> None:
        from sescomposer.core.invitation.replies import answers_of

        calendar, here = answer
        # What a guest answers is no event to send on: it never takes the place of the one in the message.
        if (here and not answers_of(calendar)) or self._window.is_untouched:
            self.put(calendar)
            return
        from sescomposer.gui.invitation.edits import placed
        from sescomposer.services.documents import new_message

        ids = self._window.services.ids
        self._window.window_wanted.emit(new_message().edited(lambda root: placed(root, calendar, ids)))

    def put(self, calendar: "Calendar") -> None:
        """Put a calendar object into the message, and show it."""
        self.do_invitation()
        self._window.editors.invitation.pages.put(calendar)
        self.do_invitation()

    @Slot()
    def _on_open_wanted(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self._window, "Open event", "", FILTER)
        if name:
            self.open_path(Path(name), here=True)

    @Slot()
    def _on_paste_wanted(self) -> None:
        """Make an event of the clipboard's text."""
        from sescomposer.core.invitation.calendar import read_calendar
        from sescomposer.gui.invitation.edits import NO_CALENDAR

        text = QGuiApplication.clipboard().text()
        calendar = read_calendar("\r\n".join(text.strip().splitlines()).encode("utf-8", "replace") + b"\r\n")
        if calendar.is_calendar:
            self.put(calendar)
        else:
            what = f"The clipboard has {text.strip()[:60]!r}." if text.strip() else "The clipboard has no text."
            hint = f"{what} Copy the text of an event, from BEGIN:VCALENDAR to END:VCALENDAR."
            self._window.show_error(MessageError(NO_CALENDAR, hint=hint))

    def do_export_event(self) -> None:
        """Save the event as a calendar file."""
        from sescomposer.core.invitation.event import event_of
        from sescomposer.core.invitation.placement import calendar_of, calendar_part
        from sescomposer.gui.file_actions import file_stem

        root = self._window.composer.root
        part, calendar = calendar_part(root), calendar_of(root)
        if part is None or calendar is None:
            self._window.tell("The message has no event to export. Make an invitation first.", "warning")
            return
        name = f"{file_stem(event_of(calendar).summary, 'event')}.ics"
        chosen, _ = QFileDialog.getSaveFileName(self._window, "Export event", str(Path.home() / name), FILTER)
        if chosen:
            self._window.files.save_octets(part.content, Path(chosen))
