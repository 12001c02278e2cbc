"""A row of the header form for any field: its name is typed too."""

from PySide6.QtCore import QAbstractItemModel, Signal
from PySide6.QtWidgets import QWidget

from sescomposer.core.header import HeaderField
from sescomposer.gui.models.field_names import help_for
from sescomposer.gui.panes.field_row import FieldRow
from sescomposer.gui.widgets.field_line import FieldLine
from sescomposer.gui.widgets.field_name_edit import FieldNameEdit

NAME_WIDTH = 168


class FurtherRow(FieldRow):
    """A row with a name that can be edited; a new one is nowhere in the message until it has a name.

    Args:
        names: Model of known names for the completion.

    Signals:
        named(object, str): the row, and its name once that is ended by Enter, Tab or a click elsewhere.
    """

    named = Signal(object, str)

    def __init__(self, names: QAbstractItemModel, parent: QWidget | None = None) -> None:
        self.name_edit = FieldNameEdit(names)
        value = FieldLine("Value of the field")
        value.setPlaceholderText("Value")
        super().__init__("", self.name_edit, value, removable=True, parent=parent)
        self.name_edit.setFixedWidth(NAME_WIDTH)
        self.name_edit.editingFinished.connect(self._on_named)
        self.name_edit.returnPressed.connect(self.focus_value)
        self._explain()

    def show_field(self, index: int, field: HeaderField | None, line_end: bytes) -> None:
        """Show a field; a line of the header section that is none can be seen and removed only."""
        is_other = field is not None and (self.field is None or field.name != self.field.name)
        super().show_field(index, field, line_end)
        if field is not None and is_other:
            self.name = field.name
            self.name_edit.show_text(field.name)
            self._explain()
        is_field = field is None or field.is_field
        self.name_edit.setReadOnly(not is_field)
        self.value.setEnabled(is_field)
        if not is_field:
            self.name_edit.setPlaceholderText("(not a field)")

    def _explain(self) -> None:
        """Name the parts of the row, and say what the field is for."""
        words = help_for(self.name)
        self.name_edit.setToolTip(words)
        self.name_edit.setStatusTip(words)
        self.value.setStatusTip(words)
        self.value.setAccessibleName(f"Value of {self.name}" if self.name else "Value of the new field")
        self.setAccessibleName(self.name)

    def _on_named(self) -> None:
        """Tell a name that is another than the one shown; an empty one means nothing."""
        name = self.name_edit.text().strip()
        if name and name != self.name:
            self.named.emit(self, name)

    def restore_name(self) -> None:
        """Show the name that the field has."""
        if self.field is not None:
            self.name_edit.show_text(self.field.name)

    def begin(self) -> None:
        """Begin to type the name."""
        self.name_edit.setFocus()
        self.name_edit.selectAll()

    def focus_order(self) -> list[QWidget]:
        """Name first, then the value."""
        return [self.name_edit, self.value]
