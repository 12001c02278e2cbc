"""The verb `keys`: own keys and certificates, those of other people, policies and trusted roots."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from sescomposer.cli import keys_people, keys_policy
from sescomposer.cli.key_words import certificate_pem, found, key_json, key_lines
from sescomposer.cli.keys_outside import outside
from sescomposer.cli.keys_trust import trust
from sescomposer.cli.look import JsonOption
from sescomposer.cli.passphrases import PassphraseOption, Passphrases
from sescomposer.cli.slow_keyring import SlowKeyring
from sescomposer.cli.streams import Inputs, checked, print_json, say, shown, write_octets
from sescomposer.core.address import parse_mailbox
from sescomposer.core.errors import KeyGoneError, PassphraseError, UsageError
from sescomposer.core.octets import Octets
from sescomposer.core.protection.certificates.certificate import Certificate
from sescomposer.services.account import Secret
from sescomposer.services.protection.key_entries import is_pgp
from sescomposer.services.protection.protection_ports import KeyEntry, KeyKind

if TYPE_CHECKING:
    from sescomposer.bootstrap import Services

app = typer.Typer(help="Keys and certificates: own ones, those of other people, policies, and whom to trust.")
app.add_typer(keys_people.app, name="people", short_help="certificates and keys of other people")
app.add_typer(keys_policy.app, name="policy", short_help="what a From mailbox demands of signing and encrypting")
app.command(short_help="list, add and remove roots to trust beside the system's")(trust)
app.command(short_help="list keys that could be imported: of GnuPG, on cards")(outside)

IdArgument = Annotated[str, typer.Argument(metavar="ID", help="Id of the key, or the start of it.")]


AskAlwaysOption = Annotated[
    bool, typer.Option("--ask-always", help="Keep its passphrase nowhere, and ask for it every time.")
]


@app.command("list")
def list_keys(as_json: JsonOption = False) -> None:
    """List own keys: owner, addresses, issuer, expiry, purposes, fingerprint."""
    services = _services()
    entries = services.keys.all()
    now = services.clock.now()
    if as_json:
        print_json({"keys": [key_json(entry, now) for entry in entries]})
    elif not entries:
        say("There are no keys. Import one: sescomposer keys import FILE")
    else:
        print("\n".join(line for entry in entries for line in key_lines(entry, now)))


@app.command("import")
def import_key(
    file: Annotated[
        str, typer.Argument(metavar="[FILE]", help="PKCS#12, PEM with key and chain, or OpenPGP secret key.")
    ] = "",
    card: Annotated[str, typer.Option("--card", metavar="MODULE", help="PKCS#11 module of a card or token.")] = "",
    object_: Annotated[str, typer.Option("--object", metavar="NAME", help="Which key of the card, if many.")] = "",
    gnupg: Annotated[str, typer.Option("--gnupg", metavar="FINGERPRINT", help="A key of the user's GnuPG.")] = "",
    ask_always: AskAlwaysOption = False,
    passphrase_fd: PassphraseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Import a key with its certificate and chain; it is kept encrypted, its passphrase in the keyring."""
    if sum(map(bool, (file, card, gnupg))) != 1:
        raise UsageError(
            "One key is imported at a time.", hint="Name a FILE, or --card MODULE, or --gnupg FINGERPRINT."
        )
    services = _services()
    if card:
        entry = _from_card(services, card, object_)
    elif gnupg:
        entry = services.keys.import_gnupg(gnupg)
    else:
        entry = _from_file(services, file, Passphrases(passphrase_fd, [file]), ask_always=ask_always)
    _tell(services, entry, "was imported", as_json=as_json)


@app.command("test-certificate")
def make_test(
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="Address that the certificate is for.")],
    name: Annotated[str, typer.Option("--name", help="Name of its owner.")] = "",
    ask_always: AskAlwaysOption = False,
    passphrase_fd: PassphraseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a certificate for trying things out, marked as such; nobody else will trust it."""
    mailbox = parse_mailbox(checked("ADDRESS", address))
    owner = checked("--name", name) or mailbox.display_name or mailbox.wire_addr_spec
    services = _services()
    secret = _to_keep_with(services, Passphrases(passphrase_fd), "the new key", ask_always=ask_always)
    entry = services.keys.make_test(owner, mailbox.wire_addr_spec, secret, keep_passphrase=not ask_always)
    _tell(services, entry, "was made, for tests only", as_json=as_json)


@app.command()
def export(
    key: IdArgument,
    out: Annotated[str, typer.Option("--out", "-o", help="File to write; '-' is standard output.")],
    certificate: Annotated[
        bool, typer.Option("--certificate", help="Only the certificate and its chain, as PEM; no key.")
    ] = False,
    compatible: Annotated[
        bool, typer.Option("--compatible", help="With the weaker encryption that older programs need.")
    ] = False,
    passphrase_fd: PassphraseOption = None,
) -> None:
    """Write a key for another program, encrypted with a passphrase that is asked for, or its certificate alone."""
    services = _services()
    entry = found(services.keys.all(), key)
    if certificate:
        octets = _public_octets(entry)
    else:
        passphrases = Passphrases(passphrase_fd)
        new = passphrases.of(f"the new file of {entry.label!r}")
        octets = services.keys.export(entry.id, new, compatible, passphrases.ask)
    write_octets(Octets.of(octets), out)


@app.command()
def dkim(
    domain: Annotated[str, typer.Argument(metavar="DOMAIN", help="Domain that signs.")],
    selector: Annotated[str, typer.Option("--selector", help="Selector below _domainkey of the domain.")],
    file: Annotated[str, typer.Option("--file", help="Private RSA key as PEM; without it a new one is made.")] = "",
    passphrase_fd: PassphraseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Keep a DKIM key for a domain that signs by itself, and print the DNS record to publish."""
    from sescomposer.core.protection.dkim.dkim_key import public_key_record, zone_line

    services = _services()
    octets = Inputs().read(file) if file else None
    secret = _to_keep_with(services, Passphrases(passphrase_fd, [file]), f"the key of {domain}", ask_always=False)
    entry = services.keys.make_dkim(checked("DOMAIN", domain), checked("--selector", selector), octets, secret)
    value = public_key_record(entry.public)
    if as_json:
        record = {"name": f"{selector}._domainkey.{domain}", "type": "TXT", "value": value}
        print_json({"key": key_json(entry, services.clock.now()), "record": record})
    else:
        print(shown(zone_line(domain, selector, value)))
        say(shown(f"The key {entry.id} signs once a policy names it: keys policy set ADDRESS --dkim {entry.id}"))


@app.command()
def remove(key: IdArgument) -> None:
    """Remove a key and its passphrase; what it signed stays as it is, what was encrypted for it cannot be read."""
    services = _services()
    entry = found(services.keys.all(), key)
    services.keys.remove(entry.id)
    say(shown(f"The key {entry.id} of {entry.label!r} was removed."))


def _services() -> "Services":
    from sescomposer.bootstrap import make_services

    services = make_services()
    services.secrets = SlowKeyring(services.secrets)
    return services


def _from_file(services: "Services", file: str, passphrases: Passphrases, *, ask_always: bool) -> KeyEntry:
    """Import a file; its passphrase is asked for where it needs one."""
    from sescomposer.core.protection.certificates.key_files import needs_passphrase

    octets, name = Inputs().read(file), Inputs.name(file)
    if needs_passphrase(octets):
        return services.keys.import_file(octets, passphrases.of(name), keep_passphrase=not ask_always)
    secret = _to_keep_with(services, passphrases, name, ask_always=ask_always)
    if is_pgp(octets):
        return _from_pgp(services, octets, secret, lambda: passphrases.of(name), keep=not ask_always)
    if secret is not None:
        # It comes without a passphrase, and gets this one.
        return services.keys.import_open(octets, secret, keep_passphrase=not ask_always)
    return services.keys.import_file(octets, secret, keep_passphrase=not ask_always)


def _from_pgp(
    services: "Services", octets: bytes, secret: Secret | None, ask: Callable[[], Secret], *, keep: bool
) -> KeyEntry:
    """Import an OpenPGP key, which does not say whether it has a passphrase before it is opened."""
    try:
        return services.keys.import_file(octets, secret, keep_passphrase=keep)
    except PassphraseError:
        if secret is not None:
            raise
    return services.keys.import_file(octets, ask(), keep_passphrase=keep)


def _to_keep_with(services: "Services", passphrases: Passphrases, name: str, *, ask_always: bool) -> Secret | None:
    """Give the passphrase to encrypt a key with that comes without one; None where the keyring keeps one of ours."""
    if ask_always or passphrases.is_given or not services.secrets.is_lasting:
        return passphrases.of(name)
    return None


def _from_card(services: "Services", module: str, name: str) -> KeyEntry:
    """Import the certificate of a key on a card.

    Raises:
        KeyGoneError: no such key is on it.
        UsageError: there are several.
    """
    on_card = services.keys.card_keys(module)
    fitting = [key for key in on_card if name in ("", key.object, key.label)]
    if not fitting:
        raise KeyGoneError(f"No such key is on a card of {shown(module)!r}.", hint="Put the card in.", value=name)
    if len(fitting) > 1:
        names = ", ".join(sorted(shown(key.label or key.object) for key in fitting))
        raise UsageError(f"There are {len(fitting)} keys: {names}.", hint="Name one with --object.", value=name)
    return services.keys.import_card(fitting[0])


def _public_octets(entry: KeyEntry) -> bytes:
    """Give what of a key may be handed to anybody: certificates as PEM, an OpenPGP certificate, a DKIM public key."""
    if entry.certificates:
        return b"".join(certificate_pem(Certificate(der)) for der in entry.certificates)
    return entry.public


def _tell(services: "Services", entry: KeyEntry, what: str, *, as_json: bool) -> None:
    """Say what became of a key."""
    now = services.clock.now()
    if as_json:
        print_json({"key": key_json(entry, now)})
        return
    print("\n".join(key_lines(entry, now)))
    if not services.secrets.is_lasting and not entry.asks_always and entry.kind in (KeyKind.FILE, KeyKind.OPENPGP):
        say(f"Its passphrase is asked for every time. {services.secrets.trouble}")
    say(shown(f"The key {entry.id} {what}."))
