"""The panes of a composer window: left writes, right explains, above stand notices, below the problems.

Nothing of them is imported before it is made, because the first window of a start is painted before it has panes.
"""

import linecache
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from PySide6.QtWidgets import QSplitter

    from sescomposer.gui.composer import Composer
    from sescomposer.gui.panes.attachment_strip import AttachmentStrip
    from sescomposer.gui.panes.body_editors import BodyEditors
    from sescomposer.gui.panes.header_form import HeaderForm
    from sescomposer.gui.panes.problems_drawer import ProblemsDrawer
    from sescomposer.gui.status_bar import MessageStatusBar
    from sescomposer.gui.view_area import ViewArea
    from sescomposer.gui.widgets.info_bars import InfoBars

_LEFT_LEAST = 440
_RIGHT_LEAST = 360
_IMPORTS = (
    "core.header",
    "core.message",
    "services.documents",
    "gui.composer",
    "gui.file_actions",
    "gui.panes.field_row",
    "gui.panes.header_form",
    "core.html.highlight",
    "gui.panes.body_editors",
    "gui.panes.attachment_strip",
    "gui.panes.tree_pane",
    "gui.panes.tree_and_source",
    "gui.panes.problems_drawer",
    "gui.status_bar",
    "gui.fonts",
    "services.accounts",
    "store.accounts",
    "gui.window_account",
    "gui.window_invitation",
)


def imports() -> Iterator[Callable[[], object]]:
    """Give what imports the modules of the panes, in pieces, none of which takes long."""
    return (partial(_import, f"sescomposer.{name}") for name in _IMPORTS)


def _import(name: str) -> None:
    import_module(name)
    # Qt's import hook has read the source of every module; its lines would stay in memory.
    linecache.clearcache()


class WindowPanes:
    """Makes the panes of one window; `make_left`, `make_right` and `make_centre` are to be called once, in this order.

    Attributes:
        header_form, editors, strip: The left half.
        halves: Left and right.
        views: The right half.
        info: Notices, above.
        storeys: The halves and what is below.
        problems: Below.
        centre: All of it, to stand in the window.
        status: The status bar.
    """

    header_form: "HeaderForm"
    editors: "BodyEditors"
    strip: "AttachmentStrip"
    halves: "QSplitter"
    views: "ViewArea"
    info: "InfoBars"
    storeys: "QSplitter"
    problems: "ProblemsDrawer"
    centre: QWidget
    status: "MessageStatusBar"

    def __init__(self, composer: "Composer", window: QWidget) -> None:
        self._composer = composer
        self._window = window

    def make_left(self) -> None:
        """Make the half that writes: fields, bodies, attachments."""
        from PySide6.QtWidgets import QVBoxLayout

        from sescomposer.gui.panes.attachment_strip import AttachmentStrip
        from sescomposer.gui.panes.body_editors import BodyEditors
        from sescomposer.gui.panes.header_form import HeaderForm

        self._left = left = QWidget(self._window)
        left.setMinimumWidth(_LEFT_LEAST)
        rows = QVBoxLayout(left)
        rows.setContentsMargins(8, 8, 0, 8)
        rows.setSpacing(8)
        self.header_form = HeaderForm(self._composer, left)
        self.editors = BodyEditors(self._composer, left)
        self.strip = AttachmentStrip(self._composer, left)
        rows.addWidget(self.header_form)
        rows.addWidget(self.editors, 1)
        rows.addWidget(self.strip)

    def make_right(self) -> None:
        """Make the half that explains, and put both beside each other."""
        from PySide6.QtCore import Qt
        from PySide6.QtWidgets import QSplitter

        from sescomposer.gui.view_area import ViewArea
        from sescomposer.gui.views import make_views

        self.views = ViewArea(make_views(self._composer), self._window)
        self.views.setMinimumWidth(_RIGHT_LEAST)
        self.halves = QSplitter(Qt.Orientation.Horizontal, self._window)
        self.halves.addWidget(self._left)
        self.halves.addWidget(self.views)
        self.halves.setChildrenCollapsible(False)

    def make_centre(self) -> None:
        """Put notices above the halves, problems and status below."""
        from PySide6.QtCore import Qt
        from PySide6.QtWidgets import QSplitter, QVBoxLayout

        from sescomposer.gui.panes.problems_drawer import ProblemsDrawer
        from sescomposer.gui.status_bar import MessageStatusBar
        from sescomposer.gui.widgets.info_bars import InfoBars

        self.problems = ProblemsDrawer(self._composer, self._window)
        self.storeys = QSplitter(Qt.Orientation.Vertical, self._window)
        self.storeys.addWidget(self.halves)
        self.storeys.addWidget(self.problems)
        self.storeys.setStretchFactor(0, 1)
        self.storeys.setChildrenCollapsible(False)
        self.info = InfoBars(self._window)
        self.centre = QWidget(self._window)
        rows = QVBoxLayout(self.centre)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self.info)
        rows.addWidget(self.storeys, 1)
        self.status = MessageStatusBar(self._composer, self._window)
