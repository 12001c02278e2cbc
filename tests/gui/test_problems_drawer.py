"""The drawer of problems: ranked, filtered, one click to the place, a fix shown before it is made."""

from collections.abc import Sequence

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QPalette
from PySide6.QtTest import QAbstractItemModelTester, QTest
from pytestqt.qtbot import QtBot

from sescomposer.core.errors import EditError
from sescomposer.core.findings import Finding, Fix, Severity, Where
from sescomposer.core.identifiers import Identifiers
from sescomposer.core.message import Message, Road
from sescomposer.core.octets import Octets
from sescomposer.core.structure import Attachment, attach
from sescomposer.gui.composer import Composer, Selection
from sescomposer.gui.dialogs.diff_dialog import DiffDialog
from sescomposer.gui.models.findings_model import FIX, MOST, PART, PROBLEM
from sescomposer.gui.panes.problems_drawer import ProblemsDrawer
from sescomposer.gui.theme import contrast


@pytest.fixture
def drawer(composer: Composer, qtbot: QtBot) -> ProblemsDrawer:
    drawer = ProblemsDrawer(composer)
    qtbot.addWidget(drawer)
    drawer.resize(800, 300)
    with qtbot.waitExposed(drawer):
        drawer.show()
    return drawer


def tell(composer: Composer, findings: Sequence[Finding]) -> None:
    composer.findings = tuple(findings)
    composer.findings_changed.emit(composer.findings)


def attach_x(message: Message, ids: Identifiers) -> Message:
    return message.edited(lambda root: attach(root, Attachment(Octets.of(b"x"), "x.bin"), ids))


def some(composer: Composer) -> tuple[Finding, ...]:
    html = next(entity for entity in composer.root.walk() if entity.media_type == "text/html")
    return (
        Finding(
            "one", Severity.ERROR, "The first.", Where(html.key, start=3, stop=9), "RFC 5322", Fix("Mend", attach_x)
        ),
        Finding("two", Severity.WARNING, "The second.", Where(composer.root.key, "Subject"), "", answer="No."),
        Finding("three", Severity.NOTE, "<b>The third.</b>", Where(), ""),
    )


def rows(drawer: ProblemsDrawer) -> list[str]:
    return [drawer.model.index(row, PROBLEM).data() for row in range(drawer.model.rowCount())]


def test_closed_is_one_line(drawer: ProblemsDrawer, composer: Composer) -> None:
    assert drawer.handle.text() == "Problems"
    composer.is_checked = True
    tell(composer, ())
    assert drawer.handle.text() == "No problems"
    assert not drawer.list.isVisible()
    assert drawer.maximumHeight() <= 48
    tell(composer, some(composer))
    assert drawer.handle.text() == "Problems 3"
    assert [button.text() for button in drawer.filters.values()] == ["1", "1", "1"]


def test_opening_chooses_and_says_the_first(drawer: ProblemsDrawer, composer: Composer) -> None:
    tell(composer, some(composer))
    drawer.open_drawer()
    assert drawer.list.isVisible()
    assert drawer.current is composer.findings[0]
    assert drawer.details.isVisible()
    assert drawer.details.sentence.text() == "The first. (RFC 5322)"
    assert drawer.details.button.text() == "Mend..."
    drawer.close_drawer()
    assert not drawer.details.isVisible()


def test_rows_are_correct_by_the_tester_of_qt(drawer: ProblemsDrawer, composer: Composer) -> None:
    tester = QAbstractItemModelTester(drawer.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    tell(composer, some(composer))
    drawer.filters[Severity.WARNING].setChecked(False)
    tell(composer, some(composer)[1:])
    tell(composer, ())
    assert tester.model() is drawer.model


def test_filter_by_severity(drawer: ProblemsDrawer, composer: Composer) -> None:
    tell(composer, some(composer))
    drawer.open_drawer()
    drawer.filters[Severity.ERROR].setChecked(False)
    assert rows(drawer) == ["The second.", "<b>The third.</b>"]
    drawer.filters[Severity.ERROR].setChecked(True)
    assert len(rows(drawer)) == 3


def test_a_click_selects_the_place(drawer: ProblemsDrawer, composer: Composer, qtbot: QtBot) -> None:
    found = some(composer)
    tell(composer, found)
    drawer.open_drawer()
    rect = drawer.list.visualRect(drawer.model.index(0, PROBLEM))
    QTest.mouseClick(drawer.list.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    assert composer.selection == Selection(found[0].where.key or composer.root.key, 3, 9, "problems")
    with qtbot.waitSignal(composer.selection_changed):
        drawer.go_to(found[0])
    drawer.go_to(found[1])
    octets = composer.root.octets.read(composer.selection.start, composer.selection.stop)
    assert octets.startswith(b"Subject:")
    drawer.go_to(found[2])
    assert composer.selection == Selection(composer.root.key, origin="problems")


def test_next_goes_round(drawer: ProblemsDrawer, composer: Composer) -> None:
    tell(composer, some(composer))
    for row in (0, 1, 2, 0):
        drawer.go_to_next()
        assert drawer.list.currentIndex().row() == row


def test_a_fix_is_shown_then_made_as_shown(
    drawer: ProblemsDrawer, composer: Composer, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[Message] = []

    def ask(parent: object, label: str, before: Message, after: Message) -> bool:
        shown.append(after)
        return len(shown) > 1

    monkeypatch.setattr(DiffDialog, "ask_messages", ask)
    before = composer.message
    tell(composer, some(composer))
    drawer.open_drawer()
    rect = drawer.list.visualRect(drawer.model.index(0, FIX))
    QTest.mouseClick(drawer.list.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    assert composer.message is before
    with qtbot.waitActive(drawer):
        drawer.activateWindow()
    drawer.list.setFocus()
    QTest.keyClick(drawer.list, Qt.Key.Key_Return, Qt.KeyboardModifier.AltModifier)
    assert composer.message is shown[1]
    assert composer.undo_list.undo_label == "mend"


def test_a_fix_that_cannot_be_made_says_so(drawer: ProblemsDrawer, composer: Composer, qtbot: QtBot) -> None:
    def refuse(message: Message, ids: Identifiers) -> Message:
        raise EditError("No.")

    finding = Finding("one", Severity.ERROR, "The first.", Where(), "", Fix("Mend", refuse))
    with qtbot.waitSignal(composer.refused):
        drawer.mend(finding)


def test_the_chosen_one_stays_chosen(drawer: ProblemsDrawer, composer: Composer) -> None:
    found = some(composer)
    tell(composer, found)
    drawer.open_drawer()
    drawer.list.setCurrentIndex(drawer.model.index(1, 0))
    tell(composer, found[1:])
    assert drawer.current is found[1]


def test_thousands_are_cut_and_said(drawer: ProblemsDrawer, composer: Composer) -> None:
    key = composer.root.children[-1].key
    tell(composer, [Finding(f"c{n}", Severity.ERROR, f"Number {n}.", Where(key), "") for n in range(3000)])
    drawer.open_drawer()
    assert drawer.model.rowCount() == MOST
    assert "1,000" in drawer.counts.text()
    assert drawer.model.index(5, PART).data() == "2"
    assert not drawer.list.viewport().children()


def test_tips_are_no_markup(drawer: ProblemsDrawer, composer: Composer) -> None:
    tell(composer, some(composer))
    tip = drawer.model.index(2, PROBLEM).data(Qt.ItemDataRole.ToolTipRole)
    assert "&lt;b&gt;" in tip
    assert drawer.model.finding(QModelIndex()) is None


def test_nothing_found_is_said_in_one_line_with_what_was_checked(drawer: ProblemsDrawer, composer: Composer) -> None:
    composer.is_checked = True
    tell(composer, ())
    closed = drawer.height()
    drawer.open_drawer()
    assert not drawer.list.isVisible()
    assert drawer.empty.isVisible()
    assert "Nothing found" in drawer.empty.text()
    assert composer.road.label in drawer.empty.text()
    assert "addresses" in drawer.empty.toolTip()
    assert drawer.maximumHeight() <= closed + drawer.empty.sizeHint().height()
    assert drawer.empty.sizeHint().height() < 2 * drawer.fontMetrics().lineSpacing()
    composer.set_road(Road.SMTP)
    assert Road.SMTP.label in drawer.empty.text()
    tell(composer, some(composer))
    assert drawer.list.isVisible()
    assert not drawer.empty.isVisible()
    assert drawer.minimumHeight() > 100


def test_an_open_drawer_without_problems_has_the_keys_and_closes(
    drawer: ProblemsDrawer, composer: Composer, qtbot: QtBot
) -> None:
    tell(composer, some(composer))
    drawer.activateWindow()
    drawer.open_drawer()
    qtbot.waitUntil(drawer.list.hasFocus)
    composer.is_checked = True
    tell(composer, ())
    qtbot.waitUntil(drawer.handle.hasFocus)
    QTest.keyClick(drawer.handle, Qt.Key.Key_Escape)
    assert not drawer.handle.isChecked()
    assert not drawer.empty.isVisible()


def test_an_empty_list_says_whether_switches_or_the_check_are_the_reason(
    drawer: ProblemsDrawer, composer: Composer
) -> None:
    composer.is_checked = False
    tell(composer, ())
    drawer.open_drawer()
    assert drawer.empty.text().startswith("Looking")
    tell(composer, some(composer))
    for button in drawer.filters.values():
        button.setChecked(False)
    assert drawer.empty.isVisible()
    assert "switches" in drawer.empty.text()


def test_a_chosen_problem_is_pale_without_focus_and_readable(drawer: ProblemsDrawer, composer: Composer) -> None:
    tell(composer, some(composer))
    colours = drawer.list.palette()
    groups, roles = QPalette.ColorGroup, QPalette.ColorRole
    pale, strong = (colours.color(group, roles.Highlight) for group in (groups.Inactive, groups.Active))
    assert contrast(pale, strong) > 2
    for group in (groups.Active, groups.Inactive):
        words, ground = (colours.color(group, role) for role in (roles.HighlightedText, roles.Highlight))
        assert contrast(words, ground) > (3 if group is groups.Active else 7)


def test_opening_selects_what_is_current(drawer: ProblemsDrawer, composer: Composer, qtbot: QtBot) -> None:
    tell(composer, some(composer))
    drawer.activateWindow()
    drawer.open_drawer()
    qtbot.waitUntil(drawer.list.hasFocus)
    assert drawer.list.selectionModel().isSelected(drawer.list.currentIndex())
