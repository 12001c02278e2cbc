"""Which From mailboxes an account has to offer, and what is known of each. No Qt here."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sescomposer.core.address import parse_mailbox
from sescomposer.core.errors import AddressError
from sescomposer.gui.models.envelope_words import unicode_form
from sescomposer.services.account import Account
from sescomposer.services.knowledge import Identity, Known
from sescomposer.services.verification import covering, were_identities_read

MOST = 200
"""Offers listed at once; whoever wants another types some of it."""

_SIGNS = {True: "ok", False: "warning", None: "note"}
_ADDRESS = "EMAIL_ADDRESS"


@dataclass(frozen=True, slots=True)
class Offer:
    """A mailbox for From.

    Attributes:
        text: As it is put into the field.
        is_verified: Whether the account may send from it; None if that is not known.
        words: Why it is offered, and where it is verified if not here.
    """

    text: str
    is_verified: bool | None
    words: str

    @property
    def sign(self) -> str:
        """Name of the icon beside it."""
        return _SIGNS[self.is_verified]


class Offers:
    """Everything that is offered.

    Args:
        rows: Those known by name, the best first.
        domains: Verified domains, for which any address may be typed.
    """

    def __init__(self, rows: Iterable[Offer] = (), domains: Iterable[str] = ()) -> None:
        self.rows = tuple(rows)
        self.domains = tuple(sorted(domains))
        self._searched = tuple(row.text.casefold() for row in self.rows)

    def fitting(self, typed: str) -> tuple[Offer, ...]:
        """Give the offers that hold what was typed, those that begin with it first, and verified domains behind an "@".

        >>> offers = Offers([Offer("ada@a.example", True, ""), Offer("Da <d@a.example>", True, "")], ["b.example"])
        >>> [offer.text for offer in offers.fitting("da")], [offer.text for offer in offers.fitting("da@")]
        (['Da <d@a.example>', 'ada@a.example'], ['ada@a.example', 'da@b.example'])
        """
        needle = typed.strip().casefold()
        pairs = zip(self.rows, self._searched, strict=True)
        found = [(not text.startswith(needle), row) for row, text in pairs if needle in text]
        listed = [row for _, row in sorted(found, key=lambda pair: pair[0])[:MOST]]
        known = {row.text.casefold() for row in listed}
        made = (offer for offer in self._made(typed.strip()) if offer.text.casefold() not in known)
        return tuple([*listed, *made][:MOST])

    def _made(self, typed: str) -> Iterator[Offer]:
        local_part, at, begun = typed.rpartition("@")
        if not at or not local_part or " " in local_part:
            return
        for domain in self.domains:
            if domain.startswith(begun.lower()):
                yield Offer(f"{local_part}@{unicode_form(f'x@{domain}')[2:]}", True, f"{domain} is verified")


def from_offers(
    account: Account | None, known: Known | None, others: Iterable[Known], remembered: Mapping[str, str]
) -> Offers:
    """Give what From of a message may be offered, verified ones first.

    Args:
        account: In use, None for the local inbox.
        known: What was last read of it.
        others: What is known of all accounts and regions.
        remembered: Which account was used last for each address, the newest last.
    """
    look = _Look(account, known, tuple(others))
    named: dict[str, tuple[str, str]] = {}
    for text, reason in _named(account, look, remembered):
        named.setdefault(_address(text).lower(), (text, reason))
    offers = [look.offer(address, text, reason) for address, (text, reason) in named.items() if address]
    ranks = {True: 0, None: 1, False: 2}
    return Offers(sorted(offers, key=lambda offer: ranks[offer.is_verified]), look.domains)


def _named(account: Account | None, look: "_Look", remembered: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Give mailboxes with why they are offered, the likeliest first."""
    for text in account.mailboxes if account is not None else ():
        yield text, "typed for this account"
    used = account.name if account is not None else ""
    newest_first = list(remembered.items())[::-1]
    for address, name in sorted(newest_first, key=lambda pair: pair[1] != used):
        yield unicode_form(address), f"used last with {name!r}" if name else "used last with the local inbox"
    for identity in look.addresses:
        yield unicode_form(identity.name), "address identity"


class _Look:
    """Finds out what is known of addresses, with the names of all identities looked up once."""

    def __init__(self, account: Account | None, known: Known | None, others: tuple[Known, ...]) -> None:
        self._region = account.region if account is not None else ""
        self._is_read = known is not None and were_identities_read(known)
        here = (known.account, known.region) if known is not None else ("", "")
        same = [other for other in others if account is not None and other.account == account.name]
        elsewhere = [other for other in same if (other.account, other.region) != here]
        self._verified = _verified(known.identities if known is not None else ())
        self._elsewhere = {other.region: _verified(other.identities) for other in elsewhere}
        identities = [*(known.identities if known is not None else ()), *_all(elsewhere)]
        self.addresses = tuple(identity for identity in identities if identity.kind == _ADDRESS)
        self.domains = frozenset(name for name in self._verified if "@" not in name)

    def offer(self, address: str, text: str, reason: str) -> Offer:
        """Give the offer of an address, with what is known of it."""
        by = self._covers(address, self._verified)
        if by:
            words = f"Verified, {reason}" if "@" in by else f"Verified by {by}, {reason}"
            return Offer(text, True, words)
        regions = sorted(region for region, names in self._elsewhere.items() if self._covers(address, names))
        there = f"; verified in {', '.join(regions)}" if regions else ""
        if not self._is_read:
            return Offer(text, None, f"{reason[:1].upper()}{reason[1:]}{there}")
        return Offer(text, False, f"Not verified in {self._region}{there}; {reason}")

    @staticmethod
    def _covers(address: str, names: Mapping[str, str]) -> str:
        """Give the identity of those names that covers an address; addresses of identities may differ in case alone."""
        found = (names.get(name.lower()) for name, _ in covering(address))
        return next((name for name in found if name), "")


def _verified(identities: Iterable[Identity]) -> dict[str, str]:
    return {identity.name.lower(): identity.name for identity in identities if identity.is_verified}


def _all(places: Iterable[Known]) -> Iterator[Identity]:
    for known in places:
        yield from known.identities


def _address(text: str) -> str:
    """Give the wire address of a mailbox, "" for what is none."""
    try:
        return parse_mailbox(text).wire_addr_spec
    except AddressError:
        return ""
