"""Spans of the draft in what sealing makes of it, and back."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from sescomposer.core.compose import compose
from sescomposer.core.entity import Entity
from sescomposer.core.identifiers import SeededIdentifiers
from sescomposer.core.message import Message
from sescomposer.core.parse import parse
from sescomposer.core.seal import as_sealed
from sescomposer.gui.panes.same_place import field_spans, same_span

IDS = SeededIdentifiers(1)
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def sealed(root: Entity) -> Entity:
    return as_sealed(Message(root), NOW, IDS)


def words(entity: Entity, span: tuple[int, int] | None) -> bytes | None:
    return entity.octets.read(*span) if span is not None else None


def test_fields_are_found_by_name_and_time() -> None:
    root = parse(b"X-A: 1\nBcc: a@b.example\nX-A: 2\nTo: c@d.example\n\nHi\n")
    after = sealed(root)
    spans = field_spans(root, ("X-A",))
    assert [words(after, same_span(root, after, span)) for span in spans] == [b"X-A: 1\r\n", b"X-A: 2\r\n"]
    assert same_span(root, after, field_spans(root, ("bcc",))[0]) is None
    date = field_spans(after, ("Date",))[0]
    assert same_span(after, root, date) is None


def test_the_body_moves_with_the_header_section() -> None:
    root = compose("a@example.org", "b@example.org", "Hi", text="One\nTwo", bcc="c@example.org", ids=IDS).root
    after = sealed(root)
    at = root.octets.find(b"Two")
    assert words(after, same_span(root, after, (at, at + 3))) == b"Two"


@given(st.lists(st.sampled_from(["", "a", "bb", "From x"]), max_size=8), st.integers(0, 60), st.integers(0, 60))
def test_spans_stay_inside(lines: list[str], one: int, two: int) -> None:
    root = parse(("To: a@b.example\n\n" + "\n".join(lines)).encode())
    after = sealed(root)
    start, stop = sorted((min(one, len(root.octets)), min(two, len(root.octets))))
    span = same_span(root, after, (start, stop))
    assert span is None or 0 <= span[0] <= span[1] <= len(after.octets)
