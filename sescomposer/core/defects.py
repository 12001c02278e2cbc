"""What is wrong in octets or text that were read: values, derived when asked for; reading itself never fails."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Defect:
    """One thing wrong, at `[start, stop)` of what was examined.

    Attributes:
        code: Stable name in lower case with hyphens.
        message: One sentence.
        start, stop: Offsets in the octets (or characters, for a text) that were examined.
        standard: The rule it breaks, such as "RFC 2045 6.8".
    """

    code: str
    message: str
    start: int
    stop: int
    standard: str
