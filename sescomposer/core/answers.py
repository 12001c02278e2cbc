"""An answer of the service, as it came: what every transport gives and every explanation starts from."""

from dataclasses import dataclass

from sescomposer.core.road import Road


@dataclass(frozen=True, slots=True)
class ServiceAnswer:
    """What the service, or the way to it, said; its words are kept as they came.

    Attributes:
        road: The way it came.
        code: Error code of an API ("MessageRejected", on the wire of v1 as "Throttling"), name of a client's exception
            where no service answered ("ReadTimeoutError"), for SMTP the reply code as text ("554").
        text: Its own words.
        status: HTTP status or SMTP reply code; 0 where nobody answered.
        request_id: The id under which the service knows the call, "" without one.
        step: Of SMTP the command that was answered ("connect", "ehlo", "starttls", "auth", "mail-from", "rcpt-to",
            "data", "content", "quit"); of an API the operation ("SendEmail").
        region: Of the account, "" if unknown.

    >>> ServiceAnswer(Road.SMTP, "454", "Throttling failure: Maximum sending rate exceeded", 454, step="content").wire
    '454 Throttling failure: Maximum sending rate exceeded'
    """

    road: Road
    code: str
    text: str
    status: int = 0
    request_id: str = ""
    step: str = ""
    region: str = ""

    @property
    def wire(self) -> str:
        """The answer in one line, as people quote it."""
        return f"{self.code} {self.text}" if self.road is Road.SMTP else f"{self.code}: {self.text}"
