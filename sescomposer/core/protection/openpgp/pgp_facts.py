"""What is known of an OpenPGP signature, as the facts that every signature has."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from sescomposer.core.entity import Entity
from sescomposer.core.protection.facts import Fact, SignatureFacts, Verdict
from sescomposer.core.protection.message_facts import address_fact, time_fact


class CheckedSignature(Protocol):
    """An OpenPGP signature that was checked; see `services.protection_ports.PgpSignature`."""

    @property
    def is_intact(self) -> bool:
        """Whether it verified with a key that is known."""

    @property
    def fingerprint(self) -> str:
        """Of the key, or the key id; lower-case hex."""

    @property
    def signed_at(self) -> datetime | None:
        """Time of signing, None if unknown."""

    @property
    def digest(self) -> str:
        """Name of the digest, such as "sha512"."""

    @property
    def addresses(self) -> tuple[str, ...]:
        """Of the user ids of the key; empty where it is not known."""

    @property
    def trouble(self) -> str:
        """A sentence where it is not intact or cannot be checked."""


class KnowsKeys(Protocol):
    """Knows which OpenPGP keys the user accepted."""

    def trusts_pgp(self, fingerprint: str) -> bool:
        """Whether a key is an own one, or the user accepted it by its fingerprint."""


def pgp_facts(
    signatures: Sequence[CheckedSignature], keys: KnowsKeys, root: Entity, now: datetime
) -> tuple[SignatureFacts, ...]:
    """Give the facts of each signature.

    Args:
        signatures: As they were checked.
        keys: Says whom the user accepted: nobody else vouches for an OpenPGP key.
        root: The message, for From and Date.
        now: Time with an offset.
    """
    return tuple(_facts(signature, keys, root, now) for signature in signatures)


def _facts(signature: CheckedSignature, keys: KnowsKeys, root: Entity, now: datetime) -> SignatureFacts:
    is_known = bool(signature.addresses) or signature.is_intact
    return SignatureFacts(
        _intact(signature, is_known),
        _signer(signature, is_known),
        _trusted(signature, keys, is_known),
        _address(signature, root, is_known),
        time_fact(root, signature.signed_at, now),
        method="OpenPGP",
        fingerprint=signature.fingerprint,
        signed_at=signature.signed_at,
        digest=signature.digest,
        algorithm="OpenPGP",
    )


def _intact(signature: CheckedSignature, is_known: bool) -> Fact:
    if signature.is_intact:
        return Fact(Verdict.GOOD, "Not one octet was changed since it was signed.")
    verdict = Verdict.BAD if is_known else Verdict.UNKNOWN
    return Fact(verdict, signature.trouble or "The signature could not be checked.")


def _signer(signature: CheckedSignature, is_known: bool) -> Fact:
    if not is_known:
        return Fact(Verdict.UNKNOWN, f"The key {signature.fingerprint or 'of the signer'} is not known.")
    owner = signature.addresses[0] if signature.addresses else "an owner without an address"
    if not signature.is_intact:
        return Fact(Verdict.UNKNOWN, f"It names the key of {owner}, which the signature does not prove.")
    return Fact(Verdict.GOOD, f"Signed with the key of {owner}.")


def _trusted(signature: CheckedSignature, keys: KnowsKeys, is_known: bool) -> Fact:
    if not is_known:
        return Fact(Verdict.UNKNOWN, "Nobody can vouch for a key that is not known.")
    if keys.trusts_pgp(signature.fingerprint):
        return Fact(Verdict.GOOD, "The key is your own, or you accepted it by its fingerprint.")
    return Fact(
        Verdict.UNKNOWN, "You have not accepted the key: compare its fingerprint with its owner, then accept it."
    )


def _address(signature: CheckedSignature, root: Entity, is_known: bool) -> Fact:
    if not is_known:
        return Fact(Verdict.UNKNOWN, "Whose addresses the key has is not known.")
    return address_fact(root, signature.addresses)
