"""Own keys as the window shows them: whose they are, where they lie, and what speaks against signing with them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sescomposer.gui.directions import isolated
from sescomposer.gui.keys.shown import (
    Shown,
    Told,
    certificate_facts,
    day,
    in_groups,
    in_line,
    pgp_facts,
    state_of,
    told_of,
)
from sescomposer.services.protection.passphrases import OURS, WHOSE
from sescomposer.services.protection.protection_ports import KeyEntry, KeyKind

if TYPE_CHECKING:
    from sescomposer.bootstrap import Services
    from sescomposer.core.protection.certificates.certificate import Certificate
    from sescomposer.core.protection.certificates.trust import Trust
    from sescomposer.services.protection.key_entries import Expiring
    from sescomposer.services.protection.protection_ports import PgpKeyFacts

COLUMNS = ("Owner", "Addresses", "Kind", "Valid until", "State")

_WHERE = {
    KeyKind.FILE: "on this computer, encrypted",
    KeyKind.OPENPGP: "on this computer, encrypted",
    KeyKind.DKIM: "on this computer, encrypted",
    KeyKind.GNUPG: "in the keyring of your GnuPG, which asks for its passphrase itself",
}
_NOBODY_VOUCHES = ("untrusted", "incomplete")
_PASSPHRASE = {
    KeyKind.CARD: "its PIN is asked for when it is used, and kept nowhere",
    KeyKind.GNUPG: "",
}


def own_keys(services: "Services") -> tuple[Shown, ...]:
    """Give all own keys; reads the disk. Raises `StoreError`."""
    now = services.clock.now()
    entries = services.keys.all()
    ending = {told.entry.id: told for told in services.keys.expiring(now)}
    return tuple(_own_key(services, entry, ending, now) for entry in entries)


def _own_key(services: "Services", entry: KeyEntry, ending: "Mapping[str, Expiring]", now: datetime) -> Shown:
    match entry.kind:
        case KeyKind.DKIM:
            return _dkim_key(entry)
        case KeyKind.OPENPGP | KeyKind.GNUPG:
            return _pgp_key(entry, services.openpgp.read(entry.public)[0], ending.get(entry.id), now)
        case _:
            return _smime_key(entry, services.trust, ending.get(entry.id), now)


def _smime_key(entry: KeyEntry, trust: "Trust", ending: "Expiring | None", now: datetime) -> Shown:
    from sescomposer.core.protection.certificates.certificate import Certificate
    from sescomposer.core.protection.certificates.trust import trusted_chain

    own, *chain = (Certificate(der) for der in entry.certificates)
    way = trusted_chain(own, chain, trust, now)
    told = (*_against(own, tuple(chain), trust, now), *_chain_ends(ending, own, now))
    sign, state = state_of(told)
    above = " ← ".join(isolated(in_line(each.owner)) for each in chain) or "none came with it"
    kind = "Card" if entry.kind is KeyKind.CARD else "S/MIME"
    return Shown(
        id=entry.id,
        cells=(in_line(entry.label), ", ".join(entry.addresses), f"{kind}, {own.key_kind}", day(own.not_after), state),
        sign=sign,
        title=in_line(entry.label),
        facts=(*certificate_facts(own, now), ("Issuers above", above), ("Trust", way.sentence), *_keeping(entry)),
        fingerprint=in_groups(entry.fingerprint),
        told=told,
        origin=entry,
        anchor=_anchor(own, chain, now) if way.fault in _NOBODY_VOUCHES else None,
    )


def _anchor(own: "Certificate", chain: "Sequence[Certificate]", now: datetime) -> "Certificate | None":
    """Give what has to be trusted for an own certificate to be: the last authority above it, or else itself."""
    from sescomposer.core.protection.certificates.trust import Trust, trusted_chain

    above = [each for each in chain[-1:] if each.is_ca]
    return next((each for each in (*above, own) if trusted_chain(own, chain, Trust((each,)), now).is_good), None)


def _against(own: "Certificate", chain: "tuple[Certificate, ...]", trust: "Trust", now: datetime) -> tuple[Told, ...]:
    """Tell what speaks against signing with a certificate; one that only decrypts has its own words."""
    from sescomposer.core.protection.certificates.suitability import faults

    address = next(iter(own.addresses), "your address")
    found = faults(own, for_="sign", address=address, now=now, trust=trust, others=chain)
    if own.can_sign or not own.can_encrypt:
        return told_of(found)
    only = Told(
        "protect-decrypts",
        "note",
        "This certificate does not sign; it opens what was encrypted for you.",
        "To sign as well, import the certificate for signing beside it.",
    )
    return (*told_of(fault for fault in found if fault.code != "protect-usage"), only)


def _chain_ends(ending: "Expiring | None", own: "Certificate", now: datetime) -> Iterator[Told]:
    """Tell of a certificate above that ends before the own one does."""
    if ending is not None and ending.ends != own.not_after:
        sign = "note" if ending.urgency.value == "notice" else "warning"
        yield Told("protect-expiring", sign, ending.sentence, "Import the key again with its newer chain.")


def _pgp_key(entry: KeyEntry, facts: "PgpKeyFacts", ending: "Expiring | None", now: datetime) -> Shown:
    told = []
    if facts.trouble:
        told.append(
            Told("protect-openpgp", "error", facts.trouble, "Extend it with your OpenPGP program, or import another.")
        )
    elif ending is not None:
        sign = "note" if ending.urgency.value == "notice" else "warning"
        told.append(Told("protect-expiring", sign, ending.sentence, "Extend it with your OpenPGP program in time."))
    sign, state = state_of(told)
    kind = "GnuPG" if entry.kind is KeyKind.GNUPG else "OpenPGP"
    return Shown(
        id=entry.id,
        cells=(
            in_line(entry.label),
            ", ".join(entry.addresses),
            f"{kind}, {facts.algorithm}",
            day(facts.expires) if facts.expires else "no end",
            state,
        ),
        sign=sign,
        title=in_line(entry.label),
        facts=(*pgp_facts(facts, now), *_keeping(entry)),
        fingerprint=in_groups(entry.fingerprint),
        told=tuple(told),
        origin=entry,
    )


def _dkim_key(entry: KeyEntry) -> Shown:
    from sescomposer.core.protection.dkim.dkim_key import public_key_record, zone_line

    domain, selector = entry.details.get("domain", ""), entry.details.get("selector", "")
    value = public_key_record(entry.public)
    return Shown(
        id=entry.id,
        cells=(in_line(entry.label), domain, "DKIM, RSA", "no end", "Fine"),
        sign="ok",
        title=in_line(entry.label),
        facts=(("Domain", domain), ("Selector", selector), *_keeping(entry)),
        fingerprint=in_groups(entry.fingerprint),
        told=(
            Told(
                "dkim-publish",
                "note",
                "Publish the record below in the DNS of the domain before anything is signed with this key.",
                "SES signs by itself for domains with Easy DKIM. Choose this key on the page Identities only for a "
                "mailbox whose domain needs it.",
            ),
        ),
        record=(
            ("Name", f"{selector}._domainkey.{domain}"),
            ("Value", value),
            ("Zone", zone_line(domain, selector, value)),
        ),
        origin=entry,
    )


def _keeping(entry: KeyEntry) -> tuple[tuple[str, str], ...]:
    """Say where a key lies, and who opens it."""
    where = _WHERE.get(entry.kind, "")
    if entry.kind is KeyKind.CARD:
        where = f"on the card {isolated(entry.details.get('token', ''))} ({entry.details.get('module', '')})"
    kept = "in the keyring of the system" if entry.details.get(WHOSE) == OURS else "yours, asked for once in each run"
    asked = "asked for every time" if entry.asks_always else kept
    found = (
        ("Kept", where),
        ("Passphrase", _PASSPHRASE.get(entry.kind, asked)),
        ("Added", day(entry.added) if entry.added else ""),
    )
    return tuple((name, words) for name, words in found if words)
