"""Parsing against hand-written messages, the rules of RFC 2046 one by one, and the standard library's reader."""

import email
import email.policy
import mmap
from collections.abc import Iterator
from email.message import Message
from pathlib import Path

import pytest

from sescomposer.core import limits
from sescomposer.core.entity import Entity, Given, Multipart, Nested
from sescomposer.core.notes import Note
from sescomposer.core.octets import Octets
from sescomposer.core.parse import parse
from sescomposer.core.scanner import MESSAGE_TYPES
from sescomposer.core.serialize import serialize

CORPUS = Path(__file__).parent.parent / "data" / "eml"
FILES = sorted(CORPUS.rglob("*.eml"))
FORMS = {"as it is": None, "LF": b"\n", "CRLF": b"\r\n", "CR": b"\r"}

DISPUTED = {
    "byte_order_mark": "it takes all for body",
    "close_before_start": "it calls the leaf a multipart without parts",
    "comments_in_content_type": "it takes the comment for a part of the type",
    "delimiter_at_the_end": "it makes an empty part",
    "empty_message_part": "it makes a message without octets",
    "empty_parts": "it takes delimiters that follow one another for one",
    "encoded_message": "it opens the message without decoding",
    "first_line_continued": "it takes a continuation of nothing for header",
    "missing_close": "it takes the last line end away although no delimiter follows",
    "obsolete_blanks_before_colon": "it does not know blanks before the colon (RFC 5322 section 4.5)",
}
"""Where the standard library differs. We follow RFC 2046 section 5.1.1, keep all octets and record a defect."""


def in_form(octets: bytes, line_end: bytes | None) -> bytes:
    if line_end is None:
        return octets
    return octets.replace(b"\r\n", b"\n").replace(b"\n", line_end)


def pieces_of(entity: Entity) -> bytes:
    """Join the pieces of a tree without the ropes that the parser stored."""
    body = entity.body
    match body:
        case Multipart():
            parts = [bytes(body.preamble)]
            for delimiter, child in zip(body.delimiters, body.children, strict=True):
                parts += [delimiter, pieces_of(child)]
            inside = b"".join(parts) + body.close + bytes(body.epilogue)
        case Nested(entity=message):
            inside = pieces_of(message)
        case _:
            inside = bytes(body.octets)
    return bytes(entity.header.octets) + entity.separator + inside


def form_of(entity: Entity) -> object:
    return (
        entity.note,
        entity.media_type,
        len(entity.header.octets.read(0, 1 << 20).splitlines()),
        [form_of(child) for child in entity.children],
    )


def test_the_corpus_is_there() -> None:
    assert len(FILES) >= 60


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_octet_is_kept(path: Path, form: str) -> None:
    octets = in_form(path.read_bytes(), FORMS[form])
    root = parse(octets)
    assert pieces_of(root) == octets
    assert serialize(root) == octets
    assert b"".join(map(bytes, root.render().chunks())) == octets


@pytest.mark.parametrize("path", [p for p in FILES if b"\r" not in p.read_bytes()], ids=lambda path: path.stem)
def test_line_ends_do_not_change_the_tree(path: Path) -> None:
    octets = path.read_bytes()
    assert form_of(parse(in_form(octets, b"\n"))) == form_of(parse(in_form(octets, b"\r\n")))
    assert form_of(parse(in_form(octets, b"\n"))) == form_of(parse(in_form(octets, b"\r")))


def test_a_mapped_file_gives_the_same_tree(tmp_path: Path) -> None:
    for path in FILES:
        octets = path.read_bytes()
        if octets:
            file = tmp_path / path.name
            file.write_bytes(octets)
            with file.open("rb") as stream:
                root = parse(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))
            assert form_of(root) == form_of(parse(octets))
            assert serialize(root) == octets


Part = tuple[str, bytes | None]


def their_parts(message: Message) -> Iterator[Part]:
    """Give type and content of each part; the standard library opens every message/*, we only messages."""
    open_parts = [message]
    while open_parts:
        part = open_parts.pop()
        media_type = part.get_content_type()
        if media_type.startswith("multipart/") or media_type in MESSAGE_TYPES or not part.is_multipart():
            payload = part.get_payload(decode=True)
            yield media_type, payload if isinstance(payload, bytes) else None
            open_parts += reversed(part.get_payload() if part.is_multipart() else [])  # type: ignore[arg-type]
        else:
            yield media_type, None


def our_parts(root: Entity) -> Iterator[Part]:
    for entity in root.walk():
        is_opaque = entity.media_type.startswith("message/") or not isinstance(entity.body, Given)
        yield entity.media_type, None if is_opaque else bytes(entity.content)


def parts_by_both(path: Path, line_end: bytes | None) -> tuple[list[Part], list[Part]]:
    octets = in_form(path.read_bytes(), line_end)
    theirs = email.message_from_bytes(octets, policy=email.policy.compat32)
    return list(our_parts(parse(octets))), list(their_parts(theirs))


@pytest.mark.parametrize("form", ["LF", "CRLF"])
@pytest.mark.parametrize("path", [p for p in FILES if p.stem not in DISPUTED], ids=lambda path: path.stem)
def test_the_standard_library_reads_the_same_tree(path: Path, form: str) -> None:
    ours, theirs = parts_by_both(path, FORMS[form])
    assert [part for part in ours if not part[0].startswith("message/")] == [
        part for part in theirs if not part[0].startswith("message/")
    ]
    assert [media_type for media_type, _ in ours] == [media_type for media_type, _ in theirs]


@pytest.mark.parametrize("name", DISPUTED)
def test_disputed_messages_are_still_disputed(name: str) -> None:
    path = next(path for path in FILES if path.stem == name)
    ours, theirs = parts_by_both(path, b"\n")
    assert ours != theirs


def read(name: str) -> Entity:
    return parse((CORPUS / name).with_suffix(".eml").read_bytes())


def bodies(root: Entity) -> list[bytes]:
    return [bytes(entity.body.octets) for entity in root.walk() if isinstance(entity.body, Given)]


class TestNamedCases:
    def test_boundary_reused_by_child_stays_the_outer_ones(self) -> None:
        root = read("malformed/boundary_reused_by_child")
        assert [child.note for child in root.children] == [Note.BOUNDARY_IN_USE, ""]
        assert bodies(root) == [b"", b"one"]

    @pytest.mark.parametrize("name", ["rfc/boundary_of_70", "malformed/boundary_of_1000"])
    def test_long_boundaries_count(self, name: str) -> None:
        assert bodies(read(name)) == [b"one"]

    def test_boundary_with_blanks_and_equals(self) -> None:
        assert bodies(read("rfc/boundary_with_blanks_and_equals")) == [b"one", b"two"]

    def test_first_of_duplicate_boundary_parameters_counts(self) -> None:
        assert bodies(read("malformed/duplicate_boundary_parameters")) == [b"first"]

    def test_boundary_by_rfc_2231(self) -> None:
        assert bodies(read("rfc/boundary_in_pieces")) == [b"one", b"two"]
        root = parse(b"Content-Type: multipart/mixed; boundary*=utf-8''a%20b\n\n--a b\n\none\n--a b--\n")
        assert bodies(root) == [b"one"]

    def test_missing_final_line_end(self) -> None:
        root = read("malformed/missing_final_line_end")
        assert isinstance(root.body, Multipart)
        assert root.body.close == b"\n--b--"
        assert bodies(root) == [b"one"]

    def test_only_a_header(self) -> None:
        root = read("malformed/only_header")
        assert (root.separator, bytes(root.body.octets), root.subject) == (b"", b"", "nothing else")

    def test_only_a_body(self) -> None:
        root = read("malformed/only_body")
        assert len(root.header.octets) == 0
        assert root.separator == b""
        assert bytes(root.body.octets).startswith(b"Hello there")

    def test_empty_input(self) -> None:
        root = parse(b"")
        assert serialize(root) == b""
        assert root.media_type == "text/plain"

    @pytest.mark.parametrize("octets", [b"\r", b"\n", b"\r\n"])
    def test_one_line_end_is_a_blank_line(self, octets: bytes) -> None:
        root = parse(octets)
        assert (root.separator, len(root.body.octets)) == (octets, 0)


class TestDelimiters:
    def test_line_end_before_a_delimiter_belongs_to_it(self) -> None:
        root = read("rfc/mixed_with_preamble")
        assert isinstance(root.body, Multipart)
        assert root.body.delimiters[0] == b"\n--simple boundary\n"
        assert bytes(root.body.preamble).endswith(b"a note.\n")
        assert bytes(root.children[0].body.octets).endswith(b"with a linebreak.")
        assert bytes(root.children[1].body.octets).endswith(b"with a linebreak.\n")
        assert root.body.close == b"\n--simple boundary--\n"
        assert bytes(root.body.epilogue) == b"\nThis is the epilogue.  It is also to be ignored.\n"

    def test_directly_behind_its_own_blank_line_it_has_none(self) -> None:
        root = parse(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--")
        assert isinstance(root.body, Multipart)
        assert (root.separator, bytes(root.body.preamble), root.body.delimiters) == (b"\r\n", b"", (b"--b\r\n",))

    def test_a_blank_line_of_a_part_without_body_belongs_to_the_delimiter(self) -> None:
        root = parse(b"Content-Type: multipart/mixed; boundary=b\n\n--b\nX: y\n\n--b--\n")
        assert isinstance(root.body, Multipart)
        part = root.children[0]
        assert (bytes(part.header.octets), part.separator, root.body.close) == (b"X: y\n", b"", b"\n--b--\n")

    def test_a_delimiter_cuts_an_unfinished_header(self) -> None:
        part = read("malformed/header_cut_by_delimiter").children[0]
        assert (bytes(part.header.octets), part.separator) == (b"Content-Type: text/plain", b"")

    def test_a_delimiter_that_looks_like_a_field_cuts_a_header(self) -> None:
        root = parse(b'Content-Type: multipart/mixed; boundary="a:b"\n\n--a:b\nX: y\n--a:b\n\ntwo\n--a:b--\n')
        assert [bytes(part.octets) for part in root.children] == [b"X: y", b"\ntwo"]

    def test_trailing_blanks_are_allowed_and_other_text_is_not(self) -> None:
        assert bodies(read("malformed/trailing_blanks")) == [b"one", b"two"]
        assert bodies(read("malformed/text_behind_delimiter")) == [b"one\n--b--extra\nstill one"]

    def test_longest_match_wins(self) -> None:
        assert bodies(read("nested/prefix_boundaries")) == [b"one", b"two", b"three"]
        assert bodies(read("malformed/boundary_with_dashes")) == [b"one"]

    def test_an_outer_delimiter_closes_all_inside(self) -> None:
        root = read("malformed/missing_closes_of_inner")
        assert bodies(root) == [b"one", b"two"]
        assert isinstance(root.children[0].body, Multipart)
        assert root.children[0].body.close == b""

    def test_a_closed_boundary_is_free_again(self) -> None:
        assert bodies(read("nested/same_boundary_in_siblings")) == [b"one", b"two"]

    def test_a_delimiter_with_nothing_behind_makes_no_part(self) -> None:
        root = read("malformed/delimiter_at_the_end")
        assert isinstance(root.body, Multipart)
        assert len(root.children) == 1
        assert (root.body.close, bytes(root.body.epilogue)) == (b"", b"\n--b")
        assert parse(b"Content-Type: multipart/mixed; boundary=b\n\n--b\n").note == Note.NO_PARTS

    def test_a_multipart_that_never_starts_is_a_leaf(self) -> None:
        for name in ("malformed/start_boundary_missing", "malformed/close_before_start"):
            root = read(name)
            assert (root.note, root.children) == (Note.START_MISSING, ())

    def test_no_boundary(self) -> None:
        assert read("malformed/no_boundary_parameter").note == Note.NO_BOUNDARY

    def test_dashes_in_base64_are_no_delimiter(self) -> None:
        assert len(read("malformed/dirty_base64").children) == 1


class TestMessages:
    def test_parts_of_a_digest_are_messages(self) -> None:
        digest = read("rfc/digest").children[1]
        assert [part.media_type for part in digest.children] == ["message/rfc822", "message/rfc822"]
        assert [part.children[0].subject for part in digest.children] == ["my opinion", "my different opinion"]
        assert [part.media_type for part in read("nested/digest_with_typed_part").children] == [
            "text/plain",
            "message/rfc822",
        ]

    @pytest.mark.parametrize("media_type", ["message/rfc822", "message/global", "message/news"])
    def test_messages_are_opened(self, media_type: str) -> None:
        root = parse(f"Content-Type: {media_type}\n\nSubject: inside\n\nText".encode())
        assert isinstance(root.body, Nested)
        assert root.children[0].subject == "inside"

    def test_an_encoded_message_is_not(self) -> None:
        root = read("malformed/encoded_message")
        assert (root.note, root.children) == (Note.ENCODED_MESSAGE, ())

    def test_a_message_without_octets_is_none(self) -> None:
        root = read("malformed/empty_message_part")
        assert [len(part.children) for part in root.children] == [0, 0]

    def test_mbox_line_and_byte_order_mark_are_header(self) -> None:
        assert read("malformed/mbox_line").subject == "From an mbox"
        assert bodies(read("malformed/mbox_line")) == [b">From the start.\n"]
        marked = read("malformed/byte_order_mark")
        assert (marked.subject, marked.media_type) == ("Mark", "text/html")

    def test_a_line_without_colon_starts_the_body(self) -> None:
        root = read("malformed/line_without_colon")
        assert (root.subject, root.separator) == ("Broken", b"")
        assert bytes(root.body.octets).startswith(b"this line is no field\nTo:")


class TestLimits:
    def test_depth(self) -> None:
        levels = 150
        octets = b"".join(
            b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level) for level in range(levels)
        )
        root = parse(octets)
        assert serialize(root) == octets
        notes = [entity.note for entity in root.walk()]
        assert notes == [""] * (limits.TREE_DEPTH - 1) + [Note.TOO_DEEP]

    def test_parts(self) -> None:
        octets = (
            b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * (limits.TREE_PARTS + 50) + b"--b--\n"
        )
        root = parse(octets)
        assert serialize(root) == octets
        entities = list(root.walk())
        assert len(entities) == limits.TREE_PARTS
        assert [entity.note for entity in entities[-2:]] == ["", Note.TOO_MANY_PARTS]
        assert bytes(entities[-1].octets).endswith(b"--b--\n")


def test_pieces_share_the_buffer_and_a_rope_is_read_like_one_buffer() -> None:
    octets = (CORPUS / "rfc" / "multimedia_with_five_parts.eml").read_bytes()
    rope = Octets.join([octets[start : start + 7] for start in range(0, len(octets), 7)])
    assert form_of(parse(rope)) == form_of(parse(octets))
    assert serialize(parse(rope)) == octets
