"""Images put into the HTML where the caret is: parts, Content-IDs and references in one edit (RFC 2392)."""

from collections.abc import Iterable
from pathlib import PurePath

from sescomposer.core.body_parts import body_parts
from sescomposer.core.entity import Entity
from sescomposer.core.errors import EditError
from sescomposer.core.html.cid import insert_image
from sescomposer.core.html.document import HtmlDocument
from sescomposer.core.identifiers import Identifiers
from sescomposer.core.structure import Attachment, embed, splice, with_html


def with_inline_images(root: Entity, images: Iterable[Attachment], position: int, ids: Identifiers) -> Entity:
    """Embed images and refer to each where the caret is, in order; HTML is made where there is none.

    Args:
        root: The message.
        images: The files; `alt` becomes the file name without its extension.
        position: Caret in the HTML in code points; a caret inside a tag means behind it.
        ids: Maker of boundaries and Content-IDs.

    Raises:
        EditError: the HTML is signed or encrypted.
        EncodingError: the HTML cannot be read in its charset.
        HeaderError: see `structure.attach`.

    >>> from sescomposer.core.identifiers import SeededIdentifiers
    >>> from sescomposer.core.octets import Octets
    >>> from sescomposer.core.parse import parse
    >>> root = parse(b"From: a@x.example\\r\\nContent-Type: text/html\\r\\n\\r\\n<p>Hi</p>")
    >>> ids = SeededIdentifiers(1)
    >>> new = with_inline_images(root, [Attachment(Octets.of(b"GIF89a"), "a.gif", "image/gif")], 5, ids)
    >>> body_parts(new).html.text().startswith('<p>Hi<img src="cid:')
    True
    """
    if body_parts(root).html is None:
        root = with_html(root, "", ids)
    html = body_parts(root).html
    if html is None:
        raise EditError("There is no HTML that could show the image.", hint="Write the HTML first, or attach the file.")
    key = html.key
    document = HtmlDocument.of(html.text())
    added: list[str] = []
    place = min(position, len(document.text))
    for image in images:
        root, content_id = embed(root, image, ids)
        edit = insert_image(document, position, content_id, PurePath(image.file_name).stem)
        place = edit.position
        added.append(edit.added)
    return splice(root, key, place, 0, "\n".join(added), ids) if added else root
