"""The octets of one header field as they stand, and in which form its words are encoded."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFontDatabase, QTextOption
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from sescomposer.core import encoded_word
from sescomposer.core.encoded_word import Form as WordForm
from sescomposer.core.header import HeaderField
from sescomposer.core.header_registry import ADDRESS_FORMS, Form, form_of
from sescomposer.gui.models.header_rows import word_form
from sescomposer.gui.widgets.faint import Faint

_LINES = 6
_FORMS: tuple[tuple[str, WordForm], ...] = (
    ("Encoded words: the shorter form", "auto"),
    ("Encoded words: Q", "q"),
    ("Encoded words: B", "b"),
)
_LINE_ENDS = {b"\r\n": "CRLF", b"\n": "LF", b"\r": "CR", b"": "no line end"}
_AIR = 6
_MOST = 16_384


class OctetsPanel(QWidget):
    """A read-only text of the octets, a line that counts them, and the choice of the encoded words' form.

    Signals:
        form_chosen(str): "auto", "q" or "b".
    """

    form_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = QPlainTextEdit(self)
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setWordWrapMode(QTextOption.WrapMode.NoWrap)
        self.text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.facts = Faint("", self)
        self.form = QComboBox(self)
        self.form.setAccessibleName("Form of the encoded words (RFC 2047)")
        self.form.setToolTip(
            "How words outside ASCII are written: Q is nearly readable, B is base64 (RFC 2047 section 4)"
        )
        for words, form in _FORMS:
            self.form.addItem(words, form)
        self.form.activated.connect(lambda index: self.form_chosen.emit(self.form.itemData(index)))
        self._build()

    def _build(self) -> None:
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self.facts, 1)
        foot.addWidget(self.form)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 4)
        layout.setSpacing(4)
        layout.addWidget(self.text)
        layout.addLayout(foot)

    def show_field(self, field: HeaderField | None, line_end: bytes) -> None:
        """Show the octets of a field, or that there is none yet."""
        octets = field.octets if field else b""
        shown = octets_text(octets[:_MOST])
        if shown != self.text.toPlainText():
            self.text.setPlainText(shown)
        self.facts.setText(octets_facts(octets) if field else "Nothing is written for it yet.")
        has_choice = field is not None and _has_form_choice(field)
        self.form.setVisible(has_choice)
        if field is not None and has_choice:
            self.form.setCurrentIndex(self.form.findData(word_form(field, line_end)))
        self._fit(shown.count("\n") + 1)

    def _fit(self, lines: int) -> None:
        """Make the text as high as its lines, up to a few."""
        metrics = self.text.fontMetrics()
        bar = self.text.horizontalScrollBar().sizeHint().height()
        margins = 2 * int(self.text.document().documentMargin()) + 2 * self.text.frameWidth()
        self.text.setFixedHeight(min(lines, _LINES) * metrics.lineSpacing() + margins + bar + _AIR)

    def minimumSizeHint(self) -> QSize:
        """Narrow is allowed: the text scrolls."""
        return QSize(120, super().minimumSizeHint().height())


def octets_text(octets: bytes) -> str:
    r"""Write the octets of a field for people: line ends as such, what is not ASCII as escapes.

    >>> octets_text(b"Subject: a\r\n \xe9\r\n")
    'Subject: a\n \\xe9'
    """
    text = octets.removesuffix(b"\n").removesuffix(b"\r").replace(b"\r\n", b"\n").decode("ascii", "backslashreplace")
    return text.replace("\x00", "\\x00").replace("\r", "\\r")


def octets_facts(octets: bytes) -> str:
    r"""Count lines and octets of a field.

    >>> octets_facts(b"Subject: a\r\n b\r\n")
    '2 lines, 16 octets, CRLF; the longest line has 10'
    """
    lines = octets.splitlines()
    ending = next(ending for ending in _LINE_ENDS if octets.endswith(ending))
    longest = max((len(line) for line in lines), default=0)
    count = f"{len(lines)} line{'' if len(lines) == 1 else 's'}"
    return f"{count}, {len(octets):,} octets, {_LINE_ENDS[ending]}; the longest line has {longest:,}"


def _has_form_choice(field: HeaderField) -> bool:
    """Whether encoded words stand, or would stand, in a field."""
    form = form_of(field.name)
    return (form in ADDRESS_FORMS or form in (Form.UNSTRUCTURED, Form.PHRASES)) and encoded_word.is_needed(
        field.decoded
    )
