"""A call of one of the two SES APIs read from its HTTP body: the members, and the message apart, never decoded at once.

A message of 40 MB is 53 MB of base64 text inside JSON or a form. It is found by its span; the rest is read as usual,
and the text is decoded in windows as it is taken.
"""

import binascii
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote_to_bytes

WINDOW = 1 << 18

_DATA = re.compile(rb'"Data"\s*:\s*"([^"]*)"')
_PLACEHOLDER = b"octets-of-the-message"
_RAW_DATA = b"RawMessage.Data="
_PLAIN = re.compile(rb"[A-Za-z0-9+/=\s]*")


class MalformedCallError(Exception):
    """The body is no call: not JSON, no form, or its base64 text is none."""


@dataclass(frozen=True, slots=True)
class Call:
    """What was asked.

    Attributes:
        members: The members: of JSON as they are nested, of a form flat by name; without the message.
        text: The base64 text of the message as it stands in the body, None where there is none.
        is_form: Whether the text is percent-encoded.
    """

    members: Mapping[str, Any]
    text: memoryview | None
    is_form: bool = False

    def octets(self) -> Iterator[bytes]:
        """Give the octets of the message in windows.

        Raises:
            MalformedCallError: the text is no base64.
        """
        rest = b""
        for window in self._windows():
            characters = rest + b"".join(window.split())
            whole = len(characters) // 4 * 4
            rest = characters[whole:]
            yield _decoded(characters[:whole])
        if rest:
            raise MalformedCallError("The message is no base64: its last group is not complete.")

    def _windows(self) -> Iterator[bytes]:
        """Give the text without the encoding of the body around it."""
        text = self.text if self.text is not None else memoryview(b"")
        rest = b""
        for start in range(0, len(text), WINDOW):
            window = rest + bytes(text[start : start + WINDOW])
            rest = b""
            if self.is_form:
                window, rest = _whole_escapes(window)
                window = _unquoted(window)
            yield window
        if rest:
            yield _unquoted(rest)


def json_call(body: bytearray) -> Call:
    """Read a call of the API v2.

    Raises:
        MalformedCallError: it is no JSON object.

    >>> call = json_call(bytearray(b'{"Content": {"Raw": {"Data": "bGlnaHQ="}}, "TenantName": "t"}'))
    >>> call.members["TenantName"], b"".join(call.octets())
    ('t', b'light')
    """
    found = _DATA.search(body)
    start, stop = found.span(1) if found else (0, 0)
    # Some libraries escape the signs of base64; then the text is read like any other.
    if found and body.find(b"\\", start, stop) < 0:
        members = _object(b"".join((memoryview(body)[:start], _PLACEHOLDER, memoryview(body)[stop:])))
        if _raw_data(members) == _PLACEHOLDER.decode():
            return Call(members, memoryview(body)[start:stop])
    members = _object(bytes(body))
    data = _raw_data(members)
    return Call(members, None if data is None else memoryview(data.encode("utf-8", "replace")))


def form_call(body: bytearray) -> Call:
    """Read a call of the API v1.

    Raises:
        MalformedCallError: it is no form.

    >>> call = form_call(bytearray(b"Action=SendRawEmail&RawMessage.Data=%2BbGl&Source=a%40a.example"))
    >>> call.members["Source"], b"".join(call.octets())
    ('a@a.example', b'\\xf9\\xb1\\xa5')
    """
    start = 0 if body.startswith(_RAW_DATA) else body.find(b"&" + _RAW_DATA) + 1
    has_data = start > 0 or body.startswith(_RAW_DATA)
    stop = body.find(b"&", start) if has_data else 0
    stop = len(body) if stop < 0 else stop
    text = memoryview(body)[start + len(_RAW_DATA) : stop] if has_data else None
    rest = bytes(body[:start] + body[stop:])
    try:
        pairs = parse_qsl(rest.decode("ascii"), keep_blank_values=True, max_num_fields=10_000, errors="strict")
    except ValueError as error:
        raise MalformedCallError("The body is no form.") from error
    return Call(dict(pairs), text, is_form=True)


def _object(text: bytes) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise MalformedCallError("The body is no JSON.") from error
    if not isinstance(found, dict):
        raise MalformedCallError("The body is no JSON object.")
    return found


def _raw_data(members: Mapping[str, Any]) -> str | None:
    """Give the text of Content.Raw.Data."""
    found: Any = members
    for name in ("Content", "Raw", "Data"):
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, str) else None


def _whole_escapes(window: bytes) -> tuple[bytes, bytes]:
    """Split off an escape that the end of a window cuts."""
    at = window.rfind(b"%", max(len(window) - 2, 0))
    return (window, b"") if at < 0 else (window[:at], window[at:])


def _unquoted(window: bytes) -> bytes:
    """Take the percent-encoding off; the three signs of base64 are replaced at once, for a message has many of them."""
    for escape, sign in ((b"%2B", b"+"), (b"%2F", b"/"), (b"%3D", b"=")):
        window = window.replace(escape, sign).replace(escape.lower(), sign)
    return unquote_to_bytes(window) if b"%" in window else window


def _decoded(characters: bytes) -> bytes:
    if not _PLAIN.fullmatch(characters):
        raise MalformedCallError("The message is no base64.")
    try:
        return binascii.a2b_base64(characters, strict_mode=True)
    except binascii.Error as error:
        raise MalformedCallError(f"The message is no base64: {error}.") from error
