"""What transport may change, found by windows as it is found line by line."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sescomposer.core.octets import Octets, base64_octets
from sescomposer.core.protection.transport_faults import TransportFault, transport_faults


def expected(octets: bytes) -> dict[str, int]:
    """Look line by line, slowly and plainly."""
    found: dict[str, int] = {}
    for index, octet in enumerate(octets):
        before, after = octets[index - 1 : index], octets[index + 1 : index + 2]
        if octet > 0x7F or octet == 0:
            found.setdefault("protect-8bit", index)
        if (octet == 10 and before != b"\r") or (octet == 13 and after != b"\n"):
            found.setdefault("protect-eol", index)
    start = 0
    for line in octets.split(b"\n"):
        is_last = start + len(line) == len(octets)
        text = line.removesuffix(b"\r") if not is_last else line
        if text.endswith((b" ", b"\t")):
            found.setdefault("protect-trailing-space", start + len(text) - 1)
        if line.startswith(b"From "):
            found.setdefault("protect-from-line", start)
        if len(text) > 998:
            found.setdefault("protect-long-line", start)
        start += len(line) + 1
    return found


lines = st.lists(
    st.sampled_from(
        [b"a", b" ", b"\t", b"\r\n", b"\r\n", b"\n", b"\r", b"From ", b"x" * 997, b"x" * 998, b"\xc3", b"\0"]
    ),
    max_size=30,
)


@settings(max_examples=150)
@given(lines, st.integers(1, 40))
def test_finds_the_first_place_of_each_kind_however_the_rope_is_cut(pieces: list[bytes], size: int) -> None:
    octets = b"".join(pieces)
    rope = Octets.join([Octets.of(octets[at : at + size]) for at in range(0, len(octets), size)])
    found = {fault.code: fault.offset for fault in transport_faults(rope)}
    assert found == expected(octets)


@settings(max_examples=60)
@given(st.binary(min_size=1, max_size=400), st.sampled_from([b"a", b"a \r\n", b"", b"From \r\n"]), st.integers(0, 500))
def test_base64_of_ours_is_passed_over_without_losing_place(content: bytes, before: bytes, cut: int) -> None:
    text = base64_octets(Octets.of(content))[cut:]
    rope = Octets.join((before, text, b"From here\r\nthen \r\n"))
    found = {fault.code: fault.offset for fault in transport_faults(rope)}
    assert found == expected(bytes(rope))


@settings(max_examples=150)
@given(data=st.data())
def test_rows_of_one_length_are_told_apart_from_those_with_a_fault(data: st.DataObject) -> None:
    row = data.draw(st.sampled_from([b"\r\n", b"a\r\n", b"ab\r\n", b"a" * 76 + b"\r\n", b"x" * 998 + b"\r\n", b"ab\n"]))
    octets = bytearray(row * data.draw(st.integers(1, 30)))
    for _ in range(data.draw(st.integers(0, 3))):
        at = data.draw(st.integers(0, len(octets) - 1))
        octets[at] = data.draw(st.sampled_from(b"\r\n \t\0\xffaF"))
    found = {fault.code: fault.offset for fault in transport_faults(Octets.of(bytes(octets)))}
    assert found == expected(bytes(octets))


def test_windows_of_a_long_line_without_end() -> None:
    rope = Octets.of(b"a\r\n" + b"x" * 700_000 + b" \r\nFrom x\r\n")
    assert [(fault.code, fault.offset) for fault in transport_faults(rope)] == [
        ("protect-long-line", 3),
        ("protect-trailing-space", 700_003),
        ("protect-from-line", 700_006),
    ]


@pytest.mark.parametrize("code", ["protect-8bit", "protect-eol", "protect-trailing-space", "protect-from-line"])
def test_each_fault_says_what_it_does(code: str) -> None:
    assert TransportFault(code, 0).sentence.endswith(".")
