"""Icons: every name has a drawing of the family, in the colour asked for, and works in Qt's hands."""

import xml.etree.ElementTree as ElementTree

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from sescomposer import resources
from sescomposer.gui.icons import Icon, icon, pixmap


def test_names_and_files_are_the_same() -> None:
    files = {path.stem for path in resources.path("icons").glob("*.svg")}
    assert files == {str(name) for name in Icon}
    assert resources.path("icons/LICENSE.txt").is_file()


@pytest.mark.parametrize("name", Icon)
def test_drawing_is_of_the_family(name: Icon) -> None:
    root = ElementTree.fromstring(resources.read_text(f"icons/{name}.svg"))
    assert root.get("viewBox") == "0 0 24 24"
    assert root.get("stroke") == "currentColor"
    assert root.get("fill") == "none"


@pytest.mark.parametrize("name", Icon)
def test_drawing_shows_in_the_colour_asked_for(qtbot: QtBot, name: Icon) -> None:
    image = pixmap(name, QSize(24, 24), QColor("#ff0000"), 2.0).toImage()
    assert image.size() == QSize(48, 48)
    colours = {
        image.pixelColor(x, y).name() for x in range(48) for y in range(48) if image.pixelColor(x, y).alpha() > 250
    }
    assert colours == {"#ff0000"}


def test_icon_survives_a_button_and_its_modes(qtbot: QtBot) -> None:
    button = QToolButton()
    qtbot.addWidget(button)
    button.setIcon(icon("send"))
    button.show()
    button.grab()
    normal = button.icon().pixmap(QSize(24, 24), QIcon.Mode.Normal).toImage()
    disabled = button.icon().pixmap(QSize(24, 24), QIcon.Mode.Disabled).toImage()
    assert normal.size() == disabled.size()
    assert normal != disabled


def test_unknown_name_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing"):
        icon("nothing")
