"""Domain names in Unicode and in A-labels (RFC 5890; UTS 46, non-transitional)."""

from sescomposer.core.errors import AddressError

_LONGEST = 1000
"""No domain has more than 255 octets in A-labels; far longer ones are not worth the work."""


def to_ascii(domain: str) -> str:
    """Give the wire form of a domain; one in ASCII, and a domain literal, stay as they are.

    Raises:
        AddressError: A label cannot be written in A-labels.

    >>> to_ascii("Bücher.example"), to_ascii("Mail.Example"), to_ascii("[192.0.2.1]")
    ('xn--bcher-kva.example', 'Mail.Example', '[192.0.2.1]')
    """
    if domain.isascii():
        return domain
    if len(domain) > _LONGEST:
        raise AddressError("The domain is longer than a domain can be.", value=domain[:80], position=_LONGEST)
    import idna  # a start need not wait for its tables

    try:
        return idna.encode(domain, uts46=True, transitional=False).decode("ascii")
    except UnicodeError as error:
        raise AddressError(
            f"The domain {domain!r} cannot be written in ASCII: {error}.",
            hint="Check its spelling; the international form of a domain has letters, digits and hyphens only.",
            value=domain,
        ) from error


def to_unicode(domain: str) -> str:
    """Give the form of a domain for people; a label that is no valid A-label stays as it is.

    >>> to_unicode("xn--bcher-kva.example"), to_unicode("xn--a.example")
    ('bücher.example', 'xn--a.example')
    """
    if "xn--" not in domain.lower() or len(domain) > _LONGEST:
        return domain
    return ".".join(_label_to_unicode(label) for label in domain.split("."))


def _label_to_unicode(label: str) -> str:
    """Only a label that comes back the same is shown in Unicode, so that showing one never changes it."""
    if not label.lower().startswith("xn--"):
        return label
    import idna

    try:
        text = idna.decode(label)
        return text if idna.encode(text, uts46=True, transitional=False) == label.encode("ascii") else label
    except UnicodeError:
        return label
