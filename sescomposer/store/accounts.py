"""The accounts file: TOML that its owner may edit too. It holds no secrets; a damaged file is never overwritten.

Each account is a table ``[[account]]`` with the names of `services.account.Account` as keys; what equals the default
is left out. ``[remembered]`` names the account used last for each From address, "" for the local inbox.
"""

import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sescomposer.core.errors import SettingsError
from sescomposer.core.road import Road
from sescomposer.services.account import Account, EndpointKind, WayIn
from sescomposer.store.atomic import make_folder, replace_file, translated
from sescomposer.store.locks import locked
from sescomposer.store.schema import check_schema

if TYPE_CHECKING:
    import tomlkit
    from tomlkit.items import AoT, Table

T = TypeVar("T", bound=Mapping[str, Any])

SCHEMA = 1
REMEMBERED = 500
"""So many From addresses are remembered, those used last."""

_REQUIRED = ("name", "way_in", "region")
_CHOICES: dict[str, type[StrEnum]] = {"way_in": WayIn, "road": Road, "endpoint": EndpointKind}
_DEFAULTS = {field.name: field.default for field in fields(Account)}


class AccountsFile:
    """Accounts in one TOML file; see `services.account_ports.AccountStore`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def all(self) -> tuple[Account, ...]:
        """Give all accounts in the order they were added.

        Raises:
            SettingsError: the file is damaged (it is left as it is) or of a newer schema.
            StoreError: it cannot be read.
        """
        return self._accounts(self._read(tomllib.loads, {}))

    def save(self, accounts: Iterable[Account]) -> None:
        """Make the file hold exactly these accounts, comments kept; an account that is gone is remembered no more.

        Raises:
            SettingsError: the file is damaged or of a newer schema; it is left as it is.
            StoreError: it cannot be written.
        """
        wanted = tuple(accounts)

        def change(document: "tomlkit.TOMLDocument") -> None:
            _settle(document, wanted)
            names = {"", *(account.name for account in wanted)}
            remembered = document.get("remembered", {})
            for address in [address for address, name in remembered.items() if name not in names]:
                del remembered[address]

        self._change(change)

    def remembered(self) -> Mapping[str, str]:
        """Give which account was used last for each From address (lower case). Raises like `all`."""
        return self._remembered(self._read(tomllib.loads, {}))

    def remember(self, address: str, account: str) -> None:
        """Remember the account that was used for a From address (kept in lower case); "" is the local inbox.

        Raises:
            SettingsError, StoreError: see `save`.
        """
        import tomlkit

        def change(document: "tomlkit.TOMLDocument") -> None:
            table = document.setdefault("remembered", tomlkit.table())
            table.pop(address.lower(), None)
            table[address.lower()] = account
            for oldest in list(table)[:-REMEMBERED]:
                del table[oldest]

        self._change(change)

    def _change(self, change: "Callable[[tomlkit.TOMLDocument], None]") -> None:
        """Read the file, change it, and write it whole or not at all."""
        import tomlkit  # the library that keeps comments is slow to load, and every start reads

        make_folder(self._path.parent)
        with locked(self._path.with_name(self._path.name + ".lock")):
            document = self._read(tomlkit.parse, tomlkit.document())
            document.setdefault("schema", SCHEMA)
            change(document)
            replace_file(self._path, (tomlkit.dumps(document).encode("utf-8"),), "write the accounts")

    def _read(self, parse: Callable[[str], T], empty: T) -> T:
        """Read and check the file with a parser; gives `empty` where there is no file."""
        if not self._path.exists():
            return empty
        with translated("read the accounts", self._path):
            octets = self._path.read_bytes()
        try:
            document = parse(octets.decode("utf-8"))
        except ValueError as error:  # of either parser, or of the charset
            raise self._damaged(f"{error}") from error
        if document:
            check_schema({"schema": SCHEMA, **document}, SCHEMA, "The accounts file", self._path)
        self._accounts(document)
        self._remembered(document)
        return document

    def _accounts(self, document: Mapping[str, Any]) -> tuple[Account, ...]:
        tables = document.get("account", [])
        if not isinstance(tables, list) or not all(isinstance(table, Mapping) for table in tables):
            raise self._damaged("'account' is no list of tables")
        return tuple(self._account(table, number) for number, table in enumerate(tables, 1))

    def _account(self, table: Mapping[str, Any], number: int) -> Account:
        """Read one table; keys that we do not know stay in the file and mean nothing."""
        for key in _REQUIRED:
            if key not in table:
                raise self._damaged(f"the account {number} has no {key!r}")
        return Account(**{key: self._value(key, table[key], number) for key in _DEFAULTS if key in table})

    def _value(self, key: str, value: Any, number: int) -> Any:
        """Give the value of a key as the account has it."""
        if key in _CHOICES:
            choices = [choice.value for choice in _CHOICES[key]]
            if value not in choices:
                raise self._damaged(f"{key!r} of the account {number} is {value!r}, not one of {', '.join(choices)}")
            return _CHOICES[key](value)
        if key == "mailboxes":
            if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
                raise self._damaged(f"{key!r} of the account {number} is {value!r}, not a list of texts")
            return tuple(str(item) for item in value)
        kind = int if key == "port" else str
        if not isinstance(value, kind) or isinstance(value, bool):
            raise self._damaged(f"{key!r} of the account {number} is {value!r}, not a {kind.__name__}")
        return kind(value)

    def _remembered(self, document: Mapping[str, Any]) -> dict[str, str]:
        table = document.get("remembered", {})
        if not isinstance(table, Mapping) or not all(isinstance(name, str) for name in table.values()):
            raise self._damaged("'remembered' is no table of texts")
        return {str(address): str(name) for address, name in table.items()}

    def _damaged(self, what: str) -> SettingsError:
        return SettingsError(
            f"The accounts {str(self._path)!r} cannot be read: {what.rstrip('.')}.",
            hint="Mend the file or move it away; it is left as it is.",
            value=str(self._path),
        )


def _plain(account: Account) -> dict[str, Any]:
    """Give an account as a table holds it: what equals the default is left out.

    >>> _plain(Account("work", WayIn.PROFILE, "eu-west-1", profile="mail"))
    {'name': 'work', 'way_in': 'profile', 'region': 'eu-west-1', 'profile': 'mail'}
    """
    found: dict[str, Any] = {}
    for key, default in _DEFAULTS.items():
        value = getattr(account, key)
        if key in _REQUIRED or value != default:
            found[key] = value.value if isinstance(value, StrEnum) else list(value) if key == "mailboxes" else value
    return found


def _settle(document: "tomlkit.TOMLDocument", accounts: tuple[Account, ...]) -> None:
    """Make the tables be those accounts; each keeps the comments of the one that had its name, or else its place."""
    import tomlkit
    from tomlkit.items import AoT

    tables = document.get("account")
    if not isinstance(tables, AoT):
        # Missing, or written as a list in one line, where no table fits in.
        document.pop("account", None)
        tables = _as_tables(tables or ())
    old = list(tables)
    matched = _matched(old, accounts)
    kept = [table for table in matched if table is not None]
    for index in reversed(range(len(old))):
        if not any(old[index] is table for table in kept):
            del tables[index]
    is_in_place = all(mine is theirs for mine, theirs in zip(matched, tables, strict=False))
    target = tables if is_in_place and len(kept) == len(tables) else tomlkit.aot()
    for table, account in zip(matched, accounts, strict=True):
        updated = _updated(tomlkit.table() if table is None else table, _plain(account))
        if table is None or target is not tables:
            target.append(updated)
    if document.get("account") is not target and (target or "account" in document):
        document["account"] = target


def _as_tables(rows: Iterable[Mapping[str, Any]]) -> "AoT":
    """Give rows as a list of tables."""
    import tomlkit

    made = tomlkit.aot()
    for row in rows:
        table = tomlkit.table()
        table.update(row)
        made.append(table)
    return made


def _matched(old: Sequence["Table"], accounts: tuple[Account, ...]) -> "list[Table | None]":
    """Give the table that goes on as each account, None for a new one."""
    names = {account.name for account in accounts}
    by_name = {table["name"]: table for table in old}
    found: list[Table | None] = []
    for index, account in enumerate(accounts):
        is_renamed = index < len(old) and old[index]["name"] not in names
        found.append(by_name.get(account.name, old[index] if is_renamed else None))
    return found


def _updated(table: "Table", values: Mapping[str, Any]) -> "Table":
    """Change, add and remove what differs, so that the form and comment of the rest stay."""
    for key in [key for key in table if key in _DEFAULTS and key not in values]:
        del table[key]
    for key, value in values.items():
        if key not in table or table[key] != value:
            table[key] = value
    return table
