"""The preview where no web engine runs: a text browser that shows parts of the message and asks for nothing else."""

import base64
import binascii
from urllib.parse import unquote_to_bytes

from PySide6.QtCore import QSize, Qt, QUrl, Signal, Slot
from PySide6.QtGui import QColor, QImage, QPalette, QTextDocument
from PySide6.QtWidgets import QTextBrowser, QWidget

from sescomposer.core.html.preview_document import Page, PreviewPart, RemoteImage
from sescomposer.gui.preview.address import SCHEME, parse_path
from sescomposer.gui.preview.coloured_frames import join_coloured_blocks
from sescomposer.gui.preview.remote_images import FetchedImage, RemoteImages

LARGEST_PAGE = 150_000
"""Characters that are shown: it lays out on the window's own thread, about 0.7 ms for 1,000 of them."""

_IMAGE = QTextDocument.ResourceType.ImageResource.value
_DARK = (QColor("#1e1e1e"), QColor("#e6e6e6"), QColor("#8ab4f8"))
_LIGHT = (QColor("#ffffff"), QColor("#1a1a1a"), QColor("#0b57d0"))


class _ClosedDocument(QTextDocument):
    """A document whose resources are those of a page. It never says "not found": Qt would look for a file then."""

    def __init__(self, images: RemoteImages, parent: QTextBrowser) -> None:
        super().__init__(parent)
        self._images = images
        self._number = -1
        self._page = Page("")
        self._octets_of: dict[int, bytes] = {}
        self._fetched: dict[str, FetchedImage] = {}

    def show_page(self, number: int, page: Page) -> None:
        """Show a page from the top."""
        # Decoded before Qt asks: an exception that leaves `loadResource` would end the process.
        self._octets_of = {
            index: resource.octets()
            for index, resource in enumerate(page.resources)
            if isinstance(resource, PreviewPart)
        }
        self._number, self._page = number, page
        self.clear()
        # Links would have the colour of the window's palette, unreadable on paper of the other kind.
        self.setDefaultStyleSheet(f"a {{ color: {(_DARK if page.dark else _LIGHT)[2].name()} }}")
        self.setHtml(page.html[:LARGEST_PAGE])
        join_coloured_blocks(self)

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        """Give an image of the message, or an empty one; style sheets are always empty."""
        if kind != _IMAGE:
            return ""
        url = QUrl(name) if isinstance(name, str) else name
        image = QImage()
        image.loadFromData(self._octets(url))
        return image if not image.isNull() else _missing_image()

    def _octets(self, url: QUrl) -> bytes:
        if url.scheme() == "data":
            return _data_octets(url.toString(QUrl.ComponentFormattingOption.FullyEncoded))
        asked = parse_path(url.path()) if url.scheme() == SCHEME else None
        if asked is None or asked[0] != self._number or not 0 <= asked[1] < len(self._page.resources):
            return b""
        resource = self._page.resources[asked[1]]
        return self._remote(url, resource.url) if isinstance(resource, RemoteImage) else self._octets_of[asked[1]]

    def _remote(self, url: QUrl, address: str) -> bytes:
        """Give an image from elsewhere if it is here already; else ask for it and show it when it comes."""
        number = self._number
        if address not in self._fetched:
            self._fetched[address] = FetchedImage()
            self._images.fetch(address, lambda image: self._on_fetched(number, url, address, image))
        return self._fetched[address].octets

    def _on_fetched(self, number: int, url: QUrl, address: str, image: FetchedImage) -> None:
        self._fetched[address] = image
        shown = QImage()
        shown.loadFromData(image.octets)
        if number == self._number and not shown.isNull():
            self.addResource(_IMAGE, url, shown)
            self.markContentsDirty(0, self.characterCount())


def _missing_image() -> QImage:
    image = QImage(QSize(16, 16), QImage.Format.Format_ARGB32)
    image.fill(QColor(128, 128, 128, 96))
    return image


def _data_octets(address: str) -> bytes:
    """Give the octets of a data: address (RFC 2397); none if it is malformed."""
    head, _, content = address.partition(",")
    octets = unquote_to_bytes(content)
    if not head.endswith(";base64"):
        return octets
    try:
        return base64.b64decode(octets)
    except binascii.Error:
        return b""


class TextPreview(QTextBrowser):
    """Shows pages of messages as far as Qt's rich text goes.

    Signals: as `WebPreview`; `ended` never comes.
    """

    link_activated = Signal(str)
    link_hovered = Signal(str)
    shown = Signal()
    ended = Signal()

    def __init__(self, images: RemoteImages, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = _ClosedDocument(images, self)
        self.setDocument(self._document)
        self.setOpenLinks(False)
        self.setAccessibleName("Preview of the message")
        self.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        self.setUndoRedoEnabled(False)
        self.anchorClicked.connect(self._on_anchor_clicked)
        self.highlighted.connect(self._on_highlighted)
        self._points = self.font().pointSizeF()

    def show_page(self, number: int, page: Page, *, keep_scroll: bool) -> None:
        """Show a page; see `WebPreview.show_page`."""
        paper, ink, link = _DARK if page.dark else _LIGHT
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Base, paper)
        palette.setColor(QPalette.ColorRole.Text, ink)
        palette.setColor(QPalette.ColorRole.Link, link)
        self.setPalette(palette)
        bar = self.verticalScrollBar()
        position = bar.value() if keep_scroll else 0
        self._document.show_page(number, page)
        bar.setValue(position)
        self.shown.emit()

    def set_zoom(self, factor: float) -> None:
        """Set the zoom of text that has no size of its own."""
        font = self.font()
        font.setPointSizeF(max(1.0, self._points * factor))
        self._document.setDefaultFont(font)

    def doSetSource(self, name: QUrl | str, kind: QTextDocument.ResourceType | None = None) -> None:
        """Go nowhere: a page is set by `show_page` alone."""

    @Slot(QUrl)
    def _on_anchor_clicked(self, url: QUrl) -> None:
        self.link_activated.emit(url.toString())

    @Slot(QUrl)
    def _on_highlighted(self, url: QUrl) -> None:
        self.link_hovered.emit(url.toString())
