"""Reaching a private key on a card: each use logs in, does one thing and logs out, so that others may use the card.

`python-pkcs11` tells modules of no threads: only one thread of ours is ever inside a module.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import RLock
from typing import Any

from sescomposer.core.errors import KeyGoneError, PassphraseError, ProtectionError
from sescomposer.services.account import Secret

_using = RLock()

_WRONG = ("PinIncorrect", "PinInvalid", "PinLenRange")
_GONE = (
    *("TokenNotPresent", "TokenNotRecognised", "DeviceRemoved", "DeviceError", "GeneralError", "SlotIDInvalid"),
    *("SessionHandleInvalid", "SessionClosed", "NoSuchToken", "NoSuchKey", "ObjectHandleInvalid", "KeyHandleInvalid"),
    "FunctionFailed",
)


@dataclass(eq=False)
class CardAccess:
    """Where a key lies, and the PIN; `repr` does not show it.

    Attributes:
        module: Path of the PKCS#11 module.
        token: Label of the token.
        object: CKA_ID of key and certificate, in hex.
        certificate: The certificate in DER: the token that has it is the right one.
        pin: As the user typed it; empty for a reader with keys of its own.
        label: Of the key, for people.
        is_refused: Whether the card refused the PIN; it is never tried again then.
    """

    module: str
    token: str
    object: str
    certificate: bytes
    pin: Secret
    label: str
    is_refused: bool = False

    def use(self, action: Callable[[Any, dict[str, Any]], Any]) -> Any:
        """Do something with the private key.

        Args:
            action: Takes the key object, and what to hand its operations where the card wants the PIN each time.

        Raises:
            PassphraseError: the PIN is wrong or locked; it was tried once.
            KeyGoneError: the card or the key is not there.
            ProtectionError: the card refuses something else.
        """
        if self.is_refused:
            raise wrong_pin(self.label)
        try:
            with told(self.label):
                return self._use(action)
        except PassphraseError:
            self.is_refused = True
            raise

    def _use(self, action: Callable[[Any, dict[str, Any]], Any]) -> Any:
        from pkcs11 import PROTECTED_AUTH, Attribute, ObjectClass, TokenFlag

        token = self._token()
        has_pad = bool(token.flags & TokenFlag.PROTECTED_AUTHENTICATION_PATH)
        pin: Any = PROTECTED_AUTH if has_pad and not self.pin.reveal() else self.pin.reveal()
        with token.open(user_pin=pin) as session:
            wanted = {Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.ID: bytes.fromhex(self.object)}
            for key in list(session.get_objects(wanted)):
                return action(key, {"pin": pin} if _asks_each_time(key) and not has_pad else {})
        raise gone(self.label, "the card does not hold it any more")

    def _token(self) -> Any:
        """Find the token that has the certificate; begin anew with the module where it has none, as after a change."""
        for is_last in (False, True):
            for token in tokens(self.module, anew=is_last):
                if token.label == self.token and self._is_on(token):
                    return token
        raise gone(self.label, "its card is not there")

    def _is_on(self, token: Any) -> bool:
        """Tell whether a token has the certificate; one that does not answer has none."""
        from pkcs11 import Attribute, ObjectClass, PKCS11Error

        wanted = {Attribute.CLASS: ObjectClass.CERTIFICATE, Attribute.ID: bytes.fromhex(self.object)}
        try:
            with token.open() as session:
                return any(found[Attribute.VALUE] == self.certificate for found in session.get_objects(wanted))
        except PKCS11Error:
            return False


def tokens(module: str, *, anew: bool = False) -> list[Any]:
    """Give the tokens in the readers of a module; those that do not answer are left out.

    Args:
        module: Its path.
        anew: Let the module look for its readers from the beginning.

    Raises:
        ProtectionError: it cannot be loaded.
    """
    import pkcs11

    try:
        with _using:
            library = pkcs11.lib(module)
            if anew:
                library.reinitialize()
            slots = library.get_slots(token_present=True)
    except (pkcs11.PKCS11Error, OSError) as error:
        raise ProtectionError(
            f"The PKCS#11 module {module!r} cannot be used: {_words(error)}.",
            hint="Choose the module that came with your card or token.",
            value=module,
        ) from error
    found = []
    for slot in slots:
        try:
            with _using:
                token = slot.get_token()
            # A token that nobody set up yet holds nothing and lets nobody in.
            if token.flags & pkcs11.TokenFlag.TOKEN_INITIALIZED:
                found.append(token)
        except pkcs11.PKCS11Error:
            continue  # an empty reader, or a card that was pulled out this moment
    return found


@contextmanager
def told(label: str) -> Iterator[None]:
    """Turn what a card refuses during the block into errors of ours, each with one sentence."""
    from pkcs11 import PKCS11Error

    try:
        with _using:
            yield
    except PKCS11Error as error:
        name = type(error).__name__
        if name in _WRONG:
            raise wrong_pin(label) from error
        if name in ("PinLocked", "PinExpired", "UserPinNotInitialized"):
            raise PassphraseError(
                f"The card with {label!r} is locked.",
                hint="Unlock it with its PUK in the program that came with it.",
            ) from error
        if name in _GONE:
            raise gone(label, "its card does not answer") from error
        raise ProtectionError(f"The card with {label!r} refused: {_words(error)}.") from error


def wrong_pin(label: str) -> PassphraseError:
    """Give what to raise where a card refused the PIN."""
    return PassphraseError(
        f"The PIN of the card with {label!r} is wrong.",
        hint="It is not tried again by itself: a card locks itself after a few wrong ones.",
    )


def gone(label: str, why: str) -> KeyGoneError:
    """Give what to raise where a key on a card cannot be reached."""
    return KeyGoneError(
        f"The key {label!r} cannot be reached: {why}.", hint="Put the card in and try again.", value=label
    )


def _asks_each_time(key: Any) -> bool:
    """Tell whether the card wants the PIN for each operation; one that does not know the question does not."""
    from pkcs11 import Attribute, PKCS11Error

    try:
        return bool(key[Attribute.ALWAYS_AUTHENTICATE])
    except PKCS11Error:
        return False


def _words(error: BaseException) -> str:
    return (str(error) or type(error).__name__).rstrip(".")
