"""The accounts of the user: adding, changing and removing them together with their secrets, and choosing one.

What is done is done whole: the secret first, then the file, and the secret is put back if the file cannot be written.
All methods but those that only read the file ask the keyring, which may wait for its user: call them on a worker.
"""

from collections.abc import Callable, Iterable, Mapping
from threading import RLock

from sescomposer.core.address import parse_mailbox
from sescomposer.core.errors import AccountError, AddressError, ExitCode, StoreError
from sescomposer.services.account import Account, Secret
from sescomposer.services.account_ports import AccountStore, KnowledgeStore, SecretStore
from sescomposer.services.account_rules import AccountProblem, problems_of


class UnknownAccountError(AccountError):
    """There is no account of that name; `value` is the name."""

    exit_code = ExitCode.USAGE


class InvalidAccountError(AccountError):
    """An account that breaks rules; `problems` says which."""

    exit_code = ExitCode.USAGE

    def __init__(self, problems: tuple[AccountProblem, ...]) -> None:
        super().__init__(" ".join(problem.sentence for problem in problems), hint=problems[0].hint)
        self.problems = problems


class Accounts:
    """The accounts, their secrets, and which of them is used for which From address.

    Args:
        store: The accounts file.
        secrets: The keyring.
        knowledge: What was read of each account, forgotten with it; None where nothing is kept.
    """

    def __init__(self, store: AccountStore, secrets: SecretStore, knowledge: KnowledgeStore | None = None) -> None:
        self._store = store
        self._secrets = secrets
        self._knowledge = knowledge
        self._lock = RLock()
        self._listeners: list[Callable[[str], None]] = []

    def all(self) -> tuple[Account, ...]:
        """Give all accounts in the order they were added; none where the file cannot be read, see `problems`."""
        try:
            return self._store.all()
        except StoreError:
            return ()

    @property
    def problems(self) -> tuple[str, ...]:
        """One sentence for each thing in the file that cannot be used; then it is left as it is."""
        try:
            accounts = self._store.all()
        except StoreError as error:
            return (f"{error.sentence} {error.hint}".strip(),)
        found = []
        for index, account in enumerate(accounts):
            broken = problems_of(account, accounts[:index])
            found += [f"Account {account.name!r}: {problem.sentence}" for problem in broken]
        return tuple(found)

    def get(self, name: str) -> Account:
        """Give the account of that name.

        Raises:
            UnknownAccountError: there is none.
            StoreError: the file cannot be read.
        """
        for account in self._store.all():
            if account.name == name:
                return account
        raise UnknownAccountError(
            f"There is no account {name!r}.",
            hint="`sescomposer accounts list` lists them; without an account mail goes to the local inbox.",
            value=name,
        )

    def check(self, account: Account, old_name: str = "") -> tuple[AccountProblem, ...]:
        """Give the rules that an account would break, as `add` or, with its present name, as `change` would.

        Raises:
            StoreError: the file cannot be read.
        """
        return problems_of(account, (other for other in self._store.all() if other.name != old_name))

    def add(self, account: Account, secret: Secret | None = None) -> None:
        """Keep a new account, and its secret in the keyring.

        Raises:
            InvalidAccountError: it breaks a rule, or a secret is missing.
            AccountError: the keyring cannot keep the secret; nothing was kept.
            StoreError: the file cannot be written; nothing was kept.
        """
        with self._lock:
            self._refuse(account, has_secret=secret is not None)
            accounts = (*self._store.all(), account)
            self._keep(account.name, secret if account.needs_secret else None, accounts)
        self._tell(account.name)

    def change(self, old_name: str, account: Account, secret: Secret | None = None) -> None:
        """Put an account in place of the one of that name; its secret stays its own, also under another name.

        Args:
            old_name: Its present name.
            account: As it shall be.
            secret: A new secret; without one the present one stays, as long as the way in is the same. The keyring is
                asked only where the secret or the name changes.

        Raises:
            UnknownAccountError, InvalidAccountError, AccountError, StoreError: see `get` and `add`; then it is as
                it was, but for a secret of the old name that the keyring does not remove.
        """
        with self._lock:
            old = self.get(old_name)
            is_moved = account.name != old_name
            self._refuse(account, old_name, has_secret=secret is not None or _keeps_secret(old, account))
            if secret is None and is_moved and _keeps_secret(old, account):
                secret = self._secrets.get(old_name)
            accounts = tuple(account if each.name == old_name else each for each in self._store.all())
            addresses = [address for address, name in self._store.remembered().items() if name == old_name]
            self._keep(account.name, secret if account.needs_secret else None, accounts)
            for address in addresses if is_moved else ():
                self._store.remember(address, account.name)
            if old.needs_secret and (is_moved or not account.needs_secret):
                self._secrets.remove(old_name)
            if (is_moved or not _is_same_user(old, account)) and self._knowledge is not None:
                self._knowledge.remove(old_name)
        for name in dict.fromkeys((old_name, account.name)):
            self._tell(name)

    def replace_secret(self, name: str, secret: Secret) -> None:
        """Keep another secret for an account.

        Raises:
            UnknownAccountError, StoreError: see `get`.
            InvalidAccountError: it has no secret in the keyring.
            AccountError: the keyring cannot keep it.
        """
        account = self.get(name)
        if not account.needs_secret:
            words = f"The account {name!r} has no secret: its way in is {account.way_in}."
            raise InvalidAccountError((AccountProblem("secret", words, "Change its way in first."),))
        self._secrets.set(name, secret)
        self._tell(name)

    def remove_secret(self, name: str) -> None:
        """Remove the secret of an account; the account stays, and is of no use before it has another.

        Raises:
            UnknownAccountError, StoreError: see `get`.
            AccountError: the keyring does not remove it.
        """
        self.get(name)
        self._secrets.remove(name)
        self._tell(name)

    def remove(self, name: str) -> None:
        """Remove an account, its secret, and what was read of it.

        Raises:
            UnknownAccountError: there is none.
            AccountError: the keyring does not remove the secret; the account stays.
            StoreError: the file cannot be written; the account stays, with its secret.
        """
        with self._lock:
            account = self.get(name)
            secret = self._secrets.get(name) if account.needs_secret else None
            if secret is not None:
                self._secrets.remove(name)
            with _Rollback(self._secrets, name, secret):
                self._store.save(each for each in self._store.all() if each.name != name)
            if self._knowledge is not None:
                self._knowledge.remove(name)
        self._tell(name)

    def choose_for(self, from_address: str) -> Account | None:
        """Give the account for a From address (addr-spec): the one used last, else one whose owner typed the address.

        None means the local inbox: nothing is sent through an account that nobody chose.
        """
        try:
            accounts, remembered = self._store.all(), self._store.remembered()
        except StoreError:
            return None
        address = from_address.lower()
        if address in remembered:
            return next((account for account in accounts if account.name == remembered[address]), None)
        return next((account for account in accounts if address in _addresses(account.mailboxes)), None)

    def remembered(self) -> Mapping[str, str]:
        """Give which account was used last for each From address (lower case); nothing where that cannot be read."""
        try:
            return self._store.remembered()
        except StoreError:
            return {}

    def remember(self, from_address: str, name: str) -> None:
        """Remember the account that was used for a From address; "" is the local inbox.

        Raises:
            UnknownAccountError: there is none of that name.
            StoreError: it cannot be written.
        """
        if name:
            self.get(name)
        # Without the lock of the others: they hold it while the keyring waits for its user, and a window calls this.
        if self._store.remembered().get(from_address.lower()) != name:
            self._store.remember(from_address.lower(), name)

    def on_change(self, listener: Callable[[str], None]) -> Callable[[], None]:
        """Call `listener` with the name of every account added, changed or removed, in the thread that did it.

        After a change of name it is called for both names.

        Returns:
            What ends that.
        """
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def _tell(self, name: str) -> None:
        for listener in tuple(self._listeners):
            listener(name)

    def _refuse(self, account: Account, old_name: str = "", *, has_secret: bool) -> None:
        problems = self.check(account, old_name)
        if account.needs_secret and not has_secret:
            problems = (*problems, AccountProblem("secret", "The account needs its secret.", "Type or paste it."))
        if problems:
            raise InvalidAccountError(problems)

    def _keep(self, name: str, secret: Secret | None, accounts: Iterable[Account]) -> None:
        """Keep a secret where there is one, then the file; as it was if that fails."""
        before = None
        if secret is not None:
            before = self._secrets.get(name)
            self._secrets.set(name, secret)
        with _Rollback(self._secrets, name, before, is_needed=secret is not None):
            self._store.save(accounts)


class _Rollback:
    """Puts a secret back as it was when the block that writes the file fails."""

    def __init__(self, secrets: SecretStore, name: str, before: Secret | None, *, is_needed: bool = True) -> None:
        self._secrets = secrets
        self._name = name
        self._before = before
        self._is_needed = is_needed

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        """Put the secret back where the block failed, and say so where that fails too."""
        if error is None or not self._is_needed:
            return
        try:
            if self._before is None:
                self._secrets.remove(self._name)
            else:
                self._secrets.set(self._name, self._before)
        except AccountError as second:
            raise AccountError(
                f"{error} The secret of the account {self._name!r} could not be put back as it was: {second}",
                hint="Look into the keyring of your desktop for 'sescomposer'.",
                value=self._name,
            ) from error


def usable(account: Account) -> Account:
    """Give the account back if it can be used as it is, with the road and region of this one message.

    Raises:
        InvalidAccountError: it breaks a rule.
    """
    problems = problems_of(account)
    if problems:
        raise InvalidAccountError(problems)
    return account


def _is_same_user(old: Account, new: Account) -> bool:
    """Whether what was read of an account is still true of what it becomes; each region is known by itself."""
    return (old.way_in, old.user, old.profile, old.endpoint_url) == (
        new.way_in,
        new.user,
        new.profile,
        new.endpoint_url,
    )


def _keeps_secret(old: Account, new: Account) -> bool:
    """Whether the secret of an account is good for what it becomes."""
    return old.needs_secret and old.way_in is new.way_in


def _addresses(mailboxes: Iterable[str]) -> frozenset[str]:
    """Give the addresses of mailboxes in lower case, as typed and in wire form; what is no mailbox is left out.

    >>> sorted(_addresses(("Ada <Ada@a.example>", "nonsense")))
    ['ada@a.example']
    """
    found = set()
    for text in mailboxes:
        try:
            mailbox = parse_mailbox(text)
        except AddressError:
            continue
        found |= {mailbox.wire_addr_spec.lower(), mailbox.addr_spec.lower()}
    return frozenset(found)


__all__ = ["Accounts", "InvalidAccountError", "UnknownAccountError", "usable"]
