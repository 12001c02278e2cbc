"""What can be wrong with an address, in the words of Amazon SES, and how to mend it."""

from sescomposer.core.defects import Defect
from sescomposer.core.errors import AddressError

_HINTS = {
    "Missing '\"'": "Close the quoted text with a second quotation mark.",
    "Missing '('": "Remove the closing parenthesis, or put the name into quotation marks.",
    "Missing ')'": "Close the parenthesis, or put the name into quotation marks.",
    "Missing '<'": "Put the address into angle brackets.",
    "Missing '>'": "Put the address into angle brackets.",
    "Missing final '@domain'": "Every address has an @ and a domain; a name with a comma stands in quotation marks.",
    "Missing local name": "Write the name of the mailbox before the @.",
    "Missing domain": "Write the domain behind the @.",
    "Illegal address": "Put a name with commas or brackets into quotation marks; leave no member of a list empty.",
    "Illegal route-addr": "Write only the address inside the angle brackets.",
    "Illegal semicolon, not in group": "Separate addresses by commas.",
    "Nested group": "A group cannot hold another one.",
    "Extra route-addr": "Leave one address in angle brackets, and a comma before the next.",
    "Local address contains control or whitespace": "Put a name before an address in angle brackets; remove blanks.",
    "Local address contains illegal character": "Put the part before the @ into quotation marks.",
    "Quote not at start of local address": "Put the whole part before the @ into quotation marks.",
    "Quote not at end of local address": "Put the whole part before the @ into quotation marks.",
    "Domain contains control or whitespace": "Remove blanks and invisible characters from the domain.",
    "Domain contains illegal character": "A domain has letters, digits, hyphens and dots only.",
}


class Fault(Exception):
    """One fault at a position of the text that is read."""

    def __init__(self, wording: str, position: int) -> None:
        super().__init__(wording)
        self.wording = wording
        self.position = position

    def error(self, text: str) -> AddressError:
        """Give it as an exception of ours."""
        return AddressError(self.wording, hint=_HINTS.get(self.wording, ""), value=text, position=self.position)

    def defect(self, text: str) -> Defect:
        """Give it as a defect of one character."""
        stop = min(self.position + 1, len(text))
        return Defect("address", self.wording, min(self.position, stop), stop, "RFC 5322 3.4")
