"""The chosen problem in full: its sentence, what SES answers, the standard, and the button that mends it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from sescomposer.core.findings import Finding
from sescomposer.gui.icons import icon
from sescomposer.gui.models.findings_model import answer_of


class ProblemDetails(QWidget):
    """A strip that wraps what the list elides.

    Signals:
        fix_wanted(): the button was pressed.
    """

    fix_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sentence = QLabel(self, wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.sentence.setAccessibleName("The chosen problem")
        self.sentence.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.button = QPushButton(self)
        self.button.setIcon(icon("check"))
        self.button.setToolTip("Shows what would change first (Alt+Return)")
        self.button.clicked.connect(self.fix_wanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 8, 8, 8)
        row.setSpacing(16)
        row.addWidget(self.sentence, 1)
        row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignVCenter)

    def show_finding(self, finding: Finding | None, *, is_open: bool) -> None:
        """Show a finding, or hide."""
        self.setVisible(is_open and finding is not None)
        if finding is None:
            return
        standard = f"({finding.standard})" if finding.standard else ""
        self.sentence.setText(" ".join(filter(None, (finding.message, answer_of(finding), standard))))
        self.button.setVisible(finding.fix is not None)
        if finding.fix is not None:
            self.button.setText(f"{finding.fix.label.replace('&', '&&')}...")
