"""Framed records: what was written is read back, and damage costs what it hit."""

from collections.abc import Callable
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from sescomposer.core.errors import StoreError
from sescomposer.store.records import append, frame, read_records

_json = st.dictionaries(st.text(max_size=5), st.one_of(st.integers(), st.text(max_size=8), st.none()), max_size=3)
_records = st.lists(st.tuples(_json, st.binary(max_size=20)), max_size=5)


@given(_records)
@settings(max_examples=100, deadline=None)
def test_records_are_read_back(records: list[tuple[dict[str, object], bytes]]) -> None:
    reading = read_records(b"".join(frame(head, octets) for head, octets in records))
    assert [(dict(record.head), record.octets) for record in reading.records] == records
    assert reading.damaged == 0


@given(_records, st.integers(0, 400))
@settings(max_examples=100, deadline=None)
def test_cut_log_gives_the_records_before_the_cut(records: list[tuple[dict[str, object], bytes]], cut: int) -> None:
    log = b"".join(frame(head, octets) for head, octets in records)[:cut]
    reading = read_records(log)
    found = [(dict(record.head), record.octets) for record in reading.records]
    assert found == records[: len(found)]
    assert reading.good + reading.damaged == len(log)


@given(st.integers(0, 2000), st.integers(1, 255))
@settings(max_examples=100, deadline=None)
def test_flipped_bits_are_found(at: int, mask: int) -> None:
    records = [({"number": number}, b"octets\n" * number) for number in range(5)]
    frames = [frame(head, octets) for head, octets in records]
    log = bytearray(b"".join(frames))
    at %= len(log)
    log[at] ^= mask
    hit = next(number for number in range(5) if at < sum(map(len, frames[: number + 1])))
    numbers = [record.head["number"] for record in read_records(bytes(log)).records]
    assert numbers == list(range(hit))
    resumed = [record.head["number"] for record in read_records(bytes(log), resume=True).records]
    assert resumed == [number for number in range(5) if number != hit]


def test_resume_finds_the_record_behind_a_torn_one() -> None:
    log = frame({"a": 1}) + frame({"b": 2})[:-5] + b"\n" + frame({"c": 3})
    reading = read_records(log, resume=True)
    assert [dict(record.head) for record in reading.records] == [{"a": 1}, {"c": 3}]


def test_append_gives_the_length(tmp_path: Path) -> None:
    assert append(tmp_path / "log", b"ab", "write") == 2
    assert append(tmp_path / "log", b"cd", "write") == 4
    assert (tmp_path / "log").stat().st_mode & 0o777 == 0o600


def test_append_takes_back_what_did_not_fit(tmp_path: Path, disk_full_after: Callable[[int | None], None]) -> None:
    append(tmp_path / "log", b"good", "write")
    disk_full_after(3)
    with pytest.raises(StoreError, match="the disk is full"):
        append(tmp_path / "log", b"too much", "write")
    assert (tmp_path / "log").read_bytes() == b"good"
