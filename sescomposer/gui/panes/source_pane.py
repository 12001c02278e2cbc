"""The raw source of the composer's message: as it is written, or as it would be sealed now."""

from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QShowEvent, QStatusTipEvent
from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout, QWidget

from sescomposer.core.entity import Entity, new_key
from sescomposer.core.identifiers import Identifiers
from sescomposer.core.location import Region, locate, offset_of
from sescomposer.core.offset_carry import OffsetCarry
from sescomposer.core.places import body_start
from sescomposer.core.seal import HIDDEN_FIELDS, as_sealed, hidden_fields, missing_fields, written_control_fields
from sescomposer.gui.composer import Composer, Selection
from sescomposer.gui.panes.raw_pane import RawPane, RawState
from sescomposer.gui.panes.same_place import Span, field_spans, same_span
from sescomposer.gui.reading.strip import SpaceBar

if TYPE_CHECKING:
    from sescomposer.gui.protection.sealed_shape import SealedShape

ORIGIN = "source"


class ProvisionalIdentifiers:
    """Gives the same token, and one Message-ID for each domain: what is shown changes where the message does."""

    def __init__(self, ids: Identifiers) -> None:
        self._ids = ids
        self._token = ids.token()
        self._message_ids: dict[str, str] = {}

    def boundary(self) -> str:
        """See `Identifiers`."""
        return self._ids.boundary()

    def content_id(self, domain: str) -> str:
        """See `Identifiers`."""
        return self._ids.content_id(domain)

    def token(self) -> str:
        """See `Identifiers`."""
        return self._token

    def message_id(self, domain: str, now: datetime) -> str:
        """Give the same Message-ID as before."""
        if domain not in self._message_ids:
            self._message_ids[domain] = self._ids.message_id(domain, now)
        return self._message_ids[domain]


class SourcePane(QWidget):
    """A raw pane bound to the composer; follows the selection and hands in its own."""

    def __init__(self, composer: Composer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._composer = composer
        self._state = RawState.DRAFT
        self._root = composer.root
        self._shape: SealedShape | None = None
        self._outside = new_key()
        self._sealed_at = composer.services.clock.now()
        self._ids = ProvisionalIdentifiers(composer.ids)
        self.raw = RawPane(composer.runner, self)
        self.space_bar = SpaceBar(self)
        self.note = QLabel(self, wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.note.setContentsMargins(8, 4, 8, 4)
        self.note.setAccessibleName("About the source")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.space_bar)
        layout.addWidget(self.raw, 1)
        layout.addWidget(self.note)
        self.setFocusProxy(self.raw)
        self.raw.caret_moved.connect(self._on_caret_moved)
        self.raw.state_wanted.connect(self.show_state)
        self.raw.told.connect(self._on_told)
        self.raw.follow_parts(lambda: self._root)
        self.space_bar.message_wanted.connect(self._on_message_wanted)
        composer.reader.changed.connect(self._on_read)
        composer.message_changed.connect(self._on_message_changed)
        composer.road_changed.connect(self._on_message_changed)
        composer.plan_changed.connect(self._on_plan_changed)
        composer.selection_changed.connect(self._on_selection_changed)
        self._show()

    @property
    def state(self) -> RawState:
        """Which octets are shown."""
        return self._state

    @Slot()
    def open_search(self) -> None:
        """Open the search bar."""
        self.raw.open_search()

    @Slot(object)
    def show_state(self, state: RawState) -> None:
        """Show the draft, or the octets as they would be sealed now."""
        self._state = state
        self._sealed_at = self._composer.services.clock.now()
        self.raw.set_state(state)
        if self._is_inside:
            self._on_message_wanted()
        self._show()
        self._follow(self._composer.selection)

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what changed while nobody looked."""
        super().showEvent(event)
        if self.raw.revision != self._composer.revision:
            self._show()
            self._follow(self._composer.selection)

    @Slot()
    def _on_message_changed(self) -> None:
        if self.isVisible():
            self._show()

    @Slot()
    def _on_plan_changed(self) -> None:
        if self.isVisible() and self._state is RawState.SEALED:
            self._show()

    def _show(self) -> None:
        """Show the octets of the state, with what is marked in them."""
        composer = self._composer
        before, self._root = self._root, self._root_to_show()
        carry = OffsetCarry(before, self._root) if before.key == self._root.key else None
        self.raw.show_octets(self._root.octets, composer.revision, carry)
        if self._is_inside:
            self._mark((), "")
            return
        missing, hidden = missing_fields(composer.root), hidden_fields(composer.root)
        control = written_control_fields(composer.message, composer.road, self._trace)
        marked = (*missing, *control) if self._state is RawState.SEALED else HIDDEN_FIELDS
        shape = self._shape
        about, made = (shape.note, shape.made) if shape is not None else ("", ())
        words = f"{about} {_note(self._state, missing, hidden, control)}".strip()
        self._mark((*field_spans(self._root, marked), *made), words)

    def _mark(self, spans: tuple[Span, ...], words: str) -> None:
        """Mark what sealing decides, and say something of it."""
        self.raw.mark_provisional(spans)
        self.note.setText(words)
        self.note.setVisible(bool(words))
        self._tint(self._composer.selection)

    def _root_to_show(self) -> Entity:
        """Give the message as the state wants it, or what a layer holds that the selected part stands in."""
        reader = self._composer.reader
        space = reader.space_of(self._composer.selection.key)
        if space is None or reader.opened is None:
            self.space_bar.say("")
            return self._root_of_state()
        from sescomposer.gui.layers.words import space_words

        self.space_bar.say(space_words(reader.opened, space))
        self._shape = None
        return space.inside

    @property
    def _is_inside(self) -> bool:
        """Whether the octets shown are those that a layer of protection holds."""
        return bool(self.space_bar.sentence)

    def _root_of_state(self) -> Entity:
        composer = self._composer
        if self._state is RawState.DRAFT:
            self._shape = None
            return composer.root
        message, planned = composer.message, composer.planned
        sealed = as_sealed(message, self._sealed_at, self._ids, composer.road, self._trace)
        wanted = planned.wanted(message.protection) if planned is not None else message.protection
        from sescomposer.gui.protection.sealed_shape import sealed_shape  # here: a start need not wait for it

        self._shape = sealed_shape(sealed, wanted, self._ids, self._outside, hides=bool(hidden_fields(message.root)))
        return self._shape.root

    @property
    def _trace(self) -> str:
        """A tag such as sealing will draw, the same as long as this pane lives."""
        return self._ids.token() if self._composer.message.options.traceable else ""

    @Slot(object)
    def _on_selection_changed(self, selection: Selection) -> None:
        # What is not shown yet is followed once it is.
        if self.isVisible() and self.raw.revision == self._composer.revision:
            self._enter(selection)
            if selection.origin == ORIGIN:
                self._tint(selection)
            else:
                self._follow(selection)

    def _enter(self, selection: Selection) -> None:
        """Show the octets that the selected part stands in, if they are others than those that are shown."""
        space = self._composer.reader.space_of(selection.key)
        wanted = space.inside if space is not None else None
        if wanted is not (self._root if self._is_inside else None):
            self._show()

    @Slot()
    def _on_read(self) -> None:
        """Stay where the selected part is, which may be inside of another layer now."""
        if self.isVisible() and self.raw.revision == self._composer.revision:
            self._enter(self._composer.selection)

    @Slot()
    def _on_message_wanted(self) -> None:
        self._composer.select(Selection(self._composer.root.key))

    def _tint(self, selection: Selection) -> None:
        """Tint the selected part; the message as a whole is not."""
        entity = self._root.find(selection.key)
        if entity is None or entity is self._root:
            self.raw.tint(0, 0)
            return
        start = offset_of(self._root, selection.key)
        self.raw.tint(start, start + len(entity.octets))

    def _follow(self, selection: Selection) -> None:
        """Bring the selected place into view."""
        self._tint(selection)
        entity = self._root.find(selection.key)
        draft = self._composer.find(selection.key)
        if entity is None or draft is None:
            return
        start = offset_of(self._root, selection.key)
        span = None
        if 0 <= selection.start < selection.stop <= len(draft.octets):
            span = same_span(draft, entity, (selection.start, selection.stop))
            if span is None and self._shape and self._shape.has_inside and draft is self._composer.root:
                # Most fields of the message stand outside of what is signed.
                start, span = 0, same_span(draft, self._root, (selection.start, selection.stop))
        if span is None:
            self.raw.place_caret(start)
        else:
            self.raw.select_span(start + span[0], start + span[1])

    @Slot(object)
    def _on_caret_moved(self, offset: int) -> None:
        """Select what the caret is in: a header field, a delimiter, a line of a body."""
        if self.raw.revision != self._composer.revision:
            return
        found = locate(self._root, offset)
        start = offset_of(self._root, found.entity.key)
        span: Span | None = (found.start - start, found.stop - start)
        if found.region is Region.BODY:
            span = self._line_span(found.entity, offset - start)
        draft = self._composer.find(found.entity.key)
        if draft is None and found.entity is self._root and found.region is Region.FIELD:
            draft = self._composer.root
        if draft is not None and span is not None:
            span = same_span(found.entity, draft, span)
        if draft is not None and span is not None:
            self._composer.select(Selection(draft.key, *span, ORIGIN))

    @staticmethod
    def _line_span(entity: Entity, offset: int) -> Span:
        """Give the line of the body that an offset of the entity is in."""
        octets, head = entity.body.octets, body_start(entity)
        line = octets.line_of(offset - head)
        stop = octets.line_start(line + 1) if line < octets.newlines else len(octets)
        return head + octets.line_start(line), head + stop

    @Slot(str)
    def _on_told(self, sentence: str) -> None:
        QApplication.sendEvent(self, QStatusTipEvent(sentence))


def _note(state: RawState, missing: tuple[str, ...], hidden: tuple[str, ...], control: tuple[str, ...] = ()) -> str:
    """Say what is marked, and what is not there.

    >>> _note(RawState.DRAFT, (), ("Bcc",))
    'Bcc, marked above, is not sent.'
    >>> _note(RawState.SEALED, ("Date", "Message-ID"), ("Bcc",))
    'Date and Message-ID are provisional: sealing decides them. Bcc is not sent.'
    """
    not_sent = " and ".join(hidden)
    verb = "are" if len(hidden) > 1 else "is"
    if state is RawState.DRAFT:
        return f"{not_sent}, marked above, {verb} not sent." if hidden else ""
    words = []
    if missing:
        verb_of_missing = (
            "are provisional: sealing decides them" if len(missing) > 1 else "is provisional: sealing decides it"
        )
        words.append(f"{' and '.join(missing)} {verb_of_missing}.")
    if control:
        words.append(f"{' and '.join(control)}: written for SES by this road, and taken out by it.")
    if hidden:
        words.append(f"{not_sent} {verb} not sent.")
    return " ".join(words)
