"""Tree -> octets."""

from sescomposer.core.entity import Entity


def serialize(entity: Entity) -> bytes:
    r"""Give all octets of an entity as one object; `entity.render()` gives them without joining.

    For every `octets`: `serialize(parse(octets)) == octets`.

    >>> from sescomposer.core.parse import parse
    >>> serialize(parse(b"Subject: Hi\r\n\r\nHello"))
    b'Subject: Hi\r\n\r\nHello'
    """
    return bytes(entity.render())
