"""What the two SES APIs answer, octet for octet in the form that SDKs read."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from sescomposer.core.answers import ServiceAnswer
from sescomposer.core.road import Road

NAMESPACE = "http://ses.amazonaws.com/doc/2010-12-01/"

_UNWRITABLE = dict.fromkeys((*range(9), 11, 12, *range(14, 32)), "?")


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """Status, header fields and body."""

    status: int
    fields: Mapping[str, str]
    body: bytes


def accepted(road: Road, message_id: str, request_id: str) -> HttpAnswer:
    """Answer that a message was accepted.

    >>> accepted(Road.SES_V2, "0100-a", "r").body
    b'{"MessageId": "0100-a"}'
    """
    if road is Road.SES_V2:
        return _json(200, {"MessageId": message_id}, request_id)
    return result("SendRawEmail", f"<MessageId>{escape(message_id)}</MessageId>", request_id)


def error(answer: ServiceAnswer, request_id: str) -> HttpAnswer:
    """Answer with an error; status, code and text are those of the answer.

    >>> error(ServiceAnswer(Road.SES_V2, "BadRequestException", "No.", 400), "r").fields["x-amzn-ErrorType"]
    'BadRequestException'
    """
    if answer.road is Road.SES_V2:
        return _json(answer.status, {"message": answer.text}, request_id, {"x-amzn-ErrorType": answer.code})
    side = "Receiver" if answer.status >= 500 else "Sender"
    text = escape(answer.text.translate(_UNWRITABLE))
    said = f"<Type>{side}</Type><Code>{escape(answer.code)}</Code><Message>{text}</Message>"
    return _xml(answer.status, "ErrorResponse", f"<Error>{said}</Error><RequestId>{request_id}</RequestId>", request_id)


def account(quota: Mapping[str, float], request_id: str) -> HttpAnswer:
    """Answer to GetAccount of the API v2."""
    members = {
        "DedicatedIpAutoWarmupEnabled": False,
        "EnforcementStatus": "HEALTHY",
        "ProductionAccessEnabled": True,
        "SendQuota": dict(quota),
        "SendingEnabled": True,
    }
    return _json(200, members, request_id)


def send_quota(quota: Mapping[str, float], request_id: str) -> HttpAnswer:
    """Answer to GetSendQuota of the API v1."""
    return result("GetSendQuota", "".join(f"<{name}>{value}</{name}>" for name, value in quota.items()), request_id)


def result(action: str, inner: str, request_id: str) -> HttpAnswer:
    """Answer to an action of the API v1; `inner` is XML."""
    about = f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata>"
    return _xml(200, f"{action}Response", f"<{action}Result>{inner}</{action}Result>{about}", request_id)


def _json(
    status: int, members: Mapping[str, Any], request_id: str, more: Mapping[str, str] | None = None
) -> HttpAnswer:
    fields = {"Content-Type": "application/json", "x-amzn-RequestId": request_id, **(more or {})}
    return HttpAnswer(status, fields, json.dumps(members).encode("ascii"))


def _xml(status: int, name: str, inner: str, request_id: str) -> HttpAnswer:
    fields = {"Content-Type": "text/xml", "x-amzn-RequestId": request_id}
    text = f'<{name} xmlns="{NAMESPACE}">{inner}</{name}>'
    return HttpAnswer(status, fields, text.encode("utf-8", "replace"))
