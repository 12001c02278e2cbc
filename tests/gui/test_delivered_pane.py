"""What SES would deliver: only while it is seen, after a pause, off the window's thread."""

from pathlib import Path

from pytestqt.qtbot import QtBot

from sescomposer.bootstrap import make_services
from sescomposer.core.structure import with_text
from sescomposer.gui.composer import Composer
from sescomposer.gui.panes.delivered_pane import DeliveredPane
from sescomposer.services.sample import sample_message
from sescomposer.store.folders import Folders


def test_nothing_is_worked_out_unseen(composer: Composer, qtbot: QtBot) -> None:
    pane = DeliveredPane(composer)
    qtbot.addWidget(pane)
    composer.edit_root(lambda root: with_text(root, "Zebra", composer.ids), "typing")
    assert pane.shown_revision == -1
    assert composer.runner.running == 0


def test_changes_are_told_and_shown(composer: Composer, qtbot: QtBot) -> None:
    pane = DeliveredPane(composer)
    qtbot.addWidget(pane)
    pane.show()
    qtbot.waitUntil(lambda: pane.shown_revision == composer.revision)
    assert "Message-ID was replaced." in pane.changes.text()
    lines = pane.difference.toPlainText().splitlines()
    assert any(line.startswith("+ Return-Path: <") for line in lines)
    assert any(line.startswith("- Message-ID: <") for line in lines)
    composer.edit_root(lambda root: with_text(root, "Zebra", composer.ids), "typing")
    qtbot.waitUntil(lambda: pane.shown_revision == composer.revision)


def test_the_body_is_the_same_object(tmp_path: Path) -> None:
    services = make_services(Folders.below(tmp_path))
    root = sample_message(services.ids).root
    delivered, changes = services.would_deliver(root)
    assert delivered.body is root.body
    assert changes
    services.close()
