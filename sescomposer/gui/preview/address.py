"""Addresses inside the preview: `sesmail://message/<number of the page>/`, and behind it the number of a resource."""

import re
from collections.abc import Callable

SCHEME = "sesmail"
_PATH = re.compile(r"/(\d{1,15})/(?:(\d{1,9}))?")


def page_address(page: int) -> str:
    """Give the address of a page.

    >>> page_address(3)
    'sesmail://message/3/'
    """
    return f"{SCHEME}://message/{page}/"


def resource_address(page: int) -> Callable[[int], str]:
    """Give what makes addresses of a page's resources.

    >>> resource_address(3)(0)
    'sesmail://message/3/0'
    """
    return lambda number: f"{page_address(page)}{number}"


def parse_path(path: str) -> tuple[int, int] | None:
    """Give number of page and of resource (-1 for the page itself) of an address's path; None if it is none of ours.

    >>> parse_path("/3/0"), parse_path("/3/"), parse_path("/etc/passwd")
    ((3, 0), (3, -1), None)
    """
    match = _PATH.fullmatch(path)
    return (int(match[1]), int(match[2] or -1)) if match else None
