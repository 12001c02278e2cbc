"""The facts of the ledger of invitations as JSON values."""

from collections.abc import Mapping
from dataclasses import astuple
from datetime import datetime
from typing import Any

from sescomposer.core.invitation.people import Attendee
from sescomposer.services.invitation_ports import AnswerTaken, SentEvent
from sescomposer.store.submission_json import intent_from_json, intent_to_json

_PLAIN = ("uid", "occurrence", "sequence", "stamp", "calendar")
_OF_SENT = (*_PLAIN, "method", "status", "organizer", "summary")
_OF_ANSWER = (*_PLAIN, "who", "name", "partstat", "comment")


def fact_to_json(fact: SentEvent | AnswerTaken) -> dict[str, Any]:
    """Give a fact as JSON values."""
    at = fact.at.isoformat()
    if isinstance(fact, AnswerTaken):
        plain = {name: getattr(fact, name) for name in _OF_ANSWER}
        return {"kind": "answer", **plain, "answer": fact.kind, "at": at}
    plain = {name: getattr(fact, name) for name in _OF_SENT}
    guests = [list(astuple(guest)) for guest in fact.guests]
    return {"kind": "sent", **plain, "guests": guests, "intent": intent_to_json(fact.intent), "at": at}


def sent_from_json(value: Mapping[str, Any]) -> SentEvent:
    """Give what `fact_to_json` made of a message sent."""
    plain = {name: value[name] for name in _OF_SENT}
    return SentEvent(
        **plain,
        guests=tuple(Attendee(*guest) for guest in value["guests"]),
        intent=intent_from_json(value["intent"]),
        at=datetime.fromisoformat(value["at"]),
    )


def answer_from_json(value: Mapping[str, Any]) -> AnswerTaken:
    """Give what `fact_to_json` made of an answer.

    >>> from datetime import UTC
    >>> fact = AnswerTaken("1", "", "REPLY", "a@example.net", "", "ACCEPTED", "", 0, "", "ab", datetime.now(UTC))
    >>> answer_from_json(fact_to_json(fact)) == fact
    True
    """
    plain = {name: value[name] for name in _OF_ANSWER}
    return AnswerTaken(**plain, kind=value["answer"], at=datetime.fromisoformat(value["at"]))


__all__ = ["answer_from_json", "fact_to_json", "sent_from_json"]
