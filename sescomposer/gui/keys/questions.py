"""What the window of keys asks before it does something that cannot be taken back; each waits for the answer."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QInputDialog, QMessageBox, QWidget

from sescomposer.gui.directions import isolated
from sescomposer.gui.keys.shown import Shown, breakable, in_groups, in_line
from sescomposer.services.protection.protection_ports import KeyEntry, KeyKind

_MOST_NAMED = 6
_GONE = {
    KeyKind.FILE: "The key and its passphrase are deleted. What was encrypted for it cannot be read here any more; "
    "what it signed stays as it is. Export it first if you have no other copy.",
    KeyKind.OPENPGP: "The key and its passphrase are deleted. What was encrypted for it cannot be read here any more. "
    "Export it first if you have no other copy.",
    KeyKind.CARD: "It stays on the card; only this program forgets it.",
    KeyKind.GNUPG: "It stays in your GnuPG; only this program forgets it.",
    KeyKind.DKIM: "The key and its passphrase are deleted. Take its record out of the DNS once no mail with it is "
    "under way.",
}


def ask_remove_key(
    parent: QWidget, entry: KeyEntry, used_by: Sequence[str] = (), needed_by: Sequence[str] = ()
) -> bool:
    """Ask whether an own key is to go.

    Args:
        parent: The window.
        entry: The key.
        used_by: From mailboxes that are pinned to it.
        needed_by: From mailboxes whose mail must be signed, and which it signs without being pinned.
    """
    more = [_GONE[entry.kind]]
    if used_by:
        more.append(f"It was chosen for {', '.join(map(isolated, used_by))}.")
    if needed_by:
        more.append(
            f"Mail from {', '.join(map(isolated, needed_by))} must be signed, and this key signs it. Without another "
            "one that fits, nothing is sent from there."
        )
    return _ask(parent, f"Remove the key of “{isolated(in_line(entry.label))}”?", "\n\n".join(more), "&Remove")


def ask_remove_person(parent: QWidget, shown: Shown) -> bool:
    """Ask whether a certificate of somebody is to go."""
    more = "Nothing is encrypted with it any more. It comes back when signed mail of its owner is opened."
    return _ask(parent, f"Forget the certificate of {shown.title}?", more, "&Forget")


def ask_remove_root(parent: QWidget, shown: Shown) -> bool:
    """Ask whether a root is to be trusted no more."""
    more = "Certificates that lead to it alone are trusted no longer, here and in mail that is opened."
    return _ask(parent, f"Trust “{isolated(shown.title)}” no longer?", more, "&Remove")


def ask_accept(parent: QWidget, shown: Shown) -> bool:
    """Ask whether the fingerprint was compared."""
    more = (
        f"{shown.fingerprint}\n\nAsk its owner for the fingerprint by telephone or in person, not by mail, and "
        "compare. If it is the same, mail is encrypted with it though no trusted root vouches for it."
    )
    return _ask(parent, f"Is this the fingerprint of {shown.title}?", more, "&Accept")


def ask_trust(parent: QWidget, owners: Sequence[tuple[str, str]], is_authority: bool = True) -> bool:
    """Ask whether authorities are to be trusted; `owners` are names and fingerprints.

    Args:
        parent: The window.
        owners: Names and fingerprints.
        is_authority: Whether they issue certificates; else it is one certificate of nobody but its owner.
    """
    lines = [f"{isolated(in_line(owner))}\n{in_groups(mark)}" for owner, mark in owners[:_MOST_NAMED]]
    if len(owners) > _MOST_NAMED:
        lines.append(f"and {len(owners) - _MOST_NAMED} more")
    what = "this authority" if len(owners) == 1 else f"these {len(owners)} authorities"
    more = (
        "Whoever holds its key can vouch for anybody's certificate. Compare the fingerprint with the one that your "
        "company publishes."
    )
    if not is_authority:
        what = "this certificate"
        more = "What is signed with its key is trusted on this computer alone; others do not trust it because of that."
    return _ask(parent, f"Trust {what}?", "\n\n".join((more, *lines)), "&Trust")


def ask_address(parent: QWidget, name: str) -> str:
    """Ask for whom a certificate without an address is; "" where it is given up."""
    typed, is_given = QInputDialog.getText(
        parent, "Whose certificate is this?", f"{isolated(name)} says no address. Keep it for this address:"
    )
    return typed.strip() if is_given else ""


def ask_mailbox(parent: QWidget) -> str:
    """Ask for a From mailbox to set a policy for; "" where it is given up."""
    typed, is_given = QInputDialog.getText(parent, "Add a From mailbox", "Address that you write from:")
    return typed.strip() if is_given else ""


def _ask(parent: QWidget, question: str, more: str, yes: str) -> bool:
    box = QMessageBox(QMessageBox.Icon.Warning, "SES Composer", breakable(question), parent=parent)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setInformativeText(breakable(more))
    wanted = box.addButton(yes, QMessageBox.ButtonRole.DestructiveRole)
    box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
    box.exec()
    is_wanted = box.clickedButton() is wanted
    box.deleteLater()
    return is_wanted
