"""The editors of HTML, text and event: each projects one part of the tree and hands in what was typed."""

from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog, QTabWidget, QVBoxLayout, QWidget

from sescomposer.core.body_parts import body_parts
from sescomposer.core.entity import Entity
from sescomposer.core.errors import EncodingError
from sescomposer.core.structure import attach, with_text
from sescomposer.gui.composer import Composer, Selection
from sescomposer.gui.file_intake import FileIntake, Intake
from sescomposer.gui.icons import icon
from sescomposer.gui.invitation.tab import InvitationTab
from sescomposer.gui.panes.text_part_pane import HtmlPartPane, Place, TextPartPane
from sescomposer.gui.tasks import Context
from sescomposer.gui.widgets.progress_line import ProgressLine

if TYPE_CHECKING:
    from sescomposer.core.html.drift import Drift

_DRIFT_PAUSE_MS = 400
IMAGES = "Images (*.png *.jpg *.jpeg *.gif *.webp *.svg *.bmp);;All files (*)"


class BodyEditors(QWidget):
    """Three tabs: HTML, text, with the mark of drift between them, and the event.

    Signals:
        messages_dropped(object): paths of message files to open.
    """

    messages_dropped = Signal(object)

    def __init__(self, composer: Composer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._composer = composer
        self.tabs = QTabWidget(self)
        self.tabs.setDocumentMode(True)
        self.tabs.setAccessibleName("Editors")
        self.html = HtmlPartPane(composer, self)
        self.text = TextPartPane(composer, self)
        self.tabs.addTab(self.html, icon("html"), "HTML")
        self.invitation = InvitationTab(composer, self)
        self.tabs.addTab(self.text, icon("text"), "Text")
        self.tabs.addTab(self.invitation, icon("invitation"), "Invitation")
        self.progress = ProgressLine(self)
        self.tabs.setCornerWidget(self.progress)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.tabs)
        self.intake = FileIntake(composer, self)
        self.intake.started.connect(self.progress.follow)
        self.intake.taken.connect(self._on_taken)
        self._drift_pause = QTimer(self, singleShot=True, interval=_DRIFT_PAUSE_MS)
        self._drift_pause.timeout.connect(self._measure_drift)
        self._measured: tuple[Entity | None, Entity | None] = (None, None)
        self._measuring = False
        self._connect()
        self._on_replaced()

    def _connect(self) -> None:
        self.tabs.currentChanged.connect(self._on_tab)
        self._on_tab()
        self.text.make_wanted.connect(self.make_text_from_html)
        for pane in (self.html, self.text):
            pane.files_dropped.connect(self._on_files_dropped)
            pane.editor.messages_dropped.connect(self.messages_dropped)
            pane.image_pasted.connect(self._on_image_pasted)
        self._composer.message_changed.connect(self._on_message_changed)
        self._composer.replaced.connect(self._on_replaced)
        self._composer.selection_changed.connect(self._on_selection_changed)

    @Slot()
    def _on_tab(self) -> None:
        """Let who moves to the editors come to the text, not to the tabs above it."""
        panes = {self.html: self.html.editor, self.text: self.text.editor}
        self.setFocusProxy(panes.get(self.tabs.currentWidget(), self.invitation))  # type: ignore[call-overload]

    @Slot()
    def make_text_from_html(self) -> None:
        """Make the text from the HTML on a worker, and show it as a difference first."""
        parts = body_parts(self._composer.root)
        html, text = parts.html, parts.text

        def operation(context: Context) -> tuple[str, str]:
            from sescomposer.core.html.document import HtmlDocument
            from sescomposer.core.html.plain_text import plain_text

            before = text.text() if text is not None else ""
            return before, plain_text(HtmlDocument.of(html.text() if html is not None else ""))

        task = self._composer.runner.start(operation)
        task.succeeded.connect(self._on_text_made)

    @Slot(object)
    def _on_text_made(self, answer: tuple[str, str]) -> None:
        from sescomposer.gui.dialogs.diff_dialog import DiffDialog

        before, after = answer
        if DiffDialog.ask(self, "Text from HTML", before, after, "Use this text"):
            ids = self._composer.ids
            self._composer.edit_root(lambda root: with_text(root, after, ids), "make text from HTML")

    @Slot()
    def choose_image(self) -> None:
        """Choose images and put them where the caret of the HTML is."""
        names, _ = QFileDialog.getOpenFileNames(self, "Inline image", "", IMAGES)
        if names:
            self.intake.take_files([Path(name) for name in names], self.html.place())

    @Slot(object, object)
    def _on_files_dropped(self, names: list[str], place: Place) -> None:
        """Images go into the HTML they were dropped on; everything else is attached."""
        wish = place if self.sender() is self.html else None
        self.intake.take_files([Path(name) for name in names], wish)

    @Slot(object, object)
    def _on_image_pasted(self, image: QImage, place: Place) -> None:
        self.intake.take_image(image, place if self.sender() is self.html else None)

    @Slot(object)
    def _on_taken(self, intake: Intake) -> None:
        """Put images where they were dropped, and attach the other files; one step."""
        ids, place = self._composer.ids, cast(Place | None, intake.wish)
        images = [a for a in intake.attachments if place is not None and a.media_type.startswith("image/")]
        others = [a for a in intake.attachments if a not in images]
        position = self.html.editor.shown.character_of_utf16(place.units) if place is not None else 0

        def edit(root: Entity) -> Entity:
            if images:
                from sescomposer.core.inline_images import with_inline_images

                root = with_inline_images(root, images, position, ids)
            for other in others:
                root = attach(root, other, ids)
            return root

        if images or others:
            self._composer.edit_root(edit, "insert image" if images else "attach files")

    @Slot()
    def _on_message_changed(self) -> None:
        parts = body_parts(self._composer.root)
        self.html.show_part(parts.html)
        self.text.show_part(parts.text)
        if self._measured != (parts.html, parts.text):
            self._drift_pause.start()

    @Slot()
    def _on_replaced(self) -> None:
        """A new message shows the editor of what it has."""
        for pane in (self.html, self.text):
            pane.forget()
        self._on_message_changed()
        for pane in (self.html, self.text):
            pane.editor.move_caret(0)
        parts = body_parts(self._composer.root)
        is_event_alone = parts.calendar is not None and parts.text is None
        self.tabs.setCurrentIndex(0 if parts.html is not None else 2 if is_event_alone else 1)

    @Slot(object)
    def _on_selection_changed(self, selection: Selection) -> None:
        """Bring the editor of the selected part to the front."""
        for pane in (self.html, self.text):
            if pane.key == selection.key and selection.origin not in (self.html.name, self.text.name):
                self.tabs.setCurrentWidget(pane)
                pane.follow(selection)
        if self.invitation.holds(selection):
            self.tabs.setCurrentWidget(self.invitation)
            self.invitation.follow(selection)

    @Slot()
    def _measure_drift(self) -> None:
        """Compare text and HTML on a worker, one comparison at a time."""
        if self._measuring:
            self._drift_pause.start()
            return
        parts = body_parts(self._composer.root)
        html, text = parts.html, parts.text
        self._measured = html, text
        if html is None or text is None:
            self._show_drift(None, is_missing=html is not None)
            return

        def operation(context: Context) -> "Drift | None":
            # Here, because a start need not wait for it.
            from sescomposer.core.html.document import HtmlDocument
            from sescomposer.core.html.drift import drift

            try:
                return drift(HtmlDocument.of(html.text()), text.text())
            except EncodingError:
                # One of them cannot be read; its pane says so.
                return None

        self._measuring = True
        task = self._composer.runner.start(operation)
        task.succeeded.connect(self._on_drift)
        task.finished.connect(self._on_measured)

    @Slot(object)
    def _on_drift(self, found: "Drift | None") -> None:
        self._show_drift(found)

    @Slot()
    def _on_measured(self) -> None:
        self._measuring = False

    def _show_drift(self, found: "Drift | None", *, is_missing: bool = False) -> None:
        """Mark the tab in words and with a sign, and say in the pane what differs."""
        self.text.show_drift(found, is_missing=is_missing)
        differs = found is not None and found.is_wide
        words = "Text, differs from HTML" if differs else "Text, missing" if is_missing else "Text"
        self.tabs.setTabText(1, words)
        self.tabs.setTabIcon(1, icon("warning", "warning") if differs or is_missing else icon("text"))
