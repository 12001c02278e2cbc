"""The actions of a composer window that show something in it: views, arrangements, and the zones of the focus."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from sescomposer.services.settings import Arrangement

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from sescomposer.gui.main_window import MainWindow


class WindowViews(QObject):
    """What can be shown in one window that has its panes."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window

    def do_view_source(self) -> "QWidget":
        """Show tree and raw source."""
        return self._window.views.show_view("source")

    def do_view_preview(self) -> None:
        """Show the preview."""
        self._window.views.show_view("preview")

    def do_view_envelope(self) -> None:
        """Show the envelope."""
        self._window.views.show_view("envelope")

    def do_view_delivered(self) -> None:
        """Show what SES would deliver."""
        self._window.views.show_view("delivered")

    def do_view_options(self) -> None:
        """Show what is asked of SES."""
        self._window.views.show_view("options")

    def do_split(self, checked: bool) -> None:
        """Show two views, or one."""
        self._window.views.set_split(checked)

    def do_find(self) -> None:
        """Search the raw source."""
        from sescomposer.gui.panes.tree_and_source import TreeAndSource

        view = self._window.views.show_view("source")
        if isinstance(view, TreeAndSource):
            view.open_search()

    def do_next_zone(self) -> None:
        """Move the focus around: notices, fields, editors, attachments, views, problems."""
        self._move_zone(1)

    def do_previous_zone(self) -> None:
        """Move the focus around the other way."""
        self._move_zone(-1)

    def _move_zone(self, step: int) -> None:
        from sescomposer.gui.zones import move_focus

        window = self._window
        zones = [window.info, window.header_form, window.editors, window.strip, *window.views.stacks, window.problems]
        move_focus(zones, window.focusWidget(), step)

    def do_arrange_write(self) -> None:
        """Arrange to write."""
        self._arrange(Arrangement.WRITE)

    def do_arrange_inspect(self) -> None:
        """Arrange to inspect."""
        self._arrange(Arrangement.INSPECT)

    def _arrange(self, arrangement: Arrangement) -> None:
        self._window.try_to_keep(lambda: self._window.layout_keeper.arrange(arrangement))
