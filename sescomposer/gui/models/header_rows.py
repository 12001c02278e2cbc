"""Which header field of the root stands in which row of the form, and what a typed value means to it. No Qt here."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sescomposer.core.encoded_word import Form
from sescomposer.core.entity import Entity
from sescomposer.core.errors import HeaderError
from sescomposer.core.header import HeaderField, make_field
from sescomposer.core.undo import continues_word

ADDRESS_ROWS = ("From", "To", "Cc", "Bcc", "Reply-To")
MAIN_ROWS = (*ADDRESS_ROWS, "Subject")
"""Names that have a row of their own, in the order of the form."""

ALWAYS = ("From", "To", "Subject")
"""Rows that are there without a field."""

LONGEST = 20_000
"""Characters of a value that a row can edit; a longer one is shown by its beginning."""

_FORMS: tuple[Form, ...] = ("auto", "q", "b")
_LINE_ENDS = re.compile("[\r\n]+")
_UNFIT = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Placed:
    """A header field and its number in the section."""

    index: int
    field: HeaderField


@dataclass(frozen=True, slots=True)
class HeaderRows:
    """The fields of a header section as the form shows them.

    Attributes:
        main: The first field of each name of `MAIN_ROWS` that is there.
        further: All others that are shown, in order: second instances, further names, lines that are no field.
        mime: How many fields of MIME there are.
    """

    main: Mapping[str, Placed]
    further: tuple[Placed, ...]
    mime: int


def is_mime(name: str) -> bool:
    """Whether the structure of the message writes this field itself (RFC 2045).

    >>> is_mime("MIME-Version"), is_mime("content-type"), is_mime("Subject")
    (True, True, False)
    """
    lower = name.lower()
    return lower.startswith("content-") or lower == "mime-version"


def header_rows(root: Entity, *, with_mime: bool = False) -> HeaderRows:
    """Sort the fields of the root into rows.

    >>> from sescomposer.core.parse import parse
    >>> rows = header_rows(parse(b"To: a@b.example\\nX-A: 1\\nto: c@d.example\\nMIME-Version: 1.0\\n"))
    >>> rows.main["To"].index, [placed.index for placed in rows.further], rows.mime
    (0, [1, 2], 1)
    """
    known = {name.lower(): name for name in MAIN_ROWS}
    main: dict[str, Placed] = {}
    further: list[Placed] = []
    mime = 0
    for index, field in enumerate(root.header.fields):
        written = field.name
        name = known.get(written.lower(), "")
        if name and name not in main:
            main[name] = Placed(index, field)
            continue
        is_of_mime = is_mime(written)
        mime += is_of_mime
        if with_mime or not is_of_mime:
            further.append(Placed(index, field))
    return HeaderRows(main, tuple(further), mime)


def place_for(root: Entity, name: str) -> int:
    """Give the number that a new field of that name gets: in the order of the form, further ones before those of MIME.

    >>> from sescomposer.core.parse import parse
    >>> root = parse(b"From: a@b.example\\nSubject: Hi\\nMIME-Version: 1.0\\n")
    >>> place_for(root, "To"), place_for(root, "X-Anything")
    (1, 2)
    """
    fields = root.header.fields
    ranks = {main.lower(): rank for rank, main in enumerate(MAIN_ROWS)}
    wanted = ranks.get(name.lower())
    first = next((index for index, field in enumerate(fields) if field.is_field), len(fields))
    if wanted is None:
        own = [index for index, field in enumerate(fields) if field.is_field and not is_mime(field.name)]
        return own[-1] + 1 if own else first
    ranked = [(index, ranks[field.name.lower()]) for index, field in enumerate(fields) if field.name.lower() in ranks]
    before = [index for index, rank in ranked if rank < wanted]
    behind = [index for index, rank in ranked if rank > wanted]
    return before[-1] + 1 if before else behind[0] if behind else first


def merges(before: str, after: str) -> bool:
    """Whether a change of a text goes on with the word that is being typed.

    >>> merges("Hell", "Hello"), merges("Hello", "Hello "), merges("", "pasted"), merges("Hello", "Hell")
    (True, False, False, True)
    """
    start, stop = changed_span(before, after)
    return continues_word(after[start:stop], len(before) - len(after) + stop - start)


def changed_span(before: str, after: str) -> tuple[int, int]:
    """Give the run `[start, stop)` of `after` that is new against `before`.

    >>> changed_span("abc", "abXc")
    (2, 3)
    """
    shorter = min(len(before), len(after))
    start = next((i for i in range(shorter) if before[i] != after[i]), shorter)
    room = shorter - start
    same = next((i for i in range(room) if before[-1 - i] != after[-1 - i]), room)
    return start, len(after) - same


def stands_for(text: str, field: HeaderField, line_end: bytes) -> bool:
    """Whether a text that is being typed is what a field says, though the field may be written otherwise.

    >>> stands_for("Hello ", make_field("Subject", "Hello "), b"\\r\\n")
    True
    """
    if text == field.decoded:
        return True
    return any(_made(field.name, text, line_end, form) == field.octets for form in _FORMS)


def word_form(field: HeaderField, line_end: bytes) -> Form:
    """Give the form of encoded words that a field was written with, "auto" where the shorter one stands.

    >>> word_form(make_field("Subject", "Bücher", encoded_word_form="b"), b"\\r\\n")
    'b'
    """
    text = field.decoded
    return next((form for form in _FORMS if _made(field.name, text, line_end, form) == field.octets), "auto")


def _made(name: str, text: str, line_end: bytes, form: Form) -> bytes:
    """Give the octets of a field, none where it cannot be stored."""
    try:
        return make_field(name, text, line_end=line_end, encoded_word_form=form).octets
    except HeaderError:
        return b""


def on_one_line(text: str) -> str:
    """Give a text that a header field can hold: line ends as blanks, NUL and halves of characters taken out.

    >>> on_one_line("a\\r\\n b\\x00")
    'a  b'
    """
    return _UNFIT.sub("", _LINE_ENDS.sub(" ", text.strip("\r\n")))
