"""What differs between two states of a message: octets, tree, header fields, and what stands beside the root."""

from collections.abc import Iterator
from dataclasses import dataclass, fields

from sescomposer.core.line_difference import Change, DiffLine, octets_difference, text_difference
from sescomposer.core.message import Message
from sescomposer.core.numbering import numbers
from sescomposer.core.tree_json import decoded_size


@dataclass(frozen=True, slots=True)
class Comparison:
    """Differences as lines, each empty where nothing differs.

    Attributes:
        octets: Of the whole messages, as they stand.
        tree: Of the trees, one line an entity.
        fields: Of the header fields, decoded.
        beside: Of what no octet says: envelope, options, protection, account.
    """

    octets: tuple[DiffLine, ...]
    tree: tuple[DiffLine, ...]
    fields: tuple[DiffLine, ...]
    beside: tuple[DiffLine, ...]

    @property
    def is_equal(self) -> bool:
        """Whether nothing differs."""
        return not any((self.octets, self.tree, self.fields, self.beside))

    @property
    def words(self) -> str:
        """One line that counts what differs.

        >>> Comparison((), (), (), ()).words
        'Nothing differs.'
        """
        named = {
            "lines": self.octets,
            "tree": self.tree,
            "header fields": self.fields,
            "beside the message": self.beside,
        }
        said = "; ".join(_counted(name, lines) for name, lines in named.items() if lines)
        return f"{said[:1].upper()}{said[1:]}." if said else "Nothing differs."


def compare(before: Message, after: Message) -> Comparison:
    r"""Compare two messages; what both share is not read.

    >>> from sescomposer.core.parse import parse
    >>> one, other = (Message(parse(b"Subject: " + word + b"\r\n\r\nHi\r\n")) for word in (b"a", b"b"))
    >>> [f"{line.change}{line.text}" for line in compare(one, other).fields]
    ['-Subject: a', '+Subject: b']
    """
    return Comparison(
        octets_difference(before.root.octets, after.root.octets),
        text_difference(_text(tree_rows(before)), _text(tree_rows(after))),
        text_difference(_text(_field_rows(before)), _text(_field_rows(after))),
        text_difference(_text(beside_rows(before)), _text(beside_rows(after))),
    )


def holds_beside(message: Message) -> bool:
    """Whether something is set that no octet of the message says, so that no file of it can hold it.

    >>> from sescomposer.services.documents import new_message
    >>> holds_beside(new_message())
    False
    """
    return any(getattr(message, field.name) != field.default for field in fields(Message) if field.name != "root")


def tree_rows(message: Message) -> Iterator[str]:
    """Give one line for each entity: number, media type, charset, encoding, disposition, name and size."""
    known = numbers(message.root)
    for entity in message.root.walk():
        words = [known[entity.key] or "-", entity.media_type]
        if not entity.children:
            words += [entity.charset if entity.is_text else "", entity.transfer_encoding.value]
        words += [entity.disposition, entity.file_name, f"{decoded_size(entity):,} octets"]
        yield "  ".join(" ".join(word.split()) for word in words if word)


def beside_rows(message: Message) -> Iterator[str]:
    """Give one line for each thing that is set beside the root."""
    envelope, options = message.envelope, message.options
    if envelope.mail_from is not None:
        yield f"Return path: {envelope.mail_from}"
    for recipient in envelope.rcpt_to or ():
        yield f"Recipient: {recipient}"
    if envelope.rcpt_to == ():
        yield "Recipients: nobody"
    for field in fields(options):
        value = getattr(options, field.name)
        if value != field.default:
            yield f"Option {field.name.replace('_', ' ')}: {_value(value)}"
    for wanted in fields(message.protection):
        value = getattr(message.protection, wanted.name)
        if value != wanted.default:
            yield f"Protection {wanted.name.replace('_', ' ')}: {_value(value)}"
    if message.account is not None:
        yield f"Account: {message.account or 'local inbox'}"


def _field_rows(message: Message) -> Iterator[str]:
    for field in message.root.header.fields:
        yield " ".join(f"{field.name}: {field.decoded}".split())


def _value(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case tuple():
            return ", ".join(f"{name}={given}" for name, given in value)
        case _:
            return str(value)


def _text(rows: Iterator[str]) -> str:
    return "\n".join(rows)


def _counted(name: str, lines: tuple[DiffLine, ...]) -> str:
    added = sum(line.change is Change.ADDED for line in lines)
    removed = sum(line.change is Change.REMOVED for line in lines)
    counts = [f"{count:,} {word}" for count, word in ((added, "added"), (removed, "removed")) if count]
    return f"{name}: {', '.join(counts) or 'changed'}"
