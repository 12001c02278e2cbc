"""Lines that are too long are found by leaps; looking at each line finds the same."""

import re
from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from sescomposer.core.encoding_defects import TOLD, encoding_defects
from sescomposer.core.limits import ENCODED_LINE
from sescomposer.core.octets import Octets
from sescomposer.core.transfer_encoding import TransferEncoding

LINES = st.builds(
    lambda count, end: b"a" * count + end,
    st.integers(0, 3) | st.integers(ENCODED_LINE - 2, ENCODED_LINE + 3) | st.just(300_000),
    st.sampled_from([b"\n", b"\r\n", b"\r", b""]),
)


@given(st.lists(LINES, max_size=12))
def test_the_lines_that_are_too_long(lines: list[bytes]) -> None:
    octets = b"".join(lines)
    found = [
        (defect.start, defect.stop)
        for defect in encoding_defects(Octets.of(octets), TransferEncoding.BASE64)
        if defect.code == "base64-line-length"
    ]
    spans = (match.span(1) for match in re.finditer(rb"([^\n]*?)(?:\r?\n|\r?\Z)", octets))
    assert found == list(islice(((start, stop) for start, stop in spans if stop - start > ENCODED_LINE), TOLD))


PATTERNS = {
    "eight-bit": rb"[\x80-\xff]+",
    "nul": rb"\0+",
    "bare-cr": rb"\r(?!\n)",
    "quoted-printable-escape": rb"=(?![0-9A-Fa-f]{2}|[ \t]*(?:[\r\n]|\Z))",
    "quoted-printable-character": rb"[^\t\n\r\x20-\x7e]+",
    "base64-character": rb"[^A-Za-z0-9+/=\r\n\t ]+",
}
OCTETS = st.lists(st.sampled_from([b"a", b"=", b"4", b"\r", b"\n", b"\r\n", b"\0", b"\xc3", b"!"]), max_size=20)


@given(OCTETS.map(b"".join), st.booleans(), st.sampled_from(TransferEncoding))
def test_a_look_before_the_search_hides_nothing(octets: bytes, is_long: bool, encoding: TransferEncoding) -> None:
    octets += b"a\r\n" * 400 if is_long else b""
    found: dict[str, list[tuple[int, int]]] = {}
    for defect in encoding_defects(Octets.of(octets), encoding):
        found.setdefault(defect.code, []).append((defect.start, defect.stop))
    for code in found.keys() & PATTERNS.keys():
        assert found[code] == [match.span() for match in re.finditer(PATTERNS[code], octets)]
    looked_for: dict[TransferEncoding, set[str]] = {
        TransferEncoding.SEVEN_BIT: {"eight-bit", "nul", "bare-cr"},
        TransferEncoding.EIGHT_BIT: {"nul", "bare-cr"},
        TransferEncoding.QUOTED_PRINTABLE: {"quoted-printable-escape", "quoted-printable-character"},
        TransferEncoding.BASE64: {"base64-character"},
    }
    for code in looked_for.get(encoding, set()):
        assert (code in found) == bool(re.search(PATTERNS[code], octets))
