"""The message of one window: edits, undo, what is kept, what is checked and with which settings."""

import ast
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

import sescomposer.gui
from sescomposer.bootstrap import Services, make_services
from sescomposer.core.errors import EditError, StoreError
from sescomposer.core.findings import Fix
from sescomposer.core.message import Message, Road
from sescomposer.core.parse import parse
from sescomposer.core.structure import with_text
from sescomposer.gui.composer import Composer, Selection
from sescomposer.gui.tasks import TaskRunner
from sescomposer.services.settings import CHECK_FORGOTTEN_ATTACHMENT, MORE_ATTACHMENT_WORDS, ROAD
from sescomposer.store.folders import Folders

LETTER = b"From: a@example.com\r\nTo: b@example.org\r\nSubject: x\r\nMIME-Version: 1.0\r\n\r\nThe Anhang is here.\r\n"

VERBS = (
    *(
        "add ",
        "attach ",
        "break ",
        "change ",
        "edit ",
        "encode ",
        "encrypt ",
        "insert ",
        "lift ",
        "make ",
        "move ",
        "put ",
    ),
    *("remove ", "rename ", "restore ", "send ", "set ", "sign ", "take ", "unwrap ", "use ", "wrap "),
)
"""What an undo label begins with; an edit that does something else adds its verb."""
EDITS = ("edit_root", "_set", "change")
"""Methods that make an edit; their second argument is its label."""


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    made = make_services(Folders.below(tmp_path))
    yield made
    made.close()


@pytest.fixture
def composer(qtbot: QtBot, services: Services) -> Iterator[Composer]:
    owner = QObject()
    runner = TaskRunner(owner)
    made = Composer(services, runner, Message(parse(LETTER)), parent=owner)
    yield made
    qtbot.waitUntil(lambda: runner.running == 0)
    made.close()
    runner.close()
    owner.deleteLater()


def logs(services: Services) -> list[Path]:
    services.journal.flush()
    return list(services.folders.journal.glob("*.log"))


def type_text(composer: Composer, text: str) -> bool:
    return composer.edit_root(lambda root: with_text(root, text, composer.ids), "typing")


def test_an_edit_is_told_kept_and_undone(composer: Composer, services: Services) -> None:
    revisions: list[int] = []
    composer.message_changed.connect(revisions.append)
    before = composer.message
    assert type_text(composer, "Hi")
    assert not composer.is_saved
    assert len(logs(services)) == 1
    composer.undo()
    assert composer.message is before
    assert logs(services) == []
    composer.redo()
    assert composer.root.text() == "Hi"
    assert revisions == [1, 2, 3]


def test_an_edit_that_is_refused_changes_nothing(composer: Composer) -> None:
    told: list[object] = []
    composer.refused.connect(told.append)
    before = composer.message

    def edit(message: Message) -> Message:
        raise EditError("No.")

    assert not composer.apply(edit, "nothing")
    assert composer.message is before
    assert composer.revision == 0
    assert [str(error) for error in told] == ["No."]


def test_a_journal_that_cannot_forget_is_told(composer: Composer, services: Services, monkeypatch: Any) -> None:
    told: list[object] = []
    composer.refused.connect(told.append)
    assert type_text(composer, "Hi")

    def drop(draft: str) -> None:
        raise StoreError("The folder is read-only.")

    with monkeypatch.context() as patch:
        patch.setattr(services.journal, "drop", drop)
        composer.undo()
    assert [str(error) for error in told] == ["The folder is read-only."]
    composer.forget()


def test_another_message_starts_anew(composer: Composer, services: Services) -> None:
    assert type_text(composer, "Hi")
    composer.select(Selection(composer.root.key, 0, 7, "test"))
    seen: list[object] = []
    composer.replaced.connect(seen.append)
    composer.selection_changed.connect(seen.append)
    composer.findings_changed.connect(seen.append)
    message = Message(parse(LETTER))
    composer.open_message(message, Path("/x.eml"))
    assert seen == [composer.revision, Selection(message.root.key), ()]
    assert composer.is_saved
    assert not composer.undo_list.can_undo
    assert logs(services) == []


def test_a_recovered_draft_goes_on_under_its_id(composer: Composer, services: Services) -> None:
    composer.recover("d-1", Message(parse(LETTER)), None)
    assert [path.stem for path in logs(services)] == ["d-1"]
    composer.saved_as(Path("/x.eml"), composer.message)
    assert composer.is_saved
    assert logs(services) == []


def test_checks_run_after_a_pause_with_the_settings(composer: Composer, services: Services, qtbot: QtBot) -> None:
    def codes() -> set[str]:
        return {finding.code for finding in composer.findings}

    with qtbot.waitSignal(composer.findings_changed):
        composer.check_soon()
    assert "attachment-forgotten" not in codes()
    with qtbot.waitSignal(composer.findings_changed):
        services.settings.set(MORE_ATTACHMENT_WORDS, ("anhang",))
    assert "attachment-forgotten" in codes()
    with qtbot.waitSignal(composer.findings_changed):
        services.settings.set(CHECK_FORGOTTEN_ATTACHMENT, False)
    assert "attachment-forgotten" not in codes()


def test_an_answer_for_an_old_message_is_dropped(composer: Composer) -> None:
    finding = replace(composer.message)
    composer._on_checked((composer.revision - 1, (finding,), None))  # type: ignore[arg-type]
    assert composer.findings == ()


def test_the_road_follows_the_setting_and_close_stops_that(composer: Composer, services: Services) -> None:
    roads: list[Road] = []
    composer.road_changed.connect(roads.append)
    services.settings.set(ROAD, Road.SMTP)
    composer.close()
    services.settings.set(ROAD, Road.SES_V1)
    assert roads == [Road.SMTP]


def words_of(label: ast.expr) -> list[str]:
    """Give the words that an expression may come to; what is filled in is `...`."""
    match label:
        case ast.Constant(value=str(words)):
            return [words]
        case ast.IfExp(body=one, orelse=other):
            return [*words_of(one), *words_of(other)]
        case ast.JoinedStr(values=parts):
            return ["".join((words_of(part) or ["..."])[0] for part in parts)]
    return []


def labels_in(function: ast.AST) -> list[str]:
    """Read the labels of the edits in a function, also where a variable holds them."""
    given = [
        node.args[1]
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in EDITS and len(node.args) > 1
    ]
    names = {label.id for label in given if isinstance(label, ast.Name)}
    for node in ast.walk(function):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in names:
                given.append(value)
            case ast.Assign(targets=[ast.Tuple(elts=[ast.Name(id=name), _])], value=ast.Tuple(elts=[value, _])):
                given += [value] if name in names else []
    return [words for label in given for words in words_of(label)]


def labels_of_undo() -> list[str]:
    """Read the labels of all edits out of the source."""
    files = Path(sescomposer.gui.__file__).parent.rglob("*.py")
    nodes = [node for file in files for node in ast.walk(ast.parse(file.read_text("utf-8")))]
    return [label for node in nodes if isinstance(node, ast.FunctionDef) for label in labels_in(node)]


def test_undo_labels_are_of_one_style() -> None:
    """A verb in the imperative and what it is done to: the menu reads "Undo remove part"."""
    labels = labels_of_undo()
    assert {"remove part", "attach files", "make text from HTML", "change properties", "edit ..."} <= set(labels)
    assert [label for label in labels if not label.startswith(VERBS)] == []


def test_the_label_of_a_fix_is_written_like_all_others(composer: Composer) -> None:
    composer.mend(Fix("Encode the part anew", lambda message, ids: message.edited(lambda r: with_text(r, "Hi", ids))))
    assert composer.undo_list.undo_label == "encode the part anew"
