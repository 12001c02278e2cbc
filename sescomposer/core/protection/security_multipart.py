"""Security multiparts (RFC 1847): two parts, one of which is about the other; S/MIME and OpenPGP share the form."""

from typing import TYPE_CHECKING

from sescomposer.core.entity import EMPTY, Entity, Multipart
from sescomposer.core.folding import fold
from sescomposer.core.header import HeaderField, HeaderSection
from sescomposer.core.structure.boundaries import fresh_boundary, searched

if TYPE_CHECKING:
    from sescomposer.core.identifiers import Identifiers

_CRLF = b"\r\n"


def security_multipart(outer: HeaderSection, kind: str, first: Entity, second: Entity, ids: "Identifiers") -> Entity:
    r"""Give a message of two parts, which are written as they are.

    Args:
        outer: The fields outside, without Content-Type.
        kind: Content-Type on one line without the boundary.
        first: What was signed, or the version of what is encrypted; its octets end with CRLF.
        second: The signature, or what is encrypted. Neither has a line that starts with `--=_`.
        ids: Maker of the boundary.

    Raises:
        EditError: no boundary is found that the first part does not hold.

    >>> from sescomposer.core.identifiers import SeededIdentifiers
    >>> from sescomposer.core.parse import parse
    >>> one, other = parse(b"\r\nHi\r\n"), parse(b"Content-Type: application/pgp-signature\r\n\r\nsig\r\n")
    >>> kind = 'multipart/signed; protocol="application/pgp-signature"; micalg=pgp-sha512'
    >>> made = security_multipart(HeaderSection.of_fields(()), kind, one, other, SeededIdentifiers())
    >>> [part.media_type for part in made.children]
    ['text/plain', 'application/pgp-signature']
    """
    boundary = fresh_boundary(searched(first, for_new=True), ids, ours=False)
    dashes = b"--" + boundary
    field = HeaderField(fold("Content-Type", f'{kind}; boundary="{boundary.decode("ascii")}"'))
    body = Multipart(
        boundary,
        EMPTY,
        (dashes + _CRLF, _CRLF + dashes + _CRLF),
        (first, second),
        _CRLF + dashes + b"--" + _CRLF,
        EMPTY,
    )
    return Entity(HeaderSection.of_fields((*outer.fields, field), _CRLF), _CRLF, body)
