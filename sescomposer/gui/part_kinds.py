"""How a part is drawn and named wherever one is shown: icon, colour role, words."""

from sescomposer.core.entity import Entity

_BY_TYPE = {
    "text/html": ("html", "part_html"),
    "text/calendar": ("invitation", "part_calendar"),
    "application/pdf": ("pdf", "part_file"),
    "application/pkcs7-signature": ("sign", "part_signature"),
    "application/pgp-signature": ("sign", "part_signature"),
}
_BY_KIND = {
    "multipart": ("tree", "part_multipart"),
    "message": ("envelope", "part_message"),
    "image": ("image", "part_image"),
    "text": ("text", "part_text"),
}
_FILE = ("file", "part_file")


def icon_of(media_type: str) -> tuple[str, str]:
    """Give the name of the icon of a media type, and the colour role to draw it in.

    >>> icon_of("image/png"), icon_of("application/zip")
    (('image', 'part_image'), ('file', 'part_file'))
    """
    return _BY_TYPE.get(media_type) or _BY_KIND.get(media_type.partition("/")[0], _FILE)


def name_of(part: Entity) -> str:
    """Give what a part is called: its file name, else the subject of the message it holds, else its media type."""
    if part.file_name:
        return part.file_name
    if part.media_type.startswith("message/") and part.children and part.children[0].subject:
        return part.children[0].subject
    return part.media_type


def file_name_for(part: Entity) -> str:
    """Give a name to save a part under: no folders, nothing that file systems refuse.

    >>> from sescomposer.core.parse import parse
    >>> file_name_for(parse(b'Content-Disposition: attachment; filename="../a:b.pdf"\\r\\n\\r\\n'))
    '-a-b.pdf'
    """
    extensions = {"message": ".eml", "text": ".txt", "image": ".img"}
    name = name_of(part) if part.file_name or part.media_type.startswith("message/") else "part"
    kept = "".join("-" if ch in '/\\:*?"<>|' or ord(ch) < 32 or ord(ch) == 127 else ch for ch in name).strip(" .")
    if not part.file_name:
        kept += extensions.get(part.media_type.partition("/")[0], ".bin")
    while len(kept.encode("utf-8", "replace")) > 200:
        stem, dot, extension = kept.rpartition(".")
        kept = f"{stem[:-1]}{dot}{extension}" if stem and len(extension) < 40 else kept[:-1]
    return kept or "part"
