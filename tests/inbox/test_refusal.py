"""Every finding that SES refuses comes back in its words, as each road wraps them."""

from collections.abc import Callable

import pytest

from sescomposer.core import limits
from sescomposer.core.envelope import Envelope
from sescomposer.core.errors import RefusedError
from sescomposer.core.message import Road
from sescomposer.core.octets import Octets
from sescomposer.inbox.service import Inbox

FROM = b"From: a@a.example\r\n"
TO = b"To: b@b.example\r\n"
ENVELOPE = Envelope("a@a.example", ("b@b.example",))
UNPUBLISHED = "(SES's own words for this are not published) "


def multipart(parts: int) -> bytes:
    """A message of so many empty parts."""
    head = FROM + TO + b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
    return head + b"--b\r\n\r\nx\r\n" * parts + b"--b--\r\n"


LONG_NAME = b"X" * 330
CASES = {
    "no-from": (TO + b"\r\nx", "Missing required header 'From'."),
    "field-repeated": (FROM + FROM + TO + b"\r\nx", "Duplicate header 'From'."),
    "field-repeated, case": (FROM + b"fRoM: a@a.example\r\n" + TO + b"\r\nx", "Duplicate header 'fRoM'."),
    "line without a name": (FROM + TO + b": nameless\r\n\r\nx", "Empty header names are illegal."),
    "field-without-address": (FROM + b"To:\r\n\r\nx", "Missing final '@domain'"),
    "bad-address": (FROM + b"To: Doe, Jane <j@x.example>\r\n\r\nx", "Missing final '@domain'"),
    "bad-address, blank": (
        FROM + b"To: Jane Doe jane@x.example\r\n\r\nx",
        "Local address contains control or whitespace",
    ),
    "local-part-not-ascii": (
        FROM + "To: dörte@x.example\r\n\r\nx".encode(),
        "Local address contains control or whitespace",
    ),
    "address-too-long": (
        FROM + b"To: " + LONG_NAME + b" <b@b.example>\r\n\r\nx",
        "Address length is more than 320 characters long: '",
    ),
    "bad-tag": (FROM + TO + b"X-SES-MESSAGE-TAGS: a b=c\r\n\r\nx", "Invalid tag name <a b>"),
    "no boundary line": (
        FROM + TO + b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\nx",
        "Missing start boundary",
    ),
    "too-many-parts": (multipart(501), UNPUBLISHED + "The message has 501 parts; SES takes 500."),
    "extension-refused": (
        FROM + TO + b"Content-Disposition: attachment; filename=a.exe\r\n\r\nx",
        UNPUBLISHED + "SES refuses files that end in .exe",
    ),
}
WRAPPINGS = {
    Road.SES_V1: "InvalidParameterValue: ",
    Road.SES_V2: "BadRequestException: ",
    Road.SMTP: "554 Transaction failed: ",
}


def refusal(inbox: Inbox, octets: bytes, envelope: Envelope = ENVELOPE) -> RefusedError:
    """Submit and give the refusal; nothing may be kept."""
    with pytest.raises(RefusedError) as caught:
        inbox.accept(Octets.of(octets), envelope)
    assert inbox.entries() == ()
    return caught.value


@pytest.mark.parametrize("road", list(Road))
@pytest.mark.parametrize("name", list(CASES))
def test_refused_in_the_words_of_the_road(new_inbox: Callable[[Road], Inbox], name: str, road: Road) -> None:
    octets, text = CASES[name]
    error = refusal(new_inbox(road), octets)
    assert error.sentence.startswith(WRAPPINGS[road] + text)
    assert error.hint


@pytest.mark.parametrize("road", list(Road))
def test_nobody_and_too_many(new_inbox: Callable[[Road], Inbox], road: Road) -> None:
    inbox = new_inbox(road)
    nobody = refusal(inbox, FROM + b"\r\nx", Envelope("a@a.example", ()))
    assert nobody.sentence == WRAPPINGS[road] + "Missing required header 'To'."
    many = tuple(f"r{number}@b.example" for number in range(51))
    assert refusal(inbox, FROM + TO + b"\r\nx", Envelope("a@a.example", many)).sentence == (
        WRAPPINGS[road] + "Recipient count exceeds 50."
    )
    inbox.accept(Octets.of(FROM + TO + b"\r\nx"), Envelope("a@a.example", many[:50]))


SIZES = {
    Road.SES_V1: "InvalidParameterValue: Message length is more than 5000 bytes long: '5001'.",
    Road.SES_V2: "BadRequestException: " + UNPUBLISHED + "The message has 5,001 octets",
    Road.SMTP: "552 Message is too long",
}


@pytest.mark.parametrize("road", list(Road))
def test_one_octet_too_many(new_inbox: Callable[[Road], Inbox], monkeypatch: pytest.MonkeyPatch, road: Road) -> None:
    for name in ("SES_V1_OCTETS", "SES_V2_OCTETS"):
        monkeypatch.setattr(limits, name, 5000)
    octets = FROM + TO + b"\r\n" + (b"0123456789" * 7 + b"\r\n") * 100
    inbox = new_inbox(road)
    assert refusal(inbox, octets[:5001]).sentence.startswith(SIZES[road])
    inbox.accept(Octets.of(octets[:5000]), ENVELOPE)


def test_envelope_is_judged_as_given(inbox: Inbox) -> None:
    error = refusal(inbox, FROM + TO + b"\r\nx", Envelope("a@a.example", ("no-domain",)))
    assert error.sentence == "BadRequestException: Missing final '@domain'"


def test_first_fault_is_the_answer_and_the_hint_names_all(inbox: Inbox) -> None:
    error = refusal(inbox, b"To: nobody\r\nSubject: a\r\nSubject: b\r\n\r\nx")
    assert error.sentence == "BadRequestException: Missing required header 'From'."
    assert "Subject stands more than once." in error.hint
