"""The composer window as a whole: actions, menus, zones, layout, settings, notices, closing."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QAction, QDropEvent, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget
from pytestqt.qtbot import QtBot
from window_hands import boxes, type_text

from sescomposer.bootstrap import Services, make_services
from sescomposer.core.errors import StoreError
from sescomposer.core.message import Message, Road
from sescomposer.core.parse import parse
from sescomposer.gui.actions import ACTIONS, MENUS, in_menu
from sescomposer.gui.dialogs.command_palette import CommandPalette
from sescomposer.gui.dialogs.help_dialog import HelpDialog
from sescomposer.gui.dialogs.settings_dialog import SettingsDialog
from sescomposer.gui.main_window import MainWindow
from sescomposer.gui.panes.options_pane import OptionsPane
from sescomposer.gui.panes.raw_pane import RawPane
from sescomposer.gui.widgets.source_editor import SourceEditor
from sescomposer.services.settings import (
    ARRANGEMENT,
    EDITOR_FONT_SIZE,
    LOCAL_INBOX_NOTICE,
    RECENT_FILES,
    ROAD,
    VIEWS,
    WRAP_LINES,
    Arrangement,
)
from sescomposer.store.folders import Folders

MakeWindow = Callable[..., MainWindow]


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    made = make_services(Folders.below(tmp_path / "home"))
    yield made
    made.close()


# --- actions -------------------------------------------------------------------------------------------------------


def test_every_action_has_what_does_it(window: MainWindow) -> None:
    for info in ACTIONS:
        assert any(hasattr(doer, f"do_{info.name}") for doer in window.doers), info.name
        assert info.help.endswith("."), info.name


def test_access_keys_are_unique_within_a_menu() -> None:
    for menu in MENUS:
        keys = Counter(info.label.split("&")[1][0].lower() for info in in_menu(menu) if "&" in info.label)
        keys.update("r" if menu == "File" else "")  # of the recent files
        assert max(keys.values()) == 1, (menu, keys)
        assert all("&" in info.label for info in in_menu(menu)), menu
    assert len({title[0] for title in MENUS}) == len(MENUS)


def test_no_shortcut_is_given_twice(window: MainWindow) -> None:
    wide = (Qt.ShortcutContext.WindowShortcut, Qt.ShortcutContext.ApplicationShortcut)
    keys: Counter[str] = Counter()
    for action in window.findChildren(QAction):
        if action.shortcutContext() in wide:
            keys.update(key.toString() for key in action.shortcuts())
    for shortcut in window.findChildren(QShortcut):
        if shortcut.context() in wide:
            keys[shortcut.key().toString()] += 1
    assert [key for key, count in keys.items() if count > 1] == []


HARMLESS = [
    info.name
    for info in ACTIONS
    if info.name not in {"quit", "close", "send", "inbox", "history", "drafts", "palette", "settings", "help"}
]


@pytest.mark.qt_log_ignore("propagateSizeHints", r"does not support raise\(\)", "grabbing the keyboard")
@pytest.mark.parametrize("name", HARMLESS)
def test_an_action_triggers_without_error(
    name: str, window: MainWindow, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *arguments, **keywords: ([], ""))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *arguments, **keywords: ("", ""))
    monkeypatch.setattr("sescomposer.gui.dialogs.diff_dialog.DiffDialog.ask", lambda *arguments, **keywords: False)
    window.trigger(name)
    qtbot.waitUntil(lambda: window.runner.running == 0)
    for box in boxes(window):
        assert name == "about", box.text()
        box.close()


def test_palette_runs_the_action_that_is_found(window: MainWindow, qtbot: QtBot) -> None:
    palette = CommandPalette([window.action[info.name] for info in ACTIONS], window)
    palette.show()
    QTest.keyClicks(palette.words, "envel")
    QTest.keyClick(palette.words, Qt.Key.Key_Return)
    assert palette.chosen is window.action["view_envelope"]
    palette.deleteLater()


def test_palette_prefers_names_and_offers_no_action_that_cannot_be_done(window: MainWindow, qtbot: QtBot) -> None:
    palette = CommandPalette([window.action[info.name] for info in ACTIONS], window)
    assert window.action["undo"] not in palette.shown
    QTest.keyClicks(palette.words, "preview")
    assert palette.shown[0] is window.action["view_preview"]
    QTest.keyClicks(palette.words, " nothing of the kind")
    assert palette.shown == []
    QTest.keyClick(palette.words, Qt.Key.Key_Return)
    assert palette.chosen is None
    palette.deleteLater()


def test_choosing_in_the_palette_triggers(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CommandPalette, "choose", lambda actions, parent: window.action["view_envelope"])
    window.trigger("palette")
    assert window.views.shown_views() == ("envelope",)


def test_help_lists_every_action(window: MainWindow) -> None:
    window.trigger("help")
    (dialog,) = window.findChildren(HelpDialog)
    text = dialog.page.toPlainText()
    assert all(info.words in text for info in ACTIONS)
    dialog.close()


def test_undo_and_redo_say_what_they_do(window: MainWindow) -> None:
    assert not window.action["undo"].isEnabled()
    type_text(window, "Hi")
    assert window.action["undo"].text() == "&Undo typing"
    window.trigger("undo")
    assert (window.action["undo"].text(), window.action["redo"].text()) == ("&Undo", "&Redo typing")
    assert not window.isWindowModified()
    window.trigger("redo")
    assert window.isWindowModified()


# --- zones, views, layout ------------------------------------------------------------------------------------------


def zone_of(window: MainWindow) -> QWidget:
    focus = window.focusWidget()
    zones = (window.info, window.header_form, window.editors, window.strip, window.views, window.problems)
    return next(zone for zone in zones if zone.isAncestorOf(focus) or zone is focus)


def test_f6_goes_around_all_zones_and_back(window: MainWindow) -> None:
    window.header_form.main["Subject"].value.setFocus()
    visited = []
    for _ in range(6):
        visited.append(zone_of(window))
        window.trigger("next_zone")
    form, editors, strip = window.header_form, window.editors, window.strip
    assert visited == [form, editors, strip, window.views, window.problems, window.info]
    assert zone_of(window) is form
    window.trigger("previous_zone")
    assert zone_of(window) is window.info


def test_views_are_made_when_shown_and_split(window: MainWindow) -> None:
    window.trigger("view_envelope")
    assert window.views.shown_views() == ("envelope",)
    window.trigger("split")
    assert window.views.shown_views() == ("envelope", "source")
    assert window.action["split"].isChecked()
    window.trigger("arrange_inspect")
    assert window.views.shown_views() == ("source",)
    assert not window.action["split"].isChecked()


def test_layout_is_kept_for_the_next_window(make_window: MakeWindow, services: Services, qtbot: QtBot) -> None:
    first = make_window()
    first.resize(1100, 720)
    first.trigger("arrange_inspect")
    first.trigger("split")
    first.views.stacks[1].show_view("envelope")
    shares = first.halves.sizes()
    first.close()
    assert services.settings.get(ARRANGEMENT) is Arrangement.INSPECT
    assert services.settings.get(VIEWS) == ("source", "envelope")
    second = make_window()
    qtbot.waitUntil(lambda: second.views.shown_views() == ("source", "envelope"))
    assert abs(second.halves.sizes()[0] - shares[0]) < 20
    assert second.height() == first.height()


def test_window_is_usable_at_1024_by_700(window: MainWindow, qtbot: QtBot) -> None:
    window.resize(1024, 700)
    qtbot.waitUntil(lambda: window.width() == 1024)
    assert window.minimumSizeHint().width() <= 1024
    assert window.minimumSizeHint().height() <= 700
    assert min(window.halves.sizes()) >= 360


# --- settings ------------------------------------------------------------------------------------------------------


def test_settings_apply_at_once(window: MainWindow, services: Services) -> None:
    services.settings.set(EDITOR_FONT_SIZE, 17)
    assert {editor.font().pointSize() for editor in window.findChildren(SourceEditor)} == {17}
    assert {raw.view.page.font.pointSize() for raw in window.findChildren(RawPane)} == {17}
    services.settings.set(WRAP_LINES, False)
    modes = {editor.lineWrapMode() for editor in window.findChildren(SourceEditor)}
    assert modes == {SourceEditor.LineWrapMode.NoWrap}
    services.settings.set(ROAD, Road.SES_V1)
    assert window.composer.road is Road.SES_V1


def test_settings_form_shows_and_stores(window: MainWindow, services: Services, qtbot: QtBot) -> None:
    dialog = SettingsDialog(services.settings, window)
    dialog.widget(EDITOR_FONT_SIZE).setValue(14)  # type: ignore[attr-defined]
    dialog.widget(WRAP_LINES).setChecked(False)  # type: ignore[attr-defined]
    dialog._on_save()
    assert (services.settings.get(EDITOR_FONT_SIZE), services.settings.get(WRAP_LINES)) == (14, False)
    dialog.deleteLater()


def test_settings_that_cannot_be_written_are_told_in_the_form(
    window: MainWindow, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog = SettingsDialog(services.settings, window)
    dialog.widget(EDITOR_FONT_SIZE).setValue(14)  # type: ignore[attr-defined]
    monkeypatch.setattr(services.settings._store, "save", refuse)
    dialog._on_save()
    assert "disk is full" in dialog.trouble.text()
    assert dialog.result() == 0
    dialog.deleteLater()


def refuse(*arguments: object, **keywords: object) -> None:
    raise StoreError("The disk is full.", hint="Make room.")


# --- notices -------------------------------------------------------------------------------------------------------


def test_where_send_goes_is_told_until_dismissed(make_window: MakeWindow, services: Services) -> None:
    window = make_window()
    assert window.info.sentences == ("Send goes to the local inbox: nothing leaves this machine.",)
    window.info._dismiss(LOCAL_INBOX_NOTICE.key)
    assert not window.info.isVisible()
    assert make_window().info.sentences == ()
    services.settings.set(LOCAL_INBOX_NOTICE, True)
    assert window.info.isVisible()


def test_errors_are_shown_in_plain_text(window: MainWindow) -> None:
    window.show_error(StoreError("No <b>room</b>.", hint="Make some."))
    (box,) = boxes(window)
    assert (box.text(), box.informativeText()) == ("No <b>room</b>.", "Make some.")
    assert box.textFormat() is Qt.TextFormat.PlainText
    box.close()


def test_a_title_names_subject_file_and_state(make_window: MakeWindow) -> None:
    message = Message(parse(b"Subject: a[*]b\r\n\r\n"))
    window = make_window(message, path=Path("/tmp/x.eml"), saved=True)
    assert window.windowTitle() == "a[*][*]b — x.eml[*]"
    assert not window.isWindowModified()
    recovered = make_window(message, draft="d1", saved=False)
    assert recovered.isWindowModified()
    assert not recovered.is_untouched


# --- dropping ------------------------------------------------------------------------------------------------------


def test_dropped_messages_open_and_other_files_are_attached(
    window: MainWindow, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Path] = []
    monkeypatch.setattr(window.files, "open_path", opened.append)
    for name in ("a.eml", "b.EML", "c.txt"):
        (tmp_path / name).write_bytes(b"Subject: x\r\n\r\n")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / name)) for name in ("a.eml", "b.EML", "c.txt")])
    actions, buttons, keys = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    with qtbot.waitSignal(window.composer.message_changed):
        window.dropEvent(QDropEvent(QPointF(5, 5), actions, mime, buttons, keys))
    assert opened == [tmp_path / "a.eml", tmp_path / "b.EML"]
    assert any(part.file_name == "c.txt" for part in window.composer.root.walk())


def test_recent_files_are_offered(window: MainWindow, services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Path] = []
    monkeypatch.setattr(window.recent, "_opened", opened.append)
    window.recent.aboutToShow.emit()
    assert [action.isEnabled() for action in window.recent.actions()] == [False]
    services.settings.set(RECENT_FILES, ("/a/R&D.eml", "/b/c.eml"))
    window.recent.aboutToShow.emit()
    assert [action.text() for action in window.recent.actions()] == ["&1  R&&D.eml", "&2  c.eml"]
    window.recent.actions()[1].trigger()
    assert opened == [Path("/b/c.eml")]
    file_menu = window.menuBar().actions()[0].menu()
    assert isinstance(file_menu, QMenu)
    assert window.recent.menuAction() in file_menu.actions()


@pytest.mark.parametrize("leaving", ["send", "save", "close"])
def test_an_action_takes_what_is_being_typed(
    make_window: MakeWindow, leaving: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make_window()
    window.complete()
    pane = window.views.show_view("options")
    assert isinstance(pane, OptionsPane)
    window.activateWindow()
    pane.focus_on("tags")
    control = pane.lines["tags"].control
    QTest.keyClicks(control, "campaign=garden")
    assert window.composer.message.options.tags == ()
    seen: list[object] = []

    def look(*_: object) -> bool:
        seen.append(window.composer.message.options.tags)
        return False

    with monkeypatch.context() as patched:
        patched.setattr(type(window.sending), "do_send", look)
        patched.setattr(window.files, "do_save", look)
        patched.setattr(window.files, "may_close", look)
        if leaving == "close":
            window.close()
        else:
            window.action[leaving].trigger()
    assert seen == [(("campaign", "garden"),)]
