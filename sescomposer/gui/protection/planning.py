"""What will be done to protect the message of a window, found on a worker. No Qt here.

A message that nobody protects, of a mailbox without a policy, costs no import of what signs: most messages are such.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sescomposer.core.errors import SesComposerError
from sescomposer.core.findings import Finding, Severity, Where
from sescomposer.core.message import NOT_CHOSEN, Message, Protection

if TYPE_CHECKING:
    from collections.abc import Hashable

    from sescomposer.bootstrap import Services
    from sescomposer.core.entity import Entity
    from sescomposer.core.protection.preflight import ProtectionFacts
    from sescomposer.services.protection.protection_plan import ProtectionPlan
    from sescomposer.services.protection.protection_ports import KeyEntry

_MULTIPARTS = {"multipart/signed": "signed", "multipart/encrypted": "encrypted"}
_CMS = ("application/pkcs7-mime", "application/x-pkcs7-mime")


@dataclass(frozen=True, eq=False)
class Planned:
    """What was found out for one state of a message.

    Attributes:
        protection: What was chosen for it.
        plan: What will be done; None where nothing is, and nobody demands anything.
        keys: The own keys, to choose from.
        trouble: Why nothing can be told, a sentence; "" where it could.
        came: "signed" or "encrypted" where the message is so as it stands, "" else.
    """

    protection: Protection = NOT_CHOSEN
    plan: "ProtectionPlan | None" = None
    keys: "tuple[KeyEntry, ...]" = ()
    trouble: str = ""
    came: str = ""

    @property
    def facts(self) -> "ProtectionFacts | None":
        """What the checks want to know; None for nothing."""
        return self.plan.facts if self.plan is not None else None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What the checks cannot find by themselves."""
        if not self.trouble:
            return ()
        words = f"Whether this message must be signed or encrypted cannot be told. {self.trouble}"
        return (Finding("protect-unread", Severity.ERROR, words, Where(field="keys"), "policy of the From mailbox"),)

    def wanted(self, protection: Protection) -> Protection:
        """Give what a message will get, by what is known now of the policy of its From mailbox.

        Args:
            protection: Of the message as it is now; what was chosen since the planning counts at once.
        """
        if self.plan is None:
            return protection
        if protection == self.protection:
            return self.plan.wanted
        from sescomposer.services.protection.protection_plan import wanted_by

        return wanted_by(protection, self.plan.policy)

    @property
    def demanded(self) -> tuple[str, ...]:
        """What the policy demands and nobody can take off: "signed", "encrypted"."""
        plan = self.plan
        if plan is None:
            return ()
        return tuple(
            word for word, is_must in (("signed", plan.must_sign), ("encrypted", plan.must_encrypt)) if is_must
        )


class Planner:
    """Plans on workers, and remembers the last answer: a key in the text changes nothing of it.

    Args:
        services: What it acts through.
    """

    def __init__(self, services: "Services") -> None:
        self._services = services
        self._last: tuple[tuple[Hashable, ...], Message, Planned] | None = None

    def forget(self) -> None:
        """Plan anew the next time: keys, people or policies may be others."""
        self._last = None

    def planned(self, message: Message, account: str, region: str) -> Planned:
        """Give what will be done to a message; on a worker.

        Args:
            message: As it is written.
            account: Name of the account it would go through, "" for the local inbox.
            region: Of the account.
        """
        if self._is_plain(message):
            return PLAIN
        asked = (message.envelope, message.options, message.protection, account, region)
        known = self._last
        if known is not None and known[0] == asked and known[1].root.header is message.root.header:
            return known[2]
        found = self._found(message, account, region)
        self._last = asked, message, found
        return found

    def _is_plain(self, message: Message) -> bool:
        if message.protection.is_chosen or self._services.has_policies:
            return False
        return not came_protected(message.root)

    def _found(self, message: Message, account: str, region: str) -> Planned:
        services, protection, came = self._services, message.protection, came_protected(message.root)
        try:
            plan = services.protecting.plan(message, account, region)
            return Planned(protection, plan, services.keys.all(), came=came)
        except SesComposerError as error:
            return Planned(protection, trouble=f"{error.sentence} {error.hint}".strip(), came=came)


def came_protected(root: "Entity") -> str:
    r"""Say whether a message is "signed" or "encrypted" as it stands, "" for neither.

    >>> from sescomposer.core.parse import parse
    >>> came_protected(parse(b"Content-Type: multipart/signed\r\n\r\n")), came_protected(parse(b"a"))
    ('signed', '')
    """
    kind = root.media_type
    if kind in _CMS:
        return "signed" if (root.content_type.get("smime-type") or "").lower() == "signed-data" else "encrypted"
    return _MULTIPARTS.get(kind, "")


PLAIN = Planned()
"""Nobody protects the message, and nobody demands it."""
