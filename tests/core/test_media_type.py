"""Media types by content and name."""

import pytest

from sescomposer.core.media_type import guess

PNG = b"\x89PNG\r\n\x1a\n\x00\x00"


@pytest.mark.parametrize(
    "name, head, media_type",
    [
        ("a.png", PNG, "image/png"),
        ("a.JPG", PNG, "image/png"),
        ("noname", b"%PDF-1.7\n", "application/pdf"),
        ("a.docx", b"PK\x03\x04\x14", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("a.bin", b"PK\x03\x04\x14", "application/zip"),
        ("a.txt", b"PK\x03\x04\x14", "application/zip"),
        ("a.ics", b"BEGIN:VCALENDAR\r\n", "text/calendar"),
        ("noname", b"BEGIN:VCALENDAR\r\n", "text/calendar"),
        ("noname", b"\xef\xbb\xbf<!DOCTYPE HTML><html>", "text/html"),
        ("a.svg", b"<?xml version='1.0'?><svg/>", "image/svg+xml"),
        ("a.md", b"# Title\n", "text/markdown"),
        ("a.csv", b"a,b\n1,\xe9\n", "text/csv"),
        ("a.csv", b"a\x00b", "application/octet-stream"),
        ("a.txt", b"\xff\xfea\x00", "text/plain"),
        ("a.p7s", b"\x30\x82", "application/pkcs7-signature"),
        ("a.m4a", b"\x00\x00\x00\x20ftypM4A ", "audio/mp4"),
        ("noname", b"\x00\x00\x00\x20ftypisom", "video/mp4"),
        ("a.webp", b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        ("a", b"12345678WEBP", "text/plain"),
        ("empty.pdf", b"", "application/pdf"),
        ("empty", b"", "text/plain"),
        ("रिपोर्ट.PDF", b"%PDF-1.4", "application/pdf"),
        ("dir.html\\file", b"plain", "text/plain"),
        (".html", b"\x00", "application/octet-stream"),
        ("a.eml", b"From: a@b.example\r\n", "message/rfc822"),
    ],
)
def test_the_type_is_guessed(name: str, head: bytes, media_type: str) -> None:
    assert guess(name, head) == media_type
