"""The form of the declared settings; every row comes from its declaration."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from sescomposer.core.errors import SesComposerError
from sescomposer.services.settings import SETTINGS, Setting, Settings


class SettingsDialog(QDialog):
    """One row for each setting that has a label."""

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Settings")
        self._settings = settings
        self._readers: dict[str, Callable[[], object]] = {}
        self._form = QFormLayout()
        self._form.setVerticalSpacing(8)
        self._form.setHorizontalSpacing(16)
        self._form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        for setting in SETTINGS:
            if setting.label:
                self._add_row(setting)
        self.trouble = QLabel(" ".join(settings.problems), self)
        self.trouble.setWordWrap(True)
        self.trouble.setAccessibleName("What is wrong")
        buttons = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(buttons.Save | buttons.Cancel, self)
        self.buttons.accepted.connect(self._on_save)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setSpacing(16)
        layout.addLayout(self._form)
        layout.addStretch(1)
        layout.addWidget(self.trouble)
        layout.addWidget(self.buttons)
        self.setMinimumWidth(520)

    @classmethod
    def edit(cls, settings: Settings, parent: QWidget | None = None) -> bool:
        """Let the user change settings; whether they were saved."""
        dialog = cls(settings, parent)
        saved = dialog.exec() == QDialog.DialogCode.Accepted
        dialog.deleteLater()
        return saved

    def widget(self, setting: Setting[Any]) -> QWidget:
        """Give the control of a setting."""
        found = self.findChild(QWidget, setting.key)
        assert isinstance(found, QWidget)
        return found

    def _add_row(self, setting: Setting[Any]) -> None:
        """Add the control that fits the kind of the setting."""
        control, read = _control(setting, self._settings.get(setting))
        control.setObjectName(setting.key)
        control.setAccessibleName(setting.label)
        control.setAccessibleDescription(setting.help)
        control.setToolTip(setting.help)
        self._readers[setting.key] = read
        if isinstance(control, QCheckBox):
            control.setText(setting.label)
            self._form.addRow("", control)
        else:
            self._form.addRow(setting.label + ":", control)

    def _on_save(self) -> None:
        """Store what was changed; a value that is refused is said and the form stays open."""
        for setting in SETTINGS:
            if setting.key not in self._readers:
                continue
            value = self._readers[setting.key]()
            if value == self._settings.get(setting):
                continue
            try:
                self._settings.set(setting, value)
            except SesComposerError as error:
                self.trouble.setText(f"{error.sentence} {error.hint}")
                self.widget(setting).setFocus(Qt.FocusReason.OtherFocusReason)
                return
        self.accept()


def _control(setting: Setting[Any], value: Any) -> tuple[QWidget, Callable[[], object]]:
    """Make a control that shows the value, and what reads it again."""
    if setting.choices:
        box = QComboBox()
        for choice in setting.choices:
            box.addItem(getattr(type(setting.default)(choice), "label", choice.capitalize()), choice)
        box.setCurrentIndex(box.findData(value.value))
        return box, lambda: type(setting.default)(box.currentData())
    if isinstance(setting.default, bool):
        check = QCheckBox()
        check.setChecked(value)
        return check, check.isChecked
    if isinstance(setting.default, int):
        number = QSpinBox()
        number.setRange(setting.minimum, setting.maximum)
        if setting.default == setting.minimum == 0:
            number.setSpecialValueText("automatic")
        number.setValue(value)
        return number, number.value
    line = QLineEdit(placeholderText=setting.help)
    if isinstance(setting.default, tuple):
        line.setText(", ".join(value))
        return line, lambda: tuple(word.strip() for word in line.text().split(",") if word.strip())
    line.setText(value)
    return line, line.text
