"""Policies of From mailboxes: what stands there, and that a change is kept at once."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent

from sescomposer.gui.keys.identity_facts import identities
from sescomposer.services.account import Account, WayIn
from sescomposer.services.protection.protection_ports import IdentityPolicy, Policy

if TYPE_CHECKING:
    from authority import Authority

    from .conftest import KeysRobot

Agree = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def ann(robot: "KeysRobot", authority: "Authority") -> "KeysRobot":
    """The page with one mailbox, which has a key."""
    robot.services.roots.add(authority.root)
    robot.has(authority.leaf(), authority=authority)
    robot.window.show_entry("identities", "ann@example.org")
    return robot


def choose(robot: "KeysRobot", name: str, value: str) -> None:
    """Choose a value as a user does."""
    box = robot.window.identities.boxes[name]
    box.setCurrentIndex(box.findData(value))
    box.activated.emit(box.currentIndex())
    robot.settle()


def test_mailboxes_of_keys_accounts_and_policies_stand_there(ann: "KeysRobot") -> None:
    ann.services.accounts.add(Account("work", WayIn.ENVIRONMENT, "eu-west-1", mailboxes=("Team <team@example.org>",)))
    ann.services.policies.put(IdentityPolicy("boss@example.org", sign=Policy.MUST))
    found = [each.policy.address for each in identities(ann.services)]
    assert found == ["ann@example.org", "boss@example.org", "team@example.org"]


def test_a_choice_is_kept_at_once_and_explained(ann: "KeysRobot") -> None:
    choose(ann, "sign", "must")
    assert ann.services.policies.of("ann@example.org").sign is Policy.MUST
    page = ann.window.identities
    assert page.selected is not None
    assert page.selected.cells[1] == "Must"
    assert "stays on" in page.hints["sign"].text()
    assert page.boxes["sign"].accessibleDescription() == page.hints["sign"].text()


def test_the_key_that_signs_is_named_with_its_reason(ann: "KeysRobot") -> None:
    page = ann.window.identities
    assert page.selected is not None
    assert page.selected.cells[4] == "Ann Example"
    assert "only one" in page.hints["key"].text()


def test_a_must_without_a_key_says_that_nothing_can_be_sent(ann: "KeysRobot") -> None:
    ann.services.policies.put(IdentityPolicy("boss@example.org", sign=Policy.MUST))
    ann.window.show_entry("identities", "boss@example.org")
    ann.look()
    assert ann.window.identities.selected is not None
    assert ann.window.identities.selected.policy.address == "boss@example.org"
    assert "nothing can be sent" in ann.window.identities.warning.sentence


def test_a_key_is_pinned_and_let_go_with_the_method(ann: "KeysRobot") -> None:
    (entry,) = ann.services.keys.all()
    choose(ann, "key", entry.id)
    assert ann.services.policies.of("ann@example.org").key == entry.id
    choose(ann, "method", "openpgp")
    assert ann.services.policies.of("ann@example.org").key == ""
    assert ann.window.identities.selected is not None
    assert ann.window.identities.selected.cells[4] == "none"


def test_a_pinned_key_that_is_gone_is_seen(ann: "KeysRobot") -> None:
    ann.services.policies.put(IdentityPolicy("ann@example.org", key="0123456789abcdef", sign=Policy.ALWAYS))
    ann.look()
    page = ann.window.identities
    assert page.boxes["key"].currentText().startswith("A key that is gone")
    assert "not among yours any more" in page.warning.sentence


def test_ses_signs_only(ann: "KeysRobot") -> None:
    choose(ann, "method", "ses")
    page = ann.window.identities
    assert not page.boxes["encrypt"].isEnabled()
    assert not page.boxes["key"].isEnabled()
    assert "signs only" in page.hints["method"].text()


def test_a_dkim_key_is_chosen_for_a_mailbox(ann: "KeysRobot") -> None:
    entry = ann.services.keys.make_dkim("example.org", "mail", None)
    ann.look()
    choose(ann, "dkim", entry.id)
    assert ann.services.policies.of("ann@example.org").dkim == entry.id


def test_reset_takes_the_policy_back(ann: "KeysRobot") -> None:
    page = ann.window.identities
    assert not page.reset_button.isEnabled()
    choose(ann, "sign", "must")
    assert page.reset_button.isEnabled()
    page.reset_button.click()
    ann.settle()
    assert ann.services.policies.all() == ()


def test_any_mailbox_can_be_added(ann: "KeysRobot", agree: Agree) -> None:
    agree("ask_mailbox", answer="Sales <Sales@Example.net>")
    ann.window.identities.add_button.click()
    ann.settle()
    selected = ann.window.identities.selected
    assert selected is not None
    assert selected.policy.address == "sales@example.net"
    choose(ann, "encrypt", "always")
    assert ann.services.policies.of("sales@example.net").encrypt is Policy.ALWAYS


def test_what_is_no_address_is_refused(ann: "KeysRobot", agree: Agree) -> None:
    agree("ask_mailbox", answer="no address")
    ann.window.identities.add_button.click()
    ann.settle()
    assert ann.window.notice.sentence


def test_the_wheel_changes_no_policy(ann: "KeysRobot") -> None:
    box = ann.window.identities.boxes["sign"]
    none = Qt.KeyboardModifier.NoModifier
    place, phase = QPointF(5, 5), Qt.ScrollPhase.NoScrollPhase
    event = QWheelEvent(place, place, QPoint(0, -120), QPoint(0, -120), Qt.MouseButton.NoButton, none, phase, False)
    box.wheelEvent(event)
    ann.settle()
    assert box.currentData() == "offer"
    assert not event.isAccepted()
