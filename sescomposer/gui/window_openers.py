"""The actions of a composer window that open something beside it: inbox, palette, settings, help."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from sescomposer.gui.actions import ACTIONS

if TYPE_CHECKING:
    from sescomposer.gui.main_window import MainWindow


class WindowOpeners(QObject):
    """What can be opened from one window."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window

    def do_inbox(self) -> None:
        """Open the local inbox."""
        from sescomposer.gui.inbox_window import InboxWindow

        InboxWindow.show_for(self._window.services, self._window)

    def do_history(self) -> None:
        """Open what was sent and tried."""
        from sescomposer.gui.history.history_window import HistoryWindow

        HistoryWindow.show_for(self._window.services, self._window)

    def do_serve(self) -> None:
        """Open the window of the local inbox as a server."""
        from sescomposer.gui.inbox_window import InboxWindow
        from sescomposer.gui.serving.serving_window import ServingWindow

        ServingWindow.show_for(self._window.services, self._window, InboxWindow.show_for)

    def do_keys(self) -> None:
        """Open keys and certificates."""
        from sescomposer.gui.keys.keys_window import KeysWindow

        KeysWindow.show_for(self._window.services, self._window)

    def do_palette(self) -> None:
        """Find any action."""
        from sescomposer.gui.dialogs.command_palette import CommandPalette

        window = self._window
        chosen = CommandPalette.choose([window.action[info.name] for info in ACTIONS if info.name != "palette"], window)
        if chosen is not None:
            chosen.trigger()

    def do_settings(self) -> None:
        """Change settings."""
        from sescomposer.gui.dialogs.settings_dialog import SettingsDialog

        SettingsDialog.edit(self._window.services.settings, self._window)

    def do_help(self) -> None:
        """Show the help."""
        from sescomposer.gui.dialogs.help_dialog import HelpDialog

        HelpDialog.show_for(self._window)

    def do_about(self) -> None:
        """Show version, licences and folders."""
        from sescomposer.gui.dialogs.help_dialog import show_about

        show_about(self._window.services, self._window)
