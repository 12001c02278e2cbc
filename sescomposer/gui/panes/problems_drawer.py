"""The problems of the message: ranked, each with its place, its reason and its fix."""

from PySide6.QtCore import QModelIndex, QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QMenu,
    QSizePolicy,
    QToolButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from sescomposer.core.errors import MessageError
from sescomposer.core.findings import Finding, Severity, Where
from sescomposer.gui.composer import Composer, Selection
from sescomposer.gui.icons import icon
from sescomposer.gui.models.findings_model import FIX, MOST, PART, PROBLEM, STANDARD, FindingsModel
from sescomposer.gui.panes.problem_details import ProblemDetails
from sescomposer.gui.panes.same_place import field_spans
from sescomposer.gui.tips import tip
from sescomposer.gui.widgets.rows import in_rows

ORIGIN = "problems"
_LOOKING = "Looking for what SES or readers would stumble over…"
_NOTHING = "Nothing found that SES or readers would stumble over."
_CHECKED = (
    "header fields, addresses, parts and their order, encodings and charsets, links between parts, file types, size, "
    "and what readers expect"
)
_LIST_HEIGHT = 144
_UNBOUND = 16777215


class ProblemsDrawer(QWidget):
    """A line that counts, and under it the list, open or closed.

    Signals:
        account_wanted(): what was chosen lies in the account, not in the message.
        keys_wanted(): what was chosen lies in keys and policies.
    """

    account_wanted = Signal()
    keys_wanted = Signal()

    def __init__(self, composer: Composer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._composer = composer
        self.setAccessibleName("Problems")
        self.model = FindingsModel(self)
        self.handle = self._make_handle()
        self.counts = QLabel(self, textFormat=Qt.TextFormat.PlainText)
        self.filters = {severity: self._make_filter(severity) for severity in Severity}
        self.list = self._make_list()
        self.empty = self._make_empty()
        self.details = ProblemDetails(self)
        self._arrange()
        self._connect()
        self._on_findings_changed()
        self._on_toggled(False)

    def _make_handle(self) -> QToolButton:
        handle = QToolButton(self)
        handle.setCheckable(True)
        handle.setAutoRaise(True)
        handle.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        handle.setToolTip("Show or hide the problems (F8)")
        self._add_action(handle, "Close the problems", "Esc", self.close_drawer)
        return handle

    def _make_filter(self, severity: Severity) -> QToolButton:
        """Make the switch that shows or hides the findings of a severity."""
        button = QToolButton(self)
        button.setCheckable(True)
        button.setChecked(True)
        button.setAutoRaise(True)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setIcon(icon(severity.value, severity.value))
        button.setIconSize(QSize(16, 16))
        button.setToolTip(f"Show or hide {severity}s")
        button.toggled.connect(self._on_filtered)
        return button

    def _make_empty(self) -> QLabel:
        """Make the line that stands where there is nothing to list."""
        line = QLabel(self, textFormat=Qt.TextFormat.PlainText)
        line.setContentsMargins(8, 4, 8, 4)
        # Long words must not widen the window; the tool tip has them all.
        line.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        return line

    def _make_list(self) -> QTreeView:
        rows = QTreeView(self)
        rows.setModel(self.model)
        in_rows(rows, "List of problems")
        rows.setFrameShape(QTreeView.Shape.NoFrame)
        rows.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        rows.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        rows.setTextElideMode(Qt.TextElideMode.ElideRight)
        header = rows.header()
        header.setStretchLastSection(False)
        header.setResizeContentsPrecision(0)
        header.setSectionResizeMode(PROBLEM, QHeaderView.ResizeMode.Stretch)
        for column in (PART, STANDARD, FIX):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        self._add_action(rows, "Fix...", "Alt+Return", self.mend_current)
        self._add_action(rows, "Close the problems", "Esc", self.close_drawer)
        return rows

    @staticmethod
    def _add_action(rows: QWidget, words: str, keys: str, slot: object) -> None:
        action = QAction(words, rows)
        action.setShortcut(QKeySequence(keys))
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.triggered.connect(slot)
        rows.addAction(action)

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(8, 0, 8, 0)
        head.setSpacing(8)
        head.addWidget(self.handle)
        head.addWidget(self.counts, 1)
        for button in self.filters.values():
            head.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.empty)
        layout.addWidget(self.details)

    def _connect(self) -> None:
        self.handle.toggled.connect(self._on_toggled)
        self.list.clicked.connect(self._on_clicked)
        self.list.activated.connect(self._on_activated)
        self.list.customContextMenuRequested.connect(self._on_menu)
        self.list.selectionModel().currentChanged.connect(self._on_current_changed)
        self.details.fix_wanted.connect(self.mend_current)
        self._composer.findings_changed.connect(self._on_findings_changed)
        self._composer.road_changed.connect(self._fit)

    @property
    def current(self) -> Finding | None:
        """The chosen finding."""
        return self.model.finding(self.list.currentIndex())

    @Slot()
    def open_drawer(self) -> None:
        """Show the list and give it the focus, or say that there is nothing to list."""
        self.handle.setChecked(True)
        # Before the focus, which else makes the first one current without selecting it.
        self._choose(self.current)
        (self.list if self.model.rowCount() else self.handle).setFocus(Qt.FocusReason.ShortcutFocusReason)

    @Slot()
    def close_drawer(self) -> None:
        """Leave one line of it; the focus goes on to its handle."""
        self.handle.setChecked(False)
        self.handle.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def go_to_next(self) -> None:
        """Choose the next problem and go to its place."""
        count = self.model.rowCount()
        if count:
            self.handle.setChecked(True)
            row = (self.list.currentIndex().row() + 1) % count
            self.list.setCurrentIndex(self.model.index(row, 0))
            self.go_to(self.current)

    def go_to(self, finding: Finding | None) -> None:
        """Select the place of a finding in every pane."""
        if finding is None:
            return
        if finding.where.key is None and finding.where.field == "account":
            self.account_wanted.emit()
            return
        if finding.where.key is None and finding.where.field == "keys":
            self.keys_wanted.emit()
            return
        selection = self._selection_of(finding.where)
        if selection == self._composer.selection:
            # The panes may have moved on since.
            self._composer.selection_changed.emit(selection)
        self._composer.select(selection)

    def _selection_of(self, where: Where) -> Selection:
        root = self._composer.root
        entity = root.find(where.key) if where.key is not None else None
        if entity is None:
            return Selection(root.key, origin=ORIGIN)
        spans = field_spans(entity, (where.field,)) if where.start < 0 and where.field else ()
        return Selection(entity.key, *(spans[0] if spans else (where.start, where.stop)), ORIGIN)

    @Slot()
    def mend_current(self) -> None:
        """Mend the chosen finding."""
        if self.current is not None:
            self.mend(self.current)

    def mend(self, finding: Finding) -> None:
        """Show what a fix would change, and do exactly that if the user wants it."""
        from sescomposer.gui.dialogs.diff_dialog import DiffDialog

        fix, before = finding.fix, self._composer.message
        if fix is None:
            return
        try:
            after = fix.edit(before, self._composer.ids)
        except MessageError as error:
            self._composer.refused.emit(error)
            return
        if DiffDialog.ask_messages(self, fix.label, before, after) and self._composer.message is before:
            self._composer.apply(lambda message: after, fix.label)

    @Slot()
    def _on_findings_changed(self) -> None:
        """Show the findings, worst first; the chosen one stays chosen."""
        chosen, findings = self.current, self._composer.findings
        if self.model.show_findings(findings, self._composer.root):
            self._choose(chosen)
        for severity, button in self.filters.items():
            count = sum(finding.severity is severity for finding in findings)
            button.setText(str(count))
            button.setVisible(count > 0)
            button.setAccessibleName(f"Show {count} {severity}{'' if count == 1 else 's'}")
        self._show_summary(findings)
        self._fit()
        self._tell_current()

    def _show_summary(self, findings: tuple[Finding, ...]) -> None:
        """Say how many there are, in one line; nothing found is said only once somebody has looked.

        An open drawer says below why there is nothing to list.
        """
        if findings:
            worst = findings[0].severity.value
            words = f"Problems {len(findings)}"
            more = f"The first {MOST:,} are shown." if len(findings) > MOST else ""
        elif self._composer.is_checked:
            worst, words, more = "ok", "No problems", _NOTHING
        else:
            worst, words, more = "note", "Problems", _LOOKING
        self.handle.setIcon(icon(worst, worst))
        self.handle.setText(words)
        self.counts.setText(more if findings or not self.handle.isChecked() else "")

    def _choose(self, finding: Finding | None) -> None:
        """Choose a finding; in an open list something always is."""
        row = self.model.row_of(finding)
        if row < 0 and self.handle.isChecked() and self.model.rowCount():
            row = 0
        if row >= 0:
            self.list.setCurrentIndex(self.model.index(row, 0))

    @Slot()
    def _on_filtered(self) -> None:
        chosen = self.current
        self.model.want(frozenset(severity for severity, button in self.filters.items() if button.isChecked()))
        self._choose(chosen)
        self._fit()
        self._tell_current()

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        """A click goes to the place; on the button it mends."""
        finding = self.model.finding(index)
        self.go_to(finding)
        if finding is not None and index.column() == FIX:
            self.mend(finding)

    @Slot(QModelIndex)
    def _on_activated(self, index: QModelIndex) -> None:
        self.go_to(self.model.finding(index))

    @Slot()
    def _on_current_changed(self) -> None:
        self._tell_current()

    def _tell_current(self) -> None:
        """Say the chosen finding in full."""
        self.details.show_finding(self.current, is_open=self.handle.isChecked())

    @Slot(QPoint)
    def _on_menu(self, place: QPoint) -> None:
        """Offer what can be done with the problem there."""
        finding = self.model.finding(self.list.indexAt(place))
        if finding is None:
            return
        menu = QMenu(self.list)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("&Go there", lambda: self.go_to(finding))
        if finding.fix is not None:
            menu.addAction(f"{finding.fix.label.replace('&', '&&')}...", lambda: self.mend(finding))
        text = f"{finding} ({finding.standard}) {finding.answer}".strip()
        menu.addAction(icon("copy"), "&Copy", lambda: QGuiApplication.clipboard().setText(text))
        menu.popup(self.list.viewport().mapToGlobal(place))

    @Slot(bool)
    def _on_toggled(self, is_open: bool) -> None:
        """Show or hide what is below the handle."""
        if is_open and self.list.itemDelegateForColumn(FIX) is None:
            # Here, because a start need not wait for it.
            from sescomposer.gui.widgets.button_delegate import ButtonDelegate

            self.list.setItemDelegateForColumn(FIX, ButtonDelegate(self.list))
        self._show_summary(self._composer.findings)
        self._fit()
        self._tell_current()

    @Slot()
    def _fit(self) -> None:
        """A closed drawer is one line high, and an open one with nothing to list one more."""
        is_open, has_rows = self.handle.isChecked(), self.model.rowCount() > 0
        if not has_rows and self.list.hasFocus():
            self.handle.setFocus(Qt.FocusReason.OtherFocusReason)
        self.empty.setText(self._empty_words())
        self.empty.setToolTip(tip(self.empty.text()))
        self.empty.setVisible(is_open and not has_rows)
        self.list.setVisible(is_open and has_rows)
        head = self.handle.sizeHint().height()
        line = self.empty.sizeHint().height() if is_open else 0
        self.setMinimumHeight(head + (_LIST_HEIGHT if is_open and has_rows else line))
        self.setMaximumHeight(_UNBOUND if is_open and has_rows else head + line)

    def _empty_words(self) -> str:
        """Say why there is nothing to list."""
        if self._composer.findings:
            return "The switches on the right hide all problems."
        if not self._composer.is_checked:
            return _LOOKING
        return f"Nothing found. Checked for {self._composer.road.label}: {_CHECKED}."
