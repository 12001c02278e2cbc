"""What speaks against sending through an account, by what was last read of it: sandbox, state, quota, identities.

What was not read, or may not be asked, gives no finding: sending may be allowed where asking is not.
"""

from collections.abc import Iterable, Iterator

from sescomposer.core.checks.subject import at_field
from sescomposer.core.control_fields import options_in
from sescomposer.core.envelope import Recipient, mailboxes, recipients, return_path
from sescomposer.core.findings import Finding, Severity, Where
from sescomposer.core.invitation.parts import calendar_parts
from sescomposer.core.message import Message
from sescomposer.core.plain_text import plain
from sescomposer.services import simulator
from sescomposer.services.alignment import is_aligned
from sescomposer.services.knowledge import Known, Quota
from sescomposer.services.verification import Verification, VerificationState, verification

NOT_PROVEN = "m20-sender-not-proven"
"""Code of the finding that nothing proves the sender of an invitation."""

_IDENTITIES = "SES verified identities"
_QUOTAS = "SES quotas"
_ACCOUNT = "SES account state"
_ENVELOPE = Where(field="envelope")
_PATHS = ("Return-Path", "envelope")
_CODES = {
    "From": "from-not-verified",
    "Sender": "sender-not-verified",
    "Return-Path": "return-path-not-verified",
    "envelope": "return-path-not-verified",
}


def account_findings(known: Known | None, message: Message, others: Iterable[Known] = ()) -> tuple[Finding, ...]:
    """Give what speaks against sending a message, worst first.

    Args:
        known: What is known of the account in its region; None for nothing, then nothing is found.
        message: The message as it is written.
        others: What is known of other regions and accounts, to say where an identity is verified.
    """
    if known is None:
        return ()
    elsewhere = tuple(others)
    found = [
        *_state(known),
        *_senders(known, message, elsewhere),
        *_sandbox(known, message),
        *_amounts(known, len(recipients(message))),
        *_unproven(known, message),
    ]
    return tuple(sorted(found, key=lambda finding: finding.severity.rank))


def _unproven(known: Known, message: Message) -> Iterator[Finding]:
    """Find an invitation whose sender nothing proves; a message without an event imports nothing of events."""
    if calendar_parts(message.root) and is_aligned(known, message.root) is False:
        from sescomposer.core.checks.invitation_headers import sender_not_proven

        yield from sender_not_proven(message.root)


def _state(known: Known) -> Iterator[Finding]:
    """Find that sending is switched off, or in danger."""
    if known.enforcement == "SHUTDOWN":
        words = f"SES has shut the account {known.account!r} off from sending in {known.region}. Answer AWS's message."
        yield _of_account("account-shut-down", Severity.ERROR, words)
    elif known.sending_enabled is False:
        words = f"Sending is switched off for the account {known.account!r} in {known.region}."
        yield _of_account("account-sending-disabled", Severity.ERROR, f"{words} Switch it on in the SES console.")
    if known.enforcement == "PROBATION":
        words = f"AWS is looking into the account {known.account!r} in {known.region}: too many bounces or complaints."
        yield _of_account("account-on-probation", Severity.WARNING, words)


def _of_account(code: str, severity: Severity, words: str) -> Finding:
    return Finding(code, severity, words, Where(field="account"), _ACCOUNT, refused=severity is Severity.ERROR)


def _senders(known: Known, message: Message, others: tuple[Known, ...]) -> Iterator[Finding]:
    """Find that From, Sender or the return path is no verified identity; one lent by another account is that one's."""
    options, written = message.options, options_in(message.root)
    source_arn = options.source_arn or written.source_arn
    from_arn = options.from_arn or written.from_arn or source_arn
    path_arn = options.return_path_arn or written.return_path_arn or source_arn
    seen: set[str] = set()
    for name, address in _sender_addresses(message):
        is_lent = path_arn if name in _PATHS else from_arn
        if is_lent or address in seen:
            continue
        seen.add(address)
        found = verification(known, address, others)
        if found.state is VerificationState.UNVERIFIED:
            where = _ENVELOPE if name == "envelope" else _field(message, name)
            yield _sender(known, name, address, found, where)


def _sender_addresses(message: Message) -> Iterator[tuple[str, str]]:
    """Give the addresses that must be verified with the field each stands in, "envelope" for the writer's override."""
    for name in ("From", "Sender"):
        for mailbox in mailboxes(message.root, name):
            yield name, mailbox.wire_addr_spec
    address, source = return_path(message.root, message.envelope)
    if address:
        yield ("envelope" if source == "override" else source), address


def _sender(known: Known, name: str, address: str, found: Verification, where: Where) -> Finding:
    """Give the finding for one address that is not verified."""
    shown = repr(plain(address, 320))
    what = f"The return path {shown} of the envelope" if name == "envelope" else f"{shown} in {name}"
    words = [f"{what} is not verified for the account {known.account!r} in {known.region}"]
    if found.pending is not None:
        words.append(f"the identity {found.pending.name!r} has the status {found.pending.status or 'unknown'}")
    if found.elsewhere:
        words.append(f"it is verified in {', '.join(found.elsewhere)}")
    return Finding(_CODES[name], Severity.ERROR, f"{'; '.join(words)}.", where, _IDENTITIES, refused=True)


def _sandbox(known: Known, message: Message) -> Iterator[Finding]:
    """Find recipients that the sandbox does not reach."""
    if not known.is_sandbox:
        return
    for recipient in recipients(message):
        if _is_at_simulator(recipient.addr_spec):
            continue
        found = verification(known, recipient.addr_spec)
        if found.state is VerificationState.VERIFIED:
            continue
        is_known = found.state is VerificationState.UNVERIFIED
        words = "is not verified" if is_known else "must be verified, which is not known"
        sentence = (
            f"The account {known.account!r} is in the sandbox in {known.region}: {plain(recipient.addr_spec, 320)!r}"
            f" {words}. Only verified addresses and the simulator get mail."
        )
        yield Finding(
            "sandbox-recipient",
            Severity.WARNING if is_known else Severity.NOTE,
            sentence,
            _where_of(recipient, message),
            _IDENTITIES,
            refused=is_known,
        )


def _is_at_simulator(address: str) -> bool:
    return address.rpartition("@")[2].lower() == simulator.DOMAIN


def _amounts(known: Known, count: int) -> Iterator[Finding]:
    """Find more recipients than the quota or the rate has room for."""
    quota = known.quota
    if quota is None or not count:
        return
    if quota.left is not None and count > quota.left:
        yield Finding("quota-exceeded", Severity.WARNING, _quota_words(quota, count), _ENVELOPE, _QUOTAS)
    if 0 < quota.rate < count:
        words = f"{count} recipients are more than the account may send to in a second ({quota.rate:g})."
        yield Finding("rate-exceeded", Severity.NOTE, f"{words} SES may take the message slowly.", _ENVELOPE, _QUOTAS)


def _quota_words(quota: Quota, count: int) -> str:
    return (
        f"The message has {count} recipient{'s' if count != 1 else ''}, but of the {quota.max_24_hours:g} of 24 hours"
        f" {quota.sent_24_hours:g} were used when that was last read: SES would refuse it."
    )


def _where_of(recipient: Recipient, message: Message) -> Where:
    return _ENVELOPE if recipient.mailbox is None else _field(message, recipient.source)


def _field(message: Message, name: str) -> Where:
    """Give the place of the first field of a name."""
    for index, field in enumerate(message.root.header.fields):
        if field.name.lower() == name.lower():
            return at_field(message.root, index, field)
    return Where(message.root.key, name)
