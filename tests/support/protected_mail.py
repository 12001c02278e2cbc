"""Signed and encrypted messages for tests of what reads them: ours, those of OpenSSL, and what became of them."""

import os
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from email.utils import formatdate
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from authority import pem_of

from sescomposer.core.identifiers import SeededIdentifiers
from sescomposer.core.message import EnvelopeOverride, Message, Protection, Road, SendingOptions
from sescomposer.core.parse import parse
from sescomposer.core.protection.certificates.certificate import Certificate
from sescomposer.core.protection.certificates.key_pair import KeyPair
from sescomposer.core.protection.signing import clear_signed
from sescomposer.core.protection.smime_protector import SmimeProtector
from sescomposer.core.seal import MemoryTarget, seal

if TYPE_CHECKING:
    from authority import Authority

MESSAGE = b"""From: Ann Example <ann@example.org>
To: Ben <ben@example.org>
Subject: Top secret
Date: Sat, 21 Nov 2026 12:00:00 +0000
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain; charset=us-ascii

Hello.

--b
Content-Type: application/octet-stream
Content-Transfer-Encoding: base64
Content-Disposition: attachment; filename="a.bin"

AAEC
--b--
""".replace(b"\n", b"\r\n")

SIGNED = Protection(sign=True, encrypt=False)
ENCRYPTED = Protection(sign=True, encrypt=True)


class ProtectedMail:
    """Writes messages from Ann to Ben.

    Args:
        authority: Who vouches for both.
    """

    def __init__(self, authority: "Authority") -> None:
        self.authority = authority
        self.ann = authority.leaf("ann@example.org")
        self.ben = authority.leaf("ben@example.org", cn="Ben")

    def ours(
        self, wanted: Protection = SIGNED, message: bytes = MESSAGE, *, signer: KeyPair | None = None,
        to: Sequence[Certificate] = (),
    ) -> bytes:  # fmt: skip
        """Give a message as we seal it."""
        recipients = tuple(to) or (self.ben.certificate,)
        how = SmimeProtector(signer or self.ann, {"ben@example.org": recipients}, None, wanted, os.urandom)
        envelope = EnvelopeOverride(rcpt_to=("ben@example.org",))
        whole = Message(parse(message), envelope, SendingOptions(traceable=False), wanted)
        ids = SeededIdentifiers(1)
        now = self.authority.now
        (item,) = seal(whole, Road.SES_V2, now=now, ids=ids, into=MemoryTarget, protector=how)
        return bytes(item.octets)

    def tampered(self) -> bytes:
        """Give one whose text was changed after it was signed."""
        return self.ours().replace(b"Hello.", b"Hellu.")

    def expired(self) -> bytes:
        """Give one of OpenSSL, signed after the certificate ended."""
        until = datetime(2026, 6, 1, tzinfo=self.authority.now.tzinfo)
        return self.by_openssl(self.authority.leaf("ann@example.org", not_after=until, cn="Ann, last year"))

    def for_somebody_else(self) -> bytes:
        """Give one that is encrypted to nobody of us."""
        stranger = self.authority.leaf("sam@example.org", cn="Sam Stranger")
        return self.ours(ENCRYPTED, to=(stranger.certificate,))

    def with_footer(self) -> bytes:
        """Give one that a mailing list put a footer to."""
        header, _, rest = self.ours().partition(b"Content-Type: multipart/signed")
        return (
            header
            + b'Content-Type: multipart/mixed; boundary="list"\r\n\r\n--list\r\nContent-Type: multipart/signed'
            + rest
            + b"\r\n--list\r\nContent-Type: text/plain\r\n\r\nTo unsubscribe, send money.\r\n--list--\r\n"
        )

    def triple(self) -> bytes:
        """Give one that is signed, encrypted, and signed again (RFC 2634 section 1.1)."""
        inner = parse(self.ours(ENCRYPTED))
        return bytes(clear_signed(inner, self.ann, self.authority.now, SeededIdentifiers(7)).octets)

    def with_false_subject(self) -> bytes:
        """Give one whose subject outside is not the one that was signed."""
        signed = self.ours(replace(SIGNED, header_protection=True))
        return signed.replace(b"Subject: Top secret", b"Subject: Pay now", 1)

    def by_openssl(self, signer: KeyPair | None = None, *, opaque: bool = False) -> bytes:
        """Give one that OpenSSL signed: the time of signing is that of the machine."""
        pair = signer or self.ann
        with TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "key.pem").write_bytes(self.authority.pem(pair))
            (folder / "chain.pem").write_bytes(b"".join(pem_of(each) for each in pair.chain))
            (folder / "in.txt").write_bytes(b"Content-Type: text/plain\r\n\r\nHello from OpenSSL.\r\n")
            words = ["openssl", "cms", "-sign", "-in", "in.txt", "-signer", "key.pem", "-inkey", "key.pem"]
            words += ["-certfile", "chain.pem", "-md", "sha256", "-crlfeol", "-binary", "-out", "out.eml"]
            words += ["-nodetach"] if opaque else []
            subprocess.run(words, cwd=folder, check=True, capture_output=True, timeout=60)
            signed = (folder / "out.eml").read_bytes()
        head = f"From: Ann Example <ann@example.org>\r\nTo: ben@example.org\r\nSubject: x\r\nDate: {formatdate()}\r\n"
        return head.encode() + signed
