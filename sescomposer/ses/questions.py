"""Questions to SES, one call each: at the pace of the account, backing off when told to, in our exceptions.

The SDK makes one attempt for each; what is worth repeating is repeated here, where the wait can be cancelled.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from sescomposer.core.errors import AccountError, DeniedError, ExitCode, ServiceCallError, SesComposerError
from sescomposer.core.explanation import TargetKind
from sescomposer.core.road import Road
from sescomposer.core.service_answers import explain
from sescomposer.services.account import Account, WayIn
from sescomposer.services.call_pace import CallPace
from sescomposer.ses.iam import account_in, arn, missing

if TYPE_CHECKING:
    from sescomposer.core.answers import ServiceAnswer

TRIES = 4
"""So often is asked where SES says that too much came at once, or that it has a fault; with pauses of 2, 4 and 8 s."""


class UnreachableError(ServiceCallError):
    """Nobody answered a question; it can be asked again when the network is there."""

    exit_code = ExitCode.NOTHING_DONE


GoOn = Callable[[], object]
"""Raises `OperationCancelledError` when the user has cancelled."""

_THROTTLED = frozenset({"TooManyRequestsException", "ThrottlingException", "Throttling", "RequestLimitExceeded"})
_DENIED = frozenset({"AccessDeniedException", "AccessDenied", "AuthorizationErrorException", "UnauthorizedOperation"})
_LOST = frozenset({"ConnectionClosedError", "ReadTimeoutError"})
_OF_ACCOUNT = (TargetKind.SECRET, TargetKind.CLOCK)


class Askers(Protocol):
    """What gives the SDK's clients, such as `clients.Clients`."""

    def asker(self, service: str) -> Any:
        """Give the client that asks questions; raises `AccountError`."""

    def close(self) -> None:
        """Close its connections."""


class Questions:
    """The calls of one account. Several threads may ask at once.

    Attributes:
        account_id: Number of the AWS account, once it is known; it stands in ARNs.
    """

    def __init__(self, account: Account, clients: Askers, pace: CallPace) -> None:
        self._account = account
        self._clients = clients
        self._pace = pace
        self.account_id = ""

    def close(self) -> None:
        """Close the connections."""
        self._clients.close()

    def ask(
        self,
        operation: str,
        members: Mapping[str, Any] | None = None,
        *,
        service: str = "sesv2",
        resource: str = "*",
        go_on: GoOn = lambda: None,
    ) -> dict[str, Any]:
        """Call an operation and give its answer.

        Args:
            operation: Its name, such as "GetAccount".
            members: Of the call.
            service: Name of the SDK's service.
            resource: What IAM checks it against: "*" or the end of an ARN, such as "identity/example.com".
            go_on: Asked while it waits for its turn.

        Raises:
            DeniedError, ServiceCallError, AccountError, LoginNeededError: see `AccountReader`.
            OperationCancelledError: `go_on` says so.
        """
        from sescomposer.ses.translate import SDK_ERRORS

        client = self._client(service)
        call = getattr(client, _method(operation), None)
        if call is None:
            raise ServiceCallError(
                f"{operation} cannot be asked: the installed AWS SDK does not have it.",
                hint="Install a newer version of boto3.",
                value=operation,
            )
        for attempt in range(1, TRIES + 1):
            self._pace.turn(go_on)
            try:
                answer: dict[str, Any] = call(**(members or {}))
                return answer
            except SDK_ERRORS as error:
                fault = self._fault(error, operation, f"{'ses' if service == 'sesv2' else service}", resource, client)
                if attempt == TRIES or not _is_worth_repeating(fault, attempt):
                    raise fault from error
                self._pace.back_off(2.0**attempt)
        raise AssertionError("unreachable")

    def pages(
        self,
        operation: str,
        key: str,
        size: int | None,
        go_on: GoOn = lambda: None,
        *,
        of: Mapping[str, Any] | None = None,
        resource: str = "*",
    ) -> list[Any]:
        """Ask for page after page and give what all of them list under `key`; see `ask`.

        Args:
            operation: Its name.
            key: Member of the answer.
            size: Rows wanted on one page, None for what the service likes.
            go_on: See `ask`.
            of: Members of each call beside those of the page.
            resource: See `ask`.
        """
        found: list[Any] = []
        tokens: set[str] = set()
        members: dict[str, Any] = dict(of or {}) | ({} if size is None else {"PageSize": size})
        while True:
            answer = self.ask(operation, members, resource=resource, go_on=go_on)
            found += answer.get(key) or []
            token = answer.get("NextToken") or ""
            if not token:
                return found
            if token in tokens:
                raise ServiceCallError(f"{operation} gives the same page again and again.", hint="Ask again later.")
            tokens.add(token)
            members = members | {"NextToken": token}

    def _client(self, service: str) -> Any:
        if self._account.way_in is WayIn.SMTP:
            raise AccountError(
                f"The account {self._account.name!r} has SMTP credentials only; with them the service answers no"
                " questions about identities, quota or suppressed addresses.",
                hint="Add an account with an access key or an AWS profile for that.",
                value=self._account.name,
            )
        return self._clients.asker(service)

    def _fault(self, error: Exception, operation: str, prefix: str, resource: str, client: Any) -> SesComposerError:
        """Give our exception for one of the SDK's."""
        from sescomposer.ses.translate import account_error, answer_of, is_about_account

        if is_about_account(error):
            return account_error(error, self._account)
        answer = answer_of(error, Road.SES_V2, operation, self._account.region)
        if answer.code in _DENIED:
            owner = self.account_id or account_in(answer.text)
            full = arn(resource, self._account.region, partition=client.meta.partition, account_id=owner)
            return _denied(answer, f"{prefix}:{operation}", full)
        explanation = explain(answer, content_left=False)
        if explanation.is_known and explanation.target.kind in _OF_ACCOUNT:
            hint = explanation.hint.replace(", and send it again", "")
            return AccountError(f"{answer.wire} {explanation.sentence}", hint=hint, value=self._account.name)
        if answer.status:
            said = _words(answer)
            return ServiceCallError(
                f"{operation} was answered with an error: {said}", hint=_hint(answer), answer=answer
            )
        return UnreachableError(f"{operation} was not answered: {_words(answer)}", hint=_hint(answer), answer=answer)


def _method(operation: str) -> str:
    from botocore import xform_name

    return str(xform_name(operation))


def _denied(answer: "ServiceAnswer", action: str, resource: str) -> DeniedError:
    lacks = missing(action, resource, answer.text)
    if lacks.is_forbidden:
        hint = "A policy forbids it explicitly; that has to be taken back, a statement that allows it does not help."
    else:
        hint = "Have the statement added to the policy of the user or role."
    return DeniedError(
        f"The account may not ask {answer.step}: it lacks {lacks.action} on {lacks.resource}.",
        statement=lacks.statement,
        hint=hint,
        answer=answer,
    )


def _words(answer: "ServiceAnswer") -> str:
    """Give what was said as a sentence; the page of a web server says nothing about SES."""
    if "<html" in answer.text.casefold():
        return f"a web page with the status {answer.status}."
    words = answer.wire.strip()
    return words if words.endswith((".", "!", "?")) else f"{words}."


def _hint(answer: "ServiceAnswer") -> str:
    if answer.status == 0:
        return "Check the network connection, the region and the endpoint of the account."
    if answer.code in _THROTTLED or answer.status >= 500:
        return "Ask again in a minute."
    if "<html" in answer.text.casefold():
        return "Something else than SES answers there: check the endpoint of the account and the proxy."
    return "The words of the service say why."


def _is_worth_repeating(fault: SesComposerError, attempt: int) -> bool:
    """Whether the same call may be answered a moment later; all questions can be asked twice without harm."""
    if not isinstance(fault, ServiceCallError) or isinstance(fault, DeniedError) or fault.answer is None:
        return False
    answer = fault.answer
    return answer.code in _THROTTLED or answer.status >= 500 or (answer.code in _LOST and attempt == 1)
