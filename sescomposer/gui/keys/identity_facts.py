"""What From mailboxes demand of signing and encrypting, as the window shows it, and what there is to choose from."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sescomposer.gui.keys.shown import in_line
from sescomposer.services.protection.protection_ports import IdentityPolicy, KeyEntry, KeyKind, Policy

if TYPE_CHECKING:
    from sescomposer.bootstrap import Services

COLUMNS = ("From mailbox", "Sign", "Encrypt", "How", "Signs with")
METHODS = {
    "smime": "S/MIME, by this program",
    "openpgp": "OpenPGP, by this program",
    "ses": "S/MIME, by SES on its side",
}
POLICIES = {
    Policy.NEVER: "Never",
    Policy.OFFER: "Offer",
    Policy.ALWAYS: "Always",
    Policy.MUST: "Must",
}
MEANINGS = {
    Policy.NEVER: "It is not offered; a message from here goes without.",
    Policy.OFFER: "You switch it on for a message when you want it.",
    Policy.ALWAYS: "It is on by itself, and can be switched off for one message.",
    Policy.MUST: "It is on and stays on: what cannot be protected is not sent.",
}
_NONE, _GONE = "none", "missing"
_KINDS = {
    "smime": (KeyKind.FILE, KeyKind.CARD),
    "openpgp": (KeyKind.OPENPGP, KeyKind.GNUPG),
    "ses": (),
}


@dataclass(frozen=True, slots=True)
class Identity:
    """One From mailbox.

    Attributes:
        policy: What it demands.
        keys: Own keys to pin it to, of its method: id and words.
        dkim: DKIM keys: id and words.
        reason: Which key signs now, and why; a sentence.
        cells: The row.
        is_set: Whether somebody set a policy.
        has_signer: Whether there is a key that signs.
        signer: Id of the own key that signs now, "" for none.
    """

    policy: IdentityPolicy
    keys: tuple[tuple[str, str], ...]
    dkim: tuple[tuple[str, str], ...]
    reason: str
    cells: tuple[str, ...]
    is_set: bool
    has_signer: bool
    signer: str = ""


def identities(services: "Services", typed: Iterable[str] = ()) -> tuple[Identity, ...]:
    """Give the From mailboxes with a policy, those of accounts, those of own keys, and those just typed.

    Reads the disk and checks chains. Raises `StoreError`, `SettingsError`.
    """
    entries = services.keys.all()
    set_ = {policy.address: policy for policy in services.policies.all()}
    found = [*set_, *_of_accounts(services), *(address for entry in entries for address in entry.addresses), *typed]
    addresses = dict.fromkeys(services.policies.of(address).address for address in found if "@" in address)
    return tuple(_identity(services, services.policies.of(each), entries, each in set_) for each in sorted(addresses))


def _of_accounts(services: "Services") -> Iterable[str]:
    from sescomposer.core.address import parse_mailbox
    from sescomposer.core.errors import AddressError

    for account in services.accounts.all():
        for mailbox in account.mailboxes:
            try:
                yield parse_mailbox(mailbox).wire_addr_spec
            except AddressError:
                # The window of the accounts tells it where it is typed.
                continue


def _identity(services: "Services", policy: IdentityPolicy, entries: tuple[KeyEntry, ...], is_set: bool) -> Identity:
    keys = tuple((entry.id, _words(entry)) for entry in entries if entry.kind in _KINDS.get(policy.method, ()))
    dkim = tuple((entry.id, in_line(entry.label)) for entry in entries if entry.kind is KeyKind.DKIM)
    own, signer, reason = _signer(services, policy, entries)
    return Identity(
        policy=policy,
        keys=keys,
        dkim=dkim,
        reason=reason,
        cells=(
            policy.address,
            POLICIES[policy.sign],
            POLICIES[policy.encrypt],
            METHODS[policy.method].partition(",")[0] if policy.method != "ses" else "S/MIME by SES",
            signer,
        ),
        is_set=is_set,
        has_signer=signer not in (_NONE, _GONE),
        signer=own,
    )


def _signer(services: "Services", policy: IdentityPolicy, entries: tuple[KeyEntry, ...]) -> tuple[str, str, str]:
    """Say which key signs for a mailbox now: its id, "" for none of ours, in short, and in a sentence."""
    match policy.method:
        case "ses":
            return "", "SES", "SES signs with the certificate that the account has for this identity, where it has one."
        case "openpgp":
            return _pgp_signer(policy, entries)
        case _:
            return _smime_signer(services, policy, entries)


def _smime_signer(services: "Services", policy: IdentityPolicy, entries: tuple[KeyEntry, ...]) -> tuple[str, str, str]:
    from sescomposer.core.protection.certificates.certificate import Certificate
    from sescomposer.core.protection.certificates.choosing import choose

    own = [entry for entry in entries if entry.kind in _KINDS["smime"]]
    others = tuple(Certificate(der) for entry in own for der in entry.certificates[1:])
    candidates = {Certificate(entry.certificates[0]): entry.id for entry in own}
    if policy.key and policy.key not in candidates.values():
        return "", _GONE, "The key that was chosen for this mailbox is not among yours any more. Choose another one."
    now = services.clock.now()
    choice = choose(tuple(candidates), policy.address, now, services.trust, pinned=policy.key, others=others)
    if choice.certificate is None:
        return "", _NONE, choice.reason
    return candidates[choice.certificate], in_line(choice.certificate.owner), choice.reason


def _pgp_signer(policy: IdentityPolicy, entries: tuple[KeyEntry, ...]) -> tuple[str, str, str]:
    own = [entry for entry in entries if entry.kind in _KINDS["openpgp"]]
    if policy.key:
        pinned = next((entry for entry in own if entry.id == policy.key), None)
        if pinned is None:
            return (
                "",
                _GONE,
                "The key that was chosen for this mailbox is not among yours any more. Choose another one.",
            )
        return pinned.id, in_line(pinned.label), f"{in_line(pinned.label)} was chosen for this mailbox."
    found = next((entry for entry in reversed(own) if policy.address in map(str.lower, entry.addresses)), None)
    if found is None:
        return "", _NONE, f"None of your OpenPGP keys has the address {policy.address}."
    return found.id, in_line(found.label), f"{in_line(found.label)} has this address."


def _words(entry: KeyEntry) -> str:
    return ", ".join(filter(None, (in_line(entry.label), *entry.addresses[:1]))) + f" ({entry.id[:8]})"
