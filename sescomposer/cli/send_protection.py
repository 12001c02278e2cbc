"""The options of `send` about signing and encrypting: what they choose, within what the policy of From allows."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

import typer

from sescomposer.cli.key_words import found
from sescomposer.cli.streams import shown
from sescomposer.core.errors import ExitCode, ProtectionError, UsageError
from sescomposer.core.findings import Finding
from sescomposer.core.message import NOT_CHOSEN, Message, Method, Protection
from sescomposer.services.ports import Transport
from sescomposer.services.review import FindingsError

if TYPE_CHECKING:
    from sescomposer.bootstrap import Services
    from sescomposer.services.protection.protection_plan import ProtectionPlan

Sign = Annotated[bool, typer.Option("--sign", help="Sign; else the policy of From decides.")]
NoSign = Annotated[bool, typer.Option("--no-sign", help="Do not sign, where the policy leaves a choice.")]
Encrypt = Annotated[bool, typer.Option("--encrypt", help="Encrypt; else the policy of From decides.")]
NoEncrypt = Annotated[bool, typer.Option("--no-encrypt", help="Do not encrypt, where the policy leaves a choice.")]
KeyId = Annotated[str, typer.Option("--key", metavar="ID", help="Sign with this kept key; else the one that fits.")]
_ENCODED = ("protect-8bit", "protect-eol", "protect-long-line", "protect-from-line", "protect-trailing-space")
_ENCODE = "`sescomposer sign --mend FILE -o SIGNED` encodes and signs it; then send SIGNED."
With = Annotated[
    Method | None, typer.Option("--protect-with", help="How to sign and encrypt, instead of the policy's way.")
]


def choice(option: str, *, yes: bool, no: bool) -> bool | None:
    """Give what an option and its opposite choose, None where neither was given.

    >>> choice("sign", yes=False, no=True), choice("sign", yes=False, no=False)
    (False, None)

    Raises:
        UsageError: both were given.
    """
    if yes and no:
        raise UsageError(f"--{option} and --no-{option} cannot both be.", hint="Give one of them.")
    return yes if yes or no else None


@dataclass(frozen=True)
class Wanted:
    """What the options say.

    Attributes:
        sign, encrypt: As given; None where they were not.
        method: As given; None for that of the policy.
        opaque: Whether what is signed goes inside the signature.
        key: Id of a kept key, or its start; "" for the one that fits.

    >>> Wanted().is_given, Wanted(sign=False).is_given
    (False, True)
    """

    sign: bool | None = None
    encrypt: bool | None = None
    method: Method | None = None
    opaque: bool = False
    key: str = ""

    @property
    def is_given(self) -> bool:
        """Whether any was given."""
        return self != Wanted()


def protected(services: "Services", messages: Sequence[Message], wanted: Wanted, transport: Transport) -> list[Message]:
    """Give the messages with the protection that was chosen for them.

    Raises:
        KeyGoneError: there is no such key.
        ProtectionError: something was taken back that the policy demands.
        UsageError: the key is one of several.
    """
    if not wanted.is_given:
        return list(messages)
    key = found(services.keys.all(), wanted.key).id if wanted.key else ""
    account = ("", "") if transport.is_local else (transport.account, transport.region)
    chosen = []
    for message in messages:
        plan = services.protecting.plan(message, *account)
        _refuse_forbidden(plan, wanted)
        chosen.append(replace(message, protection=_chosen(plan, wanted, key)))
    return chosen


@contextmanager
def told_as_findings() -> Iterator[None]:
    """End with the status of findings where it is protection that stops a submission: trying again helps nobody."""
    try:
        yield
    except FindingsError as error:
        stopping: Sequence[Finding] = error.value if isinstance(error.value, Sequence) else ()
        if any(finding.code.startswith("protect-") for finding in stopping):
            error.exit_code = ExitCode.FINDINGS
        raise


@contextmanager
def told_how_to_encode() -> Iterator[None]:
    """Name the verb that mends what would not survive the way: a program that gives files cannot encode them itself."""
    try:
        yield
    except ProtectionError as error:
        if error.value in _ENCODED:
            error.hint = f"{error.hint} {_ENCODE}".strip()
        raise


def refuse_as_is(wanted: Wanted) -> None:
    """Raise `UsageError` where options ask for something in octets that are submitted untouched."""
    if wanted.is_given:
        raise UsageError(
            "With --as-is nothing is signed or encrypted.", hint="Use `sescomposer sign FILE` before, or leave it away."
        )


def _chosen(plan: "ProtectionPlan", wanted: Wanted, key: str) -> Protection:
    """Give the protection of a message: what the options leave open stays with the policy."""
    chosen = plan.chosen(NOT_CHOSEN, sign=wanted.sign, encrypt=wanted.encrypt)
    return replace(chosen, method=wanted.method or chosen.method, opaque=wanted.opaque, key=key)


def _refuse_forbidden(plan: "ProtectionPlan", wanted: Wanted) -> None:
    for option, choice, is_demanded in (
        ("--no-sign", wanted.sign, plan.must_sign),
        ("--no-encrypt", wanted.encrypt, plan.must_encrypt),
    ):
        if choice is False and is_demanded:
            raise ProtectionError(
                f"The policy of {shown(plan.address)!r} cannot be taken back by {option}; nothing was sent.",
                hint="Leave the option away, or change the policy: sescomposer keys policy set.",
                value=plan.address,
            )
