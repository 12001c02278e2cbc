"""Images from elsewhere, fetched by us when the reader asked for them: the web engine itself reaches nobody."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtNetwork import (
    QNetworkAccessManager,
    QNetworkProxyFactory,
    QNetworkProxyQuery,
    QNetworkReply,
    QNetworkRequest,
)

LARGEST_OCTETS = 16 * 2**20
TIMEOUT_MS = 15_000


@dataclass(frozen=True, slots=True)
class FetchedImage:
    """An answer: media type ("" if there was none to show) and octets."""

    media_type: str = ""
    octets: bytes = b""


Receiver = Callable[[FetchedImage], None]


class RemoteImages(QObject):
    """Fetches images from hosts that are unlocked, each once; sends no cookie and no referrer, follows no way out.

    What was fetched is kept until the hosts are locked, so that typing does not ask a server again with each key.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.hosts: frozenset[str] = frozenset()
        self._network = QNetworkAccessManager(self)
        self._network.setRedirectPolicy(QNetworkRequest.RedirectPolicy.UserVerifiedRedirectPolicy)
        self._network.setTransferTimeout(TIMEOUT_MS)
        self._kept: dict[str, FetchedImage] = {}
        self._waiting: dict[str, list[Receiver]] = {}

    def unlock(self, hosts: frozenset[str]) -> None:
        """Allow these hosts and no others; without any, forget what was fetched."""
        self.hosts = hosts
        if not hosts:
            self._kept.clear()

    def fetch(self, address: str, receiver: Receiver) -> None:
        """Hand the image to `receiver`, now or later, on this thread; an empty one if it may not or cannot be had."""
        if address in self._kept:
            receiver(self._kept[address])
        elif address in self._waiting:
            self._waiting[address].append(receiver)
        elif not self._is_allowed(QUrl(address)):
            receiver(FetchedImage())
        else:
            self._waiting[address] = [receiver]
            self._start(address)

    def _is_allowed(self, url: QUrl) -> bool:
        return url.isValid() and url.scheme() in ("http", "https") and url.host().lower() in self.hosts

    def _start(self, address: str) -> None:
        url = QUrl(address)
        request = QNetworkRequest(url)
        manual = QNetworkRequest.LoadControl.Manual
        for attribute in (
            QNetworkRequest.Attribute.CookieLoadControlAttribute,
            QNetworkRequest.Attribute.CookieSaveControlAttribute,
            QNetworkRequest.Attribute.AuthenticationReuseAttribute,
        ):
            request.setAttribute(attribute, manual.value)
        self._network.setProxy(QNetworkProxyFactory.systemProxyForQuery(QNetworkProxyQuery(url))[0])
        reply = self._network.get(request)
        reply.setObjectName(address)
        reply.redirected.connect(self._on_redirected)
        reply.downloadProgress.connect(self._on_progress)
        reply.finished.connect(self._on_finished)

    def _reply(self) -> QNetworkReply:
        reply = self.sender()
        if not isinstance(reply, QNetworkReply):
            raise TypeError(f"a signal of {reply!r} came where only those of a reply are connected")
        return reply

    @Slot(QUrl)
    def _on_redirected(self, url: QUrl) -> None:
        reply = self._reply()
        if self._is_allowed(url):
            reply.redirectAllowed.emit()
        else:
            reply.abort()

    @Slot("qlonglong", "qlonglong")
    def _on_progress(self, received: int, total: int) -> None:
        if max(received, total) > LARGEST_OCTETS:
            self._reply().abort()

    @Slot()
    def _on_finished(self) -> None:
        reply = self._reply()
        reply.deleteLater()
        media_type = str(reply.header(QNetworkRequest.KnownHeaders.ContentTypeHeader) or "").partition(";")[0].strip()
        image = FetchedImage()
        if reply.error() == QNetworkReply.NetworkError.NoError and media_type.lower().startswith("image/"):
            image = FetchedImage(media_type.lower(), bytes(reply.readAll().data()))
        if self.hosts:
            self._kept[reply.objectName()] = image
        for receiver in self._waiting.pop(reply.objectName(), []):
            receiver(image)
