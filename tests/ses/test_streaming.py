"""The body that is made while it leaves."""

import base64
import contextlib
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sescomposer.core.errors import OperationCancelledError
from sescomposer.core.octets import Octets
from sescomposer.ses.streaming import WINDOW_OCTETS, BodyReader, NotSwappedError, RepeatedError, Upload


class _Heard:
    def __init__(self, stop_at: int = -1) -> None:
        self.steps: list[tuple[int, int]] = []
        self._stop_at = stop_at

    def step(self, done: int, total: int) -> None:
        self.steps.append((done, total))
        if 0 <= self._stop_at <= done:
            raise OperationCancelledError


@given(st.binary(max_size=400), st.binary(max_size=9), st.binary(max_size=9), st.integers(1, 50))
def test_it_reads_as_the_whole_body_would(content: bytes, prefix: bytes, suffix: bytes, size: int) -> None:
    text = base64.b64encode(content)
    plain = BodyReader(Octets.of(content), prefix, suffix)
    form = BodyReader(Octets.of(content), prefix, suffix, is_form=True)
    for reader, middle in ((plain, text), (form, quote_plus(text).encode())):
        whole = prefix + middle + suffix
        assert len(reader) == len(whole)
        assert b"".join(iter(lambda: reader.read(size), b"")) == whole  # noqa: B023
        assert reader.seek(0) == 0
        assert reader.read() == whole


@given(st.binary(max_size=300), st.lists(st.tuples(st.integers(0, 400), st.integers(1, 90)), max_size=8))
def test_it_can_be_read_from_anywhere(content: bytes, places: list[tuple[int, int]]) -> None:
    whole = b"{" + base64.b64encode(content) + b"}"
    reader = BodyReader(Octets.of(content), b"{", b"}")
    for offset, size in places:
        at = reader.seek(offset)
        assert at == reader.tell() == min(offset, len(whole))
        taken = reader.read(size)
        assert whole[at:].startswith(taken)
        assert bool(taken) == (at < len(whole))
    assert reader.seek(0, 2) == len(whole)
    assert not reader.read()


@pytest.mark.parametrize("suffix", [b"", b'"}}'], ids=["last", "enclosed"])
@pytest.mark.parametrize("length", [0, 1, WINDOW_OCTETS, WINDOW_OCTETS + 1, 3 * WINDOW_OCTETS - 1])
def test_progress_ends_with_the_last_octet_that_leaves(length: int, suffix: bytes) -> None:
    heard = _Heard()
    reader = BodyReader(Octets.of(bytes(length)), b"{", suffix, progress=heard)
    reader.read()
    assert not heard.steps, "signing is no progress"
    assert not reader.is_handed_over
    reader.begin()
    read = 0
    while taken := reader.read(1 << 20):
        read += len(taken)
        assert reader.is_handed_over == (read == len(reader))
        assert reader.is_handed_over <= (heard.steps[-1][0] == length)
    assert heard.steps[-1] == (length, length)
    assert [done for done, _ in heard.steps] == sorted(done for done, _ in heard.steps)


@pytest.mark.parametrize("stop_at", [0, 1, WINDOW_OCTETS, 3 * WINDOW_OCTETS])
def test_what_was_cancelled_is_never_whole(stop_at: int) -> None:
    reader = BodyReader(Octets.of(bytes(3 * WINDOW_OCTETS)), b"{", b"", progress=_Heard(stop_at))
    reader.begin()
    with pytest.raises(OperationCancelledError):
        reader.read()
    assert not reader.is_handed_over


def test_it_leaves_once() -> None:
    reader = BodyReader(Octets.of(b"abc"), b"{", b"}")
    reader.begin()
    reader.read()
    assert reader.seek(0) == 0
    assert reader.is_handed_over, "going back takes nothing back"
    with pytest.raises(RepeatedError):
        reader.begin()


def test_the_placeholder_must_stand_there_once() -> None:
    upload = Upload(Octets.of(b"abc"))
    text = base64.b64encode(upload.placeholder)
    assert upload.body_for(b'{"Data": "' + text + b'"}').read() == b'{"Data": "YWJj"}'
    assert upload.body_for({"Data": text.decode(), "n": "ä b"}).read() == b"Data=YWJj&n=%C3%A4+b"
    for built in (b"{}", text + text):
        with pytest.raises(NotSwappedError):
            upload.body_for(built)


def test_it_shows_nothing_of_the_message() -> None:
    assert "hush" not in repr(BodyReader(Octets.of(b"hush"), b"hush", b""))
    with contextlib.suppress(NotSwappedError):
        Upload(Octets.of(b"hush")).body_for(b"{}")
