"""Octets in JSON, as base64 text (RFC 4648 section 4)."""

import binascii


def octets_to_json(octets: bytes) -> str:
    """Give octets as base64 text without line ends.

    >>> octets_to_json(b"key")
    'a2V5'
    """
    return binascii.b2a_base64(octets, newline=False).decode("ascii")


def octets_from_json(text: str) -> bytes:
    """Give the octets of `octets_to_json`; raises `ValueError` for what is none.

    >>> octets_from_json("a2V5")
    b'key'
    """
    return binascii.a2b_base64(text, strict_mode=True) if text else b""
