"""Semantic colours: severity, syntax, kinds of part, tints. Style and palette stay the system's.

A theme is a data file of named colours and of roles that point at them. Which of the two holds follows from the
palette in use, so a widget asks `theme_of(self)` when it paints and is right after every change of the palette.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from sescomposer import resources

Scheme = Literal["system", "light", "dark"]

_SWITCHES = ("QCheckBox", "QRadioButton")
_DARKER_BY = 140
"""Per cent by which Fusion darkens a window's colour for an outline."""


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours for light or for dark palettes, by role name (see `resources/themes/light.toml`).

    Attributes:
        name: "light" or "dark".
        text: Colours to write and draw with.
        tint: Colours to lay under the palette's text colour.
        base: The palette against which contrast was checked: base, alternate, text, window.

    >>> theme_named("light").text["error"].name()
    '#b3261e'
    """

    name: str
    text: Mapping[str, QColor]
    tint: Mapping[str, QColor]
    base: Mapping[str, QColor]


@cache
def theme_named(name: str) -> Theme:
    """Load a theme of our resource files: "light" or "dark"."""
    table = tomllib.loads(resources.read_text(f"themes/{name}.toml"))
    colours: dict[str, str] = table["colours"]
    return Theme(
        name=name,
        text={role: QColor(colours[colour]) for role, colour in table["text"].items()},
        tint={role: QColor(colour) for role, colour in table["tint"].items()},
        base={role: QColor(colour) for role, colour in table["base"].items()},
    )


def theme_for(palette: QPalette) -> Theme:
    """Give the theme that can be read on a palette."""
    dark = palette.color(QPalette.ColorRole.Base).lightness() < palette.color(QPalette.ColorRole.Text).lightness()
    return theme_named("dark" if dark else "light")


def theme_of(widget: QWidget) -> Theme:
    """Give the theme that can be read on a widget's palette; ask again after `PaletteChange`."""
    return theme_for(widget.palette())


def set_scheme(scheme: Scheme) -> None:
    """Make the whole application light, dark, or as the system says."""
    wanted = {
        "system": Qt.ColorScheme.Unknown,
        "light": Qt.ColorScheme.Light,
        "dark": Qt.ColorScheme.Dark,
    }
    QGuiApplication.styleHints().setColorScheme(wanted[scheme])
    if scheme != "system" and theme_for(QGuiApplication.palette()).name != scheme:
        QGuiApplication.setPalette(_palette(theme_named(scheme)))
    outline_switches()


def outline_switches() -> None:
    """Make the outlines of check boxes and radio buttons seen; again after every change of the palette.

    Fusion draws them in the colour of the window, a little darker: on dark palettes that is nearly the window itself,
    on light ones a faint grey. Other styles have outlines of their own and are left alone.
    """
    if QApplication.style().name().lower() != "fusion":
        return
    palette = with_outlines(QGuiApplication.palette())
    for kind in _SWITCHES:
        # Its types say octets, and it takes text alone.
        QApplication.setPalette(palette, kind)  # type: ignore[arg-type]


def outline_menus(window: QWidget) -> None:
    """Make the outlines of check boxes in a window's menus seen, whenever one is shown.

    Each menu by itself: combo boxes fill their lists with the window colour of the palette of all menus.
    """
    for menu in window.findChildren(QMenu):
        menu.aboutToShow.connect(partial(_outline, menu))


def _outline(menu: QMenu) -> None:
    if QApplication.style().name().lower() == "fusion":
        menu.setPalette(with_outlines(QGuiApplication.palette()))


def with_outlines(palette: QPalette) -> QPalette:
    """Give a palette in which Fusion's check boxes have outlines that are seen; for what fills no window with it."""
    outlined = QPalette(palette)
    outlined.setColor(QPalette.ColorRole.Window, theme_for(palette).text["mark"].lighter(_DARKER_BY))
    return outlined


def _palette(theme: Theme) -> QPalette:
    # Platforms without a palette of their own (bare X11) do not follow the colour scheme: there it is ours.
    palette = QPalette(theme.base["window"])
    roles = QPalette.ColorRole
    for role, colour in {
        roles.Base: "base",
        roles.AlternateBase: "alternate",
        roles.Text: "text",
        roles.WindowText: "text",
        roles.ButtonText: "text",
    }.items():
        palette.setColor(role, theme.base[colour])
    for role in (roles.Text, roles.WindowText, roles.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, theme.text["mark"])
    palette.setColor(roles.PlaceholderText, theme.text["mark"])
    return palette


def contrast(one: QColor, other: QColor) -> float:
    """Give the contrast of two opaque colours, 1 to 21 (WCAG 2.2, relative luminance).

    >>> round(contrast(QColor("#000000"), QColor("#ffffff")))
    21
    """
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: QColor) -> float:
    return 0.2126 * _linear(colour.redF()) + 0.7152 * _linear(colour.greenF()) + 0.0722 * _linear(colour.blueF())


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)
