"""What the window says of the protection of its message, in plain words. No Qt here."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sescomposer.core.message import Method, Protection

if TYPE_CHECKING:
    from sescomposer.gui.protection.planning import Planned
    from sescomposer.services.protection.protection_plan import ProtectionPlan
    from sescomposer.services.protection.protection_ports import KeyEntry

NOT_PROTECTED = "not signed"
_SHOWN_FAULTS = 3
_SHOWN_PEOPLE = 6
_WORST = ("error", "warning")


def field_words(protection: Protection, planned: "Planned | None", lacking: str = "") -> str:
    """Give what will be done, in words for the status bar.

    Args:
        protection: Of the message as it is now.
        planned: What was found out.
        lacking: What the signature that came with the message lacks of being verified, "" for nothing.

    >>> field_words(Protection(sign=True, encrypt=True), None), field_words(Protection(), None)
    ('to be signed and encrypted', 'not signed')
    >>> field_words(Protection(sign=True, method=Method.SES), None)
    'SES signs it'
    """
    wanted = planned.wanted(protection) if planned is not None else protection
    if planned is not None and planned.trouble:
        return "cannot be signed"
    if wanted.sign and wanted.method is Method.SES and not wanted.encrypt:
        return "SES signs it"
    done = [word for word, is_wanted in (("signed", wanted.sign), ("encrypted", wanted.encrypt)) if is_wanted]
    if not done:
        return _came_words(planned.came if planned is not None else "", lacking)
    demanded = [word for word in done if planned is not None and word in planned.demanded]
    further = [word for word in done if word not in demanded]
    by = ", OpenPGP" if wanted.method is Method.OPENPGP else ""
    if not demanded:
        return f"to be {' and '.join(further)}{by}"
    also = f", also {further[0]}" if further else ""
    return f"must be {' and '.join(demanded)}{also}{by}"


def _came_words(came: str, lacking: str) -> str:
    if not lacking:
        return f"{came} already" if came else NOT_PROTECTED
    return {"signed": f"signed, {lacking}", "encrypted": f"encrypted, signature {lacking}"}.get(
        came, f"signature {lacking}"
    )


def worse(first: str, second: str) -> str:
    """Give the worse of two levels.

    >>> worse("", "warning"), worse("error", "warning")
    ('warning', 'error')
    """
    return next((level for level in _WORST if level in (first, second)), "")


def level_of(planned: "Planned | None") -> str:
    """Give how bad it stands: "", "warning" or "error"."""
    if planned is None:
        return ""
    if planned.trouble:
        return "error"
    plan = planned.plan
    if plan is None:
        return ""
    if plan.missing or lacks_key(plan):
        return "error"
    severities = {fault.severity.value for fault in plan.faults}
    return next((level for level in _WORST if level in severities), "")


def lacks_key(plan: "ProtectionPlan") -> bool:
    """Whether it is to be signed by us and no key can do that."""
    return plan.is_ours and plan.signs and plan.key is None


def told_words(planned: "Planned | None") -> str:
    """Say it in full, a line for each thing, for the tool tip and the top of the menu."""
    if planned is None:
        return "Whether the message will be signed or encrypted."
    if planned.trouble:
        return f"It cannot be told how the message must be protected, so it cannot be sent. {planned.trouble}"
    if planned.plan is None:
        return "The message will be neither signed nor encrypted. Nobody demands it for its From mailbox."
    came = planned.came
    if not came:
        return "\n".join(_lines(planned.plan, came=False))
    becomes = " already" if planned.plan.signs or planned.plan.encrypts else ", and goes out as it is"
    return "\n".join((f"The message is {came} as it stands{becomes}.", *_lines(planned.plan, came=True)))


def _lines(plan: "ProtectionPlan", *, came: bool) -> Iterator[str]:
    if not (plan.signs or plan.encrypts):
        if not came:
            yield "The message will be neither signed nor encrypted."
        if plan.set_signs:
            yield f"SES signs by itself what goes through the configuration set “{plan.configuration_set}”."
    else:
        yield from _done_lines(plan)
    if plan.dkim is not None:
        yield f"A DKIM signature of ours is added for {plan.dkim.details.get('domain', plan.dkim.label)}."
    for fault in plan.faults[:_SHOWN_FAULTS]:
        yield f"{fault.severity.value.capitalize()}: {fault.sentence} {fault.mend}".strip()
    if len(plan.faults) > _SHOWN_FAULTS:
        yield f"and {len(plan.faults) - _SHOWN_FAULTS} more: see the problems."


def _done_lines(plan: "ProtectionPlan") -> Iterator[str]:
    demand = must_words(plan, sign=plan.must_sign, encrypt=plan.must_encrypt)
    if demand:
        yield demand
    if plan.signs and plan.method is Method.SES:
        yield f"SES signs it on its side, for {plan.address}. In the local inbox it lies unsigned."
    elif plan.signs and plan.key is not None:
        yield f"Signs: {key_words(plan.key)}. {plan.reason}".strip()
    elif plan.signs and not any(fault.sentence == plan.reason for fault in plan.faults):
        yield f"No key can sign it. {plan.reason}".strip()
    if plan.encrypts:
        yield from _encrypted_lines(plan)


def _encrypted_lines(plan: "ProtectionPlan") -> Iterator[str]:
    thing = "OpenPGP key" if plan.method is Method.OPENPGP else "certificate"
    named = list(dict.fromkeys(key.address for key in plan.recipients))
    if named:
        more = f" and {len(named) - _SHOWN_PEOPLE} more" if len(named) > _SHOWN_PEOPLE else ""
        yield f"Encrypted for {', '.join(named[:_SHOWN_PEOPLE])}{more}."
    if plan.missing:
        yield f"Error: there is no {thing} for {', '.join(plan.missing)}."
    if plan.own is None:
        yield "You will not be able to read it yourself: you have no key for that."


def must_words(plan: "ProtectionPlan", *, sign: bool = False, encrypt: bool = False) -> str:
    """Say what the policy demands, "" for nothing."""
    done = [word for word, is_demanded in (("signed", sign), ("encrypted", encrypt)) if is_demanded]
    if not done:
        return ""
    return f"Mail from {plan.policy.address or plan.address} must be {' and '.join(done)}: its policy says so."


def key_words(entry: "KeyEntry") -> str:
    """Name a key: its owner, first address, and the end of its fingerprint, which tells those of one owner apart."""
    address = f" <{entry.addresses[0]}>" if entry.addresses else ""
    return f"{entry.label}{address}, …{entry.fingerprint[-8:]}"


def method_words(method: Method) -> str:
    """Name a method.

    >>> method_words(Method.SES)
    'S/MIME by SES, on its side'
    """
    names = {Method.SMIME: "S/MIME", Method.OPENPGP: "OpenPGP", Method.SES: "S/MIME by SES, on its side"}
    return names[method]
