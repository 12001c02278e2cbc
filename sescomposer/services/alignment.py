"""Whether DKIM or SPF proves the domain of From, as DMARC asks (RFC 7489 section 3.1), by what is known of an account.

SES signs with DKIM for the domain of the identity, and SPF speaks for its MAIL FROM domain: both count for the domain
of the identity and what is below it.
"""

from sescomposer.core.entity import Entity
from sescomposer.core.envelope import mailboxes
from sescomposer.services.knowledge import Known
from sescomposer.services.verification import identities_for, were_identities_read

_ON = "SUCCESS"


def is_aligned(known: Known | None, root: Entity) -> bool | None:
    """Tell whether the domain of From is proven; None if nobody knows.

    Args:
        known: What was last read of the account in its region.
        root: The message. One with a DKIM-Signature of its own brings a proof that is not looked at.

    >>> from datetime import datetime
    >>> from sescomposer.core.parse import parse
    >>> from sescomposer.services.knowledge import Identity
    >>> domain = Identity("b.example", "DOMAIN", "SUCCESS", True, dkim="SUCCESS", has_details=True)
    >>> known = Known("a", "eu-west-1", datetime(2026, 1, 1), identities=(domain,))
    >>> is_aligned(known, parse(b"From: ada@b.example\\r\\n\\r\\n")), is_aligned(None, parse(b"From: ada@b.example"))
    (True, None)
    """
    senders = mailboxes(root, "From")
    if known is None or len(senders) != 1 or root.header.first("DKIM-Signature") is not None:
        return None
    covers = identities_for(known.identities, senders[0].wire_addr_spec)
    if any(identity.dkim == _ON or identity.mail_from_status == _ON for identity in covers):
        return True
    # An identity that is missing is told elsewhere; one whose details nobody read may prove it.
    is_known = were_identities_read(known) and all(identity.has_details for identity in covers)
    return False if covers and is_known else None
