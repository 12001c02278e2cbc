"""The file of policies: what the identity of each From mailbox demands of signing and encrypting."""

from dataclasses import fields
from pathlib import Path

from sescomposer.services.protection.protection_ports import IdentityPolicy, Policy
from sescomposer.store.json_rows import JsonRows, Row

SCHEMA = 1
_TEXTS = ("address", "method", "key", "dkim")


class PolicyFile:
    """Policies in one JSON file, as far as they differ from the default; see `services.protection_ports.PolicyStore`.

    Args:
        path: The file; its folder is made when something is kept.
    """

    def __init__(self, path: Path) -> None:
        self._rows = JsonRows(path, "the policies for signing", SCHEMA)

    def all(self) -> tuple[IdentityPolicy, ...]:
        """Give all that differ from the default.

        Raises:
            SettingsError: the file is damaged (it is left as it is) or of a newer version: a policy that cannot be read
                is no policy that lets everything through.
            StoreError: it cannot be read.
        """
        return tuple(self._policy(row) for row in self._rows.read())

    def put(self, policy: IdentityPolicy) -> None:
        """Keep one in place of that of the same address; the default is not kept. Raises `StoreError`."""
        row = _row(policy)

        def change(rows: list[Row]) -> list[Row]:
            others = [old for old in rows if self._policy(old).address != row["address"]]
            return [*others, row] if len(row) > 1 else others

        self._rows.change(change)

    def _policy(self, row: Row) -> IdentityPolicy:
        try:
            policy = {name: Policy(row.get(name, Policy.OFFER)) for name in ("sign", "encrypt")}
            texts = {name: row[name] for name in _TEXTS if name in row}
            if not texts["address"] or not all(isinstance(text, str) for text in texts.values()):
                raise ValueError("a text is none")
            return IdentityPolicy(**texts, **policy)
        except (KeyError, ValueError, TypeError) as error:
            raise self._rows.damaged(f"a policy in it is of no form that is known ({error})") from error


def _row(policy: IdentityPolicy) -> Row:
    """Give a policy as JSON values, without what equals the default.

    >>> _row(IdentityPolicy("Ann@a.example", sign=Policy.MUST))
    {'address': 'ann@a.example', 'sign': 'must'}
    """
    address = policy.address.lower()
    default = IdentityPolicy(address)
    values = {field.name: getattr(policy, field.name) for field in fields(IdentityPolicy)} | {"address": address}
    return {
        name: value.value if isinstance(value, Policy) else value
        for name, value in values.items()
        if name == "address" or value != getattr(default, name)
    }
