"""A process that keeps keys in a store which another process writes at the same time.

key_adder.py FOLDER PREFIX    keep 12 keys and certificates, named by the prefix and a number
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

from sescomposer.services.protection.protection_ports import (
    IdentityPolicy,
    KeyEntry,
    KeyKind,
    PersonKey,
    PersonKind,
    Policy,
)
from sescomposer.store.keys import KeyFolder
from sescomposer.store.people import PeopleFile
from sescomposer.store.policies import PolicyFile


def main() -> None:
    """Keep them, one after the other."""
    folder, prefix = Path(sys.argv[1]), sys.argv[2]
    keys, people, policies = KeyFolder(folder / "keys"), PeopleFile(folder / "people"), PolicyFile(folder / "policies")
    now = datetime.now(UTC)
    for number in range(12):
        name = f"{prefix}{number}"
        keys.add(KeyEntry(name, KeyKind.FILE, name, (), name, added=now), name.encode() * 100)
        people.put(PersonKey(f"{name}@example.org", PersonKind.SMIME, name, b"der", "file x", now))
        policies.put(IdentityPolicy(f"{name}@example.org", sign=Policy.MUST))


if __name__ == "__main__":
    main()
