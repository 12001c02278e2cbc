"""What sends from a window: the message through the account in use, or copies of it to the mailbox simulator."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

if TYPE_CHECKING:
    from sescomposer.gui.main_window import MainWindow
    from sescomposer.gui.sending.way import Way


class SendActions(QObject):
    """The Send of one window."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window

    def do_send(self) -> None:
        """Review and send."""
        from sescomposer.gui.sending.parcel import parcel_of
        from sescomposer.gui.sending.send_sheet import SendSheet

        composer = self._window.composer
        composer.safeguard("before sending")
        SendSheet.show_for(composer, self._way(), self._window, parcel_of(composer))

    def do_simulator(self) -> None:
        """Review labelled copies to every scenario of the simulator, and send them."""
        from sescomposer.gui.sending.parcel import simulator_parcel
        from sescomposer.gui.sending.send_sheet import SendSheet

        composer = self._window.composer
        SendSheet.show_for(composer, self._way(), self._window, simulator_parcel(composer))

    def _way(self) -> "Way":
        """Give the way through the account in use."""
        from sescomposer.gui.sending.way import way_of

        window = self._window
        is_chosen = window.composer.message.account is not None
        return way_of(window.account_choice, window.services, window.composer.road, is_chosen=is_chosen)
