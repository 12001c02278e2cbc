"""The pane of one text part: the editor, and a line above it that says why it may be read-only."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, Signal, Slot
from PySide6.QtGui import QImage, QStatusTipEvent, QTextCursor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from sescomposer.core import limits
from sescomposer.core.entity import Entity, Key
from sescomposer.core.errors import EditError, EncodingError
from sescomposer.core.html.document import HtmlDocument
from sescomposer.core.structure import splice, with_html, with_text
from sescomposer.core.text import Text
from sescomposer.core.text_location import character_of_octet, octets_of_character
from sescomposer.core.undo import continues_word
from sescomposer.gui.composer import Composer, Selection
from sescomposer.gui.layers.looking import looks_protected
from sescomposer.gui.panes.html_colours import HtmlColours
from sescomposer.gui.panes.part_text import Shown, shown_part
from sescomposer.gui.reading.lifting import LIFT_HELP, LIFT_WORDS, lift_signature
from sescomposer.gui.widgets.notice import Notice
from sescomposer.gui.widgets.source_editor import SourceEditor

if TYPE_CHECKING:
    from sescomposer.core.html.drift import Drift

_WORDS_NAMED = 6
_HELD_ELSEWHERE = (
    "What this message holds is signed or encrypted: the tree and the preview show it. What you write here stands "
    "outside of it."
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is put into the text; the cursor stays at its place while the text changes."""

    cursor: QTextCursor

    @property
    def units(self) -> int:
        """Offset in UTF-16 code units."""
        return self.cursor.position()


class TextPartPane(QWidget):
    """Edits the displayed text part; typing into an empty pane makes the part.

    Signals:
        make_wanted(): the user wants the text made from the HTML.
        files_dropped(object, object): local paths and a `Place`.
        image_pasted(object, object): a `QImage` and a `Place`.
    """

    make_wanted = Signal()
    files_dropped = Signal(object, object)
    image_pasted = Signal(object, object)
    name = "text"
    _empty_hint = "Write the text here. Readers without HTML show it; so do watches and notifications."

    def __init__(self, composer: Composer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._composer = composer
        self.key: Key | None = None
        self._shown = Shown()
        self._edit_anyway: set[Key] = set()
        self.editor = SourceEditor(f"Source of the {self.name}", self)
        self.editor.setPlaceholderText(self._empty_hint)
        self.editor.edited.connect(self._on_edited)
        self.editor.caret_moved.connect(self._on_caret_moved)
        self.editor.files_dropped.connect(self._on_files_dropped)
        self.editor.image_pasted.connect(self._on_image_pasted)
        self.setFocusProxy(self.editor)
        self.notice = Notice("About this part", self)
        self.anyway_button = self.notice.add_button("Edit anyway", "Edit it although each key will take its time")
        self.anyway_button.clicked.connect(self._on_edit_anyway)
        self.lift_button = self.notice.add_button(LIFT_WORDS, LIFT_HELP)
        self.lift_button.clicked.connect(self._on_lift)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.notice)
        layout.addWidget(self.editor, 1)
        self._build()

    def _build(self) -> None:
        """Add what this kind of part has beside the editor."""
        self._drift: Drift | None = None
        self._is_missing = False
        self.make_button = self.notice.add_button("Make from HTML...", "Make the text from the HTML; shown first")
        self.make_button.clicked.connect(self.make_wanted)

    @property
    def is_locked(self) -> bool:
        """Whether the text cannot be typed in now."""
        return self._shown.is_locked

    def place(self) -> Place:
        """Where the caret is."""
        return Place(self.editor.textCursor())

    def show_part(self, part: Entity | None) -> None:
        """Show a part, or none."""
        self.key = part.key if part is not None else None
        may_be_long = part is not None and part.key in self._edit_anyway
        self._shown = shown_part(self._composer.root, part, self._shown, may_be_long=may_be_long)
        self.editor.setReadOnly(self._shown.is_locked)
        self.editor.setPlaceholderText(self._hint())
        self.editor.show_text(self._shown.text)
        self._say()

    def _hint(self) -> str:
        """What stands in an empty editor: how to begin, or where to look for what is signed or encrypted."""
        is_held_elsewhere = self.key is None and looks_protected(self._composer.root)
        return _HELD_ELSEWHERE if is_held_elsewhere else self._empty_hint

    def forget(self) -> None:
        """Another message comes: nothing that was chosen for the last one holds."""
        self._edit_anyway.clear()

    def show_drift(self, found: "Drift | None", *, is_missing: bool = False) -> None:
        """Say whether the text still says what the HTML says, or that there is none beside the HTML."""
        self._drift, self._is_missing = found, is_missing
        self._say()

    def follow(self, selection: Selection) -> None:
        """Move the caret to what was selected elsewhere."""
        part = self._composer.root.find(selection.key)
        if part is not None and selection.start >= 0 and not self.is_locked:
            self.editor.move_caret(character_of_octet(part, selection.start))

    def _show_ways_out(self) -> None:
        """Offer what lets a part be edited that cannot be now."""
        self.anyway_button.setVisible(self._shown.can_be_edited_anyway)
        self.lift_button.setVisible(self._shown.is_signed)

    def _say(self) -> None:
        """Say the most important thing there is to say."""
        self._show_ways_out()
        is_drifted = self._drift is not None and self._drift.is_wide
        self.make_button.setVisible(not self.is_locked and (is_drifted or self._is_missing))
        if self._shown.reason:
            self.notice.say(self._shown.reason, "warning")
        elif self._is_missing:
            self.notice.say("There is no text beside the HTML: readers without HTML show nothing.", "warning")
        elif is_drifted and self._drift is not None:
            self.notice.say(_drift_sentence(self._drift), "warning")
        else:
            self.notice.say("")

    @Slot(int, int, str)
    def _on_edited(self, position: int, removed: int, added: str) -> None:
        """Hand in what was typed; a refused edit is shown as if it had not been."""
        ids, key, composer = self._composer.ids, self.key, self._composer
        label = f"edit {self.name}"
        before = composer.root.find(key) if key is not None else None
        if key is None:
            made = composer.edit_root(lambda root: self._new_part(root, added), label, merge=True)
        else:
            made = composer.edit_root(
                lambda root: splice(root, key, position, removed, added, ids, utf16=True),
                label,
                merge=continues_word(added, removed),
            )
        if not made:
            self.editor.show_text(self._shown.text)
        elif before is not None:
            self._tell_charset(before)

    def _tell_charset(self, before: Entity) -> None:
        """Say in the status bar that the part has another charset now."""
        after = self._composer.root.find(before.key)
        if after is not None and after.charset != before.charset:
            names = {"utf-8": "UTF-8"}
            charset = names.get(after.charset, after.charset)
            sentence = f"The {self.name} is now {charset}: {before.charset} cannot hold it."
            QCoreApplication.sendEvent(self, QStatusTipEvent(sentence))

    def _new_part(self, root: Entity, text: str) -> Entity:
        """Make the part that was typed into."""
        return with_text(root, text, self._composer.ids)

    @Slot(int)
    def _on_caret_moved(self, position: int) -> None:
        part = self._composer.root.find(self.key) if self.key is not None else None
        if part is not None and not self.is_locked:
            start, stop = octets_of_character(part, position)
            self._composer.select(Selection(part.key, start, stop, self.name))

    @Slot()
    def _on_lift(self) -> None:
        lift_signature(self._composer, self.key)

    @Slot()
    def _on_edit_anyway(self) -> None:
        if self.key is not None:
            self._edit_anyway.add(self.key)
            self.show_part(self._composer.root.find(self.key))
            self.editor.setFocus()

    @Slot(object, object)
    def _on_files_dropped(self, names: list[str], cursor: QTextCursor) -> None:
        self.files_dropped.emit(names, Place(cursor))

    @Slot(object, object)
    def _on_image_pasted(self, image: QImage, cursor: QTextCursor) -> None:
        self.image_pasted.emit(image, Place(cursor))


class HtmlPartPane(TextPartPane):
    """Edits the displayed HTML part, with colours for what is visible."""

    name = "HTML"
    _empty_hint = "Write or paste HTML here. Drop an image to put it where the caret is."

    def _build(self) -> None:
        self.break_button = self.notice.add_button(
            "Break lines between tags", "Break the long lines where it changes nothing that is shown"
        )
        self.break_button.clicked.connect(self._on_break)
        self.editor.images_go_inside = True
        self.colours = HtmlColours(self.editor, self._composer.runner)

    def document(self) -> HtmlDocument | None:
        """Give the tokens of the HTML where they are known and it is shown as it is."""
        return None if self.is_locked else self.colours.document()

    def changeEvent(self, event: QEvent) -> None:
        """Colour anew in another palette."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self.colours.refresh()

    def _say(self) -> None:
        self._show_ways_out()
        self.break_button.setVisible(self._shown.has_long_line)
        self.notice.say(self._shown.reason, "warning")

    def _new_part(self, root: Entity, text: str) -> Entity:
        return with_html(root, text, self._composer.ids)

    @Slot()
    def _on_break(self) -> None:
        """Break the lines of the text as it is in the tree; the editor shows a part of it only."""
        part = self._composer.root.find(self.key) if self.key is not None else None
        if part is None:
            return
        text: Text | None
        try:
            text = part.text_value
        except (EncodingError, EditError) as error:
            self._composer.refused.emit(error)
            return
        whole = str(text)
        from sescomposer.core.html.cid import apply_edits
        from sescomposer.core.html.line_breaks import break_lines

        broken = apply_edits(whole, break_lines(whole, limits.EDITOR_LINE_CHARACTERS))
        self._composer.edit_root(lambda root: with_html(root, broken, self._composer.ids), "break lines")


def _drift_sentence(found: "Drift") -> str:
    """Say what the text lacks."""
    if not found.missing:
        return "The text is empty." if found.is_empty else "The text differs from the HTML."
    named = ", ".join(found.missing[:_WORDS_NAMED])
    more = "..." if len(found.missing) > _WORDS_NAMED else ""
    lead = "The text is empty." if found.is_empty else "The text differs from the HTML."
    return f"{lead} It lacks: {named}{more}"
