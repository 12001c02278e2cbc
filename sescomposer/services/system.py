"""Time and randomness of the system; tests hand in their own."""

import os
from datetime import datetime

from sescomposer.core.identifiers import RandomIdentifiers


class SystemClock:
    """The system's clock; see `services.ports.Clock`.

    >>> SystemClock().now().utcoffset() is not None
    True
    """

    def now(self) -> datetime:
        """Give the time with the local offset."""
        return datetime.now().astimezone()


class SystemIdentifiers(RandomIdentifiers):
    """Identifiers from the operating system's randomness; see `core.identifiers.Identifiers`.

    >>> ids = SystemIdentifiers()
    >>> ids.boundary() == ids.boundary()
    False
    """

    def __init__(self) -> None:
        super().__init__(os.urandom)
