"""The help, made of a text and of the declared actions, and the box about the program."""

from html import escape

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QMessageBox, QTextBrowser, QVBoxLayout, QWidget

from sescomposer import __version__, resources
from sescomposer.bootstrap import Services
from sescomposer.gui.actions import MENUS, in_menu


def shortcuts_html() -> str:
    """Write the table of all actions with their keys.

    >>> "Ctrl+Shift+P" in shortcuts_html()
    True
    """
    rows = []
    for menu in MENUS:
        rows.append(f"<tr><th align='left' colspan='3'><br>{escape(menu)}</th></tr>")
        for info in in_menu(menu):
            keys = ", ".join(QKeySequence(key).toString() for key in info.keys)
            name, words = escape(info.words), escape(info.help)
            rows.append(
                f"<tr><td>{name}&nbsp;&nbsp;</td><td><b>{escape(keys)}</b>&nbsp;&nbsp;</td><td>{words}</td></tr>"
            )
    return f"<h3>All actions</h3><table cellspacing='4'>{''.join(rows)}</table>"


class HelpDialog(QDialog):
    """One page; it stays open beside the window."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Help")
        self.page = QTextBrowser(self)
        self.page.setAccessibleName("Help text")
        self.page.setOpenLinks(False)
        self.page.setHtml(resources.read_text("help/help.html") + shortcuts_html())
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self.page)
        layout.addWidget(buttons)

    def sizeHint(self) -> QSize:
        """A page to read."""
        return QSize(760, 640)

    @classmethod
    def show_for(cls, parent: QWidget) -> "HelpDialog":
        """Open the help beside a window."""
        dialog = cls(parent)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.show()
        return dialog


def show_about(services: Services, parent: QWidget) -> QMessageBox:
    """Open the box about the program: version, licence, where its files lie."""
    box = QMessageBox(
        QMessageBox.Icon.NoIcon, "About SES Composer", f"<b>SES Composer {__version__}</b>", parent=parent
    )
    folders = services.folders
    size = services.content.size() / 1_048_576
    box.setInformativeText(
        "Write raw email by hand, see every octet, send it.<br>MIT licence; icons of our own.<br><br>"
        f"Data: {escape(str(folders.data))} (content store {size:.1f} MB)<br>"
        f"Settings: {escape(str(folders.settings))}<br>Log: {escape(str(folders.log))}"
    )
    box.setStandardButtons(QMessageBox.StandardButton.Close)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.open()
    return box
