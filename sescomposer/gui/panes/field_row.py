"""One row of the header form: name, value, signs, and below them a refusal and the octets, where asked for.

A row shows a field and announces what the user wants; it changes nothing.
"""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QAction, QContextMenuEvent, QKeySequence, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QGridLayout, QLabel, QMenu, QToolButton, QToolTip, QWidget

from sescomposer.core.errors import MessageError
from sescomposer.core.findings import Finding
from sescomposer.core.header import HeaderField
from sescomposer.gui.icons import icon
from sescomposer.gui.models.header_rows import LONGEST, on_one_line, stands_for
from sescomposer.gui.panes.field_octets import OctetsPanel
from sescomposer.gui.theme import theme_of
from sescomposer.gui.tips import tip
from sescomposer.gui.widgets.chips import RecipientEdit
from sescomposer.gui.widgets.faint import Faint
from sescomposer.gui.widgets.field_line import FieldLine, UndoToWindow
from sescomposer.gui.widgets.note_line import NoteLine

_BAR = 3
_SIGN = QSize(16, 16)
_BUTTON = 24

ValueEdit = FieldLine | RecipientEdit


class FieldRow(QWidget):
    """A row.

    Args:
        name: Name of the field, "" while it has none.
        label: What stands at the start of the row.
        value: What the value is typed into.
        removable: Whether the row has a cross.

    Attributes:
        index: Number of the field in the header section, -1 while there is none.
        field: The field that is shown, None while there is none.

    Signals:
        edited(object, str): the row, and the text that was typed.
        sign_clicked(object): the row.
        remove_wanted(object), step_wanted(object, int), form_chosen(object, str): the row, and what is wanted.
    """

    edited = Signal(object, str)
    sign_clicked = Signal(object)
    remove_wanted = Signal(object)
    step_wanted = Signal(object, int)
    form_chosen = Signal(object, str)

    def __init__(
        self, name: str, label: QWidget, value: ValueEdit, *, removable: bool, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.name = name
        self.label = label
        self.value = value
        self.index = -1
        self.field: HeaderField | None = None
        self.findings: tuple[Finding, ...] = ()
        self._line_end = b"\r\n"
        self._marked = False
        self._offered = ""
        self.long_value: FieldLine | None = None
        self.note = NoteLine(self)
        self.octets: OctetsPanel | None = None
        self.sign = self._tool("note", "")
        self.sign.clicked.connect(self._on_sign)
        self.braces = self._tool("raw", "Show the octets (Alt+Return)")
        self.braces.setCheckable(True)
        self.cross = self._tool("close", "Remove the field (Alt+Delete)")
        self.cross.setVisible(removable)
        self._removable = removable
        self._build()
        self._declare_actions()
        undo = UndoToWindow(self)
        (value.line_edit if isinstance(value, RecipientEdit) else value).installEventFilter(undo)
        value.edited.connect(lambda text: self.edited.emit(self, text))
        self.note.accepted.connect(self._on_accepted)

    def _tool(self, icon_name: str, words: str) -> QToolButton:
        """Make a small button; Tab passes it by, the keyboard has a shortcut for it."""
        button = QToolButton(self, autoRaise=True)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setIcon(icon(icon_name, "mark"))
        button.setIconSize(_SIGN)
        button.setFixedSize(_BUTTON, _BUTTON)
        button.setToolTip(words)
        return button

    def add_tool(self, icon_name: str, words: str) -> QToolButton:
        """Add a button where rows that can be removed have their cross."""
        button = self._tool(icon_name, words)
        button.setAccessibleName(words)
        button.setFixedHeight(self.value.sizeHint().height())
        self._tools.addWidget(button, 0, 1)
        return button

    def _build(self) -> None:
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(8, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(1, 1)
        top = Qt.AlignmentFlag.AlignTop
        self._grid.addWidget(self.label, 0, 0, top)
        self._grid.addWidget(self.value, 0, 1, top)
        self._tools = tools = QGridLayout()
        tools.setSpacing(0)
        # What comes and goes is last: no gap beside the value, and the value keeps its width.
        for column, button in enumerate((self.braces, self.cross, self.sign)):
            policy = button.sizePolicy()
            policy.setRetainSizeWhenHidden(True)
            button.setSizePolicy(policy)
            tools.addWidget(button, 0, column)
        self._grid.addLayout(tools, 0, 2, top)
        self._grid.addWidget(self.note, 1, 1, 1, 2)
        self.sign.hide()
        height = self.value.sizeHint().height()
        for widget in (self.label, self.sign, self.braces, self.cross):
            widget.setFixedHeight(height)

    def _declare_actions(self) -> None:
        rows = [("Show the octets", "Alt+Return", self.braces.toggle)]
        if self._removable:
            rows.append(("Remove the field", "Alt+Delete", lambda: self.remove_wanted.emit(self)))
            rows.append(("Move up", "Alt+Up", lambda: self.step_wanted.emit(self, -1)))
            rows.append(("Move down", "Alt+Down", lambda: self.step_wanted.emit(self, 1)))
        for words, keys, slot in rows:
            action = QAction(words, self)
            action.setShortcut(QKeySequence(keys))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            action.triggered.connect(slot)
            self.addAction(action)
        self.braces.toggled.connect(self._on_braces)
        self.cross.clicked.connect(lambda: self.remove_wanted.emit(self))

    # What is shown

    def show_field(self, index: int, field: HeaderField | None, line_end: bytes) -> None:
        """Show a field of the root; what the user is typing is left alone where it says the same."""
        self.index = index
        self._line_end = line_end
        if field != self.field or field is None:
            self.field = field
            self._show_value()
            if self.octets is not None and self.octets.isVisibleTo(self):
                self.octets.show_field(field, line_end)
        self._name_tools()

    def _show_value(self) -> None:
        text = self.field.decoded if self.field else ""
        is_long = len(text) > LONGEST
        self._show_long(text if is_long else "")
        if is_long:
            return
        if self.field is None or not stands_for(self.value.text(), self.field, self._line_end):
            self.value.show_text(text)

    def _show_long(self, text: str) -> None:
        """Show the beginning of a value that is too long to be edited here."""
        if text and self.long_value is None:
            self.long_value = FieldLine(f"{self.name}, too long to be edited here", self)
            self.long_value.setReadOnly(True)
            self._grid.addWidget(self.long_value, 0, 1, Qt.AlignmentFlag.AlignTop)
        if self.long_value is not None:
            self.long_value.setText(f"{text[:400]}… ({len(text):,} characters: too long to be edited here)")
            self.long_value.setCursorPosition(0)
            self.long_value.setVisible(bool(text))
            self.value.setVisible(not text)

    def restore(self) -> None:
        """Show again what the message says, after an edit that was refused."""
        self.value.show_text(self.field.decoded if self.field else "")

    def refuse(self, error: MessageError, text: str) -> None:
        """Say why a text cannot be stored, show what is stored, and offer the text on one line."""
        self.restore()
        mended = on_one_line(text)
        self._offered = mended if mended != text and len(mended) <= LONGEST else ""
        offer = "Put it on one line" if self._offered else ""
        self.note.say(f"{error.sentence} {error.hint}".strip(), offer=offer)

    def show_findings(self, findings: Sequence[Finding]) -> None:
        """Show by an icon that something was found here; the tool tip says what."""
        self.findings = tuple(findings)
        self.sign.setVisible(bool(findings))
        words = "\n".join(map(_told, findings))
        self.sign.setToolTip(tip(words))
        self.sign.setAccessibleName(words)
        self.value.setAccessibleDescription(words)
        if findings:
            worst = min((finding.severity for finding in findings), key=lambda severity: severity.rank).value
            self.sign.setIcon(icon(worst, worst))

    def set_marked(self, marked: bool) -> None:
        """Mark the row as the selected place of another pane."""
        if marked != self._marked:
            self._marked = marked
            self.update()

    @property
    def is_marked(self) -> bool:
        """Whether another pane has the field selected."""
        return self._marked

    def focus_value(self) -> None:
        """Begin to type the value."""
        self.value.setFocus(Qt.FocusReason.OtherFocusReason)

    def focus_order(self) -> list[QWidget]:
        """Give the widgets that Tab visits, in order."""
        return [self.value]

    def _name_tools(self) -> None:
        self.braces.setAccessibleName(f"Octets of {self.name}")
        self.cross.setAccessibleName(f"Remove {self.name}")

    # What the user does

    def _on_braces(self, wanted: bool) -> None:
        if self.octets is None:
            self.octets = OctetsPanel(self)
            self.octets.text.setAccessibleName(f"Octets of {self.name}")
            self.octets.form_chosen.connect(lambda form: self.form_chosen.emit(self, form))
            self._grid.addWidget(self.octets, 2, 1, 1, 2)
        self.octets.setVisible(wanted)
        if wanted:
            self.octets.show_field(self.field, self._line_end)

    def _on_sign(self) -> None:
        self.sign_clicked.emit(self)
        QToolTip.showText(self.sign.mapToGlobal(QPoint(0, self.sign.height())), self.sign.toolTip(), self.sign)

    def _on_accepted(self) -> None:
        text, self._offered = self._offered, ""
        self.note.clear()
        self.value.show_text(text)
        self.edited.emit(self, text)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what the keys do."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions(self.actions())
        menu.popup(event.globalPos())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the mark: a bar, and a tint under the row."""
        if self._marked:
            painter = QPainter(self)
            painter.fillRect(self.rect(), theme_of(self).tint["selection"])
            edge = self.width() - _BAR if self.isRightToLeft() else 0
            painter.fillRect(QRect(edge, 0, _BAR, self.height()), self.palette().color(QPalette.ColorRole.Highlight))
            painter.end()


def _told(finding: Finding) -> str:
    """Say what was found; what SES alone demands is said to be its rule."""
    rule = f" ({finding.standard})" if finding.standard.startswith("SES ") else ""
    return f"{finding}{rule}"


class MainRow(FieldRow):
    """A row for one of the names that everybody uses: From, To, Cc, Bcc, Reply-To, Subject.

    Args:
        name: The name.
        hint: A few words below the value, "" for none.
        removable: Whether the row goes when it is not wanted.
    """

    def __init__(self, name: str, value: ValueEdit, *, hint: str, removable: bool, parent: QWidget) -> None:
        label = QLabel(name)
        label.setAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter)
        super().__init__(name, label, value, removable=removable, parent=parent)
        self.hint = Faint(hint, self)
        self.hint.setVisible(bool(hint))
        if hint:
            self._grid.addWidget(self.hint, 3, 1, 1, 2)
