"""Whether an address may send, by the identities of an account (SES Developer Guide, verified identities).

A domain identity covers every address of the domain and of its subdomains, without regard to case. An address identity
is compared with case as a whole, and covers the same address with a "+label". Each region verifies for itself.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from sescomposer.services.knowledge import Identity, Known

LIST_OPERATION = "ListEmailIdentities"


class VerificationState(StrEnum):
    """What is known of an address."""

    VERIFIED = "verified"
    UNVERIFIED = "unverified"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Place:
    """An account and a region of it."""

    account: str
    region: str


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether an address may send.

    Attributes:
        state: What is known.
        by: Name of the most specific verified identity that covers it, "" for none.
        pending: The most specific identity that would cover it but is not verified; None for none.
        places: Where else it is verified, those of the same account first.
        account: Whose account was looked at.
    """

    state: VerificationState
    by: str = ""
    pending: Identity | None = None
    places: tuple[Place, ...] = ()
    account: str = ""

    @property
    def elsewhere(self) -> tuple[str, ...]:
        """The other places in words: regions, with the account where it is another."""
        return tuple(
            place.region if place.account == self.account else f"{place.region} (account {place.account!r})"
            for place in self.places
        )


def covering(address: str) -> tuple[tuple[str, bool], ...]:
    """Give the names of identities that cover an address, the most specific first, and whether each is a domain.

    Args:
        address: addr-spec in wire form.

    >>> covering("Ada+x@Mail.example.com")[:3]
    (('Ada+x@Mail.example.com', False), ('Ada@Mail.example.com', False), ('mail.example.com', True))
    """
    local_part, at, domain = address.rpartition("@")
    found = [(address, False)] if at else []
    plain, plus, _ = local_part.partition("+")
    if plus and plain:
        found.append((f"{plain}@{domain}", False))
    labels = domain.lower().split(".")
    found += [(".".join(labels[index:]), True) for index in range(len(labels))]
    return tuple(found)


def identities_for(identities: Iterable[Identity], address: str) -> tuple[Identity, ...]:
    """Give the identities that cover an address, the most specific first, verified or not."""
    by_name = {_key(identity.name): identity for identity in identities}
    return tuple(by_name[name] for name, _ in covering(address) if name in by_name)


def verification(known: Known | None, address: str, others: Iterable[Known] = ()) -> Verification:
    """Tell whether an account may send from an address.

    Args:
        known: What is known of the account in its region, None for nothing.
        address: addr-spec in wire form.
        others: What is known of other regions and accounts.

    >>> from datetime import datetime
    >>> domain = Identity("b.example", "DOMAIN", "SUCCESS", True)
    >>> known = Known("a", "eu-west-1", datetime(2026, 1, 1), identities=(domain,))
    >>> verification(known, "ada@mail.B.example").by
    'b.example'
    """
    if known is None:
        return Verification(VerificationState.UNKNOWN, places=_places(None, address, others))
    covers = identities_for(known.identities, address)
    by = next((identity.name for identity in covers if identity.is_verified), "")
    pending = next((identity for identity in covers if not identity.is_verified), None)
    if by:
        return Verification(VerificationState.VERIFIED, by, pending, account=known.account)
    state = VerificationState.UNVERIFIED if were_identities_read(known) else VerificationState.UNKNOWN
    return Verification(state, "", pending, _places(known, address, others), known.account)


def were_identities_read(known: Known) -> bool:
    """Whether the list of identities is whole."""
    return not any(denied.operation == LIST_OPERATION for denied in known.denied) and not any(
        failure.startswith(f"{LIST_OPERATION} ") for failure in known.failures
    )


def _key(name: str) -> str:
    return name if "@" in name else name.lower()


def _places(known: Known | None, address: str, others: Iterable[Known]) -> tuple[Place, ...]:
    own = Place(known.account, known.region) if known else None
    found = [place for place in _verified_places(address, others) if place != own]
    return tuple(sorted(found, key=lambda place: (known is None or place.account != known.account, place.region)))


def _verified_places(address: str, others: Iterable[Known]) -> Iterator[Place]:
    for other in others:
        if any(identity.is_verified for identity in identities_for(other.identities, address)):
            yield Place(other.account, other.region)
