"""Derived values that are computed when first asked for and then kept on the object itself.

They are pure functions of an immutable object: when two threads compute one at once, both get equal values and the
first stored one stays. So no locks are needed. Frozen dataclasses may use it as well, but not classes with slots.
"""

from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar, overload

T = TypeVar("T")
Owner = TypeVar("Owner")


class lazy(Generic[T]):  # noqa: N801 - used as a decorator, like `property`
    """Turn a method without arguments into an attribute that is computed once per instance.

    >>> class Circle:
    ...     @lazy
    ...     def area(self) -> int:
    ...         print("computed")
    ...         return 3
    >>> circle = Circle()
    >>> circle.area + circle.area
    computed
    6
    """

    def __init__(self, function: Callable[[Any], T]) -> None:
        self.function = function
        self.name = function.__name__
        self.__doc__ = function.__doc__

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type) -> T: ...
    def __get__(self, instance: object | None, owner: type) -> Self | T:
        """Compute the value and store it where attribute access finds it before this descriptor."""
        if instance is None:
            return self
        value: T = instance.__dict__.setdefault(self.name, self.function(instance))
        return value


def kept(owner: Owner, compute: Callable[[Owner], T]) -> T:
    """Compute something of an immutable object once and keep it there, for modules that the object does not know.

    >>> class Circle:
    ...     radius = 2
    >>> circle = Circle()
    >>> kept(circle, lambda c: c.radius * 2)
    4
    """
    values: dict[Any, T] = owner.__dict__.setdefault("_kept", {})
    if compute not in values:
        values[compute] = compute(owner)
    return values[compute]
