"""What an account knows, asked of SES: its quota, identities, lists, and what became of addresses and messages."""

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from sescomposer.core.errors import DeniedError, ServiceCallError
from sescomposer.core.progress import NO_PROGRESS, Progress
from sescomposer.services.account import Account, EndpointKind
from sescomposer.services.account_ports import Came, SecretStore, unheard
from sescomposer.services.call_pace import CallPace
from sescomposer.services.knowledge import (
    ContactList,
    Denied,
    Identity,
    IdentityCertificate,
    Known,
    MessageEvent,
    Suppressed,
)
from sescomposer.services.ports import Clock
from sescomposer.services.sign_in import NOBODY, Prompts
from sescomposer.ses import replies
from sescomposer.ses.iam import account_in
from sescomposer.ses.questions import Askers, GoOn, Questions, UnreachableError

_LARGEST_PAGE = 1000
"""Rows of one page of identities and endpoints (API reference); the other lists do not say."""

_NO_INSIGHTS = (
    "The account needs the Virtual Deliverability Manager for it; messages to the simulator, of another region or older"
    " than it keeps are not found either."
)


class SesReader:
    """Questions about one account; fits `services.account_ports.AccountReader`. For several threads.

    Args:
        account: Any; one with SMTP credentials can ask nothing, every method raises `AccountError`.
        secrets: The keyring.
        clock: Says when something was read.
        pace: Shared by all who ask about the same account.
        prompts: How a second factor is asked for.
        clients: In place of those of the account.
    """

    def __init__(
        self,
        account: Account,
        secrets: SecretStore,
        clock: Clock,
        pace: CallPace,
        prompts: Prompts = NOBODY,
        clients: Askers | None = None,
    ) -> None:
        from sescomposer.ses.clients import Clients

        self._account = account
        self._clock = clock
        self._questions = Questions(account, clients or Clients(account, secrets, prompts), pace)

    def close(self) -> None:
        """Close the connections."""
        self._questions.close()

    def read(self, progress: Progress = NO_PROGRESS, came: Came = unheard) -> Known:
        """See `AccountReader.read`; one step for each question.

        Raises:
            ServiceCallError: nobody can be reached, or no question at all was answered.
        """
        return self._read(progress, came, self._who, self._account_values, *self._lists())

    def log_in(self, progress: Progress = NO_PROGRESS) -> Known:
        """See `AccountReader.log_in`."""
        return self._read(progress, unheard, self._who, self._account_values)

    def identity(self, name: str) -> Identity:
        """See `AccountReader.identity`."""
        answer = self._questions.ask("GetEmailIdentity", {"EmailIdentity": name}, resource=f"identity/{name}")
        return replies.identity(name, answer)

    def suppressed(self, address: str) -> Suppressed | None:
        """See `AccountReader.suppressed`."""
        answer = self._of_suppression("Get", address)
        return None if answer is None else replies.suppressed(address, answer)

    def suppress(self, address: str, reason: str) -> None:
        """See `AccountReader.suppress`."""
        self._questions.ask("PutSuppressedDestination", {"EmailAddress": address, "Reason": reason})

    def unsuppress(self, address: str) -> None:
        """See `AccountReader.unsuppress`."""
        self._of_suppression("Delete", address)

    def insights(self, reference: str) -> tuple[MessageEvent, ...]:
        """See `AccountReader.insights`."""
        try:
            return replies.events(self._questions.ask("GetMessageInsights", {"MessageId": reference}))
        except ServiceCallError as error:
            if error.answer is None or error.answer.code not in ("NotFoundException", "BadRequestException"):
                raise
            raise ServiceCallError(error.sentence, hint=_NO_INSIGHTS, value=reference, answer=error.answer) from error

    def set_signs(self, name: str) -> bool:
        """See `SigningReader.set_signs`."""
        _refuse_old_sdk()
        members, resource = {"ConfigurationSetName": name}, f"configuration-set/{name}"
        return replies.signs(self._questions.ask("GetConfigurationSet", members, resource=resource))

    def certificates(self, identity: str) -> tuple[IdentityCertificate, ...]:
        """See `SigningReader.certificates`."""
        _refuse_old_sdk()
        of, resource = {"EmailIdentity": identity}, f"identity/{identity}"
        try:
            rows = self._questions.pages(
                "ListEmailIdentityCertificates", "Certificates", None, of=of, resource=resource
            )
        except ServiceCallError as error:
            if error.answer is not None and error.answer.code == "NotFoundException":
                return ()
            raise
        return tuple(map(replies.certificate, rows))

    def _of_suppression(self, verb: str, address: str) -> Mapping[str, Any] | None:
        """Get or delete an address of the suppression list; None where it is not on it."""
        try:
            return self._questions.ask(f"{verb}SuppressedDestination", {"EmailAddress": address})
        except ServiceCallError as error:
            if error.answer is not None and error.answer.code == "NotFoundException":
                return None
            raise

    def _read(self, progress: Progress, came: Came, *questions: "_Question") -> Known:
        """Ask some questions, one after the other; what is denied or not answered is noted."""
        reading = _Reading()
        for index, question in enumerate(questions):
            go_on = partial(progress.step, index, len(questions))
            go_on()
            question(reading, go_on)
            came(self._known(reading), frozenset(reading.values))
        reading.check()
        progress.step(len(questions), len(questions))
        return self._known(reading)

    def _known(self, reading: "_Reading") -> Known:
        return Known(
            self._account.name,
            self._account.region,
            self._clock.now(),
            denied=tuple(reading.denied),
            failures=tuple(reading.failures),
            **reading.values,
        )

    def _who(self, reading: "_Reading", go_on: GoOn) -> None:
        """Ask who asks; an endpoint of the account's own is one of SES alone, and nobody else is asked then."""
        if self._account.endpoint is not EndpointKind.CUSTOM:
            reading.note(partial(self._caller, go_on), is_of_ses=False)

    def _caller(self, go_on: GoOn) -> dict[str, Any]:
        answer = self._questions.ask("GetCallerIdentity", service="sts", go_on=go_on)
        caller = answer.get("Arn", "")
        self._questions.account_id = answer.get("Account", "") or account_in(caller)
        return {"caller": caller}

    def _account_values(self, reading: "_Reading", go_on: GoOn) -> None:
        reading.note(lambda: replies.account_values(self._questions.ask("GetAccount", go_on=go_on)))

    def _lists(self) -> tuple["_Question", ...]:
        """Give the questions for everything that is a list."""
        return (
            self._list("identities", "ListEmailIdentities", "EmailIdentities", replies.listed_identity, _LARGEST_PAGE),
            self._list("configuration_sets", "ListConfigurationSets", "ConfigurationSets", str, None),
            self._contact_lists,
            self._list("tenants", "ListTenants", "Tenants", replies.tenant, None),
            self._list(
                "endpoints", "ListMultiRegionEndpoints", "MultiRegionEndpoints", replies.endpoint, _LARGEST_PAGE
            ),
        )

    def _list(
        self, field: str, operation: str, key: str, value: Callable[[Any], object], size: int | None
    ) -> "_Question":
        def question(reading: "_Reading", go_on: GoOn) -> None:
            reading.note(lambda: {field: tuple(map(value, self._questions.pages(operation, key, size, go_on)))})

        return question

    def _contact_lists(self, reading: "_Reading", go_on: GoOn) -> None:
        """Ask for the contact lists, then for the topics of each; there is one in a region (SES quotas)."""
        reading.note(lambda: {"contact_lists": self._named_lists(go_on)})
        found: list[ContactList] = []
        for plain in reading.values.get("contact_lists", ()):
            before = len(found)
            reading.note(partial(self._topics, plain.name, found, go_on))
            if len(found) == before:
                found.append(plain)
        reading.values |= {"contact_lists": tuple(found)}

    def _named_lists(self, go_on: GoOn) -> tuple[ContactList, ...]:
        rows = self._questions.pages("ListContactLists", "ContactLists", None, go_on)
        return tuple(ContactList(row["ContactListName"]) for row in rows if "ContactListName" in row)

    def _topics(self, name: str, found: list[ContactList], go_on: GoOn) -> dict[str, Any]:
        answer = self._questions.ask(
            "GetContactList", {"ContactListName": name}, resource=f"contact-list/{name}", go_on=go_on
        )
        found.append(replies.contact_list(name, answer))
        return {}


class _Reading:
    """What one reading found so far."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.denied: list[Denied] = []
        self.failures: list[str] = []
        self._has_answer = False
        self._first: ServiceCallError | None = None

    def note(self, question: Callable[[], dict[str, Any]], *, is_of_ses: bool = True) -> None:
        """Ask, and keep the answer or why there is none; raises where SES cannot be reached from the beginning."""
        try:
            self.values |= question()
        except DeniedError as error:
            self.denied.append(_denied(error))
        except ServiceCallError as error:
            if is_of_ses and not self._has_answer and isinstance(error, UnreachableError):
                raise
            self.failures.append(error.sentence)
            self._first = self._first or error
            return
        self._has_answer |= is_of_ses

    def check(self) -> None:
        """Raise the first fault if SES answered nothing at all."""
        if self._first is not None and not self._has_answer:
            raise self._first


_Question = Callable[[_Reading, GoOn], None]


def _refuse_old_sdk() -> None:
    """Raise where the answer of the service could not be read: silence would be taken for "it does not sign"."""
    from sescomposer.ses.features import signs_smime

    if not signs_smime():
        raise ServiceCallError(
            "Whether SES signs messages cannot be asked: the installed AWS SDK does not know of it.",
            hint="Install a newer version of boto3.",
        )


def _denied(error: DeniedError) -> Denied:
    action = str(json.loads(error.statement)["Action"])
    answer = error.answer
    if answer is None:
        return Denied("", action, error.statement, error.sentence)
    return Denied(answer.step, action, error.statement, answer.wire, answer.request_id)
