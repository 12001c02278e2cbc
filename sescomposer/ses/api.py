"""What both APIs of SES have in common as transports: one call for each message, its body swapped, never repeated."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from sescomposer.core.control_fields import options_in
from sescomposer.core.envelope import mailboxes
from sescomposer.core.errors import OperationCancelledError, SubmissionError
from sescomposer.core.message import NO_OPTIONS, SendingOptions
from sescomposer.core.progress import NO_PROGRESS, Progress
from sescomposer.core.road import Road
from sescomposer.core.seal import Sealed
from sescomposer.services.account import Account, EndpointKind
from sescomposer.services.account_ports import SecretStore
from sescomposer.services.ports import Receipt
from sescomposer.services.regions import api_host
from sescomposer.services.sign_in import NOBODY, Prompts
from sescomposer.ses.clients import SEND_OPERATIONS, Clients, Timeouts, proxy_for
from sescomposer.ses.features import features
from sescomposer.ses.of_account import OfAccount
from sescomposer.ses.streaming import NotSwappedError, Upload, under_way

_OPTIONS = tuple(name for name in SendingOptions.__dataclass_fields__ if name not in ("tags", "traceable"))


class ApiTransport(OfAccount):
    """An account's way into SES by one of its APIs; fits `services.ports.Transport`.

    Several threads may submit at once. Connections are kept until `close`, or until nobody holds the transport.

    Args:
        account: With any way in but SMTP.
        secrets: The keyring; asked at the first submission.
        prompts: How a second factor is asked for.
        timeouts: How long to wait.
    """

    _service = ""

    def __init__(
        self,
        account: Account,
        secrets: SecretStore,
        prompts: Prompts = NOBODY,
        timeouts: Timeouts = Timeouts(),  # noqa: B008 - frozen
    ) -> None:
        super().__init__(account)
        self._clients = Clients(account, secrets, prompts, timeouts)

    @property
    def proxy(self) -> str:
        """The proxy that the submissions go through, "" for none; from the environment, without its password.

        Raises:
            AccountError: the account has no host that could be asked for.
        """
        account = self._account
        is_custom = account.endpoint is EndpointKind.CUSTOM
        return proxy_for(account.endpoint_url if is_custom else f"https://{api_host(account)}")

    def members(self, sealed: Sealed, octets: bytes) -> dict[str, Any]:
        """Give the members of the call; `octets` stand for those of the message.

        Raises:
            SubmissionError: the API cannot say what the envelope or the options ask for; nothing was sent.
        """
        raise NotImplementedError

    def warm(self) -> None:
        """Make the client, so that the first submission need not wait for the SDK; raises `AccountError`."""
        self._clients.sender(self._service)

    def close(self) -> None:
        """Close the connections."""
        self._clients.close()

    def submit(self, sealed: Sealed, progress: Progress = NO_PROGRESS) -> Receipt:
        """Hand over one message, once; see `Transport.submit`."""
        check_recipients(sealed)
        check_options(sealed, self._road)
        check_return_path(sealed)
        upload = Upload(sealed.octets, progress)
        members = self.members(sealed, upload.placeholder)
        call = getattr(self._clients.sender(self._service), _method(self._service))
        from sescomposer.ses.translate import SDK_ERRORS, UNREADABLE

        try:
            with under_way(upload):
                answer = call(**members)
        except NotSwappedError:
            return self._receipt(self._plain(call, sealed, progress))
        except SDK_ERRORS as error:
            if upload.cancelled is not None:
                raise upload.cancelled from error
            raise self._translated(error, upload.is_handed_over) from error
        except UNREADABLE as error:
            if not upload.is_handed_over:
                raise
            raise self._unreadable("the answer is none of this service") from error
        # An acceptance of what has not left as a whole is none that could be told.
        return self._receipt(answer if upload.is_handed_over else {})

    def _plain(self, call: Callable[..., dict[str, Any]], sealed: Sealed, progress: Progress) -> dict[str, Any]:
        """Call without a swapped body: the SDK in use did not take one, and nothing has left so far."""
        from sescomposer.ses.translate import SDK_ERRORS, UNREADABLE

        total = len(sealed.octets)
        progress.step(0, total)
        members = self.members(sealed, bytes(sealed.octets))
        try:
            answer = call(**members)
        except SDK_ERRORS as error:
            raise self._translated(error, may_have_left=True) from error
        except UNREADABLE as error:
            raise self._unreadable("the answer is none of this service") from error
        # What was answered is not called back.
        with suppress(OperationCancelledError):
            progress.step(total, total)
        return answer

    def _translated(self, error: Exception, may_have_left: bool) -> Exception:
        from sescomposer.ses.translate import submission_error

        step = SEND_OPERATIONS[self._service]
        return submission_error(error, self._account, step, road=self._road, may_have_left=may_have_left)

    def _receipt(self, answer: dict[str, Any]) -> Receipt:
        reference = answer.get("MessageId", "")
        about = answer.get("ResponseMetadata", {})
        if not reference:
            raise self._unreadable("the answer names no message id")
        return Receipt(reference, f"{about.get('HTTPStatusCode', 200)} {reference}", about.get("RequestId", ""))

    def _unreadable(self, words: str) -> Exception:
        from botocore.parsers import ResponseParserError

        return self._translated(ResponseParserError(words), may_have_left=True)


def check_recipients(sealed: Sealed) -> None:
    """Hold that somebody gets the message: without recipients SES would take them from the header.

    Raises:
        SubmissionError: the envelope names nobody.
    """
    if not sealed.envelope.rcpt_to:
        raise SubmissionError("The envelope names no recipient; nothing was sent.", hint="Add a recipient.")


def check_return_path(sealed: Sealed) -> None:
    """Hold that an empty return path is not replaced by the author in silence: neither API has an empty one.

    Raises:
        SubmissionError: the envelope has none, and From names somebody.
    """
    if not sealed.envelope.mail_from and mailboxes(sealed.root, "From"):
        raise SubmissionError(
            f"The envelope names no return path, and the {sealed.road.label} has no empty one; nothing was sent.",
            hint="Give the envelope a return path.",
        )


def check_options(sealed: Sealed, road: Road) -> None:
    """Hold that every option of a message reaches the service: by a member of the call, or by its control field.

    Raises:
        SubmissionError: an option that this road, or the installed SDK, does not have.
    """
    for name in _OPTIONS:
        value = getattr(sealed.options, name)
        if value == getattr(NO_OPTIONS, name) or name in features(road):
            continue
        if value != getattr(options_in(sealed.root), name):
            raise SubmissionError(
                f"The option {name.replace('_', ' ')} ({str(value)!r}) cannot be used with the {road.label} here;"
                " nothing was sent.",
                hint="Take the option back, or choose another transport for the account.",
                value=name,
            )


def _method(service: str) -> str:
    return {"sesv2": "send_email", "ses": "send_raw_email"}[service]
