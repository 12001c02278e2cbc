"""The editors of HTML and text: each projects one part of the tree and hands in what was typed."""

from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QTimer, Slot
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog, QTabWidget, QVBoxLayout, QWidget

from sescomposer.core.body_parts import body_parts
from sescomposer.core.entity import Entity
from sescomposer.core.errors import EncodingError
from sescomposer.core.html.cid import insert_image
from sescomposer.core.html.document import HtmlDocument
from sescomposer.core.html.drift import Drift, DriftKind, drift
from sescomposer.core.html.plain_text import plain_text
from sescomposer.core.identifiers import Identifiers
from sescomposer.core.message import Message
from sescomposer.core.structure import Attachment, embed, with_html, with_text
from sescomposer.gui.composer import Composer
from sescomposer.gui.icons import icon
from sescomposer.gui.panes.text_part_pane import HtmlPartPane, TextPartPane
from sescomposer.gui.tasks import Context

_DRIFT_PAUSE_MS = 400
IMAGES = "Images (*.png *.jpg *.jpeg *.gif *.webp *.svg *.bmp);;All files (*)"


class BodyEditors(QWidget):
    """Two tabs: HTML and text, with the mark of drift between them."""

    def __init__(self, composer: Composer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._composer = composer
        self.tabs = QTabWidget(self, documentMode=True)
        self.tabs.setAccessibleName("Editors")
        self.html = HtmlPartPane(composer, self)
        self.text = TextPartPane(composer, self)
        self.tabs.addTab(self.html, icon("html"), "HTML")
        self.tabs.addTab(self.text, icon("text"), "Text")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.tabs)
        self.text.make_wanted.connect(self.make_text_from_html)
        self.html.images_dropped.connect(self.embed_paths)
        self.html.image_pasted.connect(self._on_image_pasted)
        self._pause = QTimer(self, singleShot=True, interval=_DRIFT_PAUSE_MS)
        self._pause.timeout.connect(self._measure_drift)
        composer.message_changed.connect(self._on_message_changed)
        composer.replaced.connect(self._on_replaced)
        composer.selection_changed.connect(self._on_selection_changed)
        self._on_replaced()
        self._on_message_changed()

    @Slot()
    def make_text_from_html(self) -> None:
        """Make the text from the HTML, shown as a difference first."""
        from sescomposer.gui.dialogs.diff_dialog import DiffDialog

        parts = body_parts(self._composer.root)
        try:
            html = parts.html.text() if parts.html else ""
            before = parts.text.text() if parts.text else ""
        except EncodingError as error:
            self._composer.refused.emit(error)
            return
        after = plain_text(HtmlDocument.of(html))
        if DiffDialog.ask(self, "Text from HTML", before, after, "Use this text"):
            ids = self._composer.ids
            self._composer.edit_root(lambda root: with_text(root, after, ids), "text from HTML")

    @Slot()
    def choose_image(self) -> None:
        """Choose images and put them where the caret of the HTML is."""
        names, _ = QFileDialog.getOpenFileNames(self, "Inline image", "", IMAGES)
        if names:
            self.embed_paths(names, self.html.caret())

    @Slot(object, int)
    def embed_paths(self, names: list[str], position: int) -> None:
        """Take snapshots of image files on a worker and put them into the HTML.

        Args:
            names: Local paths.
            position: Where in the HTML, in characters.
        """
        documents = self._composer.services.documents

        def operation(context: Context) -> tuple[list[Attachment], int]:
            return [documents.attached(Path(name), context) for name in names], position

        task = self._composer.runner.start(operation)
        task.succeeded.connect(self._on_images)

    @Slot(object)
    def _on_images(self, answer: tuple[list[Attachment], int]) -> None:
        images, position = answer
        ids = self._composer.ids

        def edit(message: Message) -> Message:
            root = message.root
            for image in reversed(images):
                root = _with_image(root, image, position, ids)
            return message.with_root(root)

        self._composer.apply(edit, "inline image")
        self.tabs.setCurrentWidget(self.html)

    @Slot(object)
    def _on_image_pasted(self, image: QImage) -> None:
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        image.save(buffer, b"PNG")
        pasted = self._composer.services.documents.pasted(bytes(buffer.data().data()), "image.png")
        self._on_images(([pasted], self.html.caret()))

    @Slot()
    def _on_message_changed(self) -> None:
        parts = body_parts(self._composer.root)
        self.html.show_part(parts.html)
        self.text.show_part(parts.text)
        self._pause.start()

    @Slot()
    def _on_replaced(self) -> None:
        """A new message shows the editor of what it has."""
        self.tabs.setCurrentIndex(0 if body_parts(self._composer.root).html is not None else 1)

    @Slot(object)
    def _on_selection_changed(self) -> None:
        """Bring the editor of the selected part to the front."""
        selection = self._composer.selection
        for pane in (self.html, self.text):
            if pane.key == selection.key and selection.origin != pane.name:
                self.tabs.setCurrentWidget(pane)
                pane.follow(selection)

    @Slot()
    def _measure_drift(self) -> None:
        """Compare text and HTML on a worker."""
        parts = body_parts(self._composer.root)
        if parts.html is None or parts.text is None:
            self.text.show_drift(None)
            return
        html, text = parts.html, parts.text

        def operation(context: Context) -> Drift | None:
            try:
                return drift(HtmlDocument.of(html.text()), text.text())
            except EncodingError:
                return None

        task = self._composer.runner.start(operation)
        task.succeeded.connect(self._on_drift)

    @Slot(object)
    def _on_drift(self, found: Drift | None) -> None:
        self.text.show_drift(found)
        differs = found is not None and found.kind in (DriftKind.DRIFTED, DriftKind.EMPTY)
        self.tabs.setTabText(1, "Text (differs from HTML)" if differs else "Text")


def _with_image(root: Entity, image: Attachment, position: int, ids: Identifiers) -> Entity:
    """Add an inline image and its reference in the HTML, which is made if there is none."""
    root, content_id = embed(root, image, ids)
    html = body_parts(root).html
    text = html.text() if html is not None else ""
    edit = insert_image(text, min(position, len(text)), content_id, Path(image.file_name).stem)
    return with_html(root, text[: edit.position] + edit.added + text[edit.position + edit.removed :], ids)
