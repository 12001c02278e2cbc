"""All that is known of the protection of a message: each layer, each fact apart, what is covered and what is not."""

from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from sescomposer.core.protection.facts import Layer, SignatureFacts
from sescomposer.gui.directions import isolated
from sescomposer.gui.layers.opened import ENCRYPTED, Opened
from sescomposer.gui.layers.words import (
    FACT_NAMES,
    VERDICT_SIGNS,
    VERDICTS,
    covered_words,
    grouped,
    is_everything,
    layer_title,
    listed,
    signer_of,
    verdict,
)
from sescomposer.gui.reading.fact_rows import FactRows, Headline, Sign, narrow, plain
from sescomposer.gui.widgets.faint import Faint

_NOT_THERE = "(not there)"
_TOP = Qt.AlignmentFlag.AlignTop
_SELECTABLE = Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard


class SignaturePanel(QWidget):
    """Shows one message that was read; made anew for each.

    Args:
        opened: The message.

    Signals:
        part_wanted(object): the `Key` of an entity to show in the tree.
    """

    part_wanted = Signal(object)

    def __init__(self, opened: Opened, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._opened = opened
        self._is_everything = is_everything(opened.reading)
        self.facts: list[FactRows] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(16, 16, 16, 16)
        self._column.setSpacing(8)
        found = verdict(opened)
        self.headline = Headline(found.kind, found.sentence, self)
        self._column.addWidget(self.headline)
        for number, layer in enumerate(opened.reading.layers, 1):
            self._add_layer(number, layer)
        self._add_coverage()
        self._add_differences()
        self._add_people()
        self._column.addStretch(1)

    def minimumSizeHint(self) -> QSize:
        """As narrow as its words allow; how high it is follows from its width, and not from that least one."""
        return QSize(super().minimumSizeHint().width(), 0)

    # Layers

    def _add_layer(self, number: int, layer: Layer) -> None:
        self._column.addSpacing(8)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(plain(layer_title(self._opened, number, layer), self, bold=True), 1)
        if layer.inside is not None:
            button = QPushButton("Show in the tree", self)
            button.setToolTip(f"Show what layer {number} holds in the tree and its octets")
            button.setAccessibleName(f"Show what layer {number} holds in the tree")
            button.clicked.connect(partial(self._on_show, layer.inside.key))
            head.addWidget(button)
        self._column.addLayout(head)
        if words := _encryption_words(layer):
            self._column.addWidget(Faint(narrow(words), self))
        if layer.trouble and not layer.signatures:
            self._add_marked("warning", layer.trouble)
        elif layer.kind in ENCRYPTED and not layer.trouble:
            self._add_marked("note", "Opened here with your key.")
        for place, signature in enumerate(layer.signatures, 1):
            self._add_signature(signature, f"Signature {place} of {len(layer.signatures)}")

    def _add_signature(self, signature: SignatureFacts, lead: str) -> None:
        line = QFrame(self)
        line.setFrameShape(QFrame.Shape.NoFrame)
        column = QVBoxLayout(line)
        column.setContentsMargins(8, 0, 0, 8)
        column.setSpacing(6)
        column.addWidget(plain(f"{lead}: {signer_of(signature)}", line))
        rows = FactRows(line)
        for name, fact in signature.facts:
            sign = VERDICT_SIGNS[fact.verdict]
            # A single good fact is no reason for green.
            role = sign if not fact.is_good or self._is_everything else "mark"
            rows.add(sign, role, FACT_NAMES[name], VERDICTS[fact.verdict], fact.sentence)
        self.facts.append(rows)
        column.addWidget(rows)
        if words := _certificate_words(signature):
            column.addWidget(_selectable(Faint(narrow(words), line)))
        self._column.addWidget(line)

    # What is covered

    def _add_coverage(self) -> None:
        reading, covered = self._opened.reading, covered_words(self._opened)
        if covered:
            self._add_title("What the signature covers")
            for words in covered:
                self._add_marked("ok", words, "ok" if self._is_everything else "mark")
        if reading.uncovered:
            self._add_title("What it does not cover" if covered or reading.signatures else "What is not protected")
            for words in reading.uncovered:
                self._add_marked("warning", words)
        for key in reading.uncovered_parts:
            if (part := self._opened.find(key)) is not None:
                name = isolated(part.file_name or part.media_type)
                button = QPushButton(f"Show {name}", self)
                button.setToolTip("Show the part that stands outside in the tree")
                button.clicked.connect(partial(self._on_show, key))
                row = QHBoxLayout()
                row.setContentsMargins(24, 0, 0, 0)
                row.addWidget(button)
                row.addStretch(1)
                self._column.addLayout(row)

    def _add_differences(self) -> None:
        if not self._opened.differences:
            return
        self._add_title("Header fields that say something else inside")
        self._column.addWidget(
            Faint("The copy inside was protected by who sent it; that outside is what most programs show.", self)
        )
        for each in self._opened.differences:
            rows = FactRows(self)
            rows.add("error", "error", each.name, "Outside", isolated(each.outside) or _NOT_THERE)
            rows.add("note", "note", each.name, "Inside", isolated(each.inside) or _NOT_THERE)
            self._column.addWidget(rows)

    def _add_people(self) -> None:
        """Tell of the certificates that came with it."""
        opened = self._opened
        if not (opened.harvested or opened.known or opened.trouble):
            return
        self._add_title("People")
        if opened.harvested:
            names = listed([isolated(address) for address in opened.harvested])
            is_trusted = all(signature.trusted.is_good for signature in opened.reading.signatures)
            when = "" if is_trusted else " once it is trusted"
            self._add_marked("note", f"The certificate of {names} is kept now: you can encrypt to them{when}.")
        for address, since in opened.known:
            self._add_marked("note", f"The certificate of {isolated(address)} is known since {since:%Y-%m-%d}.")
        if opened.trouble:
            self._add_marked("warning", f"The certificate could not be kept. {opened.trouble}")

    # Pieces

    def _add_title(self, words: str) -> None:
        self._column.addSpacing(8)
        self._column.addWidget(plain(words, self, bold=True))

    def _add_marked(self, sign: str, words: str, role: str = "") -> None:
        """Add a sentence with a sign before it."""
        line = QWidget(self)
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        mark = Sign(sign, role or sign, line)
        row.addWidget(mark)
        row.setAlignment(mark, _TOP)
        row.addWidget(plain(words, line), 1)
        self._column.addWidget(line)

    def _on_show(self, key: object, checked: bool = False) -> None:
        self.part_wanted.emit(key)


def _selectable(label: QLabel) -> QLabel:
    label.setTextInteractionFlags(_SELECTABLE)
    return label


def _encryption_words(layer: Layer) -> str:
    """Say how a layer is encrypted and for whom."""
    words = [layer.algorithm] if layer.algorithm else []
    if layer.recipients:
        words.append(f"for {'; '.join(isolated(each) for each in layer.recipients)}")
    return ", ".join(words)


def _certificate_words(signature: SignatureFacts) -> str:
    """Say what is known of the signature and of the certificate that made it."""
    lines = [", ".join(word for word in (signature.method, signature.algorithm or signature.digest) if word)]
    if signature.signed_at is not None:
        lines.append(f"Signed {signature.signed_at:%Y-%m-%d %H:%M:%S %Z}".rstrip())
    certificate = signature.certificate
    if certificate is not None:
        lines.append(
            f"Issued by {isolated(certificate.issuer)}, valid {certificate.not_before:%Y-%m-%d} to "
            f"{certificate.not_after:%Y-%m-%d}"
        )
    if signature.chain:
        lines.append("Chain: " + ", then ".join(isolated(each.owner) for each in signature.chain))
    if signature.fingerprint:
        lines.append(f"Fingerprint {grouped(signature.fingerprint)}")
    return "\n".join(lines)
