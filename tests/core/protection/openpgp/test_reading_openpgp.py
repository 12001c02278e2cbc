"""Reading OpenPGP/MIME: the same facts as of S/MIME, with keys that say what a port would."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from sescomposer.core.errors import KeyGoneError
from sescomposer.core.octets import Octets
from sescomposer.core.parse import parse
from sescomposer.core.protection.certificates.trust import Trust
from sescomposer.core.protection.facts import LayerKind, Reading, Verdict
from sescomposer.core.protection.reading import Opener, read
from sescomposer.core.seal import MemoryTarget

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
Read = Callable[..., Reading]


@dataclass
class Checked:
    """A checked OpenPGP signature, as the port gives it."""

    is_intact: bool = True
    fingerprint: str = "ab12"
    signed_at: datetime | None = None
    digest: str = "sha512"
    addresses: tuple[str, ...] = ("ann@example.org",)
    trouble: str = ""


@dataclass
class Keys:
    """Checks and decrypts as it is told."""

    checked: Sequence[Checked] = ()
    accepted: tuple[str, ...] = ()
    content: bytes = b""
    seen: list[bytes] = field(default_factory=list)

    def decrypt_cms(self, der: Octets) -> Octets:
        raise KeyGoneError("It is for another key.")

    def decrypt_pgp(self, message: bytes) -> tuple[bytes, Sequence[Checked]]:
        self.seen.append(message)
        if not self.content:
            raise KeyGoneError("It is for another key.", hint="Import it.")
        return self.content, self.checked

    def verify_pgp(self, entity: Octets, signature: bytes) -> Sequence[Checked]:
        self.seen += [bytes(entity), signature]
        return self.checked

    def trusts_pgp(self, fingerprint: str) -> bool:
        return fingerprint in self.accepted


@pytest.fixture
def reading() -> Read:
    """Read a message with keys."""

    def run(octets: bytes, keys: Opener | None = None) -> Reading:
        return read(parse(octets), trust=Trust(()), now=NOW, keys=keys, into=MemoryTarget)

    return run


def kinds(found: Reading) -> list[LayerKind]:
    return [layer.kind for layer in found.layers]


PGP_SIGNED = b"""From: ann@example.org
Date: Sat, 21 Nov 2026 12:00:00 +0000
Content-Type: multipart/signed; protocol="application/pgp-signature"; micalg=pgp-sha512; boundary=s

--s
Content-Type: text/plain

Hello.
--s
Content-Type: application/pgp-signature

ARMOR
--s--
""".replace(b"\n", b"\r\n")

PGP_ENCRYPTED = b"""From: ann@example.org
Subject: ...
Date: Sat, 21 Nov 2026 12:00:00 +0000
Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary=s

--s
Content-Type: application/pgp-encrypted

Version: 1
--s
Content-Type: application/octet-stream

ARMOR
--s--
""".replace(b"\n", b"\r\n")


def test_openpgp_signatures_have_the_same_facts(reading: Read) -> None:
    keys = Keys(checked=[Checked(signed_at=NOW)], accepted=("ab12",))
    found = reading(PGP_SIGNED, keys)
    assert kinds(found) == [LayerKind.PGP_SIGNED]
    assert keys.seen == [b"Content-Type: text/plain\r\n\r\nHello.", b"ARMOR"]
    assert found.is_good, found.signatures
    assert not reading(PGP_SIGNED, replace(keys, accepted=())).is_good
    assert not reading(PGP_SIGNED, replace(keys, checked=[Checked()])).is_good
    other = Checked(signed_at=NOW, addresses=("eve@example.org",))
    assert reading(PGP_SIGNED, replace(keys, checked=[other])).signatures[0].address.verdict is Verdict.BAD


def test_openpgp_that_cannot_be_checked(reading: Read) -> None:
    assert reading(PGP_SIGNED).signatures[0].intact.verdict is Verdict.UNKNOWN
    unknown = Checked(False, addresses=(), trouble="The key is not known.")
    facts = reading(PGP_SIGNED, Keys(checked=[unknown])).signatures[0]
    assert (facts.intact.verdict, facts.intact.sentence) == (Verdict.UNKNOWN, "The key is not known.")
    bad = Checked(False, trouble="It was changed.")
    assert reading(PGP_SIGNED, Keys(checked=[bad])).signatures[0].intact.verdict is Verdict.BAD
    assert not reading(PGP_SIGNED, Keys()).is_good


def test_openpgp_encrypted(reading: Read) -> None:
    content = b'Subject: Hi\r\nContent-Type: text/plain; protected-headers="v1"\r\n\r\nHello.\r\n'
    keys = Keys(checked=[Checked(signed_at=NOW)], accepted=("ab12",), content=content)
    found = reading(PGP_ENCRYPTED, keys)
    assert kinds(found) == [LayerKind.PGP_ENCRYPTED]
    assert found.is_good
    assert found.outer_differs == ()
    assert found.layers[0].inside is not None
    assert found.layers[0].inside.subject == "Hi"
    trouble = reading(PGP_ENCRYPTED, Keys()).layers[0].trouble
    assert trouble == "It is for another key. Import it."
    assert "no key is at hand" in reading(PGP_ENCRYPTED).layers[0].trouble
