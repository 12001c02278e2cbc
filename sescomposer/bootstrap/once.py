"""Adapters that are made when they are first asked for, each by one thread alone."""

from threading import RLock
from typing import Self, TypeVar, overload

from sescomposer.core.lazy import lazy

_T = TypeVar("_T")


class once(lazy[_T]):  # noqa: N801 - used as a decorator, like `property`
    """A `lazy` that is made by one thread alone: two content stores or journals would not know of each other."""

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type) -> _T: ...
    def __get__(self, instance: object | None, owner: type) -> Self | _T:
        """Make the value, or wait for the thread that is making it."""
        if instance is None:
            return self
        making: RLock = getattr(instance, "making")  # noqa: B009 whoever has such attributes has this one
        with making:
            made: _T = (
                instance.__dict__[self.name] if self.name in instance.__dict__ else super().__get__(instance, owner)
            )
        return made
