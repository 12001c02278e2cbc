"""Why the parser left the body of an entity unopened."""

from enum import StrEnum


class Note(StrEnum):
    """The word that `Entity.note` holds; "" where there is nothing to say.

    >>> Note.TOO_DEEP == "too deep"
    True
    """

    TOO_DEEP = "too deep"
    TOO_MANY_PARTS = "too many parts"
    NO_BOUNDARY = "no boundary"
    BOUNDARY_IN_USE = "boundary in use"
    ENCODED_MESSAGE = "encoded message"
    START_MISSING = "start boundary missing"
    NO_PARTS = "no parts"
