"""What becomes of dropped files, decided in one place, and the words beside the mouse that say so while they hover.

On the strip everything is attached, messages too. Everywhere else a message file is opened, the event of a calendar
file becomes that of the message, files of keys are asked about, and the others are attached; an image dropped on HTML
is put there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QDropEvent, QPalette
from PySide6.QtWidgets import QFrame, QLabel, QWidget

_MESSAGE = ".eml"
CALENDAR = ".ics"
"""What the names of calendar files end with."""

KEYS = (".p12", ".pfx", ".pem", ".asc", ".cer", ".crt", ".der", ".p7b", ".p7c", ".gpg", ".pgp")
"""What the names of files of keys and certificates end with."""

_LONGEST_NAME = 60
_DISTANCE = 14
_NAME = "drop hint"


@dataclass(frozen=True, slots=True)
class FileDrop:
    """Files by what becomes of them; each in the order it was given.

    Attributes:
        opened: Messages to open.
        embedded: Images to put into the HTML.
        attached: Files to attach.
        events: The calendar file whose event becomes that of the message; of several it is the first.
        keys: Files of keys and certificates, to be asked about.
    """

    opened: tuple[Path, ...] = ()
    embedded: tuple[Path, ...] = ()
    attached: tuple[Path, ...] = ()
    events: tuple[Path, ...] = ()
    keys: tuple[Path, ...] = ()

    def words(self, *, in_new_window: bool = True) -> str:
        """Say what will happen, in the words of a hint.

        >>> FileDrop((Path("a.eml"),), (), (Path("b.pdf"), Path("c.pdf"))).words()
        'Open a.eml in a new window, attach 2 files'
        """
        where = " in a new window" if len(self.opened) == 1 else " in new windows"
        said = [
            f"open {_named(self.opened, 'messages')}{where if in_new_window else ''}" if self.opened else "",
            f"put the event of {_named(self.events, 'files')} into this message" if self.events else "",
            f"ask what {_named(self.keys, 'files of keys')} {'is' if len(self.keys) == 1 else 'are'} for"
            if self.keys
            else "",
            f"put {_named(self.embedded, 'images')} here" if self.embedded else "",
            f"attach {_named(self.attached, 'files')}" if self.attached else "",
        ]
        sentence = ", ".join(words for words in said if words)
        return sentence[:1].upper() + sentence[1:]


def on_strip(paths: Sequence[Path]) -> FileDrop:
    """Sort files that hover over the strip: all are attached."""
    return FileDrop(attached=tuple(paths))


def elsewhere(paths: Sequence[Path], *, images_go_inside: bool = False) -> FileDrop:
    """Sort files that hover over anything else.

    >>> elsewhere([Path("a.EML"), Path("b.png")], images_go_inside=True).words(in_new_window=False)
    'Open a.EML, put b.png here'
    """
    opened = tuple(path for path in paths if path.suffix.lower() == _MESSAGE)
    embedded = tuple(path for path in paths if images_go_inside and _is_image(path))
    events = tuple(path for path in paths if path.suffix.lower() == CALENDAR)[:1]
    keys = tuple(path for path in paths if is_key_file(path))
    attached = tuple(path for path in paths if path not in (*opened, *embedded, *events, *keys))
    return FileDrop(opened, embedded, attached, events, keys)


def is_key_file(path: Path) -> bool:
    """Tell by its name whether a file may be one of keys or certificates.

    >>> is_key_file(Path("Ann.P12")), is_key_file(Path("report.pdf"))
    (True, False)
    """
    return path.suffix.lower() in KEYS


def files_of(event: QDropEvent, taker: QWidget) -> list[Path]:
    """Give the local files that are dragged; none if they come from a card of the same window, which has them."""
    source = event.source()
    if isinstance(source, QWidget) and source.window() is taker.window():
        return []
    return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]


def carries_files(event: QDropEvent) -> bool:
    """Whether local files are dragged, or a card, which would be one; asking writes none."""
    data = event.mimeData()
    return data.hasUrls() and (isinstance(event.source(), QWidget) or any(url.isLocalFile() for url in data.urls()))


class DropHint(QLabel):
    """Words beside the mouse; one for each window."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName(_NAME)
        self.setAccessibleName("What dropping does")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFrameShape(QFrame.Shape.Box)
        self.setMargin(4)
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.ToolTipBase)
        self.setForegroundRole(QPalette.ColorRole.ToolTipText)
        self.hide()

    def follow(self, place: QPoint) -> None:
        """Stand above the mouse, whose place is one of the window, below it where there is no room; never under it."""
        self.adjustSize()
        room = self.window().rect()
        x = min(max(place.x() + _DISTANCE, 0), max(room.width() - self.width(), 0))
        above = place.y() - self.height() - _DISTANCE
        self.move(x, above if above >= 0 else place.y() + 2 * _DISTANCE)
        self.raise_()
        self.show()


def show_hint(over: QWidget, words: str, place: QPoint) -> None:
    """Say beside the mouse what dropping does; `place` is one of the widget `over`."""
    window = over.window()
    hint = _hint_of(window) or DropHint(window)
    hint.setText(words)
    hint.follow(over.mapTo(window, place) if over is not window else place)


def hide_hint(over: QWidget) -> None:
    """Take the words away."""
    hint = _hint_of(over.window())
    if hint is not None:
        hint.hide()


def _hint_of(window: QWidget) -> DropHint | None:
    return window.findChild(DropHint, _NAME, Qt.FindChildOption.FindDirectChildrenOnly)


def _named(paths: Sequence[Path], many: str) -> str:
    if len(paths) > 1:
        return f"{len(paths)} {many}"
    name = paths[0].name or str(paths[0])
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME // 2]}…{name[-_LONGEST_NAME // 2 :]}"


def _is_image(path: Path) -> bool:
    # It reads tables of the system when it is asked first.
    import mimetypes

    return (mimetypes.guess_type(path.name)[0] or "").startswith("image/")
