"""Before an invitation is reviewed: what guests have against what they would get, and one message for all or each."""

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QRadioButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from sescomposer.core.invitation.guests import ONE_FOR_ALL, ONE_FOR_EACH
from sescomposer.core.invitation.lifecycle import Revision
from sescomposer.gui.icons import icon
from sescomposer.gui.invitations.invitation_words import has_words, title_of
from sescomposer.gui.invitations.loading import names_of
from sescomposer.gui.invitations.send_facts import SendFacts
from sescomposer.gui.widgets.fitting_text import FittingText
from sescomposer.gui.widgets.selection_colours import SelectionColours
from sescomposer.services.invitations import Standing

_NAMED = 6
_TOLD = 60
_TELL_THEM = "They have it, and get nothing now: withdraw them in Message, Invitations."


class InvitationSendDialog(QDialog):
    """Not modal but for its window; sends nothing.

    Signals:
        wanted(object, bool): the `Revision` to write into the message (or None), and whether each guest gets a message
            of their own.
    """

    wanted = Signal(object, bool)

    def __init__(self, facts: SendFacts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        known = facts.invitation
        self.setWindowTitle(f"Before sending: {title_of(known) if known else facts.event.summary or 'invitation'}")
        self.facts = facts
        self.head = FittingText("What the message does", self, lines=3)
        self.head.say(facts.head)
        self.table = self._make_table()
        self.rule = FittingText("About SEQUENCE", self, lines=4)
        self.anew = QCheckBox("Ask every guest &anew: their answers are void then", self)
        self.for_all = QRadioButton("One message for a&ll", self)
        self.for_each = QRadioButton("One message for &each guest", self)
        self.consequence = FittingText("What that means for the guests", self, lines=4)
        self._build()
        self._show_revision()
        self._show_consequence()
        self.review_button.setFocus()

    def sizeHint(self) -> QSize:
        """Room for the difference, where there is one."""
        screen = self.screen().availableGeometry()
        return QSize(min(720, screen.width() - 48), min(560 if self.facts.standings else 300, screen.height() - 64))

    @property
    def revision(self) -> Revision | None:
        """The update by the choice that is made."""
        facts = self.facts
        if facts.other is None or facts.revision is None:
            return facts.revision
        return facts.revision if self.anew.isChecked() is facts.revision.is_raised else facts.other

    def _build(self) -> None:
        facts = self.facts
        self.anew.setChecked(facts.revision is not None and facts.revision.is_raised)
        self.anew.setVisible(facts.other is not None)
        (self.for_each if facts.was_each else self.for_all).setChecked(True)
        group = QButtonGroup(self)
        for choice in (self.for_all, self.for_each):
            group.addButton(choice)
            choice.setVisible(facts.has_choice)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        self.review_button = self.buttons.addButton("&Review...", QDialogButtonBox.ButtonRole.AcceptRole)
        self.review_button.setDefault(True)
        self.review_button.setToolTip("Seal the octets and show them; nothing is sent yet")
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        for widget in (self.head, self.table, self.rule, self.anew, self.for_all, self.for_each, self.consequence):
            column.addWidget(widget, 1 if widget is self.table else 0)
        if not facts.standings:
            column.addStretch(1)
        column.addWidget(self.buttons)
        self.anew.toggled.connect(self._show_revision)
        self.for_each.toggled.connect(self._show_consequence)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)

    def _make_table(self) -> QTreeWidget:
        table = QTreeWidget(self)
        table.setHeaderLabels(("What guests have", "Now", "Then"))
        table.setAccessibleName("What guests have against what they would get")
        table.setSelectionMode(QTreeWidget.SelectionMode.SingleSelection)
        table.setAllColumnsShowFocus(True)
        SelectionColours(table)
        for standing in self.facts.standings:
            table.addTopLevelItem(_item(standing, self.facts))
        table.expandAll()
        for row, standing in enumerate(self.facts.standings):
            # What is said of the guests has the width of the table.
            table.setFirstColumnSpanned(row, table.rootIndex(), True)
            if not standing.changes or standing.is_left_out:
                table.setFirstColumnSpanned(0, table.model().index(row, 0), True)
        header = table.header()
        header.setStretchLastSection(True)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        table.setVisible(bool(self.facts.standings))
        return table

    @Slot()
    def _show_revision(self) -> None:
        revision = self.revision
        if revision is None:
            number = self.facts.event.sequence
            known = self.facts.invitation is not None
            self.rule.say(f"SEQUENCE is {number}, more than guests have, so calendars follow it." if known else "")
        else:
            self.rule.say(f"{revision.reason} It is {revision.event.sequence}.")

    @Slot()
    def _show_consequence(self) -> None:
        facts = self.facts
        if not facts.has_choice:
            self.consequence.say("")
            return
        words = ONE_FOR_EACH if self.for_each.isChecked() else ONE_FOR_ALL
        if self.for_each.isChecked() and facts.others:
            words += f" Who is no guest gets nothing: {names_of(facts.others)}."
        if self.for_all.isChecked() and facts.was_each:
            words += " Last time each guest got a message of their own."
        self.consequence.say(words)

    @Slot()
    def accept(self) -> None:
        """Tell what was chosen."""
        revision, is_each = self.revision, self.facts.has_choice and self.for_each.isChecked()
        super().accept()
        self.wanted.emit(revision, is_each)


def _item(standing: Standing, facts: SendFacts) -> QTreeWidgetItem:
    names = names_of(standing.guests, _NAMED)
    words = f"{names}: {'no guest any more' if standing.is_left_out else has_words(standing.has)}"
    item = QTreeWidgetItem([words])
    item.setToolTip(0, f"{names_of(standing.guests, _TOLD)}\n{words}")
    item.setIcon(0, icon("warning", "warning") if standing.is_left_out else icon("envelope"))
    if standing.is_left_out:
        item.addChild(QTreeWidgetItem([_TELL_THEM]))
    if facts.event.method == "CANCEL" or facts.event.recurrence_id is not None or standing.is_left_out:
        return item
    for change in standing.changes:
        child = QTreeWidgetItem([change.label, change.before or "(nothing)", change.after or "(nothing)"])
        for column in range(3):
            child.setToolTip(column, child.text(column))
        item.addChild(child)
    if standing.has is not None and not standing.changes:
        item.addChild(QTreeWidgetItem(["Nothing changes for them"]))
    return item
