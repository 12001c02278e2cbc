"""The problems of the message: ranked, each with its place, its reason and its fix."""

from PySide6.QtCore import QPoint, Qt, Slot
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QMenu,
    QPushButton,
    QToolButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from sescomposer.core.findings import Finding, Severity
from sescomposer.core.numbering import part_number
from sescomposer.gui.composer import Composer, Selection
from sescomposer.gui.icons import icon

ORIGIN = "problems"
_COLUMNS = ("Problem", "Part", "Standard", "")
_MOST = 1000
"""Rows shown; a message with more is mended from the top."""


class ProblemsDrawer(QWidget):
    """A line that counts, and under it the list, open or closed."""

    def __init__(self, composer: Composer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._composer = composer
        self.setAccessibleName("Problems")
        self.handle = QToolButton(self)
        self.handle.setCheckable(True)
        self.handle.setAutoRaise(True)
        self.handle.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.handle.setText("Problems")
        self.handle.setToolTip("Show or hide the problems (F8)")
        self.counts = QLabel(self)
        self.list = self._make_list()
        head = QHBoxLayout()
        head.setContentsMargins(8, 2, 8, 2)
        head.addWidget(self.handle)
        head.addWidget(self.counts, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self.list)
        self.handle.toggled.connect(self.list.setVisible)
        self.handle.toggled.connect(self._on_toggled)
        self.list.setVisible(False)
        composer.findings_changed.connect(self._on_findings_changed)
        self._on_findings_changed()
        self._on_toggled(False)

    def _make_list(self) -> QTreeWidget:
        """Make the list of findings."""
        rows = QTreeWidget(self)
        rows.setAccessibleName("List of problems")
        rows.setRootIsDecorated(False)
        rows.setUniformRowHeights(False)
        rows.setAlternatingRowColors(True)
        rows.setFrameShape(QTreeWidget.Shape.NoFrame)
        rows.setHeaderLabels(_COLUMNS)
        rows.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        rows.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        rows.setTextElideMode(Qt.TextElideMode.ElideRight)
        header = rows.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in (1, 2, 3):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        rows.itemClicked.connect(self._on_chosen)
        rows.itemActivated.connect(self._on_chosen)
        rows.customContextMenuRequested.connect(self._on_menu)
        mend = QAction("Fix...", rows)
        mend.setShortcut(QKeySequence("Alt+Return"))
        mend.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        mend.triggered.connect(self._on_fix_current)
        rows.addAction(mend)
        return rows

    @Slot()
    def open_drawer(self) -> None:
        """Show the list and give it the focus."""
        self.handle.setChecked(True)
        self.list.setFocus(Qt.FocusReason.ShortcutFocusReason)
        first = self.list.topLevelItem(0)
        if self.list.currentItem() is None and first is not None:
            self.list.setCurrentItem(first)

    @Slot()
    def go_to_next(self) -> None:
        """Choose the next problem and go to its place."""
        count = self.list.topLevelItemCount()
        if count:
            self.handle.setChecked(True)
            current = self.list.currentItem()
            item = (self.list.itemBelow(current) if current else None) or self.list.topLevelItem(0)
            if item is not None:
                self.list.setCurrentItem(item)
                self._on_chosen(item)

    @Slot()
    def _on_findings_changed(self) -> None:
        """Show the findings, worst first; the chosen one stays chosen."""
        chosen = self._current_code()
        findings = self._composer.findings
        self.list.clear()
        for finding in findings[:_MOST]:
            item = self._item(finding)
            if finding.code == chosen:
                self.list.setCurrentItem(item)
        self.counts.setText(_summary(findings))
        worst = findings[0].severity.value if findings else "ok"
        self.handle.setIcon(icon(worst))
        self.handle.setText(f"Problems {len(findings)}" if findings else "No problems")

    def _item(self, finding: Finding) -> QTreeWidgetItem:
        """Add one row."""
        root = self._composer.root
        entity = root.find(finding.where.key) if finding.where.key is not None else None
        part = part_number(root, entity) if entity is not None and entity is not root else ""
        item = QTreeWidgetItem(self.list, [finding.message, part, finding.standard])
        item.setData(0, Qt.ItemDataRole.UserRole, finding)
        item.setIcon(0, icon(finding.severity.value))
        item.setToolTip(0, finding.message + (f"\nSES answers: {finding.answer}" if finding.answer else ""))
        item.setData(0, Qt.ItemDataRole.AccessibleTextRole, f"{finding.severity}: {finding.message}")
        if finding.fix is not None:
            button = QPushButton("Fix...", self.list)
            button.setAccessibleName(f"Fix: {finding.fix.label}")
            button.setToolTip(finding.fix.label)
            button.clicked.connect(lambda checked=False, found=finding: self.mend(found))
            self.list.setItemWidget(item, 3, button)
        return item

    def mend(self, finding: Finding) -> None:
        """Show what a fix would change, and do it if the user wants."""
        from sescomposer.gui.dialogs.diff_dialog import DiffDialog

        fix = finding.fix
        if fix is None:
            return
        before = self._composer.message
        after = fix.edit(before, self._composer.ids)
        if DiffDialog.ask_messages(self, fix.label, before, after):
            self._composer.mend(fix)

    def _current_code(self) -> str:
        """Code of the chosen finding, "" if none is."""
        item = self.list.currentItem()
        return item.data(0, Qt.ItemDataRole.UserRole).code if item is not None else ""

    @Slot()
    def _on_fix_current(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            self.mend(item.data(0, Qt.ItemDataRole.UserRole))

    @Slot(QTreeWidgetItem)
    def _on_chosen(self, item: QTreeWidgetItem) -> None:
        """Select the place in every pane."""
        finding: Finding = item.data(0, Qt.ItemDataRole.UserRole)
        where = finding.where
        key = where.key if where.key is not None else self._composer.root.key
        self._composer.select(Selection(key, where.start, where.stop, ORIGIN))

    @Slot(QPoint)
    def _on_menu(self, place: QPoint) -> None:
        """Offer to copy what stands there."""

        item = self.list.itemAt(place)
        if item is None:
            return
        finding: Finding = item.data(0, Qt.ItemDataRole.UserRole)
        menu = QMenu(self.list)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        text = f"{finding} ({finding.standard}) {finding.answer}".strip()
        menu.addAction(icon("copy"), "Copy", lambda: QGuiApplication.clipboard().setText(text))
        menu.popup(self.list.viewport().mapToGlobal(place))

    @Slot(bool)
    def _on_toggled(self, is_open: bool) -> None:
        """A closed drawer is one line high."""
        head = self.handle.sizeHint().height() + 6
        self.setMinimumHeight(head + 96 if is_open else head)
        self.setMaximumHeight(16777215 if is_open else head)


def _summary(findings: tuple[Finding, ...]) -> str:
    """Count by severity in words.

    >>> _summary(())
    'Nothing found that SES or readers would stumble over.'
    """
    if not findings:
        return "Nothing found that SES or readers would stumble over."
    counted = [(severity, sum(f.severity is severity for f in findings)) for severity in Severity]
    words = [f"{count} {severity}{'s' if count > 1 else ''}" for severity, count in counted if count]
    more = f" (the first {_MOST} are shown)" if len(findings) > _MOST else ""
    return ", ".join(words) + more
