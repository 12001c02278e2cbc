"""DER as we write it, read by asn1crypto."""

from datetime import UTC, datetime
from typing import Any

import pytest
from asn1crypto import core
from hypothesis import given
from hypothesis import strategies as st

from sescomposer.core.protection import der


def read(octets: bytes) -> Any:
    return core.load(octets, strict=True).native


@given(st.integers(-(2**70), 2**160))
def test_integers(value: int) -> None:
    assert read(der.integer(value)) == value
    assert core.Integer(value).dump() == der.integer(value)


@given(st.integers(0, 2), st.integers(0, 39), st.lists(st.integers(0, 2**40), max_size=6))
def test_object_identifiers(first: int, second: int, rest: list[int]) -> None:
    dotted = ".".join(map(str, (first, second, *rest)))
    assert core.ObjectIdentifier(dotted).dump() == der.oid(dotted)


@pytest.mark.parametrize("length", [0, 1, 127, 128, 255, 256, 65535, 65536, 1 << 24])
def test_lengths(length: int) -> None:
    octets = der.octet_string(bytes(length))
    assert read(octets) == bytes(length)
    assert der.tlv_length(length) == len(octets)


@given(st.lists(st.integers(0, 2**40)))
def test_sets_are_sorted_by_their_octets(values: list[int]) -> None:
    items = [der.integer(value) for value in values]
    assert der.set_of(items) == der.tlv(der.SET, b"".join(sorted(items)))


@pytest.mark.parametrize(
    "at, tag",
    [
        (datetime(2026, 11, 21, 12, 0, 5, 7, UTC), 0x17),
        (datetime(2049, 12, 31, 23, 59, 59, 0, UTC), 0x17),
        (datetime(2050, 1, 1, tzinfo=UTC), 0x18),
        (datetime(1949, 1, 1, tzinfo=UTC), 0x18),
    ],
)
def test_times(at: datetime, tag: int) -> None:
    octets = der.time(at)
    assert octets[0] == tag
    assert read(octets) == at.replace(microsecond=0)


def test_small_values() -> None:
    assert read(der.sequence(der.null(), der.octet_string(b"a"))) is not None
    assert der.null() == b"\x05\x00"
    assert der.bit_string(b"\x01").hex() == "03020001"
    assert der.context(0, b"a", is_constructed=False).hex() == "800161"
    assert der.context(1, der.null()).hex() == "a1020500"
