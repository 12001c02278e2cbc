"""The editors over a real composer: what is typed is in the tree at once, and what the tree says is shown."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMainWindow, QWidget
from pytestqt.qtbot import QtBot

from sescomposer.core.body_parts import body_parts
from sescomposer.core.html.document import HtmlDocument
from sescomposer.core.message import Message
from sescomposer.core.parse import parse
from sescomposer.core.structure import with_html, with_text
from sescomposer.gui.composer import Composer, Selection
from sescomposer.gui.dialogs.diff_dialog import DiffDialog
from sescomposer.gui.panes.body_editors import BodyEditors
from sescomposer.gui.panes.text_part_pane import TextPartPane

Open = Callable[[bytes], BodyEditors]
PIECES = ["a", "\n", "😀", "é", "\t", "\u00a0", "שלום", "𝒳\n", "<b>", "line\n", "e\u0301", "\u2028"]


@pytest.fixture
def window(qtbot: QtBot) -> QMainWindow:
    made = QMainWindow()
    made.statusBar()
    made.resize(700, 500)
    qtbot.addWidget(made)
    return made


@pytest.fixture
def editors(composer: Composer, window: QMainWindow, qtbot: QtBot) -> BodyEditors:
    made = BodyEditors(composer, window)
    window.setCentralWidget(made)
    window.show()
    qtbot.waitExposed(window)
    return made


@pytest.fixture
def open_octets(composer: Composer, editors: BodyEditors) -> Open:
    def start(octets: bytes) -> BodyEditors:
        composer.open_message(Message(parse(octets)))
        return editors

    return start


def content(pane: TextPartPane) -> str:
    return pane.editor.document().toRawText().replace("\u2029", "\n")


def text_of(composer: Composer, kind: str) -> str:
    part = getattr(body_parts(composer.root), kind)
    return "" if part is None else str(part.text_value)


def with_type(media_type: str, body: bytes, encoding: bytes = b"8bit") -> bytes:
    lines = (b"From: a@x.example", b"MIME-Version: 1.0", b"Content-Type: " + media_type.encode())
    return b"\r\n".join((*lines, b"Content-Transfer-Encoding: " + encoding, b"", body))


def test_typing_is_in_the_tree_at_once_and_undone_word_by_word(composer: Composer, editors: BodyEditors) -> None:
    before = text_of(composer, "html")
    editors.html.editor.move_caret(0)
    QTest.keyClicks(editors.html.editor, "ab cd")
    assert text_of(composer, "html") == "ab cd" + before
    assert composer.undo_list.undo_label == "edit HTML"
    composer.undo()
    assert content(editors.html) == text_of(composer, "html") == "ab" + before
    composer.undo()
    assert content(editors.html) == before
    composer.redo()
    assert content(editors.html) == "ab" + before


def test_typing_into_an_empty_message_makes_the_part(composer: Composer, editors: BodyEditors) -> None:
    composer.open_message(composer.services.documents.new())
    assert editors.tabs.currentWidget() is editors.text
    QTest.keyClicks(editors.text.editor, "Hi")
    QTest.keyClicks(editors.html.editor, "<p>")
    assert text_of(composer, "text") == "Hi"
    assert text_of(composer, "html") == "<p>"
    assert composer.root.media_type == "multipart/alternative"
    composer.undo()
    assert content(editors.html) == ""
    assert editors.html.key is None


def test_signed_part_says_why_it_is_read_only(open_octets: Open) -> None:
    body = (
        b"--b\r\nContent-Type: text/plain\r\n\r\nsigned\r\n--b\r\nContent-Type: application/pkcs7-signature\r\n\r\nAA=="
        b"\r\n--b--\r\n"
    )
    editors = open_octets(with_type("multipart/signed; boundary=b; micalg=sha-256", body))
    pane = editors.text
    assert pane.is_locked
    assert pane.editor.isReadOnly()
    assert "signature" in pane.notice.sentence
    assert content(pane) == "signed"


@pytest.mark.parametrize("charset", ["utf-8", "x-unknown"])
def test_undecodable_text_is_read_only_and_its_beginning_is_shown(open_octets: Open, charset: str) -> None:
    editors = open_octets(with_type(f"text/plain; charset={charset}", b"Gr\xfc\xdfe\r\n"))
    pane = editors.text
    assert pane.editor.isReadOnly()
    assert charset in pane.notice.sentence
    assert content(pane).startswith("Gr")
    QTest.keyClicks(pane.editor, "x")
    assert "x" not in content(pane)


def test_long_line_is_locked_until_the_user_insists(composer: Composer, open_octets: Open) -> None:
    html = "<tr>" + "<td>x</td>" * 5000 + "</tr>"
    editors = open_octets(with_type("text/html", html.encode()))
    pane = editors.html
    assert pane.is_locked
    assert "50,009" in pane.notice.sentence
    assert len(content(pane)) < 5_000
    assert pane.anyway_button.isVisible()
    pane.anyway_button.click()
    assert pane.notice.sentence == ""
    assert content(pane) == html
    pane.editor.move_caret(4)
    QTest.keyClicks(pane.editor, "y")
    assert text_of(composer, "html") == html[:4] + "y" + html[4:]
    assert not pane.is_locked


def test_long_lines_are_broken_between_tags(composer: Composer, open_octets: Open) -> None:
    editors = open_octets(with_type("text/html", b"<tr>" + b"<td>x</td>" * 5000 + b"</tr>"))
    editors.html.break_button.click()
    assert not editors.html.is_locked
    assert content(editors.html) == text_of(composer, "html")
    assert text_of(composer, "html").count("\n") >= 4999
    composer.undo()
    assert editors.html.is_locked


def test_charset_that_cannot_hold_a_character_is_changed_and_said(
    composer: Composer, open_octets: Open, window: QMainWindow
) -> None:
    editors = open_octets(with_type("text/plain; charset=iso-8859-1", b"Gr\xfc\xdfe\r\n"))
    editors.text.editor.insertPlainText("ö")
    assert window.statusBar().currentMessage() == ""
    editors.text.editor.insertPlainText("€")
    assert "is now UTF-8" in window.statusBar().currentMessage()
    assert composer.root.charset == "utf-8"
    assert text_of(composer, "text") == "ö€Grüße\n"


def test_change_by_another_pane_keeps_the_caret(composer: Composer, editors: BodyEditors) -> None:
    html = text_of(composer, "html")
    place = html.index("Garden party</h1>")
    editors.html.editor.move_caret(place)
    composer.edit_root(lambda root: with_html(root, "<!-- new -->\n" + html, composer.ids), "fix")
    assert editors.html.editor.textCursor().position() == place + len("<!-- new -->\n")
    assert content(editors.html) == text_of(composer, "html")


def test_caret_selects_its_octets_and_follows_a_selection(composer: Composer, editors: BodyEditors) -> None:
    editors.html.editor.setTextCursor(editors.html.editor.cursor_at(text_of(composer, "html").index("<h1>")))
    part = body_parts(composer.root).html
    assert part is not None
    selection = composer.selection
    assert selection.key == part.key
    octets = part.octets.read(selection.start, selection.stop)
    assert b"<h1>" in octets
    text = body_parts(composer.root).text
    assert text is not None
    head = len(text.header.octets) + len(text.separator)
    composer.select(Selection(text.key, head, head + 5, "tree"))
    assert editors.tabs.currentWidget() is editors.text


def test_drift_is_marked_in_words_and_mended(
    composer: Composer, editors: BodyEditors, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    composer.edit_root(lambda root: with_text(root, "Nothing of the kind <b>\n", composer.ids), "edit")
    qtbot.waitUntil(lambda: "differs" in editors.tabs.tabText(1))
    assert "It lacks" in editors.text.notice.sentence
    asked: list[str] = []

    def ask(parent: QWidget, title: str, before: str, after: str, label: str) -> bool:
        asked.append(after)
        return True

    monkeypatch.setattr(DiffDialog, "ask", ask)
    editors.tabs.setCurrentIndex(1)
    editors.text.make_button.click()
    qtbot.waitUntil(lambda: editors.tabs.tabText(1) == "Text")
    assert asked == [text_of(composer, "text")]
    assert not editors.text.notice.isVisible()


def test_missing_text_is_said(composer: Composer, open_octets: Open, qtbot: QtBot) -> None:
    editors = open_octets(with_type("text/html", b"<p>Hi</p>"))
    qtbot.waitUntil(lambda: "missing" in editors.tabs.tabText(1))
    assert "no text" in editors.text.notice.sentence


def test_dropped_image_becomes_a_cid_where_it_was_dropped_although_typing_goes_on(
    composer: Composer, editors: BodyEditors, qtbot: QtBot, tmp_path: Path
) -> None:
    composer.edit_root(lambda root: with_html(root, "<p>😀one</p><p>two</p>", composer.ids), "edit")
    png, other = tmp_path / "Löwe & Co.png", tmp_path / "list.csv"
    image = QImage(8, 8, QImage.Format.Format_RGB32)
    image.fill(0)
    assert image.save(str(png))
    other.write_bytes(b"a,b\r\n")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(png)), QUrl.fromLocalFile(str(other))])
    editors.html.editor.move_caret(len("<p>😀one</p>") + 1)
    editors.html.editor.insertFromMimeData(data)
    editors.html.editor.cursor_at(0).insertText("<hr>")
    qtbot.waitUntil(lambda: "cid:" in text_of(composer, "html"))
    html = text_of(composer, "html")
    found = re.fullmatch(r'<hr><p>😀one</p><img src="cid:([^"]+)" alt="Löwe &amp; Co"><p>two</p>', html)
    assert found is not None
    parts = body_parts(composer.root)
    assert found[1] in [part.content_id for part in parts.inline]
    assert "list.csv" in [part.file_name for part in parts.attachments]
    assert content(editors.html) == html
    composer.undo()
    assert "cid:" not in text_of(composer, "html")


def test_pasted_image_makes_html_where_there_is_none(composer: Composer, editors: BodyEditors, qtbot: QtBot) -> None:
    composer.open_message(composer.services.documents.new())
    image = QImage(8, 8, QImage.Format.Format_RGB32)
    image.fill(0)
    data = QMimeData()
    data.setImageData(image)
    editors.html.editor.insertFromMimeData(data)
    qtbot.waitUntil(lambda: "cid:" in text_of(composer, "html"))
    assert body_parts(composer.root).inline[0].media_type == "image/png"


def test_files_on_the_text_are_attached(composer: Composer, editors: BodyEditors, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n")
    count = len(body_parts(composer.root).attachments)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    editors.text.editor.insertFromMimeData(data)
    qtbot.waitUntil(lambda: len(body_parts(composer.root).attachments) == count + 1)


def test_colours_follow_edits_and_are_those_of_a_fresh_reading(
    composer: Composer, editors: BodyEditors, qtbot: QtBot
) -> None:
    document = editors.html.document()
    assert document is not None
    for keys in ("<b>", '"', "<!--", "-->", "<script>"):
        editors.html.editor.move_caret(40)
        QTest.keyClicks(editors.html.editor, keys)
        document = editors.html.document()
        assert document is not None
        assert list(document.tokens()) == list(HtmlDocument.of(text_of(composer, "html")).tokens())


def test_visible_lines_are_coloured_in_code_units(composer: Composer, editors: BodyEditors, qtbot: QtBot) -> None:
    composer.edit_root(lambda root: with_html(root, "<p>😀</p>\n" * 3, composer.ids), "edit")
    block = editors.html.editor.document().firstBlock()
    qtbot.waitUntil(lambda: len(block.layout().formats()) == 2)
    assert [(f.start, f.length) for f in block.layout().formats()] == [(0, 3), (5, 4)]


def test_large_html_is_coloured_by_a_worker(composer: Composer, editors: BodyEditors, qtbot: QtBot) -> None:
    composer.edit_root(lambda root: with_html(root, "<p>text</p>\n" * 20_000, composer.ids), "edit")
    assert editors.html.document() is None
    block = editors.html.editor.document().firstBlock()
    qtbot.waitUntil(lambda: len(block.layout().formats()) == 2)
    QTest.keyClicks(editors.html.editor, "<")
    qtbot.waitUntil(lambda: editors.html.document() is not None)


def test_closing_while_a_worker_reads_leaves_nothing(composer: Composer, editors: BodyEditors) -> None:
    composer.edit_root(lambda root: with_html(root, "<p>text</p>\n" * 20_000, composer.ids), "edit")


def act(composer: Composer, editors: BodyEditors, step: tuple[str, int, int, str, bool]) -> None:
    kind, place, count, piece, on_html = step
    pane = editors.html if on_html else editors.text
    length = max(1, pane.editor.document().characterCount())
    start = place % length
    match kind:
        case "type":
            pane.editor.cursor_at(start, start + count % 3).insertText(piece)
        case "delete":
            pane.editor.cursor_at(start, start + count).removeSelectedText()
        case "block":
            cursor = pane.editor.cursor_at(start)
            cursor.beginEditBlock()
            pane.editor.cursor_at(start * 7 % length).insertText(piece)
            cursor.insertText(piece)
            cursor.endEditBlock()
        case "key":
            pane.editor.move_caret(start)
            QTest.keyClick(pane.editor, Qt.Key.Key_Backspace)
        case "whole":
            change = with_html if on_html else with_text
            text = text_of(composer, "html" if on_html else "text")
            composer.edit_root(lambda root: change(root, text[: start % 9] + piece + text[5:], composer.ids), "fix")
        case "undo":
            composer.undo()
        case _:
            composer.redo()


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["type", "type", "delete", "block", "key", "whole", "undo", "undo", "redo"]),
        st.integers(0, 300),
        st.integers(0, 9),
        st.sampled_from(PIECES),
        st.booleans(),
    ),
    max_size=14,
)


def test_any_edits_undos_and_redos_keep_tree_and_editors_equal(composer: Composer, editors: BodyEditors) -> None:
    @settings(max_examples=50, deadline=None)
    @given(STEPS)
    def run(steps: list[tuple[str, int, int, str, bool]]) -> None:
        composer.open_message(composer.services.documents.new())
        for step in steps:
            act(composer, editors, step)
            assert content(editors.html) == text_of(composer, "html")
            assert content(editors.text) == text_of(composer, "text")

    run()
