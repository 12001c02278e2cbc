"""Hostile messages of 10 MB: kept octet for octet, and opened in a time that the standard library needs for plain mail.

Nothing but ratios is asserted: five times what the standard library takes for a benign message of that size.
"""

import base64
import email
import gc
import time
from collections.abc import Callable
from functools import cache

import pytest

from sescomposer.core import limits
from sescomposer.core.parse import parse
from sescomposer.core.serialize import serialize
from sescomposer.core.tree_json import tree_node

SIZE = 10_000_000
HEADER = b"Content-Type: multipart/mixed; boundary=b\n\n"


def repeated(octets: bytes, size: int = SIZE) -> bytes:
    return (octets * (size // len(octets) + 1))[:size]


def levels(count: int, inside: bytes) -> bytes:
    """Open that many multiparts, with boundaries b0, b1 ..., and put a text with `inside` into the last."""
    starts = [b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level) for level in range(count)]
    return b"".join(starts) + b"\n" + inside


HOSTILE: dict[str, Callable[[], bytes]] = {
    "all CR": lambda: repeated(b"\r"),
    "all LF": lambda: repeated(b"\n"),
    "all CRLF": lambda: repeated(b"\r\n"),
    "all dashes": lambda: repeated(b"-"),
    "all NUL": lambda: repeated(b"\x00"),
    "all 0xff": lambda: repeated(b"\xff"),
    "all folds": lambda: b"Subject: x\n" + repeated(b" \n"),
    "all colons": lambda: repeated(b":"),
    "one line": lambda: repeated(b"a"),
    "one field": lambda: b"Subject: " + repeated(b"a"),
    "a million fields": lambda: repeated(b"A: bcdefg\n"),
    "a million fields in a part": lambda: HEADER + b"--b\n" + repeated(b"A: bcdefg\n"),
    "a million boundary lines": lambda: HEADER.replace(b"=b", b"=bbbbbbb") + repeated(b"--bbbbbbb\n"),
    "a million close lines": lambda: HEADER + repeated(b"--b--\n"),
    "lines that nearly are delimiters": lambda: HEADER + repeated(b"--bx\n"),
    "delimiters that look like fields": lambda: HEADER.replace(b"=b", b'="a:b"') + repeated(b"--a:b\n"),
    "dash lines under 8 levels": lambda: levels(8, repeated(b"--\n")),
    "dash lines under 99 levels": lambda: levels(99, repeated(b"--\n")),
    "close lines of no one under 99 levels": lambda: levels(99, repeated(b"--b99--\n")),
    "10,000 levels": lambda: levels(10_000, b"text\n"),
    "messages in messages": lambda: repeated(b"Content-Type: message/rfc822\n\n"),
    "a boundary of 1 MB": lambda: (
        HEADER.replace(b"=b", b"=" + repeated(b"x", 1_000_000)) + repeated(b"--" + repeated(b"x", 1_000_000) + b"\n")
    ),
    "comments": lambda: b"Content-Type: " + repeated(b"("),
    "parameters": lambda: b"Content-Type: multipart/mixed" + repeated(b"; a=b") + b"; boundary=b\n\n--b\n\nx\n--b--\n",
    "dashes in base64": lambda: HEADER + b"--b\nContent-Transfer-Encoding: base64\n\n" + repeated(b"A-\n"),
    "blanks in place of a colon": lambda: b"a" + repeated(b" "),
    "levels opened again behind dash lines": lambda: levels(
        98, repeated(b"--\n" * 600 + b"--b90\nContent-Type: multipart/mixed; boundary=b99\n\n--b99\n\nx\n")
    ),
}

QUOTED = b"Content-Transfer-Encoding: quoted-printable\n\n"
BASE64 = b"Content-Transfer-Encoding: base64\n\n"
DESCRIBED: dict[str, Callable[[], bytes]] = {
    "all LF": lambda: repeated(b"\n"),
    "dash lines": lambda: levels(99, repeated(b"--\n")),
    "equals signs in quoted-printable": lambda: QUOTED + repeated(b"="),
    "blanks in quoted-printable": lambda: QUOTED + repeated(b" "),
    "junk in base64": lambda: BASE64 + repeated(b"!\n"),
    "8-bit text": lambda: b"\n" + repeated(b"\xc3\xa9\n"),
}
"""Messages whose tree with its defects takes long where the octets are looked at line by line or again and again."""


def seconds_of(action: Callable[[], object]) -> float:
    """Processor time without the garbage collector, whose share grows with all that the suite has left behind."""
    gc.disable()
    try:
        start = time.process_time()
        action()
        return time.process_time() - start
    finally:
        gc.enable()


def takes_at_most(seconds: float, action: Callable[[], object]) -> bool:
    """Whether the best of five runs is quick enough: what else the machine does must not decide."""
    return any(seconds_of(action) < seconds for _ in range(5))


@cache
def allowed_seconds() -> float:
    """Five times what the standard library takes for 10 MB of plain mail: half base64, half text in lines."""
    attachment = base64.encodebytes(bytes(range(256)) * (SIZE // 690))
    text = repeated(b"A line of text, as people write them, of about seventy octets or so.\n", SIZE - len(attachment))
    octets = b"".join(
        (
            HEADER,
            b"--b\nContent-Type: text/plain\n\n",
            text,
            b"--b\nContent-Type: application/pdf\nContent-Transfer-Encoding: base64\n\n",
            attachment,
            b"--b--\n",
        )
    )
    return 5 * min(seconds_of(lambda: email.message_from_bytes(octets)) for _ in range(2))


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_octets(name: str) -> None:
    octets = HOSTILE[name]()
    assert takes_at_most(allowed_seconds(), lambda: parse(octets))
    root = parse(octets)
    assert serialize(root) == octets
    assert sum(1 for _ in root.walk()) <= limits.TREE_PARTS


@pytest.mark.parametrize("name", DESCRIBED)
def test_the_tree_of_hostile_octets(name: str) -> None:
    octets = DESCRIBED[name]()
    assert takes_at_most(allowed_seconds(), lambda: tree_node(parse(octets)))


PROMISED = (
    "a million boundary lines",
    "10,000 levels",
    "a million fields",
    "one line",
    "all folds",
    "all CR",
    "all dashes",
)


@pytest.mark.parametrize("name", PROMISED)
def test_the_tree_of_what_is_promised(name: str) -> None:
    octets = HOSTILE[name]()
    assert takes_at_most(allowed_seconds(), lambda: tree_node(parse(octets)))
