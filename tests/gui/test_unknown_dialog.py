"""Submissions that a crash left without outcome are named at the start, once, and never sent again."""

from dataclasses import replace
from pathlib import Path

from pytestqt.qtbot import QtBot

from sescomposer.bootstrap import Services, make_services
from sescomposer.core import compose
from sescomposer.core.message import Road
from sescomposer.gui.sending.unknown_dialog import UnknownDialog, words_of
from sescomposer.services.ports import Intent
from sescomposer.services.unknown import UnknownSubmission
from sescomposer.store.folders import Folders


def interrupted(tmp_path: Path) -> tuple[Services, Intent]:
    """Services with an intent that has no outcome."""
    services = make_services(Folders.below(tmp_path))
    transport = services.local_transport(Road.SES_V2)
    message = compose("a@a.example", ", ".join(f"r{n}@b.example" for n in range(7)), "Hi", text="x", ids=services.ids)
    (record,) = services.sending.submit(services.sending.review(message, transport), transport)
    intent = replace(record.intent, submission="interrupted", at=services.clock.now())
    services.submissions.record_intent(intent)
    return services, intent


def test_names_what_was_submitted_and_how_to_find_out(qtbot: QtBot, tmp_path: Path) -> None:
    services, intent = interrupted(tmp_path)
    (unknown,) = services.unknown_submissions()
    assert unknown.record.intent == intent
    words = words_of(unknown)
    assert words.startswith("Hi\n")
    assert "r4@b.example and 2 more" in words
    assert "it was not sent, and you can send it again" in words
    dialog = UnknownDialog([unknown])
    qtbot.addWidget(dialog)
    with qtbot.waitSignal(dialog.settled) as blocker:
        dialog.settle_button.click()
    assert blocker.args == [(unknown,)]


def test_later_settles_nothing(qtbot: QtBot, tmp_path: Path) -> None:
    services, _ = interrupted(tmp_path)
    dialog = UnknownDialog(services.unknown_submissions())
    qtbot.addWidget(dialog)
    with qtbot.assertNotEmitted(dialog.settled):
        dialog.later_button.click()
    assert len(services.unknown_submissions()) == 1


def test_elsewhere_nobody_can_tell(tmp_path: Path) -> None:
    services, _ = interrupted(tmp_path)
    (unknown,) = services.unknown_submissions()
    intent = replace(unknown.record.intent, account="work", subject="")
    remote = UnknownSubmission(replace(unknown.record, intent=intent), "Ask a recipient.")
    assert words_of(remote).startswith("(no subject)\n")
    assert words_of(remote).endswith("Ask a recipient.")
