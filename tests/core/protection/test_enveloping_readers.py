"""What we encrypt, read by gpgsm and NSS; what they encrypt, read by us. Neither knows recipients with a curve."""

import os
from typing import TYPE_CHECKING

from sescomposer.core.octets import Octets
from sescomposer.core.protection.certificates.key_pair import KeyPair
from sescomposer.core.protection.enveloping import encrypt
from sescomposer.core.protection.opening import decrypt, encryption_facts
from sescomposer.core.seal import MemoryTarget

if TYPE_CHECKING:
    from authority import Authority
    from smime_readers import CmsUtil, GpgSm

CONTENT = b"Content-Type: text/plain\r\n\r\nThe secret of the day.\r\n"
SECRET = ("--pinentry-mode", "loopback", "--passphrase-fd", "0")


def enveloped(*pairs: KeyPair) -> bytes:
    return bytes(encrypt(Octets.of(CONTENT), [pair.certificate for pair in pairs], os.urandom, MemoryTarget))


def opened(cms: bytes, pair: KeyPair) -> bytes:
    return bytes(decrypt(Octets.of(cms), [pair], MemoryTarget))


def test_gpgsm(authority: "Authority", gpgsm: "GpgSm") -> None:
    gus = authority.leaf("gus@example.org", cn="Gus")
    gpgsm.sign(CONTENT, gus)  # imports the key
    # For one alone: where a recipient it does not know comes first, gpgsm 2.2 exits with 2 although it decrypts.
    (gpgsm.home / "cms").write_bytes(enveloped(gus))
    answer = gpgsm.call(*SECRET, "--output", "opened", "--decrypt", "cms", given=b"secret\n")
    assert answer.status == 0, answer.text
    assert (gpgsm.home / "opened").read_bytes() == CONTENT
    words = ("--cipher-algo", "AES256", "--recipient", "gus@example.org", "--output", "theirs", "--encrypt", "content")
    answer = gpgsm.call(*words)
    assert answer.status == 0, answer.text
    assert opened((gpgsm.home / "theirs").read_bytes(), gus) == CONTENT


def test_nss(authority: "Authority", cmsutil: "CmsUtil") -> None:
    from smime_readers import run

    nat = authority.leaf("nat@example.org", cn="Nat")
    cmsutil.sign(CONTENT, nat)  # imports the key
    (cmsutil.folder / "cms").write_bytes(enveloped(nat, authority.leaf("ben@example.org", cn="Ben")))
    answer = run(["cmsutil", "-D", "-d", "sql:.", "-i", "cms", "-o", "opened"], cmsutil.folder)
    assert answer.status == 0, answer.text
    assert (cmsutil.folder / "opened").read_bytes() == CONTENT
    words = ["cmsutil", "-E", "-d", "sql:.", "-r", "nat@example.org", "-i", "content", "-o", "theirs"]
    answer = run(words, cmsutil.folder)
    assert answer.status == 0, answer.text
    theirs = (cmsutil.folder / "theirs").read_bytes()
    assert opened(theirs, nat) == CONTENT
    assert encryption_facts(Octets.of(theirs)).algorithm
