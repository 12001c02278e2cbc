"""Certificates of other people, and roots: what comes in, what is asked before it counts, and what goes."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from authority import pem_of
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragMoveEvent, QDropEvent

from sescomposer.gui.drops import DropHint
from sescomposer.gui.keys.keys_doing import KeysDoing
from sescomposer.services.protection.protection_ports import PersonKind

if TYPE_CHECKING:
    from authority import Authority
    from pgp_lab import PgpLab

    from .conftest import KeysRobot

Agree = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def bob(robot: "KeysRobot", authority: "Authority") -> "KeysRobot":
    """The page of people with a certificate whose root is not trusted."""
    pair = authority.leaf("bob@example.com", cn="Bob Example", kind="p256")
    robot.take(robot.write("bob.pem", pem_of(pair.certificate, *pair.chain)))
    return robot


def test_a_certificate_of_somebody_goes_to_the_people(bob: "KeysRobot") -> None:
    assert bob.window.page == "people"
    shown = bob.window.pages["people"].selected
    assert shown is not None
    assert shown.cells[:3] == ("bob@example.com", "Bob Example", "S/MIME, P-256")
    assert dict(shown.facts)["Came from"] == "file bob.pem, on 2026-11-21"
    assert dict(shown.facts)["Used last"] == "never"
    assert bob.window.statusBar().currentMessage() == "The certificate of bob@example.com was imported."


def test_several_of_one_file_are_counted(robot: "KeysRobot", authority: "Authority") -> None:
    leaves = [authority.leaf(f"{name}@example.com", kind="p256").certificate for name in ("bob", "carl", "dora")]
    robot.take(robot.write("all.pem", pem_of(*leaves)))
    assert robot.window.statusBar().currentMessage() == "The certificate of bob@example.com was imported, and 2 more."


def test_one_that_no_root_vouches_for_is_accepted_by_its_fingerprint(bob: "KeysRobot", agree: Agree) -> None:
    page = bob.window.pages["people"]
    assert page.model.rows[0].sign == "error"
    asked = agree("ask_accept")
    bob.press("people", "accept")
    bob.settle()
    assert asked[0][0].fingerprint.replace(" ", "").lower() == bob.services.people.all()[0].fingerprint
    assert page.model.rows[0].cells[-1] == "Accepted by you"
    assert page.buttons["accept"].text() == "No longer &accept"
    bob.press("people", "accept")  # nothing is asked to take it back
    bob.settle()
    assert len(asked) == 1
    assert not bob.services.people.all()[0].is_accepted


def test_the_state_follows_the_roots(bob: "KeysRobot", authority: "Authority") -> None:
    bob.services.roots.add(authority.root)
    bob.look()
    assert bob.window.pages["people"].model.rows[0].cells[-1] == "Fine"


def test_what_was_used_when_is_shown(bob: "KeysRobot", authority: "Authority") -> None:
    (key,) = bob.services.people.all()
    bob.services.people.note_use(key.address, key.fingerprint, authority.now - timedelta(days=3))
    bob.look()
    assert bob.window.pages["people"].model.rows[0].cells[4] == "2026-11-18"


def test_one_is_forgotten_once_that_is_confirmed(bob: "KeysRobot", agree: Agree) -> None:
    agree("ask_remove_person", answer=False)
    bob.press("people", "remove")
    bob.settle()
    assert bob.owners("people") == ["bob@example.com"]
    agree("ask_remove_person")
    bob.press("people", "remove")
    bob.settle()
    assert bob.services.people.all() == ()


def test_one_without_address_is_kept_for_whom_the_user_says(
    robot: "KeysRobot", authority: "Authority", agree: Agree
) -> None:
    pair = authority.leaf("nobody@example.com", addresses=(), cn="Nobody", kind="p256")
    path = robot.write("nobody.cer", pair.certificate.der)
    agree("ask_address", answer="")
    robot.take(path)
    assert robot.services.people.all() == ()
    asked = agree("ask_address", answer="Some@Example.com")
    robot.take(path)
    assert asked == [("nobody.cer",)]
    assert [key.address for key in robot.services.people.all()] == ["some@example.com"]


def test_an_openpgp_key_of_somebody_comes_in(robot: "KeysRobot", pgp_lab: "PgpLab") -> None:
    robot.take(robot.write("eve.asc", pgp_lab.key(address="eve@example.com").public))
    (key,) = robot.services.people.all()
    assert (key.kind, key.address) == (PersonKind.OPENPGP, "eve@example.com")
    shown = robot.window.pages["people"].selected
    assert shown is not None
    assert shown.cells[2].startswith("OpenPGP")


def test_a_certificate_of_somebody_is_written(bob: "KeysRobot", monkeypatch: pytest.MonkeyPatch) -> None:
    path = bob.folder / "out.pem"
    monkeypatch.setattr(KeysDoing, "_ask_file", lambda self, title, name: path)
    bob.press("people", "export_certificate")
    bob.settle()
    assert path.read_bytes() == (bob.folder / "bob.pem").read_bytes()


# --- roots ---------------------------------------------------------------------------------------------------------


def test_a_root_is_trusted_once_its_fingerprint_was_shown(
    robot: "KeysRobot", authority: "Authority", agree: Agree
) -> None:
    path = robot.write("ca.pem", authority.root_pem)
    asked = agree("ask_trust", answer=False)
    robot.take(path)
    assert asked == [(((authority.root.owner, authority.root.fingerprint),),)]
    assert robot.services.roots.own() == ()
    agree("ask_trust")
    robot.take(path)
    assert robot.window.page == "roots"
    assert robot.owners("roots") == [authority.root.owner]
    assert robot.window.focusWidget() is robot.window.pages["roots"].list, "arrows go on from what came"


def test_on_the_page_of_roots_the_authorities_of_a_file_are_meant(
    robot: "KeysRobot", authority: "Authority", agree: Agree
) -> None:
    pair = authority.leaf(kind="p256")
    asked = agree("ask_trust", answer=False)
    robot.take(robot.write("all.pem", pem_of(pair.certificate, authority.root)), wants_roots=True)
    assert [owner for owner, _ in asked[0][0]] == [authority.root.owner]
    assert robot.services.people.all() == ()


def test_a_root_goes_once_that_is_confirmed(robot: "KeysRobot", authority: "Authority", agree: Agree) -> None:
    robot.services.roots.add(authority.root)
    robot.look()
    agree("ask_remove_root")
    robot.press("roots", "remove")
    robot.settle()
    assert robot.services.roots.own() == ()


def test_roots_of_the_system_are_shown_by_choice_and_stay(robot: "KeysRobot", authority: "Authority") -> None:
    robot.services.roots.add(authority.root)
    robot.look()
    page = robot.window.pages["roots"]
    robot.window.system_box.setChecked(True)
    robot.settle()
    count = len(robot.services.roots.system())
    assert f"({count})" in robot.window.system_box.text()
    assert len(page.model.rows) == 1 + count
    assert page.buttons["remove"].isEnabled()
    if count:
        page.select_row(1)
        assert not page.buttons["remove"].isEnabled()


# --- dropping ------------------------------------------------------------------------------------------------------


def test_files_are_dropped_on_the_window(robot: "KeysRobot", authority: "Authority") -> None:
    pair = authority.leaf("bob@example.com", kind="p256")
    path = robot.write("bob.cer", pair.certificate.der)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    buttons, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    move = QDragMoveEvent(QPoint(99, 99), Qt.DropAction.CopyAction, data, buttons, none)
    robot.window.dragMoveEvent(move)
    assert move.isAccepted()
    (hint,) = robot.window.findChildren(DropHint)
    assert hint.text() == "Import bob.cer"
    robot.window.dropEvent(QDropEvent(QPoint(99, 99), Qt.DropAction.CopyAction, data, buttons, none))
    assert not hint.isVisible()
    robot.settle()
    assert [key.address for key in robot.services.people.all()] == ["bob@example.com"]


def test_what_are_no_files_is_not_taken(robot: "KeysRobot") -> None:
    data = QMimeData()
    data.setText("words")
    buttons, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    move = QDragMoveEvent(QPoint(99, 99), Qt.DropAction.CopyAction, data, buttons, none)
    robot.window.dragMoveEvent(move)
    assert not move.isAccepted()
