"""The preview pane by itself, with the simple view: what it shows, when, and what it says."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QUrl
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from sescomposer.core.html.preview_document import PreviewDocument, PreviewPart
from sescomposer.gui.panes.preview_pane import DESKTOP_WIDTH, PAUSE_MS, PHONE_WIDTH, PreviewPane
from sescomposer.gui.preview import availability
from sescomposer.gui.preview.text_preview import LARGEST_PAGE, TextPreview
from sescomposer.gui.tasks import TaskRunner

Show = Callable[..., TextPreview]


def picture(colour: str) -> bytes:
    image = QImage(40, 40, QImage.Format.Format_RGB32)
    image.fill(QColor(colour))
    octets = QByteArray()
    buffer = QBuffer(octets)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # the stubs want octets, PySide a str
    return bytes(octets.data())


@pytest.fixture
def pane(qtbot: QtBot) -> Iterator[PreviewPane]:
    runner = TaskRunner()
    pane = PreviewPane(runner, why_simple=lambda: "the test wants it")
    qtbot.addWidget(pane)
    pane.resize(800, 600)
    pane.show()
    yield pane
    qtbot.waitUntil(lambda: runner.running == 0)
    runner.close()


@pytest.fixture
def show(pane: PreviewPane, qtbot: QtBot) -> Show:
    def show(html: str, **about: object) -> TextPreview:
        with qtbot.waitSignal(pane.shown):
            pane.show_document(PreviewDocument.of_html(html, **about))  # type: ignore[arg-type]
        assert isinstance(pane.view, TextPreview)
        return pane.view

    return show


def line(pane: PreviewPane, name: str) -> str:
    label = pane.findChild(QLabel, name)
    assert isinstance(label, QLabel)
    return label.text() if label.isVisible() else ""


def test_empty_message_says_what_to_do(pane: PreviewPane, qtbot: QtBot) -> None:
    with qtbot.waitSignal(pane.shown):
        pane.show_document(PreviewDocument.of_html("  "))
    assert pane.view is None
    assert any("write HTML or text" in label.text() for label in pane.findChildren(QLabel) if label.isVisible())


def test_web_engine_is_not_imported_for_the_simple_view(show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    # Collecting doctests may have imported it before.
    monkeypatch.delitem(sys.modules, "PySide6.QtWebEngineCore", raising=False)
    show("<p>x")
    assert "PySide6.QtWebEngineCore" not in sys.modules


def test_simple_view_says_why(pane: PreviewPane, show: Show) -> None:
    show("<p>x")
    assert line(pane, "preview_note").endswith("layout and styles of the web: the test wants it.")


def test_changes_are_shown_after_the_pause_and_only_the_newest(pane: PreviewPane, qtbot: QtBot) -> None:
    shown: list[int] = []
    pane.shown.connect(shown.append)
    for revision in range(1, 6):
        pane.show_document(PreviewDocument.of_html(f"<p>{revision}", revision=revision))
    assert pane._pause.interval() == PAUSE_MS
    qtbot.waitUntil(lambda: 5 in shown)
    assert shown == [5]
    assert isinstance(pane.view, TextPreview)
    assert pane.view.toPlainText() == "5"


def test_hidden_pane_renders_when_it_is_shown_again(pane: PreviewPane, show: Show, qtbot: QtBot) -> None:
    view = show("<p>one")
    pane.hide()
    pane.show_document(PreviewDocument.of_html("<p>two", revision=2))
    assert not pane._pause.isActive()
    with qtbot.waitSignal(pane.shown):
        pane.show()
    assert view.toPlainText() == "two"


def test_parts_of_the_message_are_shown(show: Show) -> None:
    red = PreviewPart("image/png", lambda: picture("#ff0000"))
    view = show("<p style='margin:0'><img src='cid:a'>", parts={"a": red})
    colours = {view.viewport().grab().toImage().pixelColor(x, 20).name() for x in range(60)}
    assert "#ff0000" in colours


def test_colour_behind_paragraphs_has_no_stripes(show: Show) -> None:
    card = "<p>a</p><table><tr><td>b</td></tr></table><p style='margin-left:9px'>c</p>"
    view = show(f"<body style='background:#ffffff'><div style='background:#204060'>{card}</div><p>d</p>")
    column = view.viewport().grab().toImage()
    colours = [column.pixelColor(300, y).name() for y in range(column.height())]
    first, last = colours.index("#204060"), len(colours) - colours[::-1].index("#204060")
    assert set(colours[first:last]) == {"#204060"}
    assert last - first > 60
    assert [line.strip() for line in view.toPlainText().splitlines() if line.strip()] == ["a", "b", "c", "d"]


@pytest.mark.parametrize("dark", [False, True])
def test_links_can_be_read_on_their_paper(pane: PreviewPane, show: Show, qtbot: QtBot, dark: bool) -> None:
    view = show("<a href='https://example.org/'>there</a>")
    if dark:
        with qtbot.waitSignal(pane.shown):
            pane.set_dark(True)
    anchor = view.document().begin().begin().fragment().charFormat()
    assert anchor.isAnchor()
    assert (anchor.foreground().color().lightness() > 128) is dark


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "/etc/passwd", "qrc:/x.png", "http://127.0.0.1/", "sesmail://message/9/0"]
)
def test_simple_view_gives_nothing_else(show: Show, url: str) -> None:
    view = show("<p>x")
    image = view.document().resource(2, QUrl(url))
    assert isinstance(image, QImage)
    assert (image.width(), image.height()) == (16, 16)
    assert view.document().resource(3, QUrl(url)) == ""
    view.setSource(QUrl(url))
    assert view.toPlainText() == "x"


def test_data_images_are_shown(show: Show) -> None:
    view = show("<p>x")
    image = view.document().resource(2, QUrl("data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAACAkQBADs="))
    assert isinstance(image, QImage)
    assert image.width() == 1
    broken = view.document().resource(2, QUrl("data:image/gif;base64,R0l"))
    assert isinstance(broken, QImage)
    assert broken.width() == 16


def test_scroll_is_kept_for_the_same_message_only(show: Show) -> None:
    long = "".join(f"<p>{number}" for number in range(200))
    view = show(long, revision=1, message=1)
    view.verticalScrollBar().setValue(500)
    show(long + "<p>more", revision=2, message=1)
    assert view.verticalScrollBar().value() == 500
    show(long, revision=3, message=2)
    assert view.verticalScrollBar().value() == 0


def test_link_shows_its_address_and_opens_nothing(pane: PreviewPane, show: Show, qtbot: QtBot) -> None:
    view = show("<p><a href='https://a.example/x'>link</a>")
    with qtbot.waitSignal(pane.link_activated) as clicked:
        view.anchorClicked.emit(QUrl("https://a.example/x"))
    assert clicked.args == ["https://a.example/x"]
    assert line(pane, "preview_link") == "The link leads to https://a.example/x"
    assert view.toPlainText() == "link"


def test_hosts_are_named_and_unlocked_for_one_message(pane: PreviewPane, show: Show, qtbot: QtBot) -> None:
    html = "<img src='http://127.0.0.1:9/a'><img src='https://b.invalid/x'>"
    show(html, message=1)
    assert pane.images_bar.isVisible()
    assert "127.0.0.1, b.invalid" in pane.images_bar.button.accessibleName()
    unlocked: list[object] = []
    pane.images_unlocked.connect(unlocked.append)
    pane.images_bar.show_hosts(("127.0.0.1",))
    with qtbot.waitSignal(pane.shown):
        pane.images_bar.button.click()
    assert unlocked == [frozenset(("127.0.0.1",))]
    assert "127.0.0.1" not in pane.images_bar.button.accessibleName()
    show(html, message=2)
    assert "127.0.0.1, b.invalid" in pane.images_bar.button.accessibleName()


def test_width_is_that_of_a_phone_or_desktop(pane: PreviewPane, show: Show) -> None:
    view = show("<p>x")
    for width in (PHONE_WIDTH, DESKTOP_WIDTH):
        pane.set_width(width)
        assert view.width() == width
    pane.set_width(0)
    assert view.width() > DESKTOP_WIDTH
    pane.resize(300, 600)
    pane.set_width(PHONE_WIDTH)
    assert view.width() <= 300


def test_reader_s_choices_are_told(pane: PreviewPane, show: Show, qtbot: QtBot) -> None:
    show("<p>x")
    actions = {action.text().replace("&", ""): action for action in pane.actions()}
    with qtbot.waitSignal(pane.width_changed) as width:
        actions["Phone"].trigger()
    assert width.args == [PHONE_WIDTH]
    with qtbot.waitSignals([pane.dark_changed, pane.shown]):
        actions["Dark"].trigger()
    assert isinstance(pane.view, TextPreview)
    assert pane.view.viewport().grab().toImage().pixelColor(5, 200).lightness() < 80


def test_zoom_goes_in_steps(pane: PreviewPane, show: Show) -> None:
    view = show("<p>x")
    size = view.document().defaultFont().pointSizeF()
    actions = {action.text().replace("&", ""): action for action in pane.actions()}
    actions["Zoom in"].trigger()
    assert view.document().defaultFont().pointSizeF() > size
    actions["Zoom out"].trigger()
    actions["Zoom out"].trigger()
    assert actions["100 %"].text() == "90 %"
    actions["100 %"].trigger()
    assert view.document().defaultFont().pointSizeF() == size


def test_large_page_says_how_much_is_shown(pane: PreviewPane, show: Show) -> None:
    show("<p>word</p>\n" * 20_000)
    assert f"first {LARGEST_PAGE:,} of 240,000 characters" in line(pane, "preview_note")
    show("<p>x", revision=2)
    assert "characters" not in line(pane, "preview_note")


def test_controls_have_names(pane: PreviewPane) -> None:
    for action in pane.actions():
        assert action.text()
        assert action.toolTip()
    assert pane.accessibleName()
    assert pane.images_bar.accessibleName()


def test_why_there_is_no_web_engine_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QTWEBENGINE_DISABLE_SANDBOX", raising=False)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert availability._why_no_sandbox() == "the program runs as root"


def test_a_probe_that_hangs_is_a_reason_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(command: object, **keywords: object) -> None:
        raise subprocess.TimeoutExpired("unshare", 3)

    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(availability, "_APPARMOR", Path("/nowhere"))
    monkeypatch.setattr(shutil, "which", lambda name: "/usr/bin/unshare")
    monkeypatch.setattr(subprocess, "run", hang)
    assert "did not say" in availability._why_no_sandbox()
