"""Run by a test inside a D-Bus session of its own with a real Secret Service: what each step of it answers, as JSON."""

import json
import os
import signal
import sys
from collections.abc import Callable
from contextlib import closing
from typing import Any

import secretstorage
from jeepney import DBusAddress, new_method_call  # type: ignore[import-untyped]
from jeepney.io.blocking import open_dbus_connection  # type: ignore[import-untyped]

from sescomposer.core.errors import AccountError
from sescomposer.services.account import Secret
from sescomposer.store.secrets import SERVICE, KeyringSecrets


def attempted(step: Callable[[], object]) -> str:
    """Do a step and give the sentence of what it raised, or else of what it gave."""
    try:
        return str(step())
    except AccountError as error:
        return error.sentence


def service_process() -> int:
    """Give the process that stands behind the Secret Service."""
    bus = DBusAddress("/org/freedesktop/DBus", "org.freedesktop.DBus", "org.freedesktop.DBus")
    question = new_method_call(bus, "GetConnectionUnixProcessID", "s", ("org.freedesktop.secrets",))
    with open_dbus_connection() as connection:
        return int(connection.send_and_get_reply(question).body[0])


def in_the_open(secrets: KeyringSecrets) -> dict[str, Any]:
    """Keep, read, replace and remove; look at the same items with the library below."""
    secrets.set("work", Secret("first"))
    secrets.set("work", Secret("second"))
    secrets.set("bÜro", Secret("ünï"))
    with closing(secretstorage.dbus_init()) as bus:
        items = list(secretstorage.get_default_collection(bus).search_items({"service": SERVICE}))
        kept = sorted((item.get_attributes()["username"], item.get_secret().decode()) for item in items)
    found = secrets.get("work")
    secrets.remove("work")
    secrets.remove("work")
    return {
        "lasting": secrets.is_lasting,
        "trouble": secrets.trouble,
        "kept": kept,
        "found": found == Secret("second"),
        "other": KeyringSecrets().get("bÜro") == Secret("ünï"),
        "removed": secrets.get("work") is None,
    }


def main() -> None:
    """Go through the steps and print what each answered."""
    secrets = KeyringSecrets()
    answers = in_the_open(secrets)
    steps: dict[str, Callable[[], object]] = {
        "get": lambda: secrets.get("bÜro"),
        "set": lambda: secrets.set("bÜro", Secret("hush")),
        "remove": lambda: secrets.remove("bÜro"),
    }
    with closing(secretstorage.dbus_init()) as bus:
        secretstorage.get_default_collection(bus).lock()
    answers["locked"] = {name: attempted(step) for name, step in steps.items()}
    os.kill(service_process(), signal.SIGTERM)
    answers["killed"] = {name: attempted(step) for name, step in steps.items()}
    os.environ["DBUS_SESSION_BUS_ADDRESS"] = "unix:path=/nowhere/bus"
    answers["gone"] = {name: attempted(step) for name, step in steps.items()}
    sys.stdout.write(json.dumps(answers))


if __name__ == "__main__":
    main()
