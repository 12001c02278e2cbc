"""Exceptions of ours: what stops an operation, with the value, the position and a hint for the user.

What is wrong in a message that can still be edited is a `Finding` (see `findings`), not an exception.
"""

from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sescomposer.core.answers import ServiceAnswer


class ExitCode(IntEnum):
    """Exit status of a command line verb; the one declaration of their meaning."""

    FINE = 0
    FINDINGS = 1
    USAGE = 2
    UNREADABLE = 3
    REFUSED = 4
    UNKNOWN = 5
    NOTHING_DONE = 6
    PARTLY = 7
    FAULT = 70
    INTERRUPTED = 130


class SesComposerError(Exception):
    """Base of every exception of ours.

    Args:
        sentence: One sentence: what, where, which value (as `repr`), what is allowed. Holds no secret.
        hint: What the user can do about it; one sentence, possibly empty.
        value: The value at fault, if one can be named; never a secret.
        position: Offset of the fault inside `value` (characters for text, octets for octets); -1 if unknown.

    >>> error = MessageError("the value holds a line end", hint="Remove it.", value="a\\nb", position=1)
    >>> (str(error), error.hint, error.position)
    ('the value holds a line end', 'Remove it.', 1)
    """

    exit_code = ExitCode.FAULT

    def __init__(self, sentence: str, *, hint: str = "", value: object = None, position: int = -1) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.hint = hint
        self.value = value
        self.position = position


class UsageError(SesComposerError):
    """A call or a command line that cannot mean anything."""

    exit_code = ExitCode.USAGE


class MessageError(SesComposerError):
    """A value that no message can hold (CR, LF, NUL, unpaired surrogates) or an edit that cannot be made."""

    exit_code = ExitCode.USAGE


class AddressError(MessageError):
    """Text that is no mailbox, group or list of them (RFC 5322 section 3.4)."""


class HeaderError(MessageError):
    """A header field name or body that cannot be stored (RFC 5322 section 2.2)."""


class EncodingError(MessageError):
    """Octets or text that the charset or transfer encoding named cannot hold."""


class EditError(MessageError):
    """An edit that the tree does not allow, such as one below multipart/signed."""


class AttachmentError(MessageError):
    """A file that cannot be attached."""

    exit_code = ExitCode.UNREADABLE


class ProtectionError(SesComposerError):
    """A message that cannot be signed, encrypted, decrypted or verified as wanted; nothing was sent."""

    exit_code = ExitCode.FINDINGS


class CertificateError(ProtectionError):
    """Octets that are no certificate, no key, or none that can be used here."""

    exit_code = ExitCode.UNREADABLE


class PassphraseError(ProtectionError):
    """A passphrase or PIN that is missing or wrong. It is never tried again by itself: cards lock."""

    exit_code = ExitCode.NOTHING_DONE


class KeyGoneError(ProtectionError):
    """A key that is known but cannot be reached: removed, its card pulled out, its keyring locked."""

    exit_code = ExitCode.NOTHING_DONE


class UnreadableError(SesComposerError):
    """An input that could not be read."""

    exit_code = ExitCode.UNREADABLE


class StoreError(SesComposerError):
    """A file of the user's that could not be written, kept or found; nothing was lost or half written."""

    exit_code = ExitCode.NOTHING_DONE


class SettingsError(StoreError):
    """Settings or a stored format that cannot be used, such as one of a newer schema."""


class SubmissionError(SesComposerError):
    """A submission that did not end in acceptance.

    `outcome_unknown` is true when the service may have accepted the message all the same. It is never repeated then
    but by the user. `answer` is what the service or the way to it said, None where nobody said anything.
    """

    exit_code = ExitCode.NOTHING_DONE
    outcome_unknown = False

    def __init__(
        self,
        sentence: str,
        *,
        hint: str = "",
        value: object = None,
        position: int = -1,
        answer: "ServiceAnswer | None" = None,
    ) -> None:
        super().__init__(sentence, hint=hint, value=value, position=position)
        self.answer = answer


class RefusedError(SubmissionError):
    """The service answered and refused; `sentence` is the service's own text."""

    exit_code = ExitCode.REFUSED


class ThrottledError(RefusedError):
    """The service refused because too much came at once: it was surely not accepted and may be tried again later."""


class AccountError(SesComposerError):
    """An account, its secret or its way in that cannot be used (no keyring, expired login, no such profile)."""

    exit_code = ExitCode.NOTHING_DONE


class LoginNeededError(AccountError):
    """A single sign-on that has expired: the user signs in again; `value` names the profile."""


class ServiceCallError(SesComposerError):
    """A question to the service (not a submission) that was not answered as asked; `answer` holds its own words."""

    exit_code = ExitCode.REFUSED

    def __init__(
        self, sentence: str, *, hint: str = "", value: object = None, answer: "ServiceAnswer | None" = None
    ) -> None:
        super().__init__(sentence, hint=hint, value=value)
        self.answer = answer


class DeniedError(ServiceCallError):
    """The account may not ask that; `statement` is the IAM statement that would allow it, as JSON."""

    def __init__(self, sentence: str, *, statement: str, hint: str = "", answer: "ServiceAnswer | None" = None) -> None:
        super().__init__(sentence, hint=hint, answer=answer)
        self.statement = statement


class UnknownOutcomeError(SubmissionError):
    """The last octet may have left and no answer came."""

    exit_code = ExitCode.UNKNOWN
    outcome_unknown = True


class ServingError(SesComposerError):
    """The servers of the local inbox cannot be started (a port is taken); nothing listens."""

    exit_code = ExitCode.NOTHING_DONE


class OperationCancelledError(SesComposerError):
    """The user cancelled; nothing of the operation remains."""

    exit_code = ExitCode.INTERRUPTED

    def __init__(self, sentence: str = "The operation was cancelled.") -> None:
        super().__init__(sentence)
