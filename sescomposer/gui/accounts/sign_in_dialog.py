"""Signing in again to a single sign-on: the page to visit, the code to compare, and waiting until it is done."""

from collections import deque
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QUrl, Signal, Slot
from PySide6.QtGui import QCloseEvent, QDesktopServices, QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QLineEdit, QProgressBar, QPushButton, QVBoxLayout, QWidget

from sescomposer.core.errors import SesComposerError
from sescomposer.gui.tasks import Context, Task, TaskRunner
from sescomposer.gui.widgets.notice import Notice
from sescomposer.services.sign_in import SignInPrompt

if TYPE_CHECKING:
    from sescomposer.bootstrap import Services

_ASKING = "Asking the sign-on service for a code..."
_WAITING = "Open the page, compare the code, and allow the sign-in there. This window notices when it is done."
_DONE = "Signed in. Repeat what you were doing: nothing was repeated by itself."
_LARGE = 2.0


class SignInDialog(QDialog):
    """Shows address and code and waits on a worker; not modal.

    Signals:
        signed_in(str): the user did so; the name of the profile.
    """

    signed_in = Signal(str)

    def __init__(self, services: "Services", profile: str, runner: TaskRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Sign in again")
        self._services = services
        self._runner = runner
        self._profile = profile
        self._prompts: deque[SignInPrompt] = deque()
        self._task: Task | None = None
        self._url = ""
        self._build()
        self.start()

    @classmethod
    def show_for(cls, services: "Services", profile: str, runner: TaskRunner, parent: QWidget) -> "SignInDialog":
        """Open the dialog beside a window; `runner` has to live as long as that."""
        dialog = cls(services, profile, runner, parent)
        dialog.show()
        return dialog

    def sizeHint(self) -> QSize:
        """Room for a long address."""
        return QSize(520, 320)

    def start(self) -> None:
        """Ask for a code and wait; called again by the button after a failure."""
        self.notice.say("")
        self.words.setText(_ASKING)
        self.again_button.hide()
        self.bar.show()
        self._show_prompt("", "")
        services, profile, prompts = self._services, self._profile, self._prompts

        def operation(context: Context) -> None:
            def tell(prompt: SignInPrompt) -> None:
                prompts.append(prompt)
                context.step(1, 0)

            services.sign_in(profile, tell, context)

        self._task = self._runner.start(operation, quiet=True)
        self._task.progressed.connect(self._on_progressed)
        self._task.succeeded.connect(self._on_succeeded)
        self._task.failed.connect(self._on_failed)
        self._task.finished.connect(self._on_finished)

    def _build(self) -> None:
        self.title = QLabel(f"The sign-in of the AWS profile “{self._profile}” has expired.", self)
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.title.setWordWrap(True)
        self.words = QLabel(self)
        self.words.setWordWrap(True)
        self.notice = Notice("What went wrong", self)
        self.address = _shown_line("Address of the sign-in page", self)
        self.open_button = self._button("&Open page", "Open the address in the browser", self._on_open)
        self.copy_address_button = self._button("Copy &address", "Copy the address", self._on_copy_address)
        self.code = _shown_line("Code", self)
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        font.setPointSizeF(font.pointSizeF() * _LARGE)
        font.setBold(True)
        self.code.setFont(font)
        self.code.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.copy_code_button = self._button("Copy &code", "Copy the code", self._on_copy_code)
        self.bar = QProgressBar(self)
        self.bar.setRange(0, 0)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(8)
        self.bar.setAccessibleName("Waiting for the sign-in")
        self.again_button = self._button("&Try again", "Ask for another code", self.start)
        self.close_button = self._button("Cancel", "Wait no longer; nothing is signed in", self.close)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(16)
        for widget in (self.title, self.words, self.notice):
            column.addWidget(widget)
        column.addLayout(_row(self.code, self.copy_code_button))
        column.addLayout(_row(self.address, self.copy_address_button, self.open_button))
        column.addWidget(self.bar)
        column.addStretch(1)
        column.addLayout(_row(None, self.again_button, self.close_button))

    def _button(self, words: str, tip: str, slot: object) -> QPushButton:
        button = QPushButton(words, self)
        button.setAutoDefault(False)
        button.setToolTip(tip)
        button.clicked.connect(slot)
        return button

    def _show_prompt(self, url: str, code: str) -> None:
        self._url = url
        self.address.setText(url)
        self.address.setCursorPosition(0)
        self.address.setToolTip(url)
        self.code.setText(code)
        for button in (self.open_button, self.copy_address_button, self.copy_code_button):
            button.setEnabled(bool(url))

    @Slot()
    def _on_progressed(self) -> None:
        if self._prompts:
            prompt = self._prompts.popleft()
            self.words.setText(_WAITING)
            self._show_prompt(prompt.url, prompt.code)
            self.open_button.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _on_succeeded(self) -> None:
        self.words.setText(_DONE)
        self.close_button.setText("&Close")
        self.close_button.setFocus(Qt.FocusReason.OtherFocusReason)
        self.signed_in.emit(self._profile)

    @Slot(object)
    def _on_failed(self, error: SesComposerError) -> None:
        self.words.setText("Nothing was signed in.")
        self.notice.say(f"{error.sentence} {error.hint}".strip(), "error")
        self.again_button.show()
        self.again_button.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _on_finished(self) -> None:
        self._task = None
        self.bar.hide()

    @Slot()
    def _on_open(self) -> None:
        # A profile may come from anywhere; a page of a sign-on is on the web.
        if self._url.startswith("https://"):
            QDesktopServices.openUrl(QUrl(self._url))
        else:
            self.notice.say("The address is not one of a web page with https; it is not opened.", "warning")

    @Slot()
    def _on_copy_address(self) -> None:
        QGuiApplication.clipboard().setText(self._url)

    @Slot()
    def _on_copy_code(self) -> None:
        QGuiApplication.clipboard().setText(self.code.text())

    def reject(self) -> None:
        """Escape closes."""
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Wait no longer."""
        if self._task is not None:
            self._task.cancel()
        super().closeEvent(event)


def _shown_line(name: str, parent: QWidget) -> QLineEdit:
    line = QLineEdit(parent)
    line.setReadOnly(True)
    line.setAccessibleName(name)
    line.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    return line


def _row(first: QWidget | None, *others: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(8)
    if first is None:
        row.addStretch(1)
    else:
        row.addWidget(first, 1)
    for widget in others:
        row.addWidget(widget)
    return row
