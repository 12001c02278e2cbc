"""Themes: complete in both values, and readable."""

import pytest
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QAbstractButton, QApplication, QCheckBox, QMainWindow, QRadioButton, QStyleFactory
from pytestqt.qtbot import QtBot

from sescomposer.gui.theme import Scheme, contrast, outline_menus, set_scheme, theme_for, theme_named, with_outlines

NAMES: tuple[Scheme, ...] = ("light", "dark")


@pytest.mark.parametrize("name", NAMES)
def test_every_text_role_can_be_read_on_base_alternate_and_window(name: str) -> None:
    theme = theme_named(name)
    low = {
        (role, ground): round(contrast(colour, theme.base[ground]), 2)
        for role, colour in theme.text.items()
        for ground in ("base", "alternate")
        if contrast(colour, theme.base[ground]) < 4.5
    }
    assert low == {}


@pytest.mark.parametrize("name", NAMES)
def test_text_can_be_read_on_every_tint(name: str) -> None:
    theme = theme_named(name)
    low = {role for role, tint in theme.tint.items() if contrast(theme.base["text"], tint) < 4.5}
    assert low == set()


@pytest.mark.parametrize(
    "role, tint",
    [
        ("chip_invalid", "chip_invalid"),
        ("chip_address", "chip"),
        ("error", "error"),
        ("warning", "warning"),
        ("note", "note"),
        ("ok", "ok"),
        ("diff_added", "diff_added"),
        ("diff_removed", "diff_removed"),
        ("mark", "selection"),
        ("mark", "provisional"),
    ],
)
@pytest.mark.parametrize("name", NAMES)
def test_pairs_that_meet_can_be_read(name: str, role: str, tint: str) -> None:
    theme = theme_named(name)
    assert contrast(theme.text[role], theme.tint[tint]) >= 4.5


def test_both_themes_have_the_same_roles() -> None:
    light, dark = theme_named("light"), theme_named("dark")
    assert light.text.keys() == dark.text.keys()
    assert light.tint.keys() == dark.tint.keys()
    assert light.base.keys() == dark.base.keys()


def test_theme_follows_the_palette(qtbot: QtBot) -> None:
    assert theme_for(QPalette(QColor("#202020"))).name == "dark"
    assert theme_for(QPalette(QColor("#f0f0f0"))).name == "light"


@pytest.mark.parametrize("kind", [QCheckBox, QRadioButton])
@pytest.mark.parametrize("name", NAMES)
def test_an_unchecked_switch_has_an_outline_that_is_seen(qtbot: QtBot, name: str, kind: type[QAbstractButton]) -> None:
    base = theme_named(name).base
    palette = QPalette(base["window"])
    palette.setColor(QPalette.ColorRole.Base, base["base"])
    palette.setColor(QPalette.ColorRole.Text, base["text"])
    switch = kind()
    qtbot.addWidget(switch)
    style = QStyleFactory.create("Fusion")
    style.setParent(switch)
    switch.setStyle(style)
    switch.setPalette(with_outlines(palette))
    switch.resize(40, 40)
    picture = switch.grab().toImage()
    row = [picture.pixelColor(x, picture.height() // 2) for x in range(picture.width())]
    assert max(contrast(colour, base["base"]) for colour in row) >= 3
    outline = with_outlines(palette).color(QPalette.ColorRole.Window).darker(140)
    assert contrast(outline, base["window"]) >= 3


@pytest.mark.parametrize("scheme", NAMES)
def test_lists_of_combo_boxes_can_be_read(qtbot: QtBot, scheme: Scheme) -> None:
    before = QGuiApplication.palette()
    try:
        set_scheme(scheme)
        palette = QApplication.palette("QMenu")  # type: ignore[call-overload]
        assert contrast(palette.color(QPalette.ColorRole.Text), palette.color(QPalette.ColorRole.Window)) >= 4.5
    finally:
        set_scheme("system")
        QGuiApplication.setPalette(before)


def test_menus_of_a_window_are_outlined_when_they_are_shown(qtbot: QtBot) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    menu = window.menuBar().addMenu("View")
    outline_menus(window)
    menu.aboutToShow.emit()
    outline = menu.palette().color(QPalette.ColorRole.Window).darker(140)
    if QApplication.style().name().lower() == "fusion":
        assert contrast(outline, menu.palette().color(QPalette.ColorRole.Base)) >= 3
