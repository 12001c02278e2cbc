"""Boundaries and ids."""

import re
from datetime import datetime, timedelta, timezone

from sescomposer.core import RandomIdentifiers, SeededIdentifiers
from sescomposer.core.identifiers import is_ours
from sescomposer.core.limits import BOUNDARY_OCTETS


def test_identifiers_differ_and_follow_from_the_seed() -> None:
    one, other = SeededIdentifiers(7), SeededIdentifiers(7)
    made = [one.boundary() for _ in range(50)]
    assert made == [other.boundary() for _ in range(50)]
    assert len(set(made)) == 50


def test_a_boundary_is_short_has_our_mark_and_cannot_stand_in_encoded_text() -> None:
    boundary = SeededIdentifiers().boundary()
    assert len(boundary) <= BOUNDARY_OCTETS
    assert is_ours(boundary.encode())
    assert boundary.startswith("=_")
    assert not is_ours(SeededIdentifiers().token().encode())


def test_a_message_id_has_the_time_in_utc_and_the_given_domain() -> None:
    ids = RandomIdentifiers(lambda count: b"\x01" * count)
    now = datetime(2026, 3, 1, 1, 2, 3, tzinfo=timezone(timedelta(hours=2)))
    assert re.fullmatch(r"20260228230203\.(01){16}@a\.example", ids.message_id("a.example", now))
    assert ids.content_id("").endswith("@message.invalid")
