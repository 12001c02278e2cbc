"""Certificates of other people, and roots, as the window shows them."""

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
from sescomposer.services.protection.protection_ports import PersonKey, PersonKind

if TYPE_CHECKING:
    from sescomposer.bootstrap import Services
    from sescomposer.core.protection.certificates.certificate import Certificate

PEOPLE_COLUMNS = ("Address", "Owner", "Kind", "Valid until", "Used last", "State")
ROOT_COLUMNS = ("Name", "Kind", "Valid until", "Comes from", "State")


def people(services: "Services") -> tuple[Shown, ...]:
    """Give the certificates and keys of other people; reads the disk and checks chains. Raises `StoreError`."""
    now = services.clock.now()
    return tuple(_person(services, key, now) for key in services.people.all())


def _person(services: "Services", key: PersonKey, now: datetime) -> Shown:
    is_smime = key.kind is PersonKind.SMIME
    owner, kind, ends, facts, told = (_smime if is_smime else _pgp)(services, key, now)
    if key.is_accepted:
        told = (*told, Told("accepted", "ok", "You compared its fingerprint and accepted it."))
    sign, state = state_of(told, "Accepted by you" if key.is_accepted else "Fine")
    used = day(key.last_used) if key.last_used else "never"
    return Shown(
        id=f"{key.address} {key.fingerprint}",
        cells=(key.address, in_line(owner), kind, day(ends) if ends else "no end", used, state),
        sign=sign,
        title=f"{isolated(in_line(owner))}, for {isolated(key.address)}",
        facts=(
            *facts,
            ("Came from", f"{in_line(key.source)}, on {day(key.first_seen)}"),
            ("Used last", used),
        ),
        fingerprint=in_groups(key.fingerprint),
        told=told,
        origin=key,
    )


_Read = tuple[str, str, datetime | None, tuple[tuple[str, str], ...], tuple[Told, ...]]


def _smime(services: "Services", key: PersonKey, now: datetime) -> _Read:
    from sescomposer.core.protection.certificates.certificate import Certificate

    certificate = Certificate(key.octets)
    told = told_of(services.people.faults(key))
    above = " ← ".join(isolated(in_line(Certificate(der).owner)) for der in key.chain)
    facts = (*certificate_facts(certificate, now), ("Issuers above", above or "none came with it"))
    return certificate.owner, f"S/MIME, {certificate.key_kind}", certificate.not_after, facts, told


def _pgp(services: "Services", key: PersonKey, now: datetime) -> _Read:
    facts = services.openpgp.read(key.octets)[0]
    owner = next(iter(facts.user_ids), key.address)
    told: tuple[Told, ...] = ()
    if facts.trouble or not facts.can_encrypt:
        sentence = facts.trouble or "Nothing can be encrypted to this key."
        told = (Told("protect-openpgp", "error", sentence, "Ask its owner for another one."),)
    return owner, f"OpenPGP, {facts.algorithm}", facts.expires, pgp_facts(facts, now), told


def roots(services: "Services", with_system: bool) -> tuple[Shown, ...]:
    """Give the own roots, and by choice those of the system; reads the disk. Raises `StoreError`."""
    now = services.clock.now()
    own = [_root(root, now, "added by you") for root in services.roots.own()]
    system = services.roots.system() if with_system else ()
    return (*own, *(_root(root, now, "system") for root in sorted(system, key=lambda root: root.owner.lower())))


def _root(root: "Certificate", now: datetime, source: str) -> Shown:
    told: tuple[Told, ...] = ()
    if now > root.not_after:
        told = (Told("protect-expired", "error", f"It expired on {day(root.not_after)}.", "Add its successor."),)
    elif now < root.not_before:
        told = (Told("protect-not-yet", "error", f"It is valid only from {day(root.not_before)} on.", ""),)
    sign, state = state_of(told, "Trusted")
    return Shown(
        id=root.fingerprint,
        cells=(in_line(root.owner), root.key_kind, day(root.not_after), source, state),
        sign=sign,
        title=in_line(root.owner),
        facts=(*certificate_facts(root, now)[1:], ("Comes from", source)),
        fingerprint=in_groups(root.fingerprint),
        told=told,
        origin=root,
    )
