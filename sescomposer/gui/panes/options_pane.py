"""The options of SES for this message: what can be asked of the service, and how this road carries it.

It shows `Message.options` and hands in edits; it holds nothing. What is known of the account is offered, no more.
"""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QCompleter, QLabel, QScrollArea, QVBoxLayout, QWidget

from sescomposer.core.message import Message, SendingOptions, Tracking
from sescomposer.core.one_line import misfit_of
from sescomposer.core.options import OPTIONS, OptionInfo
from sescomposer.core.road import Road
from sescomposer.gui.composer import Composer
from sescomposer.gui.models.option_words import TRACKING_WORDS, OptionRow, option_rows, with_option
from sescomposer.gui.panes.envelope_parts import title
from sescomposer.gui.tasks import Context
from sescomposer.gui.widgets.faint import Faint
from sescomposer.gui.widgets.field_line import FieldLine
from sescomposer.gui.widgets.note_line import NoteLine

if TYPE_CHECKING:
    from sescomposer.services.knowledge import Known

_TRACE = "Add a tag that makes this submission traceable"
_TRACE_HELP = "Each submission gets a tag sescomposer-id with a value of its own; the events of SES name it."
_FEEDBACK = (
    "The address for bounces and complaints is the return path: see the Envelope. "
    "What SES does for an identity as a whole (DKIM, MAIL FROM) is set in the account."
)
_PLACEHOLDERS = {
    "tags": "name=value, another=value",
    "endpoint": "abcdef12.g3h",
    "source_arn": "arn:aws:ses:eu-west-1:123456789012:identity/example.com",
}


class _Line(QWidget):
    """Label, control and note of one option."""

    def __init__(self, info: OptionInfo, control: QWidget, parent: QWidget) -> None:
        super().__init__(parent)
        self.info = info
        self.control = control
        label = QLabel(info.label, self)
        label.setBuddy(control)
        control.setAccessibleName(info.label)
        control.setAccessibleDescription(info.help)
        control.setToolTip(info.help)
        self.note = Faint("", self)
        self.trouble = NoteLine(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 8)
        layout.setSpacing(4)
        for widget in (label, control, self.trouble, self.note):
            layout.addWidget(widget)


class OptionsPane(QScrollArea):
    """A form of every declared option."""

    def __init__(self, composer: Composer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._composer = composer
        self._features: dict[Road, frozenset[str]] = {}
        self._asked: set[Road] = set()
        self._shown: tuple[Message, Road, bool] | None = None
        self.setAccessibleName("Options")
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        form = QWidget(self)
        self._layout = QVBoxLayout(form)
        self._layout.setContentsMargins(16, 16, 16, 16)
        self._layout.setSpacing(8)
        self._layout.addWidget(title("Options of SES for this message", form))
        self.road_words = Faint("", form)
        self._layout.addWidget(self.road_words)
        self.lines = {info.name: self._line(info, form) for info in OPTIONS}
        self._build_trace(form)
        self._layout.addWidget(Faint(_FEEDBACK, form))
        self._layout.addStretch(1)
        self.setWidget(form)
        composer.message_changed.connect(self._on_changed)
        composer.road_changed.connect(self._on_changed)
        self._show()

    def _line(self, info: OptionInfo, form: QWidget) -> _Line:
        line = _Line(info, self._control(info, form), form)
        self._layout.addWidget(line)
        return line

    def _control(self, info: OptionInfo, form: QWidget) -> QWidget:
        if info.name in ("opens", "clicks"):
            box = QComboBox(form)
            for value, words in TRACKING_WORDS.items():
                box.addItem(words, value.value)
            box.activated.connect(partial(self._on_chosen, info.name))
            return box
        edit = FieldLine(info.label, form)
        edit.setPlaceholderText(_PLACEHOLDERS.get(info.name, ""))
        edit.editingFinished.connect(partial(self._on_typed, info.name))
        return edit

    def _build_trace(self, form: QWidget) -> None:
        self.trace = QCheckBox(_TRACE, form)
        self.trace.setToolTip(_TRACE_HELP)
        self.trace.setAccessibleDescription(_TRACE_HELP)
        self.trace.toggled.connect(self._on_trace)
        self._layout.addWidget(self.trace)
        self._layout.addWidget(Faint(_TRACE_HELP, form))

    # Showing

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what changed while the pane was hidden."""
        super().showEvent(event)
        self._show()

    @Slot()
    def _on_changed(self) -> None:
        if self.isVisible():
            self._show()

    def _show(self) -> None:
        composer = self._composer
        road = composer.road
        state = composer.message, road, road in self._features
        if self._shown is not None and self._shown[0] is state[0] and self._shown[1:] == state[1:]:
            return
        self._shown = state
        self._ask_features(road)
        self.road_words.setText(_ROAD_WORDS[road])
        for row in option_rows(composer.message, road, self._features.get(road)):
            self._show_row(row)
        with QSignalBlocker(self.trace):
            self.trace.setChecked(composer.message.options.traceable)

    def _show_row(self, row: OptionRow) -> None:
        line = self.lines[row.info.name]
        line.note.setText(row.note)
        # What is set and cannot be carried stays reachable, so that it can be taken out.
        line.control.setEnabled(row.is_offered or row.is_stray)
        if row.is_stray:
            line.trouble.say(f"{row.note} Empty it, or choose another road.")
        else:
            line.trouble.clear()
        line.note.setVisible(not row.is_stray)
        if isinstance(line.control, QComboBox):
            line.control.setCurrentIndex(max(0, line.control.findData(row.text or Tracking.ACCOUNT.value)))
        elif isinstance(line.control, FieldLine):
            line.control.show_text(row.text)

    def _ask_features(self, road: Road) -> None:
        """Look on a worker what the installed SDK has; its model is large."""
        if road in self._asked:
            return
        self._asked.add(road)
        services = self._composer.services

        def operation(context: Context) -> tuple[Road, frozenset[str]]:
            return road, services.option_features(road)

        task = self._composer.runner.start(operation, quiet=True)
        task.succeeded.connect(self._on_features)

    @Slot(object)
    def _on_features(self, found: tuple[Road, frozenset[str]]) -> None:
        self._features[found[0]] = found[1]
        self._on_changed()

    def offer(self, known: "Known | None") -> None:
        """Offer the names that are known of the account."""
        names: dict[str, tuple[str, ...]] = {}
        if known is not None:
            names["configuration_set"] = known.configuration_sets
            names["contact_list"] = tuple(each.name for each in known.contact_lists)
            names["topic"] = tuple(topic for each in known.contact_lists for topic in each.topics)
            names["tenant"] = tuple(each.name for each in known.tenants)
            names["endpoint"] = tuple(each.endpoint_id for each in known.endpoints)
        for name in ("configuration_set", "contact_list", "topic", "tenant", "endpoint"):
            control = self.lines[name].control
            assert isinstance(control, FieldLine)
            completer = QCompleter(list(names.get(name, ())), control)
            completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
            completer.setFilterMode(Qt.MatchFlag.MatchContains)
            control.setCompleter(completer)

    def focus_on(self, name: str) -> None:
        """Put the focus on an option, such as one that the service refused; "tracking" is that of opens."""
        line = self.lines.get({"tracking": "opens"}.get(name, name))
        if line is not None:
            self.ensureWidgetVisible(line)
            line.control.setFocus(Qt.FocusReason.OtherFocusReason)

    # Edits

    def _set(self, options: SendingOptions, label: str) -> None:
        if options != self._composer.message.options:
            self._composer.apply(lambda message: replace(message, options=options), label)

    def _on_typed(self, name: str) -> None:
        """Set an option once it was typed."""
        line = self.lines[name]
        assert isinstance(line.control, FieldLine)
        text = line.control.text()
        misfit = misfit_of(text)
        if misfit is not None:
            line.trouble.say(f"An option cannot hold {misfit[1]} (character {misfit[0] + 1}).")
            return
        self._set(with_option(self._composer.message.options, name, text), f"set {line.info.label.lower()}")

    def _on_chosen(self, name: str, index: int) -> None:
        line = self.lines[name]
        assert isinstance(line.control, QComboBox)
        value = line.control.itemData(index)
        self._set(with_option(self._composer.message.options, name, value), f"set {line.info.label.lower()}")

    @Slot(bool)
    def _on_trace(self, checked: bool) -> None:
        options = self._composer.message.options
        self._set(replace(options, traceable=checked), "set trace")


_ROAD_WORDS = {
    Road.SES_V2: "By the SES API v2 options are parameters of the request; the octets of the message stay as they are.",
    Road.SES_V1: "By the SES API v1 options are parameters of the request; it has fewer of them than v2.",
    Road.SMTP: "By SMTP options are X-SES fields: sealing writes them, SES reads them and takes them out.",
}
