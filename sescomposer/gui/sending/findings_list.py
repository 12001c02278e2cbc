"""Findings in the send sheet, worst first; an error that stops a submission has a line for the reason to send it."""

from collections import Counter
from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from sescomposer.core.findings import Finding, Severity
from sescomposer.gui.widgets.fitting_text import FittingText
from sescomposer.gui.widgets.sign import Sign
from sescomposer.services.sending import can_override

_SIGN = 16
MOST_ROWS = 40
MOST_ALIKE = 3
_LONGEST_REASON = 500


class ReasonEdit(QLineEdit):
    """The line for one reason; Return goes on to the next one and does not send."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keep plain Return from pressing the default button."""
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        if plain and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.focusNextChild()
            event.accept()
        else:
            super().keyPressEvent(event)


class FindingLine(QWidget):
    """Sign, severity and sentence of one finding, and how often it was found."""

    def __init__(self, finding: Finding, parent: QWidget | None = None, count: int = 1) -> None:
        super().__init__(parent)
        self._sign = Sign(_SIGN, self)
        self._sign.show_sign(finding.severity.value)
        self.words = FittingText(f"{finding.severity.value} found", self, lines=6)
        self.words.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        times = f" Found {count:,} times." if count > 1 else ""
        self.words.say(f"{finding.severity.value.capitalize()}: {finding.message} ({finding.standard}){times}")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.words, 1)


class FindingsList(QWidget):
    """All findings of a review, and the reasons typed against its errors.

    Signals:
        reasons_changed(): a reason was typed.
    """

    reasons_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._reasons: dict[str, QLineEdit] = {}
        self._open: tuple[Finding, ...] = ()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self.heading = QLabel(self)
        font = self.heading.font()
        font.setBold(True)
        self.heading.setFont(font)
        self._column.addWidget(self.heading)
        self._rows = QWidget(self)
        self._column.addWidget(self._rows)

    def show_findings(self, findings: Sequence[Finding], *, needs_reasons: bool) -> None:
        """Show other findings; reasons typed before stay with their codes.

        Args:
            findings: Worst first.
            needs_reasons: Whether errors stop the submission until each has a reason.
        """
        typed = self.reasons
        self._reasons = {}
        errors = tuple(finding for finding in findings if finding.severity is Severity.ERROR)
        self._open = errors if needs_reasons else ()
        self.heading.setText(heading_of(findings))
        rows = QWidget(self)
        column = QVBoxLayout(rows)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        shown, left = _shown(findings)
        for finding, count in shown:
            column.addWidget(FindingLine(finding, rows, count))
            if needs_reasons and finding.severity is Severity.ERROR and finding.code not in self._reasons:
                column.addWidget(self._make_reason(finding, typed.get(finding.code, ""), rows))
        if left:
            more = QLabel(f"and {left:,} more like these: see the problems of the message.", rows)
            more.setWordWrap(True)
            more.setContentsMargins(24, 0, 0, 0)
            column.addWidget(more)
        self._column.replaceWidget(self._rows, rows)
        self._rows.hide()
        self._rows.deleteLater()
        self._rows = rows
        rows.setVisible(bool(findings))

    @property
    def reasons(self) -> dict[str, str]:
        """What was typed, by the code of the error."""
        return {code: edit.text().strip() for code, edit in self._reasons.items() if edit.text().strip()}

    @property
    def is_settled(self) -> bool:
        """Whether no error stands open: each can be overridden and has its reason."""
        typed = self.reasons
        return all(can_override(finding) and finding.code in typed for finding in self._open)

    @property
    def first_open(self) -> QWidget | None:
        """The first line that waits for a reason."""
        return next((edit for edit in self._reasons.values() if not edit.text().strip()), None)

    def set_reasons_enabled(self, enabled: bool) -> None:
        """Let reasons be typed, or not any more."""
        for edit in self._reasons.values():
            edit.setEnabled(enabled)

    def _make_reason(self, finding: Finding, text: str, parent: QWidget) -> QWidget:
        """Make the line for a reason, or say that none helps."""
        if not can_override(finding):
            label = QLabel("This cannot be overridden: mend it first.", parent)
            label.setWordWrap(True)
            label.setContentsMargins(24, 0, 0, 0)
            return label
        edit = ReasonEdit(text, parent, maxLength=_LONGEST_REASON)
        edit.setPlaceholderText("Reason to send it all the same")
        edit.setToolTip("The reason is kept with the submission")
        edit.setAccessibleName(f"Reason to send although: {finding.message}")
        edit.textChanged.connect(self._on_typed)
        self._reasons[finding.code] = edit
        holder = QWidget(parent)
        row = QHBoxLayout(holder)
        row.setContentsMargins(24, 0, 0, 0)
        row.addWidget(edit)
        return holder

    @Slot()
    def _on_typed(self) -> None:
        self.reasons_changed.emit()


def _shown(findings: Sequence[Finding]) -> tuple[list[tuple[Finding, int]], int]:
    """Give the findings to show with how often each was found, and how many others there are.

    Those that say the same are shown once: the messages of a batch are often alike. Of each kind only the first few
    are, so that who gets the message stays in sight; the first of each error is always there, with the line for its
    reason.
    """
    counts = Counter((finding.severity, finding.code, finding.message) for finding in findings)
    first = {(finding.severity, finding.code, finding.message): finding for finding in reversed(findings)}
    kinds: Counter[str] = Counter()
    shown: list[tuple[Finding, int]] = []
    left = 0
    for said, count in counts.items():
        kinds[said[1]] += 1
        if kinds[said[1]] == 1 or (kinds[said[1]] <= MOST_ALIKE and len(shown) < MOST_ROWS):
            shown.append((first[said], count))
        else:
            left += 1
    return shown, left


def heading_of(findings: Sequence[Finding]) -> str:
    """Count findings by severity, in words."""
    if not findings:
        return "No problems found"
    counted = []
    for severity in Severity:
        count = sum(finding.severity is severity for finding in findings)
        if count:
            counted.append(f"{count} {severity.value}{'s' if count > 1 else ''}")
    return ", ".join(counted).capitalize()
