"""Passphrases of own keys in a real Secret Service, also locked; and what a start without a keyring says."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sescomposer.bootstrap import make_services
from sescomposer.core.errors import PassphraseError
from sescomposer.services.account import Secret
from sescomposer.store.folders import Folders

if TYPE_CHECKING:
    from authority import Authority

ROOT = Path(__file__).resolve().parents[2]
_NEEDED = ("dbus-run-session", "gnome-keyring-daemon")
_UNLOCKED = 'printf secret | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; exec "$@"'


@pytest.mark.skipif(not all(map(shutil.which, _NEEDED)), reason="needs D-Bus and gnome-keyring")
def test_real_secret_service_keeps_passphrases_of_keys(home: Path, tmp_path: Path, authority: "Authority") -> None:
    (tmp_path / "key.p12").write_bytes(authority.p12(authority.leaf()))
    environment = {name: value for name, value in os.environ.items() if name != "PYTHON_KEYRING_BACKEND"}
    environment |= {"PYTHONPATH": str(ROOT), "HOME": str(home)}
    environment.pop("DISPLAY", None)
    script = [sys.executable, str(Path(__file__).with_name("key_keyring_session.py")), str(tmp_path)]
    done = subprocess.run(
        ["dbus-run-session", "--", "sh", "-c", _UNLOCKED, "sh", *script],
        env=environment,
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    answers = json.loads(done.stdout)
    assert answers["trouble"] == ""
    assert answers["names"] == answers["names after removing"] == [f"key:{answers['id']}"]
    assert answers["length"] == [32]
    assert answers["opened"]
    locked = "the secret could not be read from the keyring: it is locked."
    assert answers["open though locked"] == ["KeyGoneError", f"The key 'Ann Example' cannot be opened: {locked}"]
    assert answers["import though locked"] == [
        "KeyGoneError",
        f"The key 'other._domainkey.example.org' cannot be kept: {locked}",
    ]
    kind, sentence = answers["remove though locked"]
    assert kind == "ProtectionError"
    assert sentence.startswith("The key 'Ann Example' is removed, but its passphrase stays in the keyring.")
    assert answers["left"] == 0


def test_start_without_a_keyring_says_how_long_passphrases_are_kept(tmp_path: Path, authority: "Authority") -> None:
    services = make_services(Folders.below(tmp_path))
    entry = services.keys.import_file(authority.p12(authority.leaf()), Secret("secret"))
    assert "secrets are kept in memory until the program ends" in services.keys.trouble
    assert services.keys.unlock(entry).certificate.fingerprint == entry.fingerprint
    services.keys.lock()
    with pytest.raises(PassphraseError, match="stays closed"):
        services.keys.unlock(entry)
    opened = services.keys.unlock(entry, lambda entry, why: Secret("secret"))
    assert opened.certificate.fingerprint == entry.fingerprint
    assert services.trust.roots == services.roots.system()
    assert services.people.all() == ()
    services.sweep()
    assert services.keys.all() == (entry,)
    services.close()
