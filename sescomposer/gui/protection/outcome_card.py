"""The part of the send sheet about protection: outcome of reading again, each fact, and what the signature survives."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from sescomposer.core.protection.facts import Reading
from sescomposer.core.protection.protector import Evidence
from sescomposer.core.protection.relays.survival import Offer, Survived
from sescomposer.gui.protection.marked_line import MarkedLine
from sescomposer.gui.protection.outcome_words import (
    Marked,
    facts_of,
    form_words,
    outcome_of,
    people_words,
    survival_words,
)
from sescomposer.gui.protection.survival_table import SurvivalTable

_INDENT = 24


class OutcomeCard(QWidget):
    """Shows one sealed item.

    Signals:
        offer_wanted(object): the `Offer` that was chosen.
        stop_wanted(): nobody wants to wait for the trying any longer.
    """

    offer_wanted = Signal(object)
    stop_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Signature and encryption")
        self.outcome = MarkedLine(self, bold=True)
        self.form = self._label()
        self.people = self._label()
        self._facts = QVBoxLayout()
        self._facts.setContentsMargins(_INDENT, 0, 0, 0)
        self._facts.setSpacing(4)
        self.facts: list[MarkedLine] = []
        self.survival = MarkedLine(self)
        self.stop = QPushButton("S&top", self)
        self.stop.setToolTip("Try no further; the message can be sent all the same")
        self.stop.clicked.connect(self.stop_wanted)
        self.more = QToolButton(self)
        self.more.setCheckable(True)
        self.more.setText("Show &which")
        self.more.setToolTip("Show each thing that servers do, and whether the signature bears it")
        self.more.toggled.connect(self._on_more)
        self.table = SurvivalTable(self)
        self._offers = QVBoxLayout()
        self._offers.setContentsMargins(_INDENT, 0, 0, 0)
        self._offers.setSpacing(8)
        self.offers: list[QPushButton] = []
        self._arrange()

    def _label(self) -> QLabel:
        label = QLabel(self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        label.setContentsMargins(_INDENT, 0, 0, 0)
        return label

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.outcome)
        column.addLayout(self._facts)
        column.addWidget(self.people)
        column.addWidget(self.form)
        trying = QHBoxLayout()
        trying.setContentsMargins(0, 0, 0, 0)
        trying.setSpacing(8)
        trying.addWidget(self.survival, 1)
        for widget in (self.stop, self.more):
            trying.addWidget(widget, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(trying)
        column.addWidget(self.table)
        column.addLayout(self._offers)

    def show_evidence(self, evidence: Evidence | None, reading: Reading | None = None) -> None:
        """Show what is known of an item; hidden where nothing of it is protected."""
        self.setVisible(evidence is not None)
        if evidence is None:
            return
        told = outcome_of(evidence)
        self.outcome.say(told.kind, told.sentence)
        self._show_facts(facts_of(evidence, reading))
        for label, words in ((self.form, form_words(evidence)), (self.people, people_words(evidence))):
            label.setText(words)
            label.setVisible(bool(words))

    def _show_facts(self, facts: Sequence[Marked]) -> None:
        for line in self.facts:
            self._facts.removeWidget(line)
            line.hide()
            line.deleteLater()
        self.facts = []
        for fact in facts:
            line = MarkedLine(self)
            line.say(fact.kind, fact.sentence, fact.spoken)
            self._facts.addWidget(line)
            self.facts.append(line)

    def show_nothing_tried(self) -> None:
        """Show nothing of what the signature survives."""
        for widget in (self.survival, self.stop, self.more, self.table):
            widget.hide()
        self._show_offers(())

    def show_trying(self, done: int, total: int) -> None:
        """Say how far the trying has come."""
        at = f" ({done} of {total})" if total else ""
        self.survival.say("note", f"Trying what servers do on the way{at}…")
        self.survival.show()
        self.stop.show()
        for widget in (self.more, self.table):
            widget.hide()

    def show_untried(self, words: str) -> None:
        """Say why it is not known what the signature survives."""
        self.show_nothing_tried()
        self.survival.say("note", words)
        self.survival.show()

    def show_survived(self, found: tuple[Survived, ...], offers: Sequence[Offer]) -> None:
        """Show what the signature survives, and what would survive more."""
        words = survival_words(found)
        if not words:
            self.show_nothing_tried()
            return
        is_broken = any(each.applies and not each.survives for each in found)
        self.survival.say("note" if is_broken else "ok", words)
        self.survival.show()
        self.stop.hide()
        self.more.show()
        self.table.show_found(found)
        self.table.setVisible(self.more.isChecked())
        broken = {each.change.id for each in found if each.applies and not each.survives}
        self._show_offers([offer for offer in offers if broken & set(offer.survives)])

    def _show_offers(self, offers: Sequence[Offer]) -> None:
        while (item := self._offers.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.offers = []
        for offer in offers:
            label = self._label()
            label.setContentsMargins(0, 0, 0, 0)
            label.setText(offer.sentence)
            button = QPushButton(f"{offer.fix.label.replace('&', '&&')}...", self)
            button.setAutoDefault(False)
            button.setAccessibleDescription(offer.sentence)
            button.clicked.connect(lambda checked=False, chosen=offer: self.offer_wanted.emit(chosen))
            self._offers.addWidget(label)
            self._offers.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
            self.offers.append(button)

    def set_editable(self, editable: bool) -> None:
        """Let offers be taken, or not any more."""
        for button in self.offers:
            button.setEnabled(editable)

    @Slot(bool)
    def _on_more(self, is_wanted: bool) -> None:
        self.more.setText("Hide &which" if is_wanted else "Show &which")
        self.table.setVisible(is_wanted)
