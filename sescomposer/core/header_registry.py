"""What is known of header fields by name: form, standard, meaning, and what Amazon SES does with them.

The facts are the data file `header_fields.toml`; a name that is not in it is an unstructured field of anybody's own.
"""

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from sescomposer.resources import read_text


class Form(StrEnum):
    """What the body of a field is made of."""

    MAILBOX = "mailbox"
    MAILBOXES = "mailboxes"
    ADDRESSES = "addresses"
    MSG_ID = "msg-id"
    MSG_IDS = "msg-ids"
    DATE = "date"
    UNSTRUCTURED = "unstructured"
    PHRASES = "phrases"
    PARAMETERS = "parameters"
    URIS = "uris"
    TOKEN = "token"
    LIST = "list"


ADDRESS_FORMS = frozenset({Form.MAILBOX, Form.MAILBOXES, Form.ADDRESSES})

RFC_SINGLE = frozenset(
    {
        "date",
        "from",
        "sender",
        "reply-to",
        "to",
        "cc",
        "bcc",
        "message-id",
        "in-reply-to",
        "references",
        "subject",
        "mime-version",
        "content-type",
        "content-transfer-encoding",
        "content-id",
        "content-description",
        "content-disposition",
    }
)
"""Fields that stand once at most (RFC 5322 section 3.6; RFC 2045 by their meaning), in lower case."""


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """One known header field.

    Attributes:
        name: As its standard writes it.
        where: "mail" (message header), "mime" (any entity), "defacto" (in use, not registered) or "ses".
        form: What its body is made of.
        reference: The document that defines it.
        help: One sentence for the writer.
        ses: Classes of what SES does with it, such as "single", "overwritten", "control".
    """

    name: str
    where: str
    form: Form
    reference: str
    help: str
    ses: frozenset[str]


@cache
def _table() -> dict[str, FieldInfo]:
    data = tomllib.loads(read_text("data/header_fields.toml"))
    return {
        row["name"].lower(): FieldInfo(
            row["name"], row["where"], Form(row["form"]), row["reference"], row["help"], frozenset(row["ses"])
        )
        for row in data["field"]
    }


def info(name: str) -> FieldInfo | None:
    """Give what is known of a field (in any case), None if nothing is.

    >>> found = info("subject")
    >>> (found.name, found.form.value) if found else None
    ('Subject', 'unstructured')
    """
    return _table().get(name.lower())


def form_of(name: str) -> Form:
    """Give the form of a field; one that is not known is unstructured.

    >>> form_of("To").value, form_of("X-Anything").value
    ('addresses', 'unstructured')
    """
    found = info(name)
    return found.form if found else Form.UNSTRUCTURED


def names() -> tuple[str, ...]:
    """Give all known names as their standards write them, in alphabetical order.

    >>> "List-Unsubscribe" in names()
    True
    """
    return tuple(sorted((found.name for found in _table().values()), key=str.lower))


def of_ses_class(ses_class: str) -> frozenset[str]:
    """Give the lower-case names that SES treats in this way.

    >>> "x-ses-tenant" in of_ses_class("control")
    True
    """
    return frozenset(name for name, found in _table().items() if ses_class in found.ses)


def single_instance(name: str) -> bool:
    """Tell whether a second field of this name (in any case) is refused by SES or wrong by its standard.

    >>> single_instance("Comments"), single_instance("to"), single_instance("Received")
    (True, True, False)
    """
    found = info(name)
    return name.lower() in RFC_SINGLE or (found is not None and "single" in found.ses)
