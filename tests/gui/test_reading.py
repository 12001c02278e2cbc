"""Reading signed and encrypted messages in the window: layers in the tree, facts apart, green for everything alone."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from protected_mail import ENCRYPTED, MESSAGE, SIGNED, ProtectedMail
from PySide6.QtCore import QModelIndex, Qt
from pytestqt.qtbot import QtBot

from sescomposer.bootstrap import Services
from sescomposer.core.entity import Entity
from sescomposer.core.errors import StoreError
from sescomposer.core.header import make_field
from sescomposer.core.message import Message
from sescomposer.core.parse import parse
from sescomposer.gui.composer import Composer, Selection
from sescomposer.gui.keys import passphrase_prompt
from sescomposer.gui.layers.reader import ReadingState
from sescomposer.gui.layers.words import rows_of, verdict
from sescomposer.gui.panes.raw_pane import RawState
from sescomposer.gui.panes.tree_and_source import TreeAndSource
from sescomposer.gui.reading.decrypted_saving import decrypted_octets, write_decrypted
from sescomposer.gui.reading.fact_rows import WrappingLabel
from sescomposer.gui.reading.signature_panel import SignaturePanel
from sescomposer.gui.reading.signature_view import SignatureView
from sescomposer.gui.tasks import TaskRunner
from sescomposer.services.account import Secret

if TYPE_CHECKING:
    from authority import Authority

    from sescomposer.gui.keys.passphrase_dialog import PassphraseDialog

Open = Callable[[bytes], tuple[Composer, TreeAndSource]]


@pytest.fixture
def mail(authority: "Authority") -> ProtectedMail:
    return ProtectedMail(authority)


@pytest.fixture
def open_(services: Services, mail: ProtectedMail, qtbot: QtBot) -> Iterator[Open]:
    """Open a message in tree and source, with the root trusted, and wait until it was read."""
    services.roots.add(mail.authority.root)
    runner = TaskRunner()
    composers: list[Composer] = []

    def open_(octets: bytes) -> tuple[Composer, TreeAndSource]:
        composer = Composer(services, runner, Message(parse(octets)))
        composers.append(composer)
        view = TreeAndSource(composer)
        qtbot.addWidget(view)
        view.resize(900, 700)
        with qtbot.waitExposed(view):
            view.show()
        wait_read(qtbot, composer)
        return composer, view

    yield open_
    for composer in composers:
        composer.close()
        composer.deleteLater()
    qtbot.waitUntil(lambda: runner.running == 0)
    runner.close()


def wait_read(qtbot: QtBot, composer: Composer) -> None:
    qtbot.waitUntil(lambda: composer.reader.state is ReadingState.READ)


def import_key(services: Services, mail: ProtectedMail, *, kept: bool = True) -> None:
    services.keys.import_file(mail.authority.p12(mail.ben), Secret("secret"), keep_passphrase=kept)


def prompt(qtbot: QtBot) -> "PassphraseDialog":
    desk = passphrase_prompt._desk()
    qtbot.waitUntil(lambda: desk.dialog is not None)
    assert desk.dialog is not None
    return desk.dialog


def rows(view: TreeAndSource, parent: QModelIndex | None = None) -> list[object]:
    """Give the rows as nested lists of first and second column."""
    model, index = view.tree.model, parent or QModelIndex()
    found: list[object] = []
    for row in range(model.rowCount(index)):
        child = model.index(row, 0, index)
        found.append(f"{child.data()} | {child.siblingAtColumn(1).data()}")
        below = rows(view, child)
        if below:
            found.append(below)
    return found


def row_named(view: TreeAndSource, words: str) -> QModelIndex:
    flags = Qt.MatchFlag.MatchRecursive | Qt.MatchFlag.MatchContains
    model = view.tree.model
    return model.match(model.index(0, 0), Qt.ItemDataRole.DisplayRole, words, 1, flags)[0]


def kind(composer: Composer) -> str:
    assert composer.reader.opened is not None
    return verdict(composer.reader.opened).kind


def state(composer: Composer) -> ReadingState:
    return composer.reader.state


def differing(composer: Composer) -> tuple[str, ...]:
    assert composer.reader.opened is not None
    return composer.reader.opened.reading.outer_differs


# --- what all of it comes to -----------------------------------------------------------------------------------------


def test_nothing_of_reading_is_imported_for_an_ordinary_message(home: Path) -> None:
    script = (
        "import sys\n"
        "from PySide6.QtWidgets import QApplication\n"
        "from PySide6.QtTest import QTest\n"
        "from sescomposer.bootstrap import make_services\n"
        "from sescomposer.gui.composer import Composer\n"
        "from sescomposer.gui.panes.tree_and_source import TreeAndSource\n"
        "from sescomposer.gui.tasks import TaskRunner\n"
        "from sescomposer.services.sample import sample_message\n"
        "application, services, runner = QApplication([]), make_services(), TaskRunner()\n"
        "composer = Composer(services, runner, sample_message(services.ids))\n"
        "view = TreeAndSource(composer)\n"
        "view.show()\n"
        "QTest.qWait(300)\n"
        "composer.close(); runner.close(); services.close()\n"
        "early = [n for n in sys.modules if n in ('cryptography', 'asn1crypto', 'pysequoia')\n"
        "         or n in ('sescomposer.core.protection.reading', 'sescomposer.gui.layers.opened')]\n"
        "assert not early, early\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr


def test_an_ordinary_message_has_no_strip(open_: Open, services: Services, qtbot: QtBot) -> None:
    composer = Composer(services, TaskRunner(), Message(parse(MESSAGE)))
    composer.reader.read()
    assert state(composer) is ReadingState.NOTHING
    assert composer.reader.opened is None
    composer.close()


def test_a_signed_message_is_verified_but_its_header_is_not(open_: Open, mail: ProtectedMail) -> None:
    composer, view = open_(mail.ours())
    assert kind(composer) == "note"
    assert "Not signed: From, To and Subject" in view.strip.sentence
    assert view.tree.model.index(0, 0).siblingAtColumn(1).data().startswith("verified")
    assert composer.reader.opened is not None
    assert {mark.role for mark in rows_of(composer.reader.opened).marks.values()} == {"mark"}, "no green"


def test_green_stands_for_everything(open_: Open, mail: ProtectedMail) -> None:
    composer, view = open_(mail.ours(replace(SIGNED, header_protection=True)))
    assert kind(composer) == "ok"
    assert "everything of it is verified" in view.strip.sentence
    assert composer.reader.opened is not None
    assert {mark.role for mark in rows_of(composer.reader.opened).marks.values()} == {"ok"}


@pytest.mark.parametrize(
    "made, kind_of_it, words, mark",
    [
        ("tampered", "error", "changed since", "signature does not hold"),
        ("expired", "error", "expired on", "not trusted"),
        ("with_footer", "warning", "a part stands outside", "verified"),
        ("with_false_subject", "warning", "Subject outside says something else", "verified"),
        ("for_somebody_else", "warning", "Import the key", "not opened"),
    ],
)
def test_what_is_less_is_told_and_never_green(
    made: str, kind_of_it: str, words: str, mark: str, open_: Open, mail: ProtectedMail
) -> None:
    octets: bytes = getattr(mail, made)()
    composer, view = open_(octets)
    assert kind(composer) == kind_of_it
    assert words in view.strip.sentence
    assert composer.reader.opened is not None
    marks = rows_of(composer.reader.opened).marks.values()
    assert mark in [each.words for each in marks] or any(mark in each.words for each in marks)
    assert "ok" not in {each.role for each in marks}
    panel = SignaturePanel(composer.reader.opened, view)
    assert panel.headline.kind == kind_of_it


def test_a_signature_of_a_root_that_nobody_trusts(services: Services, open_: Open, mail: ProtectedMail) -> None:
    services.roots.remove(mail.authority.root.fingerprint)
    composer, view = open_(mail.ours())
    assert kind(composer) == "error"
    assert view.strip.sentence.startswith("Not verified:")
    assert composer.reader.opened is not None
    panel = SignaturePanel(composer.reader.opened, view)
    assert [(name, told) for name, told, _ in panel.facts[0].rows] == [
        ("Unchanged", "Good"),
        ("Signed by", "Good"),
        ("Trusted", "Bad"),
        ("Sender's address", "Good"),
        ("Time", "Good"),
    ]
    assert told_of_people(composer).endswith("you can encrypt to them once it is trusted.")


@pytest.mark.parametrize("opaque", [False, True])
def test_what_openssl_signs_is_read(opaque: bool, open_: Open, mail: ProtectedMail) -> None:
    composer, view = open_(mail.by_openssl(opaque=opaque))
    opened = composer.reader.opened
    assert opened is not None
    assert opened.reading.is_good, opened.reading.signatures
    if opaque:
        assert rows(view)[1] == ["signed content  text/plain | us-ascii, 7bit, read-only"]
        assert opened.readable is not None
        assert opened.readable.text().strip() == "Hello from OpenSSL."
        assert opened.readable.subject == "x"


def test_the_part_outside_is_marked_in_words_and_by_a_sign(open_: Open, mail: ProtectedMail) -> None:
    composer, view = open_(mail.with_footer())
    key = composer.root.children[1].key
    index = view.tree.model.index_of(key).siblingAtColumn(1)
    assert index.data().startswith("not signed")
    assert not index.data(Qt.ItemDataRole.DecorationRole).isNull()
    spoken = index.siblingAtColumn(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert "not signed" in spoken
    assert "Not signed" in index.data(Qt.ItemDataRole.ToolTipRole)


def test_what_differs_is_shown_side_by_side(open_: Open, mail: ProtectedMail) -> None:
    composer, _ = open_(mail.with_false_subject())
    assert composer.reader.opened is not None
    (difference,) = composer.reader.opened.differences
    assert (difference.name, difference.outside, difference.inside) == ("Subject", "Pay now", "Top secret")


# --- layers ----------------------------------------------------------------------------------------------------------


def test_every_layer_of_triple_wrapped_mail_is_in_the_tree(
    services: Services, open_: Open, mail: ProtectedMail
) -> None:
    import_key(services, mail)
    composer, view = open_(mail.triple())
    assert kind(composer) == "ok"
    assert rows(view) == [
        "+  multipart/signed | verified \N{MIDDLE DOT} signed, read-only",
        [
            "1  application/pkcs7-mime | opened \N{MIDDLE DOT} smime.p7m, base64, attachment, read-only".replace(
                "smime.p7m", "\u2068smime.p7m\u2069"
            ),
            [
                "decrypted  multipart/signed | verified \N{MIDDLE DOT} read-only",
                [
                    "1  multipart/mixed | read-only",
                    [
                        "1.1  text/plain | us-ascii, 7bit, read-only",
                        "1.2  application/octet-stream | \u2068a.bin\u2069, base64, attachment, read-only",
                    ],
                    "2  application/pkcs7-signature | \u2068smime.p7s\u2069, base64, attachment, read-only",
                ],
            ],
            "2  application/pkcs7-signature | \u2068smime.p7s\u2069, base64, attachment, read-only",
        ],
    ]


def test_a_part_inside_shows_octets_of_its_own(services: Services, open_: Open, mail: ProtectedMail) -> None:
    import_key(services, mail)
    composer, view = open_(mail.ours(ENCRYPTED))
    view.tree.view.setCurrentIndex(row_named(view, "octet-stream"))
    raw, bar = view.source.raw.view, view.source.space_bar
    opened = composer.reader.opened
    assert opened is not None
    (space,) = opened.spaces
    assert raw.octets is space.inside.octets
    assert "Decrypted content of layer 1 (the whole message)" in bar.sentence
    assert bytes(raw.octets)[raw.caret :].startswith(b"Content-Type: application/octet-stream")
    (tint,) = [tint for tint in raw.tints if tint.role == "selection"]
    assert tint.start == raw.caret
    raw.move_caret(raw.octets.find(b"Hello."))
    assert composer.selection.origin == "source"
    assert view.tree.current.media_type == "text/plain"
    bar.back_button.click()
    assert raw.octets is composer.octets()
    assert not bar.sentence
    assert view.tree.current is composer.root


def test_as_sealed_leaves_what_is_inside(services: Services, open_: Open, mail: ProtectedMail) -> None:
    import_key(services, mail)
    composer, view = open_(mail.ours(ENCRYPTED))
    view.tree.view.setCurrentIndex(row_named(view, "decrypted"))
    assert view.source.space_bar.sentence
    view.source.show_state(RawState.SEALED)
    assert not view.source.space_bar.sentence
    assert composer.selection.key == composer.root.key


def test_nothing_inside_can_be_changed_but_it_can_be_saved(
    services: Services, open_: Open, mail: ProtectedMail
) -> None:
    import_key(services, mail)
    composer, view = open_(mail.ours(ENCRYPTED))
    view.tree.view.setCurrentIndex(row_named(view, "octet-stream"))
    actions = view.tree.actions_of_part.by_name
    enabled = {name for name, action in actions.items() if action.isEnabled()}
    assert enabled == {"save"}
    assert not any(action.isEnabled() for action in view.tree.actions_of_part.wraps)
    part = composer.find(view.tree.current.key)
    assert part is not None
    assert bytes(part.content) == b"\0\1\2"


def test_a_closed_layer_asks_only_when_the_user_wants(
    services: Services, open_: Open, mail: ProtectedMail, qtbot: QtBot
) -> None:
    import_key(services, mail, kept=False)
    composer, view = open_(mail.ours(ENCRYPTED))
    assert passphrase_prompt._desk().dialog is None
    assert view.strip.sentence == "Encrypted to your key Ben, which asks for its passphrase."
    view.strip.decrypt_button.click()
    prompt(qtbot).reject()
    wait_read(qtbot, composer)
    assert view.strip.decrypt_button.isVisibleTo(view.strip)
    view.strip.decrypt_button.click()
    dialog = prompt(qtbot)
    dialog.line.setText("wrong")
    dialog.accept()
    qtbot.waitUntil(lambda: passphrase_prompt._desk().dialog not in (None, dialog))
    again = prompt(qtbot)
    assert again.note.sentence
    again.line.setText("secret")
    again.accept()
    qtbot.waitUntil(lambda: kind(composer) == "ok")
    assert not view.strip.decrypt_button.isVisibleTo(view.strip)


def test_the_answer_for_an_older_message_is_dropped(open_: Open, mail: ProtectedMail, qtbot: QtBot) -> None:
    composer, view = open_(mail.ours())
    composer.open_message(Message(parse(mail.tampered())))
    assert state(composer) is ReadingState.READING
    assert composer.reader.rows.marks == {}
    composer.open_message(Message(parse(MESSAGE)))
    assert state(composer) is ReadingState.NOTHING
    qtbot.waitUntil(lambda: composer.runner.running == 0)
    assert state(composer) is ReadingState.NOTHING
    assert not view.strip.sentence


def test_an_edit_is_checked_anew_and_keys_inside_stay(
    services: Services, open_: Open, mail: ProtectedMail, qtbot: QtBot
) -> None:
    import_key(services, mail)
    composer, view = open_(mail.ours(ENCRYPTED))
    inside = row_named(view, "octet-stream")
    view.tree.view.setCurrentIndex(inside)
    key = view.tree.current.key
    undo = edited_header(composer)
    assert state(composer) is ReadingState.READING
    assert view.tree.current.key == key, "what it holds stays in the tree meanwhile"
    wait_read(qtbot, composer)
    assert view.tree.current.key == key
    assert differing(composer) == ("To",)
    undo()
    wait_read(qtbot, composer)
    assert differing(composer) == ()


def edited_header(composer: Composer) -> Callable[[], None]:
    """Change To of the message; gives what takes that back."""

    def edit(root: Entity) -> Entity:
        return replace(root, header=root.header.with_field("To", make_field("To", "mallory@example.org")))

    assert composer.edit_root(edit, "change To")
    return composer.undo


def test_reading_can_be_stopped_and_begun_again(open_: Open, mail: ProtectedMail, qtbot: QtBot) -> None:
    composer, view = open_(mail.ours())
    composer.reader.read()
    composer.reader.stop()
    assert state(composer) is ReadingState.STOPPED
    assert "stopped" in view.strip.sentence
    assert composer.reader.rows.marks == {}
    view.strip.again_button.click()
    wait_read(qtbot, composer)


def test_what_cannot_be_read_is_told(
    services: Services, open_: Open, mail: ProtectedMail, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    composer, view = open_(mail.ours())

    def fails(*arguments: object) -> None:
        raise StoreError("The keys cannot be read.", hint="Look at the folder.")

    monkeypatch.setattr(type(services.protecting), "read", fails)
    composer.reader.read()
    qtbot.waitUntil(lambda: composer.reader.state is ReadingState.FAILED)
    assert view.strip.sentence == "Not checked. The keys cannot be read. Look at the folder."


# --- people, saving --------------------------------------------------------------------------------------------------


def test_certificates_of_signers_are_kept(services: Services, open_: Open, mail: ProtectedMail) -> None:
    composer, _ = open_(mail.ours())
    (found,) = services.people.all()
    assert (found.address, found.fingerprint) == ("ann@example.org", mail.ann.certificate.fingerprint)
    assert composer.reader.opened is not None
    assert composer.reader.opened.harvested == ("ann@example.org",)
    assert told_of_people(composer) == "The certificate of ann@example.org is kept now: you can encrypt to them."
    again, _ = open_(mail.ours())
    assert again.reader.opened is not None
    assert again.reader.opened.harvested == ()
    assert told_of_people(again) == f"The certificate of ann@example.org is known since {found.first_seen:%Y-%m-%d}."


def told_of_people(composer: Composer) -> str:
    """Give the sentences below the title "People" of the view, with spaces between."""
    assert composer.reader.opened is not None
    panel = SignaturePanel(composer.reader.opened)
    said = [label.accessibleName() for label in panel.findChildren(WrappingLabel)]
    panel.deleteLater()
    return " ".join(said[said.index("People") + 1 :]) if "People" in said else ""


def test_a_broken_signature_gives_nobody(services: Services, open_: Open, mail: ProtectedMail) -> None:
    composer, _ = open_(mail.tampered())
    assert told_of_people(composer) == ""
    assert services.people.all() == ()


def test_what_was_decrypted_is_saved_with_its_signature(
    services: Services, open_: Open, mail: ProtectedMail, tmp_path: Path, qtbot: QtBot
) -> None:
    import_key(services, mail)
    composer, view = open_(mail.ours(ENCRYPTED))
    assert composer.reader.opened is not None
    path = tmp_path / "open.eml"
    write_decrypted(services, composer.runner, composer.reader.opened, path, view)
    qtbot.waitUntil(path.exists)
    qtbot.waitUntil(lambda: composer.runner.running == 0)
    octets = path.read_bytes()
    assert octets == bytes(decrypted_octets(composer.reader.opened) or b"")
    assert b"Subject: Top secret" in octets
    saved, _ = open_(octets)
    assert saved.reader.opened is not None
    assert saved.reader.opened.reading.is_good
    assert not saved.reader.opened.reading.is_encrypted


def test_the_view_shows_layers_and_goes_to_parts(
    services: Services, open_: Open, mail: ProtectedMail, qtbot: QtBot
) -> None:
    import_key(services, mail)
    composer, _ = open_(mail.triple())
    view = SignatureView(composer)
    qtbot.addWidget(view)
    view.show()
    panel = view.pane.area.widget()
    assert isinstance(panel, SignaturePanel)
    assert panel.headline.kind == "ok"
    assert len(panel.facts) == 2
    assert view.pane.save_button.isVisible()
    assert view.pane.lift_button.isVisible()
    wanted: list[str] = []
    composer.view_wanted.connect(wanted.append)
    inside = composer.reader.opened.reading.layers[1].inside if composer.reader.opened else None
    assert inside is not None
    panel.part_wanted.emit(inside.key)
    assert wanted == ["source"]
    assert composer.selection == Selection(inside.key)
    composer.open_message(Message(parse(MESSAGE)))
    assert view.pane.empty.title.text() == "Nothing is signed or encrypted"
    assert not view.pane.area.isVisible()
