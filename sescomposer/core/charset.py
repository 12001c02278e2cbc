"""Names of charsets (RFC 2045 section 5.1) and the codecs that read them."""

import codecs
import re
from functools import lru_cache

_LONGEST_NAME = 60
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+^_`{}~.:()/-]+")
_NO_CHARSETS = frozenset({"idna", "punycode", "raw-unicode-escape", "unicode-escape", "undefined", "mbcs", "oem"})
_ALIASES = {
    "ascii": "us-ascii",
    "ansi_x3.4-1968": "us-ascii",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "x-sjis": "shift_jis",
    "x-gbk": "gbk",
    "ks_c_5601-1987": "cp949",
    "unicode-1-1-utf-7": "utf-7",
    "cp-850": "cp850",
    "x-mac-roman": "mac-roman",
}


def codec_name(charset: str) -> str | None:
    """Give the name of the codec that reads `charset` (in any case), None where none is known.

    Only codecs between text and octets count: no compression, no escapes.

    >>> codec_name("UTF8"), codec_name("x-unknown"), codec_name("rot13")
    ('utf-8', None, None)
    """
    wanted = charset.strip().lower()
    return _codec_name(_ALIASES.get(wanted, wanted)) if len(wanted) <= _LONGEST_NAME else None


@lru_cache(maxsize=256)
def _codec_name(wanted: str) -> str | None:
    if not _NAME.fullmatch(wanted):
        return None
    try:
        found = codecs.lookup(wanted)
        "".encode(wanted)
    except (LookupError, UnicodeError):  # "undefined" is a codec that refuses all
        return None
    return None if found.name in _NO_CHARSETS else found.name


def decode_leniently(octets: bytes, charset: str) -> str | None:
    """Read octets in `charset`, with U+FFFD for what it does not have; None for an unknown charset.

    Octets said to be ASCII but with the eighth bit set are read as UTF-8 if they are that, else as ISO-8859-1.

    >>> decode_leniently(b"Gr\\xfc\\xdfe", "iso-8859-1"), decode_leniently(b"a", "x-unknown")
    ('Grüße', None)
    """
    codec = codec_name(charset)
    if codec is None:
        return None
    if codec == "ascii" and not octets.isascii():
        try:
            return octets.decode("utf-8")
        except UnicodeDecodeError:
            return octets.decode("latin-1")
    return octets.decode(codec, "replace")
