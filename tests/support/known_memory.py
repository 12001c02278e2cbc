"""What was read of accounts, kept in memory."""

from sescomposer.core.errors import StoreError
from sescomposer.services.knowledge import Known


class KnownMemory:
    """A store of knowledge that may be full."""

    def __init__(self, *known: Known) -> None:
        self.kept = {(each.account, each.region): each for each in known}
        self.is_full = False

    def get(self, account: str, region: str) -> Known | None:
        """Give what is known."""
        return self.kept.get((account, region))

    def put(self, known: Known) -> None:
        """Keep it, unless it is full."""
        if self.is_full:
            raise StoreError("The disk is full.", hint="")
        self.kept[known.account, known.region] = known

    def all(self) -> tuple[Known, ...]:
        """Give everything."""
        return tuple(self.kept.values())

    def remove(self, account: str) -> None:
        """Forget an account."""
        self.kept = {key: known for key, known in self.kept.items() if key[0] != account}
