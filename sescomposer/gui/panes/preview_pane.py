"""The preview: the message as a reader shows it, on a phone or a desktop, light or dark; it can do nothing itself."""

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QSize, Qt, QTimer, Signal, SignalInstance, Slot
from PySide6.QtGui import QAction, QActionGroup, QKeySequence, QPalette, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QStackedLayout,
    QToolBar,
    QVBoxLayout,
    QWidget,
)

from sescomposer.core.html.preview_document import Page, PreviewDocument
from sescomposer.gui import icons
from sescomposer.gui.preview.address import resource_address
from sescomposer.gui.preview.availability import why_no_web_engine
from sescomposer.gui.preview.images_bar import ImagesBar
from sescomposer.gui.preview.remote_images import RemoteImages
from sescomposer.gui.tasks import Context, Task, TaskRunner

PAUSE_MS = 150
SLOW_MS = 500
PHONE_WIDTH, DESKTOP_WIDTH, FULL_WIDTH = 375, 600, 0
_ZOOMS = (0.25, 0.33, 0.5, 0.67, 0.75, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 4.0)
_EMPTY = "Nothing to preview yet: write HTML or text."
_DARK_TIP = (
    "Show the message as in a dark window: by its own prefers-color-scheme rules if it has any, "
    "else with colours darkened as many mail programs do. Programs differ."
)


class _View(Protocol):
    """What both kinds of view do."""

    link_activated: SignalInstance
    link_hovered: SignalInstance
    shown: SignalInstance
    ended: SignalInstance

    def show_page(self, number: int, page: Page, *, keep_scroll: bool) -> None: ...
    def set_zoom(self, factor: float) -> None: ...


class PreviewPane(QWidget):
    """Shows `PreviewDocument`s; the newest, 150 ms after the last change, scrolled to where the reader was.

    Nothing of QtWebEngine is imported before the pane is shown. While it is hidden it renders nothing.

    Signals:
        link_activated(str): a link was clicked; its address, which the pane shows. Nothing was opened.
        shown(int): the document of that revision is on the screen.
        images_unlocked(object): the reader let images of these hosts be fetched (frozenset of str).
        width_changed(int): the reader chose a width; 0 for that of the pane.
        dark_changed(bool): the reader chose light or dark.
    """

    link_activated = Signal(str)
    shown = Signal(int)
    images_unlocked = Signal(object)
    width_changed = Signal(int)
    dark_changed = Signal(bool)

    def __init__(
        self,
        runner: TaskRunner,
        parent: QWidget | None = None,
        *,
        why_simple: Callable[[], str] = why_no_web_engine,
    ) -> None:
        """Make an empty pane.

        Args:
            runner: Makes the pages, off the window's thread.
            parent: As for any widget.
            why_simple: Gives the reason for the simple view as a clause, "" for the web view; asked once.
        """
        super().__init__(parent)
        self._runner = runner
        self._why_simple = why_simple
        self._document: PreviewDocument | None = None
        self._shown: PreviewDocument | None = None
        self._task: Task | None = None
        self._task_document: PreviewDocument | None = None
        self._number = 0
        self._images: RemoteImages | None = None
        self._view: QWidget | None = None
        self._clicked = ""
        self._width, self._zoom, self._dark = FULL_WIDTH, 1.0, False
        self._pause = self._make_timer(PAUSE_MS, self._render)
        self._slow = self._make_timer(SLOW_MS, self._on_slow)
        self._build()

    # --- what others call ------------------------------------------------------------------------------------------

    def show_document(self, document: PreviewDocument) -> None:
        """Show a document after the pause; an older one that waits is dropped."""
        if self._document is None or document.message != self._document.message:
            self._lock()
        self._document = document
        if self.isVisible():
            self._pause.start(PAUSE_MS)

    def set_width(self, width: int) -> None:
        """Set the width in CSS pixels; 0 for that of the pane."""
        self._width = width
        for action in self._width_actions.actions():
            action.setChecked(action.data() == width)
        self._fit()

    def set_dark(self, dark: bool) -> None:
        """Show as in a dark window, or as in a light one."""
        self._dark = dark
        self._dark_action.setChecked(dark)
        self._fill_frame()
        self._render()

    @property
    def view(self) -> QWidget | None:
        """The widget that renders; None before the pane was shown with a document."""
        return self._view

    # --- building --------------------------------------------------------------------------------------------------

    def _make_timer(self, pause_ms: int, slot: object) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(pause_ms)
        timer.timeout.connect(slot)
        return timer

    def _build(self) -> None:
        self.setObjectName("preview_pane")
        self.setAccessibleName("Preview")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._build_tools())
        self.images_bar = ImagesBar(self)
        self.images_bar.unlocked.connect(self._on_unlocked)
        layout.addWidget(self.images_bar)
        self._note = self._build_line("preview_note", "About this preview")
        layout.addWidget(self._note)
        layout.addWidget(self._build_stage(), 1)
        self._link = self._build_line("preview_link", "Address of the link")
        layout.addWidget(self._link)
        self.set_width(FULL_WIDTH)
        self._fill_frame()

    def _build_tools(self) -> QToolBar:
        tools = QToolBar("Preview", self)
        tools.setIconSize(QSize(20, 20))
        self._width_actions = QActionGroup(self)
        for name, label, width, tip in (
            ("preview", "&Whole width", FULL_WIDTH, "As wide as the pane"),
            ("desktop", "&Desktop", DESKTOP_WIDTH, f"{DESKTOP_WIDTH} pixels wide, as in most desktop mail programs"),
            ("phone", "&Phone", PHONE_WIDTH, f"{PHONE_WIDTH} pixels wide, as on a phone"),
        ):
            action = self._make_action(tools, name, label, tip)
            action.setCheckable(True)
            action.setData(width)
            self._width_actions.addAction(action)
        self._width_actions.triggered.connect(self._on_width_chosen)
        tools.addSeparator()
        self._dark_action = self._make_action(tools, "moon", "D&ark", _DARK_TIP)
        self._dark_action.setCheckable(True)
        self._dark_action.triggered.connect(self._on_dark_chosen)
        tools.addSeparator()
        self._build_zoom(tools)
        return tools

    def _build_zoom(self, tools: QToolBar) -> None:
        keys = QKeySequence.StandardKey
        smaller = self._make_action(tools, "remove", "Zoom &out", "Smaller")
        smaller.setShortcuts(QKeySequence.keyBindings(keys.ZoomOut))
        smaller.triggered.connect(self._on_zoom_out)
        self._zoom_action = self._make_action(tools, "", "100 %", "Back to 100 %")
        self._zoom_action.setShortcut(QKeySequence("Ctrl+0"))
        self._zoom_action.triggered.connect(self._on_zoom_reset)
        larger = self._make_action(tools, "add", "Zoom &in", "Larger")
        larger.setShortcuts(QKeySequence.keyBindings(keys.ZoomIn))
        larger.triggered.connect(self._on_zoom_in)

    def _make_action(self, tools: QToolBar, icon: str, label: str, tip: str) -> QAction:
        action = QAction(label, self)
        if icon:
            action.setIcon(icons.icon(icon))
        action.setToolTip(tip)
        # Other panes have the same keys; they count where the focus is.
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.addAction(action)
        tools.addAction(action)
        tools.widgetForAction(action).setAccessibleName(label.replace("&", ""))
        return action

    def _build_line(self, name: str, accessible_name: str) -> QLabel:
        line = QLabel(self)
        line.setObjectName(name)
        line.setAccessibleName(accessible_name)
        line.setTextFormat(Qt.TextFormat.PlainText)
        line.setWordWrap(True)
        line.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        line.setContentsMargins(8, 4, 8, 4)
        # A long address must not make the pane as wide as itself.
        line.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        line.hide()
        return line

    def _build_stage(self) -> QWidget:
        stage = QWidget(self)
        self._stack = QStackedLayout(stage)
        self._empty = QLabel(_EMPTY, stage)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        self._frame = QWidget(stage)
        self._frame.setAutoFillBackground(True)
        self._frame_layout = QHBoxLayout(self._frame)
        self._frame_layout.setContentsMargins(0, 0, 0, 0)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self._frame)
        return stage

    def _make_view(self) -> QWidget:
        """Make the view, on the first page only: QtWebEngine takes 200 ms and 200 MB."""
        self._images = RemoteImages(self)
        reason = self._why_simple()
        if not reason:
            from sescomposer.gui.preview.web_preview import WebPreview

            return self._place(WebPreview(self._images, self._frame))
        return self._make_text_view(f"Simplified preview, without layout and styles of the web: {reason}.")

    def _make_text_view(self, note: str) -> QWidget:
        from sescomposer.gui.preview.text_preview import TextPreview

        self._say(self._note, note)
        return self._place(TextPreview(self._images or RemoteImages(self), self._frame))

    def _place(self, view: QWidget) -> QWidget:
        """Put a view in the frame and listen to it."""
        signals = _as_view(view)
        signals.link_activated.connect(self._on_link_activated)
        signals.link_hovered.connect(self._on_link_hovered)
        signals.shown.connect(self._on_shown)
        signals.ended.connect(self._on_engine_ended)
        self._frame_layout.addWidget(view, 1, Qt.AlignmentFlag.AlignHCenter)
        view.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        return view

    # --- rendering -------------------------------------------------------------------------------------------------

    @Slot()
    def _render(self) -> None:
        """Make the page of the newest document on a worker; one at a time."""
        document = self._document
        if document is None or not self.isVisible():
            return
        if self._task is not None:
            self._pause.start(PAUSE_MS)
            return
        self._number += 1
        number, dark, unlocked = self._number, self._dark, self.images_bar.hosts_unlocked

        def make(_context: Context) -> object:
            if document.content.is_empty:
                return None
            page = document.page(resource_address(number), dark=dark, unlocked=unlocked)
            return number, page, document.remote_image_hosts

        self._task_document = document
        self._task = self._runner.start(make)
        self._task.succeeded.connect(self._on_page_made)
        self._task.finished.connect(self._on_task_finished)
        self._slow.start()

    @Slot(object)
    def _on_page_made(self, made: tuple[int, Page, tuple[str, ...]] | None) -> None:
        document = self._task_document
        if document is None or document is not self._document:
            return
        if made is None:
            self._show_empty(document)
            return
        number, page, hosts = made
        if self._view is None:
            self._view = self._make_view()
        keep_scroll = self._shown is not None and self._shown.message == document.message
        self._shown = document
        self._stack.setCurrentWidget(self._frame)
        self.images_bar.show_hosts(hosts)
        self._fit()
        self._warn_of_length(page)
        _as_view(self._view).show_page(number, page, keep_scroll=keep_scroll)

    def _show_empty(self, document: PreviewDocument) -> None:
        self._stack.setCurrentWidget(self._empty)
        self.images_bar.hide()
        self._shown = document
        self.shown.emit(document.revision)

    @Slot()
    def _on_task_finished(self) -> None:
        self._task = None
        self._slow.stop()
        if self._empty.text() != _EMPTY:
            self._empty.setText(_EMPTY)

    @Slot()
    def _on_slow(self) -> None:
        """Say that it takes long, where there is nothing else to see."""
        if self._shown is None:
            self._empty.setText("Preparing the preview …")

    def _warn_of_length(self, page: Page) -> None:
        """Say where the simple view shows a beginning only."""
        from sescomposer.gui.preview.text_preview import LARGEST_PAGE, TextPreview

        if isinstance(self._view, TextPreview):
            note = self._note.text().partition("\n")[0]
            if len(page.html) > LARGEST_PAGE:
                note += f"\nOnly the first {LARGEST_PAGE:,} of {len(page.html):,} characters are shown here."
            self._say(self._note, note)

    @Slot()
    def _on_shown(self) -> None:
        if self._shown is not None:
            self.shown.emit(self._shown.revision)

    @Slot()
    def _on_engine_ended(self) -> None:
        """Go on with the simple view when the engine's process has gone."""
        if self._view is None:
            return
        dead, self._view = self._view, None
        self._frame_layout.removeWidget(dead)
        dead.deleteLater()
        self._view = self._make_text_view("Simplified preview: the process that renders pages has ended.")
        self._render()

    # --- remote images ---------------------------------------------------------------------------------------------

    def _lock(self) -> None:
        """Forget what was unlocked for another message, and the link that was clicked there."""
        self.images_bar.lock()
        if self._images is not None:
            self._images.unlock(frozenset())
        self._clicked = ""
        self._say(self._link, "")

    @Slot(object)
    def _on_unlocked(self, hosts: frozenset[str]) -> None:
        if self._images is not None:
            self._images.unlock(hosts)
        self.images_unlocked.emit(hosts)
        self._render()

    # --- links, width, zoom, dark ----------------------------------------------------------------------------------

    @Slot(str)
    def _on_link_activated(self, address: str) -> None:
        self._clicked = f"The link leads to {address}"
        self._say(self._link, self._clicked)
        self.link_activated.emit(address)

    @Slot(str)
    def _on_link_hovered(self, address: str) -> None:
        self._say(self._link, address or self._clicked)

    def _say(self, line: QLabel, text: str) -> None:
        line.setText(text)
        line.setVisible(bool(text))

    @Slot(QAction)
    def _on_width_chosen(self, action: QAction) -> None:
        self.set_width(int(action.data()))
        self.width_changed.emit(self._width)

    @Slot(bool)
    def _on_dark_chosen(self, dark: bool) -> None:
        self.set_dark(dark)
        self.dark_changed.emit(dark)

    @Slot()
    def _on_zoom_in(self) -> None:
        self._set_zoom(next((zoom for zoom in _ZOOMS if zoom > self._zoom), self._zoom))

    @Slot()
    def _on_zoom_out(self) -> None:
        self._set_zoom(next((zoom for zoom in reversed(_ZOOMS) if zoom < self._zoom), self._zoom))

    @Slot()
    def _on_zoom_reset(self) -> None:
        self._set_zoom(1.0)

    def _set_zoom(self, zoom: float) -> None:
        self._zoom = zoom
        self._zoom_action.setText(f"{zoom * 100:.0f} %")
        self._fit()

    def _fit(self) -> None:
        """Give the view its width; where the pane is narrower, the page shrinks instead of getting narrower."""
        if self._view is None:
            return
        available = max(1, self._frame.width())
        wanted = round(self._width * self._zoom) or available
        width = min(wanted, available)
        self._view.setFixedWidth(width)
        _as_view(self._view).set_zoom(self._zoom * width / wanted)

    def _fill_frame(self) -> None:
        """Lay a ground under the page that tells where a narrow page ends."""
        palette = self._frame.palette()
        palette.setColor(QPalette.ColorRole.Window, self.palette().color(QPalette.ColorRole.Mid))
        self._frame.setPalette(palette)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the page to the new width."""
        super().resizeEvent(event)
        self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        """Render what came while the pane was hidden."""
        super().showEvent(event)
        if self._document is not None and self._document is not self._shown:
            self._pause.start(0)


def _as_view(widget: QWidget) -> _View:
    """Take a widget as the view that it is."""
    view: _View = widget  # type: ignore[assignment]  # either of our two; a Protocol cannot be a QWidget as well
    return view
