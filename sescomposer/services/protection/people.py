"""Certificates and OpenPGP keys of other people: imported, harvested from signed mail, found by address.

All methods read the disk and may check chains: use a worker.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from sescomposer.core.errors import CertificateError, KeyGoneError
from sescomposer.core.findings import Severity
from sescomposer.services.protection.key_entries import check_size, is_pgp
from sescomposer.services.protection.protection_ports import PersonKey, PersonKind

if TYPE_CHECKING:
    from sescomposer.core.protection.certificates.certificate import Certificate
    from sescomposer.core.protection.certificates.suitability import CertificateFault
    from sescomposer.core.protection.facts import Reading
    from sescomposer.services.ports import Clock
    from sescomposer.services.protection.protection_ports import OpenPgp, PeopleStore
    from sescomposer.services.protection.roots import Roots


_MOST_ADDRESSES = 20
"""Of one certificate that are kept: one made to fill the disk has thousands."""

_MOST_OF_A_MESSAGE = 50

_Name = tuple[str, PersonKind, str]


class People:
    """The certificates and keys of other people.

    Args:
        store: Their file.
        roots: Whom we trust.
        clock: The time.
        openpgp: OpenPGP, to read its keys.
    """

    def __init__(self, store: "PeopleStore", roots: "Roots", clock: "Clock", openpgp: "OpenPgp") -> None:
        self._store = store
        self._roots = roots
        self._clock = clock
        self._openpgp = openpgp

    def all(self) -> tuple[PersonKey, ...]:
        """Give all, by address, newest first; raises `StoreError`."""
        found = sorted(self._store.all(), key=lambda key: key.first_seen, reverse=True)
        return tuple(sorted(found, key=lambda key: key.address))

    # --- coming -------------------------------------------------------------------------------------------------

    def import_file(self, octets: bytes, name: str, address: str = "") -> tuple[PersonKey, ...]:
        """Keep the certificates or OpenPGP keys of a file for the addresses in them; gives what is kept.

        Args:
            octets: PEM, DER, p7b, vCard, or an OpenPGP key.
            name: Of the file, for people.
            address: Keep them for this address in place of those in them, "" for those.

        Raises:
            CertificateError: It holds none that can be used for people.
            StoreError: They cannot be kept.
        """
        check_size(octets)
        source = f"file {name}"
        found = self._pgp_of(octets, source, address) if is_pgp(octets) else self._smime_of(octets, source, address)
        return self._kept(found)

    def harvest(self, reading: "Reading", date: datetime | None = None) -> tuple[PersonKey, ...]:
        """Keep the certificates of intact signatures; gives those that were not known.

        A root need not vouch for one to be kept: that is looked at whenever it is used.

        Args:
            reading: What reading a message found out.
            date: Of the message, None if it does not say.

        Raises:
            StoreError: They cannot be read or kept.
        """
        found: list[PersonKey] = []
        for facts in reading.signatures:
            if facts.certificate is None or not facts.intact.is_good or facts.certificate.is_ca:
                continue
            when = facts.signed_at or date
            source = f"signed mail of {when:%Y-%m-%d}" if when else "signed mail"
            chain = _chain(facts.certificate, facts.chain)
            found += self._keys_of(facts.certificate, chain, source, ())
        known = {(key.address, key.fingerprint) for key in self._store.all()}
        new = {(key.address, key.fingerprint): key for key in found}
        return self._kept([key for name, key in new.items() if name not in known][:_MOST_OF_A_MESSAGE])

    def _smime_of(self, octets: bytes, source: str, address: str) -> list[PersonKey]:
        from sescomposer.core.protection.certificates.certificate_files import read_certificates

        certificates = read_certificates(octets)
        leaves = [each for each in certificates if not each.is_ca]
        if not leaves:
            raise CertificateError(
                "This file holds only certificates of authorities, none of a person.",
                hint="Import it among the roots if you trust whom it belongs to.",
            )
        wanted = (address,) if address else ()
        found = [key for leaf in leaves for key in self._keys_of(leaf, _chain(leaf, certificates), source, wanted)]
        if not found:
            raise CertificateError(
                f"The certificate of {leaves[0].owner!r} has no mail address.",
                hint="Import it for the address of its owner.",
            )
        return found

    def _keys_of(
        self, certificate: "Certificate", chain: "Sequence[Certificate]", source: str, addresses: Sequence[str]
    ) -> list[PersonKey]:
        now = self._clock.now()
        return [
            PersonKey(
                address=address.lower(),
                kind=PersonKind.SMIME,
                fingerprint=certificate.fingerprint,
                octets=certificate.der,
                source=source,
                first_seen=now,
                chain=tuple(each.der for each in chain),
            )
            for address in (addresses or certificate.addresses)[:_MOST_ADDRESSES]
        ]

    def _pgp_of(self, octets: bytes, source: str, address: str) -> list[PersonKey]:
        now = self._clock.now()
        facts = self._openpgp.read(octets)
        found = [
            PersonKey(
                address=each.lower(),
                kind=PersonKind.OPENPGP,
                fingerprint=key.fingerprint.lower(),
                octets=self._openpgp.public(octets, key.fingerprint),
                source=source,
                first_seen=now,
            )
            for key in facts
            for each in ((address,) if address else key.addresses[:_MOST_ADDRESSES])
        ]
        if not found:
            raise CertificateError(
                "The keys of this OpenPGP file have no mail address.", hint="Import it for the address of its owner."
            )
        return found

    def _kept(self, keys: Iterable[PersonKey]) -> tuple[PersonKey, ...]:
        """Keep keys; what is known of one already stays."""
        new = tuple(keys)
        before = self._doubted(new, {_name(key): key for key in self._store.all()})
        kept: list[PersonKey] = []
        for key in new:
            old = before.get(_name(key))
            if old is not None:
                key = replace(old, octets=key.octets, chain=key.chain or old.chain)
            self._store.put(key)
            kept.append(key)
        return tuple(kept)

    def _doubted(self, new: Sequence[PersonKey], known: Mapping[_Name, PersonKey]) -> dict[_Name, PersonKey]:
        """Let an OpenPGP key that names a further address be accepted anew: nobody but its owner vouches for that."""
        grown = {key.fingerprint for key in new if key.kind is PersonKind.OPENPGP and _name(key) not in known}
        found = dict(known)
        for name, key in known.items():
            if key.kind is PersonKind.OPENPGP and key.fingerprint in grown and key.is_accepted:
                found[name] = replace(key, is_accepted=False)
                self._store.put(found[name])
        return found

    # --- finding ------------------------------------------------------------------------------------------------

    def for_address(self, address: str, kind: PersonKind | None = None) -> tuple[PersonKey, ...]:
        """Give the keys of an addr-spec, in any case: those that can be used now first, and the newest of them.

        Args:
            address: The addr-spec.
            kind: Only these; None for all.

        Raises:
            StoreError: They cannot be read.
        """
        from sescomposer.core.protection.certificates.certificate import comparable

        wanted = comparable(address)
        found = [key for key in self._store.all() if comparable(key.address) == wanted and kind in (None, key.kind)]
        found.sort(key=self._begins, reverse=True)
        return tuple(sorted(found, key=lambda key: not self.is_suitable(key)))

    def best(self, address: str, kind: PersonKind = PersonKind.SMIME) -> PersonKey | None:
        """Give the newest key of an addr-spec that can be encrypted to now, None if there is none."""
        return next((key for key in self.for_address(address, kind) if self.is_suitable(key)), None)

    def is_suitable(self, key: PersonKey) -> bool:
        """Tell whether one can encrypt to a key now: a root vouches for it, or the user does."""
        if key.kind is PersonKind.OPENPGP:
            return any(facts.can_encrypt and not facts.trouble for facts in self._openpgp.read(key.octets))
        return all(fault.severity is not Severity.ERROR for fault in self.faults(key))

    def faults(self, key: PersonKey) -> "tuple[CertificateFault, ...]":
        """Give what speaks against encrypting to a certificate now; of OpenPGP none is known here."""
        if key.kind is PersonKind.OPENPGP:
            return ()
        from sescomposer.core.protection.certificates.certificate import Certificate
        from sescomposer.core.protection.certificates.suitability import faults

        return faults(
            Certificate(key.octets),
            for_="encrypt",
            address=key.address,
            now=self._clock.now(),
            trust=self._roots.trust,
            others=tuple(Certificate(der) for der in key.chain),
            is_accepted=key.is_accepted,
        )

    def _begins(self, key: PersonKey) -> datetime:
        if key.kind is PersonKind.OPENPGP:
            return max((facts.created for facts in self._openpgp.read(key.octets)), default=key.first_seen)
        from sescomposer.core.protection.certificates.certificate import Certificate

        return Certificate(key.octets).not_before

    # --- changing -----------------------------------------------------------------------------------------------

    def accept(self, fingerprint: str, accepted: bool = True) -> None:
        """Note that the user compared the fingerprint and vouches for it, or does no more.

        Raises:
            KeyGoneError: There is none with that fingerprint.
            StoreError: It cannot be kept.
        """
        wanted = fingerprint.replace(":", "").replace(" ", "").lower()
        found = [key for key in self._store.all() if key.fingerprint == wanted]
        if not found:
            raise KeyGoneError(
                f"Nobody's certificate or key has the fingerprint {fingerprint!r}.",
                hint="Import it first.",
                value=fingerprint,
            )
        for key in found:
            self._store.put(replace(key, is_accepted=accepted))

    def note_use(self, address: str, fingerprint: str, at: datetime | None = None) -> None:
        """Note when a key was used; does nothing if it was removed meanwhile. Raises `StoreError`."""
        for key in self.for_address(address):
            if key.fingerprint == fingerprint:
                self._store.put(replace(key, last_used=at or self._clock.now()))

    def remove(self, address: str, fingerprint: str) -> None:
        """Forget one; does nothing if there is none. Raises `StoreError`."""
        self._store.remove(address.lower(), fingerprint)


def _name(key: PersonKey) -> _Name:
    return key.address, key.kind, key.fingerprint


def _chain(leaf: "Certificate", others: "Iterable[Certificate]") -> "tuple[Certificate, ...]":
    from sescomposer.core.protection.certificates.key_files import chain_of

    return chain_of(leaf, tuple(each for each in others if each != leaf))
