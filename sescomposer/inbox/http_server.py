"""The HTTP side of the local inbox: the send operations of both SES APIs, and what SDK programs ask before them.

Nothing about the signature of a request is checked: any key will do.
"""

import contextlib
import logging
import socket
import socketserver
import struct
import threading
import uuid
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any, cast

from sescomposer.core.answers import ServiceAnswer
from sescomposer.core.road import Road
from sescomposer.inbox import http_answers
from sescomposer.inbox.http_answers import HttpAnswer
from sescomposer.inbox.http_body import BodyError, read_body
from sescomposer.inbox.http_call import Call, MalformedCallError, form_call, json_call
from sescomposer.inbox.http_envelope import ParameterError, Wish, wish_of_v1, wish_of_v2
from sescomposer.inbox.reception import Intake, Reception, Verdict, request_too_long
from sescomposer.services.serving import Came, Cut, Fault

SEND_PATH = "/v2/email/outbound-emails"
ACCOUNT_PATH = "/v2/email/account"
IDLE_SECONDS = 300.0

_QUOTA = {"Max24HourSend": 50000.0, "MaxSendRate": 50.0, "SentLast24Hours": 0.0}
_LOGGER = logging.getLogger(__name__)
_QUESTION_OCTETS = 128
"""A form shorter than this holds no message: it asks for something."""
_RESET = struct.pack("ii", 1, 0)


class HttpServer(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """Started once and stopped once.

    Args:
        reception: Takes the messages.
        listening: A listening socket; closed by `stop`.
    """

    daemon_threads = False
    block_on_close = True

    def __init__(self, reception: Reception, listening: socket.socket) -> None:
        super().__init__(listening.getsockname()[:2], Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listening
        self.reception = reception
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.1,), name="inbox-http")

    def start(self) -> None:
        """Serve from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Cut every connection and end; whoever waits in a pause has to be let go before."""
        self.shutdown()
        self._thread.join()
        with self._lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        self.server_close()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Begin with a connection."""
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """End one."""
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is none of our faults; anything else is logged."""
        import sys

        del request, client_address
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            _LOGGER.error("A fault of ours in the HTTP server.", exc_info=error)


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server_version = "SESComposerInbox"
    sys_version = ""
    timeout = IDLE_SECONDS
    disable_nagle_algorithm = True

    @property
    def _reception(self) -> Reception:
        return cast("HttpServer", self.server).reception

    def do_GET(self) -> None:
        """Answer to what programs ask before they send."""
        self._begin()
        self._skip_body()
        if self.path.partition("?")[0] == ACCOUNT_PATH:
            self._answer(Road.SES_V2, http_answers.account(_QUOTA, self._request_id), Came.ANSWERED, "GetAccount")
        else:
            self._refuse(_unknown(Road.SES_V2, f"GET {self.path}"))

    def do_POST(self) -> None:
        """Take a message, or answer to an action of the API v1."""
        self._begin()
        path = self.path.partition("?")[0]
        if path == SEND_PATH:
            self._send(Road.SES_V2)
        elif path == "/":
            self._send(Road.SES_V1)
        else:
            self._skip_body()
            self._refuse(_unknown(Road.SES_V2, f"POST {self.path}"))

    def _other(self) -> None:
        self._begin()
        self._skip_body()
        self._refuse(_unknown(Road.SES_V2, f"{self.command} {self.path}"))

    do_PUT = do_DELETE = do_HEAD = do_PATCH = _other

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """The journal is written elsewhere."""

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer to what is no HTTP; called by the library."""
        del explain
        self._begin()
        words = message or HTTPStatus(code).phrase
        self._refuse(ServiceAnswer(Road.SES_V2, "MalformedHttpRequestException", words, code))

    # A message

    def _begin(self) -> None:
        self._request_id = str(uuid.uuid4())
        self._told = False

    def _skip_body(self) -> None:
        """Read the body of a question, or the next request on the connection would begin with it."""
        try:
            read_body(self.rfile, dict(self.headers))
        except BodyError:
            self.close_connection = True

    def _send(self, road: Road) -> None:
        """Read the body as far as told, decide, answer as told."""
        fault = self._fault_of(road)
        if fault.cut is Cut.BEFORE:
            self._wait(fault)
            self._cut(road, fault)
            return
        try:
            body = read_body(self.rfile, dict(self.headers), half=fault.cut is Cut.DURING)
        except BodyError as error:
            self.close_connection = True
            self._refuse(request_too_long(road) if error.is_too_long else _malformed(road, str(error)))
            return
        except OSError:
            self._note(road, Came.BROKEN)
            raise
        if fault.cut is Cut.DURING:
            self._wait(fault)
            self._cut(road, fault, len(body))
            return
        try:
            call = json_call(body) if road is Road.SES_V2 else form_call(body)
            self._called(road, call, fault)
        except MalformedCallError as error:
            self._refuse(_malformed(road, str(error)))

    def _fault_of(self, road: Road) -> Fault:
        """Give what is done to this request; of the API v1 every action comes here, and only a message counts."""
        found = self.headers.get("Content-Length", "").strip()
        is_short = found.isdecimal() and len(found) <= len(str(_QUESTION_OCTETS)) and int(found) < _QUESTION_OCTETS
        is_question = road is Road.SES_V1 and is_short
        return Fault() if is_question else self._reception.faults.take(road)

    def _called(self, road: Road, call: Call, fault: Fault) -> None:
        action = call.members.get("Action", "") if road is Road.SES_V1 else "SendEmail"
        if action == "GetSendQuota":
            answer = http_answers.send_quota(_QUOTA, self._request_id)
            self._answer(road, answer, Came.ANSWERED, "GetSendQuota")
        elif action not in ("SendRawEmail", "SendEmail") or (road is Road.SES_V1 and action == "SendEmail"):
            self._refuse(_unknown(road, str(action)))
        else:
            self._wait(fault)
            self._message(road, call, fault)

    def _message(self, road: Road, call: Call, fault: Fault) -> None:
        """Take the message of a call."""
        intake = self._reception.intake(road)
        try:
            wish = wish_of_v2(call.members) if road is Road.SES_V2 else wish_of_v1(call.members)
            for window in call.octets():
                intake.write(window)
            verdict = self._verdict(road, call, fault, intake, wish)
        except ParameterError as error:
            self._refuse(_bad(road, str(error)))
            return
        finally:
            intake.abandon()
        if fault.cut is Cut.AFTER:
            self._cut(road, fault, intake.length, verdict)
            return
        self._told = fault.answer is not None
        self._conclude(road, verdict, intake.length)

    def _verdict(self, road: Road, call: Call, fault: Fault, intake: Intake, wish: Wish) -> Verdict:
        if fault.answer is not None and fault.cut is Cut.NONE:
            return Verdict(fault.answer.example(road))
        if call.text is None:
            return Verdict(_bad(road, "The local inbox serves raw messages only: Content.Raw.Data is missing."))
        return self._reception.accept(road, intake, wish.envelope, wish.replaced)

    def _conclude(self, road: Road, verdict: Verdict, octets: int) -> None:
        if verdict.is_accepted:
            answer = http_answers.accepted(road, verdict.entry, self._request_id)
            came, words = Came.ACCEPTED, f"200 {verdict.entry}"
        else:
            answer = http_answers.error(verdict.answer, self._request_id)
            came, words = Came.REFUSED, f"{verdict.answer.status} {verdict.answer.wire}"
        self._answer(road, answer, came, words, octets, verdict)

    # Answering

    def _wait(self, fault: Fault) -> None:
        if fault.latency:
            self._reception.pause(fault.latency)

    def _refuse(self, answer: ServiceAnswer) -> None:
        words = f"{answer.status} {answer.wire}"
        self._answer(answer.road, http_answers.error(answer, self._request_id), Came.REFUSED, words)

    def _answer(
        self,
        road: Road,
        answer: HttpAnswer,
        came: Came,
        words: str,
        octets: int = 0,
        verdict: Verdict | None = None,
    ) -> None:
        self._note(road, came, words, octets, verdict)
        self.send_response(answer.status)
        for name, value in answer.fields.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def _cut(self, road: Road, fault: Fault, octets: int = 0, verdict: Verdict | None = None) -> None:
        """Reset the connection."""
        self._told = True
        self._note(road, Came.CUT, f"cut {fault.cut} the octets", octets, verdict)
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self.connection.close()

    def _note(self, road: Road, came: Came, words: str = "", octets: int = 0, verdict: Verdict | None = None) -> None:
        envelope = verdict.envelope if verdict else None
        self._reception.log.note(
            road,
            f"{self.client_address[0]}:{self.client_address[1]}",
            came,
            words,
            mail_from=envelope.mail_from if envelope else "",
            rcpt_to=envelope.rcpt_to if envelope else (),
            octets=octets,
            entry=verdict.entry if verdict else "",
            told=self._told,
        )


def _unknown(road: Road, what: str) -> ServiceAnswer:
    words = f"The local inbox takes raw messages and says the quota; it knows nothing of {what[:100]!r}."
    if road is Road.SES_V1:
        return ServiceAnswer(road, "InvalidAction", words, 400)
    return ServiceAnswer(road, "UnknownOperationException", words, 404)


def _bad(road: Road, words: str) -> ServiceAnswer:
    return ServiceAnswer(road, "BadRequestException" if road is Road.SES_V2 else "InvalidParameterValue", words, 400)


def _malformed(road: Road, words: str) -> ServiceAnswer:
    return ServiceAnswer(road, "SerializationException" if road is Road.SES_V2 else "MalformedInput", words, 400)
