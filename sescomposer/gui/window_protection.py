"""What a composer window does to sign and encrypt: two switches, the status bar's field with its menu, and the plan.

Nothing here imports what signs; the plan is made on a worker, together with the checks.
"""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QGuiApplication, QWindow
from PySide6.QtWidgets import QMenu, QToolButton

from sescomposer.core.message import Protection
from sescomposer.gui.protection.planning import PLAIN, Planner
from sescomposer.gui.protection.protection_words import field_words, level_of, must_words, told_words, worse
from sescomposer.gui.tasks import Context
from sescomposer.gui.tips import tip

if TYPE_CHECKING:
    from PySide6.QtGui import QAction

    from sescomposer.gui.main_window import MainWindow

_NOTICE = "protection-must"
_ASKED = "protection-ses"
_NEVER = "Mail from {address} is never {done}: its policy says so. It is changed under Keys and certificates."


class WindowProtection(QObject):
    """The protection of one window; made when it has its panes and its account.

    Attributes:
        menu: Of the field in the status bar; filled when it opens.
    """

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._composer = composer = window.composer
        self._planner = Planner(window.services)
        self._waiting: dict[str, bool] = {}
        self.menu = QMenu("Signing and encrypting", window.status)
        self.menu.setToolTipsVisible(True)
        self.menu.aboutToShow.connect(self._fill)
        field = window.status.protection
        field.setMenu(self.menu)
        field.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        composer.message_changed.connect(self._show)
        composer.plan_changed.connect(self._on_plan_changed)
        composer.reader.changed.connect(self._show)
        window.account_choice.changed.connect(self._plan)
        window.problems.keys_wanted.connect(self._on_keys_wanted)
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.focusWindowChanged.connect(self._on_focus_changed)
        self._plan()
        self._show()

    @Slot()
    def look_again(self) -> None:
        """Plan anew: keys, people or policies may be others."""
        self._planner.forget()
        self._composer.check_soon()

    def do_sign(self, is_wanted: bool) -> None:
        """Sign the message, or not."""
        self._choose("sign", is_wanted)

    def do_encrypt(self, is_wanted: bool) -> None:
        """Encrypt the message, or not."""
        self._choose("encrypt", is_wanted)

    def do_protection(self) -> None:
        """Open the menu of how it is signed, at its field."""
        field = self._window.status.protection
        self.menu.popup(field.mapToGlobal(field.rect().topLeft()))

    def _choose(self, name: str, is_wanted: bool) -> None:
        """Turn a switch; as long as nobody knows the policy of From, that waits."""
        planned = self._composer.planned
        if planned is None:
            self._waiting[name] = is_wanted
            self._composer.check_soon()
            return
        plan = planned.plan
        before = self._composer.message.protection
        if plan is not None and not is_wanted:
            demand = must_words(plan, **{name: getattr(plan, f"must_{name}")})
            if demand:
                self._refuse(demand)
                return
        is_sign = name == "sign"
        if plan is None:
            chosen = replace(before, sign=is_wanted) if is_sign else replace(before, encrypt=is_wanted)
        else:
            chosen = plan.chosen(before, sign=is_wanted) if is_sign else plan.chosen(before, encrypt=is_wanted)
        self._apply(chosen, is_wanted, is_sign)

    def _apply(self, chosen: Protection, is_wanted: bool, is_sign: bool) -> None:
        composer = self._composer
        if is_sign:
            composer.apply(
                lambda old: replace(old, protection=chosen), "sign the message" if is_wanted else "take signing back"
            )
        else:
            composer.apply(
                lambda old: replace(old, protection=chosen),
                "encrypt the message" if is_wanted else "take encrypting back",
            )

    def _refuse(self, demand: str) -> None:
        """Say why a switch cannot be turned off, and leave it on."""
        self._window.info.tell(f"{demand} That is changed under Keys and certificates.", "warning", key=_NOTICE)
        self._show()

    @Slot()
    def _plan(self) -> None:
        """Plan for the account in use, by what is known of it now."""
        self._planner.forget()
        account = self._window.account_choice.account
        name, region = (account.name, account.region) if account is not None else ("", "")
        self._composer.plan_by(partial(self._planner.planned, account=name, region=region))

    @Slot()
    def _on_plan_changed(self) -> None:
        planned = self._composer.planned
        waiting, self._waiting = self._waiting, {}
        if planned is None:
            self._waiting = waiting
        for name, is_wanted in waiting.items() if planned is not None else ():
            self._choose(name, is_wanted)
        if planned is None or not planned.demanded:
            self._window.info.take_back(_NOTICE)
        self._show()

    @Slot(QWindow)
    def _on_focus_changed(self, focused: QWindow | None) -> None:
        """Look again when the user comes back, maybe from the window of the keys."""
        planned = self._composer.planned
        if focused is None or focused is not self._window.windowHandle() or planned is None:
            return
        if planned is not PLAIN or self._window.services.has_policies:
            self.look_again()

    @Slot()
    def _show(self) -> None:
        """Show in toolbar and status bar what will be done."""
        planned, protection = self._composer.planned, self._composer.message.protection
        wanted = planned.wanted(protection) if planned is not None else protection
        told = told_words(planned)
        self._show_switch("sign", self._waiting.get("sign", bool(wanted.sign)))
        self._show_switch("encrypt", self._waiting.get("encrypt", bool(wanted.encrypt)))
        field, lacking = self._window.status.protection, self._composer.reader.lacking
        if lacking is None:
            field.tell(field_words(protection, planned), told, level_of(planned))
        else:
            told = f"{lacking.sentence}\n{told}"
            field.tell(field_words(protection, planned, lacking.words), told, worse(level_of(planned), lacking.kind))
        field.setAccessibleDescription(told)

    def _show_switch(self, name: str, is_on: bool) -> None:
        action: QAction = self._window.action[name]
        action.setChecked(is_on)
        planned = self._composer.planned
        plan = planned.plan if planned is not None else None
        offered = plan is None or (plan.offers_sign if name == "sign" else plan.offers_encrypt)
        action.setEnabled(offered or is_on)
        lines = [action.statusTip(), f"({action.shortcut().toString()})"]
        if plan is not None and not offered:
            done = "signed" if name == "sign" else "encrypted"
            lines.append(_NEVER.format(address=plan.policy.address or plan.address, done=done))
        elif is_on:
            lines.append(told_words(planned))
        action.setToolTip(tip(*lines))

    @Slot()
    def _fill(self) -> None:
        from sescomposer.gui.protection.protection_menu import fill_menu

        has_account = self._window.account_choice.account is not None
        fill_menu(self.menu, self._composer, self._window.action, self.ask_service if has_account else None)

    @Slot()
    def _on_keys_wanted(self) -> None:
        self._window.trigger("keys")

    @Slot()
    def ask_service(self) -> None:
        """Ask the service on a worker whether it would sign the message, and plan anew."""
        services, message = self._window.services, self._composer.message
        account = self._window.account_choice.account
        if account is None:
            return
        name, region = account.name, account.region

        def operation(context: Context) -> str:
            protecting = services.protecting
            return protecting.learn(protecting.plan(message, name, region), name, region)

        self._window.statusBar().showMessage("Asking SES whether it signs…")
        task = self._window.runner.start(operation)
        task.succeeded.connect(self._on_asked)
        task.finished.connect(self._window.statusBar().clearMessage)

    @Slot(object)
    def _on_asked(self, trouble: str) -> None:
        if trouble:
            self._window.info.tell(f"Whether SES signs is not known. {trouble}", "warning", key=_ASKED)
        else:
            self._window.info.take_back(_ASKED)
        self.look_again()
