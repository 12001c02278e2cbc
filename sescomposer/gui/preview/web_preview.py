"""The web page that shows a message: no scripts, no plugins, no storage, no network, no way to another page."""

from PySide6.QtCore import QPoint, QPointF, Qt, QUrl, Signal, Slot
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtWebEngineCore import (
    QWebEngineDownloadRequest,
    QWebEngineFullScreenRequest,
    QWebEngineNewWindowRequest,
    QWebEnginePage,
    QWebEnginePermission,
    QWebEngineProfile,
    QWebEngineScript,
    QWebEngineSettings,
)
from PySide6.QtWebEngineWidgets import QWebEngineView
from PySide6.QtWidgets import QMenu, QWidget

from sescomposer.core.html.preview_document import Page
from sescomposer.gui.preview.address import SCHEME, page_address
from sescomposer.gui.preview.remote_images import RemoteImages
from sescomposer.gui.preview.web_scheme import PageServer, Wall, prepare_engine

_Attribute = QWebEngineSettings.WebAttribute
_OFF = (
    _Attribute.JavascriptEnabled,
    _Attribute.JavascriptCanOpenWindows,
    _Attribute.JavascriptCanAccessClipboard,
    _Attribute.JavascriptCanPaste,
    _Attribute.LocalStorageEnabled,
    _Attribute.LocalContentCanAccessFileUrls,
    _Attribute.LocalContentCanAccessRemoteUrls,
    _Attribute.PluginsEnabled,
    _Attribute.PdfViewerEnabled,
    _Attribute.HyperlinkAuditingEnabled,
    _Attribute.DnsPrefetchEnabled,
    _Attribute.AutoLoadIconsForPage,
    _Attribute.TouchIconsEnabled,
    _Attribute.FullScreenSupportEnabled,
    _Attribute.ScreenCaptureEnabled,
    _Attribute.WebGLEnabled,
    _Attribute.AllowRunningInsecureContent,
    _Attribute.AllowGeolocationOnInsecureOrigins,
    _Attribute.AllowWindowActivationFromJavaScript,
    _Attribute.NavigateOnDropEnabled,
    _Attribute.BackForwardCacheEnabled,
)
_SCROLL = "keep_scroll"
# A world of our own: it runs also where the page's scripts are off, and the page cannot reach it.
_OUR_WORLD = QWebEngineScript.ScriptWorldId.ApplicationWorld
DARK_PAPER, LIGHT_PAPER = "#1e1e1e", "#ffffff"


class _MessagePage(QWebEnginePage):
    """A page that goes nowhere but where it was sent.

    Signals:
        link_activated(str): a link was clicked; its address.
    """

    link_activated = Signal(str)

    def __init__(self, profile: QWebEngineProfile, parent: QWidget) -> None:
        super().__init__(profile, parent)
        self._expected = ""
        self.newWindowRequested.connect(self._on_new_window)
        self.permissionRequested.connect(self._on_permission)
        self.fullScreenRequested.connect(self._on_full_screen)

    def go(self, address: str) -> None:
        """Load an address; the only one that is accepted, and only this time."""
        self._expected = address
        self.load(QUrl(address))

    def acceptNavigationRequest(
        self, url: QUrl | str, kind: QWebEnginePage.NavigationType, is_main_frame: bool
    ) -> bool:
        """Refuse everything but our own load: links, forms, refreshes, frames, drops, history."""
        address = url.toString() if isinstance(url, QUrl) else url
        if is_main_frame and address == self._expected:
            self._expected = ""
            return True
        if kind == QWebEnginePage.NavigationType.NavigationTypeLinkClicked:
            if is_main_frame and address.partition("#")[0] == self.url().toString().partition("#")[0]:
                return True
            self.link_activated.emit(address)
        return False

    def createWindow(self, _kind: QWebEnginePage.WebWindowType) -> QWebEnginePage:
        """Open no window."""
        return None  # type: ignore[return-value]  # Qt's way to say no; the stubs forget it

    def javaScriptConsoleMessage(self, *_message: object) -> None:
        """Keep what the engine says about a page's faults out of our own output."""

    @Slot(QWebEngineNewWindowRequest)
    def _on_new_window(self, request: QWebEngineNewWindowRequest) -> None:
        if request.isUserInitiated():
            self.link_activated.emit(request.requestedUrl().toString())

    @Slot(QWebEnginePermission)
    def _on_permission(self, permission: QWebEnginePermission) -> None:
        permission.deny()

    @Slot(QWebEngineFullScreenRequest)
    def _on_full_screen(self, request: QWebEngineFullScreenRequest) -> None:
        request.reject()


class WebPreview(QWebEngineView):
    """Shows pages of messages.

    Signals:
        link_activated(str): a link was clicked; its address. Nothing was opened.
        link_hovered(str): the pointer is over a link ("" when it left).
        shown(): a page was loaded and scrolled to where the one before stood.
        ended(): the process that renders has gone; this widget is of no more use.
    """

    link_activated = Signal(str)
    link_hovered = Signal(str)
    shown = Signal()
    ended = Signal()

    def __init__(self, images: RemoteImages, parent: QWidget | None = None) -> None:
        prepare_engine()
        super().__init__(parent)
        self._profile = _make_profile(self)
        self._server = PageServer(images, self._profile)
        self._profile.installUrlSchemeHandler(SCHEME.encode(), self._server)
        self._wall = Wall(self._profile)
        self._profile.setUrlRequestInterceptor(self._wall)
        self._page = _MessagePage(self._profile, self)
        _switch_off(self._page.settings())
        self.setPage(self._page)
        # Children go in the order they came, and a profile must outlive its pages.
        self._profile.setParent(None)
        self._profile.setParent(self)
        self.setAcceptDrops(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._on_context_menu)
        self.setAccessibleName("Preview of the message")
        self._scroll = QPointF()
        self._loading = False
        self._connect()

    def _connect(self) -> None:
        self._page.link_activated.connect(self.link_activated)
        self._page.linkHovered.connect(self.link_hovered)
        self._page.loadFinished.connect(self._on_load_finished)
        self._page.renderProcessTerminated.connect(self._on_terminated)
        self._page.scrollPositionChanged.connect(self._on_scrolled)

    def show_page(self, number: int, page: Page, *, keep_scroll: bool) -> None:
        """Show a page; the newest wins.

        Args:
            number: Number of the page, never used before; its resources were given addresses with it.
            page: The page.
            keep_scroll: Whether it is the same message as before and stays where the reader was.
        """
        if not keep_scroll:
            self._scroll = QPointF()
        self._loading = True
        self._server.serve(number, page)
        self._page.settings().setAttribute(_Attribute.ForceDarkMode, page.dark and not page.own_dark)
        self._page.setBackgroundColor(QColor(DARK_PAPER if page.dark else LIGHT_PAPER))
        self._set_scroll_script()
        self._page.go(page_address(number))

    def set_zoom(self, factor: float) -> None:
        """Set the zoom; 1.0 shows a CSS pixel as a pixel of the window."""
        self.setZoomFactor(factor)

    def _scroll_source(self) -> str:
        return f"window.scrollTo({self._scroll.x():.0f}, {self._scroll.y():.0f})"

    def _set_scroll_script(self) -> None:
        """Let the next page begin where this one is, before it is painted."""
        scripts = self._page.scripts()
        for script in scripts.find(_SCROLL):
            scripts.remove(script)
        script = QWebEngineScript()
        script.setName(_SCROLL)
        script.setWorldId(_OUR_WORLD)
        script.setInjectionPoint(QWebEngineScript.InjectionPoint.DocumentReady)
        script.setSourceCode(self._scroll_source())
        scripts.insert(script)

    @Slot(QPointF)
    def _on_scrolled(self, position: QPointF) -> None:
        # Loading scrolls to the top by itself; only what the reader does counts.
        if not self._loading:
            self._scroll = position / (self.zoomFactor() or 1.0)

    @Slot(bool)
    def _on_load_finished(self, done: bool) -> None:
        if not done:
            return
        # Images have their heights only now: what could not be scrolled to before can be.
        self._page.runJavaScript(self._scroll_source(), _OUR_WORLD.value, self._on_scroll_kept)

    def _on_scroll_kept(self, _result: object) -> None:
        self._loading = False
        self.shown.emit()

    @Slot(QWebEnginePage.RenderProcessTerminationStatus, int)
    def _on_terminated(self, status: QWebEnginePage.RenderProcessTerminationStatus, _code: int) -> None:
        if status != QWebEnginePage.RenderProcessTerminationStatus.NormalTerminationStatus:
            self.ended.emit()

    @Slot(QPoint)
    def _on_context_menu(self, position: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self._page.action(QWebEnginePage.WebAction.Copy))
        menu.addAction(self._page.action(QWebEnginePage.WebAction.SelectAll))
        request = self.lastContextMenuRequest()
        address = request.linkUrl().toString() if request else ""
        if address:
            copy = menu.addAction("Copy link address")
            copy.triggered.connect(lambda: QGuiApplication.clipboard().setText(address))
        menu.popup(self.mapToGlobal(position))


def _make_profile(parent: QWidget) -> QWebEngineProfile:
    """Make a profile that keeps nothing: no name means off the record."""
    profile = QWebEngineProfile(parent)
    profile.setHttpCacheType(QWebEngineProfile.HttpCacheType.NoCache)
    profile.setPersistentCookiesPolicy(QWebEngineProfile.PersistentCookiesPolicy.NoPersistentCookies)
    profile.setPersistentPermissionsPolicy(QWebEngineProfile.PersistentPermissionsPolicy.AskEveryTime)
    profile.setSpellCheckEnabled(False)
    profile.setPushServiceEnabled(False)
    profile.downloadRequested.connect(_refuse_download)
    return profile


def _refuse_download(request: QWebEngineDownloadRequest) -> None:
    request.cancel()


def _switch_off(settings: QWebEngineSettings) -> None:
    for attribute in _OFF:
        settings.setAttribute(attribute, False)
    settings.setAttribute(_Attribute.PlaybackRequiresUserGesture, True)
    settings.setUnknownUrlSchemePolicy(QWebEngineSettings.UnknownUrlSchemePolicy.DisallowUnknownUrlSchemes)
