"""The rope against plain bytes as a model, and against the standard library's base64."""

import base64
import io
import mmap
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sescomposer.core import base64_stream
from sescomposer.core.errors import OperationCancelledError
from sescomposer.core.octets import EMPTY, Octets, base64_octets
from sescomposer.core.octets_reader import OctetsReader
from sescomposer.core.source import CHUNK_OCTETS

SMALL = st.lists(st.sampled_from([b"", b"a", b"\n", b"\r\n", b"--b", b"-", b"line\n", b"x" * 90]), max_size=8).map(
    b"".join
)


def encoded(octets: bytes, line_end: bytes = b"\r\n") -> bytes:
    return base64.encodebytes(octets).replace(b"\n", line_end)


@st.composite
def ropes(draw: st.DrawFn) -> tuple[Octets, bytes]:
    """Draw a rope made in any way, with the octets that it stands for."""
    rope, model = EMPTY, b""
    for _ in range(draw(st.integers(0, 8))):
        part = draw(SMALL)
        match draw(st.integers(0, 5)):
            case 0:
                rope, model = rope + part, model + part
            case 1:
                rope, model = Octets.of(part) + rope, part + model
            case 2:
                rope, model = Octets.join([rope, base64_octets(Octets.of(part)), b"."]), model + encoded(part) + b"."
            case 3:
                start = draw(st.integers(0, len(model)))
                stop = draw(st.integers(0, len(model)))
                rope, model = rope[start:stop], model[start:stop]
            case 4:
                rope, model = Octets.join([rope[1:], rope, Octets.of(memoryview(part))]), model[1:] + model + part
            case 5:
                rope, model = base64_octets(rope, b"\n"), encoded(model, b"\n")
    return rope, model


@settings(max_examples=200)
@given(ropes(), st.data())
def test_rope_reads_like_bytes(drawn: tuple[Octets, bytes], data: st.DataObject) -> None:
    rope, model = drawn
    start, stop = data.draw(st.integers(0, len(model) + 2)), data.draw(st.integers(0, len(model) + 2))
    needle = data.draw(st.sampled_from([b"", b"a", b"\n", b"--b", b"\r\n-", b"xx\n", b"==", model[start : start + 3]]))
    assert (len(rope), bytes(rope)) == (len(model), model)
    assert rope.read(start, stop) == model[start:stop]
    assert bytes(rope[start:stop]) == model[start:stop]
    assert rope.find(needle, start, stop) == (model.find(needle, start, stop))
    assert b"".join(rope.chunks(data.draw(st.integers(1, 200)))) == model
    assert rope.startswith(model[:3])
    assert rope.endswith(model[-3:])
    assert rope.equals(model)
    assert not rope.equals(model + b"!")


@settings(max_examples=200)
@given(ropes(), st.integers(0, 40), st.integers(0, 10), st.integers(0, 100))
def test_lines_are_those_of_bytes(drawn: tuple[Octets, bytes], first: int, count: int, clip: int) -> None:
    rope, model = drawn
    expected = model.split(b"\n")
    rows = [row + b"\n" for row in expected[:-1]] + ([expected[-1]] if expected[-1] else [])
    assert rope.newlines == model.count(b"\n")
    assert rope.line_count() == len(rows)
    starts = [sum(map(len, rows[:number])) for number in range(len(rows) + 1)]
    assert [rope.line_start(number) for number in range(len(rows) + 1)] == starts
    assert [rope.line_of(at) for at in range(len(model))] == [
        number for number, row in enumerate(rows) for _ in range(len(row))
    ]
    for line, number in zip(rope.lines(first, count, clip), range(first, len(rows)), strict=False):
        assert (line.number, line.start) == (number, starts[number])
        body = rows[number][: line.length]
        assert body + line.ending == rows[number]
        assert line.octets == body[:clip]
    assert len(rope.lines(first, count, clip)) == min(count, max(len(rows) - first, 0))


@pytest.mark.parametrize("line_end", [b"\r\n", b"\n", b"\r"])
@pytest.mark.parametrize("length", [0, 1, 56, 57, 58, 114, 29184, 29185, 100_000])
@pytest.mark.parametrize("fast", [True, False])
def test_base64_is_that_of_the_standard_library(
    line_end: bytes, length: int, fast: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base64_stream, "HAS_PYBASE64", fast and base64_stream.HAS_PYBASE64)
    content = bytes(range(251)) * (length // 251) + bytes(length % 251)
    rope, expected = base64_octets(Octets.of(content), line_end), encoded(content, line_end)
    assert bytes(rope) == expected
    assert len(rope) == len(expected)
    assert rope.newlines == expected.count(b"\n")
    middle = len(expected) // 2
    assert bytes(rope[middle : middle + 200]) == expected[middle : middle + 200]
    assert rope[middle:].newlines == expected[middle:].count(b"\n")
    assert rope.find(expected[-5:-1]) == expected.find(expected[-5:-1])
    assert rope.find(b"--") == -1
    if length:
        assert rope.base64_content() is not None


def test_large_source_has_an_index_shared_by_slices(tmp_path: Path) -> None:
    rows = b"".join(b"%d\r\n" % number for number in range(60_000)) + b"x" * (3 * CHUNK_OCTETS) + b"\nend"
    path = tmp_path / "mapped"
    path.write_bytes(rows)
    with path.open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    for rope in (Octets.of(rows), Octets.of(mapped), Octets.of(memoryview(bytearray(rows)))):
        part = rope[7:]
        assert part.newlines == rows.count(b"\n", 7)
        assert [part.lines(line, 1)[0].octets for line in (1, 30_000, 59_997)] == [b"3", b"30002", b"59999"]
        assert rope.line_start(30_000) == rows.index(b"\n30000\r") + 1
        assert rope.line_of(rope.line_start(59_000)) == 59_000
        long = rope.lines(60_000, 2, clip=10)
        assert (long[0].octets, long[0].length, long[1].octets) == (b"x" * 10, 3 * CHUNK_OCTETS, b"end")
        for needle in (b"end", b"59999\r\n", b"\nend", b"x", b"\r", b"no such", b"9\r\n6"):
            assert rope.find(needle) == rows.find(needle)
            assert rope.find(needle, 300_000) == rows.find(needle, 300_000)


def test_joining_one_by_one_stays_shallow_and_quick() -> None:
    parts = [b"%d\n" % number for number in range(20_000)]
    right, left = EMPTY, EMPTY
    for part in parts:
        right = right + part
    for part in reversed(parts):
        left = part + left
    assert bytes(right) == bytes(left) == bytes(Octets.join(parts)) == b"".join(parts)
    assert right.line_start(15_000) == len(b"".join(parts[:15_000]))
    assert right._tree is not None
    assert right._tree.height < 20
    nested = Octets.join(Octets.join([part, b"-" * 40, *parts[:40]]) for part in parts[:300])
    assert nested.newlines == 300 * 41


def test_neighbours_of_one_buffer_become_one_piece() -> None:
    rope = Octets.of(b"abcdef")
    assert Octets.join([rope[:2], rope[2:4], rope[4:]]).window(0, 6) == b"abcdef"
    assert bytes(rope) is rope.read(0, 6)


def test_index_and_arguments() -> None:
    rope = Octets.of(bytearray(b"abc"))
    assert (rope[0], rope[-1]) == (97, 99)
    assert Octets.of(rope) is rope
    assert Octets.of(b"").equals(EMPTY)
    assert not EMPTY
    assert bytes(Octets.of(memoryview(b"abcd")[::2])) == b"ac"
    assert repr(rope) == "<Octets of 3>"
    for wrong in (3, -4):
        with pytest.raises(IndexError):
            rope[wrong]
    with pytest.raises(ValueError, match="step"):
        rope[::2]
    with pytest.raises(IndexError):
        rope.line_start(2)
    with pytest.raises(TypeError):
        rope + "text"  # type: ignore[operator]


def test_write_to_reports_progress_and_can_be_cancelled() -> None:
    class Cancelling:
        def __init__(self) -> None:
            self.steps: list[tuple[int, int]] = []

        def step(self, done: int, total: int) -> None:
            self.steps.append((done, total))
            if done > 300_000:
                raise OperationCancelledError

    rope, sink, progress = Octets.of(b"x" * 600_000), io.BytesIO(), Cancelling()
    with pytest.raises(OperationCancelledError):
        rope.write_to(sink, progress)
    assert progress.steps == [(262_144, 600_000), (524_288, 600_000)]
    assert rope.write_to(io.BytesIO()) == 600_000


def test_write_to_goes_on_where_a_raw_file_takes_less() -> None:
    class Slow(io.RawIOBase):
        taken = b""

        def write(self, octets: bytes | memoryview) -> int:  # type: ignore[override]
            self.taken += bytes(octets[:7])
            return min(len(octets), 7)

    slow, rope = Slow(), Octets.join([b"a" * 10, base64_octets(Octets.of(b"b" * 30))])
    rope.write_to(slow)
    assert slow.taken == bytes(rope)


@given(ropes(), st.lists(st.tuples(st.integers(0, 2), st.integers(0, 60), st.integers(-1, 30)), max_size=10))
def test_reader_is_a_binary_file(drawn: tuple[Octets, bytes], steps: list[tuple[int, int, int]]) -> None:
    rope, model = drawn
    ours, theirs = OctetsReader(rope), io.BytesIO(model)
    assert ours.readable()
    assert ours.seekable()
    assert len(ours) == len(model)
    for whence, offset, size in steps:
        assert ours.seek(offset, whence) == theirs.seek(offset, whence)
        assert ours.read(size) == theirs.read(size)
        assert ours.tell() == min(theirs.tell(), ours.tell())
    ours.seek(0)
    assert io.BufferedReader(ours).read() == model
    with pytest.raises(ValueError, match="before the start"):
        OctetsReader(rope).seek(-1)
