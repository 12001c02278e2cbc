"""The one scheme that a previewed page can load from, answered from memory; and the wall around everything else."""

import os

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject
from PySide6.QtWebEngineCore import (
    QWebEngineUrlRequestInfo,
    QWebEngineUrlRequestInterceptor,
    QWebEngineUrlRequestJob,
    QWebEngineUrlScheme,
    QWebEngineUrlSchemeHandler,
)
from shiboken6 import isValid

from sescomposer.core.html.preview_document import Page, PreviewPart, RemoteImage
from sescomposer.gui.preview.address import SCHEME, parse_path
from sescomposer.gui.preview.remote_images import FetchedImage, RemoteImages

POLICY = (
    f"default-src 'none'; img-src {SCHEME}: data:; media-src {SCHEME}: data:; font-src {SCHEME}: data:; "
    f"style-src 'unsafe-inline' {SCHEME}: data:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; "
    "sandbox allow-popups"
)
"""Content-Security-Policy of every page, a second wall. Popups are allowed so that a click on a link with a target
reaches us, who show its address and open nothing."""

_HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-DNS-Prefetch-Control": "off",
}
# <link rel=preconnect> opens a connection without any request that could be intercepted, and no policy forbids it.
# So the engine gets a proxy that is never there, also for this machine itself.
_NO_NETWORK = "--proxy-server=socks5://127.0.0.1:1 --proxy-bypass-list=<-loopback>"
# A page of mail needs no GPU, and sharing one would cost every start of the window 28 ms, with or without a preview.
_NO_GPU = "--disable-gpu"
_FLAGS = "QTWEBENGINE_CHROMIUM_FLAGS"


def prepare_engine() -> None:
    """Register the scheme and cut the engine off the network; comes before the first profile, and counts once."""
    name = SCHEME.encode()
    if QWebEngineUrlScheme.schemeByName(name).name():
        return
    os.environ[_FLAGS] = f"{os.environ.get(_FLAGS, '')} {_NO_NETWORK} {_NO_GPU}".strip()
    scheme = QWebEngineUrlScheme(name)
    scheme.setSyntax(QWebEngineUrlScheme.Syntax.Host)
    scheme.setFlags(QWebEngineUrlScheme.Flag.SecureScheme)
    QWebEngineUrlScheme.registerScheme(scheme)


class Wall(QWebEngineUrlRequestInterceptor):
    """Lets requests through to our scheme and to data: addresses, and to nothing else."""

    def interceptRequest(self, info: QWebEngineUrlRequestInfo) -> None:
        """Block what is not ours; called by the engine for every request and redirect."""
        info.block(info.requestUrl().scheme() not in (SCHEME, "data"))


class PageServer(QWebEngineUrlSchemeHandler):
    """Answers for the page that is shown now; other numbers are not found."""

    def __init__(self, images: RemoteImages, parent: QObject) -> None:
        super().__init__(parent)
        self._images = images
        self._number = -1
        self._page = Page("")

    def serve(self, number: int, page: Page) -> None:
        """Answer with this page from now on."""
        self._number, self._page = number, page

    def requestStarted(self, job: QWebEngineUrlRequestJob) -> None:
        """Answer one request of the engine."""
        asked = parse_path(job.requestUrl().path())
        if asked is None or asked[0] != self._number or bytes(job.requestMethod().data()) != b"GET":
            job.fail(QWebEngineUrlRequestJob.Error.UrlNotFound)
        elif asked[1] < 0:
            _reply(job, "text/html; charset=utf-8", self._page.html.encode("utf-8", "replace"))
        elif asked[1] < len(self._page.resources):
            self._answer(job, self._page.resources[asked[1]])
        else:
            job.fail(QWebEngineUrlRequestJob.Error.UrlNotFound)

    def _answer(self, job: QWebEngineUrlRequestJob, resource: PreviewPart | RemoteImage) -> None:
        if isinstance(resource, PreviewPart):
            _reply(job, resource.media_type, resource.octets())
        else:
            self._images.fetch(resource.url, lambda image: _reply_image(job, image))


def _reply_image(job: QWebEngineUrlRequestJob, image: FetchedImage) -> None:
    """Answer with what was fetched, if the page still waits for it."""
    if not isValid(job):
        return
    if image.media_type:
        _reply(job, image.media_type, image.octets)
    else:
        job.fail(QWebEngineUrlRequestJob.Error.RequestFailed)


def _reply(job: QWebEngineUrlRequestJob, media_type: str, octets: bytes) -> None:
    headers = {QByteArray(name.encode()): QByteArray(value.encode()) for name, value in _HEADERS.items()}
    job.setAdditionalResponseHeaders(headers)
    buffer = QBuffer(job)
    buffer.setData(octets)
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    job.reply(media_type.encode("ascii", "replace"), buffer)
