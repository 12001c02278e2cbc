"""The calendar object in the tree: where it goes, that its copies agree, and that it goes again without a trace."""

import email
import email.policy
from collections.abc import Callable
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sescomposer.core.body_parts import body_parts
from sescomposer.core.entity import Entity
from sescomposer.core.errors import EditError
from sescomposer.core.identifiers import SeededIdentifiers
from sescomposer.core.invitation.calendar import Calendar, read_calendar
from sescomposer.core.invitation.layouts import Layout, layout_for
from sescomposer.core.invitation.placement import (
    calendar_of,
    calendar_part,
    copies,
    layout_of,
    place,
    with_calendar,
    without_calendar,
)
from sescomposer.core.octets import Octets
from sescomposer.core.parse import parse
from sescomposer.core.structure import (
    Attachment,
    attach,
    blank_message,
    embed,
    remove,
    with_html,
    with_text,
    with_transfer_encoding,
)
from sescomposer.core.transfer_encoding import TransferEncoding

IDS = SeededIdentifiers("placement")
IN_TEXT = (Layout.RECOMMENDED, Layout.LEAN)


def calendar(summary: str = "Office hours", method: str = "REQUEST", uid: str = "1@example.com") -> Calendar:
    text = (
        f"BEGIN:VCALENDAR\r\nPRODID:-//T//T//EN\r\nVERSION:2.0\r\nMETHOD:{method}\r\nBEGIN:VEVENT\r\nUID:{uid}\r\n"
        f"SUMMARY:{summary}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    return read_calendar(text.encode())


def shape(entity: Entity) -> str:
    name = entity.media_type.partition("/")[2]
    return f"{name}({','.join(map(shape, entity.children))})" if entity.children else name


def with_bodies(text: str | None, html: str | None) -> Entity:
    root = blank_message()
    if text is not None:
        root = with_text(root, text, IDS)
    return root if html is None else with_html(root, html, IDS)


def independent(root: Entity) -> EmailMessage:
    octets = bytes(root.octets)
    assert bytes(parse(octets).octets) == octets
    return email.message_from_bytes(octets, policy=email.policy.default)


def check_parts(root: Entity, wanted: Calendar) -> None:
    """Every calendar part that another reader finds has the octets, and its parameters agree with them."""
    found = [
        part for part in independent(root).walk() if part.get_content_type() in ("text/calendar", "application/ics")
    ]
    assert found
    for part in found:
        assert part.get_payload(decode=True) == wanted.octets
        assert not part.defects
        if part.get_content_type() == "text/calendar":
            assert part.get_param("method") == (wanted.method or None)
            assert str(part.get_content_charset()) == "utf-8"


def test_the_recommended_tree_has_what_clients_look_for() -> None:
    root = with_bodies("Tëxt", "<p><img src=cid:a></p>")
    root, _ = embed(root, Attachment(Octets.of(b"png"), "a.png", "image/png", content_id="a@example.com"), IDS)
    root = attach(root, Attachment(Octets.of(b"pdf"), "a.pdf", "application/pdf"), IDS)
    wanted = calendar("日本 🎉")
    root = place(root, wanted, Layout.RECOMMENDED, IDS)
    assert shape(root) == "mixed(alternative(plain,related(html,png),calendar),pdf,ics)"
    top = list(independent(root).iter_parts())
    main = list(top[0].iter_parts())[-1]
    assert main["Content-Type"] == 'text/calendar; charset="UTF-8"; method="REQUEST"; component="VEVENT"'
    assert (main["Content-Disposition"], main["Content-ID"]) == (None, None)
    assert main["Content-Transfer-Encoding"] == "base64"
    file = top[-1]
    assert (file.get_filename(), file.get_content_disposition(), file.get_param("name")) == (
        "invite.ics",
        "attachment",
        "invite.ics",
    )
    octets = bytes(root.octets)
    assert octets.isascii()
    assert max(map(len, octets.split(b"\r\n"))) <= 998
    check_parts(root, wanted)


@pytest.mark.parametrize(
    "text, html, expected",
    [
        ("a", None, "mixed(alternative(plain,calendar),ics)"),
        (None, "<p>a", "mixed(alternative(html,calendar),ics)"),
        ("a", "<p>a", "mixed(alternative(plain,html,calendar),ics)"),
        (None, None, "mixed(alternative(plain,calendar),ics)"),
    ],
)
def test_bodies_may_be_missing_and_come_later(text: str | None, html: str | None, expected: str) -> None:
    root = place(with_bodies(text, html), calendar(), Layout.RECOMMENDED, IDS)
    assert (shape(root), layout_of(root)) == (expected, Layout.RECOMMENDED)
    root = with_text(with_html(root, "<p>b", IDS), "b", IDS)
    assert shape(root) == "mixed(alternative(plain,html,calendar),ics)"
    root = with_text(with_html(root, None, IDS), None, IDS)
    assert (shape(root), layout_of(root)) == ("mixed(calendar,ics)", Layout.RECOMMENDED)
    root = with_html(with_text(root, "c", IDS), "<p>c", IDS)
    assert shape(root) == "mixed(alternative(plain,html,calendar),ics)"


def test_html_typed_first_stands_before_the_event_alone() -> None:
    root = with_text(place(blank_message(), calendar(), Layout.SINGLE, IDS), "a", IDS)
    assert shape(root) == "alternative(plain,calendar)"
    root = with_html(place(blank_message(), calendar(), Layout.SINGLE, IDS), "<p>a", IDS)
    assert shape(root) == "alternative(html,calendar)"


def test_an_event_stands_outside_images_and_inside_an_alternative_within_them() -> None:
    html = parse(
        b"Content-Type: multipart/related; boundary=r\r\n\r\n--r\r\nContent-Type: text/html\r\n\r\n<p>\r\n"
        b"--r\r\nContent-Type: image/png\r\nContent-ID: <a>\r\n\r\nx\r\n--r--\r\n"
    )
    assert shape(place(html, calendar(), Layout.LEAN, IDS)) == "alternative(related(html,png),calendar)"
    both = parse(
        b"Content-Type: multipart/related; boundary=r\r\n\r\n--r\r\n"
        b"Content-Type: multipart/alternative; boundary=a\r\n\r\n"
        b"--a\r\n\r\nt\r\n--a\r\nContent-Type: text/html\r\n\r\n<p>\r\n--a--\r\n"
        b"--r\r\nContent-Type: image/png\r\nContent-ID: <a>\r\n\r\nx\r\n--r--\r\n"
    )
    root = place(both, calendar(), Layout.RECOMMENDED, IDS)
    assert shape(root) == "mixed(related(alternative(plain,html,calendar),png),ics)"
    assert layout_of(root) is Layout.RECOMMENDED


def test_the_text_is_moved_before_files_that_lead_a_message() -> None:
    root = parse(
        b"Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\nContent-Type: application/pdf\r\n\r\nx\r\n"
        b"--m\r\nContent-Type: text/plain\r\n\r\nt\r\n--m--\r\n"
    )
    root = place(root, calendar(), Layout.RECOMMENDED, IDS)
    assert shape(root) == "mixed(alternative(plain,calendar),pdf,ics)"


@pytest.mark.parametrize("layout", [layout for layout in Layout if layout is not Layout.SINGLE])
@pytest.mark.parametrize("text", ["a", ""])
def test_every_layout_is_recognised_and_gone_without_a_trace(layout: Layout, text: str) -> None:
    before = with_bodies(text, "<p>a" if text else None)
    method = layout.facts.methods[0]
    root = place(before, calendar(method=method), layout, IDS)
    assert (layout_of(root), layout_of(parse(root.octets))) == (layout, layout)
    check_parts(root, calendar(method=method))
    assert bytes(without_calendar(root, IDS).octets).count(b"BEGIN") == 0
    assert shape(without_calendar(root, IDS)) == shape(before)
    for other in (other for other in Layout if other is not Layout.SINGLE):
        again = place(root, calendar("Other", method), other, IDS)
        assert layout_of(again) is other
        check_parts(again, calendar("Other", method))


def test_the_event_alone_needs_an_empty_message() -> None:
    root = place(blank_message(), calendar(), Layout.SINGLE, IDS)
    assert (shape(root), layout_of(root)) == ("calendar", Layout.SINGLE)
    check_parts(root, calendar())
    assert shape(without_calendar(root, IDS)) == "plain"
    assert shape(place(root, calendar("B"), Layout.RECOMMENDED, IDS)) == "mixed(alternative(plain,calendar),ics)"
    with pytest.raises(EditError, match="room for neither"):
        place(with_bodies("a", None), calendar(), Layout.SINGLE, IDS)


def test_all_copies_and_parameters_follow_an_edit_and_nothing_else_changes() -> None:
    root = place(with_bodies("a", "<p>a"), calendar(), Layout.RECOMMENDED, IDS)
    changed = with_calendar(root, calendar("Moved", "CANCEL"))
    check_parts(changed, calendar("Moved", "CANCEL"))
    assert body_parts(changed).text is body_parts(root).text
    assert [part.key for part in copies(changed)] == [part.key for part in copies(root)]
    assert with_calendar(changed, calendar("Moved", "CANCEL")) is changed


def test_foreign_parts_are_copies_by_their_uid_and_others_stay() -> None:
    root = parse(
        b"Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\nContent-Type: text/calendar; method=request\r\n\r\n"
        + calendar("A").octets
        + b"\r\n--m\r\nContent-Type: application/octet-stream; name=invite.ics\r\n\r\n"
        + calendar("B").octets
        + b"\r\n--m\r\nContent-Type: application/ics; name=other.ics\r\n\r\n"
        + calendar("C", uid="2").octets
        + b"\r\n--m--\r\n"
    )
    assert len(copies(root)) == 2
    changed = with_calendar(root, calendar("D"))
    assert [bytes(part.content).count(b"SUMMARY:D") for part in changed.children] == [1, 1, 0]
    assert b"method=request" in bytes(changed.octets)
    assert changed.children[2] is root.children[2]


def test_a_transfer_encoding_somebody_chose_stays_while_it_can() -> None:
    root = place(with_bodies("a", None), calendar(), Layout.LEAN, IDS)
    part = calendar_part(root)
    assert part is not None
    for encoding in (TransferEncoding.QUOTED_PRINTABLE, TransferEncoding.SEVEN_BIT):
        root = with_transfer_encoding(root, part.key, encoding, IDS)
        changed = with_calendar(root, calendar("ASCII"))
        kept = calendar_part(changed)
        assert kept is not None
        assert kept.transfer_encoding is encoding
        check_parts(changed, calendar("ASCII"))
    changed = with_calendar(root, calendar("Zoë"))
    kept = calendar_part(changed)
    assert kept is not None
    assert kept.transfer_encoding is TransferEncoding.BASE64


def test_a_message_inside_is_not_looked_into() -> None:
    inner = bytes(place(with_bodies("a", None), calendar(), Layout.RECOMMENDED, IDS).octets)
    root = attach(with_bodies("b", None), Attachment(Octets.of(inner), "a.eml", "message/rfc822"), IDS)
    assert calendar_of(root) is None
    with pytest.raises(EditError, match="no event"):
        with_calendar(root, calendar())


def test_what_is_signed_is_refused() -> None:
    signed = parse(
        b"Content-Type: multipart/signed; boundary=s\r\n\r\n--s\r\nContent-Type: text/plain\r\n\r\na\r\n"
        b"--s\r\nContent-Type: application/pgp-signature\r\n\r\nx\r\n--s--\r\n"
    )
    for layout in IN_TEXT:
        with pytest.raises(EditError, match="signature"):
            place(signed, calendar(), layout, IDS)


def test_methods_have_a_layout_to_take() -> None:
    assert [layout_for(method) for method in ("REQUEST", "cancel", "PUBLISH", "ADD")] == [
        Layout.RECOMMENDED,
        Layout.RECOMMENDED,
        Layout.PUBLISH_FILE,
        Layout.PUBLISH_FILE,
    ]
    for layout in Layout:
        assert all((layout.label, layout.facts.reads, layout.facts.breaks, layout.facts.source))


@given(
    octets=st.one_of(st.binary(max_size=200), st.text(max_size=100).map(lambda text: calendar(text).octets)),
    layout=st.sampled_from([layout for layout in Layout if layout is not Layout.SINGLE]),
    line_end=st.sampled_from([b"\r\n", b"\n"]),
    html=st.one_of(st.none(), st.text(max_size=20)),
)
def test_any_octets_come_out_as_they_went_in(octets: bytes, layout: Layout, line_end: bytes, html: str | None) -> None:
    root = blank_message(line_end)
    root = root if html is None else with_html(root, html, IDS)
    root = parse(place(root, read_calendar(octets), layout, IDS).octets)
    assert layout_of(root) is layout
    assert all(bytes(part.content) == octets for part in copies(root))
    changed = parse(with_calendar(root, read_calendar(octets + b"\r\nX:1\r\n")).octets)
    assert all(bytes(part.content) == octets + b"\r\nX:1\r\n" for part in copies(changed))
    assert not without_calendar(changed, IDS).children or html is not None


def _remove_any(root: Entity, number: int) -> Entity:
    parts = list(root.walk())
    return remove(root, parts[number % len(parts)].key, IDS)


def _embed(root: Entity, number: int) -> Entity:
    return embed(root, Attachment(Octets.of(b"x"), "a.png", "image/png"), IDS)[0]


METHODS = ("REQUEST", "CANCEL", "PUBLISH", "")
EDITS: dict[str, Callable[[Entity, int], Entity]] = {
    "text": lambda root, number: with_text(root, f"t{number}", IDS),
    "no text": lambda root, number: with_text(root, None, IDS),
    "html": lambda root, number: with_html(root, f"<p>{number}", IDS),
    "no html": lambda root, number: with_html(root, None, IDS),
    "place": lambda root, number: place(
        root, calendar(f"{number}", METHODS[number % 4]), list(Layout)[number % len(Layout)], IDS
    ),
    "change": lambda root, number: with_calendar(root, calendar(f"{number}", METHODS[number % 4])),
    "no event": lambda root, number: without_calendar(root, IDS),
    "attach": lambda root, number: attach(root, Attachment(Octets.of(b"x"), "a.bin"), IDS),
    "embed": _embed,
    "remove": _remove_any,
}


@given(st.lists(st.tuples(st.sampled_from(sorted(EDITS)), st.integers(0, 30)), max_size=12))
def test_whatever_is_edited_the_copies_agree_and_the_tree_reads_the_same(edits: list[tuple[str, int]]) -> None:
    root = blank_message()
    for name, number in edits:
        try:
            root = EDITS[name](root, number)
        except EditError:
            continue
        octets = bytes(root.octets)
        read = parse(octets)
        assert bytes(read.octets) == octets
        assert (shape(read), layout_of(read)) == (shape(root), layout_of(root))
        assert len({bytes(part.content) for part in copies(root)}) <= 1
        if name == "place":
            assert layout_of(root) is list(Layout)[number % len(Layout)]
