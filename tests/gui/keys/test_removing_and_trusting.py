"""The page of own keys: what removing a key says of who uses it, and trusting a certificate nobody vouches for."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from sescomposer.core import compose
from sescomposer.gui.keys import questions
from sescomposer.services.account import Secret
from sescomposer.services.protection.protection_ports import IdentityPolicy, Policy

if TYPE_CHECKING:
    from authority import Authority
    from pgp_lab import PgpLab

    from .conftest import KeysRobot

Agree = Callable[..., list[tuple[Any, ...]]]


def test_removing_asks_and_says_who_uses_it(robot: "KeysRobot", authority: "Authority", agree: Agree) -> None:
    robot.has(authority.leaf(), authority=authority)
    (entry,) = robot.services.keys.all()
    robot.services.policies.put(IdentityPolicy("ann@example.org", key=entry.id))
    robot.look()
    asked = agree("ask_remove_key", answer=False)
    robot.press("keys", "remove")
    robot.settle()
    assert asked == [(entry, ("ann@example.org",), ())]
    assert robot.owners() == ["Ann Example"]
    agree("ask_remove_key")
    robot.press("keys", "remove")
    robot.settle()
    assert robot.owners() == []
    assert robot.services.keys.all() == ()


def test_removing_says_whose_mail_must_be_signed_with_it(
    robot: "KeysRobot", authority: "Authority", agree: Agree, monkeypatch: pytest.MonkeyPatch
) -> None:
    robot.services.roots.add(authority.root)
    robot.has(authority.leaf(), authority=authority)
    (entry,) = robot.services.keys.all()
    robot.services.policies.put(IdentityPolicy("ann@example.org", sign=Policy.MUST))
    robot.services.policies.put(IdentityPolicy("bob@example.org", sign=Policy.MUST))
    robot.look()
    said: list[str] = []
    monkeypatch.setattr(questions, "_ask", lambda parent, question, more, yes: said.append(more))
    robot.press("keys", "remove")
    robot.settle()
    (words,) = said
    assert "Mail from ann@example.org must be signed" in words
    assert "bob@example.org" not in words
    assert robot.services.keys.all() == (entry,)


def test_the_openpgp_key_that_a_plan_would_take_is_named(robot: "KeysRobot", pgp_lab: "PgpLab", agree: Agree) -> None:
    services = robot.services
    for secret in (pgp_lab.key().secret, pgp_lab.gnupg_key().secret):
        services.keys.import_file(secret, Secret("grüße, secret"))
    services.policies.put(IdentityPolicy("ann@example.org", sign=Policy.MUST, method="openpgp"))
    robot.look()
    letter = compose("ann@example.org", "bob@example.org", "Tea", text="Tea?", ids=services.ids)
    signer = services.protecting.plan(letter).key
    asked = agree("ask_remove_key", answer=False)
    for entry in services.keys.all():
        robot.window.show_entry("keys", entry.id)
        robot.press("keys", "remove")
    assert len(asked) == 2
    assert signer is not None
    assert [(entry.id, needed) for entry, _, needed in asked if needed] == [(signer.id, ("ann@example.org",))]


# --- trusting ------------------------------------------------------------------------------------------------------


def test_an_own_test_certificate_is_trusted_once_its_fingerprint_was_shown(robot: "KeysRobot", agree: Agree) -> None:
    services = robot.services
    services.keys.make_test("Ann", "ann@example.org")
    services.policies.put(IdentityPolicy("ann@example.org", sign=Policy.MUST))
    robot.look()
    shown = robot.window.pages["keys"].selected
    assert shown is not None
    assert shown.anchor is not None
    assert dict(shown.facts)["Trust"].endswith("without anybody else.")
    asked = agree("ask_trust", answer=False)
    robot.press("keys", "trust")
    robot.settle()
    assert asked == [(((shown.anchor.owner, shown.anchor.fingerprint),), False)]
    assert services.roots.own() == ()
    letter = compose("ann@example.org", "bob@example.org", "Tea", text="Tea?", ids=services.ids)
    assert "protect-untrusted" in {fault.code for fault in services.protecting.plan(letter).faults}
    agree("ask_trust")
    robot.press("keys", "trust")
    robot.settle()
    assert services.roots.own() == (shown.anchor,)
    assert "protect-untrusted" not in {fault.code for fault in services.protecting.plan(letter).faults}
    page = robot.window.pages["keys"]
    assert page.selected is not None
    assert dict(page.selected.facts)["Trust"] == "You trust this certificate itself."
    assert not page.buttons["trust"].isEnabled()


def test_the_last_authority_above_an_own_certificate_is_trusted(
    robot: "KeysRobot", authority: "Authority", agree: Agree
) -> None:
    robot.has(authority.leaf(depth=2), authority=authority)
    page = robot.window.pages["keys"]
    assert page.selected is not None
    asked = agree("ask_trust")
    robot.press("keys", "trust")
    robot.settle()
    (((owner, _),), is_authority) = asked[0]
    assert (owner, is_authority) == (authority.leaf(depth=2).chain[-1].owner, True)
    assert page.selected.cells[-1] == "Fine"
    assert not page.buttons["trust"].isEnabled()


def test_a_key_that_somebody_vouches_for_needs_no_trust(robot: "KeysRobot", authority: "Authority") -> None:
    robot.services.roots.add(authority.root)
    robot.has(authority.leaf(), authority=authority)
    robot.services.keys.make_dkim("example.org", "one")
    robot.look()
    page = robot.window.pages["keys"]
    for row in range(2):
        page.select_row(row)
        assert not page.buttons["trust"].isEnabled()
