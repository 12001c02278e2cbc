"""Other programs that read and write S/MIME, each as one call: OpenSSL, gpgsm (GnuPG), cmsutil (NSS).

OpenSSL is required; the others are skipped with the name of the package where they are missing.
"""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from authority import Authority, key_pem, pem_of
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import PrivateFormat, pkcs12
from cryptography.hazmat.primitives.serialization.pkcs12 import PBES

from sescomposer.core.parse import parse
from sescomposer.core.protection.certificates.certificate import Certificate
from sescomposer.core.protection.certificates.key_pair import KeyPair


@dataclass(frozen=True)
class Answer:
    """What a program said: exit status, and both streams as text."""

    status: int
    text: str


def run(words: list[str], folder: Path, given: bytes = b"") -> Answer:
    """Run a program in a folder."""
    done = subprocess.run(words, cwd=folder, capture_output=True, check=False, input=given, timeout=120)
    return Answer(done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace"))


def cut(message: bytes) -> tuple[bytes, bytes]:
    """Give the octets of the signed entity and the signature, cut at the boundary without a parser of mail."""
    marker = message.index(b'boundary="') + len(b'boundary="')
    dashes = b"--" + message[marker : message.index(b'"', marker)]
    start = message.index(dashes + b"\r\n") + len(dashes) + 2
    stop = message.index(b"\r\n" + dashes + b"\r\n", start)
    signature = bytes(parse(message[stop + len(dashes) + 4 :].partition(b"\r\n" + dashes + b"--")[0]).content)
    return message[start:stop], signature


class OpenSsl:
    """OpenSSL at the time of an authority, trusting its root alone."""

    def __init__(self, folder: Path, authority: Authority) -> None:
        self.folder = folder
        self.time = str(int(authority.now.timestamp()))
        (folder / "root.pem").write_bytes(authority.root_pem)

    def verify(self, message: bytes, *options: str) -> Answer:
        """Check a whole message; what was signed is in the file `out` then."""
        (self.folder / "message.eml").write_bytes(message)
        words = ["openssl", "cms", "-verify", "-in", "message.eml", "-CAfile", "root.pem", "-purpose", "smimesign"]
        return run([*words, "-attime", self.time, "-out", "out", *options], self.folder)

    def verify_parts(self, entity: bytes, signature: bytes) -> Answer:
        """Check octets strictly against a signature in DER."""
        (self.folder / "entity").write_bytes(entity)
        (self.folder / "signature").write_bytes(signature)
        words = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "signature", "-content", "entity"]
        words += ["-CAfile", "root.pem", "-purpose", "smimesign", "-attime", self.time, "-out", "out"]
        return run(words, self.folder)

    def sign(self, content: bytes, *signers: KeyPair, options: tuple[str, ...] = ()) -> bytes:
        """Sign octets and give what was written, CMS in DER unless the options say otherwise."""
        (self.folder / "content").write_bytes(content)
        words = ["openssl", "cms", "-sign", "-binary", "-in", "content", "-outform", "DER", "-out", "signed"]
        for number, signer in enumerate(signers):
            (self.folder / f"signer{number}.pem").write_bytes(key_pem(signer) + pem_of(signer.certificate))
            words += ["-signer", f"signer{number}.pem"]
            chain = self.folder / f"chain{number}.pem"
            chain.write_bytes(pem_of(*signer.chain))
            words += ["-certfile", chain.name] if signer.chain and number == 0 else []
        answer = run([*words, *options], self.folder)
        assert answer.status == 0, answer.text
        return (self.folder / "signed").read_bytes()


@contextmanager
def gpgsm(authority: Authority) -> Iterator["GpgSm"]:
    """Give a gpgsm with a home of its own that trusts the root of an authority."""
    if shutil.which("gpgsm") is None:
        pytest.skip("gpgsm is not installed (package gpgsm)")
    home = Path(tempfile.mkdtemp(prefix="gpgsm-"))  # short: sockets lie in it
    try:
        home.chmod(0o700)
        found = GpgSm(home)
        found.trust(authority.root)
        yield found
    finally:
        run(["gpgconf", "--homedir", str(home), "--kill", "all"], home)
        shutil.rmtree(home, ignore_errors=True)


class GpgSm:
    """gpgsm with a home of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def call(self, *words: str, given: bytes = b"") -> Answer:
        """Run it offline."""
        options = ["--homedir", str(self.home), "--batch", "--disable-crl-checks", "--disable-dirmngr"]
        return run(["gpgsm", *options, *words], self.home, given)

    def trust(self, root: Certificate) -> None:
        """Import a root and trust it."""
        (self.home / "root.der").write_bytes(root.der)
        digits = root.x509.fingerprint(SHA1()).hex().upper()
        (self.home / "trustlist.txt").write_text(f"{digits} S relax\n")
        assert self.call("--import", "root.der").status == 0

    def verify(self, entity: bytes, signature: bytes) -> Answer:
        """Check octets against a signature in DER; status lines are in the text."""
        (self.home / "entity").write_bytes(entity)
        (self.home / "signature").write_bytes(signature)
        return self.call("--status-fd", "1", "--verify", "signature", "entity")

    def sign(self, content: bytes, pair: KeyPair) -> bytes:
        """Import a key and sign octets, detached, in DER."""
        (self.home / "key.p12").write_bytes(_old_p12(pair))
        (self.home / "content").write_bytes(content)
        secret = ("--pinentry-mode", "loopback", "--passphrase-fd", "0")
        imported = self.call(*secret, "--import", "key.p12", given=b"secret\n")
        assert "0 not imported" in imported.text or imported.status == 0, imported.text
        for item in pair.chain:
            (self.home / "issuer.der").write_bytes(item.der)
            assert self.call("--import", "issuer.der").status == 0
        (self.home / "signed").unlink(missing_ok=True)
        words = ("--include-certs", "-1", "--local-user", pair.certificate.addresses[0], "--detach-sign")
        signed = self.call(*secret, *words, "--output", "signed", "content", given=b"secret\n")
        assert signed.status == 0, signed.text
        return (self.home / "signed").read_bytes()


def _old_p12(pair: KeyPair) -> bytes:
    """A PKCS#12 with the old encryption, which is the one that gpgsm 2.2 reads."""
    form = PrivateFormat.PKCS12.encryption_builder().key_cert_algorithm(PBES.PBESv1SHA1And3KeyTripleDESCBC)
    encryption = form.hmac_hash(SHA1()).build(b"secret")
    return pkcs12.serialize_key_and_certificates(b"test", pair.key, pair.certificate.x509, None, encryption)


class CmsUtil:
    """cmsutil of NSS with a database that trusts the root of an authority."""

    def __init__(self, folder: Path, authority: Authority) -> None:
        for program in ("cmsutil", "certutil"):
            if shutil.which(program) is None:
                pytest.skip(f"{program} is not installed (package libnss3-tools)")
        self.folder = folder
        (folder / "root.der").write_bytes(authority.root.der)
        base = ["certutil", "-d", "sql:.", "-N", "--empty-password"]
        trusted = ["certutil", "-d", "sql:.", "-A", "-n", "root", "-t", "CT,C,C", "-i", "root.der"]
        for words in (base, trusted):
            answer = run(words, folder)
            assert answer.status == 0, answer.text

    def verify(self, entity: bytes, signature: bytes) -> str:
        """Check octets against a signature in DER and give the status of the first signer ("GoodSignature")."""
        (self.folder / "entity").write_bytes(entity)
        (self.folder / "signature").write_bytes(signature)
        words = ["cmsutil", "-D", "-d", "sql:.", "-c", "entity", "-i", "signature", "-u", "4", "-h", "0", "-n"]
        text = run(words, self.folder).text
        found = re.search(r"signer0\.status=(\w+)", text)
        return found[1] if found else text

    def sign(self, content: bytes, pair: KeyPair, digest: str = "SHA256") -> bytes:
        """Import a key and sign octets, detached, in BER as NSS writes it."""
        (self.folder / "key.p12").write_bytes(_old_p12(pair))
        (self.folder / "content").write_bytes(content)
        for number, item in enumerate(pair.chain):
            (self.folder / "issuer.der").write_bytes(item.der)
            name = f"{pair.certificate.serial}-{number}"
            run(["certutil", "-d", "sql:.", "-A", "-n", name, "-t", ",,", "-i", "issuer.der"], self.folder)
        imported = run(["pk12util", "-d", "sql:.", "-i", "key.p12", "-W", "secret", "-K", ""], self.folder)
        assert imported.status == 0, imported.text
        words = [
            "cmsutil",
            "-S",
            "-d",
            "sql:.",
            "-N",
            "test",
            "-T",
            "-G",
            "-H",
            digest,
            "-i",
            "content",
            "-o",
            "signed",
        ]
        signed = run(words, self.folder)
        assert signed.status == 0, signed.text
        return (self.folder / "signed").read_bytes()
