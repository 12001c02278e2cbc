"""Names of views: whole where they have room, else the icon alone, and always there for screen readers."""

from pytestqt.qtbot import QtBot

from sescomposer.gui.icons import icon
from sescomposer.gui.widgets.view_tabs import ViewTabs

_TITLES = ("Tree and Raw", "Preview", "Envelope", "Delivered", "Options", "Invitation")


def _tabs(qtbot: QtBot, width: int) -> ViewTabs:
    tabs = ViewTabs()
    qtbot.addWidget(tabs)
    for title in _TITLES:
        tabs.add(icon("tree"), title, "What it shows.")
    tabs.resize(width, 30)
    tabs.show()
    return tabs


def _texts(tabs: ViewTabs) -> list[str]:
    return [tabs.tabText(index) for index in range(tabs.count())]


def test_wide_row_has_all_names(qtbot: QtBot) -> None:
    assert _texts(_tabs(qtbot, 1400)) == list(_TITLES)


def _have_icons(tabs: ViewTabs) -> bool:
    return all(not tabs.tabIcon(index).isNull() for index in range(tabs.count()))


def test_names_outlast_icons(qtbot: QtBot) -> None:
    tabs = _tabs(qtbot, 1400)
    assert _have_icons(tabs)
    width = next(width for width in range(1400, 0, -10) if tabs.resize(width, 30) or not _have_icons(tabs))
    assert _texts(tabs) == list(_TITLES)
    assert width > 300
    tabs.resize(300, 30)
    assert _have_icons(tabs)
    assert _texts(tabs) == ["Tree and Raw", "", "", "", "", ""]


def test_narrow_row_names_the_chosen_one_alone(qtbot: QtBot) -> None:
    tabs = _tabs(qtbot, 300)
    assert _texts(tabs) == ["Tree and Raw", "", "", "", "", ""]
    tabs.setCurrentIndex(3)
    assert _texts(tabs) == ["", "", "", "Delivered", "", ""]
    assert [tabs.accessibleTabName(index) for index in range(tabs.count())] == list(_TITLES)
    assert tabs.tabToolTip(1) == "Preview: What it shows."


def test_room_that_comes_back_brings_the_names_back(qtbot: QtBot) -> None:
    tabs = _tabs(qtbot, 300)
    tabs.resize(1400, 30)
    assert _texts(tabs) == list(_TITLES)
    assert _have_icons(tabs)
