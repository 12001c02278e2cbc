"""Reading of address fields (RFC 5322 section 3.4): strictly for what is typed, leniently for what was received.

The strict reader refuses what Amazon SES refuses, in the words of its answers, so that the sentence a writer sees here
is the one that the service would have sent. The lenient one gives every mailbox that can be made out.
"""

from collections.abc import Callable, Sequence
from typing import NoReturn

from sescomposer.core import addr_spec
from sescomposer.core.address_fault import Fault
from sescomposer.core.address_list import Item, ItemKind, items
from sescomposer.core.address_tokens import Kind, Token
from sescomposer.core.address_value import Address, Group, Mailbox
from sescomposer.core.defects import Defect
from sescomposer.core.encoded_word import decode
from sescomposer.core.errors import AddressError
from sescomposer.core.limits import ADDRESSES_CHARACTERS

TOO_LONG = "addresses-too-long"
"""Code of the defect of a field that is not read to its end."""

MOST_DEFECTS = 1000
"""Our own: faults of one field that are listed; nobody reads more."""

Report = Callable[[Fault], None]


def parse_addresses(text: str) -> tuple[Address, ...]:
    """Read an address list, strictly; blank text gives none.

    Args:
        text: As typed or as it stands in a field, unfolded; names may be encoded words, domains Unicode or A-labels.

    Raises:
        AddressError: The first fault, in SES's own wording, with its position in `text`.

    >>> parse_addresses('"Doe, Jane" <jane@example.org>, Us: a@example.org;')[0].display_name
    'Doe, Jane'
    """

    def refuse(fault: Fault) -> NoReturn:
        raise fault.error(text)

    return _addresses(text, refuse, _strict_mailbox)


def parse_addresses_leniently(text: str) -> tuple[tuple[Address, ...], tuple[Defect, ...]]:
    """Read an address list as it was received; never raises.

    Returns:
        All mailboxes and groups that can be made out, and the first 1000 faults; what names no mailbox is left out.
        What lies beyond `limits.ADDRESSES_CHARACTERS` is not read, which is a fault.

    >>> addresses, defects = parse_addresses_leniently("Jane Doe jane@example.org; broken, b@example.org")
    >>> [str(address) for address in addresses], len(defects)
    (['Jane Doe <jane@example.org>', 'b@example.org'], 3)
    """
    defects: list[Defect] = []

    def note(fault: Fault) -> None:
        if len(defects) < MOST_DEFECTS:
            defects.append(fault.defect(text))

    def mailbox(item: Item) -> Mailbox | None:
        try:
            return _strict_mailbox(item)
        except Fault as fault:
            note(fault)
            return _lenient_mailbox(item.tokens)

    addresses = _addresses(text[:ADDRESSES_CHARACTERS], note, mailbox)
    if len(text) > ADDRESSES_CHARACTERS:
        sentence = f"Only the first {ADDRESSES_CHARACTERS:,} characters are read as addresses."
        defects.insert(0, Defect(TOO_LONG, sentence, ADDRESSES_CHARACTERS, len(text), "limits of ours"))
    return addresses, tuple(defects)


def parse_mailbox(text: str) -> Mailbox:
    """Read exactly one mailbox, strictly.

    Raises:
        AddressError: It is none, a group, or more than one.

    >>> parse_mailbox("Zoë <zoe@example.org>")
    Mailbox(display_name='Zoë', local_part='zoe', domain='example.org')
    """
    addresses = parse_addresses(text)
    if not addresses:
        raise Fault("Missing final '@domain'", 0).error(text)
    first = addresses[0]
    if len(addresses) > 1 or isinstance(first, Group):
        raise AddressError("Exactly one address is wanted here.", hint="Leave only one.", value=text, position=0)
    return first


def split_address_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Give the characters `[start, stop)` of each address of a list, blanks around it left out; a group is one.

    >>> split_address_spans('"a, b" <c@d.example>, g: e@f.example;')
    ((0, 20), (22, 37))
    """
    spans: list[tuple[int, int]] = []
    group = -1
    for item in items(text):
        match item.kind:
            case ItemKind.GROUP:
                group = item.start
            case ItemKind.GROUP_END:
                spans.append((group, item.stop))
                group = -1
            case ItemKind.MAILBOX if group < 0:
                spans.append((item.start, item.stop))
    return tuple(spans)


def _addresses(text: str, report: Report, mailbox: Callable[[Item], Mailbox | None]) -> tuple[Address, ...]:
    addresses: list[Address] = []
    members: list[Mailbox] = []
    group: str | None = None
    try:
        for item in items(text):
            match item.kind:
                case ItemKind.GROUP:
                    group, members = _phrase(item.tokens), []
                case ItemKind.GROUP_END:
                    addresses.append(Group(group or "", tuple(members)))
                    group = None
                case ItemKind.FAULT:
                    report(Fault(item.fault, item.start))
                case ItemKind.MAILBOX:
                    found = mailbox(item)
                    if found is not None:
                        (addresses if group is None else members).append(found)
    except Fault as fault:
        report(fault)
    return tuple(addresses)


def _strict_mailbox(item: Item) -> Mailbox:
    """Read one member of a list; raises `Fault`."""
    _check_marks(item.tokens)
    opening = _find(item.tokens, "<")
    if opening < 0:
        local_part, domain = addr_spec.strict(item.tokens, item.start)
        return Mailbox(_comment(item.tokens), local_part, domain)
    closing = _find(item.tokens, ">")
    for token in item.tokens[:opening]:
        if token.kind in (Kind.SPECIAL, Kind.LITERAL):
            raise Fault("Illegal address", token.start)
    for token in item.tokens[closing + 1 :]:
        if token.kind not in (Kind.BLANK, Kind.COMMENT):
            raise Fault("Extra route-addr" if token.is_special("<") else "Illegal address", token.start)
    inner = addr_spec.without_route(item.tokens[opening + 1 : closing])
    local_part, domain = addr_spec.strict(inner, item.tokens[closing].start)
    return Mailbox(_phrase(item.tokens[:opening]) or _comment(item.tokens), local_part, domain)


def _check_marks(tokens: Sequence[Token]) -> None:
    """Raise where quotes, parentheses or angle brackets do not go together."""
    for token in tokens:
        if not token.ended:
            raise Fault("Missing '\"'" if token.kind is Kind.QUOTED else "Missing ')'", token.start)
        if token.is_special(")"):
            raise Fault("Missing '('", token.start)
    opening, closing = _find(tokens, "<"), _find(tokens, ">")
    if closing < 0 <= opening:
        raise Fault("Missing '>'", tokens[opening].start)
    if closing >= 0 and not 0 <= opening < closing:
        raise Fault("Missing '<'", tokens[closing].start)


def _lenient_mailbox(tokens: Sequence[Token]) -> Mailbox | None:
    """Make the best of a member that is no mailbox; None if it names no address."""
    opening = _find(tokens, "<")
    name = ""
    if opening >= 0:
        name = _phrase(tokens[:opening])
        rest = tokens[opening + 1 :]
        closing = _find(rest, ">")
        tokens = rest if closing < 0 else rest[:closing]
    words, local_part, domain = addr_spec.lenient(tokens)
    if not local_part or not domain:
        return None
    return Mailbox(name or _phrase(words) or _comment(tokens), local_part, domain)


def _find(tokens: Sequence[Token], character: str) -> int:
    return next((index for index, token in enumerate(tokens) if token.is_special(character)), -1)


def _comment(tokens: Sequence[Token]) -> str:
    """The name in a comment, as mail older than RFC 822 has it."""
    return next((decode(token.content).strip() for token in tokens if token.kind is Kind.COMMENT), "")


def _phrase(tokens: Sequence[Token]) -> str:
    """Decoded text of a phrase: blanks as one, comments left out, encoded words also where quotes hide them."""
    pieces: list[str] = []
    plain: list[str] = []
    for token in tokens:
        match token.kind:
            case Kind.QUOTED:
                pieces += [decode("".join(plain)), decode(token.content)]
                plain = []
            case Kind.BLANK:
                plain.append(" ")
            case Kind.COMMENT:
                pass
            case _:
                plain.append(token.text)
    return "".join((*pieces, decode("".join(plain)))).strip(" ")
