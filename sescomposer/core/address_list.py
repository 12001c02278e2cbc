"""Members of an address list (RFC 5322 section 3.4): mailboxes told apart by commas, groups by colon and semicolon."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from sescomposer.core.address_tokens import Kind, Token, tokens


class ItemKind(Enum):
    """What an item is."""

    MAILBOX = auto()
    GROUP = auto()
    """The name of a group; its mailboxes follow up to GROUP_END."""
    GROUP_END = auto()
    FAULT = auto()


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a list, at the characters `[start, stop)`, with its tokens (comments and blanks included)."""

    kind: ItemKind
    tokens: Sequence[Token]
    start: int
    stop: int
    fault: str = ""


def items(text: str) -> Iterator[Item]:
    """Give the items of an address list in order. Never raises.

    >>> [(item.kind.name, text[item.start:item.stop]) for text in ["g: a@b;, c"] for item in items(text)]
    [('GROUP', 'g'), ('MAILBOX', 'a@b'), ('GROUP_END', ';'), ('MAILBOX', 'c')]
    """
    return _Splitter(list(tokens(text))).items()


@dataclass
class _Splitter:
    """One pass over the tokens; `last` knows where each closing mark stands last, so that no search is repeated."""

    tokens: list[Token]
    member: list[Token] = field(default_factory=list)
    angle: bool = False
    route: bool | None = None
    has_address: bool = False
    in_group: bool = False
    behind: int = 0
    after_comma: bool = False
    after_group: bool = False

    def items(self) -> Iterator[Item]:
        last = {token.text: token.start for token in self.tokens if token.kind is Kind.SPECIAL}
        for token in self.tokens:
            if self.angle and self._stays_in_angle(token):
                self.member.append(token)
            elif token.is_special(",;"):
                yield from self._separated(token)
            elif token.is_special(":") and self._starts_group(token, last.get(";", -1)):
                yield self._item(ItemKind.GROUP)
                self.in_group, self.after_comma, self.behind = True, False, token.stop
            elif token.is_special(":") and self.in_group:
                yield Item(ItemKind.FAULT, (token,), token.start, token.stop, "Nested group")
                self.member = []
            else:
                self._append(token, last.get(">", -1))
        yield from self._ended(self.after_comma)
        if self.in_group:
            stop = self.tokens[-1].stop
            yield Item(ItemKind.FAULT, (), stop, stop, "Illegal address")
            yield Item(ItemKind.GROUP_END, (), stop, stop)

    def _append(self, token: Token, last_closing: int) -> None:
        self.has_address = self.has_address or token.is_special("@<>")
        self.angle, self.route = token.is_special("<") and token.start < last_closing, None
        self.member.append(token)

    def _stays_in_angle(self, token: Token) -> bool:
        """Whether `token` belongs to the angle brackets: a comma does so only where a route explains it."""
        if token.is_special(",") and not self.route:
            self.angle = False
            return False
        if self.route is None and token.kind is not Kind.BLANK:
            self.route = token.is_special("@")
        self.angle = not token.is_special(">")
        return True

    def _starts_group(self, colon: Token, last_semicolon: int) -> bool:
        """Whether a colon ends a group's name: a semicolon follows, and no address stands before it."""
        return not self.in_group and not self.has_address and last_semicolon > colon.start

    def _separated(self, token: Token) -> Iterator[Item]:
        comma = token.text == ","
        yield from self._ended(comma or not self.in_group or self.after_comma)
        self.after_comma, self.after_group, self.behind = comma, False, token.stop
        if not comma and self.in_group:
            yield Item(ItemKind.GROUP_END, (token,), token.start, token.stop)
            self.in_group, self.after_group = False, True
        elif not comma:
            yield Item(ItemKind.FAULT, (token,), token.start, token.stop, "Illegal semicolon, not in group")

    def _ended(self, is_wanted: bool) -> Iterator[Item]:
        """The member that ends here; a fault where one `is_wanted` and none stands."""
        item = self._item(ItemKind.MAILBOX)
        if all(token.kind is Kind.BLANK for token in item.tokens):
            if is_wanted and not self.after_group:
                yield Item(ItemKind.FAULT, (), item.start, item.stop, "Illegal address")
            return
        if self.after_group:
            yield Item(ItemKind.FAULT, (), item.start, item.stop, "Illegal address")
        yield item

    def _item(self, kind: ItemKind) -> Item:
        member, self.member, self.has_address = self.member, [], False
        start, stop = 0, len(member)
        while start < stop and member[start].kind is Kind.BLANK:
            start += 1
        while stop > start and member[stop - 1].kind is Kind.BLANK:
            stop -= 1
        inner = member[start:stop]
        if inner:
            return Item(kind, inner, inner[0].start, inner[-1].stop)
        at = member[-1].stop if member else self.behind
        return Item(kind, (), at, at)
