"""The plain part of TOML that our own files mostly are, read at once: the library needs 5 ms of each start to load.

Plain are lines of their own for comments, tables named by bare words, and values that are a basic string without
escapes, a whole number or a boolean. For all else, and for what TOML refuses, there is no answer, and the library reads
it. No expression is compiled here: that alone would cost a millisecond.
"""

_DIGITS = 18
_TRUTH: dict[str, object] = {"true": True, "false": False}


def plain_toml(text: str) -> dict[str, object] | None:
    """Give the nested values of a document, or None where it is not plain.

    >>> plain_toml('schema = 1\\n# ours\\n[window]\\nwidth = 1280\\nname = "a"')
    {'schema': 1, 'window': {'width': 1280, 'name': 'a'}}
    >>> plain_toml("list = [1, 2]") is None
    True
    """
    document: dict[str, object] = {}
    table: dict[str, object] | None = document
    named = set[str]()
    for raw in text.replace("\r\n", "\n").split("\n"):
        line = raw.strip(" \t")
        if not line or (line[0] == "#" and _is_printable(line)):
            continue
        if line[0] == "[":
            table = None if line in named else _opened(document, line)
            named.add(line)
            is_plain = table is not None
        else:
            is_plain = table is not None and _set(table, line)
        if not is_plain:
            return None
    return document


def _is_printable(line: str) -> bool:
    return line.isascii() and line.replace("\t", " ").isprintable()


def _is_bare(word: str) -> bool:
    return word.isascii() and word.replace("-", "a").replace("_", "a").isalnum()


def _opened(document: dict[str, object], line: str) -> dict[str, object] | None:
    """Give the table that a line names, made where it is missing; None where it names none."""
    if line[-1] != "]":
        return None
    table = document
    for word in line[1:-1].split("."):
        inner = table.setdefault(word, {}) if _is_bare(word) else None
        if not isinstance(inner, dict):
            return None
        table = inner
    return table


def _set(table: dict[str, object], line: str) -> bool:
    """Set the value of a line; False where it holds none that is plain."""
    key, _, value = line.partition("=")
    key, value = key.rstrip(" \t"), value.lstrip(" \t")
    plain = _value(value)
    if not _is_bare(key) or key in table or plain is None:
        return False
    table[key] = plain
    return True


def _value(value: str) -> object | None:
    if len(value) > 1 and value[0] == value[-1] == '"':
        inner = value[1:-1]
        return inner if inner.isascii() and inner.isprintable() and not ('"' in inner or "\\" in inner) else None
    digits = value.removeprefix("-")
    if digits.isascii() and digits.isdigit() and len(digits) <= _DIGITS and (digits == "0" or digits[0] != "0"):
        return int(value)
    return _TRUTH.get(value)
