"""Signing with DKIM (RFC 6376) what SES passes on: RSA with SHA-256, relaxed, as a stream.

SES signs by itself; this is for domains that need a signature of their own. SES writes Date and Message-ID anew and
takes its control fields out, so none of them is signed, and it refuses a message with two of our signatures.
"""

from binascii import b2a_base64
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from sescomposer.core.control_fields import LIST_MANAGEMENT
from sescomposer.core.entity import Entity
from sescomposer.core.errors import ProtectionError
from sescomposer.core.header import HeaderField, HeaderSection
from sescomposer.core.octets import Octets
from sescomposer.core.progress import NO_PROGRESS, Progress
from sescomposer.core.protection.dkim.dkim_canonical import relaxed_body, relaxed_field
from sescomposer.core.protection.dkim.dkim_key import checked_key
from sescomposer.core.protection.dkim.dkim_names import checked_names

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

FIELD = "DKIM-Signature"

ALWAYS_SIGNED = ("From", "To", "Cc", "Subject", "Reply-To", "In-Reply-To", "References")
"""Also where they are missing: nobody may add one on the way. From is counted once more than it stands."""

SIGNED_IF_PRESENT = (
    *("MIME-Version", "Content-Type", "Content-Transfer-Encoding", "Content-Disposition", "Content-ID", "Sender"),
    *("List-Id", "List-Help", "List-Subscribe", "List-Post", "List-Owner", "List-Archive"),
)

UNSUBSCRIPTION = ("List-Unsubscribe", "List-Unsubscribe-Post")
"""Written anew by SES where list management is on, else signed (RFC 8058 section 4 demands it)."""

_CHUNK_OCTETS = 262144
_LINE = 72


def sign_dkim(
    root: Entity,
    key: "RSAPrivateKey",
    domain: str,
    selector: str,
    now: datetime,
    *,
    list_management: bool = False,
    progress: Progress = NO_PROGRESS,
) -> Entity:
    """Give the root with a DKIM-Signature before all other fields; nothing may change it afterwards.

    Args:
        root: As it is sent, with CRLF everywhere; signed or encrypted already where that is wanted.
        key: RSA, at least 1024 bits.
        domain, selector: Where the public key stands in the DNS.
        now: Time of signing, aware.
        list_management: Whether SES will manage lists, and so write List-Unsubscribe; a control field says so too.
        progress: Told of the octets of the body; may cancel.

    Raises:
        OperationCancelledError: cancelled.
        ProtectionError: the message has such a signature or no From; key, domain or selector cannot be used.
    """
    domain, selector = checked_names(domain, selector)
    _refuse(root)
    names = signed_names(root, list_management=list_management)
    tags = (
        f"v=1; a=rsa-sha256; c=relaxed/relaxed; d={domain}; s={selector};",
        f"t={int(now.timestamp())}; bh={body_hash(root.body.octets, progress)};",
        *_named(names),
        "b=",
    )
    unsigned = "\r\n\t".join((f"{FIELD}: {tags[0]}", *tags[1:])).encode("ascii")
    signature = _signature(checked_key(key), root, names, unsigned)
    field = unsigned + signature + b"\r\n"
    return replace(root, header=HeaderSection(Octets.join((field, root.header.octets)), root.header.line_end))


def _refuse(root: Entity) -> None:
    """Raise `ProtectionError` where a signature would be refused or would prove nothing."""
    if root.header.first(FIELD) is not None:
        raise ProtectionError(
            f"The message has a {FIELD} already; SES refuses a message with two.",
            hint="Take the old one out, or let SES alone sign.",
            value=FIELD,
        )
    if root.header.first("From") is None:
        raise ProtectionError("A message without From cannot be signed with DKIM.", hint="Write From.", value="From")
    fields = root.header.fields
    if fields[-1].is_opaque:
        raise ProtectionError(
            f"The header section has more than {len(fields) - 1} fields; it cannot be signed.", hint="Take fields out."
        )


def signed_names(root: Entity, *, list_management: bool = False) -> tuple[str, ...]:
    """Give the names of the fields to sign, each as often as it is counted, in the order of `h=`.

    >>> from sescomposer.core.parse import parse
    >>> signed_names(parse(b"Date: x\\r\\nFrom: a@a.example\\r\\nX-SES-TENANT: t\\r\\n\\r\\n"))[:3]
    ('From', 'From', 'To')
    """
    standing: dict[str, int] = {}
    for field in root.header.fields:
        standing[field.name.lower()] = standing.get(field.name.lower(), 0) + 1
    is_managed = list_management or LIST_MANAGEMENT.lower() in standing
    present = (*SIGNED_IF_PRESENT, *(() if is_managed else UNSUBSCRIPTION))
    found: list[str] = []
    for name in ALWAYS_SIGNED:
        found += [name] * (max(standing.get(name.lower(), 0), 1) + (name == "From"))
    for name in present:
        found += [name] * standing.get(name.lower(), 0)
    return tuple(found)


def body_hash(body: Octets, progress: Progress = NO_PROGRESS) -> str:
    """Give the SHA-256 of the relaxed body in base64; holds a few chunks at most (RFC 6376 section 3.7).

    >>> body_hash(Octets.of(b""))
    '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='
    """
    import hashlib  # here: its library is large

    digest = hashlib.sha256()
    for piece in relaxed_body(_told(body, progress.step)):
        digest.update(piece)
    return b2a_base64(digest.digest(), newline=False).decode("ascii")


def _told(body: Octets, step: Callable[[int, int], None]) -> Iterator[bytes | memoryview]:
    done, total = 0, len(body)
    for chunk in body.chunks(_CHUNK_OCTETS):
        yield chunk
        done += len(chunk)
        step(done, total)


def _named(names: tuple[str, ...]) -> list[str]:
    """Give the tag `h=` in lines."""
    lines, line = [], "h="
    for index, name in enumerate(names):
        word = name + (":" if index < len(names) - 1 else ";")
        if len(line) + len(word) > _LINE:
            lines.append(line)
            line = " "
        line += word
    return [*lines, line]


def _signature(key: "RSAPrivateKey", root: Entity, names: tuple[str, ...], unsigned: bytes) -> bytes:
    """Give the value of `b=` in lines: the signature over the fields and the signature field without it."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

    own = relaxed_field(FIELD, unsigned.partition(b":")[2]).removesuffix(b"\r\n")
    octets = b"".join((*_counted(root, names), own))
    text = b2a_base64(key.sign(octets, PKCS1v15(), hashes.SHA256()), newline=False)
    return b"\r\n\t ".join(text[at : at + _LINE] for at in range(0, len(text), _LINE))


def _counted(root: Entity, names: tuple[str, ...]) -> Iterator[bytes]:
    """Give the relaxed fields that the names stand for: of one name the last first (RFC 6376 section 5.4.2)."""
    left: dict[str, list[HeaderField]] = {}
    for field in root.header.fields:
        left.setdefault(field.name.lower(), []).append(field)
    for name in names:
        fields = left.get(name.lower())
        if fields:
            yield relaxed_field(name, fields.pop().raw_body)
