"""The calendar object as text: what is typed changes the part and its copies, and what cannot be read is said."""

from PySide6.QtCore import Slot

from sescomposer.core.entity import Entity
from sescomposer.core.structure import splice
from sescomposer.core.undo import continues_word
from sescomposer.gui.composer import Composer
from sescomposer.gui.invitation.edits import EventEdits
from sescomposer.gui.panes.text_part_pane import TextPartPane


class CalendarTextPane(TextPartPane):
    """Edits the text of the calendar object, whatever it holds."""

    name = "calendar"
    _empty_hint = "BEGIN:VCALENDAR"

    def __init__(self, composer: Composer, parent: object = None) -> None:
        self._edits = EventEdits(composer)
        super().__init__(composer, parent)  # type: ignore[arg-type]
        self.editor.setAccessibleName("iCalendar text of the event")

    def _build(self) -> None:
        """There is nothing beside the editor."""

    def _say(self) -> None:
        """Say why it cannot be edited, or the first thing that cannot be read."""
        self.anyway_button.setVisible(self._shown.can_be_edited_anyway)
        if self._shown.reason:
            self.notice.say(self._shown.reason, "warning")
            return
        calendar = self._edits.calendar
        defects = calendar.defects if calendar is not None and self.key is not None else ()
        if calendar is None or not defects:
            self.notice.say("")
            return
        line = calendar.octets.count(b"\n", 0, defects[0].start) + 1
        more = f" {len(defects) - 1} more below." if len(defects) > 1 else ""
        self.notice.say(f"Line {line}: {defects[0].message}{more}", "warning")

    @Slot(int, int, str)
    def _on_edited(self, position: int, removed: int, added: str) -> None:
        """Hand in what was typed, for the part and its copies."""
        key, ids = self.key, self._composer.ids
        if key is None:
            self.editor.show_text(self._shown.text)
            return

        def edit(root: Entity) -> Entity:
            typed = splice(root, key, position, removed, added, ids, utf16=True).find(key)
            return self._edits.written(root, bytes(typed.content) if typed is not None else b"")

        sentence = self._edits.edit(edit, "edit calendar", merge=continues_word(added, removed))
        if sentence:
            self.editor.show_text(self._shown.text)
            self.notice.say(sentence, "error")
