"""Telling body and attachments apart (RFC 8621 section 4.1.4)."""

import gc
import weakref

import pytest

from sescomposer.core import body_parts, parse
from sescomposer.core.entity import Entity


def part(header: str, *children: str) -> str:
    """Write a part, a container with its children."""
    if not children:
        return f"{header}\r\n\r\nx"
    boundary = f"b{len(header)}{sum(map(len, children))}"
    inside = "".join(f"--{boundary}\r\n{child}\r\n" for child in children)
    return f"{header}; boundary={boundary}\r\n\r\n{inside}--{boundary}--"


TEXT, HTML = "Content-Type: text/plain", "Content-Type: text/html"
MESSAGE = "Content-Type: message/rfc822\r\n\r\n"
PNG = "Content-Type: image/png"
ATTACHED = "\r\nContent-Disposition: attachment"
NAMED = "\r\nContent-Disposition: inline; filename=a"


def kinds(entities: tuple[Entity, ...]) -> str:
    """Subtypes in order."""
    return " ".join(entity.media_type.partition("/")[2] for entity in entities)


@pytest.mark.parametrize(
    "message, text, html, inline, attachments",
    [
        (part(TEXT), True, False, "", ""),
        (part(TEXT + ATTACHED), False, False, "", "plain"),
        (part(PNG), False, False, "png", ""),
        (part("Content-Type: multipart/alternative", part(TEXT), part(HTML)), True, True, "", ""),
        (part("Content-Type: multipart/mixed", part(HTML), part(TEXT + NAMED)), False, True, "", "plain"),
        (part("Content-Type: multipart/mixed", part(TEXT), part(PNG), part(TEXT)), True, False, "png", ""),
        (part("Content-Type: multipart/related", part(HTML), part(PNG), part(TEXT)), False, True, "png plain", ""),
        (part("Content-Type: multipart/related", part(HTML), part(PNG + ATTACHED)), False, True, "", "png"),
        (
            part("Content-Type: multipart/alternative", part(TEXT), part("Content-Type: text/calendar")),
            True,
            False,
            "",
            "calendar",
        ),
        (
            part("Content-Type: multipart/mixed", part(TEXT), "Content-Type: message/rfc822\r\n\r\n" + part(HTML)),
            True,
            False,
            "",
            "rfc822",
        ),
        (
            part("Content-Type: multipart/related; start=r", part(PNG), part(HTML + "\r\nContent-ID: <r>")),
            False,
            True,
            "png",
            "",
        ),
    ],
)
def test_parts_are_told_apart(message: str, text: bool, html: bool, inline: str, attachments: str) -> None:
    parts = body_parts(parse(message.encode()))
    assert (parts.text is not None, parts.html is not None) == (text, html)
    assert (kinds(parts.inline), kinds(parts.attachments)) == (inline, attachments)


def test_the_parts_are_told_apart_once() -> None:
    root = parse(part("Content-Type: multipart/mixed", part(TEXT), part(PNG)).encode())
    assert body_parts(root) is body_parts(root)


def test_a_message_without_parts_does_not_keep_itself_alive() -> None:
    gc.disable()
    try:
        root = parse(part(TEXT).encode())
        assert body_parts(root).text is root
        gone = weakref.ref(root)
        del root
        assert gone() is None
    finally:
        gc.enable()
