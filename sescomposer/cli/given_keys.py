"""Options that name keys, certificates and roots as files for one run, and how they come before what is kept."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

import typer

from sescomposer.cli.key_words import found
from sescomposer.cli.passphrases import Passphrases
from sescomposer.cli.streams import Inputs
from sescomposer.core.errors import PassphraseError, UsageError
from sescomposer.services.account import Secret
from sescomposer.services.protection.key_entries import certificate_entry, is_pgp
from sescomposer.services.protection.passphrases import random_passphrase
from sescomposer.services.protection.protection_ports import KeyEntry, KeyKind

if TYPE_CHECKING:
    from sescomposer.bootstrap import Services
    from sescomposer.core.protection.certificates.key_pair import KeyPair

Many = list[str]

P12Option = Annotated[
    str, typer.Option("--p12", metavar="FILE", help="Own key as PKCS#12, in place of one that is kept.")
]
KeyOption = Annotated[
    str, typer.Option("--key", metavar="ID", help="Own key that is kept; else the one that fits From.")
]
P12ToReadOption = Annotated[
    str, typer.Option("--p12", metavar="FILE", help="Own key to decrypt with, as PKCS#12, beside those that are kept.")
]
KeyToReadOption = Annotated[
    str, typer.Option("--key", metavar="ID", help="Own key to decrypt with, which must be kept; else whichever fits.")
]
CertOption = Annotated[
    Many,
    typer.Option(
        "--cert",
        metavar="FILE",
        help="Certificates for the chain of --p12; without --p12 own key and chain as PEM. May be repeated.",
    ),
]
RecipientOption = Annotated[
    Many,
    typer.Option(
        "--recipient-cert",
        metavar="FILE",
        help="Certificate or OpenPGP key of a recipient, which counts as accepted. May be repeated.",
    ),
]
CaOption = Annotated[
    Many, typer.Option("--ca", metavar="CA.pem", help="Root to trust beside the system's. May be repeated.")
]


@dataclass(frozen=True)
class Given:
    """What the options name.

    Attributes:
        p12: File of an own key, "" for none.
        certs: Files of its chain, or of a key and its chain in PEM.
        recipients: Files of certificates and OpenPGP keys of others.
        roots: Files of roots.
        key: Id of a kept key, or its start; "" for none.
    """

    p12: str = ""
    certs: Sequence[str] = ()
    recipients: Sequence[str] = ()
    roots: Sequence[str] = ()
    key: str = ""

    @property
    def files(self) -> list[str]:
        """All files that are named."""
        return [*filter(None, [self.p12]), *self.certs, *self.recipients, *self.roots]


def take_up(services: "Services", given: Given, inputs: Inputs, passphrases: Passphrases) -> str:
    """Let the services use what was given before what is kept; gives the id of the own key, "" where none was named.

    Raises:
        CertificateError: a file holds no key, or no certificate.
        KeyGoneError: there is no such kept key.
        PassphraseError: a passphrase is missing or wrong.
        UnreadableError: a file cannot be read.
        UsageError: options that mean nothing together.
    """
    if given.key and (given.p12 or given.certs):
        raise UsageError("--key names a kept key, --p12 and --cert a file.", hint="Give one of them.", value=given.key)
    services.use_for_this_run()
    for file in given.roots:
        services.roots.import_file(inputs.read(file))
    for file in given.recipients:
        for person in services.people.import_file(inputs.read(file), Inputs.name(file)):
            services.people.accept(person.fingerprint)
    if given.key:
        return found(services.keys.all(), given.key).id
    return _own(services, given, inputs, passphrases).id if given.p12 or given.certs else ""


def _own(services: "Services", given: Given, inputs: Inputs, passphrases: Passphrases) -> KeyEntry:
    """Read the own key of this run; its passphrase is asked for once, whoever opens it."""
    certs = [inputs.read(file) for file in given.certs]
    octets = inputs.read(given.p12) if given.p12 else b"\n".join(certs)
    name = Inputs.name(given.p12 or given.certs[0])
    if is_pgp(octets):
        return _own_pgp(services, octets, passphrases, name)
    from sescomposer.core.protection.certificates.key_files import needs_passphrase

    secret = passphrases.of(name) if needs_passphrase(octets) else None
    pair, as_it_is = _read(octets, certs if given.p12 else (), secret)
    entry = certificate_entry((pair.certificate, *pair.chain), KeyKind.FILE, {}, services.clock.now(), True)
    kept, opens = (octets, secret) if as_it_is and secret else _encrypted(pair)
    passphrases.remember(entry.id, opens)
    services.key_store.add(entry, kept)
    return entry


def _own_pgp(services: "Services", octets: bytes, passphrases: Passphrases, name: str) -> KeyEntry:
    """Use an OpenPGP secret key in this run; whether it has a passphrase shows when it is opened without."""
    secret = Secret(random_passphrase())
    try:
        entry = services.keys.import_file(octets, secret, keep_passphrase=False)
    except PassphraseError:
        secret = passphrases.of(name)
        entry = services.keys.import_file(octets, secret, keep_passphrase=False)
    passphrases.remember(entry.id, secret)
    return entry


def _read(octets: bytes, certs: Sequence[bytes], secret: Secret | None) -> "tuple[KeyPair, bool]":
    """Give the pair, and whether its file can stand as it is."""
    from sescomposer.core.protection.certificates.key_files import read_p12, read_pem_pair

    typed = secret.reveal().encode() if secret else None
    if b"-----BEGIN" in octets[:65536]:
        return read_pem_pair(b"\n".join((octets, *certs)), typed), False
    pair = read_p12(octets, typed)
    return (_chained(pair, certs), False) if certs else (pair, True)


def _chained(pair: "KeyPair", files: Sequence[bytes]) -> "KeyPair":
    """Give the pair with more certificates for its chain."""
    from sescomposer.core.protection.certificates.certificate_files import read_certificates
    from sescomposer.core.protection.certificates.key_files import chain_of

    more = [certificate for octets in files for certificate in read_certificates(octets)]
    return replace(pair, chain=chain_of(pair.certificate, (*pair.chain, *more)))


def _encrypted(pair: "KeyPair") -> tuple[bytes, Secret]:
    """Give what needs no passphrase one: a key lies encrypted, in memory too."""
    from sescomposer.core.protection.certificates.key_files import write_p12

    secret = Secret(random_passphrase())
    return write_p12(pair, secret.reveal().encode()), secret
