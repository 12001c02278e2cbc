"""Our one family of icons, drawn in the colour of the text beside them; the only module that knows their file names.

An icon is drawn when it is painted, in the palette's colours of that moment and for the screen's scale, so nothing has
to be made anew when light turns dark or a window moves to another screen.
"""

from enum import StrEnum
from functools import cache, lru_cache

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QIconEngine, QPainter, QPalette, QPixmap

from sescomposer import resources

_GRID = 24


class Icon(StrEnum):
    """Name of an icon; the file is `resources/icons/<name>.svg`."""

    NEW = "new"
    OPEN = "open"
    SAVE = "save"
    ATTACH = "attach"
    IMAGE = "image"
    INVITATION = "invitation"
    SIGN = "sign"
    ENCRYPT = "encrypt"
    CHECK = "check"
    SEND = "send"
    INBOX = "inbox"
    UNDO = "undo"
    REDO = "redo"
    SEARCH = "search"
    CLOSE = "close"
    ADD = "add"
    REMOVE = "remove"
    UP = "up"
    DOWN = "down"
    ENVELOPE = "envelope"
    TREE = "tree"
    RAW = "raw"
    PREVIEW = "preview"
    TEXT = "text"
    HTML = "html"
    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"
    OK = "ok"
    FILE = "file"
    PDF = "pdf"
    COPY = "copy"
    SETTINGS = "settings"
    KEY = "key"
    MORE = "more"
    PHONE = "phone"
    DESKTOP = "desktop"
    MOON = "moon"
    SUN = "sun"
    LOCK = "lock"


def icon(name: str, role: str = "") -> QIcon:
    """Give an icon.

    Args:
        name: A member of `Icon` or its value.
        role: Text role of the theme to draw it in ("error", "part_html"); without one it has the colour of text.

    Raises:
        ValueError: there is no icon of that name.
    """
    return QIcon(_Engine(Icon(name), role))


def pixmap(name: str, size: QSize, colour: QColor, scale: float = 1.0) -> QPixmap:
    """Draw an icon.

    Args:
        name: A member of `Icon` or its value.
        size: Size in device-independent pixels.
        colour: What `currentColor` becomes.
        scale: Device pixels per device-independent pixel.
    """
    return _drawn(str(Icon(name)), size.width(), size.height(), colour.name(QColor.NameFormat.HexArgb), scale)


@cache
def _source(name: str) -> str:
    return resources.read_text(f"icons/{name}.svg")


@lru_cache(maxsize=512)
def _drawn(name: str, width: int, height: int, colour: str, scale: float) -> QPixmap:
    # What draws is needed when something is painted, not when an icon is named.
    from PySide6.QtCore import Qt
    from PySide6.QtSvg import QSvgRenderer

    drawn = QPixmap(round(width * scale), round(height * scale))
    drawn.setDevicePixelRatio(scale)
    drawn.fill(Qt.GlobalColor.transparent)
    side = min(width, height)
    target = QRectF((width - side) / 2, (height - side) / 2, side, side)
    painter = QPainter(drawn)
    painter.setOpacity(QColor(colour).alphaF())
    opaque = QColor(colour).name(QColor.NameFormat.HexRgb)
    QSvgRenderer(QByteArray(_source(name).replace("currentColor", opaque).encode())).render(painter, target)
    painter.end()
    return drawn


class _Engine(QIconEngine):
    """Draws one icon in the palette's colours of the moment."""

    def __init__(self, name: Icon, role: str) -> None:
        super().__init__()
        self._name = name
        self._role = role

    def clone(self) -> QIconEngine:
        return _Engine(self._name, self._role)

    def key(self) -> str:
        return "sescomposer"

    def iconName(self) -> str:
        return str(self._name)

    def isNull(self) -> bool:
        return False

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        device = painter.device()
        painter.drawPixmap(rect, pixmap(self._name, rect.size(), self._colour(mode), device.devicePixelRatioF()))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return pixmap(self._name, size, self._colour(mode))

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:
        # Qt asks in device pixels here.
        logical = QSize(round(size.width() / scale), round(size.height() / scale))
        return pixmap(self._name, logical, self._colour(mode), scale)

    def actualSize(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QSize:
        return size

    def availableSizes(self, mode: QIcon.Mode = QIcon.Mode.Normal, state: QIcon.State = QIcon.State.Off) -> list[QSize]:
        return [QSize(_GRID, _GRID)]

    def _colour(self, mode: QIcon.Mode) -> QColor:
        palette = QGuiApplication.palette()
        match mode:
            case QIcon.Mode.Disabled:
                return palette.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.ButtonText)
            case QIcon.Mode.Selected:
                return palette.color(QPalette.ColorRole.HighlightedText)
            case _ if self._role:
                from sescomposer.gui.theme import theme_for

                return theme_for(palette).text[self._role]
            case _:
                return palette.color(QPalette.ColorRole.ButtonText)
