"""OpenPGP keys for tests, made anew each session, and a GnuPG with a home of its own; no key is committed."""

import functools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pysequoia import CipherSuite, Profile, Tsk

from sescomposer.keys.openpgp import SequoiaOpenPgp
from sescomposer.services.account import Secret
from sescomposer.services.protection.key_entries import pgp_entry
from sescomposer.services.protection.protection_ports import KeyEntry, KeyKind

PASSPHRASE = "grüße, secret"
_SUITES = {
    "ed25519": CipherSuite.Cv25519,
    "rsa2048": CipherSuite.RSA2k,
    "p256": CipherSuite.P256,
    "p384": CipherSuite.P384,
}


@dataclass(frozen=True)
class PgpKey:
    """A key pair: its entry, its secret part under `PASSPHRASE` (binary), its public part, and its open form."""

    entry: KeyEntry
    secret: bytes
    public: bytes
    open_secret: bytes = b""

    @property
    def own(self) -> tuple[KeyEntry, bytes, Secret | None]:
        """As the port takes it."""
        return self.entry, self.secret, Secret(PASSPHRASE)


class GpgHome:
    """A GnuPG with nothing in it; its agent ends with `pgp_home`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(
        self, *arguments: str, given: bytes = b"", passphrase: str | None = None
    ) -> subprocess.CompletedProcess[bytes]:
        """Run gpg; statuses stand in `stderr`."""
        words = ["gpg", "--homedir", str(self.folder), "--batch", "--status-fd", "2", "--trust-model", "always"]
        if passphrase is not None:
            words += ["--pinentry-mode", "loopback", "--passphrase", passphrase]
        environment = {**os.environ, "LC_ALL": "C"}
        return subprocess.run([*words, *arguments], input=given, capture_output=True, env=environment, timeout=60)

    def take(self, octets: bytes) -> None:
        """Import keys, public or secret."""
        done = self.run("--import", given=octets, passphrase=PASSPHRASE)
        assert done.returncode == 0, done.stderr.decode()

    def statuses(self, *arguments: str, given: bytes = b"", passphrase: str | None = None) -> list[str]:
        """Run gpg and give its statuses, without the prefix."""
        text = self.run(*arguments, given=given, passphrase=passphrase).stderr.decode("utf-8", "replace")
        return [line.removeprefix("[GNUPG:] ") for line in text.splitlines() if line.startswith("[GNUPG:] ")]


class PgpLab:
    """Makes keys; each once."""

    @functools.cache  # noqa: B019  lives as long as the session
    def key(
        self,
        kind: str = "ed25519",
        address: str = "ann@example.org",
        lifetime: int | None = None,
        with_others: bool = False,
    ) -> PgpKey:
        """Give a key of version 4 made by the library; `lifetime` in seconds."""
        names = [f"Ann Example <{address}>", *(["Ann <other@example.org>"] if with_others else [])]
        made = Tsk.generate(
            user_ids=names, profile=Profile.RFC4880, cipher_suite=_SUITES[kind], validity_seconds=lifetime
        )
        return self.kept(bytes(made))

    @functools.cache  # noqa: B019
    def gnupg_key(self, kind: str = "ed25519", address: str = "gustav@example.org") -> PgpKey:
        """Give a key made by GnuPG, as it exports it."""
        with pgp_home() as home:
            sub = "cv25519" if kind == "ed25519" else kind
            done = home.run("--quick-gen-key", f"Gustav <{address}>", kind, "sign,cert", "1y", passphrase=PASSPHRASE)
            assert done.returncode == 0, done.stderr.decode()
            listed = home.run("--list-keys", "--with-colons").stdout.decode()
            made = next(line.split(":")[9] for line in listed.splitlines() if line.startswith("fpr"))
            done = home.run("--quick-add-key", made, sub, "encr", "1y", passphrase=PASSPHRASE)
            assert done.returncode == 0, done.stderr.decode()
            secret = home.run("--export-secret-keys", made, passphrase=PASSPHRASE).stdout
            public = home.run("--export", made).stdout
        facts = SequoiaOpenPgp().read(public)[0]
        return PgpKey(pgp_entry(facts, public, KeyKind.OPENPGP, {}, datetime.now(UTC), False), secret, public)

    @functools.cache  # noqa: B019
    def version_6(self) -> bytes:
        """Give a secret key of version 6, open."""
        return bytes(Tsk.generate("Vera <vera@example.org>", profile=Profile.RFC9580))

    def kept(self, octets: bytes) -> PgpKey:
        """Give a key from its open secret octets as it is kept, under `PASSPHRASE`."""
        library = SequoiaOpenPgp()
        facts = library.read(octets)[0]
        secret = library.sealed_key(octets, facts.fingerprint, None, Secret(PASSPHRASE))
        public = library.public(octets, facts.fingerprint)
        return PgpKey(pgp_entry(facts, public, KeyKind.OPENPGP, {}, datetime.now(UTC), False), secret, public, octets)


@contextmanager
def pgp_home() -> Iterator[GpgHome]:
    """Give a home for GnuPG with a short path, as sockets need it; its agent is ended before this is."""
    if shutil.which("gpg") is None:
        pytest.skip("gpg (package gnupg) is not installed")
    folder = Path(tempfile.mkdtemp(prefix="gpg"))
    # Else the agent measures for a second, at each start, how long a passphrase takes.
    (folder / "gpg-agent.conf").write_text("s2k-count 65536\n")
    try:
        yield GpgHome(folder)
    finally:
        subprocess.run(["gpgconf", "--homedir", str(folder), "--kill", "all"], capture_output=True, timeout=60)
        shutil.rmtree(folder, ignore_errors=True)
