"""Sizes for people."""


def human_size(octets: int) -> str:
    """Write a number of octets in three digits or so; KB is 1024.

    >>> human_size(812), human_size(4200), human_size(40055603)
    ('812 B', '4.1 KB', '38.2 MB')
    """
    if octets < 1024:
        return f"{octets} B"
    size = float(octets)
    for unit in ("KB", "MB", "GB"):
        size /= 1024
        if size < 999.95 or unit == "GB":
            break
    return f"{size:.1f} {unit}"
