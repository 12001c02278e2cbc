r"""Relaxed canonicalization of header fields and bodies (RFC 6376 sections 3.4.2 and 3.4.4), as a stream.

>>> b"".join(relaxed_body([b"a  b \r\n", b" \r\n\r\n"]))
b'a b\r\n'
>>> relaxed_field("Subject", b" Hi \r\n\t there \r\n")
b'subject:Hi there\r\n'
"""

import re
from collections.abc import Iterable, Iterator

_BLANKS = re.compile(rb"[ \t]+")
_BLANKS_AT_END = re.compile(rb"(?<![ \t])[ \t]++(?=\r\n|\Z)")
_BLANK_OCTETS = b" \t\r\n"
_CRLF = b"\r\n"


def relaxed_field(name: str, raw_body: bytes) -> bytes:
    """Give one field in its relaxed form, with CRLF.

    Args:
        name: As it stands.
        raw_body: What stands behind the colon, folded or not, with or without its line end.
    """
    unfolded = _BLANKS.sub(b" ", raw_body.replace(_CRLF, b"")).strip(b" ")
    return name.lower().encode("ascii") + b":" + unfolded + _CRLF


def relaxed_body(chunks: Iterable[bytes | memoryview]) -> Iterator[bytes]:
    """Give a body in its relaxed form, chunk by chunk; octets that end a chunk and may go wait for what follows."""
    held: list[bytes] = []
    is_empty = True
    for chunk in chunks:
        kept = bytes(chunk)
        body = kept.rstrip(_BLANK_OCTETS)
        if not body:
            held.append(kept)
            continue
        yield _relaxed(b"".join((*held, body)))
        held = [kept[len(body) :]]
        is_empty = False
    rest = _without_line_ends(_relaxed(b"".join(held)))
    if rest or not is_empty:
        yield rest + _CRLF


def _relaxed(octets: bytes) -> bytes:
    if b" " not in octets and b"\t" not in octets:
        # As in base64, which most octets of a large message are.
        return octets
    return _BLANKS.sub(b" ", _BLANKS_AT_END.sub(b"", octets))


def _without_line_ends(octets: bytes) -> bytes:
    """Take CRLFs off the end; of CR and LF apart from each other there may be any."""
    kept = octets.rstrip(_CRLF)
    # With one octet for each pair, in what holds nothing else, no search can take more than linear time.
    ends = octets[len(kept) :].replace(_CRLF, b"\0").rstrip(b"\0")
    return kept + ends.replace(b"\0", _CRLF)
