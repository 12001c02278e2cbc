"""Zones of a window: the keys that move the focus from one to the next."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def move_focus(zones: Sequence[QWidget], focus: QWidget | None, step: int) -> None:
    """Move the focus into the next visible zone that takes it.

    Args:
        zones: All of them, in order.
        focus: What has the focus.
        step: 1, or -1 for the other way around.
    """
    visible = [zone for zone in zones if zone.isVisible()]
    inside = [i for i, zone in enumerate(visible) if focus is not None and (zone is focus or zone.isAncestorOf(focus))]
    current = inside[0] if inside else -1 if step > 0 else 0
    for count in range(1, len(visible) + 1):
        if _focus_into(visible[(current + count * step) % len(visible)]):
            return


def _focus_into(zone: QWidget) -> bool:
    """Give the focus to the first widget of a zone that takes it by Tab."""
    for widget in (zone.focusProxy(), *zone.findChildren(QWidget)):
        if (
            widget is not None
            and widget.isVisible()
            and widget.isEnabled()
            and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        ):
            widget.setFocus(Qt.FocusReason.TabFocusReason)
            return True
    return False
