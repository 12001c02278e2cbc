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
