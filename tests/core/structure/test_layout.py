"""Where parts go, and which containers come and vanish."""

import email
import email.policy
from collections.abc import Callable
from email.message import EmailMessage

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from sescomposer.core import SeededIdentifiers, compose, parse
from sescomposer.core.entity import Entity
from sescomposer.core.errors import EditError
from sescomposer.core.identifiers import OURS_PREFIX
from sescomposer.core.octets import Octets
from sescomposer.core.structure import (
    Attachment,
    attach,
    blank_message,
    body_parts,
    embed,
    lift,
    move,
    remove,
    unwrap,
    with_description,
    with_header_field,
    with_html,
    with_text,
    wrap,
)

PNG = Attachment(Octets.of(b"\x89PNG"), "a.png", "image/png")
PDF = Attachment(Octets.of(b"%PDF"), "a.pdf", "application/pdf")

IDS = SeededIdentifiers("layout")

Types = Callable[[Entity], str]
Check = Callable[[Entity], None]


def test_the_layout_grows_and_shrinks_again(ids: SeededIdentifiers, types: Types, check: Check) -> None:
    root = blank_message()
    seen = []
    steps: list[Callable[[Entity], Entity]] = [
        lambda root: with_html(root, "<p>", ids),
        lambda root: with_text(root, "text", ids),
        lambda root: embed(root, PNG, ids)[0],
        lambda root: attach(root, PDF, ids),
        lambda root: remove(root, body_parts(root).inline[0].key, ids),
        lambda root: with_text(root, None, ids),
        lambda root: remove(root, body_parts(root).attachments[0].key, ids),
    ]
    for edit in steps:
        root = edit(root)
        seen.append(types(root))
        check(root)
    assert seen == [
        "html",
        "alternative(plain,html)",
        "alternative(plain,related(html,png))",
        "mixed(alternative(plain,related(html,png)),pdf)",
        "mixed(alternative(plain,html),pdf)",
        "mixed(html,pdf)",
        "html",
    ]


def test_other_fields_stay_in_order_when_the_root_is_wrapped_and_unwrapped(ids: SeededIdentifiers) -> None:
    octets = b"Subject: a\r\nContent-Type: text/plain;\r\n charset=utf-8\r\nX-Last: b\r\nContent-Language: en\r\n\r\nHi"
    root = parse(octets)
    key = root.key
    wrapped = attach(root, PDF, ids)
    assert [field.name for field in wrapped.header.fields] == ["Subject", "MIME-Version", "Content-Type", "X-Last"]
    text = wrapped.children[0]
    assert bytes(text.octets) == b"Content-Type: text/plain;\r\n charset=utf-8\r\nContent-Language: en\r\n\r\nHi"
    assert text.key == key
    alone = remove(wrapped, wrapped.children[1].key, ids)
    assert alone.key == key
    assert bytes(alone.octets) == (
        b"Subject: a\r\nMIME-Version: 1.0\r\nContent-Type: text/plain;\r\n charset=utf-8\r\nContent-Language: en\r\n"
        b"X-Last: b\r\n\r\nHi"
    )


def test_an_attachment_leaves_every_other_entity_the_same_object(ids: SeededIdentifiers) -> None:
    root = compose("a@a.example", "b@b.example", "s", text="t", html="<p>", attachments=[PDF], ids=ids).root
    new = attach(root, PNG, ids)
    assert [a is b for a, b in zip(root.children, new.children, strict=False)] == [True, True]
    assert new.key == root.key


@pytest.mark.parametrize("line_end", [b"\r\n", b"\n"])
def test_a_foreign_container_never_vanishes_but_with_its_last_part(
    ids: SeededIdentifiers, types: Types, check: Check, line_end: bytes
) -> None:
    octets = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    octets += b"--b\r\n\r\n1\r\n--b\r\nContent-Type: a/b\r\n\r\n2\r\n--b--\r\n"
    root = parse(octets.replace(b"\r\n", line_end))
    root = remove(root, root.children[1].key, ids)
    assert types(root) == "mixed(plain)"
    check(root)
    root = remove(root, root.children[0].key, ids)
    assert types(root) == "plain"
    assert bytes(root.octets).endswith(line_end * 2)


def test_ours_vanishes_after_saving_and_opening(ids: SeededIdentifiers, types: Types) -> None:
    root = parse(bytes(compose("a@a.example", "b@b.example", "s", text="t", attachments=[PDF], ids=ids).root.octets))
    assert types(root) == "mixed(plain,pdf)"
    assert types(remove(root, root.children[1].key, ids)) == "plain"


def test_ours_stays_when_something_was_written_on_it(ids: SeededIdentifiers, types: Types) -> None:
    root = compose("a@a.example", "b@b.example", "s", text="t", attachments=[PDF], ids=ids).root
    root = with_description(root, root.key, "both")
    assert types(remove(root, root.children[1].key, ids)) == "mixed(plain)"


def test_removing_the_html_attaches_its_images(ids: SeededIdentifiers, types: Types, check: Check) -> None:
    root = compose("a@a.example", "b@b.example", "s", text="t", html="<p>", inline=[PNG], ids=ids).root
    root = with_html(root, None, ids)
    assert types(root) == "mixed(plain,png)"
    assert root.children[1].disposition == "attachment"
    assert root.children[1].content_id
    check(root)


def test_html_of_a_nested_message_leaves_its_images_in_it(ids: SeededIdentifiers, types: Types, check: Check) -> None:
    inner = compose("a@a.example", "b@b.example", "s", html="<p>", inline=[PNG], ids=ids).root
    root = attach(blank_message(), Attachment(inner.octets, "m.eml", "message/rfc822"), ids)
    assert types(root) == "mixed(plain,rfc822(related(html,png)))"
    html = next(entity for entity in root.walk() if entity.media_type == "text/html")
    root = remove(root, html.key, ids)
    assert types(root) == "mixed(plain,rfc822(mixed(plain,png)))"
    check(root)
    nested = root.children[1].children[0]
    assert types(remove(root, nested.key, ids)) == "plain"


def test_an_existing_alternative_and_related_are_used(ids: SeededIdentifiers, types: Types) -> None:
    octets = (
        b"Content-Type: multipart/related; boundary=r\r\n\r\n--r\r\nContent-Type: multipart/alternative; boundary=rr"
        b"\r\n\r\n--rr\r\nContent-Type: text/html\r\n\r\n<p>\r\n--rr--\r\n"
        b"--r\r\nContent-Type: image/png\r\n\r\nx\r\n--r--\r\n"
    )
    root = with_text(parse(octets), "text", ids)
    assert types(root) == "related(alternative(plain,html),png)"
    root, content_id = embed(root, PNG, ids)
    assert types(root) == "related(alternative(plain,html),png,png)"
    assert root.children[2].content_id == content_id


def test_a_message_with_neither_text_nor_html_gets_one_first(ids: SeededIdentifiers, types: Types) -> None:
    root = parse(b"Content-Type: application/pdf\r\n\r\n%PDF")
    assert types(with_html(root, "<p>", ids)) == "mixed(html,pdf)"


def test_an_image_needs_html(ids: SeededIdentifiers) -> None:
    with pytest.raises(EditError, match="no HTML"):
        embed(blank_message(), PNG, ids)


def test_a_moved_part_keeps_its_object_and_the_empty_container_goes(ids: SeededIdentifiers, types: Types) -> None:
    root = compose("a@a.example", "b@b.example", "s", text="t", html="<p>", attachments=[PDF, PNG], ids=ids).root
    pdf = root.children[1]
    moved = move(root, pdf.key, root.key, 2, ids)
    assert types(moved) == "mixed(alternative(plain,html),png,pdf)"
    assert moved.children[2] is pdf
    html = root.children[0].children[1]
    moved = move(root, html.key, root.key, 1, ids)
    assert types(moved) == "mixed(plain,html,pdf,png)"
    assert moved.children[1] is html
    with pytest.raises(EditError, match="itself"):
        move(root, root.children[0].key, root.children[0].key, 0, ids)


def test_digest_parts_say_their_type_when_they_leave_or_come(
    ids: SeededIdentifiers, types: Types, check: Check
) -> None:
    root = parse(b"Content-Type: multipart/digest; boundary=d\r\n\r\n--d\r\n\r\nSubject: a\r\n\r\nx\r\n--d--\r\n")
    root = wrap(root, root.key, "mixed", ids)
    root = move(root, root.children[0].children[0].key, root.key, 1, ids)
    assert types(root) == "mixed(rfc822(plain))"
    check(root)
    root = wrap(root, root.key, "digest", ids)
    assert types(root) == "digest(mixed(rfc822(plain)))"


def test_a_tree_command_makes_what_stays_and_undoes_what_it_can(ids: SeededIdentifiers, types: Types) -> None:
    root = blank_message()
    root = wrap(root, root.key, "report", ids)
    assert OURS_PREFIX not in root.content_type.get("boundary")
    root = attach(root, PDF, ids)
    assert types(root) == "mixed(report(plain),pdf)"
    root = unwrap(root, root.children[0].key, ids)
    assert types(root) == "mixed(plain,pdf)"
    with pytest.raises(EditError, match="several"):
        unwrap(root, root.key, ids)


SIGNED = (
    b"Subject: s\r\nMIME-Version: 1.0\r\nContent-Type: multipart/signed; boundary=s; protocol=x/y; micalg=sha-256"
    b"\r\n\r\n--s\r\nContent-Type: text/plain\r\n\r\nsigned\r\n--s\r\nContent-Type: x/y\r\n\r\nsignature\r\n--s--\r\n"
)


def test_what_is_signed_is_read_only_until_it_is_lifted(
    ids: SeededIdentifiers, types: Types, read_independently: Callable[[Entity], EmailMessage]
) -> None:
    root = parse(SIGNED)
    text = root.children[0]
    refused: list[Callable[[], object]] = [
        lambda: with_text(root, "other", ids),
        lambda: with_html(root, "<p>", ids),
        lambda: remove(root, text.key, ids),
        lambda: with_header_field(root, text.key, "X-A", "b"),
        lambda: unwrap(root, root.key, ids),
    ]
    for edit in refused:
        with pytest.raises(EditError, match="signature"):
            edit()
    assert types(attach(root, PDF, ids)) == "mixed(signed(plain,y),pdf)"
    assert bytes(text.octets) in bytes(attach(root, PDF, ids).octets)
    lifted = lift(root, root.key, ids)
    assert types(with_text(lifted, "other", ids)) == "plain"
    assert read_independently(lifted)["subject"] == "s"


def test_content_that_looks_like_a_delimiter_gets_another_boundary(ids: SeededIdentifiers, check: Check) -> None:
    root = parse(b"Content-Type: multipart/mixed; boundary=b; x=y\r\n\r\n--b \r\n\r\none\r\n--b--\r\n")
    changed = with_text(root, "two\n--bad line\n", ids)
    assert changed.content_type.get("boundary") != "b"
    assert not changed.content_type.get("boundary").startswith(OURS_PREFIX)
    assert changed.content_type.get("x") == "y"
    check(changed)
    same = with_text(root, "two --b\n", ids)
    assert same.header is root.header


OPTIONAL = st.none() | st.sampled_from(["", "text\n", "Grüße aus Bonn", "--=_\n"])


@given(text=OPTIONAL, html=OPTIONAL, images=st.integers(0, 2), files=st.integers(0, 2))
@settings(max_examples=60, deadline=None)
def test_a_whole_message_is_arranged_as_the_edits_would(
    text: str | None, html: str | None, images: int, files: int
) -> None:
    images = 0 if html is None else images
    whole = compose(
        "a@a", "b@b", "s", text=text, html=html, inline=[PNG] * images, attachments=[PDF] * files, ids=IDS
    ).root
    root = compose("a@a", "b@b", "s", ids=IDS).root
    root = root if text is None else with_text(root, text, IDS)
    root = root if html is None else with_html(root, html, IDS)
    for _ in range(images):
        root, _ = embed(root, PNG, IDS)
    for _ in range(files):
        root = attach(root, PDF, IDS)
    assert [bytes(e.content) for e in whole.walk() if not e.children] == [
        bytes(e.content) for e in root.walk() if not e.children
    ]
    assert [(e.media_type, len(e.children)) for e in whole.walk()] == [
        (e.media_type, len(e.children)) for e in root.walk()
    ]
    assert [field.name for field in whole.header.fields] == [field.name for field in root.header.fields]


STEPS = st.lists(st.tuples(st.sampled_from(["text", "html", "attach", "embed", "remove", "move"]), st.integers(0, 9)))


@given(steps=STEPS)
@settings(max_examples=60, deadline=None)
def test_the_standard_library_reads_what_edits_built(steps: list[tuple[str, int]]) -> None:
    root = compose("a@a", "b@b", "s", ids=IDS).root
    for step, number in steps:
        parts = [entity for entity in root.walk() if entity is not root] or [root]
        part, home = parts[number % len(parts)], parts[-number % len(parts)]
        try:
            match step:
                case "text":
                    root = with_text(root, None if number == 0 else f"text {number}\n--ü", IDS)
                case "html":
                    root = with_html(root, None if number == 0 else f"<p>{number}", IDS)
                case "attach":
                    root = attach(root, PDF, IDS)
                case "embed":
                    root, _ = embed(root, PNG, IDS)
                case "remove":
                    root = remove(root, part.key, IDS)
                case _:
                    root = move(root, part.key, home.key, number, IDS)
        except EditError:
            continue
    message = email.message_from_bytes(bytes(root.octets), policy=email.policy.default)
    assert all(not part.defects for part in message.walk())
    leaves = [part.get_payload(decode=True) for part in message.walk() if not part.is_multipart()]
    assert leaves == [bytes(entity.content) for entity in root.walk() if not entity.children]
    assert [part.get_content_type() for part in message.walk()] == [entity.media_type for entity in root.walk()]


def test_a_delimiter_at_the_end_of_all_counts_once_something_follows(ids: SeededIdentifiers) -> None:
    root = parse(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b")
    wrapped = wrap(root, root.key, "mixed", ids)
    read = parse(bytes(wrapped.octets))
    assert [(e.media_type, len(e.children)) for e in wrapped.walk()] == [
        (e.media_type, len(e.children)) for e in read.walk()
    ]
