"""The bar that names the hosts whose images are not loaded, and the one button that changes that."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from sescomposer.gui import icons


class ImagesBar(QFrame):
    """Shown while a message wants images from hosts that were not unlocked for it.

    Signals:
        unlocked(object): the reader let images of all hosts named so far be fetched (frozenset of str).
    """

    unlocked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("remote_images_bar")
        self.setAccessibleName("Images from elsewhere")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self._hosts: frozenset[str] = frozenset()
        self.hosts_unlocked: frozenset[str] = frozenset()
        self._text = QLabel(self)
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.button = QPushButton(icons.icon("image"), "&Load images", self)
        self.button.clicked.connect(self._on_clicked)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 4, 8, 4)
        layout.addWidget(self._text, 1)
        layout.addWidget(self.button)
        self.hide()

    def lock(self) -> None:
        """Forget what was unlocked: another message is shown."""
        self.hosts_unlocked = frozenset()

    def show_hosts(self, hosts: tuple[str, ...]) -> None:
        """Name those of the hosts that are not unlocked; hide where there are none."""
        self._hosts = frozenset(hosts) - self.hosts_unlocked
        named = ", ".join(sorted(self._hosts))
        self._text.setText(
            f"Images from {named} are not loaded: loading them tells that the message was looked at, when and where."
        )
        self.button.setAccessibleName(f"Load images from {named}")
        self.setVisible(bool(self._hosts))

    @Slot()
    def _on_clicked(self) -> None:
        self.hosts_unlocked |= self._hosts
        self.hide()
        self.unlocked.emit(self.hosts_unlocked)
