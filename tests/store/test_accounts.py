"""The accounts file: what its owner wrote into it stays, a damaged one is never overwritten, no secret is in it."""

from collections.abc import Callable
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from sescomposer.core.errors import SettingsError, StoreError
from sescomposer.core.road import Road
from sescomposer.services.account import Account, EndpointKind, WayIn
from sescomposer.store.accounts import REMEMBERED, AccountsFile

WORK = Account("work", WayIn.KEYS, "eu-west-1", user="AKIAIOSFODNN7EXAMPLE", mailboxes=("Ada <ada@a.example>",))
HOME = Account("home", WayIn.SMTP, "us-east-1", Road.SMTP, user="AKIAIOSFODNN7EXAMPLE", port=465)

_BY_HAND = """\
# Mine.
schema = 1

# For the newsletter.
[[account]]
name = 'work'  # the one at work
way_in = "profile"
region = "eu-west-1"
profile = "mail"
colour = "red"

[[account]]
name = "home"
way_in = "environment"
region = "us-east-1"

[remembered]
"ada@a.example" = "work" # often
"b@b.example" = "home"
"""


@pytest.fixture
def file(tmp_path: Path) -> AccountsFile:
    return AccountsFile(tmp_path / "config" / "accounts.toml")


def test_file_is_made_private_when_first_saved(file: AccountsFile, tmp_path: Path) -> None:
    assert file.all() == ()
    assert file.remembered() == {}
    file.save((WORK, HOME))
    assert file.all() == (WORK, HOME)
    path = tmp_path / "config" / "accounts.toml"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert "schema = 1" in path.read_text()
    assert "port = 465" in path.read_text()
    assert "587" not in path.read_text()


def test_comments_and_keys_of_others_stay(tmp_path: Path) -> None:
    path = tmp_path / "accounts.toml"
    path.write_text(_BY_HAND)
    file = AccountsFile(path)
    file.save(file.all())
    assert path.read_text() == _BY_HAND
    work, home = file.all()
    file.save((Account("work", WayIn.PROFILE, "eu-central-1", profile="mail"), home))
    assert path.read_text() == _BY_HAND.replace('"eu-west-1"', '"eu-central-1"')
    file.save((Account("office", WayIn.PROFILE, "eu-west-1", profile="mail"), home))
    assert "# For the newsletter." in path.read_text()
    assert 'colour = "red"' in path.read_text()
    assert work.name not in file.remembered().values()


def test_accounts_in_one_line_are_read_and_become_tables(tmp_path: Path) -> None:
    path = tmp_path / "accounts.toml"
    path.write_text('account = [{name="a", way_in="environment", region="eu-west-1", colour="red"}]\n[remembered]\n')
    file = AccountsFile(path)
    old = file.all()
    file.save((*old, WORK))
    assert file.all() == (*old, WORK)
    assert 'colour = "red"' in path.read_text()
    file.save(())
    assert file.all() == ()


def test_accounts_may_change_their_order(file: AccountsFile) -> None:
    other = Account("other", WayIn.ENVIRONMENT, "us-east-1")
    file.save((WORK, HOME, other))
    file.save((other, WORK, HOME))
    assert file.all() == (other, WORK, HOME)
    file.save((HOME, other))
    assert file.all() == (HOME, other)


def test_account_that_is_gone_is_remembered_no_more(tmp_path: Path) -> None:
    path = tmp_path / "accounts.toml"
    path.write_text(_BY_HAND)
    file = AccountsFile(path)
    file.remember("C@c.example", "")
    file.save(file.all()[1:])
    assert file.remembered() == {"b@b.example": "home", "c@c.example": ""}
    assert [account.name for account in file.all()] == ["home"]


def test_addresses_used_last_are_remembered(file: AccountsFile) -> None:
    file.save((WORK,))
    for number in range(REMEMBERED // 100):
        file.remember(f"{number}@a.example", "work")
    file.remember("0@a.example", "")
    assert list(file.remembered())[-1] == "0@a.example"
    assert len(file.remembered()) == REMEMBERED // 100


def test_only_so_many_addresses_are_remembered(tmp_path: Path) -> None:
    path = tmp_path / "accounts.toml"
    lines = "".join(f'"{number}@a.example" = ""\n' for number in range(REMEMBERED))
    path.write_text(f"[remembered]\n{lines}")
    AccountsFile(path).remember("new@a.example", "")
    found = AccountsFile(path).remembered()
    assert len(found) == REMEMBERED
    assert "0@a.example" not in found
    assert "new@a.example" in found


DAMAGED = [
    b"[[account]\n",
    b"\xff\xfe",
    b"schema = 2\n",
    b"schema = 'x'\n",
    b"account = 1\n",
    b"account = [1]\n",
    b"[[account]]\nname = 'a'\nregion = 'eu-west-1'\n",
    b"[[account]]\nname = 'a'\nway_in = 'magic'\nregion = 'eu-west-1'\n",
    b"[[account]]\nname = 'a'\nway_in = []\nregion = 'eu-west-1'\n",
    b"[[account]]\nname = 1\nway_in = 'keys'\nregion = 'eu-west-1'\n",
    b"[[account]]\nname = 'a'\nway_in = 'keys'\nregion = 'eu-west-1'\nport = true\n",
    b"[[account]]\nname = 'a'\nway_in = 'keys'\nregion = 'eu-west-1'\nmailboxes = 'b'\n",
    b"remembered = 1\n",
    b"[remembered]\na = 1\n",
]


@pytest.mark.parametrize("octets", DAMAGED)
def test_file_that_cannot_be_used_is_left_as_it_is(tmp_path: Path, octets: bytes) -> None:
    path = tmp_path / "accounts.toml"
    path.write_bytes(octets)
    file = AccountsFile(path)
    for use in (file.all, file.remembered, lambda: file.save((WORK,)), lambda: file.remember("a@b", "work")):
        with pytest.raises(SettingsError) as caught:
            use()
        assert caught.value.hint
        assert str(path) in caught.value.sentence
    assert path.read_bytes() == octets


def test_full_disk_leaves_the_old_accounts(file: AccountsFile, disk_full_after: Callable[[int | None], None]) -> None:
    file.save((WORK,))
    disk_full_after(4)
    with pytest.raises(StoreError, match="the disk is full"):
        file.save((WORK, HOME))
    disk_full_after(None)
    assert file.all() == (WORK,)


_texts = st.text(st.characters(codec="utf-8"), max_size=8)
_accounts = st.builds(
    Account,
    name=_texts,
    way_in=st.sampled_from(WayIn),
    region=_texts,
    road=st.sampled_from(Road),
    user=_texts,
    port=st.integers(0, 65535),
    endpoint=st.sampled_from(EndpointKind),
    mailboxes=st.lists(_texts, max_size=3).map(tuple),
)
_lists = st.lists(_accounts, max_size=4, unique_by=lambda account: account.name)


@given(st.lists(_lists, max_size=3), st.dictionaries(_texts, _texts, max_size=3))
@settings(max_examples=50)
def test_saved_accounts_are_read(
    tmp_path_factory: pytest.TempPathFactory, saves: list[list[Account]], remembered: dict[str, str]
) -> None:
    file = AccountsFile(tmp_path_factory.mktemp("accounts") / "accounts.toml")
    for accounts in saves:
        file.save(accounts)
        assert file.all() == tuple(accounts)
    for address, name in remembered.items():
        file.remember(address, name)
        assert file.remembered()[address.lower()] == name
    if saves:
        assert file.all() == tuple(saves[-1])
