"""BER read in place: forms that DER does not have, and what is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sescomposer.core.errors import ProtectionError
from sescomposer.core.octets import Octets
from sescomposer.core.protection import ber, der


def read(octets: bytes) -> ber.Value:
    return ber.read(Octets.of(octets))


def test_indefinite_lengths_and_strings_in_pieces() -> None:
    pieces = bytes.fromhex("3080 2480 040161 2403 040162 0400 0000 020105 0000 ffff".replace(" ", ""))
    value = read(pieces)
    string, number = value.children()
    assert (string.small(), number.integer()) == (b"ab", 5)
    assert value.stop == len(pieces) - 2
    assert value.raw == pieces[:-2]


@given(number=st.integers(-(2**200), 2**200), octets=st.binary(max_size=300))
def test_what_der_writes_is_read(number: int, octets: bytes) -> None:
    value = read(der.sequence(der.integer(number), der.octet_string(octets), der.bit_string(octets)))
    first, second, third = value.children()
    assert (first.integer(), second.small(), third.bits()) == (number, octets, octets)


@given(
    st.lists(st.integers(0, 2**40), max_size=8),
    st.sampled_from((0, 1, 2)),
    st.integers(0, 39),
)
def test_object_identifiers_are_read(rest: list[int], first: int, second: int) -> None:
    dotted = ".".join(map(str, (first, second, *rest)))
    assert read(der.oid(dotted)).oid() == dotted


@pytest.mark.parametrize(
    "octets",
    [
        "",
        "30",
        "3001",
        "0480",
        "3080",
        "30800000ff"[:6],
        "1f8101",
        "30890000000000000001",
        "30" + "84ffffffff",
        "24" * 40,
        "3080" * 40 + "0000" * 40,
    ],
)
def test_what_is_no_value_is_refused(octets: str) -> None:
    with pytest.raises(ProtectionError, match="damaged"):
        read(bytes.fromhex(octets)).octets()


def test_wrong_kinds_are_refused() -> None:
    for call in (
        lambda: read(der.integer(1)).oid(),
        lambda: read(der.integer(1)).children(),
        lambda: read(der.tlv(0x06, b"\x80")).oid(),
        lambda: read(der.tlv(0x03, b"\x01\x80")).bits(),
        lambda: read(der.octet_string(bytes(5 << 20))).small(),
    ):
        with pytest.raises(ProtectionError, match="damaged"):
            call()


def test_countless_values_are_not_read() -> None:
    with pytest.raises(ProtectionError, match="too many"):
        read(der.tlv(0x24, bytes.fromhex("0400") * 200_001)).octets()
