"""Accounts with their secrets: done whole or not at all, and no secret anywhere but in the keyring."""

import base64
import logging
import pickle
import threading
import traceback
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given

from sescomposer.bootstrap import Services
from sescomposer.core.errors import AccountError, SesComposerError, SettingsError, StoreError
from sescomposer.core.road import Road
from sescomposer.services.account import Account, EndpointKind, Secret, WayIn
from sescomposer.services.account_rules import is_safe_url, problems_of
from sescomposer.services.accounts import Accounts, InvalidAccountError, UnknownAccountError
from sescomposer.services.secrets import GivenSecret, MemorySecrets
from sescomposer.store.log import start_log

KEY_ID = "AKIAIOSFODNN7EXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
WORK = Account("work", WayIn.KEYS, "eu-west-1", user=KEY_ID, mailboxes=("Ada <Ada@a.example>",))
MAIL = Account("mail", WayIn.SMTP, "us-east-1", Road.SMTP, user=KEY_ID)
ROLE = Account("role", WayIn.PROFILE, "eu-west-1", profile="mail")


class MemoryAccounts:
    """An accounts file in memory that can be full."""

    def __init__(self) -> None:
        self.accounts: tuple[Account, ...] = ()
        self.known: dict[str, str] = {}
        self.fault: StoreError | None = None

    def all(self) -> tuple[Account, ...]:
        return self.accounts

    def save(self, accounts: Iterable[Account]) -> None:
        if self.fault is not None:
            raise self.fault
        self.accounts = tuple(accounts)
        names = {"", *(account.name for account in self.accounts)}
        self.known = {address: name for address, name in self.known.items() if name in names}

    def remembered(self) -> Mapping[str, str]:
        return dict(self.known)

    def remember(self, address: str, account: str) -> None:
        self.known[address] = account


class Keyring(MemorySecrets):
    """A keyring that can be locked."""

    def __init__(self) -> None:
        super().__init__()
        self.is_locked = False
        self.calls: list[str] = []

    def get(self, account: str) -> Secret | None:
        self._called("get")
        return super().get(account)

    def set(self, account: str, secret: Secret) -> None:
        self._called("set")
        super().set(account, secret)

    def remove(self, account: str) -> None:
        self._called("remove")
        super().remove(account)

    def _called(self, name: str) -> None:
        self.calls.append(name)
        if self.is_locked:
            raise AccountError("The keyring is locked.")


class Forgotten:
    """Notes which account's knowledge was removed."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def get(self, account: str, region: str) -> None:
        return None

    def put(self, known: object) -> None:
        raise AssertionError

    def all(self) -> tuple[()]:
        return ()

    def remove(self, account: str) -> None:
        self.names.append(account)


@pytest.fixture
def store() -> MemoryAccounts:
    return MemoryAccounts()


@pytest.fixture
def keyring() -> Keyring:
    return Keyring()


@pytest.fixture
def forgotten() -> Forgotten:
    return Forgotten()


@pytest.fixture
def accounts(store: MemoryAccounts, keyring: Keyring, forgotten: Forgotten) -> Accounts:
    return Accounts(store, keyring, forgotten)


BROKEN = [
    ("name", replace(WORK, name=" "), "needs a name"),
    ("name", replace(WORK, name="a\nb"), "not one line"),
    ("name", replace(WORK, name="a\x00"), "not one line"),
    ("name", replace(WORK, name="\ud800"), "not one line"),
    ("name", replace(WORK, name=" a"), "not one line"),
    ("name", replace(WORK, name="a\u202eb"), "not one line"),
    ("name", replace(WORK, name="x" * 998), "not one line"),
    ("name", replace(WORK, name="Local Inbox"), "our own inbox"),
    ("name", replace(WORK, name="taken"), "already"),
    ("user", replace(WORK, user=""), "access key id"),
    ("user", replace(WORK, user="a b"), "access key id"),
    ("user", replace(WORK, user="ASIAIOSFODNN7EXAMPLE"), "temporary"),
    ("user", replace(MAIL, user=""), "SMTP user name"),
    ("profile", replace(ROLE, profile=""), "AWS profile"),
    ("profile", replace(ROLE, profile="a\rb"), "AWS profile"),
    ("way_in", replace(MAIL, road=Road.SES_V2), "SMTP alone"),
    ("region", replace(WORK, region="EU West"), "not the name of a region"),
    ("region", replace(MAIL, region="eu-central-2"), "no SMTP interface"),
    ("endpoint", replace(WORK, endpoint=EndpointKind.FIPS), "no FIPS endpoint"),
    ("endpoint", replace(MAIL, endpoint=EndpointKind.FIPS_DUAL_STACK), "both FIPS and dual-stack"),
    ("port", replace(MAIL, port=26), "port 26"),
    ("endpoint_url", replace(WORK, endpoint=EndpointKind.CUSTOM), "https"),
    ("endpoint_url", replace(WORK, endpoint=EndpointKind.CUSTOM, endpoint_url="http://a.example"), "https"),
    ("endpoint_url", replace(MAIL, endpoint=EndpointKind.CUSTOM, endpoint_url="http://a.example:25"), "host:port"),
    ("ca_bundle", replace(WORK, ca_bundle="a\nb"), "certificates"),
    ("mailboxes", replace(WORK, mailboxes=("nonsense",)), "no mailbox"),
    ("configuration_set", replace(WORK, configuration_set="a b"), "configuration set"),
]


@pytest.mark.parametrize("field, account, words", BROKEN, ids=lambda value: str(value)[:40])
def test_broken_rule_names_its_field_and_keeps_nothing(
    field: str, account: Account, words: str, accounts: Accounts, store: MemoryAccounts, keyring: Keyring
) -> None:
    store.accounts = (replace(WORK, name="taken"),)
    with pytest.raises(InvalidAccountError, match=words) as caught:
        accounts.add(account, Secret(SECRET))
    assert [problem.field for problem in caught.value.problems] == [field]
    assert "\n" not in caught.value.sentence
    assert len(store.accounts) == 1
    assert keyring.calls == []


@pytest.mark.parametrize(
    "account",
    [
        WORK,
        MAIL,
        ROLE,
        Account("here", WayIn.ENVIRONMENT, "us-east-1", Road.SMTP),
        replace(WORK, road=Road.SMTP, port=2465),
        replace(WORK, region="xx-moon-1", endpoint=EndpointKind.FIPS),
        replace(WORK, region="eu-south-2", road=Road.SMTP),
        replace(WORK, endpoint=EndpointKind.CUSTOM, endpoint_url="http://127.0.0.1:8005/x"),
        replace(MAIL, endpoint=EndpointKind.CUSTOM, endpoint_url="localhost:2525", region="eu-central-2"),
    ],
)
def test_account_that_breaks_no_rule_is_kept(account: Account, accounts: Accounts) -> None:
    accounts.add(account, Secret(SECRET) if account.needs_secret else None)
    assert accounts.all() == (account,)
    assert accounts.get(account.name) == account
    assert accounts.problems == ()


@pytest.mark.parametrize(
    "url",
    [
        "ftp://localhost",
        "http://localhost.example",
        "https://",
        "//a",
        "https://user:pass@a.example",
        "http://127.0.0.1@evil.example",
        "http://evil.example\\@localhost",
        "http://localhost:x",
        "https://a.example/?x=1",
        "http://0.0.0.0",
        "http://10.0.0.1",
    ],
)
def test_endpoint_that_could_be_read_on_the_way_is_refused(url: str) -> None:
    assert not is_safe_url(url)


def test_account_without_its_secret_is_not_kept(accounts: Accounts) -> None:
    with pytest.raises(InvalidAccountError, match="needs its secret"):
        accounts.add(WORK)
    accounts.add(ROLE)
    with pytest.raises(InvalidAccountError, match="needs its secret"):
        accounts.change("role", replace(WORK, name="role"))
    assert accounts.all() == (ROLE,)


def test_secret_goes_with_its_account(accounts: Accounts, keyring: Keyring, forgotten: Forgotten) -> None:
    told: list[str] = []
    stop = accounts.on_change(told.append)
    accounts.add(WORK, Secret(SECRET))
    accounts.remember("Ada@A.example", "work")
    accounts.change("work", replace(WORK, name="office", region="us-east-1"))
    assert keyring.get("work") is None
    assert keyring.get("office") == Secret(SECRET)
    assert accounts.choose_for("ada@a.example") == replace(WORK, name="office", region="us-east-1")
    accounts.replace_secret("office", Secret("other"))
    accounts.change("office", replace(ROLE, name="office"))
    assert keyring.get("office") is None
    accounts.remove("office")
    assert accounts.all() == ()
    assert forgotten.names == ["work", "office", "office"]
    assert told == ["work", "work", "office", "office", "office", "office"]
    stop()
    accounts.add(ROLE)
    assert told[-1] == "office"


def test_other_way_in_wants_another_secret(accounts: Accounts, keyring: Keyring) -> None:
    accounts.add(WORK, Secret(SECRET))
    with pytest.raises(InvalidAccountError, match="needs its secret"):
        accounts.change("work", replace(MAIL, name="work"))
    accounts.change("work", replace(MAIL, name="work"), Secret("password"))
    assert keyring.get("work") == Secret("password")


def test_unknown_account_is_told(accounts: Accounts) -> None:
    accounts.add(ROLE)
    for use in (
        lambda: accounts.get("x"),
        lambda: accounts.change("x", WORK),
        lambda: accounts.remove("x"),
        lambda: accounts.remember("a@a.example", "x"),
        lambda: accounts.replace_secret("x", Secret("y")),
    ):
        with pytest.raises(UnknownAccountError, match="no account 'x'"):
            use()
    with pytest.raises(InvalidAccountError, match="has no secret"):
        accounts.replace_secret("role", Secret("y"))


def test_file_that_cannot_be_written_leaves_secrets_as_they_were(
    accounts: Accounts, store: MemoryAccounts, keyring: Keyring
) -> None:
    accounts.add(WORK, Secret(SECRET))
    store.fault = StoreError("The disk is full.")
    with pytest.raises(StoreError, match="full"):
        accounts.add(MAIL, Secret("password"))
    assert keyring.get("mail") is None
    with pytest.raises(StoreError, match="full"):
        accounts.change("work", replace(WORK, name="office"), Secret("new"))
    assert keyring.get("office") is None
    with pytest.raises(StoreError, match="full"):
        accounts.change("work", replace(WORK, region="us-east-1"), Secret("new"))
    with pytest.raises(StoreError, match="full"):
        accounts.remove("work")
    assert keyring.get("work") == Secret(SECRET)
    assert accounts.all() == (WORK,)


def test_secret_that_cannot_be_put_back_is_said(
    accounts: Accounts, store: MemoryAccounts, keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(wanted: Iterable[Account]) -> None:
        keyring.is_locked = True
        raise StoreError("The disk is full.")

    monkeypatch.setattr(store, "save", full)
    with pytest.raises(AccountError, match=r"is full\. The secret of the account 'work' could not be put back"):
        accounts.add(WORK, Secret(SECRET))


def test_locked_keyring_changes_nothing(accounts: Accounts, keyring: Keyring) -> None:
    accounts.add(WORK, Secret(SECRET))
    keyring.is_locked = True
    with pytest.raises(AccountError, match="locked"):
        accounts.add(MAIL, Secret("password"))
    with pytest.raises(AccountError, match="locked"):
        accounts.change("work", replace(WORK, name="office"))
    with pytest.raises(AccountError, match="locked"):
        accounts.remove("work")
    assert accounts.all() == (WORK,)
    accounts.add(ROLE)
    keyring.calls.clear()
    accounts.change("work", replace(WORK, region="us-east-1"))
    accounts.change("role", replace(ROLE, name="other"))
    assert keyring.calls == []


def test_account_is_chosen_by_use_then_by_typed_address(accounts: Accounts) -> None:
    assert accounts.choose_for("ada@a.example") is None
    accounts.add(WORK, Secret(SECRET))
    accounts.add(ROLE)
    assert accounts.choose_for("ADA@a.example") == WORK
    assert accounts.choose_for("b@a.example") is None
    accounts.remember("ada@a.example", "role")
    assert accounts.choose_for("ada@a.example") == ROLE
    accounts.remember("ada@a.example", "")
    assert accounts.choose_for("ada@a.example") is None
    accounts.remember("ada@a.example", "role")
    accounts.remove("role")
    assert accounts.choose_for("ada@a.example") == WORK


def test_damaged_file_is_a_problem_and_stays(services: Services) -> None:
    path = services.folders.accounts
    path.parent.mkdir(parents=True)
    path.write_text("account = 1\n")
    assert services.accounts.all() == ()
    assert services.accounts.choose_for("a@a.example") is None
    (problem,) = services.accounts.problems
    assert "left as it is" in problem
    for use in (lambda: services.accounts.get("a"), lambda: services.accounts.add(ROLE)):
        with pytest.raises(SettingsError):
            use()
    assert path.read_text() == "account = 1\n"


def test_account_edited_by_hand_that_breaks_rules_is_a_problem(accounts: Accounts, store: MemoryAccounts) -> None:
    store.accounts = (ROLE, ROLE, replace(MAIL, region="eu-central-2"))
    assert len(accounts.problems) == 2
    assert "Account 'role': There is an account 'role' already." in accounts.problems


@given(st.builds(Account, st.text(), st.sampled_from(WayIn), st.text(), st.sampled_from(Road), st.text(), st.text()))
def test_any_text_in_an_account_gets_sentences(account: Account) -> None:
    for problem in problems_of(account):
        assert problem.sentence.endswith((".", "example"))
        assert problem.sentence.isprintable()


def test_transport_is_kept_until_the_account_changes(services: Services) -> None:
    services.secrets = MemorySecrets()
    services.accounts.add(WORK, Secret(SECRET))
    services.accounts.add(MAIL, Secret("password"))
    first = services.transport("work")
    assert (first.account, first.road, first.region, first.is_local) == ("work", Road.SES_V2, "eu-west-1", False)
    assert services.transport("work") is first
    assert services.transport("work", Road.SES_V1).road is Road.SES_V1
    assert services.transport("work", Road.SMTP, "us-east-1").region == "us-east-1"
    assert services.transport("mail").road is Road.SMTP
    services.accounts.replace_secret("work", Secret("other"))
    assert services.transport("work") is not first
    with pytest.raises(InvalidAccountError, match="no SMTP interface"):
        services.transport("work", Road.SMTP, "eu-central-2")
    with pytest.raises(InvalidAccountError, match="SMTP alone"):
        services.transport("mail", Road.SES_V2)
    with pytest.raises(UnknownAccountError):
        services.transport("none")
    assert services.transport("").is_local
    assert services.transport(None, Road.SMTP).road is Road.SMTP
    services.close()


def test_secret_given_for_one_run_hides_the_keyring_of_that_account_alone() -> None:
    keyring = Keyring()
    keyring.set("work", Secret("kept"))
    keyring.set("mail", Secret("password"))
    given_secret = GivenSecret("work", Secret("given"), keyring)
    assert given_secret.get("work") == Secret("given")
    assert given_secret.get("mail") == Secret("password")
    assert keyring.get("work") == Secret("kept")


def _forms(secret: str) -> list[bytes]:
    """Give a secret as it could stand somewhere: plain, and in base64 at each of three offsets."""
    forms = [secret.encode()]
    for lead in range(3):
        encoded = base64.b64encode(b"x" * lead + secret.encode())
        forms.append(encoded[4:-4] if lead else encoded[:-4])
    return forms


def test_no_secret_is_in_any_file_log_repr_or_traceback(services: Services, tmp_path: Path) -> None:
    stop_log = start_log(tmp_path / "log")
    services.secrets = keyring = Keyring()
    shown = []
    try:
        services.accounts.add(WORK, Secret(SECRET))
        services.accounts.change("work", replace(WORK, name="office"))
        services.accounts.remember("ada@a.example", "office")
        keyring.is_locked = True
        try:
            services.accounts.replace_secret("office", Secret(SECRET))
        except SesComposerError as error:
            logging.getLogger("test").info("failed with %r of %r", error, vars(services), exc_info=error)
            shown.append("".join(traceback.format_exception(error)))
            shown.append("".join(traceback.TracebackException.from_exception(error, capture_locals=True).format()))
        logging.getLogger("test").info("secret %s in %r", Secret(SECRET), keyring.__dict__)
        logging.getLogger("test").info("careless %s", SECRET)
        with pytest.raises(TypeError):
            pickle.dumps(Secret(SECRET))
        shown.append(repr((services.accounts.all(), Secret(SECRET), keyring.__dict__)))
    finally:
        stop_log()
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.name for path in files} >= {"accounts.toml", "sescomposer.log"}
    for octets in (*(path.read_bytes() for path in files), *(text.encode() for text in shown)):
        assert not [form for form in _forms(SECRET) if form in octets]


def test_an_account_is_remembered_while_the_keyring_waits_for_its_user() -> None:
    """The window remembers it; it must not stand still for as long as somebody looks for a password."""
    asked, unlocked = threading.Event(), threading.Event()

    class Locked(MemorySecrets):
        def set(self, account: str, secret: Secret) -> None:
            asked.set()
            assert unlocked.wait(30)
            super().set(account, secret)

    accounts = Accounts(MemoryAccounts(), Locked())
    accounts.add(ROLE)
    adding = threading.Thread(target=accounts.add, args=(WORK, Secret(SECRET)))
    remembering = threading.Thread(target=accounts.remember, args=("ada@a.example", "role"))
    adding.start()
    assert asked.wait(30)
    remembering.start()
    remembering.join(5)
    is_stuck = remembering.is_alive()
    unlocked.set()
    adding.join(30)
    remembering.join(30)
    assert not is_stuck
    assert accounts.remembered() == {"ada@a.example": "role"}
