"""Run by a test inside a D-Bus session of its own with a real Secret Service: what own keys answer there, as JSON.

key_keyring_session.py FOLDER    FOLDER holds `key.p12`, with the passphrase "secret"
"""

import json
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import secretstorage

from sescomposer.bootstrap import Services, make_services
from sescomposer.core.errors import SesComposerError
from sescomposer.services.account import Secret
from sescomposer.services.protection.protection_ports import KeyEntry
from sescomposer.store.folders import Folders
from sescomposer.store.secrets import SERVICE


def attempted(step: Callable[[], object]) -> list[str]:
    """Do a step and give the kind and sentence of what it raised."""
    try:
        step()
    except SesComposerError as error:
        return [type(error).__name__, error.sentence]
    return []


def kept() -> dict[str, str]:
    """Give what lies in the keyring, as the library below sees it."""
    with closing(secretstorage.dbus_init()) as bus:
        items = secretstorage.get_default_collection(bus).search_items({"service": SERVICE})
        return {item.get_attributes()["username"]: item.get_secret().decode() for item in items}


def lock() -> None:
    """Lock the keyring."""
    with closing(secretstorage.dbus_init()) as bus:
        secretstorage.get_default_collection(bus).lock()


def in_the_open(services: Services, octets: bytes) -> tuple[KeyEntry, dict[str, Any]]:
    """Import a key, and open it as a program that was started anew does."""
    entry = services.keys.import_file(octets, Secret("secret"))
    return entry, {
        "trouble": services.keys.trouble,
        "names": list(kept()),
        "id": entry.id,
        "length": [len(secret) for secret in kept().values()],
        "opened": make_services(services.folders).keys.unlock(entry).certificate.fingerprint == entry.fingerprint,
    }


def main() -> None:
    """Go through the steps and print what each answered."""
    folder = Path(sys.argv[1])
    octets = (folder / "key.p12").read_bytes()
    services = make_services(Folders.below(folder))
    entry, answers = in_the_open(services, octets)
    other = services.keys.make_dkim("example.org", "mail")
    services.keys.remove(other.id)
    answers["names after removing"] = list(kept())
    lock()
    answers["open though locked"] = attempted(lambda: make_services(services.folders).keys.unlock(entry))
    answers["import though locked"] = attempted(lambda: services.keys.make_dkim("example.org", "other"))
    answers["remove though locked"] = attempted(lambda: services.keys.remove(entry.id))
    answers["left"] = len(services.keys.all())
    sys.stdout.write(json.dumps(answers))


if __name__ == "__main__":
    main()
