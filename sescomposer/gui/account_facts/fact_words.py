"""Words for what is known of an account, for what is not, and how either comes about. No Qt here."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sescomposer.services.knowledge import Denied, Identity, Known
from sescomposer.services.verification import Place

QUESTION_WORDS = {
    "GetCallerIdentity": "who asks",
    "GetAccount": "state and quota",
    "ListEmailIdentities": "identities",
    "ListConfigurationSets": "configuration sets",
    "ListContactLists": "contact lists and their topics",
    "ListTenants": "tenants",
    "ListMultiRegionEndpoints": "multi-region endpoints",
}
"""What each question of a refresh asks for."""

_UNKNOWN_WITHOUT = {
    "GetCallerIdentity": "which AWS account and user this is",
    "GetAccount": "whether it is in the sandbox, whether it may send, and how much of its quota is left",
    "ListEmailIdentities": "which addresses and domains are verified, so that From cannot be checked",
    "GetEmailIdentity": "DKIM, MAIL FROM and default configuration set of an identity",
    "ListConfigurationSets": "the names of configuration sets; they can be typed all the same",
    "ListContactLists": "the names of contact lists; they can be typed all the same",
    "GetContactList": "the topics of a contact list; they can be typed all the same",
    "ListTenants": "the names of tenants; they can be typed all the same",
    "ListMultiRegionEndpoints": "the ids of multi-region endpoints; they can be typed all the same",
}

KINDS = {"EMAIL_ADDRESS": "Address", "DOMAIN": "Domain", "MANAGED_DOMAIN": "Managed domain"}

_STATES = {
    "SUCCESS": ("ok", "Verified"),
    "PENDING": ("note", "Pending: SES waits for the link or the DNS records"),
    "FAILED": ("error", "Failed: the link or the DNS records did not come"),
    "TEMPORARY_FAILURE": ("warning", "Not seen just now: SES could not check the DNS records"),
    "NOT_STARTED": ("note", "Not begun"),
}

SMTP_CANNOT = (
    "SMTP cannot ask",
    "A user of the SMTP interface can send and nothing else: SMTP has no question for quota, identities or lists.\n\n"
    "To see them here, add a second account of the same AWS account and region whose way in is an access key or an AWS "
    "profile. It needs no permission to send. Until then, the From mailboxes typed for this account are offered.",
)
NOTHING_READ = (
    "Nothing was read yet",
    "Refresh asks SES, one question a second: state and quota, identities, configuration sets, contact lists, tenants "
    "and endpoints. What was read is kept, and can be looked at without a network.",
)
NO_ACCOUNT = (
    "No account yet",
    "What is sent goes to the local inbox. Add an account of Amazon SES to see its quota, identities and lists here.",
)


@dataclass(frozen=True, slots=True)
class Fact:
    """One line: a sign ("ok", "note", "warning", "error"), a name and what is known."""

    sign: str
    name: str
    words: str


def facts(known: Known) -> Iterator[Fact]:
    """Give the lines on the account as a whole; what was not read is said to be unknown.

    >>> from datetime import UTC, datetime
    >>> known = Known("work", "eu-west-1", datetime(2026, 1, 1, tzinfo=UTC), is_sandbox=False, sending_enabled=True)
    >>> [fact.words for fact in facts(known)][:2]
    ['Production: it may write to anybody', 'Enabled']
    """
    yield _access(known)
    match known.sending_enabled:
        case None:
            yield Fact("note", "Sending", "Not known")
        case enabled:
            yield Fact("ok", "Sending", "Enabled") if enabled else Fact("error", "Sending", "Switched off")
    yield _enforcement(known.enforcement)
    if known.has_insights is not None:
        has = "On: SES can be asked what became of a message" if known.has_insights else "Off"
        yield Fact("ok" if known.has_insights else "note", "Message insights", has)
    if known.caller:
        yield Fact("note", "Asked as", known.caller)


def _access(known: Known) -> Fact:
    match known.is_sandbox:
        case None:
            return Fact("note", "Access", "Not known")
        case False:
            return Fact("ok", "Access", "Production: it may write to anybody")
        case _:
            return Fact("warning", "Access", "Sandbox: it may write to verified addresses and the simulator alone")


def _enforcement(status: str) -> Fact:
    match status:
        case "":
            return Fact("note", "Standing", "Not known")
        case "HEALTHY":
            return Fact("ok", "Standing", "Healthy: AWS has nothing against it")
        case "PROBATION":
            return Fact("warning", "Standing", "Probation: AWS looks into bounces or complaints; answer its message")
        case "SHUTDOWN":
            return Fact("error", "Standing", "Shut down: AWS lets it send nothing; answer its message")
        case other:
            return Fact("note", "Standing", other)


def age_words(read_at: datetime, now: datetime, *, is_offline: bool = False) -> str:
    """Say when something was read, in the writer's own time; `is_offline` where nobody answers now.

    >>> from datetime import UTC
    >>> age_words(datetime(2026, 3, 1, 10, 5, tzinfo=UTC), datetime(2026, 3, 1, 11, tzinfo=UTC), is_offline=True)
    'As of 10:05, offline'
    """
    here = read_at.astimezone(now.tzinfo)
    when = f"{here:%H:%M}" if here.date() == now.date() else f"{here:%Y-%m-%d %H:%M}"
    return f"As of {when}{', offline' if is_offline else ''}"


def state_of(identity: Identity) -> tuple[str, str]:
    """Give sign and words for the verification of an identity.

    >>> state_of(Identity("a.example", "DOMAIN", "SUCCESS", True))
    ('ok', 'Verified')
    """
    return _STATES.get(identity.status, ("note", status_words(identity.status) or "Not known"))


def status_words(status: str) -> str:
    """Write a status of SES as a word.

    >>> status_words("TEMPORARY_FAILURE"), status_words("")
    ('Temporary failure', '')
    """
    return status.replace("_", " ").capitalize()


def identity_cells(identity: Identity) -> tuple[str, ...]:
    """Give the cells of an identity: name, kind, state, sending, DKIM, MAIL FROM, default configuration set."""
    unread = "" if identity.has_details else "\N{MIDDLE DOT}"
    mail_from = f"{identity.mail_from} ({status_words(identity.mail_from_status)})" if identity.mail_from else ""
    none = "\N{EN DASH}" if identity.has_details else ""
    return (
        identity.name,
        KINDS.get(identity.kind, status_words(identity.kind)),
        state_of(identity)[1].partition(":")[0],
        "Enabled" if identity.sending_enabled else "Switched off",
        unread or status_words(identity.dkim) or none,
        unread or mail_from or none,
        unread or identity.configuration_set or none,
    )


def identity_lines(identity: Identity, places: tuple[Place, ...], account: str) -> Iterator[Fact]:
    """Give all that is known of one identity, as lines; `places` is where else it is verified."""
    sign, words = state_of(identity)
    yield Fact(sign, "State", words)
    if not identity.sending_enabled:
        yield Fact("error", "Sending", "Switched off for this identity")
    if identity.has_details:
        yield Fact("ok" if identity.dkim == "SUCCESS" else "warning", "DKIM", status_words(identity.dkim) or "None")
        yield _mail_from(identity)
        yield Fact("note", "Default configuration set", identity.configuration_set or "None")
    if places:
        words = ", ".join(place.region if place.account == account else _of_another(place) for place in places)
        yield Fact("note", "Verified elsewhere", words)


def _of_another(place: Place) -> str:
    return f"{place.region} (account {place.account!r})"


def _mail_from(identity: Identity) -> Fact:
    if not identity.mail_from:
        return Fact("note", "MAIL FROM", "The one of amazonses.com")
    sign = "ok" if identity.mail_from_status == "SUCCESS" else "warning"
    return Fact(sign, "MAIL FROM", f"{identity.mail_from}: {status_words(identity.mail_from_status)}")


def without(denied: Denied) -> str:
    """Say what cannot be known because a question is denied.

    >>> without(Denied("ListTenants", "ses:ListTenants", "{}", ""))
    'Therefore not known: the names of tenants; they can be typed all the same.'
    """
    return f"Therefore not known: {_UNKNOWN_WITHOUT.get(denied.operation, f'what {denied.action} tells')}."


def why_empty(known: Known | None, operation: str, nothing: tuple[str, str]) -> tuple[str, str]:
    """Give title and words of an empty list: not read, denied, not answered, or really nothing.

    Args:
        known: What is known of the account.
        operation: Which question fills the list.
        nothing: What is said where the account has none.
    """
    if known is None:
        return NOTHING_READ
    if any(denied.operation == operation for denied in known.denied):
        words = f"The account may not ask {operation}. Denied calls has the IAM statement that would allow it."
        return "Not allowed to ask", words
    failure = next((failure for failure in known.failures if failure.startswith(f"{operation} ")), "")
    return ("Not answered", f"{failure} Refresh asks again.") if failure else nothing
