r"""Regular expressions mean the same in every CPython we run on.

CPython 3.11.0 to 3.11.4 (Debian 12 has 3.11.2) go on where the last, failed round of a possessive group ended: the
second test's expression takes "a <b" as a whole there. A last alternative `(?!)`, which never matches, sets them back
to where that round began; it changes nothing elsewhere.
"""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_POSSESSIVE_GROUP = re.compile(r"(.{0,5})\)[*+?]\+")


def test_a_possessive_group_ends_with_what_never_matches() -> None:
    groups = [
        (file.relative_to(ROOT), found[0])
        for file in sorted((ROOT / "sescomposer").rglob("*.py"))
        for found in _POSSESSIVE_GROUP.finditer(file.read_text(encoding="utf-8"))
    ]
    assert groups
    assert [group for group in groups if "|(?!))" not in group[1]] == []


def test_the_last_round_of_a_group_takes_nothing_along() -> None:
    found = re.match(r"(?:[^<]++|<(?![a-z])|(?!))++", "a <b")
    assert found is not None
    assert found[0] == "a "
