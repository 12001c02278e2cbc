"""The media type of a file, guessed from its first octets and its name (RFC 2046, RFC 6838).

The system's own tables are not read, so that the same file gets the same type everywhere.
"""

import codecs
from pathlib import PurePosixPath

DEFAULT = "application/octet-stream"

_SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (4, b"ftypavif", "image/avif"),
    (4, b"ftypheic", "image/heic"),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"%!PS", "application/postscript"),
    (0, b"\x1f\x8b", "application/gzip"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"OggS", "audio/ogg"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"fLaC", "audio/flac"),
    (8, b"WAVE", "audio/wav"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
    (0, b"wOFF", "font/woff"),
    (0, b"wOF2", "font/woff2"),
)

_TEXT_OPENINGS: tuple[tuple[bytes, str], ...] = (
    (b"begin:vcalendar", "text/calendar"),
    (b"begin:vcard", "text/vcard"),
    (b"<!doctype html", "text/html"),
    (b"<html", "text/html"),
    (b"<svg", "image/svg+xml"),
    (b"{\\rtf", "application/rtf"),
)

_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument."

_BY_NAME: dict[str, str] = {
    "7z": "application/x-7z-compressed",
    "aac": "audio/aac",
    "asc": "application/pgp-signature",
    "avif": "image/avif",
    "bmp": "image/bmp",
    "css": "text/css",
    "csv": "text/csv",
    "doc": "application/msword",
    "docx": f"{_OFFICE}wordprocessingml.document",
    "eml": "message/rfc822",
    "epub": "application/epub+zip",
    "flac": "audio/flac",
    "gif": "image/gif",
    "gz": "application/gzip",
    "heic": "image/heic",
    "htm": "text/html",
    "html": "text/html",
    "ico": "image/vnd.microsoft.icon",
    "ics": "text/calendar",
    "ifb": "text/calendar",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "json": "application/json",
    "log": "text/plain",
    "m4a": "audio/mp4",
    "md": "text/markdown",
    "mjs": "text/javascript",
    "mov": "video/quicktime",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "mpeg": "video/mpeg",
    "mpg": "video/mpeg",
    "odp": f"{_OPEN_DOCUMENT}presentation",
    "ods": f"{_OPEN_DOCUMENT}spreadsheet",
    "odt": f"{_OPEN_DOCUMENT}text",
    "ogg": "audio/ogg",
    "otf": "font/otf",
    "p7m": "application/pkcs7-mime",
    "p7s": "application/pkcs7-signature",
    "pdf": "application/pdf",
    "pem": "application/x-pem-file",
    "pgp": "application/pgp-encrypted",
    "pkpass": "application/vnd.apple.pkpass",
    "png": "image/png",
    "ppt": "application/vnd.ms-powerpoint",
    "pptx": f"{_OFFICE}presentationml.presentation",
    "ps": "application/postscript",
    "py": "text/x-python",
    "rtf": "application/rtf",
    "sh": "application/x-sh",
    "sql": "application/sql",
    "svg": "image/svg+xml",
    "tar": "application/x-tar",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "toml": "application/toml",
    "tsv": "text/tab-separated-values",
    "ttf": "font/ttf",
    "txt": "text/plain",
    "vcf": "text/vcard",
    "wav": "audio/wav",
    "webm": "video/webm",
    "webp": "image/webp",
    "woff": "font/woff",
    "woff2": "font/woff2",
    "xls": "application/vnd.ms-excel",
    "xlsx": f"{_OFFICE}spreadsheetml.sheet",
    "xml": "application/xml",
    "yaml": "application/yaml",
    "yml": "application/yaml",
    "zip": "application/zip",
}

_SAME_CONTAINER = {
    "video/mp4": ("video/", "audio/", "image/"),
    "video/webm": ("video/webm", "audio/webm"),
    "audio/ogg": ("audio/", "video/"),
    "application/gzip": ("application/gzip", "image/svg+xml"),
    "application/postscript": ("application/postscript", "application/illustrator"),
}


def guess(file_name: str, head: bytes) -> str:
    """Guess the media type of a file.

    Args:
        file_name: Its name; the last extension counts, in any case.
        head: Its first octets, some thousand at best.

    Returns:
        Type and subtype in lower case. A signature in the content counts more than the name, but for containers such
        as ZIP, whose use only the name tells. Text without a known name is text/plain, all else
        application/octet-stream.

    >>> guess("photo.jpg", b"\\x89PNG\\r\\n\\x1a\\n"), guess("notes", b"hello"), guess("a.bin", b"\\x00\\x01")
    ('image/png', 'text/plain', 'application/octet-stream')
    """
    named = _BY_NAME.get(PurePosixPath(file_name.replace("\\", "/")).suffix[1:].lower(), "")
    found = _by_signature(head)
    if found:
        kin = _SAME_CONTAINER.get(found, ())
        return named if named.startswith(kin) and kin else found
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return named if named and not _is_text_type(named) else "application/zip"
    if not _is_text(head):
        return DEFAULT if _is_text_type(named) else named or DEFAULT
    opening = head.removeprefix(codecs.BOM_UTF8).lstrip()[:64].lower()
    by_opening = next((media_type for start, media_type in _TEXT_OPENINGS if opening.startswith(start)), "")
    return named or by_opening or "text/plain"


def _by_signature(head: bytes) -> str:
    for offset, signature, media_type in _SIGNATURES:
        if head.startswith(signature, offset) and (offset == 0 or media_type not in _RIFF or head.startswith(b"RIFF")):
            return media_type
    return ""


_RIFF = frozenset({"image/webp", "audio/wav"})


def _is_text_type(media_type: str) -> bool:
    return media_type.startswith("text/") or media_type in _TEXT_APPLICATIONS


_TEXT_APPLICATIONS = frozenset(
    {
        "application/json",
        "application/sql",
        "application/toml",
        "application/x-pem-file",
        "application/xml",
        "application/yaml",
        "image/svg+xml",
        "message/rfc822",
    }
)


def _is_text(head: bytes) -> bool:
    """Whether octets look like text: a byte order mark, or no control characters but those of text."""
    if head.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return True
    return not head.translate(None, _TEXT_OCTETS)


_TEXT_OCTETS = bytes([7, 8, 9, 10, 12, 13, 27, *range(0x20, 0x7F), *range(0x80, 0x100)])
