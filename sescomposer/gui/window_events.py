"""What a composer window does with events that were sent: says what guests have, notes answers, makes links."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QBoxLayout

from sescomposer.core.body_parts import body_parts
from sescomposer.core.errors import MessageError
from sescomposer.core.invitation.parts import calendar_parts, event_parts
from sescomposer.core.message import Message

if TYPE_CHECKING:
    from sescomposer.gui.invitations.answer_bar import AnswerBar
    from sescomposer.gui.invitations.update_bar import UpdateBar
    from sescomposer.gui.main_window import MainWindow


class WindowEvents(QObject):
    """The bars above the panes, and two actions.

    Attributes:
        answers, update: The bars; None until a message with an event comes.
    """

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self.answers: AnswerBar | None = None
        self.update: UpdateBar | None = None
        window.composer.message_changed.connect(self._on_message_changed)
        self._on_message_changed()

    def do_invitations(self) -> None:
        """Open the list of the invitations that were sent."""
        self.show_event("")

    @Slot(str)
    def show_event(self, uid: str) -> None:
        """Open the list of invitations at an event."""
        from sescomposer.gui.invitations.invitations_window import InvitationsWindow

        InvitationsWindow.show_for(self._window.services, self._window, uid)

    @Slot()
    def look_again(self) -> None:
        """Say anew what guests have: something was sent."""
        if self.update is not None and calendar_parts(self._window.composer.root):
            self.update.look()

    def do_calendar_links(self) -> None:
        """Choose links that put the event into web calendars, and put them where the caret of the HTML is."""
        from sescomposer.core.invitation.event import event_of
        from sescomposer.core.invitation.links import calendar_links
        from sescomposer.core.invitation.placement import calendar_of
        from sescomposer.gui.invitations.links_dialog import LinksDialog

        root = self._window.composer.root
        calendar = calendar_of(root)
        try:
            if calendar is None:
                raise MessageError("The message has no event to link to.", hint="Make an invitation first.")
            if body_parts(root).html is None:
                hint = "Write the message in the HTML tab first."
                raise MessageError("The message has no HTML for the links to stand in.", hint=hint)
            links = calendar_links(event_of(calendar))
        except MessageError as error:
            self._window.tell(f"{error.sentence} {error.hint}".strip(), "warning")
            return
        dialog = LinksDialog(links, self._window)
        dialog.wanted.connect(self.insert_links)
        dialog.open()

    @Slot(str)
    def insert_links(self, snippet: str) -> None:
        """Show what the links would change in the HTML, and put them there if that is wanted."""
        from sescomposer.core.structure import with_html
        from sescomposer.gui.dialogs.diff_dialog import DiffDialog
        from sescomposer.gui.invitations.links_place import with_snippet

        window, editor = self._window, self._window.editors.html
        part = body_parts(window.composer.root).html
        if part is None or not snippet:
            return
        try:
            before = part.text()
        except MessageError as error:
            window.show_error(error)
            return
        place = editor.editor.shown.character_of_utf16(editor.place().units)
        after, ids = with_snippet(before, snippet, place), window.composer.ids
        if DiffDialog.ask(window, "Add-to-calendar links", before, after, "Insert these links"):
            window.composer.edit_root(lambda root: with_html(root, after, ids), "insert add-to-calendar links")

    @Slot()
    def _on_message_changed(self) -> None:
        root = self._window.composer.root
        if self.answers is None and not event_parts(root):
            return
        if self.answers is None:
            self._make_bars()
        assert self.answers is not None
        self.answers.show_answers_of(root)

    def _make_bars(self) -> None:
        """Make the bars when they are needed first: most messages have no event."""
        from sescomposer.gui.invitations.answer_bar import AnswerBar
        from sescomposer.gui.invitations.update_bar import UpdateBar

        window, services = self._window, self._window.services
        centre = window.info.parentWidget() or window
        rows = centre.layout()
        self.answers = AnswerBar(lambda: services.invitations, window.runner, centre)
        self.update = UpdateBar(window.composer, centre)
        self.answers.message_wanted.connect(self._on_message_wanted)
        for bar in (self.update, self.answers):
            bar.show_wanted.connect(self.show_event)
            if isinstance(rows, QBoxLayout):
                rows.insertWidget(1, bar)

    @Slot(object)
    def _on_message_wanted(self, message: Message) -> None:
        self._window.window_wanted.emit((message, None))
