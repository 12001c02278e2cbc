"""The right half of the window: views of the message, one at a time or two beside each other.

Views hold nothing, so that a second one of a kind is simply made anew. A view is made when it is first shown.
"""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from sescomposer.gui.icons import icon
from sescomposer.gui.widgets.view_tabs import ViewTabs

MakeView = Callable[[QWidget], QWidget]


@dataclass(frozen=True, slots=True)
class ViewInfo:
    """One kind of view: stable name, title, icon name, what it shows, and how it is made."""

    name: str
    title: str
    icon: str
    help: str
    make: MakeView


class ViewStack(QWidget):
    """A row of tabs over the views, each made when it is first chosen.

    Signals:
        made(object): the widget of a view that was made just now.
        shown(str): the name of the view that is shown now.
    """

    made = Signal(object)
    shown = Signal(str)

    def __init__(self, views: tuple[ViewInfo, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._views = views
        self._made: dict[int, QWidget] = {}
        self.tabs = ViewTabs(self)
        self.tabs.setAccessibleName("Views of the message")
        for index, view in enumerate(views):
            self.tabs.add(icon(view.icon), view.title, f"{view.help} (Alt+{index + 1})")
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self._layout.addWidget(self.tabs)
        self.tabs.currentChanged.connect(self._on_current_changed)

    @property
    def current(self) -> str:
        """Name of the view that is shown."""
        return self._views[self.tabs.currentIndex()].name

    def show_view(self, name: str) -> QWidget:
        """Show a view and give its widget."""
        index = next(i for i, view in enumerate(self._views) if view.name == name)
        self.tabs.setCurrentIndex(index)
        self._on_current_changed(index)
        return self._made[index]

    @Slot(int)
    def _on_current_changed(self, index: int) -> None:
        if index not in self._made:
            view = self._views[index]
            self._made[index] = view.make(self)
            self._made[index].setAccessibleName(view.title)
            self._layout.addWidget(self._made[index], 1)
            self.made.emit(self._made[index])
        for other, widget in self._made.items():
            widget.setVisible(other == index)
        self.shown.emit(self._views[index].name)


class ViewArea(QSplitter):
    """One or two stacks of views.

    Signals:
        made(object): the widget of a view that was made just now.
        split_changed(bool): whether two views are shown now.
    """

    made = Signal(object)
    split_changed = Signal(bool)

    def __init__(self, views: tuple[ViewInfo, ...], parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._views = views
        self._stacks = [self._new_stack()]
        self.setChildrenCollapsible(False)

    @property
    def first(self) -> ViewStack:
        """The stack that is always there."""
        return self._stacks[0]

    @property
    def stacks(self) -> tuple[ViewStack, ...]:
        """The stacks, from the left."""
        return tuple(self._stacks)

    @property
    def is_split(self) -> bool:
        """Whether two views are shown."""
        return len(self._stacks) == 2

    def show_view(self, name: str) -> QWidget:
        """Show a view: in the stack that shows it already or has the focus, else in the first; gives its widget."""
        showing = [stack for stack in self._stacks if stack.current == name]
        focus = self.focusWidget()
        focused = [stack for stack in self._stacks if focus is not None and stack.isAncestorOf(focus)]
        return (showing or focused or self._stacks)[0].show_view(name)

    def shown_views(self) -> tuple[str, ...]:
        """Give the names of the shown views, from the left."""
        return tuple(stack.current for stack in self._stacks)

    def show_views(self, names: tuple[str, ...]) -> None:
        """Show one view or two; names of views that there are not are left out."""
        known = [name for name in names if any(view.name == name for view in self._views)][:2]
        self.set_split(len(known) == 2)
        for stack, name in zip(self._stacks, known, strict=False):
            stack.show_view(name)

    @Slot(bool)
    def set_split(self, split: bool) -> None:
        """Show two views, or one."""
        if split and not self.is_split:
            stack = self._new_stack()
            self._stacks.append(stack)
            taken = self.first.current
            stack.show_view(next(view.name for view in self._views if view.name != taken))
            self.split_changed.emit(True)
            self.setSizes([self.width() // 2] * 2)
        elif not split and self.is_split:
            stack = self._stacks.pop()
            stack.setParent(None)
            stack.deleteLater()
            self.split_changed.emit(False)

    def _new_stack(self) -> ViewStack:
        stack = ViewStack(self._views, self)
        stack.made.connect(self.made)
        self.addWidget(stack)
        return stack
