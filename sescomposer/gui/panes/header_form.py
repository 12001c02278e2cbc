"""The header form: From, To, Subject and any other field of the message, in any number and order.

It holds nothing of the message: its rows show the fields of the root and announce edits.
"""

from functools import partial
from itertools import pairwise

from PySide6.QtCore import QCoreApplication, QEvent, Qt, Signal, Slot
from PySide6.QtWidgets import QApplication, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from sescomposer.core.encoded_word import Form
from sescomposer.core.errors import HeaderError
from sescomposer.core.findings import Finding
from sescomposer.core.header import HeaderSection
from sescomposer.core.places import field_ends, index_at
from sescomposer.gui.composer import Composer, Selection
from sescomposer.gui.icons import icon
from sescomposer.gui.models.field_names import FieldNames
from sescomposer.gui.models.header_rows import ADDRESS_ROWS, ALWAYS, MAIN_ROWS, HeaderRows, header_rows, is_mime
from sescomposer.gui.panes.field_edits import FieldEdits
from sescomposer.gui.panes.field_row import FieldRow, MainRow
from sescomposer.gui.panes.further_row import FurtherRow
from sescomposer.gui.panes.row_matching import matched
from sescomposer.gui.widgets.chips import RecipientEdit
from sescomposer.gui.widgets.field_line import FieldLine
from sescomposer.gui.widgets.fitting_scroll import FittingScroll

ORIGIN = "form"
_STEP = 50
_HINTS = {"Bcc": "Not sent in the header: sealing takes it out, the envelope keeps it."}
_OPTIONAL = tuple(name for name in MAIN_ROWS if name not in ALWAYS)


class HeaderForm(QWidget):
    """The rows, and the buttons that add one.

    Signals:
        sign_clicked(object): the `FieldRow` whose sign was clicked, which tells of findings.
    """

    sign_clicked = Signal(object)

    def __init__(self, composer: Composer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._composer = composer
        self._edits = FieldEdits(composer)
        self._names = FieldNames(self)
        self._opened: set[str] = set()
        self._most = _STEP
        self._new: FurtherRow | None = None
        self._header: HeaderSection | None = None
        self._tabs: list[QWidget] = []
        self.main: dict[str, MainRow] = {}
        self.further: list[FurtherRow] = []
        self.setAccessibleName("Header fields")
        self._build()
        composer.message_changed.connect(self._on_message_changed)
        composer.replaced.connect(self._on_replaced)
        composer.selection_changed.connect(self._on_selection_changed)
        composer.findings_changed.connect(self._on_findings_changed)
        QApplication.instance().focusChanged.connect(self._on_focus_changed)  # type: ignore[union-attr]
        self._show()
        self._on_selection_changed(composer.selection)
        self._on_findings_changed(composer.findings)

    def _build(self) -> None:
        content = QWidget()
        self._stack = QVBoxLayout(content)
        self._stack.setContentsMargins(0, 0, 0, 0)
        self._stack.setSpacing(8)
        for name in MAIN_ROWS:
            self.main[name] = self._make_main(name, content)
            self._stack.addWidget(self.main[name])
        width = max(row.label.sizeHint().width() for row in self.main.values())
        for row in self.main.values():
            row.label.setFixedWidth(width)
        self._stack.addLayout(self._make_buttons(content, width))
        self._list = QVBoxLayout()
        self._list.setSpacing(4)
        self._stack.addLayout(self._list)
        self.more = QToolButton(content, autoRaise=True)
        self.more.clicked.connect(self._on_more)
        self._stack.addWidget(self.more)
        self._stack.addStretch(1)
        self.area = FittingScroll(content, self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.area)

    def _make_main(self, name: str, parent: QWidget) -> MainRow:
        value = RecipientEdit(name) if name in ADDRESS_ROWS else FieldLine(name)
        row = MainRow(name, value, hint=_HINTS.get(name, ""), removable=name in _OPTIONAL, parent=parent)
        self._follow(row)
        return row

    def _make_buttons(self, parent: QWidget, indent: int) -> QHBoxLayout:
        """Make the line "+ Cc  Bcc  Reply-To  any field..."."""
        line = QHBoxLayout()
        line.setContentsMargins(indent + 16, 0, 0, 0)
        line.setSpacing(4)
        self.add_buttons: dict[str, QToolButton] = {}
        for name in _OPTIONAL:
            self.add_buttons[name] = self._button(name, f"Add a {name} field", parent)
            self.add_buttons[name].clicked.connect(partial(self._open_main, name))
        self.any_button = self._button("Any field…", "Add any header field (Ctrl+Shift+H)", parent)
        self.any_button.clicked.connect(lambda: self.add_field())
        self.mime_button = self._button("MIME fields", "Show the fields that the structure writes itself", parent)
        self.mime_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.mime_button.setCheckable(True)
        self.mime_button.toggled.connect(lambda: self._show())
        for button in (*self.add_buttons.values(), self.any_button):
            line.addWidget(button)
        line.addStretch(1)
        line.addWidget(self.mime_button)
        return line

    def _button(self, words: str, help_text: str, parent: QWidget) -> QToolButton:
        button = QToolButton(parent, autoRaise=True)
        button.setText(words)
        button.setIcon(icon("add", "mark"))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setToolTip(help_text)
        button.setAccessibleName(help_text)
        return button

    def _follow(self, row: FieldRow) -> None:
        row.edited.connect(self._on_edited)
        row.sign_clicked.connect(self.sign_clicked)
        row.remove_wanted.connect(self._on_remove_wanted)
        row.form_chosen.connect(self._on_form_chosen)

    @property
    def rows(self) -> list[FieldRow]:
        """All rows that are shown, from the top."""
        main = [row for row in self.main.values() if row.isVisibleTo(self)]
        return [*main, *self.further, *([self._new] if self._new else [])]

    # The message

    @Slot()
    def _on_message_changed(self) -> None:
        """Show the fields of the root if they are others: most keys are typed into a body."""
        if self._composer.root.header is not self._header:
            self._show()

    def _show(self) -> None:
        """Show the fields of the root."""
        root = self._composer.root
        self._header = root.header
        shown = header_rows(root, with_mime=self.mime_button.isChecked())
        for name, row in self.main.items():
            placed = shown.main.get(name)
            row.show_field(placed.index if placed else -1, placed.field if placed else None, root.line_end)
            is_open = placed is not None or name in ALWAYS or name in self._opened
            row.setVisible(is_open)
            if name in self.add_buttons:
                self.add_buttons[name].setVisible(not is_open)
        self._show_further(shown)
        self.mime_button.setVisible(shown.mime > 0)
        self.mime_button.setText(f"MIME fields ({shown.mime})")
        self._show_marks()
        self._order_tabs()

    def _show_further(self, shown: HeaderRows) -> None:
        """Let each row go on with its field, make new rows and let go of the others."""
        fields = shown.further[: self._most]
        old: list[FurtherRow] = [*self.further, *([self._new] if self._new else [])]
        numbers = matched(old, fields)
        rows = [old[number] if number >= 0 else self._make_further() for number in numbers]
        if self._new in rows:
            self._new = None
        for row in old:
            if row not in rows and row is not self._new:
                self._let_go(row)
        for at, (row, placed) in enumerate(zip(rows, fields, strict=True)):
            if self._list.indexOf(row) != at:
                self._list.removeWidget(row)
                self._list.insertWidget(at, row)
            row.show_field(placed.index, placed.field, self._composer.root.line_end)
        self.further = rows
        rest = len(shown.further) - len(fields)
        self.more.setVisible(rest > 0)
        self.more.setText(f"Show {min(rest, _STEP)} of {rest:,} more fields")

    def _make_further(self) -> FurtherRow:
        row = FurtherRow(self._names, self.area.widget())
        self._follow(row)
        row.named.connect(self._on_named)
        row.step_wanted.connect(self._on_step_wanted)
        row.show()
        return row

    def _let_go(self, row: FurtherRow) -> None:
        had_focus = row.isAncestorOf(QApplication.focusWidget() or self)
        self._list.removeWidget(row)
        row.hide()
        row.deleteLater()
        if had_focus:
            self.any_button.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _on_replaced(self) -> None:
        """Another message: rows without a field go."""
        self._opened.clear()
        self._most = _STEP
        for row in self.main.values():
            row.note.clear()
        if self._new is not None:
            row_gone, self._new = self._new, None
            self._let_go(row_gone)

    def _order_tabs(self) -> None:
        """Let Tab go from the top to the bottom."""
        main = [widget for row in self.main.values() for widget in row.focus_order()]
        rest = [widget for row in self.rows if isinstance(row, FurtherRow) for widget in row.focus_order()]
        order = [*main, *self.add_buttons.values(), self.any_button, self.mime_button, *rest]
        if order == self._tabs:
            return
        self._tabs = order
        for before, after in pairwise(order):
            QWidget.setTabOrder(before, after)

    @Slot()
    def _on_more(self) -> None:
        self._most += _STEP
        self._show()

    # Adding

    @Slot(str)
    def add_field(self, name: str = "") -> None:
        """Begin a new field: a row of its own for Cc, Bcc and Reply-To, else a new row with the focus in its name.

        Args:
            name: Name of the field, "" to have it typed.
        """
        if name in self.main and self.main[name].field is None:
            self._open_main(name)
            return
        if self._new is None:
            self._new = self._make_further()
            self._list.addWidget(self._new)
            self._order_tabs()
        self._new.name_edit.show_text(name)
        self._reveal(self._new)
        self._new.begin()

    def focus_field(self, name: str) -> None:
        """Put the focus into the first field of a name (in any case); where there is none, begin it."""
        wanted = name.lower()
        main = next((known for known in MAIN_ROWS if known.lower() == wanted), "")
        if main:
            self._open_main(main)
            return
        if is_mime(name):
            self.mime_button.setChecked(True)
        row = next((row for row in self.further if row.name.lower() == wanted), None)
        if row is None:
            self.add_field(name)
        else:
            self._reveal(row)
            row.focus_value()

    def _open_main(self, name: str) -> None:
        """Show the row of a name and begin to type into it."""
        self._opened.add(name)
        self._show()
        self._reveal(self.main[name])
        self.main[name].focus_value()

    def _reveal(self, row: FieldRow) -> None:
        # A row that was shown just now has no place before the layout has been told.
        for widget in (self.area.widget(), self.area.viewport(), self.area):
            QCoreApplication.sendPostedEvents(widget, QEvent.Type.LayoutRequest.value)
        self.area.ensureWidgetVisible(row, 0, 8)

    # Edits

    @Slot(object, str)
    def _on_edited(self, row: FieldRow, text: str) -> None:
        """Write a value."""
        if row.index < 0 and isinstance(row, FurtherRow):
            if not row.name:
                row.note.say("Name the field first; the value is kept in the row.", role="note")
            return
        before = row.field.decoded if row.field else ""
        if row.name in self.main:
            self._opened.add(row.name)
        try:
            written = self._edits.write(row.index, row.name, before, text)
        except HeaderError as error:
            row.refuse(error, text)
            return
        row.note.clear()
        if not written:
            row.restore()
        self._select(row)

    @Slot(object, str)
    def _on_named(self, row: FurtherRow, name: str) -> None:
        """Give a field a name; a new row becomes a field by it."""
        main = next((known for known in MAIN_ROWS if known.lower() == name.lower()), "")
        if row.index < 0 and main and self.main[main].field is None:
            self._drop_new()
            self._open_main(main)
            return
        value = row.value.text()
        try:
            written = self._edits_of_name(row, name, value)
        except HeaderError as error:
            row.note.say(f"{error.sentence} {error.hint}".strip())
            row.restore_name()
            return
        row.note.clear()
        if not written:
            row.restore_name()

    def _edits_of_name(self, row: FurtherRow, name: str, value: str) -> bool:
        """Rename, with the row knowing its name first, so that it goes on with the field; what is hidden is shown."""
        before, row.name = row.name, name
        if is_mime(name):
            self.mime_button.setChecked(True)
        try:
            return self._edits.rename(row.index, name, value)
        except HeaderError:
            row.name = before
            raise

    def _drop_new(self) -> None:
        if self._new is not None:
            row, self._new = self._new, None
            self._let_go(row)

    @Slot(object)
    def _on_remove_wanted(self, row: FieldRow) -> None:
        """Take a field out; the focus goes to a row near by."""
        rows = self.rows
        had_focus = row.isAncestorOf(QApplication.focusWidget() or self)
        at = rows.index(row)
        self._opened.discard(row.name)
        row.note.clear()
        if row is self._new:
            self._drop_new()
        elif row.index >= 0:
            self._edits.remove(row.index, row.name)
        else:
            self._show()
        rows = self.rows
        if had_focus and rows:
            rows[min(at, len(rows) - 1)].focus_value()

    @Slot(object, str)
    def _on_form_chosen(self, row: FieldRow, form: Form) -> None:
        if row.index >= 0:
            self._edits.choose_form(row.index, row.name, form)

    @Slot(object, int)
    def _on_step_wanted(self, row: FurtherRow, step: int) -> None:
        """Move a further field before or behind the next one."""
        if row in self.further:
            at = self.further.index(row) + step
            if 0 <= at < len(self.further) and self._edits.move(row.index, self.further[at].index, row.name):
                self._reveal(row)
                self._select(row)

    # Selection and findings

    @Slot(QWidget, QWidget)
    def _on_focus_changed(self, old: QWidget | None, now: QWidget | None) -> None:
        """Select the octets of the field that has the focus."""
        if now is None or not self.isAncestorOf(now):
            return
        row = next((row for row in self.rows if row.isAncestorOf(now)), None)
        if row is not None:
            self._select(row)

    def _select(self, row: FieldRow) -> None:
        root = self._composer.root
        if row.index < 0 or not row.isAncestorOf(QApplication.focusWidget() or self):
            return
        ends = field_ends(root.header)
        start = ends[row.index - 1] if row.index else 0
        self._composer.select(Selection(root.key, start, ends[row.index], ORIGIN))

    @Slot(object)
    def _on_selection_changed(self, selection: Selection) -> None:
        self._show_marks()
        marked = next((row for row in self.rows if row.is_marked), None)
        if marked is not None:
            self._reveal(marked)

    def _show_marks(self) -> None:
        """Mark the row of the field that another pane has selected."""
        index = self._selected_index()
        for row in (*self.main.values(), *self.further):
            row.set_marked(index >= 0 and row.index == index)

    def _selected_index(self) -> int:
        """Number of the field that another pane has selected, -1 if none."""
        selection, root = self._composer.selection, self._composer.root
        is_field = 0 <= selection.start < len(root.header.octets) and selection.key == root.key
        if selection.origin == ORIGIN or not is_field:
            return -1
        ends = field_ends(root.header)
        index = index_at(ends, selection.start)
        return index if selection.stop <= ends[index] else -1

    @Slot(object)
    def _on_findings_changed(self, findings: tuple[Finding, ...]) -> None:
        """Show the findings of each field at its row; what misses a field stands at the row of its name."""
        key = self._composer.root.key
        own = [finding for finding in findings if finding.where.key == key]
        for row in (*self.main.values(), *self.further):
            row.show_findings([finding for finding in own if _is_at(finding, row)])


def _is_at(finding: Finding, row: FieldRow) -> bool:
    """Whether a finding belongs to a row."""
    where = finding.where
    if where.index >= 0:
        return where.index == row.index
    return where.field != "" and where.field.lower() == row.name.lower() and isinstance(row, MainRow)
