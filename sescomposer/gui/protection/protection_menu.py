"""The menu behind the status bar's field: what will be done and why, and every choice of how."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QLabel, QMenu, QWidgetAction

from sescomposer.core.message import Method, Protection
from sescomposer.gui.layers.reader import ReadingState
from sescomposer.gui.protection.protection_words import key_words, method_words, told_words
from sescomposer.services.protection.protection_ports import KeyKind

if TYPE_CHECKING:
    from sescomposer.gui.composer import Composer
    from sescomposer.gui.protection.planning import Planned
    from sescomposer.services.protection.protection_plan import ProtectionPlan
    from sescomposer.services.protection.protection_ports import KeyEntry

_WIDE = 400
_KINDS = {
    Method.SMIME: (KeyKind.FILE, KeyKind.CARD),
    Method.OPENPGP: (KeyKind.OPENPGP, KeyKind.GNUPG),
    Method.SES: (),
}
_HEADER_CHOICES = (
    (None, "Where it is &encrypted", "As it is recommended: the subject is hidden of what is encrypted."),
    (True, "&Always", "Copies of the header fields are signed as well: a change on the way is noticed."),
    (False, "&Never", "Header fields stand outside alone, also the subject of what is encrypted."),
)


def fill_menu(
    menu: QMenu, composer: "Composer", actions: dict[str, QAction], ask_service: Callable[[], None] | None = None
) -> None:
    """Write the menu anew, by what is known now.

    Args:
        menu: The menu.
        composer: Of the window.
        actions: Of the window.
        ask_service: Asks the service whether it signs; None where the message goes through no account.
    """
    menu.clear()
    planned = composer.planned
    wanted = planned.wanted(composer.message.protection) if planned is not None else composer.message.protection
    reader = composer.reader
    lead = f"{reader.lacking.sentence}\n" if reader.lacking is not None else ""
    menu.addAction(_card(f"{lead}{told_words(planned)}", menu))
    if reader.state is not ReadingState.NOTHING and "view_signature" in actions:
        see = menu.addAction("Show si&gnature and encryption")
        see.setToolTip(actions["view_signature"].statusTip())
        see.triggered.connect(actions["view_signature"].trigger)
    menu.addSeparator()
    menu.addAction(actions["sign"])
    menu.addAction(actions["encrypt"])
    menu.addSeparator()
    filler = _Filler(menu, composer, planned, wanted)
    filler.add_methods()
    if ask_service is not None:
        question = menu.addAction("As&k SES whether it signs this")
        question.setToolTip("Reads the configuration set and the certificate of the From mailbox there")
        question.triggered.connect(lambda checked=False: ask_service())
    filler.add_forms()
    filler.add_keys()
    if "keys" in actions:
        menu.addSeparator()
        menu.addAction(actions["keys"])


def _card(words: str, menu: QMenu) -> QAction:
    """Make the text at the top: it wraps, which entries of a menu do not."""
    label = QLabel(words, menu)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setFixedWidth(_WIDE)
    label.setContentsMargins(12, 8, 12, 8)
    label.setAccessibleName(f"What will be done: {words}")
    card = QWidgetAction(menu)
    card.setDefaultWidget(label)
    card.setText(words)
    card.setEnabled(False)
    label.setEnabled(True)
    return card


class _Filler:
    """Adds the choices of how."""

    def __init__(self, menu: QMenu, composer: "Composer", planned: "Planned | None", wanted: Protection) -> None:
        self._menu = menu
        self._composer = composer
        self._planned = planned
        self._wanted = wanted

    @property
    def _plan(self) -> "ProtectionPlan | None":
        return self._planned.plan if self._planned is not None else None

    def add_methods(self) -> None:
        """Choose by which standard, and by whom."""
        group = QActionGroup(self._menu)
        for method in Method:
            entry = self._radio(method_words(method), group, self._wanted.method is method)
            entry.triggered.connect(partial(self._choose, {"method": method, "key": ""}))
            if method is Method.SES:
                told, can = self._ses_words()
                entry.setEnabled(can or self._wanted.method is Method.SES)
                entry.setToolTip(told)
                entry.setText(f"{entry.text()} ({told.replace('&', '&&')})")

    def _ses_words(self) -> tuple[str, bool]:
        """Say whether SES signs, and whether that can be chosen."""
        plan = self._plan
        if plan is None or (plan.set_signs is None and plan.managed is None):
            return "not known of this account", False
        status = f"certificate {plan.managed.status.lower()}" if plan.managed is not None else "no certificate there"
        name = plan.configuration_set or "without a configuration set"
        return f"{name}: {'signs' if plan.set_signs else 'does not sign'}, {status}", True

    def add_forms(self) -> None:
        """Choose where the signature goes, and what goes inside."""
        if self._wanted.method is Method.SMIME:
            self._menu.addSeparator()
            group = QActionGroup(self._menu)
            for opaque, words, told in (
                (False, "Signature &beside the message", "Every reader sees the message; servers may break it."),
                (True, "Message &inside the signature", "Survives more; readers without S/MIME see only a file."),
            ):
                entry = self._radio(words, group, self._wanted.opaque is opaque)
                entry.setToolTip(told)
                entry.triggered.connect(partial(self._choose, {"opaque": opaque}))
        if self._wanted.method is Method.SES:
            return
        self._menu.addSeparator()
        self._add_header_protection()
        if self._wanted.method is Method.OPENPGP:
            entry = self._menu.addAction("Tell my key in the header (A&utocrypt)")
            entry.setCheckable(True)
            entry.setChecked(self._wanted.autocrypt)
            entry.triggered.connect(partial(self._choose, {"autocrypt": not self._wanted.autocrypt}))

    def _add_header_protection(self) -> None:
        inside = self._menu.addMenu("&Header fields inside too")
        inside.setToolTipsVisible(True)
        group = QActionGroup(inside)
        for value, words, told in _HEADER_CHOICES:
            entry = self._radio(words, group, self._wanted.header_protection is value, inside)
            entry.setToolTip(told)
            entry.triggered.connect(partial(self._choose, {"header_protection": value}))

    def add_keys(self) -> None:
        """Choose the key that signs."""
        kinds = _KINDS[self._wanted.method]
        keys = [key for key in (self._planned.keys if self._planned is not None else ()) if key.kind in kinds]
        if not keys:
            return
        menu = self._menu.addMenu("Sign &with")
        group = QActionGroup(menu)
        pinned = self._composer.message.protection.key
        first = self._radio("The key that &fits the From mailbox best", group, not pinned, menu)
        first.triggered.connect(partial(self._choose, {"key": ""}))
        menu.addSeparator()
        for key in keys:
            self._add_key(key, group, menu, is_pinned=key.id == pinned)

    def _add_key(self, key: "KeyEntry", group: QActionGroup, menu: QMenu, *, is_pinned: bool) -> None:
        entry = self._radio(key_words(key).replace("&", "&&"), group, is_pinned, menu)
        entry.triggered.connect(partial(self._choose, {"key": key.id}))

    def _radio(self, words: str, group: QActionGroup, is_checked: bool, menu: QMenu | None = None) -> QAction:
        entry = QAction(words, group, checkable=True)
        entry.setChecked(is_checked)
        (menu or self._menu).addAction(entry)
        return entry

    def _choose(self, changes: Mapping[str, Any], checked: bool = False) -> None:
        """Make a choice of how an edit of the message; whether it is signed stays as it is shown."""
        wanted = self._wanted
        # In words, since nothing chosen would mean the method of the policy again. Who chooses how, chooses to.
        sign = bool(wanted.sign) or not wanted.encrypt
        before = self._composer.message.protection
        begun = replace(before, sign=sign, encrypt=wanted.encrypt or before.encrypt, method=wanted.method)
        chosen = replace(begun, **changes)
        self._composer.apply(lambda old: replace(old, protection=chosen), "change how it is signed")
